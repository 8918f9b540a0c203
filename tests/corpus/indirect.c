/* Calls through pointers: tables of functions, callbacks, methods, several signatures. */
#include "corpus.h"
typedef i32 (*binary)(i32, i32);
static i32 add(i32 a, i32 b) { return (i32)((u32)a + (u32)b); }
static i32 sub(i32 a, i32 b) { return (i32)((u32)a - (u32)b); }
static i32 mul(i32 a, i32 b) { return (i32)((u32)a * (u32)b); }
static i32 both(i32 a, i32 b) { return a & b; }
static i32 either(i32 a, i32 b) { return a | b; }
static i32 less(i32 a, i32 b) { return a < b ? a : b; }
static i32 more(i32 a, i32 b) { return a > b ? a : b; }
static const binary table[] = {add, sub, mul, both, either, less, more};
typedef i64 (*wide)(i64, i32, i64);
static i64 first(i64 a, i32 b, i64 c) { return a + b - c; }
static i64 second(i64 a, i32 b, i64 c) { return a * b ^ c; }
static i64 third(i64 a, i32 b, i64 c) { return a >> (b & 31) | c << 3; }
static const wide wides[] = {first, second, third};
static u32 visited;
static void note(i32 v) { visited = mix(visited, (u32)v); }
static void twice(i32 v) { note(v); note(v * 2); }
static i32 by_value(const void *a, const void *b) { i32 x = *(const i32 *)a, y = *(const i32 *)b; return x < y ? -1 : x > y; }
static i32 by_low_byte(const void *a, const void *b) { return (i32)*(const u8 *)a - (i32)*(const u8 *)b; }
static i32 descending(const void *a, const void *b) { return by_value(b, a); }
static i32 (*const orders[])(const void *, const void *) = {by_value, by_low_byte, descending};
static void sort(i32 *a, u32 n, i32 (*compare)(const void *, const void *)) {
  for (u32 i = 1; i < n; i++)
    for (u32 j = i; j > 0 && compare(&a[j - 1], &a[j]) > 0; j--) { i32 t = a[j]; a[j] = a[j - 1]; a[j - 1] = t; }
}
static void each(const i32 *a, u32 n, void (*visit)(i32)) { for (u32 i = 0; i < n; i++) visit(a[i]); }
struct shape { const struct methods *methods; i32 w, h; };
struct methods { i32 (*area)(const struct shape *); void (*scale)(struct shape *, i32); u64 (*id)(void); };
static i32 box_area(const struct shape *s) { return s->w * s->h; }
static i32 triangle_area(const struct shape *s) { return s->w * s->h / 2; }
static void box_scale(struct shape *s, i32 k) { s->w *= k; s->h *= k; }
static void triangle_scale(struct shape *s, i32 k) { s->w *= k; }
static u64 box_id(void) { return 0x1111222233334444ull; }
static u64 triangle_id(void) { return 0x5555666677778888ull; }
static const struct methods box = {box_area, box_scale, box_id}, triangle = {triangle_area, triangle_scale, triangle_id};
EXPORT(apply) i32 apply(u32 which, i32 a, i32 b) { return table[which % COUNT(table)](a, b); }
EXPORT(apply_wide) i64 apply_wide(u32 which, i64 a, i32 b, i64 c) { return wides[which % COUNT(wides)](a, b, c); }
EXPORT(fold) i32 fold(u32 which, u32 seed, u32 n) {
  binary f = table[which % COUNT(table)], g = table[(which + 3) % COUNT(table)];
  i32 sum = 1;
  rng_seed(seed);
  for (u32 i = 0; i < n % 30; i++) sum = f(sum, g((i32)rng(), sum));
  return sum;
}
EXPORT(sorted) u32 sorted(u32 order, u32 seed) {
  i32 a[20];
  rng_seed(seed);
  for (u32 i = 0; i < COUNT(a); i++) a[i] = (i32)rng();
  sort(a, COUNT(a), orders[order % COUNT(orders)]);
  visited = 0;
  each(a, COUNT(a), order & 1 ? note : twice);
  return visited;
}
EXPORT(shapes) u64 shapes(i32 w, i32 h, u32 kinds) {
  struct shape all[4];
  u64 sum = 0;
  for (u32 i = 0; i < 4; i++) {
    all[i].methods = kinds >> i & 1 ? &box : &triangle;
    all[i].w = w & 0xff; all[i].h = h & 0xff;
    all[i].methods->scale(&all[i], (i32)i + 1);
    sum = sum * 31 + (u64)(i64)all[i].methods->area(&all[i]) + all[i].methods->id();
  }
  return sum;
}
EXPORT(run) u32 run(void) {
  u32 h = 0;
  for (u32 i = 0; i < 9; i++) {
    h = mix(h, (u32)apply(i, 1234, -77));
    h = mix64(h, (u64)apply_wide(i, 0x123456789ll, 9, -5));
    h = mix(h, (u32)fold(i, i + 5, 20));
    h = mix(h, sorted(i, i + 1));
    h = mix64(h, shapes(3, 4, i));
  }
  return h;
}
