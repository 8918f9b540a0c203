/* UTF-8: encoding, validating decoding, counting, UTF-16 surrogates, case folding of Latin letters. */
#include "corpus.h"
static u8 text[128];
static u16 wide[64];
static u32 encode(u32 c, u8 *out) {
  if (c < 0x80) { out[0] = (u8)c; return 1; }
  if (c < 0x800) { out[0] = (u8)(0xc0 | c >> 6); out[1] = (u8)(0x80 | (c & 63)); return 2; }
  if (c < 0x10000) { out[0] = (u8)(0xe0 | c >> 12); out[1] = (u8)(0x80 | (c >> 6 & 63)); out[2] = (u8)(0x80 | (c & 63)); return 3; }
  out[0] = (u8)(0xf0 | c >> 18); out[1] = (u8)(0x80 | (c >> 12 & 63)); out[2] = (u8)(0x80 | (c >> 6 & 63)); out[3] = (u8)(0x80 | (c & 63));
  return 4;
}
static i32 decode(const u8 *p, u32 n, u32 *used) {
  u32 c = *p, more, least;
  *used = 1;
  if (c < 0x80) return (i32)c;
  if (c >= 0xc2 && c < 0xe0) { more = 1; least = 0x80; c &= 31; }
  else if (c >= 0xe0 && c < 0xf0) { more = 2; least = 0x800; c &= 15; }
  else if (c >= 0xf0 && c < 0xf5) { more = 3; least = 0x10000; c &= 7; }
  else return -1;
  if (more >= n) return -2;
  for (u32 i = 1; i <= more; i++) {
    if ((p[i] & 0xc0) != 0x80) { *used = i; return -3; }
    c = c << 6 | (p[i] & 63);
  }
  *used = more + 1;
  if (c < least || c > 0x10ffff || (c >= 0xd800 && c < 0xe000)) return -4;
  return (i32)c;
}
static u32 to_utf16(const u8 *p, u32 n, u16 *out, u32 room) {
  u32 at = 0;
  while (n && at + 2 <= room) {
    u32 used;
    i32 c = decode(p, n, &used);
    if (c < 0) c = 0xfffd;
    if (c >= 0x10000) { out[at++] = (u16)(0xd800 | (c - 0x10000) >> 10); out[at++] = (u16)(0xdc00 | (c & 0x3ff)); }
    else out[at++] = (u16)c;
    p += used; n -= used;
  }
  return at;
}
static u32 fold(u32 c) {
  if (c >= 'A' && c <= 'Z') return c + 32;
  if (c >= 0xc0 && c <= 0xde && c != 0xd7) return c + 32;
  if (c >= 0x100 && c < 0x130) return c | 1;
  if (c >= 0x391 && c <= 0x3a9) return c + 32;
  if (c >= 0x410 && c < 0x430) return c + 32;
  return c;
}
EXPORT(round_trip) i32 round_trip(u32 c) {
  u32 used;
  c %= 0x110000;
  u32 n = encode(c, text);
  i32 d = decode(text, n, &used);
  return d == (i32)c && used == n ? (i32)n : d;
}
EXPORT(bytes) i32 bytes(u32 four) {
  u32 used;
  for (u32 i = 0; i < 4; i++) text[i] = (u8)(four >> (8 * i));
  i32 c = decode(text, 4, &used);
  return c * 8 + (i32)used;
}
EXPORT(noise) u32 noise(u32 seed, u32 n) {
  n %= 100;
  rng_seed(seed);
  for (u32 i = 0; i < n; i++) text[i] = rng() & 4 ? (u8)(0x80 | (rng() & 0x7f)) : (u8)rng();
  u32 m = to_utf16(text, n, wide, COUNT(wide)), h = m;
  for (u32 i = 0; i < m; i++) h = mix(h, wide[i]);
  return h;
}
EXPORT(letters) u32 letters(u32 seed) {
  u32 at = 0, h = 0, used;
  rng_seed(seed);
  while (at < 100) at += encode(rng() >> (11 + rng() % 14), text + at);
  for (u32 i = 0; i < at; i += used) {
    i32 c = decode(text + i, at - i, &used);
    h = mix(h, c < 0 ? (u32)c : fold((u32)c));
  }
  return h;
}
EXPORT(run) u32 run(void) {
  u32 h = 0;
  for (u32 i = 0; i < 60; i++) h = mix(h, (u32)round_trip(i * i * 311) + (u32)bytes(i * 0x9e3779b9u));
  for (u32 i = 1; i < 8; i++) h = mix(h, noise(i, 90) ^ letters(i));
  return h;
}
