/* String literals, of which a linker merges equal ones and ends. */
#include "../native.h"
const char *name_of(int which);
const char *tail(void);
static const char *const words[] = {"alpha", "beta", "gamma", "delta", "a", "", "ta"};
static const char embedded[] = "zero\0inside";
int main(void) {
  for (unsigned i = 0; i < sizeof words / sizeof *words; i++) printf("%s|", words[i]);
  for (int i = 0; i < 5; i++) printf("%s,", name_of(i));
  printf("%s %s %u\n", tail(), "phabet" + 2, (unsigned)sizeof embedded);
  printf("%s %s\n", embedded, embedded + 5);
  printf("%d %d\n", strcmp(words[1], name_of(1)), strcmp("beta", tail()) != 0);
  char copy[32];
  strcpy(copy, "beta");
  copy[0] = 'z';
  printf("%s %s %s\n", copy, words[1], strchr("find the x here", 'x'));
  return 0;
}
