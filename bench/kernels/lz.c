#include "kern.h"
/* Decompression of literals and matches: a byte of lengths, then literals, then a distance of two bytes. */
i32 lz(const u8 *in, u32 size, u8 *out, u32 room) {
  const u8 *end = in + size;
  u8 *start = out, *limit = out + room;
  while (in < end) {
    u32 token = *in++, literals = token >> 4, match = token & 15;
    if (literals == 15) { u8 more; do { if (in >= end) return -1; more = *in++; literals += more; } while (more == 255); }
    if (literals > (u32)(end - in) || literals > (u32)(limit - out)) return -2;
    for (u32 i = 0; i < literals; i++) *out++ = *in++;
    if (in >= end) break;
    if (end - in < 2) return -3;
    u32 distance = in[0] | in[1] << 8;
    in += 2;
    if (match == 15) { u8 more; do { if (in >= end) return -1; more = *in++; match += more; } while (more == 255); }
    match += 4;
    if (!distance || distance > (u32)(out - start) || match > (u32)(limit - out)) return -4;
    const u8 *from = out - distance;
    for (u32 i = 0; i < match; i++) *out++ = *from++;
  }
  return out - start;
}
