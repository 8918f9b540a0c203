#include "kern.h"
/* The block function of ChaCha20 (RFC 8439, 2.3): sixteen words in flight. */
#define ROT(x, n) ((x) << (n) | (x) >> (32 - (n)))
#define QUARTER(a, b, c, d) do { \
  a += b; d = ROT(d ^ a, 16); c += d; b = ROT(b ^ c, 12); \
  a += b; d = ROT(d ^ a, 8); c += d; b = ROT(b ^ c, 7); } while (0)
void chacha(const u32 *in, u32 *out) {
  u32 a = in[0], b = in[1], c = in[2], d = in[3], e = in[4], f = in[5], g = in[6], h = in[7];
  u32 i = in[8], j = in[9], k = in[10], l = in[11], m = in[12], n = in[13], o = in[14], p = in[15];
  for (i32 r = 0; r < 10; r++) {
    QUARTER(a, e, i, m); QUARTER(b, f, j, n); QUARTER(c, g, k, o); QUARTER(d, h, l, p);
    QUARTER(a, f, k, p); QUARTER(b, g, l, m); QUARTER(c, h, i, n); QUARTER(d, e, j, o);
  }
  out[0] = a + in[0]; out[1] = b + in[1]; out[2] = c + in[2]; out[3] = d + in[3];
  out[4] = e + in[4]; out[5] = f + in[5]; out[6] = g + in[6]; out[7] = h + in[7];
  out[8] = i + in[8]; out[9] = j + in[9]; out[10] = k + in[10]; out[11] = l + in[11];
  out[12] = m + in[12]; out[13] = n + in[13]; out[14] = o + in[14]; out[15] = p + in[15];
}
