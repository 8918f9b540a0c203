/* Queues: a ring of bytes, a deque, a priority queue, a double buffer, a message pool with a free list. */
#include "corpus.h"
struct ring { u16 head, tail, mask; u8 data[32]; };
static struct ring ring = {.mask = 31};
static i32 put(struct ring *r, u8 v) {
  if ((u16)(r->head - r->tail) > r->mask) return -1;
  r->data[r->head++ & r->mask] = v;
  return 0;
}
static i32 get(struct ring *r) { return r->head == r->tail ? -1 : r->data[r->tail++ & r->mask]; }
static u32 heap[32], heap_size;
static void push(u32 v) {
  if (heap_size == COUNT(heap)) return;
  u32 i = heap_size++;
  while (i && heap[(i - 1) / 2] > v) { heap[i] = heap[(i - 1) / 2]; i = (i - 1) / 2; }
  heap[i] = v;
}
static u32 pop(void) {
  if (!heap_size) return ~0u;
  u32 top = heap[0], v = heap[--heap_size], i = 0;
  for (;;) {
    u32 c = 2 * i + 1;
    if (c >= heap_size) break;
    if (c + 1 < heap_size && heap[c + 1] < heap[c]) c++;
    if (heap[c] >= v) break;
    heap[i] = heap[c];
    i = c;
  }
  heap[i] = v;
  return top;
}
static i32 deque[16];
static u32 front, count;
static void push_front(i32 v) { if (count < 16) { front = (front + 15) % 16; deque[front] = v; count++; } }
static void push_back(i32 v) { if (count < 16) deque[(front + count++) % 16] = v; }
static i32 pop_front(void) { if (!count) return -1; i32 v = deque[front]; front = (front + 1) % 16; count--; return v; }
static i32 pop_back(void) { return count ? deque[(front + --count) % 16] : -1; }
struct slot { u8 next; u8 length; u16 tag; u32 body[3]; };
static struct slot slots[10];
static u8 free_list;
static void reset_slots(void) { for (u32 i = 0; i < COUNT(slots); i++) slots[i].next = (u8)(i + 1); free_list = 0; }
static i32 take(u16 tag) {
  if (free_list == COUNT(slots)) return -1;
  i32 i = free_list;
  free_list = slots[i].next;
  slots[i] = (struct slot){255, (u8)(tag % 13), tag, {tag, tag * 2u, tag * 3u}};
  return i;
}
static void give(i32 i) { slots[i].next = free_list; free_list = (u8)i; }
EXPORT(bytes) u32 bytes(u32 seed, u32 n) {
  u32 h = 0;
  ring.head = ring.tail = (u16)seed;
  rng_seed(seed);
  for (u32 i = 0; i < n % 200; i++) h = mix(h, rng() & 0x300 ? (u32)put(&ring, (u8)rng()) : (u32)get(&ring));
  return mix(h, (u16)(ring.head - ring.tail));
}
EXPORT(priorities) u32 priorities(u32 seed, u32 n) {
  u32 h = 0, least = 0;
  heap_size = 0;
  rng_seed(seed);
  for (u32 i = 0; i < n % 100; i++) if (rng() & 0x30) push(rng() >> 16); else h = mix(h, pop());
  while (heap_size) { u32 v = pop(); if (v < least) return 0; least = v; h = mix(h, v); }
  return h;
}
EXPORT(both_ends) u32 both_ends(u32 operations, u32 v) {
  u32 h = 0;
  front = count = 0;
  for (u32 i = 0; i < 16; i++)
    switch (operations >> (2 * i) & 3) {
    case 0: push_front((i32)(v + i)); break;
    case 1: push_back((i32)(v ^ i)); break;
    case 2: h = mix(h, (u32)pop_front()); break;
    default: h = mix(h, (u32)pop_back()); break;
    }
  return mix(h, count);
}
EXPORT(pool) u32 pool(u32 seed, u32 n) {
  i32 held[10];
  u32 used = 0, h = 0;
  reset_slots();
  rng_seed(seed);
  for (u32 i = 0; i < n % 120; i++) {
    if (used < 10 && (rng() & 0x10 || !used)) { i32 s = take((u16)rng()); if (s < 0) return 1; held[used++] = s; }
    else { u32 k = rng() % used; i32 s = held[k]; h = mix(h, slots[s].body[2] + slots[s].length); give(s); held[k] = held[--used]; }
  }
  return mix(h, used * 16 + free_list);
}
EXPORT(run) u32 run(void) {
  return mix(mix(mix(bytes(1, 190), priorities(2, 99)), both_ends(0x1b4e0513, 100)), pool(3, 110));
}
