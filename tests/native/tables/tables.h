struct day { const char *name; int number; signed char hours[2]; };
#define PRIMES 5
extern const unsigned primes[PRIMES];
extern const struct day months[];
extern const unsigned months_count;
int lookup(int row, int column);
uint32_t checksum(const char *bytes, unsigned count);
