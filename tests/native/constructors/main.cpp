// Objects and functions that are initialised before main, by priority and in order within a file.
#include "order.h"
struct Noisy { int n; Noisy(int n) : n(n) { note(n); } ~Noisy() { note(-n); } };
static Noisy first(1), second(2);
__attribute__((init_priority(200))) Noisy early(20);
__attribute__((constructor)) static void late() { note(5); }
__attribute__((constructor(150))) static void very_early() { note(15); }
static int computed = compute(6);
int main() {
  // Files may be initialised in any order; what is compared is what the standard promises.
  printf("%d %d %d\n", seen(15) < seen(20), seen(20) < seen(1), seen(1) < seen(2));
  printf("%d %d %d %d\n", seen(5) >= 0, computed, noted, first.n + second.n + early.n);
  printf("%d\n", lazily());
  printf("%d\n", lazily());
  return 0;
}
