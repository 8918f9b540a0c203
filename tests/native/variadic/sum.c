#include "../native.h"
int sum(int count, ...) {
  va_list arguments;
  va_start(arguments, count);
  int total = 0;
  while (count--) total += va_arg(arguments, int);
  va_end(arguments);
  return total;
}
double average(int count, ...) {
  va_list arguments, again;
  va_start(arguments, count);
  va_copy(again, arguments);
  double total = 0;
  for (int i = 0; i < count; i++) total += va_arg(arguments, double);
  total += va_arg(again, double) - 1;
  va_end(again);
  va_end(arguments);
  return total / count;
}
void tell(const char *format, ...) {
  char text[80];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  printf("%s", text);
  va_start(arguments, format);
  vprintf(format, arguments);
  va_end(arguments);
}
const char *join(char *to, const char *first, ...) {
  va_list arguments;
  va_start(arguments, first);
  char *end = to;
  for (const char *part = first; part; part = va_arg(arguments, const char *)) {
    strcpy(end, part);
    end += strlen(part);
  }
  va_end(arguments);
  return to;
}
