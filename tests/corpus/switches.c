/* Dense, sparse, nested and shared switches, as statements and as values. */
#include "corpus.h"
EXPORT(dense) u32 dense(u32 k, u32 v) {
  switch (k) {
  case 0: return v + 1;
  case 1: return v * 3;
  case 2: return v ^ 0xffff;
  case 3: v += 7; /* fall through */
  case 4: v <<= 2; /* fall through */
  case 5: return v - 5;
  case 6: case 7: case 8: return v / 3;
  case 9: return ~v;
  case 10: return v >> 9 | v << 23;
  case 11: return v * v;
  case 12: return v & 0xff00ff;
  case 13: return (u32)-(i32)v;
  case 14: return v % 1000;
  case 15: return v | 0x80808080;
  default: return k ^ v;
  }
}
EXPORT(sparse) i32 sparse(i32 k) {
  switch (k) {
  case -2147483647 - 1: return 1;
  case -1000: return 2;
  case -1: return 3;
  case 0: return 4;
  case 7: return 5;
  case 1000: return 6;
  case 65536: return 7;
  case 0x12345678: return 8;
  case 2147483647: return 9;
  default: return k < 0 ? -1 : 0;
  }
}
EXPORT(offset) u32 offset(u32 k) {
  switch (k) {
  case 1000: return 12; case 1001: return 34; case 1002: return 56; case 1003: return 78; case 1004: return 90;
  case 1005: return 11; case 1006: return 22; case 1007: return 33; case 1008: return 44; case 1009: return 55;
  default: return 0;
  }
}
EXPORT(letters) u32 letters(u32 c) {
  switch (c & 0x7f) {
  case 'a': case 'e': case 'i': case 'o': case 'u': return 1;
  case 'y': return 2;
  case '0': case '1': case '2': case '3': case '4': case '5': case '6': case '7': case '8': case '9': return 3;
  case ' ': case '\t': case '\n': return 4;
  case '+': case '-': case '*': case '/': return 5;
  default: return (c & 0x7f) >= 'a' && (c & 0x7f) <= 'z' ? 6 : 7;
  }
}
EXPORT(wide) u32 wide(u64 k) {
  switch (k) {
  case 0: return 1;
  case 1: return 2;
  case 0x100000000ull: return 3;
  case 0x100000001ull: return 4;
  case 0xffffffffffffffffull: return 5;
  default: return 6;
  }
}
EXPORT(nested) i32 nested(u32 a, u32 b) {
  i32 r = 0;
  for (u32 i = 0; i < 8; i++) {
    switch (a >> (4 * i) & 15) {
    case 0: continue;
    case 1: r += 1; break;
    case 2: switch (b & 3) { case 0: r += 10; break; case 1: r -= 10; break; case 2: goto out; default: r *= 2; } break;
    case 3: r = -r; break;
    case 4: if (b & 4) break; r ^= 0x55; break;
    case 5: while (b & 1) { b >>= 1; r++; } break;
    case 6: r <<= 1; break;
    case 7: r >>= 1; break;
    default: r += (i32)i; break;
    }
    b = b * 5 + 1;
  }
out:
  return r;
}
#define C(n) case n: v = v * (n + 2) + (v >> (n & 7)); break;
#define C8(n) C(n) C(n + 1) C(n + 2) C(n + 3) C(n + 4) C(n + 5) C(n + 6) C(n + 7)
EXPORT(big) u32 big(u32 v, u32 n) {
  for (n &= 63; n; n--)
    switch (v & 127) {
      C8(0) C8(8) C8(16) C8(24) C8(32) C8(40) C8(48) C8(56) C8(64) C8(72) C8(80) C8(88) C8(96) C8(104)
    default: v = v / 3 + 1; break;
    }
  return v;
}
EXPORT(run) u32 run(void) {
  u32 h = 0;
  for (u32 i = 0; i < 40; i++) {
    h = mix(h, dense(i % 18, i * 12345));
    h = mix(h, (u32)sparse((i32)(i * 1000 - 1000)));
    h = mix(h, offset(i + 990) + letters(i * 7 + 1) * 256);
    h = mix(h, wide((u64)i << 32 | (i & 1)));
    h = mix(h, (u32)nested(h * 2654435761u, h ^ i));
    h = mix(h, big(h, i));
  }
  return h;
}
