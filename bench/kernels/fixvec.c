#include "kern.h"
/* Vectors of fixed-point numbers (16.16) turned by quaternions and normalised: a small library whose functions call each other. */
typedef i32 q16;
struct vec { q16 x, y, z; };
struct quat { q16 w, x, y, z; };
static INNER q16 mul(q16 a, q16 b) { return (q16)(((i64)a * b + 0x8000) >> 16); }
static INNER q16 clamp(q16 v, q16 limit) { return v > limit ? limit : v < -limit ? -limit : v; }
static INNER u32 root(u32 n) {
  u32 r = 0;
  for (u32 bit = 1u << 30; bit; bit >>= 2) {
    if (n >= r + bit) { n -= r + bit; r = (r >> 1) + bit; }
    else r >>= 1;
  }
  return r;
}
static INNER q16 dot(const struct vec *a, const struct vec *b) {
  return mul(a->x, b->x) + mul(a->y, b->y) + mul(a->z, b->z);
}
static INNER void cross(struct vec *r, const struct vec *a, const struct vec *b) {
  q16 x = mul(a->y, b->z) - mul(a->z, b->y), y = mul(a->z, b->x) - mul(a->x, b->z);
  r->z = mul(a->x, b->y) - mul(a->y, b->x); r->x = x; r->y = y;
}
static INNER q16 norm(struct vec *v) {
  q16 length = (q16)(root((u32)dot(v, v)) << 8);
  if (!length) return 0;
  q16 inverse = (q16)(0xffffffffu / (u32)length);
  v->x = mul(v->x, inverse); v->y = mul(v->y, inverse); v->z = mul(v->z, inverse);
  return length;
}
static INNER void turn(struct vec *v, const struct quat *q) {
  struct vec u = { q->x, q->y, q->z }, t, s;
  cross(&t, &u, v);
  t.x += t.x; t.y += t.y; t.z += t.z;
  cross(&s, &u, &t);
  v->x += mul(q->w, t.x) + s.x; v->y += mul(q->w, t.y) + s.y; v->z += mul(q->w, t.z) + s.z;
}
u32 fixvec(struct vec *v, const struct quat *q, u32 n) {
  u32 hash = 0;
  for (u32 i = 0; i < n; i++) {
    struct vec *a = &v[i];
    a->x = clamp(a->x, 90 << 16); a->y = clamp(a->y, 80 << 16); a->z = clamp(a->z, 70 << 16);
    q16 length = norm(a);
    turn(a, &q[i & 1]);
    hash = hash * 33 + (u32)length + (u32)dot(a, &v[0]) + (u32)a->z;
  }
  return hash;
}
