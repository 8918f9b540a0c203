#include "order.h"
int noted;
static int notes[32];
void note(int n) { notes[noted++] = n; }
int seen(int n) {
  for (int i = 0; i < noted; i++) if (notes[i] == n) return i;
  return -1;
}
int compute(int n) { return n * n; }
static int from_call = compute(9);
struct Once { int value; Once(int v) : value(v) { note(v); } };
int lazily() { static Once once(from_call); return once.value + noted; }
