#include "kern.h"
/* Records as a wire format: zigzag numbers in groups of seven bits, byte stuffing around them, and all of it back. */
static u8 *write_number(u8 *p, u64 v) {
  while (v >= 0x80) { *p++ = (u8)v | 0x80; v >>= 7; }
  *p++ = (u8)v;
  return p;
}
static const u8 *read_number(const u8 *p, u64 *v) {
  u64 r = 0;
  for (u32 shift = 0;; shift += 7) {
    u8 b = *p++;
    r |= (u64)(b & 0x7f) << shift;
    if (!(b & 0x80)) break;
  }
  *v = r;
  return p;
}
static u32 stuff(const u8 *in, u32 n, u8 *out) {
  u32 code = 0, at = 1;
  u8 run = 1;
  for (u32 i = 0; i < n; i++) {
    if (in[i]) { out[at++] = in[i]; run++; }
    if (!in[i] || run == 255) { out[code] = run; code = at++; run = 1; }
  }
  out[code] = run;
  return at;
}
static u32 unstuff(const u8 *in, u32 n, u8 *out) {
  u32 at = 0;
  for (u32 i = 0; i < n;) {
    u8 run = in[i++];
    for (u8 k = 1; k < run && i < n; k++) out[at++] = in[i++];
    if (run != 255 && i < n) out[at++] = 0;
  }
  return at;
}
u64 varint(const i64 *values, u32 count, u8 *plain, u8 *framed, u8 *back) {
  u8 *end = plain;
  for (u32 i = 0; i < count; i++) end = write_number(end, (u64)values[i] << 1 ^ (u64)(values[i] >> 63));
  u32 size = unstuff(framed, stuff(plain, end - plain, framed), back);
  u64 sum = size;
  const u8 *p = back;
  while (p < back + size) {
    u64 v;
    p = read_number(p, &v);
    sum = sum * 3 + (v >> 1 ^ -(v & 1));
  }
  return sum;
}
