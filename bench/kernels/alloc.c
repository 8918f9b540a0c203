#include "kern.h"
/* A heap with a sorted list of free blocks that are split and joined. */
typedef struct Blk { u32 size; struct Blk *next; } Blk;
static u32 heap[512]; static Blk *freelist;
static void init(void) { freelist = (Blk *)heap; freelist->size = sizeof heap; freelist->next = 0; }
static void *get(u32 n) {
  n = (n + 4 + 7) & ~7u;
  for (Blk **pp = &freelist; *pp; pp = &(*pp)->next) {
    Blk *b = *pp;
    if (b->size < n) continue;
    if (b->size - n >= 16) {
      Blk *r = (Blk *)((u8 *)b + n); r->size = b->size - n; r->next = b->next; *pp = r; b->size = n;
    } else *pp = b->next;
    return &b->next;
  }
  return 0;
}
static void put(void *p) {
  Blk *b = (Blk *)((u8 *)p - 4), **pp = &freelist;
  while (*pp && *pp < b) pp = &(*pp)->next;
  b->next = *pp; *pp = b;
  if (b->next && (u8 *)b + b->size == (u8 *)b->next) { b->size += b->next->size; b->next = b->next->next; }
  if (pp != &freelist) { Blk *a = (Blk *)((u8 *)pp - 4); if ((u8 *)a + a->size == (u8 *)b) { a->size += b->size; a->next = b->next; } }
}
u32 alloc(const u8 *s, u32 n, u8 *out) {
  void *live[16];
  init(); u32 r = 0;
  for (u32 i = 0; i < 16; i++) live[i] = 0;
  for (u32 i = 0; i < n; i++) {
    u32 k = s[i] & 15;
    if (live[k]) { put(live[k]); live[k] = 0; continue; }
    u8 *p = get((s[i] >> 4) * 9 + 1);
    live[k] = p;
    if (p) { p[0] = i; r = r * 3 + (u32)(p - (u8 *)heap); } else r++;
  }
  for (Blk *b = freelist; b; b = b->next) r = r * 7 + b->size;
  return r;
}
