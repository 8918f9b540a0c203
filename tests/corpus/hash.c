/* Hash functions of 32 and 64 bits over bytes. */
#include "corpus.h"
static u8 text[64];

static u32 fnv1a(const u8 *p, u32 n) {
  u32 h = 2166136261u;
  while (n--) h = (h ^ *p++) * 16777619u;
  return h;
}
static u64 fnv1a64(const u8 *p, u32 n) {
  u64 h = 14695981039346656037ull;
  while (n--) h = (h ^ *p++) * 1099511628211ull;
  return h;
}
static u32 djb2(const u8 *p, u32 n) {
  u32 h = 5381;
  while (n--) h = h * 33 + *p++;
  return h;
}
static inline u32 rotl(u32 v, u32 n) { return v << (n & 31) | v >> (-n & 31); }
static inline u64 rotl64(u64 v, u32 n) { return v << n | v >> (64 - n); }
static u32 murmur3(const u8 *p, u32 n, u32 h) {
  u32 i = 0;
  for (; i + 4 <= n; i += 4) {
    u32 k = p[i] | p[i + 1] << 8 | p[i + 2] << 16 | (u32)p[i + 3] << 24;
    h ^= rotl(k * 0xcc9e2d51u, 15) * 0x1b873593u;
    h = rotl(h, 13) * 5 + 0xe6546b64u;
  }
  u32 k = 0;
  switch (n & 3) {
  case 3: k ^= (u32)p[i + 2] << 16; /* fall through */
  case 2: k ^= (u32)p[i + 1] << 8;  /* fall through */
  case 1: k ^= p[i]; h ^= rotl(k * 0xcc9e2d51u, 15) * 0x1b873593u;
  }
  h ^= n;
  h = (h ^ h >> 16) * 0x85ebca6bu;
  h = (h ^ h >> 13) * 0xc2b2ae35u;
  return h ^ h >> 16;
}
#define ROUND                                                                    \
  do {                                                                           \
    v0 += v1; v1 = rotl64(v1, 13) ^ v0; v0 = rotl64(v0, 32);                     \
    v2 += v3; v3 = rotl64(v3, 16) ^ v2;                                          \
    v0 += v3; v3 = rotl64(v3, 21) ^ v0;                                          \
    v2 += v1; v1 = rotl64(v1, 17) ^ v2; v2 = rotl64(v2, 32);                     \
  } while (0)
static u64 siphash(const u8 *p, u32 n, u64 k0, u64 k1) {
  u64 v0 = k0 ^ 0x736f6d6570736575ull, v1 = k1 ^ 0x646f72616e646f6dull;
  u64 v2 = k0 ^ 0x6c7967656e657261ull, v3 = k1 ^ 0x7465646279746573ull;
  u64 last = (u64)n << 56;
  u32 i = 0;
  for (; i + 8 <= n; i += 8) {
    u64 m = 0;
    for (u32 j = 0; j < 8; j++) m |= (u64)p[i + j] << (8 * j);
    v3 ^= m; ROUND; ROUND; v0 ^= m;
  }
  for (u32 j = 0; i + j < n; j++) last |= (u64)p[i + j] << (8 * j);
  v3 ^= last; ROUND; ROUND; v0 ^= last;
  v2 ^= 0xff;
  ROUND; ROUND; ROUND; ROUND;
  return v0 ^ v1 ^ v2 ^ v3;
}
static void fill(u32 seed) {
  rng_seed(seed);
  for (u32 i = 0; i < COUNT(text); i++) text[i] = (u8)(rng() >> 7);
}
EXPORT(hash32) u32 hash32(u32 kind, u32 seed, u32 length) {
  fill(seed);
  u32 n = length % (COUNT(text) + 1);
  switch (kind % 3) {
  case 0: return fnv1a(text, n);
  case 1: return djb2(text, n);
  default: return murmur3(text, n, seed);
  }
}
EXPORT(hash64) u64 hash64(u32 kind, u64 key, u32 length) {
  fill((u32)key);
  u32 n = length % (COUNT(text) + 1);
  return kind & 1 ? siphash(text, n, key, ~key) : fnv1a64(text, n);
}
EXPORT(run) u32 run(void) {
  u32 h = 0;
  for (u32 n = 0; n < 20; n++) {
    for (u32 k = 0; k < 3; k++) h = mix(h, hash32(k, n + 1, n));
    h = mix64(h, hash64(n, 0x0706050403020100ull * n, n));
  }
  return h;
}
