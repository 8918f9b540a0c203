#include "kern.h"
/* A two-dimensional cosine transform of 8 x 8 samples in fixed point, rows and then columns (after Loeffler, 1989). */
#define MUL(x, c) ((x) * (c) >> 11)
static void transform(i32 *d, i32 s) {
  i32 a = d[0] + d[7 * s], h = d[0] - d[7 * s], b = d[s] + d[6 * s], g = d[s] - d[6 * s];
  i32 c = d[2 * s] + d[5 * s], f = d[2 * s] - d[5 * s], e = d[3 * s] + d[4 * s], k = d[3 * s] - d[4 * s];
  i32 p = a + e, q = a - e, r = b + c, t = b - c;
  d[0] = p + r; d[4 * s] = p - r;
  i32 z = MUL(q + t, 1108);
  d[2 * s] = z + MUL(q, 1568); d[6 * s] = z - MUL(t, 3784);
  i32 u = k + h, v = f + g, w = k + g, x = f + h, y = MUL(w + x, 2408);
  u = MUL(u, -1843); v = MUL(v, -5249); w = MUL(w, -4017) + y; x = MUL(x, -799) + y;
  d[7 * s] = MUL(k, 611) + u + w; d[5 * s] = MUL(f, 4205) + v + x;
  d[3 * s] = MUL(g, 6292) + v + w; d[s] = MUL(h, 3075) + u + x;
}
void dct8(const u8 *in, i32 *out) {
  for (i32 i = 0; i < 64; i++) out[i] = (in[i] - 128) << 2;
  for (i32 i = 0; i < 8; i++) transform(out + 8 * i, 1);
  for (i32 i = 0; i < 8; i++) transform(out + i, 8);
  for (i32 i = 0; i < 64; i++) out[i] = (out[i] + 16) >> 5;
}
