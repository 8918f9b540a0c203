/* Recursion within and between files, with arrays in each frame. */
#include "../native.h"
unsigned ackermann(unsigned m, unsigned n);
int is_odd(unsigned n);
int is_even(unsigned n) { return n == 0 || is_odd(n - 1); }
static int moves;
static void hanoi(int n, char from, char to, char by) {
  if (n == 0) return;
  hanoi(n - 1, from, by, to);
  moves += from * 3 + to;
  hanoi(n - 1, by, to, from);
}
static void digits(unsigned n, char *to) {
  char text[12];
  int count = 0;
  do text[count++] = (char)('0' + n % 10); while (n /= 10);
  while (count) *to++ = text[--count];
  *to = 0;
}
static unsigned walk(unsigned depth, const unsigned *above) {
  unsigned mine[3] = {depth, above[0] + above[1], above[2] ^ depth};
  return depth == 0 ? mine[1] + mine[2] : walk(depth - 1, mine) + mine[0];
}
unsigned permutations(char *text, unsigned from, unsigned count, unsigned *hash);
int main(void) {
  char text[12], letters[] = "abcde";
  unsigned hash = 0, start[3] = {1, 2, 3};
  hanoi(6, 'a', 'b', 'c');
  digits(ackermann(2, 5) * 1000000u, text);
  printf("%d %s %d %u\n", moves, text, is_even(31), walk(50, start));
  printf("%u ", permutations(letters, 0, 5, &hash));
  printf("%u %s\n", hash, letters);
  return 0;
}
