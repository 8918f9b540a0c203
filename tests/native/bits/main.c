/* Words of hardware: bit fields, packed structures, byte orders, a bit-banged bus, rotations, counts of bits, saturation. */
#include "../native.h"
struct control { uint32_t enable : 1, mode : 3, : 4, divider : 8, level : 5; int32_t offset : 11; };
struct __attribute__((packed)) frame { uint8_t start; uint16_t length; uint32_t address; uint64_t stamp; int16_t check; };
static volatile uint32_t port;
static unsigned edges;
static void pin(unsigned n, int on) { uint32_t old = port; port = on ? old | 1u << n : old & ~(1u << n); edges += old != port; }
NOINLINE static uint8_t transfer(uint8_t out) {
  uint8_t in = 0;
  for (int n = 7; n >= 0; n--) { pin(1, out >> n & 1); pin(0, 1); in = (uint8_t)(in << 1 | (port >> 1 & 1)); pin(0, 0); }
  return in;
}
NOINLINE static struct control set(struct control c, unsigned n) { c.enable ^= 1; c.mode += n; c.divider = n * 3; c.level -= 1; c.offset -= (int)n; return c; }
NOINLINE static int16_t checksum(const void *bytes, unsigned n) { const uint8_t *p = bytes; uint32_t s = 0; for (unsigned k = 0; k + 1 < n; k += 2) s += (uint32_t)(p[k] << 8 | p[k + 1]); while (s >> 16) s = (s & 0xffff) + (s >> 16); return (int16_t)~s; }
NOINLINE static uint32_t swap(uint32_t v) { return v << 24 | (v & 0xff00) << 8 | (v >> 8 & 0xff00) | v >> 24; }
NOINLINE static int32_t saturate(int64_t v, int bits) { int64_t top = ((int64_t)1 << (bits - 1)) - 1; return (int32_t)(v > top ? top : v < -top - 1 ? -top - 1 : v); }
NOINLINE static int32_t q15(int16_t a, int16_t b) { int32_t p = a * b; return p == 0x40000000 ? 0x7fff : p >> 15; }
NOINLINE static uint64_t mix(uint64_t v, unsigned n) { v = v << (n & 63) | v >> (-n & 63); return v ^ (uint64_t)__builtin_clzll(v | 1) << 40 ^ (uint64_t)__builtin_ctzll(v | 1ull << 63) ^ (uint64_t)__builtin_popcountll(v) << 20; }
int main(void) {
  struct control c = {1, 2, 200, 31, -1000};
  for (unsigned n = 0; n < 20; n++) c = set(c, n);
  printf("%u %u %u %u %d\n", c.enable, c.mode, c.divider, c.level, c.offset);
  struct frame f = {0x7e, 0x1234, 0xdeadbeef, 0x0123456789abcdefull, 0};
  f.check = checksum(&f, sizeof f);
  const uint8_t *p = (const uint8_t *)&f;
  for (unsigned n = 0; n < sizeof f; n++) printf("%02x", p[n]);
  f.stamp += f.address, f.address = swap(f.address), f.length--;
  printf(" %llx %x %x\n", f.stamp, f.address, f.length);
  unsigned h = 0;
  for (unsigned n = 0; n < 256; n += 5) h = h * 31 + transfer((uint8_t)n);
  printf("%u %u %x\n", h, edges, (unsigned)port);
  printf("%d %d %d %d\n", saturate(1ll << 40, 16), saturate(-(1ll << 40), 24), saturate(123, 8), saturate(-129, 8));
  printf("%d %d %d\n", q15(-32768, -32768), q15(12345, -23456), q15(32767, 32767));
  uint64_t v = 1;
  for (unsigned n = 0; n < 100; n++) v = mix(v + n, n);
  printf("%llu %u\n", v, (unsigned)__builtin_bswap32((uint32_t)v));
  int8_t s8 = -5; uint8_t u8 = 250; int16_t s16 = (int16_t)(s8 * u8); uint16_t u16 = (uint16_t)(s16 >> 1);
  printf("%d %u %d %d\n", s16, u16, (int8_t)(u8 + 10), s8 >> 1);
  return 0;
}
