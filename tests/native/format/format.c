/* A formatter in the manner of printf, with sinks and its own variable arguments. */
#include "format.h"

static void emit(Sink *sink, char c) { sink->put(sink, c); sink->count++; }

static void pad(Sink *sink, int n, char c) { while (n-- > 0) emit(sink, c); }

static void digits(Sink *sink, unsigned long long value, unsigned base, int upper, int width, int zero, int left, int negative) {
  char text[66];
  int n = 0;
  do {
    unsigned d = (unsigned)(value % base);
    text[n++] = (char)(d < 10 ? '0' + d : (upper ? 'A' : 'a') + d - 10);
    value /= base;
  } while (value);
  int fill = width - n - (negative ? 1 : 0);
  if (!left && !zero) pad(sink, fill, ' ');
  if (negative) emit(sink, '-');
  if (!left && zero) pad(sink, fill, '0');
  while (n > 0) emit(sink, text[--n]);
  if (left) pad(sink, fill, ' ');
}

int vformat(Sink *sink, const char *text, va_list arguments) {
  for (; *text; text++) {
    if (*text != '%') {
      emit(sink, *text);
      continue;
    }
    int left = 0, zero = 0, width = 0, longs = 0, precision = -1;
    for (text++;; text++) {
      if (*text == '-') left = 1;
      else if (*text == '0') zero = 1;
      else break;
    }
    if (*text == '*') width = va_arg(arguments, int), text++;
    else while (*text >= '0' && *text <= '9') width = width * 10 + *text++ - '0';
    if (*text == '.') {
      precision = 0;
      for (text++; *text >= '0' && *text <= '9';) precision = precision * 10 + *text++ - '0';
    }
    while (*text == 'l') longs++, text++;
    switch (*text) {
    case 'd': {
      long long value = longs > 1 ? va_arg(arguments, long long) : va_arg(arguments, int);
      digits(sink, value < 0 ? -(unsigned long long)value : (unsigned long long)value, 10, 0, width, zero, left, value < 0);
      break;
    }
    case 'u': digits(sink, longs > 1 ? va_arg(arguments, unsigned long long) : va_arg(arguments, unsigned), 10, 0, width, zero, left, 0); break;
    case 'x':
    case 'X': digits(sink, longs > 1 ? va_arg(arguments, unsigned long long) : va_arg(arguments, unsigned), 16, *text == 'X', width, zero, left, 0); break;
    case 'b': digits(sink, va_arg(arguments, unsigned), 2, 0, width, zero, left, 0); break;
    case 'c': emit(sink, (char)va_arg(arguments, int)); break;
    case 's': {
      const char *from = va_arg(arguments, const char *);
      int n = 0;
      while (from[n] && (precision < 0 || n < precision)) n++;
      if (!left) pad(sink, width - n, ' ');
      for (int k = 0; k < n; k++) emit(sink, from[k]);
      if (left) pad(sink, width - n, ' ');
      break;
    }
    case 'f': {
      double value = va_arg(arguments, double);
      int negative = value < 0;
      if (negative) value = -value;
      unsigned long long whole = (unsigned long long)value;
      double rest = value - (double)whole;
      digits(sink, whole, 10, 0, width, zero, left, negative);
      emit(sink, '.');
      for (int k = 0; k < (precision < 0 ? 6 : precision); k++) {
        rest *= 10;
        int d = (int)rest;
        emit(sink, (char)('0' + d));
        rest -= d;
      }
      break;
    }
    case 'F': {
      int (*print)(Sink *, void *) = va_arg(arguments, int (*)(Sink *, void *));
      sink->count += (unsigned)print(sink, va_arg(arguments, void *));
      break;
    }
    case '%': emit(sink, '%'); break;
    default: emit(sink, '?'); return -1;
    }
  }
  return (int)sink->count;
}

int format(Sink *sink, const char *text, ...) {
  va_list arguments;
  va_start(arguments, text);
  int count = vformat(sink, text, arguments);
  va_end(arguments);
  return count;
}

static void put_buffer(Sink *sink, char c) {
  Buffer *buffer = (Buffer *)sink;
  if (buffer->room > 1) *buffer->to++ = c, buffer->room--;
}

int bformat(char *to, unsigned room, const char *text, ...) {
  Buffer buffer = {{put_buffer, 0}, to, room};
  va_list arguments, copy;
  va_start(arguments, text);
  va_copy(copy, arguments);
  int first = vformat(&buffer.sink, text, arguments);
  va_end(arguments);
  Buffer again = {{put_buffer, 0}, to, room};
  int second = vformat(&again.sink, text, copy);
  va_end(copy);
  if (room) *again.to = 0;
  return first == second ? first : -1;
}
