#include "kern.h"
/* A driver that asks and tells others in every step, with its own state alive across the calls. */
IMPORT(now) u32 now(void);
IMPORT(read_channel) u32 read_channel(u32 channel);
IMPORT(write_channel) void write_channel(u32 channel, u32 value);
struct task { u32 due, period, channel, low, high; i32 trend; u32 last, runs; };
static NOINLINE i32 filter(i32 old, i32 new, i32 weight) { return old + (new - old) * weight / 16; }
static NOINLINE u32 limit(u32 v, u32 low, u32 high, u32 *hits) {
  if (v < low) { ++*hits; return low; }
  if (v > high) { ++*hits; return high; }
  return v;
}
u32 schedule(struct task *tasks, u32 count, u32 rounds) {
  u32 hits = 0, late = 0, sum = 0;
  for (u32 r = 0; r < rounds; r++) {
    u32 start = now();
    for (u32 i = 0; i < count; i++) {
      struct task *t = &tasks[i];
      if ((i32)(start - t->due) < 0) continue;
      u32 raw = read_channel(t->channel);
      i32 trend = filter(t->trend, (i32)raw, 3 + i);
      u32 value = limit((u32)(trend + (i32)(raw - t->last)), t->low, t->high, &hits);
      write_channel(t->channel, value);
      t->trend = trend; t->last = raw; t->runs++;
      t->due += t->period;
      if ((i32)(now() - t->due) > 0) { late++; t->due = start + t->period; }
      sum = sum * 3 + value;
    }
  }
  return sum ^ hits << 8 ^ late;
}
