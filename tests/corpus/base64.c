/* Encodings: base64 both ways, hexadecimal, Intel HEX records, COBS, varints. */
#include "corpus.h"
static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static u8 input[96], output[160], back[160];
static u32 encode(const u8 *in, u32 n, u8 *out) {
  u8 *start = out;
  for (; n >= 3; n -= 3, in += 3) {
    u32 v = (u32)in[0] << 16 | in[1] << 8 | in[2];
    *out++ = alphabet[v >> 18]; *out++ = alphabet[v >> 12 & 63]; *out++ = alphabet[v >> 6 & 63]; *out++ = alphabet[v & 63];
  }
  if (n) {
    u32 v = (u32)in[0] << 16 | (n == 2 ? in[1] << 8 : 0);
    *out++ = alphabet[v >> 18]; *out++ = alphabet[v >> 12 & 63]; *out++ = n == 2 ? alphabet[v >> 6 & 63] : '='; *out++ = '=';
  }
  return (u32)(out - start);
}
static i32 value(u8 c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  return c == '+' ? 62 : c == '/' ? 63 : -1;
}
static i32 decode(const u8 *in, u32 n, u8 *out) {
  u8 *start = out;
  u32 v = 0, bits = 0;
  for (; n && *in != '='; n--, in++) {
    i32 d = value(*in);
    if (d < 0) return -1;
    v = v << 6 | (u32)d;
    bits += 6;
    if (bits >= 8) { bits -= 8; *out++ = (u8)(v >> bits); }
  }
  return (i32)(out - start);
}
static u32 cobs(const u8 *in, u32 n, u8 *out) {
  u32 code_at = 0, at = 1;
  u8 code = 1;
  for (u32 i = 0; i < n; i++) {
    if (in[i]) { out[at++] = in[i]; code++; }
    if (!in[i] || code == 255) { out[code_at] = code; code = 1; code_at = at++; }
  }
  out[code_at] = code;
  return at;
}
static u32 uncobs(const u8 *in, u32 n, u8 *out) {
  u32 at = 0;
  for (u32 i = 0; i < n;) {
    u8 code = in[i++];
    for (u8 k = 1; k < code && i < n; k++) out[at++] = in[i++];
    if (code < 255 && i < n) out[at++] = 0;
  }
  return at;
}
static u32 varint(u64 v, u8 *out) { u32 n = 0; while (v >= 128) { out[n++] = (u8)(v | 128); v >>= 7; } out[n++] = (u8)v; return n; }
static u64 unvarint(const u8 *in) { u64 v = 0; u32 s = 0; do v |= (u64)(*in & 127) << s, s += 7; while (*in++ & 128); return v; }
static u32 hash(const u8 *p, u32 n) { u32 h = n; while (n--) h = mix(h, *p++); return h; }
static i32 same(const u8 *x, const u8 *y, u32 n) { while (n--) if (*x++ != *y++) return 0; return 1; }
static u32 fill(u32 seed, u32 n, u32 zeros) { n %= sizeof input + 1; rng_seed(seed); for (u32 i = 0; i < n; i++) input[i] = zeros && rng() & 1 ? 0 : (u8)rng(); return n; }
EXPORT(to_base64) u32 to_base64(u32 seed, u32 n) {
  n = fill(seed, n, 0);
  u32 m = encode(input, n, output);
  if (decode(output, m, back) != (i32)n || !same(input, back, n)) return 0;
  return hash(output, m);
}
EXPORT(bad_base64) i32 bad_base64(u32 a, u32 b) { u8 t[8] = {(u8)a, (u8)(a >> 8), 'x', 'Y', (u8)b, (u8)(b >> 8), '=', '='}; return decode(t, 8, back); }
EXPORT(to_cobs) u32 to_cobs(u32 seed, u32 n) {
  n = fill(seed, n, 1);
  u32 m = cobs(input, n, output);
  if (uncobs(output, m, back) != n || !same(input, back, n)) return 0;
  return hash(output, m);
}
EXPORT(to_varint) u64 to_varint(u64 v) { u32 n = varint(v, output); return unvarint(output) == v ? hash(output, n) : 0; }
EXPORT(to_hex) u32 to_hex(u32 address, u64 data) {
  u8 sum = (u8)(8 + (address >> 8) + address), at = 0;
  static const char digits[] = "0123456789ABCDEF";
  output[at++] = ':'; output[at++] = '0'; output[at++] = '8';
  for (i32 s = 12; s >= 0; s -= 4) output[at++] = digits[address >> s & 15];
  output[at++] = '0'; output[at++] = '0';
  for (i32 i = 0; i < 8; i++) { u8 v = (u8)(data >> (8 * i)); sum += v; output[at++] = digits[v >> 4]; output[at++] = digits[v & 15]; }
  sum = (u8)-sum;
  output[at++] = digits[sum >> 4]; output[at++] = digits[sum & 15];
  return hash(output, at);
}
EXPORT(run) u32 run(void) {
  u32 h = 0;
  for (u32 i = 0; i < 30; i++) {
    h = mix(h, to_base64(i + 1, i * 3) ^ to_cobs(i + 1, i * 3 + 1) ^ to_hex(i * 16, 0x0102030405060708ull * i) ^ (u32)bad_base64(i * 999, ~i));
    h = mix64(h, to_varint(1ull << (2 * i)));
  }
  return h;
}
