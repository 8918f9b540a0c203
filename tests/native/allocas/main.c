/* Stack that is allocated while a function runs: in loops, in branches, with many arguments, freed by blocks, in recursion. */
#include "../native.h"
#define alloca __builtin_alloca
NOINLINE static int sum(const int *p, int n) { int s = 0; while (n--) s += *p++; return s; }
NOINLINE static long long wide(int a, int b, int c, int d, int *e, int f, long long g, int *h) { return a + b * 2 + c * 3 + d * 4 + *e * 5 + f * 6 + g * 7 + *h * 8; }
NOINLINE static int in_loop(int n) {
  int *last = NULL, total = 0;
  for (int k = 1; k <= n; k++) {
    int *p = alloca((unsigned)k * sizeof *p);
    for (int i = 0; i < k; i++) p[i] = k * i + (last ? last[(k - 1) / 2] : 1);
    total += sum(p, k);
    last = p;
  }
  return total + last[0];
}
NOINLINE static int in_blocks(int n) {
  int total = 0;
  for (int k = 1; k <= n; k++) {
    char text[k + 3];
    for (int i = 0; i < k + 3; i++) text[i] = (char)(i * k);
    if (k & 1) {
      short other[k * 2];
      for (int i = 0; i < k * 2; i++) other[i] = (short)(text[i / 2] + i);
      total += other[k] + other[2 * k - 1];
    }
    total += text[k + 2];
  }
  return total;
}
NOINLINE static long long arguments(int n) {
  int fixed[5] = {1, 2, 3, 4, n};
  int *p = alloca((unsigned)n * 4);
  for (int i = 0; i < n; i++) p[i] = i;
  long long r = wide(p[0], p[1], p[2], n, &fixed[4], p[n - 1], r = n, &p[n / 2]);
  int *q = n > 5 ? alloca(64) : p;
  q[0] = 9;
  r += wide(q[0], fixed[0], fixed[1], fixed[2], q, fixed[3], -r, &fixed[1]);
  return r + p[0];
}
NOINLINE static int recursive(int n, int *above) {
  int v[n + 1];
  for (int i = 0; i <= n; i++) v[i] = above ? above[i] + i : i;
  int r = n ? recursive(n - 1, v) : v[0];
  return r + v[n];
}
NOINLINE static int aligned(int n) {
  _Alignas(32) char wide_one[32];
  char *p = __builtin_alloca_with_align((unsigned)n, 256);
  p[0] = (char)n, wide_one[0] = p[n - 1] = 3;
  return ((unsigned)wide_one % 32 == 0) + 2 * ((unsigned)p % 32 == 0) + p[0] + wide_one[0];
}
NOINLINE static int early(int n) {
  if (n < 3) return n;
  int *p = alloca((unsigned)n * 4);
  p[n - 1] = n;
  if (n == 5) return sum(p + 4, 1);
  p[0] = 7;
  return p[0] + p[n - 1];
}
int main(void) {
  printf("%d %d\n", in_loop(9), in_loop(20));
  printf("%d %d\n", in_blocks(5), in_blocks(40));
  printf("%lld %lld\n", arguments(4), arguments(12));
  printf("%d\n", recursive(25, NULL));
  printf("%d %d\n", aligned(10), aligned(33));
  for (int n = 0; n < 8; n++) printf("%d ", early(n));
  printf("\n");
  return 0;
}
