/* Variable arguments: of the C library, of the program itself, and passed on. */
#include "../native.h"
int sum(int count, ...);
double average(int count, ...);
void tell(const char *format, ...);
const char *join(char *to, const char *first, ...);
int main(void) {
  char text[64];
  long long big = 0x123456789abcdefLL;
  printf("%d %s %c %x %lld %5.2f|%-6d|%06d\n", -5, "text", 'c', 0xbeef, big, 3.25, 42, 42);
  printf("%d %lld %d %f %d\n", 1, -2LL, 3, 4.5, 5);
  printf("nothing more\n");
  int length = sprintf(text, "%s-%llx", "hex", big);
  printf("%d %s %d\n", length, text, snprintf(text, 6, "%d%d", 12345, 67890));
  puts(text);
  printf("%d %d\n", sum(0), sum(5, 1, 2, 3, 4, 5));
  printf("%d\n", (int)(average(3, 1.0, 2.5, 4.0) * 100));
  tell("[%s %d %lld %g]\n", "passed", 7, big, 0.5);
  puts(join(text, "a", "bc", "def", (char *)0));
  int a = 0, b = 0;
  printf("%d", sscanf("17 0x2a", "%d %x", &a, (unsigned *)&b));
  printf(" %d %d\n", a, b);
  return 0;
}
