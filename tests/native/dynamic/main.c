/* Memory of the frame whose size is known at run time only. */
#include "../native.h"
int consume(int *values, int count);
char *reverse(char *to, const char *text);
void fill(unsigned char *bytes, int count, int seed);
NOINLINE static int variable(int count) {
  int values[count];
  for (int i = 0; i < count; i++) values[i] = i * 3;
  return consume(values, count);
}
NOINLINE static int loop(int rounds) {
  int sum = 0;
  for (int i = 1; i <= rounds; i++) {
    int inner[i * 2];
    for (int k = 0; k < i * 2; k++) inner[k] = k + i;
    sum += consume(inner, i * 2);
  }
  return sum;
}
NOINLINE static unsigned allocated(int count, const char *text) {
  unsigned char fixed[24];
  fill(fixed, 24, 1);
  unsigned char *bytes = __builtin_alloca(count);
  fill(bytes, count, 2);
  char *copy = __builtin_alloca(strlen(text) + 1);
  reverse(copy, text);
  unsigned sum = 0;
  for (int i = 0; i < 24; i++) sum += fixed[i];
  for (int i = 0; i < count; i++) sum = sum * 31 + bytes[i];
  printf("%s ", copy);
  return sum;
}
NOINLINE static int many(int a, int b, int c, int d, int e, int f, int count) {
  int values[count];
  values[0] = a;
  values[count - 1] = f;
  int sum = consume(values + count - 1, 1) + consume(values, 1);
  return sum + printf("%d %d %d %d %d %d %d\n", a, b, c, d, e, f, count);
}
NOINLINE static int nested(int depth) {
  int here[depth + 1];
  here[depth] = depth;
  return depth == 0 ? consume(here, 1) : nested(depth - 1) + here[depth];
}
int main(void) {
  printf("%d\n", variable(10));
  printf("%d\n", loop(12));
  printf("%u\n", allocated(33, "desserts"));
  printf("%d\n", many(1, 2, 3, 4, 5, 6, 7));
  printf("%d\n", nested(20));
  return 0;
}
