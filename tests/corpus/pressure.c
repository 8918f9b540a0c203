/* More live values than registers: in loops, across calls, of both widths. */
#include "corpus.h"
static NOINLINE u32 step(u32 v) { return v * 1664525u + 1013904223u; }
EXPORT(twenty) u32 twenty(u32 a, u32 b, u32 c, u32 d, u32 n) {
  u32 e = a + b, f = b + c, g = c + d, h = d + a, i = a ^ b, j = b ^ c, k = c ^ d, l = d ^ a;
  u32 m = a * b, o = b * c, p = c * d, q = d * a, r = a - b, s = b - c, t = c - d, u = d - a;
  for (n &= 31; n; n--) {
    a += e ^ f; b += g ^ h; c += i ^ j; d += k ^ l;
    e = (e << 1) + m; f = (f << 2) + o; g = (g << 3) + p; h = (h << 4) + q;
    i += r; j += s; k += t; l += u;
    m ^= a; o ^= b; p ^= c; q ^= d; r = r * 3 + e; s = s * 5 + f; t = t * 7 + g; u = u * 9 + h;
  }
  return a ^ b ^ c ^ d ^ e ^ f ^ g ^ h ^ i ^ j ^ k ^ l ^ m ^ o ^ p ^ q ^ r ^ s ^ t ^ u;
}
EXPORT(across_calls) u32 across_calls(u32 a, u32 b, u32 c, u32 n) {
  u32 d = a ^ 1, e = b ^ 2, f = c ^ 3, g = a + 4, h = b + 5, i = c + 6, j = a * 7, k = b * 9;
  for (n &= 15; n; n--) {
    a = step(a + d); b = step(b + e); c = step(c + f);
    d += g; e += h; f += i; g ^= j; h ^= k;
    i = step(i) + n; j -= a; k -= b;
  }
  return a + b + c + d + e + f + g + h + i + j + k;
}
EXPORT(wide_values) u64 wide_values(u64 a, u64 b, u64 c, u32 n) {
  u64 d = a + b, e = b + c, f = a ^ c, g = a * 3, h = b - c;
  for (n &= 15; n; n--) {
    a += d * e; b ^= f << 7; c -= g >> 3; d = h + a; e = d ^ b; f += c; g = e - f; h = g ^ (h << 1);
  }
  return a ^ b ^ c ^ d ^ e ^ f ^ g ^ h;
}
static u32 grid[9][9];
EXPORT(stencil) u32 stencil(u32 seed, u32 n) {
  rng_seed(seed);
  for (u32 y = 0; y < 9; y++) for (u32 x = 0; x < 9; x++) grid[y][x] = rng() & 0xff;
  for (n &= 7; n; n--)
    for (u32 y = 1; y < 8; y++)
      for (u32 x = 1; x < 8; x++)
        grid[y][x] = (grid[y - 1][x - 1] + 2 * grid[y - 1][x] + grid[y - 1][x + 1] + 2 * grid[y][x - 1] + 4 * grid[y][x] +
                      2 * grid[y][x + 1] + grid[y + 1][x - 1] + 2 * grid[y + 1][x] + grid[y + 1][x + 1]) / 16;
  u32 h = 0;
  for (u32 y = 0; y < 9; y++) for (u32 x = 0; x < 9; x++) h = mix(h, grid[y][x]);
  return h;
}
EXPORT(rotate_many) u32 rotate_many(u32 a, u32 b, u32 c, u32 d, u32 e, u32 f, u32 g, u32 n) {
  for (n &= 63; n; n--) { u32 t = a; a = b; b = c; c = d; d = e; e = f; f = g; g = t + n; }
  return a + 3 * b + 5 * c + 7 * d + 11 * e + 13 * f + 17 * g;
}
EXPORT(run) u32 run(void) {
  u32 h = twenty(1, 2, 3, 4, 20);
  h = mix(h, across_calls(5, 6, 7, 12));
  h = mix64(h, wide_values(8, 9, 10, 14));
  h = mix(h, stencil(11, 5));
  return mix(h, rotate_many(1, 2, 3, 4, 5, 6, 7, 50));
}
