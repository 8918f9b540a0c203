#include "kern.h"
/* Cells on a board with a border, a byte each. */
#define W 24
static u8 g[2][W + 2][W + 2];
u32 life(const u8 *seed, u32 gens, u8 *out) {
  u32 cur = 0;
  for (u32 y = 1; y <= W; y++) for (u32 x = 1; x <= W; x++) g[0][y][x] = seed[(y - 1) * W + x - 1] & 1;
  for (u32 t = 0; t < gens; t++, cur ^= 1)
    for (u32 y = 1; y <= W; y++) for (u32 x = 1; x <= W; x++) {
      u32 n = 0;
      for (i32 dy = -1; dy <= 1; dy++) for (i32 dx = -1; dx <= 1; dx++) if (dx || dy) n += g[cur][y + dy][x + dx];
      g[cur ^ 1][y][x] = n == 3 || (n == 2 && g[cur][y][x]);
    }
  u32 s = 0;
  for (u32 y = 1; y <= W; y++) for (u32 x = 1; x <= W; x++) { out[(y - 1) * W + x - 1] = g[cur][y][x]; s += g[cur][y][x] * (x + y * W); }
  return s;
}
