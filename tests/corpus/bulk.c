/* flags: -mbulk-memory
   Copies and fills of structures and ranges, which clang makes memory.copy and memory.fill. */
#include "corpus.h"

struct point { i32 x, y; };
struct packet { u8 kind; u16 length; u32 from, to; u8 body[9]; };
struct frame { struct packet packets[4]; struct point corner; };

static struct frame frames[6];
static u8 bytes[1024];

static u32 sum(const void *from, u32 n) {
  const u8 *f = from;
  u32 h = n;
  while (n--) h = mix(h, *f++);
  return h;
}

NOINLINE static struct packet packet(u32 seed) {
  struct packet p;
  __builtin_memset(&p, 0, sizeof p);
  p.kind = (u8)seed;
  p.length = (u16)(seed >> 3);
  p.from = seed * 5;
  p.to = ~seed;
  __builtin_memset(p.body, (int)seed, sizeof p.body);
  return p;
}

NOINLINE static void swap(struct packet *a, struct packet *b) {
  struct packet t = *a;
  *a = *b;
  *b = t;
}

NOINLINE static void move_point(struct point *to, const struct point *from) { __builtin_memmove(to, from, sizeof *to); }
NOINLINE static void copy_frame(struct frame *to, const struct frame *from) { *to = *from; }

/* Moves n bytes by a distance in either direction, as an editor's buffer does. */
EXPORT(shift) u32 shift(u32 from, u32 to, u32 n) {
  from %= 512;
  to %= 512;
  n %= 512;
  for (u32 i = 0; i < sizeof bytes; i++) bytes[i] = (u8)(i * 7 + from);
  __builtin_memmove(bytes + to, bytes + from, n);
  return sum(bytes, sizeof bytes);
}

EXPORT(fill) u32 fill(u32 from, u32 n, u32 value) {
  from %= 512;
  n %= 512;
  __builtin_memset(bytes + from, (int)value, n);
  return sum(bytes, sizeof bytes);
}

/* Every small length at every small distance. */
EXPORT(lengths) u32 lengths(u32 seed) {
  u32 h = seed;
#define ONE(n)                                                    \
  for (u32 i = 0; i < 128; i++) bytes[i] = (u8)(i ^ seed);        \
  __builtin_memmove(bytes + (seed & 15), bytes + (seed >> 4 & 15), n); \
  __builtin_memset(bytes + 64 + (seed & 3), (int)seed >> 8, n);   \
  h = mix(h, sum(bytes, 128));
  ONE(1) ONE(2) ONE(3) ONE(4) ONE(5) ONE(6) ONE(7) ONE(8) ONE(9) ONE(12) ONE(13) ONE(15) ONE(16)
  ONE(17) ONE(20) ONE(24) ONE(27) ONE(31) ONE(32) ONE(33) ONE(36) ONE(40) ONE(48)
  return h;
}

EXPORT(run) u32 run(void) {
  u32 h = 1;
  rng_seed(77);
  for (u32 i = 0; i < COUNT(frames); i++) {
    for (u32 k = 0; k < 4; k++) frames[i].packets[k] = packet(rng());
    frames[i].corner.x = (i32)i;
    frames[i].corner.y = -(i32)i;
  }
  for (u32 i = 0; i + 1 < COUNT(frames); i++) {
    swap(&frames[i].packets[i & 3], &frames[i + 1].packets[(i + 1) & 3]);
    move_point(&frames[i].corner, &frames[i + 1].corner);
    if (i & 1) copy_frame(&frames[i], &frames[i + 1]);
  }
  h = mix(h, sum(frames, sizeof frames));
  for (u32 i = 0; i < 6; i++) {
    u32 a = rng(), b = rng(), c = rng();
    h = mix(h, shift(a, b, c));
    h = mix(h, fill(b, c, a));
    h = mix(h, lengths(rng()));
  }
  return h;
}
