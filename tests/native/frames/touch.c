#include "../native.h"
void touch(void *bytes, int count, int seed) {
  unsigned char *to = bytes;
  while (count--) *to++ = (unsigned char)((seed = seed * 1103515245 + 12345) >> 16);
}
unsigned digest(const void *bytes, int count) {
  const unsigned char *from = bytes;
  unsigned hash = 2166136261u;
  while (count--) hash = (hash ^ *from++) * 16777619u;
  return hash;
}
int is_aligned(const void *place, unsigned alignment) { return ((uintptr_t)place & (alignment - 1)) == 0; }
void swap_ints(int *a, int *b) { int c = *a; *a = *b; *b = c; }
