#include "../native.h"
NOINLINE inline int twice(int x) { return 2 * x; }
NOINLINE inline int next_number() { static int number = 40; return ++number; }
inline int shared_count = 3;
template <typename T> NOINLINE T largest(T a, T b) { return a < b ? b : a; }
template <typename T> struct Stack {
  T items[10];
  int count;
  static int created;
  NOINLINE Stack() : count(0) { created++; }
  NOINLINE void push(T item) { items[count++] = item; }
  NOINLINE T pop() { return items[--count]; }
};
template <typename T> int Stack<T>::created = 7;
int other_twice(int x);
int other_next_number();
int (*address_of_next())();
int other_count();
int other_stack();
