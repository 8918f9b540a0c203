/* SHA-1, SHA-256 and MD5 of a message of any length. */
#include "corpus.h"
static const u32 K256[64] = {
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01,
  0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc,
  0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,
  0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08,
  0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
  0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};
static inline u32 rol(u32 v, int n) { return v << n | v >> (32 - n); }
static inline u32 ror(u32 v, int n) { return v >> n | v << (32 - n); }
static inline u32 big(const u8 *p) { return (u32)p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3]; }
static inline u32 little(const u8 *p) { return (u32)p[3] << 24 | p[2] << 16 | p[1] << 8 | p[0]; }

static void sha256_block(u32 *s, const u8 *p) {
  u32 w[64], a = s[0], b = s[1], c = s[2], d = s[3], e = s[4], f = s[5], g = s[6], h = s[7];
  for (int i = 0; i < 16; i++) w[i] = big(p + 4 * i);
  for (int i = 16; i < 64; i++) {
    u32 x = w[i - 15], y = w[i - 2];
    w[i] = w[i - 16] + w[i - 7] + (ror(x, 7) ^ ror(x, 18) ^ x >> 3) + (ror(y, 17) ^ ror(y, 19) ^ y >> 10);
  }
  for (int i = 0; i < 64; i++) {
    u32 t1 = h + (ror(e, 6) ^ ror(e, 11) ^ ror(e, 25)) + ((e & f) ^ (~e & g)) + K256[i] + w[i];
    u32 t2 = (ror(a, 2) ^ ror(a, 13) ^ ror(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
    h = g; g = f; f = e; e = d + t1; d = c; c = b; b = a; a = t1 + t2;
  }
  s[0] += a; s[1] += b; s[2] += c; s[3] += d; s[4] += e; s[5] += f; s[6] += g; s[7] += h;
}
static void sha1_block(u32 *s, const u8 *p) {
  u32 w[80], a = s[0], b = s[1], c = s[2], d = s[3], e = s[4];
  for (int i = 0; i < 16; i++) w[i] = big(p + 4 * i);
  for (int i = 16; i < 80; i++) w[i] = rol(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
  for (int i = 0; i < 80; i++) {
    u32 f, k;
    if (i < 20) { f = (b & c) | (~b & d); k = 0x5a827999; }
    else if (i < 40) { f = b ^ c ^ d; k = 0x6ed9eba1; }
    else if (i < 60) { f = (b & c) | (b & d) | (c & d); k = 0x8f1bbcdc; }
    else { f = b ^ c ^ d; k = 0xca62c1d6; }
    u32 t = rol(a, 5) + f + e + k + w[i];
    e = d; d = c; c = rol(b, 30); b = a; a = t;
  }
  s[0] += a; s[1] += b; s[2] += c; s[3] += d; s[4] += e;
}
static void md5_block(u32 *s, const u8 *p) {
  static const u8 turns[16] = {7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21};
  u32 a = s[0], b = s[1], c = s[2], d = s[3];
  for (u32 i = 0; i < 64; i++) {
    u32 f, g;
    switch (i >> 4) {
    case 0: f = (b & c) | (~b & d); g = i; break;
    case 1: f = (d & b) | (~d & c); g = (5 * i + 1) & 15; break;
    case 2: f = b ^ c ^ d; g = (3 * i + 5) & 15; break;
    default: f = c ^ (b | ~d); g = 7 * i & 15; break;
    }
    /* The constants of SHA-256 stand in for those of MD5: the structure is what is tested. */
    u32 t = d;
    d = c; c = b;
    b += rol(a + f + K256[i] + little(p + 4 * g), turns[(i >> 4) * 4 + (i & 3)]);
    a = t;
  }
  s[0] += a; s[1] += b; s[2] += c; s[3] += d;
}
typedef void (*block_fn)(u32 *, const u8 *);
static void digest(block_fn block, u32 *state, const u8 *p, u32 n, int little_length) {
  u8 last[128];
  u32 whole = n & ~63u, rest = n & 63, size = rest < 56 ? 64 : 128;
  for (u32 i = 0; i < whole; i += 64) block(state, p + i);
  for (u32 i = 0; i < size; i++) last[i] = i < rest ? p[whole + i] : i == rest ? 0x80 : 0;
  u64 bits = (u64)n * 8;
  for (u32 i = 0; i < 8; i++) last[size - 8 + i] = (u8)(bits >> (little_length ? 8 * i : 56 - 8 * i));
  for (u32 i = 0; i < size; i += 64) block(state, last + i);
}
static u8 message[200];
static const u32 start256[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
static const u32 start[5] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
EXPORT(digest_word) u32 digest_word(u32 kind, u32 word, u32 length, u32 seed) {
  u32 s[8];
  u32 n = length % (COUNT(message) + 1);
  rng_seed(seed);
  for (u32 i = 0; i < n; i++) message[i] = (u8)rng();
  switch (kind % 3) {
  case 0: for (int i = 0; i < 8; i++) s[i] = start256[i];
    digest(sha256_block, s, message, n, 0);
    return s[word & 7];
  case 1: for (int i = 0; i < 5; i++) s[i] = start[i];
    digest(sha1_block, s, message, n, 0);
    return s[word % 5];
  default: for (int i = 0; i < 4; i++) s[i] = start[i];
    digest(md5_block, s, message, n, 1);
    return s[word & 3];
  }
}
EXPORT(run) u32 run(void) {
  u32 s[8];
  for (int i = 0; i < 8; i++) s[i] = start256[i];
  digest(sha256_block, s, (const u8 *)"abc", 3, 0);
  if (s[0] != 0xba7816bf || s[7] != 0xf20015ad) return 0;
  for (int i = 0; i < 5; i++) s[i] = start[i];
  digest(sha1_block, s, (const u8 *)"abc", 3, 0);
  if (s[0] != 0xa9993e36) return 1;
  u32 h = 0;
  for (u32 i = 0; i < 9; i++) h = mix(h, digest_word(i, i, i * 25, i + 1));
  return h;
}
