#include "../native.h"
#include "structs.h"
void birthday(struct person *person) { person->age++; person->flags.high += 3; person->flags.wide = -person->age; }
const struct person *find_oldest(const struct person *people, int count) {
  const struct person *found = people;
  for (int i = 1; i < count; i++) if (people[i].age > found->age) found = &people[i];
  return found;
}
int score(const struct person *person) {
  int sum = person->flags.wide + person->flags.low;
  for (int i = 0; i < 3; i++) sum += person->marks[i] * (i + 1);
  return sum;
}
