/* Frames of many kilobytes, with addresses far from sp, many live values, nine and more arguments and pointers to all. */
#include "../native.h"
NOINLINE static long long many(int a, long long b, int c, short d, double e, int *f, unsigned char g, long long h, float i, int j, const char *k) {
  int local[3] = {a, c, d};
  f[1] += local[a & 1] + j;
  return a + b * 3 - c + d + (long long)e + *f + g + h + (long long)(i * 4) + j + k[1] + local[2];
}
NOINLINE static unsigned large(unsigned seed) {
  unsigned char bytes[9000];
  unsigned words[3000];
  double doubles[40];
  for (unsigned n = 0; n < 9000; n++) bytes[n] = (unsigned char)(seed = seed * 69069 + 1);
  for (unsigned n = 0; n < 3000; n++) words[n] = bytes[n * 3] * 256u + bytes[n * 3 + 1];
  for (unsigned n = 0; n < 40; n++) doubles[n] = words[n * 70] / 16.0;
  unsigned h = 0;
  int pair[2] = {5, 6};
  for (unsigned n = 0; n < 40; n++) {
    h = h * 31 + (unsigned)many((int)n, words[n], bytes[n], (short)words[2999 - n], doubles[n], pair, bytes[8999 - n], -(long long)words[n], (float)doubles[39 - n], (int)h, "xyz");
    words[2999 - n] ^= h;
    bytes[n * 200] = (unsigned char)pair[1];
  }
  for (unsigned n = 0; n < 9000; n += 7) h = h * 33 + bytes[n];
  for (unsigned n = 0; n < 3000; n += 5) h = h * 33 + words[n];
  return h + (unsigned)pair[1];
}
struct huge { int v[20000]; };
NOINLINE static int fill(struct huge *h, int k) { for (int n = 0; n < 20000; n++) h->v[n] = n * k; return h->v[k]; }
NOINLINE static int deep(int k) {
  struct huge a, b;
  int x = fill(&a, k), y = fill(&b, k + 1);
  b.v[19999] += x;
  a = b;
  return a.v[19999] + a.v[1] + y;
}
NOINLINE static int chain(int n, const int *above) {
  int own[64];
  for (int k = 0; k < 64; k++) own[k] = above ? above[63 - k] + n : k;
  if (n == 0) { int s = 0; for (int k = 0; k < 64; k++) s = s * 3 + own[k]; return s; }
  int r = chain(n - 1, own);
  return r + own[n & 63];
}
int main(void) {
  printf("%u %u\n", large(1), large(77));
  printf("%d %d\n", deep(3), deep(11));
  printf("%d\n", chain(30, NULL));
  return 0;
}
