#include "kern.h"
/* A CRC of 32 bits, four bytes at a time with four tables that are made first. */
static u32 table[4][256];
u32 crc_slice(const u8 *p, u32 n) {
  for (u32 i = 0; i < 256; i++) {
    u32 c = i;
    for (i32 k = 0; k < 8; k++) c = c & 1 ? c >> 1 ^ 0xedb88320 : c >> 1;
    table[0][i] = c;
  }
  for (u32 i = 0; i < 256; i++)
    for (u32 k = 1; k < 4; k++) table[k][i] = table[k - 1][i] >> 8 ^ table[0][table[k - 1][i] & 255];
  u32 c = ~0u;
  for (; n >= 4; n -= 4, p += 4) {
    c ^= p[0] | p[1] << 8 | p[2] << 16 | (u32)p[3] << 24;
    c = table[3][c & 255] ^ table[2][c >> 8 & 255] ^ table[1][c >> 16 & 255] ^ table[0][c >> 24];
  }
  while (n--) c = c >> 8 ^ table[0][(c ^ *p++) & 255];
  return ~c;
}
