/* Bit tricks: counting, reversing, interleaving, searching, byte orders. */
#include "corpus.h"
EXPORT(count) u32 count(u32 v) { u32 n = 0; while (v) { v &= v - 1; n++; } return n; }
EXPORT(count_parallel) u32 count_parallel(u32 v) {
  v -= v >> 1 & 0x55555555;
  v = (v & 0x33333333) + (v >> 2 & 0x33333333);
  return ((v + (v >> 4)) & 0x0f0f0f0f) * 0x01010101 >> 24;
}
EXPORT(builtins) u32 builtins(u32 v) { return (u32)__builtin_popcount(v) | (v ? (u32)__builtin_clz(v) << 8 | (u32)__builtin_ctz(v) << 16 : 0x202000u); }
EXPORT(reverse) u32 reverse(u32 v) {
  v = (v >> 1 & 0x55555555) | (v & 0x55555555) << 1;
  v = (v >> 2 & 0x33333333) | (v & 0x33333333) << 2;
  v = (v >> 4 & 0x0f0f0f0f) | (v & 0x0f0f0f0f) << 4;
  v = (v >> 8 & 0x00ff00ff) | (v & 0x00ff00ff) << 8;
  return v >> 16 | v << 16;
}
EXPORT(swap_bytes) u32 swap_bytes(u32 v) { return v >> 24 | (v >> 8 & 0xff00) | (v << 8 & 0xff0000) | v << 24; }
EXPORT(swap_bytes_64) u64 swap_bytes_64(u64 v) { return (u64)swap_bytes((u32)v) << 32 | swap_bytes((u32)(v >> 32)); }
EXPORT(swap_halves) u32 swap_halves(u32 v) { return (v >> 8 & 0xff00ff) | (v & 0xff00ff) << 8; }
EXPORT(parity) u32 parity(u32 v) { v ^= v >> 16; v ^= v >> 8; v ^= v >> 4; return 0x6996 >> (v & 15) & 1; }
static u32 spread(u32 v) {
  v &= 0xffff;
  v = (v | v << 8) & 0x00ff00ff;
  v = (v | v << 4) & 0x0f0f0f0f;
  v = (v | v << 2) & 0x33333333;
  return (v | v << 1) & 0x55555555;
}
EXPORT(morton) u32 morton(u32 x, u32 y) { return spread(x) | spread(y) << 1; }
EXPORT(gray) u32 gray(u32 v) { return v ^ v >> 1; }
EXPORT(from_gray) u32 from_gray(u32 v) { for (u32 s = 16; s; s >>= 1) v ^= v >> s; return v; }
EXPORT(rotl) u32 rotl(u32 v, u32 n) { return v << (n & 31) | v >> (-n & 31); }
EXPORT(rotr) u32 rotr(u32 v, u32 n) { return v >> (n & 31) | v << (-n & 31); }
EXPORT(shift) u32 shift(u32 v, u32 n) { return (v << (n & 31)) ^ (v >> (n & 31)) ^ (u32)((i32)v >> (n & 31)); }
EXPORT(next_power) u32 next_power(u32 v) { v--; v |= v >> 1; v |= v >> 2; v |= v >> 4; v |= v >> 8; v |= v >> 16; return v + 1; }
EXPORT(log10_) u32 log10_(u32 v) { return (v >= 10u) + (v >= 100u) + (v >= 1000u) + (v >= 10000u) + (v >= 100000u) + (v >= 1000000u) + (v >= 10000000u) + (v >= 100000000u) + (v >= 1000000000u); }
EXPORT(has_zero_byte) u32 has_zero_byte(u32 v) { return ((v - 0x01010101u) & ~v & 0x80808080u) != 0; }
EXPORT(extract) u32 extract(u32 v) { return (v >> 3 & 0x1f) + (v >> 11 & 0xff) * 3 + (u32)((i32)(v << 5) >> 20) * 5; }
EXPORT(insert) u32 insert(u32 v, u32 f) { return (v & ~0x0007f800u) | (f & 0xff) << 11; }
EXPORT(min_max) i32 min_max(i32 a, i32 b) { return (a < b ? a : b) * 3 ^ (a > b ? a : b); }
EXPORT(absolute) i32 absolute(i32 v) { i32 m = v >> 31; return (v ^ m) - m; }
EXPORT(extend) i32 extend(u32 v) { return (i8)v + (i16)(v >> 4) * 3 + (i8)(v >> 16) + (u8)(v >> 7) + (u16)(v >> 9); }
static u32 set[8];
EXPORT(bit_set) u32 bit_set(u32 i, u32 on) {
  u32 was = set[i >> 5 & 7] >> (i & 31) & 1;
  if (on & 1) set[i >> 5 & 7] |= 1u << (i & 31); else set[i >> 5 & 7] &= ~(1u << (i & 31));
  return was;
}
EXPORT(first_free) i32 first_free(void) {
  for (i32 w = 0; w < 8; w++) if (~set[w]) return w * 32 + __builtin_ctz(~set[w]);
  return -1;
}
EXPORT(run) u32 run(void) {
  u32 h = 0;
  rng_seed(1234);
  for (u32 i = 0; i < 64; i++) {
    u32 v = i < 4 ? i - 2 : rng();
    if (count(v) != count_parallel(v) || from_gray(gray(v)) != v) return 0;
    h = mix(h, builtins(v) ^ reverse(v) ^ swap_bytes(v) ^ swap_halves(v) ^ parity(v) ^ morton(v, i));
    h = mix64(h, swap_bytes_64((u64)v * v));
    h = mix(h, rotl(v, i) ^ rotr(v, i) ^ shift(v, i) ^ next_power(v) ^ log10_(v) ^ has_zero_byte(v));
    h = mix(h, extract(v) ^ insert(v, i) ^ (u32)min_max((i32)v, (i32)i) ^ (u32)absolute((i32)v) ^ (u32)extend(v));
    h = mix(h, bit_set(v, i) + (u32)first_free());
  }
  return h;
}
