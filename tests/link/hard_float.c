/* Hard-float C that calls hard-float wasm and is called by it. Every number here is exact. */
#include <stdint.h>

struct f3 { float r0, r1, r2; };
struct d2 { double r0, r1; };
struct fd { float r0; double r1; };

void hard_float_init(void);
double blended(float a, int32_t b, double c, float d, int64_t e, float f);
float most(double a, double b, double c, double d, double e, double f, double g, float h, double i, float j, int32_t k,
           float l);
struct f3 sorted(float a, float b, float c);
struct d2 swapped(double a, double b);
struct fd both(double a, float b);
double root(double a);
double collected(float a);
float applied(int32_t which, float a);
float accumulated(int32_t n, float a);
extern float scale;
extern uint8_t samples[];

double blend(float a, int32_t b, double c, float d, int64_t e, float f) {
  return (double)a + 10.0 * b + 100.0 * c + 1000.0 * (double)d + 10000.0 * (double)e + 100000.0 * (double)f;
}
float many(double a, double b, double c, double d, double e, double f, double g, float h, double i, float j, int32_t k,
           float l) {
  return (float)(a + 2 * b + 4 * c + 8 * d + 16 * e + 32 * f + 64 * g + 128 * h + 256 * i + 512 * j + 1024 * k + 2048 * l);
}
struct f3 three(float a) { return (struct f3){a, 2 * a, 4 * a}; }
struct d2 two(double a) { return (struct d2){3 * a, a}; }
struct fd mixed(float a) { return (struct fd){a + 1, a + 2}; }

static int failures;
static void check(int right) { failures = 2 * failures + !right; }

int main(void) {
  hard_float_init();
  /* These stay in registers that callees preserve. */
  volatile float one = 1;
  float kept0 = one * 3, kept1 = one * 5, kept2 = one * 7;

  check(blended(1, 2, 3, 4, -5, 6) == blend(6, 2, 3, 1, -5, 4));
  check(most(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12) == many(7, 6, 5, 4, 3, 2, 1, 12, 9, 8, 11, 10) + 10);
  struct f3 s = sorted(kept2, kept0, kept1);
  check(s.r0 == 3 && s.r1 == 5 && s.r2 == 7);
  struct d2 d = swapped(1.25, -8);
  check(d.r0 == -8 && d.r1 == 1.25);
  struct fd m = both(2.5, -1.5f);
  check(m.r0 == -1.5f && m.r1 == 2.5);
  check(root(20.25) == 4.5);
  /* 7a doubled, and a + 1 times a + 2. */
  check(collected(4) == 56 + 5 * 6);
  check(applied(0, 5) == 2.5f && applied(1, 5) == -5);

  float r0 = 1, r1 = 2, r2 = 3, r3 = 4;
  scale = 2;
  for (int32_t n = 5; n; n--) {
    r0 += (float)blend(r1, n, 0.5, r2, -1, r3);
    r1 *= 0.5f, r2 -= 0.5f, r3 /= scale;
  }
  check(accumulated(5, 0.5f) == (r0 + r1) + (r2 + r3));
  check(kept0 == 3 && kept1 == 5 && kept2 == 7);
  check(samples[0] == 0);
  return failures;
}
