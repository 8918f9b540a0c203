#include "../native.h"
#include "map.h"
int *entry(struct map *map, const void *key) {
  unsigned at = map->kind->hash(key) % 32;
  while (map->slots[at].key && !map->kind->same(map->slots[at].key, key)) at = (at + 1) % 32;
  if (!map->slots[at].key) { map->slots[at].key = key; map->count++; }
  return &map->slots[at].value;
}
void each(const struct map *map, void (*visit)(const void *, int, void *), void *context) {
  for (int i = 0; i < 32; i++) if (map->slots[i].key) visit(map->slots[i].key, map->slots[i].value, context);
}
