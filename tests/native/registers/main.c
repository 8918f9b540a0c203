/* Accesses to registers, of which each has to happen once, in order and with its width. */
#include "../native.h"
#include "registers.h"
static uint32_t dirty = 7;
int main(void) {
  (void)DEVICE->control;
  (void)DEVICE->control;
  DEVICE->control = 1;
  DEVICE->control = 1;
  DEVICE->control |= 4;
  for (int i = 0; i < 6; i++) DEVICE->fifo = (uint32_t)i;
  while ((DEVICE->status & 7) != 7) {}
  DEVICE->words[0] = DEVICE->words[1];
  DEVICE->words[2] = 0;
  DEVICE->words[3] = 0;
  DEVICE->words[2] = 0;
  uint32_t a = DEVICE->words[0], b = DEVICE->words[1], c = DEVICE->words[2], d = DEVICE->words[3];
  DEVICE->halves[0] = (uint16_t)(a + b + c + d);
  DEVICE->halves[1]++;
  DEVICE->bytes[2] = (uint8_t)DEVICE->halves[1];
  DEVICE->bytes[3] ^= 0x55;
  if (DEVICE->bytes[0] && DEVICE->bytes[1]) DEVICE->bytes[0] = 9;
  DEVICE->signed_byte = (int8_t)-DEVICE->signed_byte;
  drain(DEVICE, dirty, 3);
  (void)*(volatile uint8_t *)0x40000020;
  (void)*(volatile uint16_t *)0x40000024;
  dirty = *(volatile uint32_t *)0x40000028;
  printf("registers\n");
  return (int)dirty;
}
