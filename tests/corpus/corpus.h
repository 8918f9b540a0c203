/* What every program of the corpus uses. A program exports functions of scalars: `run`, without
   arguments, returns a checksum of all that it does; the others are called with arbitrary arguments, so
   they bound their own work. */
#ifndef CORPUS_H
#define CORPUS_H
typedef unsigned char u8;
typedef signed char i8;
typedef unsigned short u16;
typedef short i16;
typedef unsigned int u32;
typedef int i32;
typedef unsigned long long u64;
typedef long long i64;
#define EXPORT(name) __attribute__((export_name(#name)))
#define NOINLINE __attribute__((noinline))
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* The compiler calls these for copies of structures. */
__attribute__((weak)) void *memcpy(void *to, const void *from, unsigned long n) {
  u8 *t = to;
  const u8 *f = from;
  while (n--) *t++ = *f++;
  return to;
}
__attribute__((weak)) void *memset(void *to, int value, unsigned long n) {
  u8 *t = to;
  while (n--) *t++ = (u8)value;
  return to;
}

static u32 rng_state = 1;
static inline u32 rng(void) {
  rng_state ^= rng_state << 13;
  rng_state ^= rng_state >> 17;
  rng_state ^= rng_state << 5;
  return rng_state;
}
static inline void rng_seed(u32 seed) { rng_state = seed ? seed : 1; }
static inline u32 mix(u32 h, u32 v) { return (h ^ v) * 16777619u + (h >> 15); }
static inline u32 mix64(u32 h, u64 v) { return mix(mix(h, (u32)v), (u32)(v >> 32)); }
#endif
