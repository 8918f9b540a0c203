#include "kern.h"
/* A median of five samples, an average, and both saturated. */
#define SW(a,b) if (a>b) { i32 t=a;a=b;b=t; }
static i32 med5(i32 a, i32 b, i32 c, i32 d, i32 e) {
  SW(a, b) SW(d, e) SW(a, d) SW(b, e) SW(b, c) SW(c, d) SW(b, c)
  return c;
}
i32 median(const i16 *x, u32 n, i16 *y) {
  i32 avg = 0, peak = -32768;
  for (u32 i = 2; i + 2 < n; i++) {
    i32 m = med5(x[i - 2], x[i - 1], x[i], x[i + 1], x[i + 2]);
    avg += (m - avg) >> 3;
    i32 v = m * 3 - avg; v = v > 32767 ? 32767 : v < -32768 ? -32768 : v;
    if (v > peak) peak = v;
    y[i] = v;
  }
  return peak + avg;
}
