struct person { const char *name; int age; short marks[3]; struct { unsigned low : 3, high : 5; int wide : 20; } flags; };
void birthday(struct person *person);
const struct person *find_oldest(const struct person *people, int count);
int score(const struct person *person);
