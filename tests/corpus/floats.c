/* Floating point: filters, roots, roundings, conversions at their limits, order, and what becomes of NaNs. */
#include "corpus.h"
#include "../../bench/kernels/biquad_f32.c"
#include "../../bench/kernels/dot_f64.c"
static inline u32 bits32(float x) { union { float f; u32 u; } v = {.f = x}; return v.u; }
static inline u64 bits64(double x) { union { double f; u64 u; } v = {.f = x}; return v.u; }
static inline float float_of(u32 x) { union { u32 u; float f; } v = {.u = x}; return v.f; }
static inline double double_of(u64 x) { union { u64 u; double f; } v = {.u = x}; return v.f; }
/* The bits, of NaNs only whether they are quiet: their payload may be anything. */
static inline u32 seen32(float x) { return x == x ? bits32(x) : 0x7f800000 | (bits32(x) & 0x400000); }
static inline u64 seen64(double x) {
  return x == x ? bits64(x) : 0x7ff0000000000000 | (bits64(x) & 0x8000000000000);
}
/* The bits without the sign of a NaN: for operations without NaN operands. */
static inline u32 exact32(float x) { return x == x ? bits32(x) : bits32(x) & 0x7fffffff; }
static inline u64 exact64(double x) { return x == x ? bits64(x) : bits64(x) & 0x7fffffffffffffff; }

