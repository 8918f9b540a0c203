/* What examples/firmware/filter.wat does, as C. */
#include <stdint.h>

int32_t sensor_read(int32_t channel);

#define MIDDLE {16, 16, 16, 16, 16, 16, 16, 16}
static int32_t ring[8] = MIDDLE;
static uint32_t next;

void filter_init(void) {
  static const int32_t first[8] = MIDDLE;
  next = 0;
  for (int n = 0; n < 8; n++) ring[n] = first[n];
}

int32_t filter_sample(int32_t channel) {
  int32_t value = sensor_read(channel);
  ring[next] = value;
  next = (next + 1) & 7;
  return value;
}

int32_t filter_mean(void) {
  int32_t sum = 0;
  for (int n = 0; n < 8; n++) sum += ring[n];
  return sum / 8;
}

float filter_volts(float scale) { return (float)filter_mean() * scale; }
