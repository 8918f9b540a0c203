/* Equal names that are local to their files, and data in sections of its own. */
#include "../native.h"
static int value = 1;
static int helper(void) { return value += 10; }
int other(void);
__attribute__((section(".data.special"), used)) int special = 55;
__attribute__((aligned(256))) static unsigned char table[256];
const volatile int constant = 321;
int get_special(void);
int main(void) {
  printf("%d %d %d %d\n", helper(), other(), helper(), other());
  printf("%d %d %d\n", get_special(), (int)((uintptr_t)table & 255), constant);
  table[5] = 3;
  printf("%d\n", table[5] + table[6]);
  return 0;
}
