#include "inlines.h"
int other_twice(int x) { return twice(x) + largest(x, 1); }
int other_next_number() { return next_number(); }
int (*address_of_next())() { return next_number; }
int other_count() { return ++shared_count; }
int other_stack() { Stack<int> stack; stack.push(3); return stack.pop() + Stack<int>::created; }
