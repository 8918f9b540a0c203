#include "kern.h"
/* Products and sums of numbers of eight words, with carries as 64-bit sums. */
static void mulw(const u32 *a, const u32 *b, u32 *r) {
  for (u32 i = 0; i < 16; i++) r[i] = 0;
  for (u32 i = 0; i < 8; i++) {
    u64 c = 0;
    for (u32 j = 0; j < 8; j++) { c += (u64)a[i] * b[j] + r[i + j]; r[i + j] = (u32)c; c >>= 32; }
    r[i + 8] = (u32)c;
  }
}
static u32 addw(u32 *a, const u32 *b) {
  u64 c = 0;
  for (u32 i = 0; i < 8; i++) { c += (u64)a[i] + b[i]; a[i] = (u32)c; c >>= 32; }
  return (u32)c;
}
static i32 cmpw(const u32 *a, const u32 *b) { for (i32 i = 7; i >= 0; i--) if (a[i] != b[i]) return a[i] < b[i] ? -1 : 1; return 0; }
static void shr1(u32 *a) { u32 c = 0; for (i32 i = 7; i >= 0; i--) { u32 t = a[i]; a[i] = t >> 1 | c << 31; c = t & 1; } }
u32 bigint(const u32 *a, u32 n, u32 *o) {
  u32 r[16], acc[8]; u32 carries = 0;
  for (u32 i = 0; i < 8; i++) acc[i] = i;
  for (u32 k = 0; k < n; k++) {
    mulw(a + k * 4, a + k * 4 + 8, r); carries += addw(acc, r + 8); carries += addw(acc, r);
    if (cmpw(acc, a) > 0) shr1(acc);
  }
  u32 s = carries; for (u32 i = 0; i < 8; i++) { o[i] = acc[i]; s = s * 17 ^ acc[i]; }
  return s;
}
