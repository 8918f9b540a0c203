#include "../native.h"
uint64_t state[2] = {0x9e3779b97f4a7c15ULL, 0xbf58476d1ce4e5b9ULL};
long long mix(int a, long long b, int c, long long d, int e) { return a + b * c - (d << 33) / e; }
uint64_t multiply(uint64_t a, uint64_t b) { return a * b + (a >> 7 ^ b << 9); }
int64_t divide(int64_t a, int64_t b, int64_t *rest) { *rest = a % b; return a / b; }
uint64_t next(void) {
  uint64_t a = state[0], b = state[1];
  state[0] = b;
  a ^= a << 23;
  state[1] = a ^ b ^ a >> 18 ^ b >> 5;
  return state[1] + b;
}
