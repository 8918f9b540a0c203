#include "kern.h"
/* Frames of a field bus, byte by byte, through a machine of states in memory, with a bitwise CRC. */
typedef struct { u8 state, addr, fn, len, pos; u16 crc, got; u32 good, bad; u8 buf[32]; } Port;
static u16 crc1(u16 c, u8 b) { c ^= b; for (u32 i = 0; i < 8; i++) c = c & 1 ? c >> 1 ^ 0xa001 : c >> 1; return c; }
static void feed(Port *p, u8 b) {
  switch (p->state) {
    case 0: p->addr = b; p->crc = crc1(0xffff, b); p->state = (b & 15) < 12 ? 1 : 0; break;
    case 1: p->fn = b & 7; p->crc = crc1(p->crc, b);
      switch (p->fn) {
        case 1: case 2: p->len = 4; break;
        case 3: case 4: p->state = 2; return;
        case 5: p->len = 6; break;
        case 6: p->len = 2; break;
        default: p->state = 0; p->bad++; return;
      }
      p->pos = 0; p->state = 3; break;
    case 2: p->len = b & 31; p->crc = crc1(p->crc, b); p->pos = 0; p->state = p->len ? 3 : 4; break;
    case 3: p->buf[p->pos++] = b; p->crc = crc1(p->crc, b); if (p->pos == p->len) p->state = 4; break;
    case 4: p->got = b; p->state = 5; break;
    case 5: p->got |= (u16)b << 8; if ((p->got ^ p->crc) & 0x80) p->good += p->len; else p->bad++; p->state = 0; break;
  }
}
u32 modbus(const u8 *s, u32 n, Port *p) {
  p->state = 0; p->good = p->bad = 0;
  for (u32 i = 0; i < n; i++) feed(p, s[i]);
  return p->good * 65536 + p->bad + p->crc;
}
