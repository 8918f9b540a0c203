/* AES-128: the substitution box is computed, the key schedule and the rounds are bytewise. */
#include "corpus.h"
static u8 sbox[256], inverse[256], schedule[176];
static u8 twice(u8 v) { return (u8)(v << 1 ^ (v & 0x80 ? 0x1b : 0)); }
static u8 times(u8 a, u8 b) {
  u8 p = 0;
  for (; b; b >>= 1, a = twice(a))
    if (b & 1) p ^= a;
  return p;
}
static u8 rol8(u8 v, int n) { return (u8)(v << n | v >> (8 - n)); }
static void setup(void) {
  u8 p = 1, q = 1;
  do {
    p = p ^ twice(p);
    q ^= q << 1; q ^= q << 2; q ^= q << 4;
    if (q & 0x80) q ^= 9;
    u8 x = (u8)(q ^ rol8(q, 1) ^ rol8(q, 2) ^ rol8(q, 3) ^ rol8(q, 4) ^ 0x63);
    sbox[p] = x;
    inverse[x] = p;
  } while (p != 1);
  sbox[0] = 0x63;
  inverse[0x63] = 0;
}
static void expand(const u8 *key) {
  u8 rcon = 1;
  for (int i = 0; i < 16; i++) schedule[i] = key[i];
  for (int i = 16; i < 176; i += 4) {
    u8 t[4];
    for (int j = 0; j < 4; j++) t[j] = schedule[i - 4 + j];
    if (i % 16 == 0) {
      u8 first = t[0];
      t[0] = sbox[t[1]] ^ rcon; t[1] = sbox[t[2]]; t[2] = sbox[t[3]]; t[3] = sbox[first];
      rcon = twice(rcon);
    }
    for (int j = 0; j < 4; j++) schedule[i + j] = schedule[i - 16 + j] ^ t[j];
  }
}
static void add_key(u8 *s, int round) {
  for (int i = 0; i < 16; i++) s[i] ^= schedule[16 * round + i];
}
static void mix_columns(u8 *s, const u8 *m) {
  for (int c = 0; c < 16; c += 4) {
    u8 in[4] = {s[c], s[c + 1], s[c + 2], s[c + 3]};
    for (int r = 0; r < 4; r++) {
      u8 v = 0;
      for (int k = 0; k < 4; k++) v ^= times(in[k], m[(k - r) & 3]);
      s[c + r] = v;
    }
  }
}
static const u8 forward_matrix[4] = {2, 3, 1, 1}, back_matrix[4] = {14, 11, 13, 9};
static void shift_rows(u8 *s, int direction) {
  u8 t[16];
  for (int c = 0; c < 4; c++)
    for (int r = 0; r < 4; r++) t[4 * c + r] = s[4 * ((c + direction * r) & 3) + r];
  for (int i = 0; i < 16; i++) s[i] = t[i];
}
static void encrypt(u8 *s) {
  add_key(s, 0);
  for (int round = 1; round <= 10; round++) {
    for (int i = 0; i < 16; i++) s[i] = sbox[s[i]];
    shift_rows(s, 1);
    if (round < 10) mix_columns(s, forward_matrix);
    add_key(s, round);
  }
}
static void decrypt(u8 *s) {
  for (int round = 10; round > 0; round--) {
    add_key(s, round);
    if (round < 10) mix_columns(s, back_matrix);
    shift_rows(s, -1);
    for (int i = 0; i < 16; i++) s[i] = inverse[s[i]];
  }
  add_key(s, 0);
}
EXPORT(aes) u32 aes(u32 seed, u32 key_seed) {
  u8 key[16], block[16], plain[16];
  setup();
  rng_seed(key_seed);
  for (int i = 0; i < 16; i++) key[i] = (u8)rng();
  rng_seed(seed);
  for (int i = 0; i < 16; i++) plain[i] = block[i] = (u8)rng();
  expand(key);
  encrypt(block);
  u32 h = 0;
  for (int i = 0; i < 16; i++) h = mix(h, block[i]);
  decrypt(block);
  for (int i = 0; i < 16; i++)
    if (block[i] != plain[i]) return 0;
  return h;
}
EXPORT(run) u32 run(void) {
  static const u8 key[16] = {0x2b, 0x7e, 0x15, 0x16, 0x28, 0xae, 0xd2, 0xa6, 0xab, 0xf7, 0x15, 0x88, 9, 0xcf, 0x4f, 0x3c};
  u8 block[16] = {0x6b, 0xc1, 0xbe, 0xe2, 0x2e, 0x40, 0x9f, 0x96, 0xe9, 0x3d, 0x7e, 0x11, 0x73, 0x93, 0x17, 0x2a};
  setup();
  expand(key);
  encrypt(block);
  return (u32)block[0] << 24 | block[1] << 16 | block[2] << 8 | block[3]; /* 3ad77bb4 */
}
