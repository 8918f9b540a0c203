/* What programs of csmith include: the checksum over their globals is the result of an export, and nothing is printed. */
#include <float.h>
#include <limits.h>
#include <stddef.h>
#include <stdint.h>

#define fabs __builtin_fabs
#define fabsf __builtin_fabsf
#define STATIC static
#define UNDEFINED(value) (value)
#define LOG_INDEX
#define LOG_EXEC
#define FUNC_NAME(name) (safe_##name)

/* Exponents here are small numbers. */
static double ldexp(double x, int exponent) {
  for (; exponent > 0; exponent--) x *= 2;
  for (; exponent < 0; exponent++) x /= 2;
  return x;
}
#define ldexpf(x, exponent) ((float)ldexp((x), (exponent)))

static int printf(const char *format, ...) {
  (void)format;
  return 0;
}

#include "safe_math.h"

__attribute__((no_builtin)) void *memcpy(void *to, const void *from, size_t size) {
  for (size_t n = 0; n < size; n++) ((char *)to)[n] = ((const char *)from)[n];
  return to;
}

__attribute__((no_builtin)) void *memset(void *to, int byte, size_t size) {
  for (size_t n = 0; n < size; n++) ((char *)to)[n] = (char)byte;
  return to;
}

static uint32_t checksum;

static void transparent_crc(uint64_t value, char *name, int verbose) {
  (void)name;
  (void)verbose;
  for (int n = 0; n < 64; n += 32) {
    checksum ^= (uint32_t)(value >> n);
    checksum = (checksum << 7 | checksum >> 25) * 0x01000193u;
  }
}

static void transparent_crc_bytes(char *bytes, int size, char *name, int verbose) {
  for (int n = 0; n < size; n++) transparent_crc((uint8_t)bytes[n], name, verbose);
}

static void crc32_gentab(void) {}
static void platform_main_begin(void) {}
static void platform_main_end(uint32_t crc, int verbose) {
  (void)crc;
  (void)verbose;
}
static uint32_t crc32_context;

int main(void);

__attribute__((export_name("run"))) uint32_t run(void) {
  main();
  return checksum;
}
