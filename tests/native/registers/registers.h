struct device {
  volatile uint32_t control, fifo, spare[2];
  volatile uint32_t status;
  volatile uint32_t words[4];
  volatile uint16_t halves[2];
  volatile uint8_t bytes[4];
  volatile int8_t signed_byte;
};
#define DEVICE ((struct device *)0x40000000)
void drain(struct device *device, uint32_t mask, int count);
