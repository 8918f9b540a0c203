#include "../native.h"
int is_even(unsigned n);
int is_odd(unsigned n) { return n != 0 && is_even(n - 1); }
unsigned ackermann(unsigned m, unsigned n) {
  if (m == 0) return n + 1;
  return n == 0 ? ackermann(m - 1, 1) : ackermann(m - 1, ackermann(m, n - 1));
}
static void swap(char *a, char *b) { char c = *a; *a = *b; *b = c; }
unsigned permutations(char *text, unsigned from, unsigned count, unsigned *hash) {
  if (from == count) {
    for (unsigned i = 0; i < count; i++) *hash = *hash * 17 + (unsigned)text[i];
    return 1;
  }
  unsigned found = 0;
  for (unsigned i = from; i < count; i++) {
    swap(text + from, text + i);
    found += permutations(text, from + 1, count, hash);
    swap(text + from, text + i);
  }
  return found;
}
