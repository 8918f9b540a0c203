#include "../native.h"
int consume(int *values, int count) {
  int sum = 0;
  for (int i = 0; i < count; i++) { sum += values[i]; values[i] = -1; }
  return sum;
}
char *reverse(char *to, const char *text) {
  size_t length = strlen(text);
  for (size_t i = 0; i < length; i++) to[i] = text[length - 1 - i];
  to[length] = 0;
  return to;
}
void fill(unsigned char *bytes, int count, int seed) {
  for (int i = 0; i < count; i++) bytes[i] = (unsigned char)(seed = seed * 5 + 3);
}
