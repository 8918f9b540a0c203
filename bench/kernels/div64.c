#include "kern.h"
/* Division by hand: 64 bits by 32 bit for bit, a greatest common divisor, an integer square root, decimal digits. */
static u64 divide(u64 n, u32 d, u32 *rest) {
  u64 r = 0;
  for (i32 i = 0; i < 64; i++) {
    r = r << 1 | n >> 63;
    n <<= 1;
    if (r >= d) { r -= d; n |= 1; }
  }
  *rest = (u32)r;
  return n;
}
static u32 gcd(u32 a, u32 b) { while (b) { u32 t = a % b; a = b; b = t; } return a; }
static u32 root(u64 x) {
  u64 r = 0, bit = 1ull << 62;
  while (bit > x) bit >>= 2;
  for (; bit; bit >>= 2) {
    if (x >= r + bit) { x -= r + bit; r = (r >> 1) + bit; }
    else r >>= 1;
  }
  return (u32)r;
}
u64 div64(u64 n, u32 d) {
  u32 rest, digits = 0;
  u64 q = divide(n, d, &rest);
  u32 g = gcd((u32)n, d);
  for (u32 v = rest; v; v /= 10) digits = digits * 3 + v % 10;
  return q + ((u64)root(n) << 20) - (i64)(i32)g * digits;
}
