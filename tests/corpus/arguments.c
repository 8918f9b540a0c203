/* Functions of one to twelve arguments, 32 and 64 bits in every position, kept out of line; results of both widths. */
#include "corpus.h"
static NOINLINE u64 f1(u64 a) { return a * 3 + 1; }
static NOINLINE u64 f2(u32 a, u64 b) { return a + b * 5; }
static NOINLINE u64 f3(u64 a, u32 b, u64 c) { return a - b + c * 7; }
static NOINLINE u32 f4(u32 a, u32 b, u32 c, u64 d) { return a ^ b << 1 ^ c << 2 ^ (u32)(d >> 5); }
static NOINLINE u64 f5(u32 a, u64 b, u32 c, u64 d, u32 e) { return b - d + a * 3 + c * 5 + e * 7; }
static NOINLINE u32 f6(u64 a, u64 b, u64 c, u32 d, u32 e, u64 f) { return (u32)a + (u32)(b >> 32) - (u32)c + d * 3 - e * 5 + (u32)(f >> 9); }
static NOINLINE u64 f7(u32 a, u32 b, u32 c, u32 d, u64 e, u32 f, u64 g) { return e * a + g * b + c - d + f; }
static NOINLINE u32 f8(u32 a, u32 b, u32 c, u32 d, u32 e, u32 f, u32 g, u32 h) { return a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f + 7 * g + 8 * h; }
static NOINLINE u64 f12(u32 a, u64 b, u32 c, u32 d, u64 e, u32 f, u64 g, u64 h, u32 i, u32 j, u64 k, u32 l) {
  return a + b * 2 + c * 3 + d * 4 + e * 5 + f * 6 + g * 7 + h * 8 + i * 9 + j * 10 + k * 11 + l * 12;
}
static NOINLINE i32 bytes(u8 a, i8 b, u16 c, i16 d, u8 e, i8 f) { return a + b * 2 + c * 3 + d * 4 + e * 5 + f * 6; }
static NOINLINE u64 swap(u64 a, u64 b) { return f3(b, (u32)a, a); }
static NOINLINE u32 rotate(u32 a, u32 b, u32 c, u32 d, u32 e, u32 n) { return n ? rotate(b, c, d, e, a + n, n - 1) : a ^ b * 3 ^ c * 5 ^ d * 7 ^ e * 9; }
EXPORT(one) u64 one(u64 a) { return f1(a); }
EXPORT(two) u64 two(u32 a, u64 b) { return f2(a, b) ^ f2((u32)b, a); }
EXPORT(three) u64 three(u64 a, u32 b, u64 c) { return f3(c, b, a) + swap(a, c); }
EXPORT(four) u32 four(u32 a, u32 b, u32 c, u64 d) { return f4(c, b, a, d) - f4(b, a, c, ~d); }
EXPORT(five) u64 five(u32 a, u64 b, u32 c, u64 d, u32 e) { return f5(e, d, c, b, a) ^ f5(c, b, a, d, e); }
EXPORT(six) u32 six(u64 a, u64 b, u64 c, u32 d, u32 e, u64 f) { return f6(f, c, b, e, d, a) ^ f6(a, b, c, d, e, f); }
EXPORT(seven) u64 seven(u32 a, u32 b, u32 c, u32 d, u64 e, u32 f, u64 g) { return f7(d, c, b, a, g, f, e); }
EXPORT(eight) u32 eight(u32 a, u32 b, u32 c, u32 d, u32 e, u32 f, u32 g, u32 h) { return f8(h, g, f, e, d, c, b, a) ^ rotate(a, b, c, d, e, f & 15); }
EXPORT(twelve) u64 twelve(u32 a, u64 b, u32 c, u32 d, u64 e, u32 f, u64 g, u64 h, u32 i, u32 j, u64 k, u32 l) {
  return f12(l, k, j, i, h, f, g, e, d, c, b, a) - f12(a, b, c, d, e, f, g, h, i, j, k, l);
}
EXPORT(narrow) i32 narrow(u32 a, u32 b) { return bytes((u8)a, (i8)b, (u16)(a >> 3), (i16)(b >> 5), (u8)(a >> 9), (i8)(b >> 11)); }
EXPORT(nested) u64 nested(u32 a, u64 b) { return f5((u32)f1(b), f2(a, b), f4(a, a + 1, a + 2, b), f3(b, a, f1(a)), f6(b, b, b, a, a, f2(1, 2))); }
EXPORT(run) u32 run(void) {
  u32 h = 0;
  u64 v = 0x0123456789abcdefull;
  for (u32 i = 0; i < 20; i++) {
    v = v * 6364136223846793005ull + 1442695040888963407ull;
    u32 a = (u32)(v >> 33);
    h = mix64(h, one(v) ^ two(a, v) ^ three(v, a, ~v) ^ five(a, v, i, ~v, a + 1));
    h = mix(h, four(a, i, 7, v) + six(v, a, i, a, i, ~v) + eight(1, a, 2, i, 3, a, 4, i));
    h = mix64(h, seven(a, i, a, i, v, a, ~v) + twelve(a, v, i, a, v, i, v, a, i, a, v, i) + nested(a, v) + (u64)narrow(a, i));
  }
  return h;
}
