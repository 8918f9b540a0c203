#include "../native.h"
struct Shape {
  virtual int area() const = 0;
  virtual const char *name() const { return "shape"; }
  virtual ~Shape() {}
};
struct Named { virtual const char *title() const = 0; };
Shape *make_circle(int radius);
int total(const Shape *const *shapes, int count);
const char *describe(const Named &named);
