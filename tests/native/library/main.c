/* Memory and string functions of the C library, and blocks of the heap. */
#include "../native.h"
struct list { struct list *next; char text[20]; };
struct list *push(struct list *list, const char *text);
struct list *pop(struct list *list);
int length(const struct list *list);
struct blob { char bytes[100]; int words[10]; };
int main(void) {
  struct blob a, b;
  memset(&a, 7, sizeof a);
  b = a;
  a.bytes[50] = 1;
  printf("%d %d\n", memcmp(&a, &b, 50), memcmp(&a, &b, 51) < 0);
  memmove(b.bytes + 3, b.bytes, 20);
  memcpy(b.words, a.bytes + 48, 8);
  printf("%x %x\n", (unsigned)b.words[0], (unsigned)b.words[1]);
  struct list *list = 0;
  for (int i = 0; i < 10; i++) {
    char text[20];
    snprintf(text, sizeof text, "item %d", i * i);
    list = push(list, text);
  }
  printf("%d %s %s\n", length(list), list->text, list->next->text);
  while (length(list) > 3) list = pop(list);
  printf("%s\n", list->text);
  while (list) list = pop(list);
  return 0;
}
