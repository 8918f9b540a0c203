/* String functions over bytes. */
#include "corpus.h"
static u32 length(const char *s) { const char *p = s; while (*p) p++; return (u32)(p - s); }
static i32 compare(const char *a, const char *b) {
  while (*a && *a == *b) { a++; b++; }
  return (i32)(u8)*a - (i32)(u8)*b;
}
static i32 compare_n(const char *a, const char *b, u32 n) {
  for (; n; n--, a++, b++) {
    if (*a != *b) return (u8)*a < (u8)*b ? -1 : 1;
    if (!*a) break;
  }
  return 0;
}
static i32 find(const char *s, const char *what) {
  for (i32 i = 0; s[i]; i++) {
    u32 j = 0;
    while (what[j] && s[i + (i32)j] == what[j]) j++;
    if (!what[j]) return i;
  }
  return *what ? -1 : 0;
}
static i32 find_kmp(const char *s, const char *what) {
  u8 back[32];
  u32 m = length(what), k = 0;
  if (m == 0 || m > sizeof back) return m ? -2 : 0;
  back[0] = 0;
  for (u32 i = 1; i < m; i++) {
    while (k && what[i] != what[k]) k = back[k - 1];
    if (what[i] == what[k]) k++;
    back[i] = (u8)k;
  }
  k = 0;
  for (i32 i = 0; s[i]; i++) {
    while (k && s[i] != what[k]) k = back[k - 1];
    if (s[i] == what[k]) k++;
    if (k == m) return i - (i32)m + 1;
  }
  return -1;
}
static void reverse(char *s) {
  for (char *a = s, *b = s + length(s); a < --b; a++) { char t = *a; *a = *b; *b = t; }
}
static i32 to_int(const char *s) {
  i32 sign = 1;
  u32 v = 0;
  while (*s == ' ' || *s == '\t') s++;
  if (*s == '-' || *s == '+') sign = *s++ == '-' ? -1 : 1;
  while (*s >= '0' && *s <= '9') v = v * 10 + (u32)(*s++ - '0');
  return (i32)((u32)sign * v);
}
static char *from_int(char *out, i64 v, u32 base) {
  u64 n = v < 0 ? 0 - (u64)v : (u64)v;
  char *p = out;
  do *p++ = "0123456789abcdefghijklmnopqrstuvwxyz"[n % base]; while (n /= base);
  if (v < 0) *p++ = '-';
  *p = 0;
  reverse(out);
  return p;
}
static u32 words(const char *s) {
  u32 n = 0, in = 0;
  for (; *s; s++) {
    u32 space = *s == ' ' || (*s >= '\t' && *s <= '\r');
    if (!space && !in) n++;
    in = !space;
  }
  return n;
}
static void upper(char *s) { for (; *s; s++) if (*s >= 'a' && *s <= 'z') *s -= 32; }
static i32 palindrome(const char *s) {
  i32 i = 0, j = (i32)length(s) - 1;
  while (i < j) if (s[i++] != s[j--]) return 0;
  return 1;
}
static i32 glob(const char *p, const char *s) {
  for (; *p; p++, s++) {
    if (*p == '*') {
      while (p[1] == '*') p++;
      for (;; s++) { if (glob(p + 1, s)) return 1; if (!*s) return 0; }
    }
    if (!*s || (*p != '?' && *p != *s)) return 0;
  }
  return !*s;
}
static char buffer[96];
static void fill(u32 seed, u32 n, u32 letters) {
  rng_seed(seed);
  for (u32 i = 0; i < n; i++) buffer[i] = (char)('a' + rng() % letters);
  buffer[n] = 0;
}
EXPORT(search) i32 search(u32 seed, u32 n, u32 pattern) {
  char what[6];
  u32 m = pattern % 5;
  for (u32 i = 0; i < m; i++) what[i] = (char)('a' + (pattern >> (3 + i) & 1));
  what[m] = 0;
  fill(seed, n % 90, 2);
  i32 a = find(buffer, what), b = find_kmp(buffer, what);
  return a == b ? a : -99;
}
EXPORT(digits) u32 digits(i64 v, u32 base) {
  u32 h = 0;
  from_int(buffer, v, base % 35 + 2);
  for (char *p = buffer; *p; p++) h = mix(h, (u8)*p);
  return h;
}
EXPORT(round_trip) i32 round_trip(i32 v) { from_int(buffer, v, 10); return to_int(buffer); }
EXPORT(order) i32 order(u32 a, u32 b, u32 n) {
  char x[8], y[8];
  for (u32 i = 0; i < 7; i++) { x[i] = (char)('a' + (a >> (4 * i) & 3)); y[i] = (char)('a' + (b >> (4 * i) & 3)); }
  x[7] = y[7] = 0;
  x[a & 7] = 0; y[b & 7] = 0;
  return compare(x, y) * 4 + compare_n(x, y, n & 7);
}
EXPORT(run) u32 run(void) {
  static const char *const globs[] = {"*", "a*b", "?ello*", "*wor?d", "h*o*w*d", "hello", "*x*"};
  u32 h = 0;
  for (u32 i = 0; i < 20; i++) { h = mix(h, (u32)search(i + 1, 60, i * 37)); h = mix(h, digits((i64)i * -987654321, i)); }
  for (u32 i = 0; i < COUNT(globs); i++) h = mix(h, (u32)glob(globs[i], "hello world") + 3);
  h = mix(h, words("  the quick\tbrown \n fox"));
  h = mix(h, (u32)(palindrome("level") * 2 + palindrome("lever")));
  fill(3, 50, 26);
  upper(buffer);
  reverse(buffer);
  for (char *p = buffer; *p; p++) h = mix(h, (u8)*p);
  return mix(h, (u32)to_int(" \t-2147483648"));
}
