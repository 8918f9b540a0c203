/* Frames: arrays whose addresses others get, large ones, alignments of 16 and more, addresses that are formed by `or`. */
#include "../native.h"
struct big { int a[40]; };
void touch(void *bytes, int count, int seed);
unsigned digest(const void *bytes, int count);
int is_aligned(const void *place, unsigned alignment);
void swap_ints(int *a, int *b);
NOINLINE static unsigned small(int n) {
  int a = n, b = n * 2;
  swap_ints(&a, &b);
  return (unsigned)(a * 100 + b);
}
NOINLINE static unsigned leaf(int i, int k) {
  volatile int a[8] = {1, 2, 3, 4, 5, 6, 7, 8};
  a[i & 7] = k;
  return (unsigned)(a[k & 7] + a[3] + a[(i + 1) & 7]);
}
NOINLINE static unsigned leaf_bytes(unsigned i) {
  volatile unsigned char a[16];
  for (unsigned k = 0; k < 16; k++) a[k] = (unsigned char)(k * i);
  return a[i & 15] + a[15 - (i & 15)];
}
NOINLINE static unsigned large(int n) {
  unsigned char bytes[3000];
  int words[700];
  touch(bytes, sizeof bytes, n);
  touch(words, sizeof words, n + 1);
  return digest(bytes, sizeof bytes) ^ digest(words, sizeof words) ^ bytes[n] ^ (unsigned)words[n];
}
NOINLINE static unsigned huge(int n) {
  unsigned char bytes[70000];
  touch(bytes, sizeof bytes, n);
  return digest(bytes + n, 60000) + bytes[69999];
}
NOINLINE static unsigned aligned(int n) {
  __attribute__((aligned(16))) int x[4] = {n, n + 1, n + 2, n + 3};
  __attribute__((aligned(64))) char y[64];
  touch(y, 64, n);
  return (unsigned)(is_aligned(x, 16) * 10 + is_aligned(y, 64)) * 1000 + digest(x, 16) % 100 + digest(y, 64) % 100;
}
NOINLINE static int early(int n) {
  int a[4];
  if (n < 0) return -1;
  touch(a, 16, n);
  if (a[0] == a[1]) return 0;
  for (int i = 0; i < 4; i++) if (a[i] & 1) return i + 1;
  return 9;
}
NOINLINE static struct big copy(struct big b) { b.a[3] += 5; return b; }
NOINLINE static int nine(int a, int b, int c, int d, int e, int f, int g, int h, int *i) { return a + b + c + d + e + f + g + h + *i; }
int main(void) {
  printf("%u %u %u %u\n", small(3), leaf(2, 9), leaf(7, 3), leaf_bytes(13));
  printf("%u %u %u\n", large(17), huge(1234), aligned(4));
  printf("%d %d\n", early(-3), early(3));
  struct big b;
  touch(&b, sizeof b, 5);
  struct big c = copy(b);
  printf("%d %u %u\n", c.a[3] - b.a[3], digest(&c.a[4], 36 * 4), digest(&b.a[4], 36 * 4));
  int local = 9;
  printf("%d %d\n", nine(1, 2, 3, 4, 5, 6, 7, 8, &local), local);
  return 0;
}
