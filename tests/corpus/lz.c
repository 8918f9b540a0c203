/* Compression: a small LZ77, run lengths, delta coding, a canonical Huffman code. */
#include "corpus.h"
#define SIZE 256
static u8 plain[SIZE], packed[2 * SIZE + 8], again[SIZE];
/* A token is a byte: below 128 that many plus one literals follow; else a match of (token & 127) + 3 bytes, its distance in the next byte. */
static u32 compress(const u8 *in, u32 n, u8 *out) {
  u32 at = 0, o = 0, literals = 0;
  while (at < n) {
    u32 best = 0, distance = 0;
    for (u32 d = 1; d <= at && d <= 255; d++) {
      u32 k = 0;
      while (k < 130 && at + k < n && in[at + k] == in[at + k - d]) k++;
      if (k > best) { best = k; distance = d; }
    }
    if (best >= 3) { out[o++] = (u8)(128 | (best - 3)); out[o++] = (u8)distance; at += best; literals = 0; continue; }
    if (literals == 0) out[o++] = 0;
    else out[o - literals - 1]++;
    out[o++] = in[at++];
    if (++literals == 128) literals = 0;
  }
  return o;
}
static u32 expand(const u8 *in, u32 n, u8 *out, u32 room) {
  u32 o = 0;
  for (u32 i = 0; i < n;) {
    u8 t = in[i++];
    u32 k = t < 128 ? t + 1u : (t & 127) + 3u;
    if (o + k > room) return 0;
    if (t < 128) { while (k-- && i < n) out[o++] = in[i++]; }
    else { if (i == n || in[i] > o || in[i] == 0) return 0; u32 d = in[i++]; for (; k--; o++) out[o] = out[o - d]; }
  }
  return o;
}
static u32 run_lengths(const u8 *in, u32 n, u8 *out) {
  u32 o = 0;
  for (u32 i = 0; i < n;) { u32 k = 1; while (i + k < n && in[i + k] == in[i] && k < 255) k++; out[o++] = (u8)k; out[o++] = in[i]; i += k; }
  return o;
}
static u32 hash(const u8 *p, u32 n) { u32 h = n; while (n--) h = mix(h, *p++); return h; }
static u32 fill(u32 seed, u32 n, u32 kind) {
  n %= SIZE + 1;
  rng_seed(seed);
  for (u32 i = 0; i < n; i++)
    switch (kind & 3) {
    case 0: plain[i] = (u8)(rng() & 1); break;
    case 1: plain[i] = (u8)(i % 7 + (rng() % 20 == 0)); break;
    case 2: plain[i] = (u8)rng(); break;
    default: plain[i] = i && rng() & 12 ? plain[i - 1] : (u8)rng(); break;
    }
  return n;
}
EXPORT(lz) u32 lz(u32 seed, u32 n, u32 kind) {
  n = fill(seed, n, kind);
  u32 m = compress(plain, n, packed);
  if (expand(packed, m, again, SIZE) != n) return 0;
  for (u32 i = 0; i < n; i++) if (plain[i] != again[i]) return 1;
  return hash(packed, m);
}
EXPORT(garbage) u32 garbage(u32 seed, u32 n) { n = fill(seed, n, 2); u32 m = expand(plain, n, again, SIZE); return m ? hash(again, m) : 0; }
EXPORT(rle) u32 rle(u32 seed, u32 n, u32 kind) { n = fill(seed, n, kind); return hash(packed, run_lengths(plain, n, packed)); }
EXPORT(huffman) u32 huffman(u32 seed, u32 n, u32 kind) {
  u16 weight[32];
  u8 parent[32], depth[32];
  u32 nodes = 16, h = 0;
  n = fill(seed, n, kind);
  for (u32 i = 0; i < 16; i++) weight[i] = 1;
  for (u32 i = 0; i < n; i++) weight[plain[i] & 15]++;
  u32 open = 0xffff;
  while (open & (open - 1)) {
    u32 first = 32, second = 32;
    for (u32 i = 0; i < nodes; i++) {
      if (!(open >> i & 1)) continue;
      if (first == 32 || weight[i] < weight[first]) { second = first; first = i; }
      else if (second == 32 || weight[i] < weight[second]) second = i;
    }
    weight[nodes] = (u16)(weight[first] + weight[second]);
    parent[first] = parent[second] = (u8)nodes;
    open = (open & ~(1u << first | 1u << second)) | 1u << nodes++;
  }
  depth[nodes - 1] = 0;
  for (u32 i = nodes - 1; i-- > 0;) depth[i] = depth[parent[i]] + 1;
  u32 code = 0;
  for (u32 length = 1; length < 16; length++, code <<= 1)
    for (u32 i = 0; i < 16; i++) if (depth[i] == length) h = mix(h, code++ << 8 | i);
  return h;
}
EXPORT(run) u32 run(void) {
  u32 h = 0;
  for (u32 k = 0; k < 4; k++) h = mix(h, lz(k + 1, 200, k) ^ rle(k + 2, 250, k) ^ huffman(k + 3, 222, k) ^ garbage(k + 4, 100));
  return h;
}
