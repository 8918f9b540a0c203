/* Dates and times: days and civil dates, weekdays, Easter, seconds, DOS and BCD formats. */
#include "corpus.h"
struct date { i32 year; u8 month, day; };
static i64 days(struct date d) {
  i64 y = d.year - (d.month <= 2), era = (y >= 0 ? y : y - 399) / 400;
  u32 yoe = (u32)(y - era * 400), doy = (153u * (d.month + (d.month > 2 ? -3u : 9u)) + 2) / 5 + d.day - 1, doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
  return era * 146097 + (i64)doe - 719468;
}
static struct date civil(i64 z) {
  z += 719468;
  i64 era = (z >= 0 ? z : z - 146096) / 146097;
  u32 doe = (u32)(z - era * 146097), yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
  u32 doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
  struct date d;
  d.day = (u8)(doy - (153 * mp + 2) / 5 + 1);
  d.month = (u8)(mp < 10 ? mp + 3 : mp - 9);
  d.year = (i32)((i64)yoe + era * 400 + (d.month <= 2));
  return d;
}
static i32 leap(i32 y) { return (y % 4 == 0 && y % 100 != 0) || y % 400 == 0; }
static u32 last_day(i32 y, u32 m) { static const u8 n[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}; return m == 2 && leap(y) ? 29 : n[m - 1]; }
static u32 bcd(u32 v) { return v / 10 << 4 | v % 10; }
static u32 from_bcd(u32 v) { return (v >> 4) * 10 + (v & 15); }
EXPORT(from_days) u32 from_days(i32 z) { struct date d = civil(z % 10000000); return (u32)d.year << 9 | d.month << 5 | d.day; }
EXPORT(round_trip) i64 round_trip(i32 z) { z %= 100000000; return days(civil(z)) - z; }
EXPORT(weekday) i32 weekday(i32 year, u32 month, u32 day) {
  struct date d = {year % 10000, (u8)(month % 12 + 1), 1};
  d.day = (u8)(day % last_day(d.year, d.month) + 1);
  i64 w = (days(d) + 4) % 7;
  return (i32)(w < 0 ? w + 7 : w);
}
EXPORT(easter) u32 easter(u32 year) {
  u32 y = year % 4000 + 1583, a = y % 19, b = y / 100, c = y % 100, d = b / 4, e = b % 4, f = (b + 8) / 25, g = (b - f + 1) / 3;
  u32 h = (19 * a + b - d - g + 15) % 30, i = c / 4, k = c % 4, l = (32 + 2 * e + 2 * i - h - k) % 7, m = (a + 11 * h + 22 * l) / 451;
  return (h + l - 7 * m + 114) / 31 << 8 | ((h + l - 7 * m + 114) % 31 + 1);
}
EXPORT(stamp) u64 stamp(u64 seconds) {
  u32 rest = (u32)(seconds % 86400);
  struct date d = civil((i64)(seconds / 86400 % 4000000));
  return (u64)(u32)d.year << 40 | (u64)d.month << 32 | (u64)d.day << 24 | rest / 3600 << 16 | rest / 60 % 60 << 8 | rest % 60;
}
EXPORT(dos) u32 dos(u32 v) {
  u32 second = (v & 31) * 2, minute = v >> 5 & 63, hour = v >> 11 & 31, day = v >> 16 & 31, month = v >> 21 & 15, year = (v >> 25) + 1980;
  return ((((year * 13 + month) * 32 + day) * 24 + hour) * 60 + minute) * 60 + second;
}
EXPORT(clock_bcd) u32 clock_bcd(u32 seconds) {
  u32 v = bcd(seconds / 3600 % 24) << 16 | bcd(seconds / 60 % 60) << 8 | bcd(seconds % 60);
  return from_bcd(v >> 16) * 3600 + from_bcd(v >> 8 & 255) * 60 + from_bcd(v & 255) == seconds % 86400 ? v : ~0u;
}
EXPORT(run) u32 run(void) {
  u32 h = 0;
  for (i32 i = -40; i < 40; i++) {
    h = mix(h, from_days(i * 9973) ^ (u32)weekday(2000 + i, (u32)i + 50, (u32)i + 60) ^ easter((u32)i + 400));
    h = mix64(h, stamp((u64)(i + 41) * 123456789) ^ (u64)round_trip(i * 1234567));
    h = mix(h, dos((u32)i * 0x01234567) ^ clock_bcd((u32)(i + 40) * 1111));
  }
  return h;
}
