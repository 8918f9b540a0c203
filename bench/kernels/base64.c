#include "kern.h"
/* To base64 and back (RFC 4648). */
static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static u32 encode(const u8 *in, u32 n, u8 *out) {
  u8 *start = out;
  for (; n >= 3; n -= 3, in += 3) {
    u32 v = in[0] << 16 | in[1] << 8 | in[2];
    *out++ = letters[v >> 18]; *out++ = letters[v >> 12 & 63]; *out++ = letters[v >> 6 & 63]; *out++ = letters[v & 63];
  }
  if (n) {
    u32 v = in[0] << 16 | (n == 2 ? in[1] << 8 : 0);
    *out++ = letters[v >> 18]; *out++ = letters[v >> 12 & 63];
    *out++ = n == 2 ? letters[v >> 6 & 63] : '='; *out++ = '=';
  }
  return out - start;
}
static i32 value(u8 c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  return c == '+' ? 62 : c == '/' ? 63 : -1;
}
static u32 decode(const u8 *in, u32 n, u8 *out) {
  u8 *start = out;
  u32 v = 0, have = 0;
  for (u32 i = 0; i < n; i++) {
    i32 d = value(in[i]);
    if (d < 0) continue;
    v = v << 6 | d;
    if ((have += 6) >= 8) { have -= 8; *out++ = v >> have; }
  }
  return out - start;
}
u32 base64(const u8 *in, u32 n, u8 *text, u8 *back) {
  u32 size = encode(in, n, text);
  return size << 16 | decode(text, size, back);
}
