/* qsort and bsearch of the library with comparators of the program, and sorts of the program with those of the library. */
#include "../native.h"
void *bsearch(const void *key, const void *base, size_t count, size_t size, int (*compare)(const void *, const void *));
struct record { short id; char name[9]; double weight; };
static const struct record records[] = {{3, "carrot", 1.5}, {-1, "apple", 0.25}, {300, "pear", -2}, {7, "fig", 8}, {12, "melon", 1.5}, {0, "date", 1e9}};
static int by_id(const void *a, const void *b) { return ((const struct record *)a)->id - ((const struct record *)b)->id; }
static int by_name(const void *a, const void *b) { return strcmp(((const struct record *)a)->name, ((const struct record *)b)->name); }
static int by_weight(const void *a, const void *b) {
  double x = ((const struct record *)a)->weight, y = ((const struct record *)b)->weight;
  return x < y ? -1 : x > y ? 1 : by_id(a, b);
}
static int by_pointer(const void *a, const void *b) { return strcmp(*(const char *const *)a, *(const char *const *)b); }
static int by_long(const void *a, const void *b) { long long x = *(const long long *)a, y = *(const long long *)b; return (x > y) - (x < y); }
static const struct { const char *name; int (*compare)(const void *, const void *); } orders[] = {{"id", by_id}, {"name", by_name}, {"weight", by_weight}};
static void merge_sort(void *base, void *room, size_t count, size_t size, int (*compare)(const void *, const void *)) {
  if (count < 2) return;
  char *left = base, *end = left + count * size, *right = left + count / 2 * size, *middle = right, *to = room;
  merge_sort(left, room, count / 2, size, compare);
  merge_sort(right, room, count - count / 2, size, compare);
  while (left < middle || right < end) {
    char **from = right == end || (left < middle && compare(left, right) <= 0) ? &left : &right;
    memcpy(to, *from, size);
    to += size, *from += size;
  }
  memcpy(base, room, count * size);
}
int main(void) {
  struct record copy[6], room[6];
  for (unsigned n = 0; n < 3; n++)
    for (int ours = 0; ours < 2; ours++) {
      memcpy(copy, records, sizeof copy);
      if (ours) merge_sort(copy, room, 6, sizeof *copy, orders[n].compare);
      else qsort(copy, 6, sizeof *copy, orders[n].compare);
      printf("%s:", orders[n].name);
      for (int k = 0; k < 6; k++) printf(" %s", copy[k].name);
      struct record key = {7, "melon", 8};
      const struct record *found = bsearch(&key, copy, 6, sizeof *copy, orders[n].compare);
      printf(" -> %s\n", found ? found->name : "none");
    }
  const char *names[] = {"x", "", "abc", "ab", "abcd", "Z"};
  qsort(names, 6, sizeof *names, by_pointer);
  for (int n = 0; n < 6; n++) printf("[%s]", names[n]);
  long long values[33];
  for (unsigned n = 0; n < 33; n++) values[n] = (long long)(n * 0x9e3779b97f4a7c15ull);
  qsort(values, 33, sizeof *values, by_long);
  int good = 1;
  for (int n = 1; n < 33; n++) good &= values[n - 1] < values[n];
  printf(" %d %lld\n", good, values[16]);
  return 0;
}
