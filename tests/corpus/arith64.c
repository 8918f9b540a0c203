/* 64-bit arithmetic: every operator, with constants and with variables, and comparisons as values. */
#include "corpus.h"
EXPORT(add) i64 add(i64 a, i64 b) { return a + b; }
EXPORT(sub) i64 sub(i64 a, i64 b) { return a - b; }
EXPORT(mul) i64 mul(i64 a, i64 b) { return a * b; }
EXPORT(mul_wide) i64 mul_wide(i32 a, i32 b) { return (i64)a * b; }
EXPORT(mul_wide_u) u64 mul_wide_u(u32 a, u32 b) { return (u64)a * b; }
EXPORT(mac) i64 mac(i64 sum, i32 a, i32 b) { return sum + (i64)a * b; }
EXPORT(mulh) i32 mulh(i32 a, i32 b) { return (i32)((i64)a * b >> 32); }
EXPORT(mulhu) u32 mulhu(u32 a, u32 b) { return (u32)((u64)a * b >> 32); }
EXPORT(divide) i64 divide(i64 a, i64 b) { return b == 0 ? 0 : b == -1 ? -a : a / b; }
EXPORT(remainder) i64 remainder_(i64 a, i64 b) { return b == 0 || b == -1 ? 0 : a % b; }
EXPORT(divide_u) u64 divide_u(u64 a, u64 b) { return b ? a / b : 0; }
EXPORT(remainder_u) u64 remainder_u(u64 a, u64 b) { return b ? a % b : 0; }
EXPORT(divide_10) u64 divide_10(u64 a) { return a / 10; }
EXPORT(divide_power) i64 divide_power(i64 a) { return a / 4096; }
EXPORT(shl) u64 shl(u64 a, u32 n) { return a << (n & 63); }
EXPORT(shr) u64 shr(u64 a, u32 n) { return a >> (n & 63); }
EXPORT(sar) i64 sar(i64 a, u32 n) { return a >> (n & 63); }
EXPORT(rotate) u64 rotate(u64 a, u32 n) { return a << (n & 63) | a >> (-n & 63); }
EXPORT(shifts_constant) u64 shifts_constant(u64 a) {
  return (a << 1) ^ (a << 31) ^ (a << 32) ^ (a << 33) ^ (a << 63) ^ (a >> 1) ^ (a >> 31) ^ (a >> 32) ^ (a >> 33) ^ (a >> 63);
}
EXPORT(sars_constant) i64 sars_constant(i64 a) { return (a >> 1) ^ (a >> 31) ^ (a >> 32) ^ (a >> 33) ^ (a >> 63); }
EXPORT(compare) u32 compare(i64 a, i64 b) {
  u64 x = (u64)a, y = (u64)b;
  return (u32)(a < b) | (u32)(a <= b) << 1 | (u32)(a > b) << 2 | (u32)(a >= b) << 3 | (u32)(a == b) << 4 | (u32)(a != b) << 5 |
         (u32)(x < y) << 6 | (u32)(x <= y) << 7 | (u32)(x > y) << 8 | (u32)(x >= y) << 9 | (u32)(a == 0) << 10 | (u32)(a < 0) << 11;
}
EXPORT(choose) i64 choose(i64 a, i64 b, i32 c) { return c > 5 ? a : b; }
EXPORT(maximum) i64 maximum(i64 a, i64 b) { return a > b ? a : b; }
EXPORT(absolute) i64 absolute(i64 a) { return a < 0 ? -a : a; }
EXPORT(sign) i32 sign(i64 a) { return a > 0 ? 1 : a < 0 ? -1 : 0; }
EXPORT(counts) u32 counts(u64 a) {
  return (u32)__builtin_popcountll(a) | (u32)(a ? __builtin_clzll(a) : 64) << 8 | (u32)(a ? __builtin_ctzll(a) : 64) << 16;
}
EXPORT(narrow) i64 narrow(i64 a) { return (i8)a + (i64)(i16)a + (i32)a + (u8)a + (u16)a + (u32)a; }
EXPORT(logic) u64 logic(u64 a, u64 b) { return (a & b) ^ (a | ~b) ^ (a & 0xff00ff00ff00ff00ull) ^ (b | 0x1234); }
EXPORT(halves) u64 halves(u64 a, u64 b) { return (a & 0xffffffffull) << 32 | b >> 32; }
EXPORT(carry) u32 carry(u64 a, u64 b) { return a + b < a; }
EXPORT(average) u64 average(u64 a, u64 b) { return (a & b) + ((a ^ b) >> 1); }
EXPORT(run) u32 run(void) {
  static const u64 values[] = {0, 1, 2, 10, 0x7fffffff, 0x80000000, 0xffffffff, 0x100000000, 0x123456789abcdef, 0x7fffffffffffffff, 0x8000000000000000, 0xffffffffffffffff};
  u32 h = 0;
  for (u32 i = 0; i < COUNT(values); i++)
    for (u32 j = 0; j < COUNT(values); j++) {
      u64 a = values[i], b = values[j];
      i64 x = (i64)a, y = (i64)b;
      h = mix64(h, a * b);
      h = mix64(h, divide_u(a, b));
      h = mix64(h, remainder_u(a, b));
      if (!(a == 0x8000000000000000ull && y == -1)) h = mix64(h, (u64)divide(x, y));
      h = mix64(h, (u64)remainder_(x, y));
      h = mix(h, compare(x, y));
      h = mix64(h, rotate(a, (u32)b) ^ shl(a, j * 7) ^ shr(b, i * 5) ^ (u64)sar(x, j * 6));
      h = mix64(h, average(a, b) ^ halves(a, b) ^ logic(a, b) ^ shifts_constant(a));
    }
  return h;
}
