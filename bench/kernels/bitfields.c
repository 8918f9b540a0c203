#include "kern.h"
/* Sensor messages whose fields cross bytes: read bit by bit position, scaled, clamped, and packed into registers. */
struct reg { u32 mode : 3, enable : 1, gain : 5, offset : 11, filter : 4, id : 8; };
static u32 bits(const u8 *p, u32 at, u32 n) {
  u32 v = 0;
  p += at >> 3;
  v = (u32)p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3];
  return v << (at & 7) >> (32 - n);
}
static i32 clamp(i32 v, i32 lo, i32 hi) { return v < lo ? lo : v > hi ? hi : v; }
u32 bitfields(const u8 *p, u32 count, struct reg *out, u32 *raw) {
  u32 at = 0, parity = 0;
  for (u32 i = 0; i < count; i++) {
    u32 id = bits(p, at, 8), kind = bits(p, at + 8, 3), value = bits(p, at + 11, 13), flags = bits(p, at + 24, 5);
    at += 29;
    i32 level = (i32)(value << 19) >> 19;
    out[i].id = id; out[i].mode = kind; out[i].enable = flags & 1; out[i].gain = flags;
    out[i].offset = clamp(level * 3 >> 2, -1023, 1023); out[i].filter = 15 - (value & 15);
    u32 r = (flags & 0x1f) | kind << 5 | (value & 0xfff) << 8 | id << 24;
    raw[i] = (r & 0x00ff00ff) << 8 | (r >> 8 & 0x00ff00ff);
    r ^= r >> 16; r ^= r >> 8; r ^= r >> 4;
    parity = parity << 1 | (0x6996 >> (r & 15) & 1);
  }
  return parity;
}
