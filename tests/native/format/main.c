/* Texts of all kinds by a formatter with sinks, variable arguments, function pointers as arguments and 64-bit digits. */
#include "format.h"

typedef struct { Sink sink; unsigned hash; } Hash;
static void put_hash(Sink *sink, char c) { Hash *hash = (Hash *)sink; hash->hash = (hash->hash ^ (unsigned char)c) * 16777619u; }
static int print_pair(Sink *sink, void *pair) {
  const int *p = pair;
  return format(sink, "<%d,%d>", p[0], p[1]) & 0;
}
int main(void) {
  char text[80];
  int pair[2] = {-3, 40};
  printf("%d ", bformat(text, sizeof text, "%d|%5d|%-5d|%05d", 1, -2, 3, -4));
  printf("[%s]\n", text);
  printf("%d ", bformat(text, sizeof text, "%x %08X %b %c%c %%", 0xbeef, 0xcafe, 10, 'o', 'k'));
  printf("[%s]\n", text);
  printf("%d ", bformat(text, sizeof text, "%lld %llu %llx|%d", -9007199254740993ll, 18446744073709551615ull, 0x123456789abcdefull, 7));
  printf("[%s]\n", text);
  printf("%d ", bformat(text, sizeof text, "%d %lld %d %f %.2f %d", 1, 2ll, 3, 4.5, -6.25, 8));
  printf("[%s]\n", text);
  printf("%d ", bformat(text, 10, "%s and %s", "a long text", "another"));
  printf("[%s]\n", text);
  printf("%d ", bformat(text, sizeof text, "%*d|%-8s|%8s|%.3s", 6, 42, "ab", "cd", "abcdef"));
  printf("[%s]\n", text);
  printf("%d ", bformat(text, sizeof text, "%F %F", print_pair, pair, print_pair, pair));
  printf("[%s]\n", text);
  Hash hash = {{put_hash, 0}, 2166136261u};
  for (int n = 0; n < 50; n++) format(&hash.sink, "%d %x %s;", n * n - 7, n << 20, n & 1 ? "odd" : "even");
  printf("%u %08x\n", hash.sink.count, hash.hash);
  return 0;
}
