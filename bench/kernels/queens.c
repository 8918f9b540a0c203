#include "kern.h"
/* Solutions of the queens' problem: recursion with sets of columns and diagonals as bits. */
static u32 place(u32 all, u32 columns, u32 left, u32 right) {
  u32 count = 0;
  for (u32 free = all & ~(columns | left | right); free; free &= free - 1) {
    u32 bit = free & -free, taken = columns | bit;
    count += taken == all ? 1 : place(all, taken, (left | bit) << 1, (right | bit) >> 1);
  }
  return count;
}
u32 queens(u32 n) { return place((1u << n) - 1, 0, 0, 0); }
