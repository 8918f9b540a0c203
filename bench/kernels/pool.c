#include "kern.h"
/* A first-fit allocator with free neighbours joined, driven by a script of bytes. Its functions leave early where there is
   nothing to do. */
struct block { u32 size; struct block *next; };
struct pool { struct block *free; u32 failures, live; u8 *slot[32]; };
static INNER void join(struct block *b) {
  struct block *n = b->next;
  if (!n || (u8 *)b + b->size != (u8 *)n) return;
  b->size += n->size; b->next = n->next;
}
static INNER void *take(struct pool *p, u32 bytes) {
  if (!bytes) return 0;
  u32 size = (bytes + 15) & ~7u;
  for (struct block **at = &p->free; *at; at = &(*at)->next) {
    struct block *b = *at;
    if (b->size < size) continue;
    if (b->size - size >= 16) {
      struct block *rest = (struct block *)((u8 *)b + size);
      rest->size = b->size - size; rest->next = b->next; b->size = size;
      *at = rest;
    } else *at = b->next;
    p->live += b->size;
    return b + 1;
  }
  p->failures++;
  return 0;
}
static INNER void give(struct pool *p, void *memory) {
  if (!memory) return;
  struct block *b = (struct block *)memory - 1, *last = 0, *n = p->free;
  p->live -= b->size;
  while (n && n < b) { last = n; n = n->next; }
  b->next = n;
  if (last) last->next = b; else p->free = b;
  join(b);
  if (last) join(last);
}
static INNER void *resize(struct pool *p, void *memory, u32 bytes) {
  u32 held = memory ? ((struct block *)memory)[-1].size - 8 : 0;
  if (memory && held >= bytes) return memory;
  u8 *to = take(p, bytes), *from = memory;
  if (!to) return memory;
  for (u32 i = 0; i < held; i++) to[i] = from[i];
  give(p, memory);
  return to;
}
static INNER u32 sum(const u8 *bytes, u32 n) {
  u32 h = 0;
  for (u32 i = 0; i < n; i++) h = h * 31 + bytes[i];
  return h;
}
u32 pool(struct pool *p, struct block *arena, u32 size, const u8 *script, u32 steps) {
  arena->size = size; arena->next = 0;
  p->free = arena; p->failures = p->live = 0;
  for (u32 i = 0; i < 32; i++) p->slot[i] = 0;
  u32 hash = 0;
  for (u32 i = 0; i < steps; i++, script += 2) {
    u8 **slot = &p->slot[script[0] & 31];
    u32 bytes = script[1] & 63;
    switch (script[0] >> 5) {
    case 0: case 1: case 2: give(p, *slot); *slot = take(p, bytes); if (*slot) **slot = script[1]; break;
    case 3: case 4: give(p, *slot); *slot = 0; break;
    case 5: case 6: *slot = resize(p, *slot, bytes + 16); break;
    default: if (*slot) hash = hash * 7 + sum(*slot, 1);
    }
    hash += p->live;
  }
  return hash + (p->failures << 24) + (p->free ? p->free->size : 0);
}
