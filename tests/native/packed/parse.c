#include "../native.h"
struct __attribute__((packed)) header { uint8_t kind; uint32_t length; uint16_t check; uint64_t stamp; };
struct registers { unsigned enable : 1, mode : 2, : 5, count : 12, rest : 12; } registers = {0, 1, 7, 9};
unsigned parse(const uint8_t *bytes, struct header *to) {
  memcpy(to, bytes, sizeof *to);
  to->stamp += to->check;
  return sizeof *to;
}
void put32(uint8_t *to, uint32_t value) { for (int i = 0; i < 4; i++, value >>= 8) to[i] = (uint8_t)value; }
uint32_t get32(const uint8_t *from) { return (uint32_t)(from[0] | from[1] << 8 | from[2] << 16) | (uint32_t)from[3] << 24; }
