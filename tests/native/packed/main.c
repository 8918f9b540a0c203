/* Packed structures, bit fields and places of any alignment. */
#include "../native.h"
struct __attribute__((packed)) header { uint8_t kind; uint32_t length; uint16_t check; uint64_t stamp; };
unsigned parse(const uint8_t *bytes, struct header *to);
void put32(uint8_t *to, uint32_t value);
uint32_t get32(const uint8_t *from);
extern struct registers { unsigned enable : 1, mode : 2, : 5, count : 12, rest : 12; } registers;
int main(void) {
  uint8_t bytes[20];
  for (int i = 0; i < 20; i++) bytes[i] = (uint8_t)(i * 11 + 1);
  struct header header;
  unsigned used = parse(bytes + 1, &header);
  printf("%u %x %x %x %llx\n", used, header.kind, (unsigned)header.length, header.check, (unsigned long long)header.stamp);
  put32(bytes + 3, 0xdeadbeef);
  printf("%x %x\n", (unsigned)get32(bytes + 3), (unsigned)get32(bytes + 2));
  registers.mode = 2;
  registers.count += 0x123;
  registers.enable = 1;
  unsigned raw;
  memcpy(&raw, &registers, 4);
  printf("%x %d\n", raw, registers.count);
  return 0;
}
