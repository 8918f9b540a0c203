// Inline functions, templates and inline variables, of which the linker keeps one.
#include "inlines.h"
int main() {
  printf("%d %d\n", twice(4), other_twice(5));
  printf("%d %d %d\n", next_number(), other_next_number(), next_number());
  printf("%d\n", address_of_next() == &next_number);
  printf("%d %d %s\n", largest(3, 9), largest('a', 'b'), largest(2u, 1u) == 2 ? "yes" : "no");
  shared_count += 5;
  printf("%d %d\n", shared_count, other_count());
  printf("%d %d\n", Stack<int>::created, other_stack());
  Stack<int> stack;
  for (int i = 0; i < 5; i++) stack.push(i * i);
  printf("%d %d %d\n", stack.pop(), stack.pop(), Stack<int>::created);
  return 0;
}
