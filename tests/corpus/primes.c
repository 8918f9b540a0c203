/* Number theory: sieves, gcd, modular powers in 64 bits, Miller-Rabin, factors, inverses, Chinese remainders. */
#include "corpus.h"
static u8 composite[512];
static u32 gcd(u32 a, u32 b) { while (b) { u32 t = a % b; a = b; b = t; } return a; }
static u64 gcd64(u64 a, u64 b) {
  if (!a || !b) return a | b;
  u32 s = (u32)__builtin_ctzll(a | b);
  a >>= __builtin_ctzll(a);
  while (b) { b >>= __builtin_ctzll(b); if (a > b) { u64 t = a; a = b; b = t; } b -= a; }
  return a << s;
}
static u32 power(u32 b, u32 e, u32 m) {
  u64 r = 1 % m, x = b % m;
  for (; e; e >>= 1) { if (e & 1) r = r * x % m; x = x * x % m; }
  return (u32)r;
}
static i32 is_prime(u32 n) {
  static const u8 bases[] = {2, 7, 61};
  if (n < 2 || (n % 2 == 0)) return n == 2;
  u32 d = n - 1, s = 0;
  while (!(d & 1)) { d >>= 1; s++; }
  for (u32 i = 0; i < COUNT(bases); i++) {
    if (bases[i] % n == 0) continue;
    u64 x = power(bases[i], d, n);
    if (x == 1 || x == n - 1) continue;
    u32 r = 1;
    for (; r < s; r++) { x = x * x % n; if (x == n - 1) break; }
    if (r >= s) return 0;
  }
  return 1;
}
static i64 inverse(i64 a, i64 m) {
  i64 t = 0, next = 1, r = m, rest = a % m;
  while (rest) { i64 q = r / rest, x = t - q * next; t = next; next = x; x = r - q * rest; r = rest; rest = x; }
  return r == 1 ? (t < 0 ? t + m : t) : -1;
}
EXPORT(common) u32 common(u32 a, u32 b) { return gcd(a, b); }
EXPORT(common64) u64 common64(u64 a, u64 b) { return gcd64(a, b); }
EXPORT(modular_power) u32 modular_power(u32 b, u32 e, u32 m) { return m ? power(b, e, m) : 0; }
EXPORT(prime) i32 prime(u32 n) { return is_prime(n); }
EXPORT(sieve) u32 sieve(u32 limit) {
  u32 count = 0, h = 0;
  limit = limit % 510 + 2;
  for (u32 i = 0; i < sizeof composite; i++) composite[i] = 0;
  for (u32 i = 2; i < limit; i++) {
    if (composite[i]) continue;
    count++;
    h = mix(h, i);
    for (u32 j = i * i; j < limit; j += i) composite[j] = 1;
  }
  return h ^ count;
}
EXPORT(factors) u32 factors(u32 n) {
  u32 h = 0;
  n &= 0xfffff;
  for (u32 d = 2; d * d <= n; d += 1 + (d > 2)) while (n % d == 0) { h = mix(h, d); n /= d; }
  return n > 1 ? mix(h, n) : h;
}
EXPORT(invert) i64 invert(u32 a, u32 m) { return m > 1 ? inverse(a, m) : 0; }
EXPORT(remainders) u32 remainders(u32 a, u32 b, u32 c) {
  a %= 97; b %= 89; c %= 83;
  u64 m = 97 * 89 * 83;
  u64 x = (u64)a * (89 * 83) % m * (u64)inverse(89 * 83, 97) + (u64)b * (97 * 83) % m * (u64)inverse(97 * 83, 89) + (u64)c * (97 * 89) % m * (u64)inverse(97 * 89, 83);
  x %= m;
  return x % 97 == a && x % 89 == b && x % 83 == c ? (u32)x : ~0u;
}
EXPORT(digit_sum) u32 digit_sum(u64 n) { u32 s = 0; for (; n; n /= 10) s += (u32)(n % 10); return s; }
EXPORT(run) u32 run(void) {
  u32 h = sieve(500), count = 0;
  for (u32 n = 0; n < 300; n++) count += (u32)is_prime(n);
  h = mix(h, count);
  h = mix(h, (u32)(is_prime(4294967291u) * 2 + is_prime(4294967295u)));
  for (u32 i = 1; i < 40; i++) {
    h = mix(h, common(i * 1260, 980 * (i + 3)) ^ factors(i * 30031) ^ remainders(i, i * 2, i * 3) ^ modular_power(i, ~i, 1000000007));
    h = mix64(h, common64((u64)i << 40, 0xf0000000ull * i) ^ (u64)invert(i, 65537) ^ digit_sum(~0ull / i));
  }
  return h;
}
