#include "kern.h"
/* Expressions of numbers, + - * / % & |, comparisons, unary minus and parentheses: recursive descent, from text to a hash of
   the values of all of its lines. */
struct text { const u8 *at, *end; u32 errors; };
static INNER u32 peek(struct text *t) {
  while (t->at < t->end && *t->at == ' ') t->at++;
  return t->at < t->end ? *t->at : 0;
}
static INNER u32 accept(struct text *t, u32 c) {
  if (peek(t) != c) return 0;
  t->at++;
  return 1;
}
static i32 sum(struct text *t);
static INNER i32 primary(struct text *t) {
  if (accept(t, '-')) return -primary(t);
  if (accept(t, '(')) {
    i32 v = sum(t);
    if (!accept(t, ')')) t->errors++;
    return v;
  }
  u32 c = peek(t), v = 0;
  if (c - '0' > 9) { t->errors++; return 0; }
  while (t->at < t->end && (c = *t->at - '0') <= 9) { v = v * 10 + c; t->at++; }
  return (i32)v;
}
static INNER i32 product(struct text *t) {
  i32 v = primary(t);
  for (;;) {
    if (accept(t, '*')) v *= primary(t);
    else if (accept(t, '/')) { u32 d = (u32)primary(t); if (d) v = (i32)((u32)v / d); else t->errors++; }
    else if (accept(t, '&')) v &= primary(t);
    else return v;
  }
}
static INNER i32 sum(struct text *t) {
  i32 v = product(t);
  for (;;) {
    if (accept(t, '+')) v += product(t);
    else if (accept(t, '-')) v -= product(t);
    else if (accept(t, '|')) v |= product(t);
    else return v;
  }
}
u32 calc(const u8 *text, u32 length) {
  struct text t = { text, text + length, 0 };
  u32 hash = 0;
  while (t.at < t.end) {
    hash = hash * 31 + (u32)sum(&t);
    if (!accept(&t, ';')) { t.errors++; t.at++; }
  }
  return hash + (t.errors << 24);
}
