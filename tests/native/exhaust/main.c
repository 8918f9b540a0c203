#include "../native.h"
int consume(int depth, unsigned bytes);
int consume_aligned(int depth, unsigned words);
int main(void) {
  printf("stack %d %d\n", consume(20, 100), consume(3, 5000));
  printf("aligned %d\n", consume_aligned(10, 50));
  return 0;
}
