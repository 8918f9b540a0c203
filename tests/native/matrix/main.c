/* Matrices: arrays of arrays, variable-length ones as parameters, floats and doubles, structures by value inside the program. */
#include "../native.h"
typedef struct { float m[4][4]; } Mat4;
typedef struct { double re, im; } Complex;
typedef struct { int16_t a; int8_t b; } Small;
typedef struct { int x; } One;
NOINLINE static Mat4 product(Mat4 a, Mat4 b) {
  Mat4 r;
  for (int i = 0; i < 4; i++) for (int j = 0; j < 4; j++) {
    float s = 0;
    for (int k = 0; k < 4; k++) s += a.m[i][k] * b.m[k][j];
    r.m[i][j] = s;
  }
  return r;
}
NOINLINE static Complex times(Complex a, Complex b) { return (Complex){a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re}; }
NOINLINE static Small bump(Small s, One o) { s.a = (int16_t)(s.a + o.x); s.b = (int8_t)(s.b - o.x); return s; }
NOINLINE static One one(Small s) { return (One){s.a * s.b}; }
NOINLINE static long long trace(int n, int m[n][n]) { long long t = 0; for (int i = 0; i < n; i++) t += m[i][i]; return t; }
NOINLINE static void multiply(int n, int a[n][n], int b[n][n], int c[n][n]) {
  for (int i = 0; i < n; i++) for (int j = 0; j < n; j++) {
    c[i][j] = 0;
    for (int k = 0; k < n; k++) c[i][j] += a[i][k] * b[k][j];
  }
}
NOINLINE static long long power(int n, int rounds) {
  int a[n][n], b[n][n], c[n][n];
  for (int i = 0; i < n; i++) for (int j = 0; j < n; j++) a[i][j] = i * 3 - j, b[i][j] = i == j;
  while (rounds--) { multiply(n, a, b, c); memcpy(b, c, sizeof c); }
  return trace(n, b);
}
static double lu(double (*a)[5], int n) {
  double d = 1;
  for (int k = 0; k < n; k++) {
    int p = k;
    for (int i = k + 1; i < n; i++) if ((a[i][k] < 0 ? -a[i][k] : a[i][k]) > (a[p][k] < 0 ? -a[p][k] : a[p][k])) p = i;
    if (p != k) { double row[5]; memcpy(row, a[p], sizeof row); memcpy(a[p], a[k], sizeof row); memcpy(a[k], row, sizeof row); d = -d; }
    d *= a[k][k];
    for (int i = k + 1; i < n; i++) { double f = a[i][k] / a[k][k]; for (int j = k; j < n; j++) a[i][j] -= f * a[k][j]; }
  }
  return d;
}
int main(void) {
  Mat4 a, b;
  for (int i = 0; i < 4; i++) for (int j = 0; j < 4; j++) a.m[i][j] = (float)(i - j) / 2, b.m[i][j] = (float)(i * j + 1);
  a = product(product(a, b), a);
  for (int i = 0; i < 4; i++) printf("%d %d %d %d\n", (int)(a.m[i][0] * 8), (int)(a.m[i][1] * 8), (int)(a.m[i][2] * 8), (int)(a.m[i][3] * 8));
  Complex z = {0.5, 0.25}, w = z;
  for (int n = 0; n < 6; n++) w = times(w, z), w.re += 1;
  printf("%d %d\n", (int)(w.re * 1e6), (int)(w.im * 1e6));
  Small s = {300, 5};
  for (int n = 0; n < 4; n++) s = bump(s, one(s));
  printf("%d %d\n", s.a, s.b);
  for (int n = 1; n < 8; n++) printf("%lld ", power(n, 3));
  double m[5][5];
  for (int i = 0; i < 5; i++) for (int j = 0; j < 5; j++) m[i][j] = (i * 7 + j * 3) % 5 + (i == j ? 2.5 : 0);
  printf("%d\n", (int)(lu(m, 5) * 1000));
  return 0;
}
