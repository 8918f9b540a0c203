/* A first-fit allocator over a static arena, with headers before the blocks. */
#include "../native.h"
#define SIZE 4096
struct block { uint32_t size : 31, used : 1; struct block *previous; };
static _Alignas(16) unsigned char arena[SIZE];
static struct block *first;
void arena_reset(void) { first = (struct block *)arena; first->size = SIZE; first->used = 0; first->previous = 0; }
static struct block *after(struct block *b) {
  unsigned char *next = (unsigned char *)b + b->size;
  return next < arena + SIZE ? (struct block *)next : 0;
}
void *arena_take(size_t size) {
  size = (size + sizeof(struct block) + 7) & ~(size_t)7;
  for (struct block *b = first; b; b = after(b)) {
    if (b->used || b->size < size) continue;
    if (b->size - size > sizeof(struct block)) {
      struct block *rest = (struct block *)((unsigned char *)b + size), *next = after(b);
      rest->size = b->size - (uint32_t)size, rest->used = 0, rest->previous = b;
      if (next) next->previous = rest;
      b->size = (uint32_t)size;
    }
    b->used = 1;
    return b + 1;
  }
  return NULL;
}
static void join(struct block *b) {
  struct block *next = after(b);
  if (!next || next->used) return;
  b->size += next->size;
  if ((next = after(b))) next->previous = b;
}
void arena_give(void *place) {
  if (!place) return;
  struct block *b = (struct block *)place - 1;
  b->used = 0;
  join(b);
  if (b->previous && !b->previous->used) join(b->previous);
}
void *arena_resize(void *place, size_t size) {
  if (!place) return arena_take(size);
  struct block *b = (struct block *)place - 1;
  if (b->size - sizeof *b >= size) return place;
  void *other = arena_take(size);
  if (!other) return NULL;
  memcpy(other, place, b->size - sizeof *b);
  arena_give(place);
  return other;
}
unsigned arena_blocks(int used) {
  unsigned n = 0;
  for (struct block *b = first; b; b = after(b)) n += (unsigned)(b->used == (unsigned)used);
  return n;
}
