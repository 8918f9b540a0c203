/* Floats as arguments, results and data. */
#include "../native.h"
extern const float coefficients[5];
float filter(float x);
double polynomial(double x, const double *factors, int count);
float mixed(int a, float b, double c, long long d, float e);
static double (*const functions[])(double) = {sqrt};
int main(void) {
  static const double factors[] = {1.5, -2.0, 0.25, 3.0};
  float sum = 0;
  for (int i = 0; i < 20; i++) sum += filter((float)(i % 5));
  printf("%d\n", (int)(sum * 1000));
  printf("%.6f %.3f\n", polynomial(1.25, factors, 4), (double)mixed(1, 2.5f, 3.25, 4, 5.5f));
  printf("%.8f %d %u\n", functions[0](2.0), (int)-3.9, (unsigned)(float)4e9);
  return 0;
}
