/* Stack that is taken while a function runs, by the depth of a recursion, by arrays, aligned ones too, and by sizes of any kind. */
#include "../native.h"
int consume(int depth, unsigned bytes) {
  if (depth == 0) return 0;
  char *own = __builtin_alloca(bytes + 1);
  own[0] = (char)depth, own[bytes] = 1;
  return consume(depth - 1, bytes) + own[0] + own[bytes];
}
static int first(int *from) { return from[0]; }
int consume_aligned(int depth, unsigned words) {
  if (depth == 0) return 0;
  int total = 0;
  for (unsigned n = 1; n <= words; n += 3) {
    _Alignas(64) int own[n];
    for (unsigned k = 0; k < n; k++) own[k] = (int)k + depth;
    total += first(own) + ((uintptr_t)own % 64 != 0);
  }
  return total + consume_aligned(depth - 1, words);
}
