/* Recursion: direct, mutual, deep, and with many live values. */
#include "corpus.h"
static u32 ackermann(u32 m, u32 n) {
  if (m == 0) return n + 1;
  if (n == 0) return ackermann(m - 1, 1);
  return ackermann(m - 1, ackermann(m, n - 1));
}
static u32 fib(u32 n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }
static u32 moves;
static void hanoi(u32 n, u32 from, u32 to, u32 via) {
  if (n == 0) return;
  hanoi(n - 1, from, via, to);
  moves = mix(moves, from * 16 + to);
  hanoi(n - 1, via, to, from);
}
static u32 NOINLINE is_odd(u32 n);
static u32 NOINLINE is_even(u32 n) { return n == 0 ? 1 : is_odd(n - 1); }
static u32 NOINLINE is_odd(u32 n) { return n == 0 ? 0 : is_even(n - 1); }
static u32 queens(u32 n, u32 columns, u32 left, u32 right) {
  u32 all = (1u << n) - 1, count = 0;
  if (columns == all) return 1;
  for (u32 free = all & ~(columns | left | right); free; free &= free - 1) {
    u32 bit = free & -free;
    count += queens(n, columns | bit, (left | bit) << 1, (right | bit) >> 1);
  }
  return count;
}
static u64 binomial(u32 n, u32 k) { return k == 0 || k == n ? 1 : binomial(n - 1, k - 1) + binomial(n - 1, k); }
static u32 collatz(u64 n, u32 depth) { return n == 1 || depth == 0 ? depth : collatz(n & 1 ? 3 * n + 1 : n / 2, depth - 1); }
static i32 items[8];
static u32 permutations;
static void permute(i32 k) {
  if (k == 0) {
    permutations = mix(permutations, (u32)(items[0] * 100 + items[1] * 10 + items[2]));
    return;
  }
  for (i32 i = 0; i <= k; i++) {
    permute(k - 1);
    i32 j = k & 1 ? i : 0, t = items[j];
    items[j] = items[k];
    items[k] = t;
  }
}
EXPORT(ack) u32 ack(u32 m, u32 n) { return ackermann(m % 3, n % 6); }
EXPORT(fibonacci) u32 fibonacci(u32 n) { return fib(n % 14); }
EXPORT(towers) u32 towers(u32 n) { moves = 0; hanoi(n % 8, 1, 3, 2); return moves; }
EXPORT(even) u32 even(u32 n) { return is_even(n & 127); }
EXPORT(place_queens) u32 place_queens(u32 n) { return queens(n % 7 + 1, 0, 0, 0); }
EXPORT(choose) u64 choose(u32 n, u32 k) { n %= 12; return binomial(n, k % (n + 1)); }
EXPORT(steps) u32 steps(u32 n) { return collatz((u64)n + 1, 90); }
EXPORT(run) u32 run(void) {
  u32 h = mix(ack(2, 4), fibonacci(12));
  h = mix(h, towers(6));
  h = mix(h, even(77) * 2 + even(78));
  h = mix(h, place_queens(5));
  h = mix64(h, choose(10, 4));
  h = mix(h, steps(26));
  for (i32 i = 0; i < 8; i++) items[i] = i;
  permutations = 0;
  permute(4);
  return mix(h, permutations);
}
