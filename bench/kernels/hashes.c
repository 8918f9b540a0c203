#include "kern.h"
/* FNV-1a of 64 bits, the 32-bit finaliser of MurmurHash3, and buckets of an open hash table. */
static u32 mix(u32 h) {
  h ^= h >> 16; h *= 0x85ebca6b; h ^= h >> 13; h *= 0xc2b2ae35; h ^= h >> 16;
  return h;
}
u32 hashes(const u8 *s, u32 count, u32 width, u32 *table, u32 mask) {
  u32 collisions = 0;
  for (u32 i = 0; i < count; i++, s += width) {
    u64 h = 0xcbf29ce484222325ull;
    for (u32 j = 0; j < width; j++) { h ^= s[j]; h *= 0x100000001b3ull; }
    u32 key = mix((u32)h ^ (u32)(h >> 32)) | 1, at = key & mask;
    while (table[at] && table[at] != key) { at = (at + 1) & mask; collisions++; }
    table[at] = key;
  }
  return collisions;
}
