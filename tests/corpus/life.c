/* Grids: the game of life in bits, flood fill with an explicit stack, breadth-first paths, a maze. */
#include "corpus.h"
static u16 cells[16], next[16];
static u8 map[16][16];
static u16 queue[256];
static u32 neighbours(i32 y, i32 x) {
  u32 n = 0;
  for (i32 dy = -1; dy <= 1; dy++)
    for (i32 dx = -1; dx <= 1; dx++)
      if (dy || dx) n += cells[(y + dy) & 15] >> ((x + dx) & 15) & 1;
  return n;
}
static void step(void) {
  for (i32 y = 0; y < 16; y++) {
    u16 row = 0;
    for (i32 x = 0; x < 16; x++) { u32 n = neighbours(y, x); if (n == 3 || (n == 2 && cells[y] >> x & 1)) row |= (u16)(1 << x); }
    next[y] = row;
  }
  for (u32 y = 0; y < 16; y++) cells[y] = next[y];
}
static void scatter(u32 seed, u32 density) { rng_seed(seed); for (u32 y = 0; y < 16; y++) for (u32 x = 0; x < 16; x++) map[y][x] = rng() % 16 < density; }
static u32 flood(u32 y, u32 x) {
  u32 top = 0, n = 0;
  if (map[y][x]) return 0;
  queue[top++] = (u16)(y * 16 + x);
  map[y][x] = 2;
  while (top) {
    u32 at = queue[--top], cy = at / 16, cx = at % 16;
    n++;
    if (cy > 0 && !map[cy - 1][cx]) { map[cy - 1][cx] = 2; queue[top++] = (u16)(at - 16); }
    if (cy < 15 && !map[cy + 1][cx]) { map[cy + 1][cx] = 2; queue[top++] = (u16)(at + 16); }
    if (cx > 0 && !map[cy][cx - 1]) { map[cy][cx - 1] = 2; queue[top++] = (u16)(at - 1); }
    if (cx < 15 && !map[cy][cx + 1]) { map[cy][cx + 1] = 2; queue[top++] = (u16)(at + 1); }
  }
  return n;
}
static i32 path(u32 from, u32 to) {
  static const i8 dy[4] = {-1, 1, 0, 0}, dx[4] = {0, 0, -1, 1};
  static i16 distance[256];
  u32 head = 0, tail = 0;
  for (u32 i = 0; i < 256; i++) distance[i] = -1;
  distance[from] = 0;
  queue[tail++] = (u16)from;
  while (head < tail) {
    u32 at = queue[head++];
    if (at == to) return distance[at];
    for (u32 d = 0; d < 4; d++) {
      i32 y = (i32)(at / 16) + dy[d], x = (i32)(at % 16) + dx[d];
      if (y < 0 || y > 15 || x < 0 || x > 15 || map[y][x] || distance[y * 16 + x] >= 0) continue;
      distance[y * 16 + x] = (i16)(distance[at] + 1);
      queue[tail++] = (u16)(y * 16 + x);
    }
  }
  return -1;
}
EXPORT(generations) u32 generations(u32 seed, u32 n) {
  u32 h = 0;
  rng_seed(seed);
  for (u32 y = 0; y < 16; y++) cells[y] = (u16)rng();
  for (n %= 6; n; n--) step();
  for (u32 y = 0; y < 16; y++) h = mix(h, cells[y]);
  return h;
}
EXPORT(region) u32 region(u32 seed, u32 at) { scatter(seed, 6); return flood(at >> 4 & 15, at & 15); }
EXPORT(regions) u32 regions(u32 seed) { u32 n = 0; scatter(seed, 7); for (u32 y = 0; y < 16; y++) for (u32 x = 0; x < 16; x++) n += flood(y, x) > 0; return n; }
EXPORT(shortest) i32 shortest(u32 seed, u32 from, u32 to) { scatter(seed, 4); return path(from & 255, to & 255); }
EXPORT(run) u32 run(void) {
  u32 h = generations(5, 5);
  for (u32 i = 1; i < 6; i++) h = mix(h, region(i, i * 50) * 1000 + regions(i) + (u32)shortest(i, 0, 255));
  return h;
}
