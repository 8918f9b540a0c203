/* Fixed-point arithmetic: Q15 and Q16, saturation, square roots, CORDIC, filters, a PID. */
#include "corpus.h"
static inline i32 clamp(i32 v, i32 lo, i32 hi) { return v < lo ? lo : v > hi ? hi : v; }
static inline i16 sat16(i32 v) { return (i16)clamp(v, -32768, 32767); }
EXPORT(mul_q15) i32 mul_q15(i32 a, i32 b) { return sat16(((i32)(i16)a * (i16)b + 0x4000) >> 15); }
EXPORT(mul_q16) i32 mul_q16(i32 a, i32 b) { return (i32)((i64)a * b >> 16); }
EXPORT(div_q16) i32 div_q16(i32 a, i32 b) { return b ? (i32)(((i64)a << 16) / b) : 0x7fffffff; }
EXPORT(add_sat) i32 add_sat(i32 a, i32 b) {
  i64 s = (i64)a + b;
  return s > 0x7fffffff ? 0x7fffffff : s < -0x7fffffff - 1 ? -0x7fffffff - 1 : (i32)s;
}
EXPORT(sub_sat_u) u32 sub_sat_u(u32 a, u32 b) { return a > b ? a - b : 0; }
EXPORT(sqrt32) u32 sqrt32(u32 v) {
  u32 r = 0, bit = 1u << 30;
  while (bit > v) bit >>= 2;
  for (; bit; bit >>= 2) { if (v >= r + bit) { v -= r + bit; r = (r >> 1) + bit; } else r >>= 1; }
  return r;
}
EXPORT(sqrt64) u32 sqrt64(u64 v) {
  u64 r = 0;
  for (i32 s = 31; s >= 0; s--) { u64 t = r | 1ull << s; if (t * t <= v) r = t; }
  return (u32)r;
}
static const i32 angles[16] = {25735, 15192, 8027, 4074, 2045, 1023, 511, 255, 127, 63, 31, 15, 7, 3, 1, 0};
EXPORT(cordic) u32 cordic(i32 angle) {
  i32 x = 19898, y = 0, z = angle % 51471;
  for (i32 i = 0; i < 16; i++) {
    i32 dx = y >> i, dy = x >> i;
    if (z >= 0) { x -= dx; y += dy; z -= angles[i]; } else { x += dx; y -= dy; z += angles[i]; }
  }
  return ((u32)x & 0xffff) | (u32)y << 16;
}
static i32 iir_state[4];
EXPORT(low_pass) i32 low_pass(i32 sample, u32 channel) {
  i32 *s = &iir_state[channel & 3];
  *s += (((sample & 0xffff) - (*s >> 8)) * 13) >> 2;
  return *s >> 8;
}
static i16 line[16];
static u32 line_at;
static const i16 taps[16] = {-120, -340, -210, 500, 1800, 3600, 5200, 6100, 6100, 5200, 3600, 1800, 500, -210, -340, -120};
EXPORT(fir) i32 fir(i32 sample) {
  line[line_at++ & 15] = (i16)sample;
  i64 sum = 0;
  for (u32 i = 0; i < 16; i++) sum += (i32)taps[i] * line[(line_at + i) & 15];
  return sat16((i32)(sum >> 15));
}
static i32 integral, previous;
EXPORT(pid) i32 pid(i32 target, i32 measured) {
  i32 e = clamp(clamp(target, -30000, 30000) - clamp(measured, -30000, 30000), -20000, 20000), d = e - previous;
  previous = e;
  integral = clamp(integral + (e * 3 >> 4), -100000, 100000);
  return clamp((e * 25 >> 3) + integral + (d * 9 >> 2), -65535, 65535);
}
EXPORT(lerp) i32 lerp(i32 a, i32 b, u32 t) { return a + (i32)(((i64)b - a) * (t & 0xffff) >> 16); }
EXPORT(log2_q16) i32 log2_q16(u32 v) {
  if (!v) return -0x7fffffff;
  i32 e = 31 - __builtin_clz(v), r = e << 16;
  u32 m = v << (31 - e);
  for (i32 bit = 15; bit >= 0; bit--) { u64 s = (u64)m * m >> 31; if (s >> 32) { r |= 1 << bit; s >>= 1; } m = (u32)s; }
  return r;
}
EXPORT(run) u32 run(void) {
  u32 h = 0;
  rng_seed(99);
  for (u32 i = 0; i < 60; i++) {
    u32 a = rng(), b = rng();
    h = mix(h, (u32)(mul_q15((i32)a, (i32)b) + mul_q16((i32)a, (i32)b) - div_q16((i32)a >> 17, (i32)b)));
    h = mix(h, (u32)add_sat((i32)a, (i32)b) ^ sub_sat_u(a, b) ^ sqrt32(a) ^ sqrt64((u64)a << 32 | b));
    h = mix(h, cordic((i32)a) ^ (u32)low_pass((i32)b, i) ^ (u32)fir((i32)a) ^ (u32)pid((i32)a >> 16, (i32)b >> 16));
    h = mix(h, (u32)lerp((i32)a, (i32)b, i * 1000) ^ (u32)log2_q16(a >> (i & 31)));
  }
  return h;
}
