#include "kern.h"
/* Shortest ways in a matrix of distances. */
#define N 24
u32 dijk(const u8 *w, u32 src, u32 *dist) {
  u32 done = 0; u8 from[N];
  for (u32 i = 0; i < N; i++) { dist[i] = ~0u; from[i] = 255; }
  dist[src] = 0;
  for (;;) {
    u32 best = ~0u; i32 at = -1;
    for (u32 i = 0; i < N; i++) if (!(done >> i & 1) && dist[i] < best) { best = dist[i]; at = i; }
    if (at < 0) break;
    done |= 1u << at;
    for (u32 j = 0; j < N; j++) {
      u32 c = w[at * N + j];
      if (c > 200 || (u32)at == j) continue;
      if (best + c < dist[j]) { dist[j] = best + c; from[j] = at; }
    }
  }
  u32 s = 0; for (u32 i = 0; i < N; i++) s = s * 5 + dist[i] + from[i];
  return s;
}
