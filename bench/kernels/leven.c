#include "kern.h"
/* The distance of two texts by one row of dynamic programming. */
u32 leven(const u8 *a, u32 n, u16 *row) {
  const u8 *b = a + n; u32 m = n;
  for (u32 j = 0; j <= m; j++) row[j] = j;
  for (u32 i = 1; i <= n; i++) {
    u32 diag = row[0]; row[0] = i;
    for (u32 j = 1; j <= m; j++) {
      u32 up = row[j], left = row[j - 1];
      u32 best = diag + ((a[i - 1] & 3) != (b[j - 1] & 3));
      if (up + 1 < best) best = up + 1;
      if (left + 1 < best) best = left + 1;
      diag = up; row[j] = best;
    }
  }
  return row[m];
}
