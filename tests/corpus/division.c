/* 32-bit division: by constants of every kind, by variables, in digits, in scaled arithmetic. */
#include "corpus.h"
EXPORT(unsigned_constants) u32 unsigned_constants(u32 v) {
  return v / 3 + v / 5 + v / 6 + v / 7 + v / 9 + v / 10 + v / 11 + v / 12 + v / 16 + v / 25 + v / 100 + v / 125 + v / 641 + v / 1000 + v / 10000 + v / 65537 + v / 1000000007u + v / 0x80000000u + v / 0xffffffffu;
}
EXPORT(unsigned_remainders) u32 unsigned_remainders(u32 v) { return v % 3 + v % 7 * 2 + v % 10 * 3 + v % 60 * 4 + v % 64 * 5 + v % 1000 * 6 + v % 86400 * 7; }
EXPORT(signed_constants) i32 signed_constants(i32 v) { return v / 2 + v / 3 + v / -3 + v / 5 + v / 7 + v / -7 + v / 8 + v / -16 + v / 10 + v / 100 + v / 127 + v / -1000 + v / 12345; }
EXPORT(signed_remainders) i32 signed_remainders(i32 v) { return v % 2 + v % 3 * 2 + v % 7 * 3 + v % 8 * 4 + v % 10 * 5 + v % 255 * 6 + v % 1000 * 7; }
EXPORT(divide) i32 divide(i32 a, i32 b) { return b == 0 || (b == -1 && a == -2147483647 - 1) ? -1 : a / b; }
EXPORT(modulo) i32 modulo(i32 a, i32 b) { return b == 0 || b == -1 ? -1 : a % b; }
EXPORT(both) u32 both(u32 a, u32 b) { return b ? a / b * 31 + a % b : 0; }
EXPORT(unchecked) u32 unchecked(u32 a, u32 b) { return a / b; }
EXPORT(unchecked_signed) i32 unchecked_signed(i32 a, i32 b) { return a / b; }
EXPORT(unchecked_rest) i32 unchecked_rest(i32 a, i32 b) { return b == -1 ? 0 : a % b; }
EXPORT(digits) u32 digits(u32 v) { u32 h = 0; do h = h * 11 + v % 10; while (v /= 10); return h; }
EXPORT(rounded) i32 rounded(i32 a, i32 b) { if (b == 0) return 0; b &= 0xffff; b |= 1; a >>= 2; return (a < 0 ? a - b / 2 : a + b / 2) / b; }
EXPORT(scale) u32 scale(u32 v, u32 from, u32 to) { return from ? (u32)((u64)v * to / from) : 0; }
EXPORT(is_multiple) u32 is_multiple(u32 v) { return (v % 3 == 0) | (v % 5 == 0) << 1 | (v % 6 == 0) << 2 | (v % 100 == 0) << 3; }
EXPORT(temperature) i32 temperature(i32 raw) { return ((raw & 0xfff) * 3300 / 4096 - 500) * 10 / 9 + 32; }
EXPORT(run) u32 run(void) {
  u32 h = 0;
  for (u32 i = 0; i < 80; i++) {
    u32 v = i * 0x03c6ef37u + (i & 3) * 0x7ffffff1u;
    h = mix(h, unsigned_constants(v) ^ unsigned_remainders(v) ^ (u32)signed_constants((i32)v) ^ (u32)signed_remainders((i32)v));
    h = mix(h, (u32)divide((i32)v, (i32)i - 40) ^ (u32)modulo((i32)v, (i32)i - 40) ^ both(v, i) ^ digits(v) ^ (u32)rounded((i32)v, (i32)i));
    h = mix(h, scale(v, i, 1000) ^ is_multiple(v) ^ (u32)temperature((i32)v) ^ unchecked(v, i + 1));
  }
  return h;
}
