/* 64-bit integers as arguments in any position, as results and in memory. */
#include "../native.h"
long long mix(int a, long long b, int c, long long d, int e);
uint64_t multiply(uint64_t a, uint64_t b);
int64_t divide(int64_t a, int64_t b, int64_t *rest);
extern uint64_t state[2];
uint64_t next(void);
static int64_t table[] = {1, -1, INT64_MAX, INT64_MIN, 1234567890123LL};
int main(void) {
  printf("%lld\n", mix(1, 2000000000000LL, 3, -4, 5));
  printf("%llx\n", (unsigned long long)multiply(0x123456789abcdefULL, 0xfedcba987654321ULL));
  for (unsigned i = 0; i < 5; i++) {
    int64_t rest, quotient = divide(table[i], 1000003, &rest);
    printf("%lld %lld %d\n", (long long)quotient, (long long)rest, table[i] < 5 ? 1 : 0);
  }
  for (int i = 0; i < 4; i++) printf("%llx ", (unsigned long long)next());
  puts("");
  return 0;
}
