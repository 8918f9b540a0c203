#include "../native.h"
typedef struct Sink { void (*put)(struct Sink *, char); unsigned count; } Sink;
typedef struct { Sink sink; char *to; unsigned room; } Buffer;
int format(Sink *sink, const char *text, ...);
int vformat(Sink *sink, const char *text, va_list arguments);
int bformat(char *to, unsigned room, const char *text, ...);
