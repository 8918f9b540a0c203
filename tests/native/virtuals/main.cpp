// Virtual calls, through several bases, and pointers to members.
#include "shapes.h"
struct Square : Shape {
  int side;
  Square(int side) : side(side) {}
  int area() const override { return side * side; }
  const char *name() const override { return "square"; }
};
struct Both : Shape, Named {
  int area() const override { return 77; }
  const char *title() const override { return "both"; }
};
struct Counter { int value; int add(int n) { return value += n; } virtual int sub(int n) { return value -= n; } virtual ~Counter() {} };
NOINLINE static int apply(Counter &counter, int (Counter::*f)(int), int n) { return (counter.*f)(n); }
int main() {
  Square square(5);
  Both both;
  const Shape *shapes[] = {&square, make_circle(3), &both, make_circle(10)};
  for (const Shape *shape : shapes) printf("%s %d\n", shape->name(), shape->area());
  const Named *named = &both;
  printf("%s %d\n", describe(*named), total(shapes, 4));
  Counter counter;
  counter.value = 10;
  printf("%d %d\n", apply(counter, &Counter::add, 5), apply(counter, &Counter::sub, 7));
  int Counter::*member = &Counter::value;
  printf("%d\n", counter.*member);
  Shape *heap = make_circle(1);
  delete heap;
  return 0;
}
