#include "../native.h"
static int state = 9;
static const char *const name = "main";
__attribute__((weak)) int weak_one(void) { return -1; }
__attribute__((weak)) int weak_both(void) { return 8; }
int hidden(int n);
int real(int n), alias(int n);
extern volatile int value, value_alias;
extern int table[4];
extern int *const into[];
extern int **const *next;
const char *file_a(void);
int is_missing(void), call_missing(int n);
static int twice(int (*f)(int), int n) { return f(f(n)); }
static int (*const functions[])(int) = {hidden, real, alias, call_missing};
int main(void) {
  printf("%d %d\n", weak_one(), weak_both() / 7);
  printf("%s %s %d\n", name, file_a(), state);
  value_alias += 3;
  printf("%d %d %d\n", value, *into[2], **(int *const *)next);
  *into[0] = 40, *into[1] += 1, *into[3] += 2;
  printf("%d %d %d %d\n", table[0], table[3], hidden(3), weak_one());
  for (unsigned n = 0; n < 4; n++) printf("%d ", twice(functions[n], (int)n + 10));
  printf("%d %d\n", functions[1](5) == functions[2](5), is_missing());
  printf("%d\n", (int)(&table[3] - into[1]));
  return 0;
}
