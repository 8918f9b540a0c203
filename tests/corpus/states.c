/* State machines of firmware: a debouncer, a quadrature decoder, SLIP framing, a command line, a traffic light. */
#include "corpus.h"
enum debounce { UP, FALLING, DOWN, RISING };
struct button { u8 state, ticks; u16 presses; };
static struct button buttons[4];
static void tick(struct button *b, i32 pressed) {
  switch ((enum debounce)b->state) {
  case UP: if (pressed) { b->state = FALLING; b->ticks = 0; } break;
  case FALLING: if (!pressed) b->state = UP; else if (++b->ticks >= 3) { b->state = DOWN; b->presses++; } break;
  case DOWN: if (!pressed) { b->state = RISING; b->ticks = 0; } break;
  case RISING: if (pressed) b->state = DOWN; else if (++b->ticks >= 3) b->state = UP; break;
  }
}
EXPORT(debounce) u32 debounce(u32 samples, u32 which) {
  struct button *b = &buttons[which & 3];
  for (u32 i = 0; i < 32; i++) tick(b, samples >> i & 1);
  return b->presses | (u32)b->state << 16;
}
static const i8 quadrature[16] = {0, -1, 1, 2, 1, 0, 2, -1, -1, 2, 0, 1, 2, 1, -1, 0};
static i32 position;
static u32 last, slips;
EXPORT(encoder) i32 encoder(u32 samples) {
  for (u32 i = 0; i < 32; i += 2) {
    u32 now = samples >> i & 3;
    i8 d = quadrature[last << 2 | now];
    if (d == 2) slips++; else position += d;
    last = now;
  }
  return position * 256 + (i32)(slips & 255);
}
static u8 frame[32];
static u32 frame_length, frames, frame_state, frame_hash;
static void finish(void) {
  if (frame_length) { frames++; for (u32 i = 0; i < frame_length; i++) frame_hash = mix(frame_hash, frame[i]); }
  frame_length = 0;
}
static void receive(u8 c) {
  if (frame_state == 2) { if (c == 0xc0) { frame_state = 0; frame_length = 0; } return; }
  if (frame_state == 1) {
    frame_state = 0;
    if (c == 0xdc) c = 0xc0;
    else if (c == 0xdd) c = 0xdb;
    else { frame_state = 2; return; }
  } else if (c == 0xc0) { finish(); return; }
  else if (c == 0xdb) { frame_state = 1; return; }
  if (frame_length == sizeof frame) { frame_state = 2; return; }
  frame[frame_length++] = c;
}
EXPORT(slip) u32 slip(u32 seed, u32 n) {
  static const u8 common[] = {0xc0, 0xdb, 0xdc, 0xdd};
  rng_seed(seed);
  for (u32 i = 0; i < n % 200; i++) receive(rng() & 3 ? (u8)rng() : common[rng() & 3]);
  return mix(frame_hash, frames * 64 + frame_length);
}
struct light { u8 color, queued; u16 left; };
EXPORT(traffic) u32 traffic(u32 requests, u32 ticks) {
  struct light l = {0, 0, 5};
  u32 h = 0;
  for (u32 t = 0; t < (ticks & 127); t++) {
    if (requests >> (t & 31) & 1) l.queued = 1;
    if (l.left && --l.left) continue;
    switch (l.color) {
    case 0: if (l.queued) { l.color = 1; l.left = 2; } else l.left = 1; break;
    case 1: l.color = 2; l.left = 6; l.queued = 0; break;
    case 2: l.color = 3; l.left = 1; break;
    default: l.color = 0; l.left = 5; break;
    }
    h = mix(h, t * 4 + l.color);
  }
  return h;
}
static char line[16];
static u32 line_length;
static i32 registers[4];
static i32 command(void) {
  i32 v = 0, negative = 0;
  u32 i = 2;
  if (line_length < 2) return -1;
  u32 r = (u32)(line[1] - '0');
  if (r > 3) return -2;
  if (i < line_length && line[i] == '-') { negative = 1; i++; }
  for (; i < line_length; i++) { if (line[i] < '0' || line[i] > '9') return -3; v = v * 10 + line[i] - '0'; }
  if (negative) v = -v;
  switch (line[0]) {
  case 's': return registers[r] = v;
  case 'a': return registers[r] += v;
  case 'g': return registers[r];
  case 'x': registers[r] ^= registers[v & 3]; return registers[r];
  default: return -4;
  }
}
EXPORT(console) u32 console(u32 seed) {
  static const char keys[] = "sagx0123-4567890\n\n\b";
  u32 h = 0;
  rng_seed(seed);
  line_length = 0;
  for (u32 i = 0; i < 150; i++) {
    char c = line_length == 0 ? keys[rng() % 4] : line_length == 1 ? keys[4 + rng() % 4] : keys[8 + rng() % 11];
    if (c == '\n') { h = mix(h, (u32)command()); line_length = 0; }
    else if (c == '\b') { if (line_length) line_length--; }
    else if (line_length < sizeof line) line[line_length++] = c;
  }
  return h;
}
EXPORT(run) u32 run(void) {
  u32 h = 0;
  for (u32 i = 0; i < 10; i++) {
    h = mix(h, debounce(0xf0f8ff0f * (i + 1), i));
    h = mix(h, (u32)encoder(0x1e4b2d87 * (2 * i + 1)));
    h = mix(h, slip(i + 1, 180));
    h = mix(h, traffic(0x00100401 << i, 100));
    h = mix(h, console(i + 3));
  }
  return h;
}
