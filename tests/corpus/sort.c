/* Six ways to sort. */
#include "corpus.h"
#define N 96
static i32 data[N], scratch[N];

static void insertion(i32 *a, i32 n) {
  for (i32 i = 1; i < n; i++) {
    i32 v = a[i], j = i - 1;
    while (j >= 0 && a[j] > v) { a[j + 1] = a[j]; j--; }
    a[j + 1] = v;
  }
}
static void shell(i32 *a, i32 n) {
  for (i32 gap = n / 2; gap > 0; gap /= 2)
    for (i32 i = gap; i < n; i++) {
      i32 v = a[i], j = i;
      for (; j >= gap && a[j - gap] > v; j -= gap) a[j] = a[j - gap];
      a[j] = v;
    }
}
static void swap(i32 *x, i32 *y) { i32 t = *x; *x = *y; *y = t; }
static void quick(i32 *a, i32 lo, i32 hi) {
  while (lo < hi) {
    i32 pivot = a[lo + (hi - lo) / 2], i = lo, j = hi;
    while (i <= j) {
      while (a[i] < pivot) i++;
      while (a[j] > pivot) j--;
      if (i <= j) { swap(&a[i], &a[j]); i++; j--; }
    }
    if (j - lo < hi - i) { quick(a, lo, j); lo = i; }
    else { quick(a, i, hi); hi = j; }
  }
}
static void sift(i32 *a, i32 root, i32 n) {
  for (;;) {
    i32 child = 2 * root + 1;
    if (child >= n) return;
    if (child + 1 < n && a[child + 1] > a[child]) child++;
    if (a[root] >= a[child]) return;
    swap(&a[root], &a[child]);
    root = child;
  }
}
static void heap(i32 *a, i32 n) {
  for (i32 i = n / 2 - 1; i >= 0; i--) sift(a, i, n);
  for (i32 i = n - 1; i > 0; i--) { swap(&a[0], &a[i]); sift(a, 0, i); }
}
static void merge(i32 *a, i32 *tmp, i32 n) {
  if (n < 2) return;
  i32 half = n / 2, i = 0, j = half, k = 0;
  merge(a, tmp, half);
  merge(a + half, tmp, n - half);
  while (i < half && j < n) tmp[k++] = a[j] < a[i] ? a[j++] : a[i++];
  while (i < half) tmp[k++] = a[i++];
  while (j < n) tmp[k++] = a[j++];
  for (i = 0; i < n; i++) a[i] = tmp[i];
}
static void radix(i32 *a, i32 *tmp, i32 n) {
  for (u32 shift = 0; shift < 32; shift += 8) {
    u32 count[257] = {0};
    for (i32 i = 0; i < n; i++) count[((((u32)a[i] ^ 0x80000000u) >> shift) & 255) + 1]++;
    for (i32 i = 0; i < 256; i++) count[i + 1] += count[i];
    for (i32 i = 0; i < n; i++) tmp[count[(((u32)a[i] ^ 0x80000000u) >> shift) & 255]++] = a[i];
    for (i32 i = 0; i < n; i++) a[i] = tmp[i];
  }
}
EXPORT(sort) u32 sort(u32 kind, u32 seed, u32 length) {
  i32 n = (i32)(length % N) + 1;
  rng_seed(seed);
  for (i32 i = 0; i < n; i++) data[i] = (i32)rng() >> (seed & 15);
  switch (kind % 6) {
  case 0: insertion(data, n); break;
  case 1: shell(data, n); break;
  case 2: quick(data, 0, n - 1); break;
  case 3: heap(data, n); break;
  case 4: merge(data, scratch, n); break;
  default: radix(data, scratch, n); break;
  }
  u32 h = 2166136261u;
  for (i32 i = 0; i < n; i++) {
    if (i && data[i - 1] > data[i]) return 0;
    h = mix(h, (u32)data[i]);
  }
  return h;
}
EXPORT(run) u32 run(void) {
  u32 h = 0;
  for (u32 kind = 0; kind < 6; kind++) h = mix(h, sort(kind, 77, 60));
  return h;
}
