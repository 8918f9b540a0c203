#include "../native.h"
struct list { struct list *next; char text[20]; };
struct list *push(struct list *list, const char *text) {
  struct list *new = malloc(sizeof *new);
  new->next = list;
  strcpy(new->text, text);
  return new;
}
struct list *pop(struct list *list) {
  struct list *next = list->next;
  free(list);
  return next;
}
int length(const struct list *list) { return list ? 1 + length(list->next) : 0; }
