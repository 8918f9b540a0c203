/* Two modules and the C around them: a filter with a memory of its own, and a journal whose memory is the machine's. */
#include "board.h"
#include "filter.h"
#include "journal.h"

/* Imports. */
int32_t sensor_read(int32_t channel) {
  static int32_t next = 100;
  next = next * 5 % 1009;
  return next + 1000 * channel;
}
static uint32_t time;
uint32_t board_time(void) { return time += 10; }

static void number(int32_t value) {
  char digits[12], *p = &digits[11];
  uint32_t rest = value < 0 ? -(uint32_t)value : (uint32_t)value;
  *p = 0;
  do *--p = (char)('0' + rest % 10);
  while (rest /= 10);
  if (value < 0) *--p = '-';
  print(p);
}

static void quiet(const char *line) { (void)line; }

/* A line of the table: what a call takes, the smallest of some, without the measuring. */
#define MEASURE(call) do { \
    uint32_t least = ~0u, none = ~0u; \
    for (int n = 0; n < 5; n++) { \
      cycles_start(); uint32_t empty = cycles(); if (empty < none) none = empty; \
      cycles_start(); call; uint32_t taken = cycles(); if (taken < least) least = taken; \
    } \
    print("cycles " #call ": "); number((int32_t)(least > none ? least - none : 0)); print("\n"); \
  } while (0)

int main(void) {
  filter_init();
  journal_add(0, 0);
  for (int n = 0; n < 8; n++) journal_add(1, filter_sample(n & 1));
  journal_add(2, filter_mean());
  uint32_t lines = journal_print(print);
  print("lines ");
  number((int32_t)lines);
  print("\nmillivolts ");
  number((int32_t)(filter_volts(0.25f) * 1000));
  print("\n");
  MEASURE(filter_sample(0));
  MEASURE(filter_mean());
  MEASURE(filter_volts(0.5f));
  MEASURE(journal_add(1, 7));
  MEASURE(journal_print(quiet));
  return 0;
}
