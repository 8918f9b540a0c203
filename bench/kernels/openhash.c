#include "kern.h"
/* A table with open addresses: found, entered, and deleted by moving others up. */
typedef struct { u32 key; i32 value; } Slot;
static Slot tab[64];
static u32 hash(u32 k) { k ^= k >> 16; k *= 0x85ebca6b; k ^= k >> 13; return k; }
static Slot *find(u32 k) { u32 i = hash(k) & 63; while (tab[i].key && tab[i].key != k) i = (i + 1) & 63; return &tab[i]; }
static void del(u32 k) {
  Slot *s = find(k); if (!s->key) return;
  u32 i = s - tab, j = i;
  for (;;) {
    tab[i].key = 0;
    for (;;) {
      j = (j + 1) & 63; if (!tab[j].key) return;
      u32 h = hash(tab[j].key) & 63;
      if (i <= j ? (i < h && h <= j) : (i < h || h <= j)) continue;
      break;
    }
    tab[i] = tab[j]; i = j;
  }
}
u32 openhash(const u8 *k, u32 n, u32 *out) {
  for (u32 i = 0; i < 64; i++) tab[i].key = 0, tab[i].value = 0;
  u32 live = 0;
  for (u32 i = 0; i < n; i++) {
    u32 key = (k[i] & 63) + 1;
    if (k[i] > 192 || live > 40) { if (find(key)->key) live--; del(key); }
    else { Slot *s = find(key); if (!s->key) { s->key = key; s->value = 0; live++; } s->value += i; }
  }
  u32 s = 0; for (u32 i = 0; i < 64; i++) if (tab[i].key) s += tab[i].key * tab[i].value + i;
  *out = live; return s;
}
