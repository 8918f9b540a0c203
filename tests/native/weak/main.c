/* Weak definitions that another file replaces or not, weak references, other names of functions and data. */
#include "../native.h"
__attribute__((weak)) int replaced(void) { return 1; }
__attribute__((weak)) int kept(void) { return 2; }
__attribute__((weak)) int setting = 10;
extern __attribute__((weak)) int absent(int);
extern __attribute__((weak)) int absent_data;
extern __attribute__((weak)) int present(int);
static int original(int x) { return x * 2; }
int other_name(int x) __attribute__((alias("original")));
int weak_name(int x) __attribute__((weak, alias("original")));
int calls_weak(int x);
int main(void) {
  printf("%d %d %d\n", replaced(), kept(), setting);
  printf("%d %d %d\n", absent ? absent(1) : -1, &absent_data != 0, present ? present(4) : -1);
  printf("%d %d %d %d\n", original(1), other_name(2), weak_name(3), calls_weak(5));
  return 0;
}
