#include "shapes.h"
struct Circle : Shape {
  int radius;
  Circle(int radius) : radius(radius) {}
  int area() const override { return 3 * radius * radius; }
  const char *name() const override { return "circle"; }
  ~Circle() override { printf("no circle of %d\n", radius); }
};
Shape *make_circle(int radius) { return new Circle(radius); }
int total(const Shape *const *shapes, int count) {
  int sum = 0;
  for (int i = 0; i < count; i++) sum += shapes[i]->area();
  return sum;
}
const char *describe(const Named &named) { return named.title(); }
