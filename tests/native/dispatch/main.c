/* Tables of functions, and functions as arguments, also of the C library. */
#include "../native.h"
typedef int binary(int, int);
extern binary *const operations[4];
extern const struct command { const char *name; int (*run)(const char *); } commands[3];
binary *pick(int which);
int fold(binary *f, const int *values, int count, int start);
static int larger(int a, int b) { return a > b ? a : b; }
static int compare(const void *a, const void *b) { return *(const int *)a - *(const int *)b; }
static int down(const void *a, const void *b) { return compare(b, a); }
static int (*current)(const void *, const void *) = compare;
int main(void) {
  int values[] = {5, -3, 9, 2, 7, -8, 1};
  for (int i = 0; i < 4; i++) printf("%d ", operations[i](20, 6));
  printf("%d %d\n", fold(larger, values, 7, -100), fold(pick(0), values, 7, 0));
  printf("%d %d %d\n", pick(1) == operations[1], pick(0) == larger, pick(9) == 0);
  for (int round = 0; round < 2; round++) {
    qsort(values, 7, sizeof *values, current);
    for (int i = 0; i < 7; i++) printf("%d ", values[i]);
    current = down;
  }
  for (int i = 0; i < 3; i++) printf("%s=%d ", commands[i].name, commands[i].run("abc"));
  puts("");
  return 0;
}
