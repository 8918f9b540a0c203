#include "kern.h"
/* Numbers as text by a format: padding, signs, hexadecimal and binary. */
static u8 *put(u8 *o, u32 v, u32 base, u32 width, u8 pad, u32 neg) {
  u8 t[12]; u32 n = 0;
  do { u32 d = v % base; t[n++] = d < 10 ? '0' + d : 'a' + d - 10; v /= base; } while (v);
  if (neg) t[n++] = '-';
  while (width > n) { *o++ = pad; width--; }
  while (n) * o++ = t[--n];
  return o;
}
static u8 *fmt(u8 *o, const char *f, const u32 *a) {
  for (; *f; f++) {
    if (*f != '%') { *o++ = *f; continue; }
    u8 pad = ' '; u32 width = 0; f++;
    if (*f == '0') { pad = '0'; f++; }
    while (*f >= '0' && *f <= '9') width = width * 10 + (*f++ - '0');
    switch (*f) {
      case 'd': { i32 v = (i32) *a++; u32 neg = v < 0; o = put(o, neg ? -(u32)v: (u32)v, 10, width, pad, neg); break; }
      case 'u': o = put(o, *a++, 10, width, pad, 0); break;
      case 'x': o = put(o, *a++, 16, width, pad, 0); break;
      case 'c': *o++ = (u8) *a++; break;
      case 'b': o = put(o, *a++ & 255, 2, width, pad, 0); break;
      default: *o++ = *f;
    }
  }
  return o;
}
u32 format(const u32 *v, u32 n, u8 *out) {
  u8 *o = out;
  for (u32 i = 0; i + 4 <= n; i += 4) o = fmt(o, "[%5d] t=%u %08x %c %b;%%\n", v + i);
  u32 s = 0; for (u8 *p = out; p < o; p++) s = s * 31 + *p;
  return s;
}
