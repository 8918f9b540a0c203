// Templates, lambdas, copies and moves, virtual bases, statics in functions, constructors with priorities.
#include "parts.h"
int sum_of(const Box<int> &b);
static Logger mine("mine");
struct Point { int x, y; Point operator+(const Point &o) const { return {x + o.x, y + o.y}; } bool operator<(const Point &o) const { return x * x + y * y < o.x * o.x + o.y * o.y; } };
template <class T> NOINLINE const T &least(const T &a, const T &b) { return b < a ? b : a; }
NOINLINE static Box<int> numbers(int n) { Box<int> b; for (int k = 0; k < n; k++) b.push(k * k); return b; }
NOINLINE static int once(int n) { static Box<int> cache = numbers(n); return sum_of(cache); }
template <int N> struct Fibonacci { static const int value = Fibonacci<N - 1>::value + Fibonacci<N - 2>::value; };
template <> struct Fibonacci<0> { static const int value = 0; };
template <> struct Fibonacci<1> { static const int value = 1; };
using Operation = int (Animal::*)() const;
int main() {
  printf("\n%s %d\n", first_logger.name, shared());
  { Logger inner("inner"); shared() += 5; }
  printf("%d\n", shared());
  for (int kind = 0; kind < 3; kind++) {
    Animal *a = make(kind);
    Operation op = &Animal::legs;
    printf("%s %d %d ", a->noise(), a->cost(3), (a->*op)());
    if (kind) { Bird *b = static_cast<Bird *>(a); Winged *w = b; printf("%d %d ", w->wings(), w->span); }
    delete a;
    printf("\n");
  }
  Box<int> b = numbers(10), c = b, d = static_cast<Box<int> &&>(c);
  d.push(1000);
  int k = 7;
  printf("%d %d %d %u %d\n", sum_of(b), sum_of(d), c.count, Box<int>::copies, d.fold([&k](int a, int x) { k++; return a ^ x * k; }, 0));
  printf("%d %d\n", once(5), once(50));
  Point p = {3, 4}, q = {-1, 5};
  const Point &l = least(p + q, p);
  printf("%d %d %d\n", l.x, l.y, Fibonacci<20>::value);
  alignas(Point) unsigned char room[sizeof(Point)];
  Point *placed = new (room) Point{8, 9};
  printf("%d\n", placed->x * placed->y);
  return 0;
}
