/* Events that are copied by value, unions, and callbacks with contexts on the stack. */
#include "ring.h"
struct sum { long long x, y; unsigned calls; };
static int on_point(const struct event *e, void *context) {
  struct sum *sum = context;
  sum->x += e->u.point.x, sum->y -= (long long)e->u.point.y * e->u.point.z, sum->calls++;
  return 1;
}
static int on_bytes(const struct event *e, void *context) {
  char *text = context;
  for (int n = 0; n < e->length; n++) text[n] ^= (char)e->u.bytes[n];
  return e->length;
}
static int on_any(const struct event *e, void *context) { *(uint32_t *)context = *(uint32_t *)context * 31 + e->kind; return 0; }
int main(void) {
  struct event slots[16];
  struct ring ring;
  struct sum sum = {0};
  char text[12] = "abcdefghijk";
  uint32_t order = 1;
  ring_init(&ring, slots, 16);
  printf("%d", subscribe(1, on_point, &sum));
  printf("%d", subscribe(2, on_bytes, text));
  printf("%d\n", subscribe(0xffff, on_any, &order));
  for (int round = 0; round < 7; round++) {
    for (int n = 0; n < 9 + round * 2; n++) {
      struct event e = {.kind = (uint16_t)(1 + n % 3)};
      if (e.kind == 1) e.u.point.x = n * 100000, e.u.point.y = -n * (1 << 24), e.u.point.z = (int16_t)(n - 5);
      else if (e.kind == 2) { e.length = 5; for (int k = 0; k < 5; k++) e.u.bytes[k] = (uint8_t)(n + k); }
      else e.u.stamp = 0x100000001ull * (unsigned)n;
      ring_put(&ring, &e);
    }
    printf("%u ", dispatch(&ring));
  }
  printf("\n%lld %lld %u %u %u\n", sum.x, sum.y, sum.calls, ring.dropped, order);
  for (int n = 0; n < 11; n++) printf("%02x", (uint8_t)text[n]);
  printf("\n");
  return 0;
}
