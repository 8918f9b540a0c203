#include "kern.h"
/* A canonical Huffman code: its tables, and symbols bit by bit. */
typedef struct { u16 count[16]; u16 symbol[64]; } Code;
typedef struct { const u8 *p; u32 hold, have; } Bits;
static Code code;
static void build(Code *c, const u8 *len, u32 n) {
  u16 offs[16];
  for (u32 i = 0; i < 16; i++) c->count[i] = 0;
  for (u32 i = 0; i < n; i++) c->count[len[i]]++;
  offs[1] = 0;
  for (u32 i = 1; i < 15; i++) offs[i + 1] = offs[i] + c->count[i];
  for (u32 i = 0; i < n; i++) if (len[i]) c->symbol[offs[len[i]]++] = i;
  c->count[0] = 0;
}
static u32 bits(Bits *b, u32 n) {
  while (b->have < n) { b->hold |= (u32)*b->p++ << b->have; b->have += 8; }
  u32 v = b->hold & ((1u << n) - 1); b->hold >>= n; b->have -= n; return v;
}
static i32 decode(Bits *b, const Code *c) {
  i32 k = 0, first = 0, index = 0;
  for (u32 len = 1; len < 16; len++) {
    k |= bits(b, 1);
    i32 count = c->count[len];
    if (k - count < first) return c->symbol[index + (k - first)];
    index += count; first += count; first <<= 1; k <<= 1;
  }
  return -1;
}
u32 huff(const u8 *in, u32 n, u8 *out) {
  u8 len[64];
  for (u32 i = 0; i < 64; i++) len[i] = i < 8 ? 4 : i < 16 ? 5 : i < 24 ? 6 : 8;
  build(&code, len, 64);
  Bits b = {in, 0, 0};
  for (u32 i = 0; i < n; i++) { i32 s = decode(&b, &code); if (s < 0) s = 63; out[i] = s; if (s < 2) out[i] += bits(&b, 3); }
  u32 s = 0; for (u32 i = 0; i < n; i++) s = s * 33 + out[i];
  return s;
}
