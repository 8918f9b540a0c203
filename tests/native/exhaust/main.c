#include "../native.h"
int consume(int depth, unsigned bytes);
int consume_aligned(int depth, unsigned words);
int main(void) {
  printf("%d %d\n", consume(20, 100), consume(3, 5000));
  printf("%d\n", consume_aligned(10, 50));
  return 0;
}
