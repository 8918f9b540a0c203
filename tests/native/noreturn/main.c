/* Paths that do not return, many ways out of a function with a frame, and switches. */
#include "../native.h"
void fail(const char *what, int code) __attribute__((noreturn));
void fill(int *to, int count);
NOINLINE static int checked(int n) {
  int values[6];
  if (n > 90) fail("too large", n);
  fill(values, 6);
  switch (n % 7) {
  case 0: return values[0];
  case 1: values[1] += n; return values[1];
  case 2: if (values[2] > 3) return values[2]; break;
  case 3: fill(values + 3, 3); return values[3] + values[5];
  case 5: { int more[3]; fill(more, 3); return more[2] + values[0]; }
  default: return -n;
  }
  return 500;
}
int main(void) {
  for (int n = 0; n < 21; n++) printf("%d ", checked(n));
  puts("");
  printf("%d\n", checked(91));
  return 1;
}
