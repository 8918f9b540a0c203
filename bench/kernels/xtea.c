#include "kern.h"
/* XTEA in counter mode (Needham and Wheeler, 1997). */
void xtea(u32 *data, u32 blocks, const u32 *key, u32 counter) {
  for (u32 b = 0; b < blocks; b++) {
    u32 v0 = counter++, v1 = 0x5eed1234, sum = 0;
    for (u32 i = 0; i < 32; i++) {
      v0 += (((v1 << 4) ^ (v1 >> 5)) + v1) ^ (sum + key[sum & 3]);
      sum += 0x9e3779b9;
      v1 += (((v0 << 4) ^ (v0 >> 5)) + v0) ^ (sum + key[(sum >> 11) & 3]);
    }
    data[2 * b] ^= v0; data[2 * b + 1] ^= v1;
  }
}
