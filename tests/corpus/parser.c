/* A recursive-descent evaluator of integer expressions, and a writer of random ones. */
#include "corpus.h"
enum { OK, SYNTAX, DIVISION, DEPTH };
static const char *cursor;
static i32 error, depth;
static i64 expression(void);
static void spaces(void) { while (*cursor == ' ') cursor++; }
static i64 number(void) {
  i64 v = 0;
  if (cursor[0] == '0' && (cursor[1] | 32) == 'x') {
    cursor += 2;
    for (;;) {
      char c = *cursor;
      if (c >= '0' && c <= '9') v = v * 16 + (c - '0');
      else if ((c | 32) >= 'a' && (c | 32) <= 'f') v = v * 16 + ((c | 32) - 'a' + 10);
      else return v;
      cursor++;
    }
  }
  if (*cursor < '0' || *cursor > '9') { error = error ? error : SYNTAX; return 0; }
  while (*cursor >= '0' && *cursor <= '9') v = v * 10 + (*cursor++ - '0');
  return v;
}
static i64 primary(void) {
  spaces();
  if (++depth > 40) { error = DEPTH; return 0; }
  i64 v;
  switch (*cursor) {
  case '(':
    cursor++;
    v = expression();
    spaces();
    if (*cursor == ')') cursor++;
    else error = error ? error : SYNTAX;
    break;
  case '-': cursor++; v = -primary(); break;
  case '~': cursor++; v = ~primary(); break;
  case '!': cursor++; v = !primary(); break;
  default: v = number(); break;
  }
  depth--;
  return v;
}
static i32 priority(char c) {
  switch (c) {
  case '*': case '/': case '%': return 6;
  case '+': case '-': return 5;
  case '<': case '>': return 4;
  case '&': return 3;
  case '^': return 2;
  case '|': return 1;
  default: return 0;
  }
}
static i64 apply(char op, i64 a, i64 b) {
  switch (op) {
  case '*': return (i64)((u64)a * (u64)b);
  case '/': case '%':
    if (b == 0) { error = DIVISION; return 0; }
    if (b == -1) return op == '/' ? (i64)(0 - (u64)a) : 0;
    return op == '/' ? a / b : a % b;
  case '+': return (i64)((u64)a + (u64)b);
  case '-': return (i64)((u64)a - (u64)b);
  case '<': return a < b;
  case '>': return a > b;
  case '&': return a & b;
  case '^': return a ^ b;
  default: return a | b;
  }
}
static i64 climb(i64 left, i32 least) {
  for (;;) {
    spaces();
    char op = *cursor;
    i32 p = priority(op);
    if (!p || p < least || error) return left;
    cursor++;
    i64 right = primary();
    for (;;) {
      spaces();
      if (priority(*cursor) <= p || error) break;
      right = climb(right, p + 1);
    }
    left = apply(op, left, right);
  }
}
static i64 expression(void) { return climb(primary(), 1); }
static i64 evaluate(const char *text) {
  cursor = text; error = OK; depth = 0;
  i64 v = expression();
  spaces();
  if (*cursor) error = error ? error : SYNTAX;
  return error ? -1000 - error : v;
}
static char text[256];
static u32 length;
static void put(char c) { if (length < COUNT(text) - 1) text[length++] = c; }
static void write_random(i32 levels) {
  static const char operators[] = "*/%+-<>&^|";
  if (levels == 0 || rng() % 5 == 0) {
    u32 v = rng() % 2000;
    char digits[12];
    i32 n = 0;
    do digits[n++] = (char)('0' + v % 10); while (v /= 10);
    while (n) put(digits[--n]);
    return;
  }
  u32 kind = rng() % 4;
  if (kind == 0) { put("-~!"[rng() % 3]); put('('); write_random(levels - 1); put(')'); return; }
  if (kind == 1) put('(');
  write_random(levels - 1);
  put(operators[rng() % 10]);
  if (rng() & 1) put(' ');
  write_random(levels - 1);
  if (kind == 1) put(')');
}
EXPORT(random_expression) i64 random_expression(u32 seed, u32 levels) {
  rng_seed(seed);
  length = 0;
  write_random((i32)(levels & 3) + 1);
  text[length] = 0;
  return evaluate(text);
}
EXPORT(run) u32 run(void) {
  static const char *const texts[] = {"1+2*3", "(1+2)*3", "100/7%5", "-5*-(3-9)", "0xff & 0x0f | 0x100", "1/0",
                                      "9999999999*9999999999", "!0 + !5", "((1)", "2 3", "~0 ^ 7 - 3 > 1"};
  u32 h = 0;
  for (u32 i = 0; i < COUNT(texts); i++) h = mix64(h, (u64)evaluate(texts[i]));
  for (u32 i = 0; i < 12; i++) h = mix64(h, (u64)random_expression(i + 1, i));
  return h;
}
