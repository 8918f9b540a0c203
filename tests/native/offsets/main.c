/* Places far behind a symbol, and before it. */
#include "../native.h"
extern struct far { int head; char gap[100000]; int tail; short end[3]; } far_data;
extern int grid[50][60];
int sum_row(int row);
static char block[70000];
int main(void) {
  far_data.tail = 12;
  far_data.end[2] = -5;
  grid[49][59] = 8;
  grid[20][0] = 3;
  block[69999] = 7;
  int *before = &grid[10][0];
  printf("%d %d %d %d\n", far_data.head, far_data.tail + far_data.end[2], sum_row(49), before[-60]);
  unsigned at = 69990;
  for (unsigned i = 0; i < 10; i++) block[at + i] += (char)i;
  printf("%d %d\n", block[69999], sum_row(20));
  return 0;
}
