/* State machines: tables of function pointers, tables of transitions, computed gotos, nested switches. */
#include "../native.h"
struct machine;
typedef const struct state *(*step)(struct machine *, int c);
struct state { const char *name; step on_letter, on_digit, on_other; };
struct machine { const struct state *state; int letters, digits, words, numbers; unsigned value; };
static const struct state idle, word, number, error;
static const struct state *start_word(struct machine *m, int c) { m->letters++; m->value = (unsigned)c; return &word; }
static const struct state *start_number(struct machine *m, int c) { m->digits++; m->value = (unsigned)(c - '0'); return &number; }
static const struct state *stay(struct machine *m, int c) { (void)c; return m->state; }
static const struct state *more_word(struct machine *m, int c) { m->letters++; m->value = m->value * 33 ^ (unsigned)c; return m->state; }
static const struct state *more_number(struct machine *m, int c) { m->digits++; m->value = m->value * 10 + (unsigned)(c - '0'); return &number; }
static const struct state *end_word(struct machine *m, int c) { m->words++; printf("w%u%c", m->value, c); return &idle; }
static const struct state *end_number(struct machine *m, int c) { m->numbers++; printf("n%u%c", m->value, c); return &idle; }
static const struct state *fail(struct machine *m, int c) { (void)m; return c == '!' ? &error : &error; }
static const struct state idle = {"idle", start_word, start_number, stay};
static const struct state word = {"word", more_word, more_word, end_word};
static const struct state number = {"number", fail, more_number, end_number};
static const struct state error = {"error", stay, stay, end_word};
static void feed(struct machine *m, const char *text) {
  for (; *text; text++) {
    int c = *text;
    step next = (c >= 'a' && c <= 'z') ? m->state->on_letter : (c >= '0' && c <= '9') ? m->state->on_digit : m->state->on_other;
    m->state = next(m, c);
  }
}
/* Codes of an interpreter, by a table of labels. */
NOINLINE static int interpret(const unsigned char *code, int *stack) {
  static const void *const labels[] = {&&push, &&add, &&sub, &&mul, &&dup, &&swap, &&jump_if, &&print, &&halt, &&over, &&drop};
  int *top = stack;
  const unsigned char *at = code;
  goto *labels[*at++];
push: *++top = (signed char)*at++; goto *labels[*at++];
add: top--; *top += top[1]; goto *labels[*at++];
sub: top--; *top -= top[1]; goto *labels[*at++];
mul: top--; *top *= top[1]; goto *labels[*at++];
dup: top[1] = *top; top++; goto *labels[*at++];
swap: { int t = *top; *top = top[-1]; top[-1] = t; } goto *labels[*at++];
jump_if: if (*top--) at += (signed char)*at; else at++; goto *labels[*at++];
print: printf("%d ", *top--); goto *labels[*at++];
over: top[1] = top[-1]; top++; goto *labels[*at++];
drop: top--; goto *labels[*at++];
halt: return (int)(at - code);
}
enum mode { OFF, SLOW = 10, FAST = 1000, TURBO = -5 };
NOINLINE static int nested(enum mode mode, unsigned flags, long long key) {
  switch (mode) {
  case OFF: switch (flags & 7) { case 0: return 1; case 3: return 2; case 5: key++; /* fall through */ default: return (int)key; }
  case SLOW: if (flags > 4) goto shared; return (int)(key >> 4);
  case FAST: switch (key) { case 0x100000000ll: return 5; case -1: return 6; case 7: goto shared; default: return 8; }
  case TURBO: for (int n = 0;; n++) { if ((flags >> n & 3) == 2) return n; if (n > 28) break; }
  shared: return 99;
  }
  return -1;
}
int main(void) {
  struct machine m = {&idle, 0, 0, 0, 0, 0};
  feed(&m, "abc 123 x9y 42;7a!!b q ");
  printf("\n%s %d %d %d %d\n", m.state->name, m.letters, m.digits, m.words, m.numbers);
  static const unsigned char count[] = {0, 5, 4, 7, 0, 1, 2, 4, 6, (unsigned char)-7, 0, 6, 0, 7, 3, 7, 0, 3, 0, 4, 9, 1, 5, 2, 7, 8};
  int stack[20];
  printf("%d\n", interpret(count, stack));
  static const enum mode modes[] = {OFF, SLOW, FAST, TURBO, (enum mode)77};
  static const long long keys[] = {0, 7, -1, 0x100000000ll, 0x123456789ll};
  for (unsigned n = 0; n < 5; n++) for (unsigned f = 0; f < 9; f++) for (unsigned k = 0; k < 5; k++) printf("%d,", nested(modes[n], f * f, keys[k]));
  printf("\n");
  return 0;
}
