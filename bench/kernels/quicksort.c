#include "kern.h"
/* Quicksort by Hoare's partition around a median of three, insertion sort below eight elements. */
static void insertion(u32 *a, i32 n) {
  for (i32 i = 1; i < n; i++) {
    u32 v = a[i]; i32 j = i - 1;
    while (j >= 0 && a[j] > v) { a[j + 1] = a[j]; j--; }
    a[j + 1] = v;
  }
}
static void sort(u32 *a, i32 n) {
  while (n > 8) {
    u32 x = a[0], y = a[n / 2], z = a[n - 1];
    u32 p = x < y ? (y < z ? y : x < z ? z : x) : (x < z ? x : y < z ? z : y);
    i32 i = -1, j = n;
    for (;;) {
      do i++; while (a[i] < p);
      do j--; while (a[j] > p);
      if (i >= j) break;
      u32 t = a[i]; a[i] = a[j]; a[j] = t;
    }
    i32 left = j + 1, right = n - left;
    if (left < right) { sort(a, left); a += left; n = right; }
    else { sort(a + left, right); n = left; }
  }
  insertion(a, n);
}
u32 quicksort(u32 *a, i32 n) {
  sort(a, n);
  u32 h = 0;
  for (i32 i = 0; i < n; i++) h = h * 31 + a[i];
  return h;
}
