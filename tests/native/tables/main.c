/* Constant tables in several files. */
#include "../native.h"
#include "tables.h"
static const uint16_t squares[] = {0, 1, 4, 9, 16, 25, 36, 49, 64, 81};
static const struct day days[] = {{"mon", 1, {1, 2}}, {"tue", 2, {3, 4}}, {"wed", 3, {5, 6}}};
int main(void) {
  unsigned sum = 0;
  for (unsigned i = 0; i < 10; i++) sum += squares[i] * primes[i % PRIMES];
  printf("%u\n", sum);
  for (unsigned i = 0; i < 3; i++) printf("%s %d %d\n", days[i].name, days[i].number, days[i].hours[1]);
  for (unsigned i = 0; i < months_count; i++) printf("%s:%d ", months[i].name, months[i].number);
  printf("\n%d %08x\n", lookup(3, 2), (unsigned)checksum("123456789", 9));
  return 0;
}
