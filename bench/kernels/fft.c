#include "kern.h"
/* A transform of 64 points of 16 bits, by twiddle factors from a table. */
static const i16 S[64] = { 0, 3212, 6393, 9512, 12539, 15446, 18204, 20787, 23170, 25329, 27245, 28898, 30273, 31356, 32137,
  32609, 32767, 32609, 32137, 31356, 30273, 28898, 27245, 25329, 23170, 20787, 18204, 15446, 12539, 9512, 6393, 3212, 0, -3212,
  -6393, -9512, -12539, -15446, -18204, -20787, -23170, -25329, -27245, -28898, -30273, -31356, -32137, -32609, -32767, -32609,
  -32137, -31356, -30273, -28898, -27245, -25329, -23170, -20787, -18204, -15446, -12539, -9512, -6393, -3212 };
i32 fft(const i16 *in, u32 unused, i16 *re) {
  i16 *im = re + 64;
  for (u32 i = 0; i < 64; i++) { u32 r = 0; for (u32 b = 0; b < 6; b++) r |= (i >> b & 1) << (5 - b); re[r] = in[i] >> 1; im[r] = 0; }
  for (u32 len = 2; len <= 64; len <<= 1) {
    u32 half = len / 2, step = 64 / len;
    for (u32 i = 0; i < 64; i += len) for (u32 j = 0; j < half; j++) {
      i32 wr = S[(j * step + 16) & 63], wi = -S[(j * step) & 63];
      i32 xr = re[i + j + half], xi = im[i + j + half];
      i32 tr = (wr * xr - wi * xi) >> 15, ti = (wr * xi + wi * xr) >> 15, ur = re[i + j], ui = im[i + j];
      re[i + j] = (ur + tr) >> 1; im[i + j] = (ui + ti) >> 1; re[i + j + half] = (ur - tr) >> 1; im[i + j + half] = (ui - ti) >> 1;
    }
  }
  i32 s = 0; for (u32 i = 0; i < 64; i++) s += (re[i] * re[i] + im[i] * im[i]) >> 4;
  return s;
}
