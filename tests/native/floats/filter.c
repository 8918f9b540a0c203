#include "../native.h"
const float coefficients[5] = {0.1f, 0.2f, 0.4f, 0.2f, 0.1f};
static float history[5];
float filter(float x) {
  for (int i = 4; i > 0; i--) history[i] = history[i - 1];
  history[0] = x;
  float y = 0;
  for (int i = 0; i < 5; i++) y += history[i] * coefficients[i];
  return y;
}
double polynomial(double x, const double *factors, int count) {
  double y = 0;
  while (count--) y = y * x + factors[count];
  return y;
}
float mixed(int a, float b, double c, long long d, float e) { return (float)(a + b * c - (double)d + e); }
