#include "../native.h"
struct event { uint16_t kind; uint16_t length; union { uint8_t bytes[12]; struct { int32_t x, y; int16_t z; } point; uint64_t stamp; } u; };
typedef int (*handler)(const struct event *, void *context);
struct ring { volatile uint32_t head, tail; uint32_t mask; struct event *slots; uint32_t dropped; };
void ring_init(struct ring *, struct event *, uint32_t count);
int ring_put(struct ring *, const struct event *);
int ring_get(struct ring *, struct event *);
int subscribe(uint16_t kind, handler, void *context);
unsigned dispatch(struct ring *);
