#include "kern.h"
/* Reed-Solomon parity: tables of a field of 256 elements, a generator polynomial, a shift register. */
static u8 ex[512], lg[256];
static u8 mul(u8 a, u8 b) { return a && b ? ex[lg[a] + lg[b]] : 0; }
u32 rs(const u8 *m, u32 n, u8 *par) {
  u32 x = 1;
  for (u32 i = 0; i < 255; i++) { ex[i] = ex[i + 255] = x; lg[x] = i; x <<= 1; if (x & 256) x ^= 0x11d; }
  u8 g[17]; g[0] = 1;
  for (u32 i = 0; i < 16; i++) { g[i + 1] = 1; for (u32 j = i; j > 0; j--) g[j] = g[j - 1] ^ mul(g[j], ex[i]); g[0] = mul(g[0], ex[i]); }
  for (u32 i = 0; i < 16; i++) par[i] = 0;
  for (u32 i = 0; i < n; i++) {
    u8 f = m[i] ^ par[15];
    for (u32 j = 15; j > 0; j--) par[j] = par[j - 1] ^ mul(f, g[j]);
    par[0] = mul(f, g[0]);
  }
  u32 s = 0; for (u32 i = 0; i < 16; i++) s = s * 257 + par[i];
  return s;
}
