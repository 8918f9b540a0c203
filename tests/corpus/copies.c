/* Copies, fills and comparisons of memory: bytes and words, overlapping, unaligned, strided. */
#include "corpus.h"
static u8 a[160], b[160];
struct unaligned32 { u32 v; } __attribute__((packed));
struct unaligned64 { u64 v; } __attribute__((packed));
struct unaligned16 { u16 v; } __attribute__((packed));
static void move(u8 *to, const u8 *from, u32 n) {
  if (to < from) while (n--) *to++ = *from++;
  else while (n--) to[n] = from[n];
}
static void copy_words(u8 *to, const u8 *from, u32 n) {
  for (; n >= 8; n -= 8, to += 8, from += 8) ((struct unaligned64 *)to)->v = ((const struct unaligned64 *)from)->v;
  if (n & 4) { ((struct unaligned32 *)to)->v = ((const struct unaligned32 *)from)->v; to += 4; from += 4; }
  if (n & 2) { ((struct unaligned16 *)to)->v = ((const struct unaligned16 *)from)->v; to += 2; from += 2; }
  if (n & 1) *to = *from;
}
static void fill(u8 *to, u8 v, u32 n) { while (n && ((unsigned long)to & 3)) { *to++ = v; n--; }
  u32 w = v * 0x01010101u;
  for (; n >= 4; n -= 4, to += 4) *(u32 *)to = w;
  while (n--) *to++ = v; }
static i32 compare(const u8 *x, const u8 *y, u32 n) {
  for (; n >= 4; n -= 4, x += 4, y += 4) if (((const struct unaligned32 *)x)->v != ((const struct unaligned32 *)y)->v) break;
  for (; n; n--, x++, y++) if (*x != *y) return *x < *y ? -1 : 1;
  return 0;
}
static u32 hash(const u8 *p, u32 n) { u32 h = 0; while (n--) h = mix(h, *p++); return h; }
static void setup(u32 seed) { rng_seed(seed); for (u32 i = 0; i < sizeof a; i++) { a[i] = (u8)rng(); b[i] = (u8)~a[i]; } }
EXPORT(moved) u32 moved(u32 to, u32 from, u32 n) { setup(7); to %= 80; from %= 80; move(a + to, a + from, n % 80); return hash(a, sizeof a); }
EXPORT(copied) u32 copied(u32 to, u32 from, u32 n) { setup(8); to %= 80; from %= 80; copy_words(b + to, a + from, n % 80); return hash(b, sizeof b); }
EXPORT(filled) u32 filled(u32 to, u32 v, u32 n) { setup(9); fill(a + to % 80, (u8)v, n % 80); return hash(a, sizeof a); }
EXPORT(compared) i32 compared(u32 x, u32 y, u32 n, u32 flip) {
  setup(10);
  x %= 40; y %= 40; n %= 100;
  copy_words(b + y, a + x, n);
  b[flip % 150] ^= (u8)(flip >> 8);
  return compare(a + x, b + y, n);
}
EXPORT(loads) u64 loads(u32 at) {
  setup(11);
  const u8 *p = a + at % 150;
  return ((const struct unaligned64 *)p)->v + ((const struct unaligned32 *)(p + 1))->v * 3ull + ((const struct unaligned16 *)(p + 2))->v * 5ull + (u64)(i64)(i8)p[3];
}
EXPORT(stores) u32 stores(u32 at, u64 v) {
  setup(12);
  u8 *p = a + at % 140;
  ((struct unaligned64 *)p)->v = v;
  ((struct unaligned32 *)(p + 7))->v = (u32)v * 3;
  ((struct unaligned16 *)(p + 10))->v = (u16)v;
  p[13] = (u8)(v >> 9);
  return hash(a, sizeof a);
}
EXPORT(strided) u32 strided(u32 seed, u32 step) {
  u32 s = 0;
  setup(seed);
  for (u32 i = 0; i < sizeof a; i += step % 7 + 1) { s = s * 3 + a[i]; b[i] = (u8)s; }
  for (u8 *p = b + sizeof b; p-- != b;) s ^= s << 5 ^ *p;
  return s;
}
EXPORT(run) u32 run(void) {
  u32 h = 0;
  for (u32 i = 0; i < 30; i++) {
    h = mix(h, moved(i, i + 5, i * 3) ^ moved(i + 5, i, i * 2) ^ copied(i, 30 - i, i * 5) ^ filled(i, i, i * 3));
    h = mix(h, (u32)compared(i, 3, 60, i * 300) ^ stores(i, 0x1122334455667788ull * i) ^ strided(i, i));
    h = mix64(h, loads(i));
  }
  return h;
}
