/* A hash table with functions as parameters of its kind. */
#include "../native.h"
#include "map.h"
static unsigned hash_text(const void *key) { unsigned h = 5381; for (const char *p = key; *p; p++) h = h * 33 ^ (unsigned char)*p; return h; }
static int same_text(const void *a, const void *b) { return strcmp(a, b) == 0; }
static const struct kind texts = {hash_text, same_text};
static void show(const void *key, int value, void *context) { *(int *)context += value * (int)strlen(key); }
int main(void) {
  static const char *const keys[] = {"one", "two", "three", "four", "five", "six", "seven", "one", "two", "ten"};
  struct map map = {&texts, 0, {0}};
  for (int i = 0; i < 10; i++) *entry(&map, keys[i]) += i + 1;
  int total = 0;
  each(&map, show, &total);
  printf("%d %d %d %d\n", map.count, *entry(&map, "one"), *entry(&map, "ten"), total);
  return 0;
}
