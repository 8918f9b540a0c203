#include "kern.h"
/* Bytes into a ring buffer and out of it, in pieces that wrap around. */
struct ring { u8 *data; u32 size, head, tail, lost; };
static u32 put(struct ring *r, const u8 *p, u32 n) {
  u32 i = 0;
  for (; i < n; i++) {
    u32 next = r->head + 1 == r->size ? 0 : r->head + 1;
    if (next == r->tail) { r->lost += n - i; break; }
    r->data[r->head] = p[i];
    r->head = next;
  }
  return i;
}
static u32 get(struct ring *r, u8 *p, u32 n) {
  u32 i = 0;
  while (i < n && r->tail != r->head) {
    p[i++] = r->data[r->tail++];
    if (r->tail >= r->size) r->tail = 0;
  }
  return i;
}
u32 ring(struct ring *r, const u8 *in, u8 *out, u32 n) {
  u32 sent = 0, received = 0, piece = 7;
  while (sent < n) {
    u32 size = piece < n - sent ? piece : n - sent;
    put(r, in + sent, size);
    sent += size;
    piece = (piece * 5 + 3) & 31;
    received += get(r, out + received, piece);
  }
  u32 sum = r->lost << 16;
  for (u32 i = 0; i < received; i++) sum += out[i] * (i + 1);
  return sum;
}
