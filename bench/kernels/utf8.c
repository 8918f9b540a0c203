#include "kern.h"
/* UTF-8 to UTF-16, with everything that is malformed replaced. */
u32 utf8(const u8 *s, u32 n, u16 *out) {
  u16 *start = out;
  for (u32 i = 0; i < n;) {
    u32 c = s[i++], more = 0, least = 0;
    if (c >= 0x80) {
      if (c >= 0xf0 && c < 0xf5) { more = 3; least = 0x10000; c &= 7; }
      else if (c >= 0xe0 && c < 0xf0) { more = 2; least = 0x800; c &= 15; }
      else if (c >= 0xc2 && c < 0xe0) { more = 1; least = 0x80; c &= 31; }
      else { *out++ = 0xfffd; continue; }
      for (; more && i < n && (s[i] & 0xc0) == 0x80; more--) c = c << 6 | (s[i++] & 0x3f);
      if (more || c < least || c > 0x10ffff || (c & 0x1ff800) == 0xd800) c = 0xfffd;
    }
    if (c >= 0x10000) { c -= 0x10000; *out++ = 0xd800 | c >> 10; c = 0xdc00 | (c & 0x3ff); }
    *out++ = c;
  }
  return out - start;
}
