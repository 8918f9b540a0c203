/* State: initialised and zero data, volatile words, pointers to data, counters kept across calls, a bump allocator. */
#include "corpus.h"
static i32 counter = -5;
static u64 total = 0x1122334455667788ull;
static volatile u32 status;
static u8 bytes[5] = {1, 2, 3, 4, 5};
static i16 halves[3] = {-1, 300, -30000};
static u32 zero[40];
static u32 *cursor = &zero[3];
static const char *label = "start";
static struct { u8 a; u16 b; u32 c; u64 d; } record = {1, 2, 3, 4};
static u32 *const ends[2] = {&zero[0], &zero[39]};
static u8 arena[256];
static u32 arena_at;
static void *allocate(u32 n) {
  n = (n + 7) & ~7u;
  if (arena_at + n > sizeof arena) return 0;
  void *p = arena + arena_at;
  arena_at += n;
  return p;
}
EXPORT(tick) i32 tick(i32 by) { counter += by; return counter++; }
EXPORT(accumulate) u64 accumulate(u64 v) { total = total * 3 + v; return total; }
EXPORT(poll) u32 poll(u32 v) { status = v; status |= 4; u32 first = status, second = status; status ^= first; return first + second * 2 + status; }
EXPORT(touch) u32 touch(u32 i, u32 v) {
  bytes[i % 5] += (u8)v; halves[i % 3] -= (i16)v; zero[i % 40] ^= v;
  record.a++; record.b += record.a; record.c += record.b; record.d += record.c;
  return bytes[0] + bytes[4] * 3u + (u32)(i32)halves[1] + (u32)record.d;
}
EXPORT(advance) u32 advance(u32 by) {
  *cursor += by;
  cursor = cursor + by % 7;
  if (cursor > ends[1]) cursor = ends[0] + (cursor - ends[1] - 1);
  return (u32)(cursor - zero) * 1000 + (*ends[0] & 255);
}
EXPORT(rename_) u32 rename_(u32 v) { u32 h = 0; for (const char *p = label; *p; p++) h = mix(h, (u8)*p); label = v & 1 ? "running" : v & 2 ? "stopped" : ""; return h; }
EXPORT(take) u32 take(u32 n) {
  u32 *p = allocate(n % 50);
  if (!p) { arena_at = 0; return ~0u; }
  for (u32 i = 0; i < n % 50 / 4; i++) p[i] = n + i;
  return (u32)((u8 *)p - arena);
}
EXPORT(run) u32 run(void) {
  u32 h = 0;
  for (u32 i = 0; i < 40; i++) {
    h = mix(h, (u32)tick((i32)i - 20) ^ poll(i * 5) ^ touch(i, i * 100) ^ advance(i) ^ rename_(i) ^ take(i * 3));
    h = mix64(h, accumulate(i));
  }
  return h;
}
