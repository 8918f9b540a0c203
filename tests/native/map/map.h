struct kind { unsigned (*hash)(const void *); int (*same)(const void *, const void *); };
struct map { const struct kind *kind; int count; struct { const void *key; int value; } slots[32]; };
int *entry(struct map *map, const void *key);
void each(const struct map *map, void (*visit)(const void *, int, void *), void *context);
