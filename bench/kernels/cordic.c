#include "kern.h"
/* Sines and cosines by shifts and additions. */
static const i32 T[16] = { 536870912, 316933406, 167458907, 85004756, 42667331, 21354465, 10679838, 5340245, 2670163, 1335087,
  667544, 333772, 166886, 83443, 41722, 20861 };
static void rotate(i32 angle, i32 *c, i32 *s) {
  i32 x = 652032874, y = 0, z = angle; u32 flip = 0;
  if (z > 1073741824 - 1) { z -= 0x7fffffff; flip = 1; } else if (z < -1073741824) { z += 0x7fffffff; flip = 1; }
  for (u32 i = 0; i < 16; i++) {
    i32 dx = x >> i, dy = y >> i;
    if (z >= 0) { x -= dy; y += dx; z -= T[i]; } else { x += dy; y -= dx; z += T[i]; }
  }
  *c = flip ? -x : x; *s = flip ? -y : y;
}
i32 cordic(const i32 *a, u32 n, i32 *out) {
  i32 sum = 0;
  for (u32 i = 0; i < n; i++) {
    i32 c, s; rotate(a[i], &c, &s); out[2 * i] = c; out[2 * i + 1] = s; sum += (i32)(((i64)c * c + (i64)s * s) >> 32);
  }
  return sum;
}
