/* Buffers with static storage. */
#include "../native.h"
extern char log_text[256];
void log_line(const char *text);
int queue_put(int value);
int queue_get(void);
static uint8_t scratch[1000];
static int counter(void) { static int count = 5; return count++; }
static double table[16];
int main(void) {
  for (int i = 0; i < 1000; i++) scratch[i] = (uint8_t)(i * 7);
  unsigned sum = 0;
  for (int i = 0; i < 1000; i++) sum += scratch[i];
  for (int i = 0; i < 16; i++) table[i] = i * 0.5;
  printf("%u %d %d %d\n", sum, counter(), counter(), (int)(table[15] * 10));
  log_line("one");
  log_line("two");
  printf("%s\n", log_text);
  for (int i = 0; i < 10; i++) printf("%d ", queue_put(i * i));
  for (int i = 0; i < 10; i++) printf("%d ", queue_get());
  puts("");
  return 0;
}
