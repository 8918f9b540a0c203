#include "../native.h"
#include "registers.h"
void drain(struct device *device, uint32_t mask, int count) {
  while (count--) {
    uint32_t word = device->fifo;
    device->words[word & 3] = word & mask;
    device->bytes[word & 3];
  }
  device->control = mask;
}
