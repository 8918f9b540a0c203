/* Matrices of integers: products, powers modulo, determinants, transposition, convolution. */
#include "corpus.h"
#define N 8
static i32 x[N][N], y[N][N], z[N][N];
static void multiply(i32 (*out)[N], i32 (*p)[N], i32 (*q)[N]) {
  for (u32 i = 0; i < N; i++)
    for (u32 j = 0; j < N; j++) {
      i32 s = 0;
      for (u32 k = 0; k < N; k++) s += p[i][k] * q[k][j];
      out[i][j] = s;
    }
}
static void transpose(i32 (*m)[N]) {
  for (u32 i = 0; i < N; i++) for (u32 j = 0; j < i; j++) { i32 t = m[i][j]; m[i][j] = m[j][i]; m[j][i] = t; }
}
static u32 hash(i32 (*m)[N]) { u32 h = 0; for (u32 i = 0; i < N; i++) for (u32 j = 0; j < N; j++) h = mix(h, (u32)m[i][j]); return h; }
static void setup(u32 seed) {
  rng_seed(seed);
  for (u32 i = 0; i < N; i++) for (u32 j = 0; j < N; j++) { x[i][j] = (i32)rng() >> 20; y[i][j] = (i32)rng() >> 22; }
}
/* Bareiss: every division is exact */
static i64 determinant(u32 n) {
  i64 m[5][5], previous = 1, sign = 1;
  for (u32 i = 0; i < n; i++) for (u32 j = 0; j < n; j++) m[i][j] = x[i][j] >> 4;
  for (u32 k = 0; k + 1 < n; k++) {
    if (m[k][k] == 0) {
      u32 r = k + 1;
      while (r < n && m[r][k] == 0) r++;
      if (r == n) return 0;
      for (u32 j = 0; j < n; j++) { i64 t = m[k][j]; m[k][j] = m[r][j]; m[r][j] = t; }
      sign = -sign;
    }
    for (u32 i = k + 1; i < n; i++)
      for (u32 j = k + 1; j < n; j++) m[i][j] = (m[i][j] * m[k][k] - m[i][k] * m[k][j]) / previous;
    previous = m[k][k];
  }
  return sign * m[n - 1][n - 1];
}
static u32 fibonacci_mod(u32 n, u32 modulus) {
  u64 a = 1, b = 1, c = 1, d = 0, e = 1, f = 0, g = 0, h = 1;
  for (; n; n >>= 1) {
    if (n & 1) { u64 e2 = (e * a + f * c) % modulus, f2 = (e * b + f * d) % modulus, g2 = (g * a + h * c) % modulus, h2 = (g * b + h * d) % modulus; e = e2; f = f2; g = g2; h = h2; }
    u64 a2 = (a * a + b * c) % modulus, b2 = (a * b + b * d) % modulus, c2 = (c * a + d * c) % modulus, d2 = (c * b + d * d) % modulus;
    a = a2; b = b2; c = c2; d = d2;
  }
  return (u32)f;
}
EXPORT(product) u32 product(u32 seed) { setup(seed); multiply(z, x, y); return hash(z); }
EXPORT(transposed) u32 transposed(u32 seed) { setup(seed); transpose(x); multiply(z, y, x); transpose(z); return hash(z); }
EXPORT(det) i64 det(u32 seed, u32 n) { setup(seed); return determinant(n % 5 + 1); }
EXPORT(fibonacci) u32 fibonacci(u32 n, u32 modulus) { return fibonacci_mod(n, (modulus & 0xfffff) + 2); }
EXPORT(blur) u32 blur(u32 seed, u32 times) {
  static const i8 kernel[3][3] = {{1, 2, 1}, {2, 4, 2}, {1, 2, 1}};
  setup(seed);
  for (times &= 3; times; times--) {
    for (i32 i = 0; i < N; i++)
      for (i32 j = 0; j < N; j++) {
        i32 s = 0;
        for (i32 u = -1; u <= 1; u++) for (i32 v = -1; v <= 1; v++) s += kernel[u + 1][v + 1] * x[(i + u) & (N - 1)][(j + v) & (N - 1)];
        y[i][j] = s >> 4;
      }
    for (i32 i = 0; i < N; i++) for (i32 j = 0; j < N; j++) x[i][j] = y[i][j];
  }
  return hash(x);
}
EXPORT(run) u32 run(void) {
  u32 h = mix(product(1), transposed(2));
  for (u32 n = 0; n < 5; n++) h = mix64(h, (u64)det(n + 3, n));
  return mix(mix(h, fibonacci(1000000, 999983)), blur(9, 3));
}
