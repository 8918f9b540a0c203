/* A ring of events with callbacks that are registered by kind. */
#include "ring.h"
void ring_init(struct ring *ring, struct event *slots, uint32_t count) { *ring = (struct ring){.mask = count - 1, .slots = slots}; }
int ring_put(struct ring *ring, const struct event *event) {
  uint32_t head = ring->head;
  if (head - ring->tail > ring->mask) { ring->dropped++; return -1; }
  ring->slots[head & ring->mask] = *event;
  ring->head = head + 1;
  return 0;
}
int ring_get(struct ring *ring, struct event *event) {
  uint32_t tail = ring->tail;
  if (tail == ring->head) return 0;
  *event = ring->slots[tail & ring->mask];
  ring->tail = tail + 1;
  return 1;
}
static struct { uint16_t kind; handler call; void *context; } table[8];
static uint8_t count;
int subscribe(uint16_t kind, handler call, void *context) {
  if (count == sizeof table / sizeof *table) return -1;
  table[count].kind = kind, table[count].call = call, table[count].context = context;
  return count++;
}
unsigned dispatch(struct ring *ring) {
  struct event event;
  unsigned handled = 0;
  while (ring_get(ring, &event))
    for (unsigned n = 0; n < count; n++)
      if (table[n].kind == event.kind || table[n].kind == 0xffff) handled += (unsigned)table[n].call(&event, table[n].context);
  return handled;
}
