#include "kern.h"
/* Seconds as dates and back: divisions by constants. */
typedef struct { u16 year; u8 month, day, hour, min, sec, wday; } Tm;
static void civil(u32 t, Tm *o) {
  u32 days = t / 86400, rem = t % 86400;
  o->hour = rem / 3600; rem %= 3600; o->min = rem / 60; o->sec = rem % 60; o->wday = (days + 4) % 7;
  u32 z = days + 719468, era = z / 146097, doe = z - era * 146097;
  u32 yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365, doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
  o->day = doy - (153 * mp + 2) / 5 + 1; o->month = mp < 10 ? mp + 3 : mp - 9; o->year = yoe + era * 400 + (o->month <= 2);
}
static u32 unix_(const Tm *t) {
  u32 y = t->year - (t->month <= 2), era = y / 400, yoe = y - era * 400;
  u32 doy = (153 * (t->month + (t->month > 2 ? -3 : 9)) + 2) / 5 + t->day - 1, doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
  return ((era * 146097 + doe - 719468) * 24 + t->hour) * 3600 + t->min * 60 + t->sec;
}
u32 dates(const u32 *v, u32 n, Tm *o) {
  u32 s = 0;
  for (u32 i = 0; i < n; i++) { civil(v[i], &o[i]); s += unix_(&o[i]) ^ v[i]; s = s * 3 + o[i].wday + o[i].month; }
  return s;
}