static float s32[4];
EXPORT(biquad) u32 biquad(u32 sample) {
  float x = (float)(i32)(sample & 0xffff) / 32768.0f;
  float y = 0.2f * x + s32[0];
  s32[0] = 0.4f * x - -0.3f * y + s32[1];
  s32[1] = 0.2f * x - 0.4f * y;
  return seen32(y);
}
static double s64[2];
EXPORT(leak) u64 leak(i32 sample) {
  s64[0] += ((double)sample - s64[0]) * 0.125;
  return seen64(s64[0]);
}
EXPORT(sum32) u32 sum32(u32 a, u32 b) { return seen32(float_of(a) + float_of(b)); }
EXPORT(difference32) u32 difference32(u32 a, u32 b) { return seen32(float_of(a) - float_of(b)); }
EXPORT(product32) u32 product32(u32 a, u32 b) { return seen32(float_of(a) * float_of(b)); }
EXPORT(quotient32) u32 quotient32(u32 a, u32 b) { return seen32(float_of(a) / float_of(b)); }
EXPORT(sum64) u64 sum64(u64 a, u64 b) { return seen64(double_of(a) + double_of(b)); }
EXPORT(difference64) u64 difference64(u64 a, u64 b) { return seen64(double_of(a) - double_of(b)); }
EXPORT(product64) u64 product64(u64 a, u64 b) { return seen64(double_of(a) * double_of(b)); }
EXPORT(quotient64) u64 quotient64(u64 a, u64 b) { return seen64(double_of(a) / double_of(b)); }
EXPORT(root32) u32 root32(u32 a) { return seen32(__builtin_sqrtf(float_of(a))); }
EXPORT(root64) u64 root64(u64 a) { return seen64(__builtin_sqrt(double_of(a))); }
EXPORT(round32) u32 round32(u32 a) {
  float x = float_of(a);
  u32 h = mix(seen32(__builtin_floorf(x)), seen32(__builtin_ceilf(x)));
  return mix(mix(h, seen32(__builtin_truncf(x))), seen32(__builtin_rintf(x)));
}
EXPORT(round64) u32 round64(u64 a) {
  double x = double_of(a);
  u32 h = mix64(mix64(1, seen64(__builtin_floor(x))), seen64(__builtin_ceil(x)));
  return mix64(mix64(h, seen64(__builtin_trunc(x))), seen64(__builtin_rint(x)));
}
EXPORT(extremes) u64 extremes(u64 a, u64 b) {
  u64 h = seen32(__builtin_wasm_min_f32(float_of((u32)a), float_of((u32)b)));
  h = h * 31 + seen32(__builtin_wasm_max_f32(float_of((u32)a), float_of((u32)b)));
  h = h * 31 + seen64(__builtin_wasm_min_f64(double_of(a), double_of(b)));
  return h * 31 + seen64(__builtin_wasm_max_f64(double_of(a), double_of(b)));
}
EXPORT(signs) u64 signs(u64 a, u64 b) {
  u64 h = bits32(__builtin_copysignf(float_of((u32)a), float_of((u32)b))) ^ bits32(-float_of((u32)b));
  return h ^ bits64(__builtin_copysign(double_of(a), double_of(b))) ^ bits64(__builtin_fabs(double_of(a)));
}
EXPORT(order) u32 order(u64 a, u64 b) {
  float x = float_of((u32)a), y = float_of((u32)b);
  double v = double_of(a), w = double_of(b);
  u32 h = (x < y) | (x <= y) << 1 | (x > y) << 2 | (x >= y) << 3 | (x == y) << 4 | (x != y) << 5;
  h |= (v < w) << 6 | (v <= w) << 7 | (v > w) << 8 | (v >= w) << 9 | (v == w) << 10 | (v != w) << 11;
  h |= (x < 0) << 12 | (x <= 0) << 13 | (x > 1.5f) << 14 | (x >= -1.5f) << 15 | (x == 0) << 16 | (x != 2) << 17;
  return h | (v < 0) << 18 | (v <= 2.5) << 19 | (v > 0) << 20 | (v >= -0.5) << 21 | (v == 0) << 22 | (v != v) << 23;
}
EXPORT(narrow) u32 narrow(u64 a) { return seen32((float)double_of(a)); }
EXPORT(widen) u64 widen(u32 a) { return seen64((double)float_of(a)); }
EXPORT(of_integers) u32 of_integers(u64 a) {
  u32 h = mix(seen32((float)(i32)a), seen32((float)(u32)a));
  h = mix(mix(h, seen32((float)(i64)a)), seen32((float)a));
  h = mix64(mix64(h, seen64((double)(i32)a)), seen64((double)(u32)a));
  return mix64(mix64(h, seen64((double)(i64)a)), seen64((double)a));
}
EXPORT(to_integers) u32 to_integers(u64 a) {
  float x = float_of((u32)a);
  double v = double_of(a);
  u32 h = 1;
  if (x > -2147483904.0f && x < 2147483648.0f) h = mix(h, (u32)(i32)x);
  if (x > -1 && x < 4294967296.0f) h = mix(h, (u32)x);
  if (x >= -9223372036854775808.0f && x < 9223372036854775808.0f) h = mix64(h, (u64)(i64)x);
  if (x > -1 && x < 18446744073709551616.0f) h = mix64(h, (u64)x);
  if (v > -2147483649.0 && v < 2147483648.0) h = mix(h, (u32)(i32)v);
  if (v > -1 && v < 4294967296.0) h = mix(h, (u32)v);
  if (v >= -9223372036854775808.0 && v < 9223372036854775808.0) h = mix64(h, (u64)(i64)v);
  if (v > -1 && v < 18446744073709551616.0) h = mix64(h, (u64)v);
  return h;
}
EXPORT(invalid) u32 invalid(void) {
  volatile float zero = 0, huge = 3e38f;
  volatile double none = 0;
  float inf = huge * huge;
  u32 h = mix(exact32(inf - inf), exact32(inf * zero));
  h = mix(mix(h, exact32(zero / zero)), exact32(__builtin_sqrtf(-huge)));
  h = mix64(h, exact64(none / none));
  return mix64(h, exact64(__builtin_sqrt(none - 1)));
}
static float in32[40], out32[40], memory32[2];
static double left64[40], right64[40];
/* Both kernels of the benchmarks. */
EXPORT(kernels) u32 kernels(u32 seed) {
  static const float low_pass[5] = {0.2f, 0.4f, 0.2f, -0.3f, 0.4f};
  u32 h = 1;
  double dot;
  rng_seed(seed);
  for (u32 i = 0; i < 40; i++) {
    in32[i] = (float)(i16)rng() / 32768.0f;
    left64[i] = (double)(i32)rng() / 1000.0;
    right64[i] = (double)(i32)rng() / 3.0;
  }
  biquad_f32(low_pass, memory32, in32, out32, 40);
  for (u32 i = 0; i < 40; i++) h = mix(h, seen32(out32[i]));
  dot_f64(left64, right64, &dot, 40);
  return mix64(h, seen64(dot));
}
/* Numbers of every kind: any exponent, few or many bits, zeros, infinities, both kinds of NaN. */
static u64 any(void) {
  u64 high = rng(), low = rng();
  switch (rng() & 7) {
    case 0: return (high << 32 | low) & 0xfff0000000000000;
    case 1: return (high << 32 & 0x8000000000000000) | 0x7ff0000000000000 | (low & 1) << 51 | (low & 2);
    case 2: return (high << 63) | (low & 3);
    case 3: return bits64((double)(i32)low / (double)(1 << (high & 7)));
    default: return high << 32 | low;
  }
}
EXPORT(run) u32 run(void) {
  u32 h = mix(invalid(), kernels(7));
  rng_seed(2024);
  for (u32 i = 0; i < 200; i++) {
    u64 a = any(), b = any();
    /* The same kinds of f32; infinities and NaNs become signalling NaNs half of the time. */
    u32 x = (u32)(a >> 32), y = (u32)(b >> 32);
    if (i & 1) { x = narrow(a); y = narrow(b); }
    if ((i & 3) == 3) { x = (x & ~0x400000u) | 1; }
    h = mix(h, biquad(x) ^ sum32(x, y) ^ difference32(x, y));
    h = mix(h, product32(x, y) ^ quotient32(x, y));
    h = mix64(h, leak((i32)a) ^ sum64(a, b) ^ difference64(a, b));
    h = mix64(h, product64(a, b) ^ quotient64(a, b));
    h = mix64(mix(h, root32(x)), root64(a));
    h = mix(mix(h, round32(x)), round64(a));
    h = mix64(h, extremes(a >> (i & 32), b));
    h = mix(mix64(h, signs(a, b)), order(a >> (i & 32), b >> (i & 32)));
    h = mix64(mix(h, narrow(a)), widen(x));
    h = mix(mix(h, of_integers(a >> (i & 63))), to_integers(a >> (i & 32)));
  }
  return h;
}
