/* Integers of 256 bits: sums, products, shifts, division, powers modulo, decimal text. */
#include "corpus.h"
#define W 8
struct big { u32 w[W]; };
static u32 add(struct big *r, const struct big *a, const struct big *b) {
  u64 c = 0;
  for (u32 i = 0; i < W; i++) { c += (u64)a->w[i] + b->w[i]; r->w[i] = (u32)c; c >>= 32; }
  return (u32)c;
}
static u32 sub(struct big *r, const struct big *a, const struct big *b) {
  i64 c = 0;
  for (u32 i = 0; i < W; i++) { c += (i64)a->w[i] - b->w[i]; r->w[i] = (u32)c; c >>= 32; }
  return (u32)c & 1;
}
static void multiply(struct big *r, const struct big *a, const struct big *b) {
  struct big out = {{0}};
  for (u32 i = 0; i < W; i++) {
    u64 c = 0;
    for (u32 j = 0; i + j < W; j++) { c += (u64)a->w[i] * b->w[j] + out.w[i + j]; out.w[i + j] = (u32)c; c >>= 32; }
  }
  *r = out;
}
static u32 divide_small(struct big *a, u32 d) {
  u64 r = 0;
  for (u32 i = W; i-- > 0;) { r = r << 32 | a->w[i]; a->w[i] = (u32)(r / d); r %= d; }
  return (u32)r;
}
static i32 compare(const struct big *a, const struct big *b) {
  for (u32 i = W; i-- > 0;) if (a->w[i] != b->w[i]) return a->w[i] < b->w[i] ? -1 : 1;
  return 0;
}
static void shift_left(struct big *a, u32 n) {
  u32 words = n / 32, bits = n % 32;
  for (u32 i = W; i-- > 0;) {
    u32 hi = i >= words ? a->w[i - words] : 0, lo = i > words ? a->w[i - words - 1] : 0;
    a->w[i] = bits ? hi << bits | lo >> (32 - bits) : hi;
  }
}
static u32 bit(const struct big *a, u32 i) { return a->w[i / 32] >> (i % 32) & 1; }
static void modulo(struct big *a, const struct big *m) {
  struct big r = {{0}};
  for (u32 i = 32 * W; i-- > 0;) {
    u32 top = bit(&r, 32 * W - 1);
    shift_left(&r, 1);
    r.w[0] |= bit(a, i);
    if (top || compare(&r, m) >= 0) sub(&r, &r, m);
  }
  *a = r;
}
static u32 is_zero(const struct big *a) { u32 v = 0; for (u32 i = 0; i < W; i++) v |= a->w[i]; return v == 0; }
static u32 decimal(struct big a, char *out) {
  u32 n = 0;
  do out[n++] = (char)('0' + divide_small(&a, 10)); while (!is_zero(&a));
  return n;
}
static u32 hash(const struct big *a) { u32 h = 0; for (u32 i = 0; i < W; i++) h = mix(h, a->w[i]); return h; }
static struct big random(u32 seed, u32 words) { struct big r = {{0}}; rng_seed(seed); for (u32 i = 0; i < words && i < W; i++) r.w[i] = rng(); return r; }
EXPORT(sums) u32 sums(u32 s, u32 t) { struct big a = random(s, W), b = random(t, W), c; u32 x = add(&c, &a, &b), h = hash(&c); x |= sub(&c, &b, &a) << 1; return mix(h, hash(&c) + x); }
EXPORT(products) u32 products(u32 s, u32 t) { struct big a = random(s, W), b = random(t, 5), c; multiply(&c, &a, &b); return hash(&c); }
EXPORT(quotient) u32 quotient(u32 s, u32 d) { struct big a = random(s, W); u32 r = d ? divide_small(&a, d) : 0; return mix(hash(&a), r); }
EXPORT(shifted) u32 shifted(u32 s, u32 n) { struct big a = random(s, W); shift_left(&a, n & 255); return hash(&a); }
EXPORT(reduced) u32 reduced(u32 s, u32 t) { struct big a = random(s, W), m = random(t, 4); if (!(t & 7)) m = random(t, W); modulo(&a, &m); return hash(&a); }
EXPORT(factorial) u32 factorial(u32 n) {
  char text[80];
  struct big r = {{1}}, k = {{0}};
  for (u32 i = 2; i <= n % 50; i++) { k.w[0] = i; multiply(&r, &r, &k); }
  u32 m = decimal(r, text), h = m;
  while (m) h = mix(h, (u8)text[--m]);
  return h;
}
EXPORT(run) u32 run(void) {
  u32 h = factorial(49);
  for (u32 i = 1; i < 10; i++) h = mix(h, sums(i, i + 1) ^ products(i, i * 3) ^ quotient(i, i * 999983) ^ shifted(i, i * 29));
  return mix(h, reduced(3, 5));
}
