/* Pointers that are initialised with addresses: of other files' data, of the middle and the end of arrays, of themselves. */
#include "../native.h"
struct node { struct node *next; int value; };
extern int numbers[8];
extern struct node first;
extern int *const third_number;
static int *middle = &numbers[4];
static int *const end = numbers + 8;
static int *before = numbers - 2;
static struct { void *self; const char *text; int *where; } record = {&record, "text" + 1, &numbers[7]};
static struct node last = {&first, 99};
static int **indirect = &middle;
int main(void) {
  printf("%d %d %d %d\n", *middle, end[-1], before[3], *third_number);
  printf("%d %s %d %d\n", record.self == (void *)&record, record.text, *record.where, **indirect);
  (*indirect)++;
  printf("%d\n", *middle);
  int sum = 0, steps = 0;
  for (struct node *n = &last; steps < 7; n = n->next, steps++) sum = sum * 3 + n->value;
  printf("%d %d\n", sum, (int)(end - middle));
  return 0;
}
