#include "kern.h"
/* Words of a text: found, compared with a list of commands, numbers read and written. */
static u32 length(const char *s) { const char *p = s; while (*p) p++; return p - s; }
static const char *find(const char *s, char c) { for (; *s; s++) if (*s == c) return s; return 0; }
static i32 compare(const char *a, const char *b, u32 n) {
  for (; n; n--, a++, b++) {
    u8 x = *a, y = *b;
    if (x >= 'A' && x <= 'Z') x += 32;
    if (x != y) return x < y ? -1 : 1;
    if (!x) break;
  }
  return 0;
}
static i32 number(const char *s) {
  i32 sign = 1, v = 0;
  if (*s == '-') { sign = -1; s++; }
  for (; *s >= '0' && *s <= '9'; s++) v = v * 10 + (*s - '0');
  return sign * v;
}
static char *decimal(char *out, i32 v) {
  char digits[12]; i32 n = 0; u32 u = v < 0 ? -(u32)v : (u32)v;
  do { digits[n++] = '0' + u % 10; u /= 10; } while (u);
  if (v < 0) *out++ = '-';
  while (n) *out++ = digits[--n];
  *out = 0;
  return out;
}
u32 strings(const char *text, char *out) {
  static const char *const names[] = { "get", "set", "start", "stop", "status" };
  u32 known = 0;
  i32 sum = 0;
  while (*text) {
    const char *end = find(text, ' ');
    u32 n = end ? (u32)(end - text) : length(text);
    for (u32 i = 0; i < 5; i++)
      if (length(names[i]) == n && !compare(text, names[i], n)) known += i + 1;
    if (*text == '-' || (*text >= '0' && *text <= '9')) { sum += number(text); out = decimal(out, sum); *out++ = ','; }
    text += n;
    while (*text == ' ') text++;
  }
  *out = 0;
  return known;
}
