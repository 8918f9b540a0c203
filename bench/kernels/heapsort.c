#include "kern.h"
/* Heap sort of records by a key of 16 bits, through an array of indices. */
struct record { u16 key, tag; u32 value; };
static void sift(u16 *heap, const struct record *r, u32 root, u32 n) {
  u16 top = heap[root];
  u32 key = r[top].key;
  for (;;) {
    u32 child = 2 * root + 1;
    if (child >= n) break;
    if (child + 1 < n && r[heap[child + 1]].key > r[heap[child]].key) child++;
    if (r[heap[child]].key <= key) break;
    heap[root] = heap[child];
    root = child;
  }
  heap[root] = top;
}
u32 heapsort(const struct record *r, u16 *heap, u32 n) {
  for (u32 i = 0; i < n; i++) heap[i] = i;
  for (u32 i = n / 2; i-- > 0;) sift(heap, r, i, n);
  for (u32 end = n; end-- > 1;) {
    u16 t = heap[0]; heap[0] = heap[end]; heap[end] = t;
    sift(heap, r, 0, end);
  }
  u32 sum = 0;
  for (u32 i = 0; i < n; i++) sum += i * (r[heap[i]].value ^ r[heap[i]].tag);
  return sum;
}
