#include "kern.h"
/* A matcher of patterns that tries and goes back: two functions that call each other. */
static i32 here(const char *r, const u8 *t, const u8 *e);
static i32 star(u8 c, const char *r, const u8 *t, const u8 *e) {
  do { if (here(r, t, e)) return 1; } while (t < e && (*t++ == c || c == '.'));
  return 0;
}
static i32 here(const char *r, const u8 *t, const u8 *e) {
  if (!r[0]) return 1;
  if (r[1] == '*') return star(r[0], r + 2, t, e);
  if (r[0] == '$' && !r[1]) return t == e;
  if (t < e && (r[0] == '.' || r[0] == *t)) return here(r + 1, t + 1, e);
  return 0;
}
static i32 match(const char *r, const u8 *t, const u8 *e) {
  if (r[0] == '^') return here(r + 1, t, e);
  do { if (here(r, t, e)) return 1; } while (t++ < e);
  return 0;
}
static const char *const P[] = { "ab*c", "^a.*d", "c.b*$", "aa*b.*ccd", "dddd" };
u32 regex(const u8 *s, u32 n, u8 *t) {
  for (u32 i = 0; i < n; i++) t[i] = 'a' + (s[i] & 3);
  u32 r = 0;
  for (u32 i = 0; i + 32 <= n; i += 8) for (u32 k = 0; k < 5; k++) r = r * 2 + match(P[k], t + i, t + i + 32);
  return r;
}
