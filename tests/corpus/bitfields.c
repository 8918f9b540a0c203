/* Bit fields of structures and registers, signed and unsigned, across words. */
#include "corpus.h"
struct control { u32 enable : 1, mode : 3, divider : 12, : 4, channel : 5; i32 offset : 7; };
struct wide { u64 a : 20, b : 24, c : 20; };
struct packed { u8 x : 3, y : 5; i16 z : 9; u16 w : 7; } __attribute__((packed));
union word { u32 v; struct control f; };
static volatile u32 fake_register;
static struct control controls[4];
static struct packed packs[5];
EXPORT(assemble) u32 assemble(u32 mode, u32 divider, u32 channel, i32 offset) {
  union word w = {0};
  w.f.enable = 1; w.f.mode = mode; w.f.divider = divider; w.f.channel = channel; w.f.offset = offset;
  return w.v;
}
EXPORT(take_apart) i32 take_apart(u32 v) {
  union word w = {v};
  return (i32)(w.f.enable + w.f.mode * 3 + w.f.divider * 5 + w.f.channel * 7) + w.f.offset * 11;
}
EXPORT(wide_fields) u64 wide_fields(u64 v, u32 n) {
  union { u64 v; struct wide f; } w = {v};
  w.f.a += n; w.f.b ^= w.f.a; w.f.c -= w.f.b;
  return w.v;
}
EXPORT(packed_fields) u32 packed_fields(u32 i, u32 v) {
  struct packed *p = &packs[i % 5];
  p->x = v & 7; p->y += v; p->z = (i16)v; p->w ^= v >> 9;
  return (u32)(p->x + p->y * 8 + p->z * 256) ^ (u32)p->w << 20;
}
EXPORT(set_bits) u32 set_bits(u32 mask, u32 value) {
  fake_register = (fake_register & ~mask) | (value & mask);
  fake_register |= 1u << (value & 31);
  fake_register &= ~(1u << (mask & 31));
  fake_register ^= 0x80;
  while (fake_register & 0x100) fake_register &= ~0x100u;
  return fake_register;
}
EXPORT(counters) u32 counters(u32 n) {
  u32 h = 0;
  for (u32 i = 0; i < (n & 63); i++) {
    struct control *c = &controls[i & 3];
    c->mode++; c->divider += i; c->offset -= 3; c->enable ^= 1; c->channel = c->mode + c->enable;
  }
  for (u32 i = 0; i < 4; i++) h = mix(h, controls[i].mode + controls[i].divider * 8 + (u32)controls[i].offset * 32768);
  return h;
}
EXPORT(run) u32 run(void) {
  u32 h = 0;
  for (u32 i = 0; i < 50; i++) {
    u32 v = assemble(i, i * 99, i * 3, (i32)i - 25);
    h = mix(h, v);
    h = mix(h, (u32)take_apart(v * 2654435761u));
    h = mix64(h, wide_fields((u64)v * v, i));
    h = mix(h, packed_fields(i, v));
    h = mix(h, set_bits(v, ~h));
    h = mix(h, counters(i));
  }
  return h;
}
