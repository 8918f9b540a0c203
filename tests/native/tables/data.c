#include "../native.h"
#include "tables.h"
const unsigned primes[PRIMES] = {2, 3, 5, 7, 11};
const struct day months[] = {{"jan", 31, {0}}, {"feb", 28, {-1, 1}}, {"mar", 31, {0}}};
const unsigned months_count = sizeof months / sizeof *months;
static const int grid[4][4] = {{1, 2, 3, 4}, {5, 6, 7, 8}, {9, 10, 11, 12}, {13, 14, 15, 16}};
static const uint32_t nibbles[16] = {
  0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
  0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c, 0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c};
int lookup(int row, int column) { return grid[row][column]; }
uint32_t checksum(const char *bytes, unsigned count) {
  uint32_t crc = ~0u;
  for (unsigned i = 0; i < count; i++) {
    crc ^= (unsigned char)bytes[i];
    crc = crc >> 4 ^ nibbles[crc & 15];
    crc = crc >> 4 ^ nibbles[crc & 15];
  }
  return ~crc;
}
