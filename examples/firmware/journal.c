/* A journal of events as lines of text: C that clang compiles to a wasm object, in which pointers are the machine's. */
#include "journal.h"

#define ENTRIES 4

static const char *const names[] = {"start", "sample", "mean"};
static struct { uint32_t when, event; int32_t value; } ring[ENTRIES];
static uint32_t count;

void journal_add(uint32_t event, int32_t value) {
  ring[count % ENTRIES].when = board_time();
  ring[count % ENTRIES].event = event;
  ring[count % ENTRIES].value = value;
  count++;
}

static char *number(char *to, int32_t value) {
  char digits[12];
  char *p = digits;
  uint32_t rest = value < 0 ? -(uint32_t)value : (uint32_t)value;
  do *p++ = (char)('0' + rest % 10);
  while (rest /= 10);
  if (value < 0) *p++ = '-';
  while (p > digits) *to++ = *--p;
  return to;
}

uint32_t journal_print(void (*line)(const char *)) {
  uint32_t first = count > ENTRIES ? count - ENTRIES : 0;
  for (uint32_t n = first; n < count; n++) {
    char text[40];
    char *to = number(text, (int32_t)ring[n % ENTRIES].when);
    *to++ = ' ';
    for (const char *from = names[ring[n % ENTRIES].event]; *from;) *to++ = *from++;
    *to++ = ' ';
    to = number(to, ring[n % ENTRIES].value);
    *to++ = '\n';
    *to = 0;
    line(text);
  }
  return count - first;
}
