#include "kern.h"
/* SipHash-2-4 (Aumasson and Bernstein, 2012): 64-bit additions, rotations and exclusive ors. */
#define ROT(x, n) ((x) << (n) | (x) >> (64 - (n)))
#define ROUND do { \
  v0 += v1; v1 = ROT(v1, 13); v1 ^= v0; v0 = ROT(v0, 32); \
  v2 += v3; v3 = ROT(v3, 16); v3 ^= v2; \
  v0 += v3; v3 = ROT(v3, 21); v3 ^= v0; \
  v2 += v1; v1 = ROT(v1, 17); v1 ^= v2; v2 = ROT(v2, 32); } while (0)
static u64 word(const u8 *p) {
  u64 w = 0;
  for (i32 i = 7; i >= 0; i--) w = w << 8 | p[i];
  return w;
}
u64 siphash(const u8 *p, u32 n, u64 k0, u64 k1) {
  u64 v0 = k0 ^ 0x736f6d6570736575ull, v1 = k1 ^ 0x646f72616e646f6dull;
  u64 v2 = k0 ^ 0x6c7967656e657261ull, v3 = k1 ^ 0x7465646279746573ull;
  u64 last = (u64)n << 56;
  for (; n >= 8; p += 8, n -= 8) {
    u64 m = word(p);
    v3 ^= m; ROUND; ROUND; v0 ^= m;
  }
  for (u32 i = 0; i < n; i++) last |= (u64)p[i] << (8 * i);
  v3 ^= last; ROUND; ROUND; v0 ^= last;
  v2 ^= 0xff;
  ROUND; ROUND; ROUND; ROUND;
  return v0 ^ v1 ^ v2 ^ v3;
}
