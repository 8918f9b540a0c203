/* Structures: by pointer between files, by value within one. */
#include "../native.h"
#include "structs.h"
struct pair { int a, b; };
struct one { int value; };
struct wide { long long a; char b; short c; };
NOINLINE static struct pair make(int a, int b) { struct pair p = {a, b}; return p; }
NOINLINE static int use(struct pair p, struct one o, struct wide w) { return p.a * 100 + p.b * 10 + o.value + (int)w.a + w.b + w.c; }
NOINLINE static struct one increment(struct one o) { o.value++; return o; }
int main(void) {
  struct pair p = make(3, 4);
  struct one o = increment((struct one){7});
  struct wide w = {1000000, 5, -6};
  printf("%d\n", use(p, o, w));
  struct person people[3] = {{"ann", 30, {1, 2, 3}, {5}}, {"bob", 25, {4, 5, 6}, {6}}, {"cy", 35, {7, 8, 9}, {7}}};
  birthday(&people[1]);
  const struct person *oldest = find_oldest(people, 3);
  printf("%s %d %d\n", oldest->name, people[1].age, score(&people[2]));
  people[0] = people[2];
  printf("%s %u %d %d\n", people[0].name, (unsigned)sizeof *people, people[0].flags.low, people[0].flags.high);
  union { float f; uint32_t u; uint8_t b[4]; } bits = {1.5f};
  printf("%08x %d\n", (unsigned)bits.u, bits.b[3]);
  return 0;
}
