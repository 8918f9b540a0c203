/* Stream and block ciphers: XTEA, RC4, ChaCha20, Speck. */
#include "corpus.h"
static void xtea(u32 v[2], const u32 k[4], u32 rounds) {
  u32 a = v[0], b = v[1], sum = 0;
  for (u32 i = 0; i < rounds; i++) {
    a += ((b << 4 ^ b >> 5) + b) ^ (sum + k[sum & 3]);
    sum += 0x9e3779b9u;
    b += ((a << 4 ^ a >> 5) + a) ^ (sum + k[sum >> 11 & 3]);
  }
  v[0] = a; v[1] = b;
}
static void xtea_back(u32 v[2], const u32 k[4], u32 rounds) {
  u32 a = v[0], b = v[1], sum = 0x9e3779b9u * rounds;
  for (u32 i = 0; i < rounds; i++) {
    b -= ((a << 4 ^ a >> 5) + a) ^ (sum + k[sum >> 11 & 3]);
    sum -= 0x9e3779b9u;
    a -= ((b << 4 ^ b >> 5) + b) ^ (sum + k[sum & 3]);
  }
  v[0] = a; v[1] = b;
}
static u8 rc4_s[256];
static u32 rc4(const u8 *key, u32 keylen, u32 n) {
  for (u32 i = 0; i < 256; i++) rc4_s[i] = (u8)i;
  u8 j = 0;
  for (u32 i = 0; i < 256; i++) {
    j = (u8)(j + rc4_s[i] + key[i % keylen]);
    u8 t = rc4_s[i]; rc4_s[i] = rc4_s[j]; rc4_s[j] = t;
  }
  u8 a = 0, b = 0;
  u32 h = 0;
  while (n--) {
    a++;
    b = (u8)(b + rc4_s[a]);
    u8 t = rc4_s[a]; rc4_s[a] = rc4_s[b]; rc4_s[b] = t;
    h = mix(h, rc4_s[(u8)(rc4_s[a] + rc4_s[b])]);
  }
  return h;
}
static inline u32 rotl(u32 v, int n) { return v << n | v >> (32 - n); }
#define QUARTER(a, b, c, d)                                                      \
  a += b; d = rotl(d ^ a, 16); c += d; b = rotl(b ^ c, 12);                      \
  a += b; d = rotl(d ^ a, 8); c += d; b = rotl(b ^ c, 7)
static void chacha(u32 out[16], const u32 in[16]) {
  u32 x[16];
  for (int i = 0; i < 16; i++) x[i] = in[i];
  for (int i = 0; i < 10; i++) {
    QUARTER(x[0], x[4], x[8], x[12]); QUARTER(x[1], x[5], x[9], x[13]);
    QUARTER(x[2], x[6], x[10], x[14]); QUARTER(x[3], x[7], x[11], x[15]);
    QUARTER(x[0], x[5], x[10], x[15]); QUARTER(x[1], x[6], x[11], x[12]);
    QUARTER(x[2], x[7], x[8], x[13]); QUARTER(x[3], x[4], x[9], x[14]);
  }
  for (int i = 0; i < 16; i++) out[i] = x[i] + in[i];
}
static inline u64 ror64(u64 v, int n) { return v >> n | v << (64 - n); }
static u64 speck(u64 x, u64 y, u64 k0, u64 k1) {
  for (u32 i = 0; i < 32; i++) {
    x = (ror64(x, 8) + y) ^ k0;
    y = ror64(y, 61) ^ x;
    k1 = (ror64(k1, 8) + k0) ^ i;
    k0 = ror64(k0, 61) ^ k1;
  }
  return x ^ y;
}
EXPORT(round_trip) u64 round_trip(u32 a, u32 b, u32 k, u32 rounds) {
  u32 v[2] = {a, b}, key[4] = {k, k * 3, ~k, k ^ 0x55aa55aau};
  xtea(v, key, rounds % 65);
  u64 hidden = (u64)v[1] << 32 | v[0];
  xtea_back(v, key, rounds % 65);
  return v[0] == a && v[1] == b ? hidden : 0;
}
EXPORT(stream) u32 stream(u32 key, u32 n) { return rc4((const u8 *)&key, 4, n & 127); }
EXPORT(block) u32 block(u32 seed, u32 counter) {
  u32 in[16], out[16], h = 0;
  rng_seed(seed);
  for (int i = 0; i < 16; i++) in[i] = rng();
  in[12] = counter;
  chacha(out, in);
  for (int i = 0; i < 16; i++) h = mix(h, out[i]);
  return h;
}
EXPORT(wide) u64 wide(u64 x, u64 y, u64 k) { return speck(x, y, k, x ^ k); }
EXPORT(run) u32 run(void) {
  u32 h = mix64(0, round_trip(1, 2, 3, 32));
  h = mix(h, stream(0x12345678, 100));
  h = mix(h, block(9, 1));
  return mix64(h, wide(1, 2, 3));
}
