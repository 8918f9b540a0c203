/* An allocator and what lives in it: lists, strings that grow, blocks that move. */
#include "../native.h"
void arena_reset(void);
void *arena_take(size_t size);
void arena_give(void *place);
void *arena_resize(void *place, size_t size);
unsigned arena_blocks(int used);
struct node { struct node *next; int value; char name[]; };
static struct node *insert(struct node *list, int value, const char *name) {
  struct node **at = &list, *n = arena_take(sizeof *n + strlen(name) + 1);
  if (!n) return list;
  while (*at && (*at)->value < value) at = &(*at)->next;
  n->value = value, n->next = *at;
  strcpy(n->name, name);
  *at = n;
  return list;
}
int main(void) {
  arena_reset();
  struct node *list = NULL;
  char *text = NULL;
  unsigned length = 0;
  for (int n = 0; n < 20; n++) {
    char name[24];
    snprintf(name, sizeof name, "item-%.*s", n % 7, "abcdefgh");
    list = insert(list, n * 37 % 23, name);
    text = arena_resize(text, length + 9);
    for (int k = 0; k < 8; k++) text[length++] = (char)('a' + (n + k) % 26);
    text[length] = 0;
  }
  for (struct node **at = &list; *at;) {
    struct node *n = *at;
    if (n->value % 3 == 0) { *at = n->next; arena_give(n); }
    else at = &n->next;
  }
  for (struct node *n = list; n; n = n->next) printf("%d:%s ", n->value, n->name);
  printf("\n%s\n%u %u\n", text, arena_blocks(1), arena_blocks(0));
  void *blocks[40];
  unsigned seed = 1, taken = 0;
  memset(blocks, 0, sizeof blocks);
  for (int n = 0; n < 500; n++) {
    seed = seed * 1103515245 + 12345;
    unsigned at = seed >> 16 & 31;
    if (blocks[at]) { arena_give(blocks[at]); blocks[at] = NULL; }
    else if ((blocks[at] = arena_take(seed >> 8 & 127))) { memset(blocks[at], (int)at, seed >> 8 & 127); taken++; }
  }
  printf("%u %u %u\n", taken, arena_blocks(1), arena_blocks(0));
  for (unsigned n = 0; n < 40; n++) arena_give(blocks[n]);
  while (list) { struct node *next = list->next; arena_give(list); list = next; }
  arena_give(text);
  printf("%u %u\n", arena_blocks(1), arena_blocks(0));
  return 0;
}
