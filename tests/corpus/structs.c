/* Structures by value: copies, returns, nested ones, arrays of them, unions. */
#include "corpus.h"
struct point { i32 x, y; };
struct box { struct point min, max; u8 tag[6]; i64 weight; };
struct message { u8 kind; union { struct point p; u64 v; u8 raw[12]; } body; u16 sum; };
static struct box boxes[6];
static struct message queue[4];
static NOINLINE struct point add(struct point a, struct point b) { return (struct point){a.x + b.x, a.y + b.y}; }
static NOINLINE struct box grow(struct box b, i32 by) {
  b.min = add(b.min, (struct point){-by, -by});
  b.max = add(b.max, (struct point){by, by});
  b.weight += (i64)by * by;
  b.tag[by & 3]++;
  return b;
}
static NOINLINE i64 area(const struct box *b) { return (i64)(b->max.x - b->min.x) * (b->max.y - b->min.y); }
static u32 hash_box(const struct box *b) {
  u32 h = mix(mix(mix(mix(1, (u32)b->min.x), (u32)b->min.y), (u32)b->max.x), (u32)b->max.y);
  for (u32 i = 0; i < 6; i++) h = mix(h, b->tag[i]);
  return mix64(h, (u64)b->weight);
}
static void checksum(struct message *m) {
  u16 s = m->kind;
  for (u32 i = 0; i < sizeof m->body.raw; i++) s = (u16)(s * 31 + m->body.raw[i]);
  m->sum = s;
}
EXPORT(boxed) u32 boxed(i32 x, i32 y, u32 n) {
  struct box b = {{x & 0xffff, y & 0xffff}, {x & 0xffff, y & 0xffff}, "synth", 0};
  for (u32 i = 0; i < (n & 15); i++) {
    b = grow(b, (i32)i);
    boxes[i % 6] = b;
    boxes[(i + 1) % 6] = boxes[i % 6];
  }
  return mix64(hash_box(&b), (u64)area(&boxes[n % 6]));
}
EXPORT(sorted) u32 sorted(u32 seed) {
  rng_seed(seed);
  for (u32 i = 0; i < 6; i++) boxes[i] = (struct box){{0, 0}, {(i32)(rng() & 0xff), (i32)(rng() & 0xff)}, {(u8)i}, (i64)i << 33};
  for (u32 i = 0; i < 6; i++)
    for (u32 j = i + 1; j < 6; j++)
      if (area(&boxes[j]) < area(&boxes[i])) { struct box t = boxes[i]; boxes[i] = boxes[j]; boxes[j] = t; }
  u32 h = 0;
  for (u32 i = 0; i < 6; i++) h = mix(h, hash_box(&boxes[i]));
  return h;
}
EXPORT(post) u32 post(u32 kind, u64 v) {
  struct message m = {(u8)kind, {.v = v}, 0};
  m.body.raw[8] = m.body.raw[9] = m.body.raw[10] = 0;
  m.body.raw[11] = (u8)kind;
  if (kind & 1) m.body.p.x -= m.body.p.y;
  checksum(&m);
  queue[3] = queue[2]; queue[2] = queue[1]; queue[1] = queue[0]; queue[0] = m;
  return queue[0].sum | (u32)queue[3].sum << 16;
}
EXPORT(run) u32 run(void) {
  u32 h = boxed(100, 200, 13);
  h = mix(h, sorted(5));
  for (u32 i = 0; i < 8; i++) h = mix(h, post(i, i * 0x123456789abull));
  return h;
}
