/* Replays recorded calls of functions under test and says what differs. The table of what to do is a section of its own
   (table.rs, which documents it); this file knows the registers of both standards and nothing of wasm.

   A trap is `udf #code`, which the core takes as a fault: the handler lets the call end with the code. */
#include <stdint.h>

void print(const char *text);
void leave(uint32_t status);
extern const uint32_t replay_table[];
/* What prologues compare sp with: some distance above the end of the stack. */
uint32_t stack_limit = 0x20002000;

enum { END, CALL, VALUE, IMPORT, WRITE, BYTES };
enum { CORE, SINGLE, MEMORY };
enum { ANY, WORD, LONG, FLOAT, DOUBLE, NOT_NULL, CANONICAL_FLOAT, CANONICAL_DOUBLE };
#define RETURNED 0xffffffffu
#define KEPT 0x5a5a0000u

/* Registers before and after a call; `invoke` knows the offsets. */
struct frame {
  uint32_t core[4];            /* 0 */
  uint32_t function;           /* 16 */
  uint32_t words;              /* 20: of arguments on the stack, an even number */
  const uint32_t *stack;       /* 24 */
  uint32_t before, after;      /* 28, 32: sp */
  uint32_t kept[8];            /* 36: r4-r11 afterwards */
  uint32_t singles[32];        /* 68 */
};
static struct frame frame;
struct frame *const current = &frame;
uint32_t resume_sp;

/* Returns RETURNED or, by way of `resume`, the code of a trap. */
uint32_t invoke(struct frame *);
void resume(void);
__asm__(
    ".pushsection .text\n .syntax unified\n .thumb\n .global invoke\n .thumb_func\n invoke:\n"
    "push {r4-r11, lr}\n sub sp, #4\n"
#ifdef __ARM_FP
    "vpush {s16-s31}\n"
#endif
    "ldr r1, =resume_sp\n str sp, [r1]\n"
    "ldr r5, [r0, #20]\n ldr r6, [r0, #24]\n sub sp, sp, r5, lsl #2\n movs r7, #0\n"
    "1: cmp r7, r5\n beq 2f\n ldr r8, [r6, r7, lsl #2]\n str r8, [sp, r7, lsl #2]\n adds r7, #1\n b 1b\n"
    "2: mov r5, sp\n str r5, [r0, #28]\n"
#ifdef __ARM_FP
    "add r5, r0, #68\n vldmia r5, {s0-s31}\n"
#endif
    "ldr r12, [r0, #16]\n ldr r4, =0x5a5a0004\n adds r5, r4, #1\n adds r6, r4, #2\n adds r7, r4, #3\n"
    "add r8, r4, #4\n add r9, r4, #5\n add r10, r4, #6\n add r11, r4, #7\n"
    "ldmia r0, {r0-r3}\n blx r12\n"
    "ldr r12, =current\n ldr r12, [r12]\n stmia r12, {r0-r3}\n add r0, r12, #36\n stmia r0, {r4-r11}\n"
    "mov r0, sp\n str r0, [r12, #32]\n"
#ifdef __ARM_FP
    "add r0, r12, #68\n vstmia r0, {s0-s31}\n"
#endif
    "mov r0, #-1\n"
    ".global resume\n .thumb_func\n resume:\n ldr r1, =resume_sp\n ldr sp, [r1]\n"
#ifdef __ARM_FP
    "vpop {s16-s31}\n"
#endif
    "add sp, #4\n pop {r4-r11, pc}\n .ltorg\n"
    /* Undefined functions come here with their number in r12. */
    ".global replay_import\n .thumb_func\n replay_import:\n push {r0-r3}\n"
#ifdef __ARM_FP
    "vpush {s0-s15}\n"
#endif
    "push {r4, lr}\n add r1, sp, #8\n mov r0, r12\n bl on_import\n pop {r4, lr}\n"
#ifdef __ARM_FP
    "vpop {s0-s15}\n"
#endif
    "pop {r0-r3}\n bx lr\n"
    /* The exception frame: r0-r3, r12, lr, pc, xPSR (ARMv7-M ARM B1.5.6). */
    ".global fault\n .thumb_func\n fault:\n mrs r0, msp\n push {r4, lr}\n bl on_fault\n pop {r4, pc}\n .popsection\n");

static uint32_t step, failures;

static void hex(uint32_t value) {
  char digits[10], *p = &digits[9];
  *p = 0;
  for (int n = 0; n < 8; n++, value >>= 4) *--p = "0123456789abcdef"[value & 15];
  print(p);
}

/* One line: the step, what was and what should have been. */
static void fail(const char *what, uint32_t was, uint32_t expected) {
  if (failures++ > 50) return;
  print("step ");
  hex(step);
  print(what);
  hex(was);
  print(" expected ");
  hex(expected);
  print("\n");
}

/* Ends the call, for objects that call out on traps. */
static uint32_t trap_code;
void synth_trap(uint32_t code) {
  trap_code = code;
  for (;;) __asm__ volatile("udf #0xfc");
}

void on_fault(uint32_t *stacked) {
  volatile uint32_t *const status = (volatile uint32_t *)0xe000ed28;
  uint32_t cause = *status, code = 0x10000;
  *status = cause;
  if (cause == 1u << 16) {
    uint16_t half = *(const uint16_t *)(stacked[6] & ~1u);
    code = (half & 0xff00) == 0xde00 ? half & 0xff : 0x20000u | half;
    if (code == 0xfc) code = trap_code;
  } else if (cause & (1u << 12 | 1u << 4 | 1u << 11 | 1u << 3)) {
    print("a fault whose frame is none\n");
    leave(98);
  }
  stacked[0] = code;
  stacked[6] = (uint32_t)resume & ~1u;
  stacked[7] = 1u << 24;
}

static int is_nan(uint32_t check, uint32_t lo, uint32_t hi) {
  switch (check) {
    case FLOAT: return (lo & 0x7fffffff) > 0x7f800000 && lo & 0x400000;
    case CANONICAL_FLOAT: return (lo & 0x7fffffff) == 0x7fc00000;
    case DOUBLE: return ((hi & 0x7fffffff) > 0x7ff00000 || ((hi & 0x7fffffff) == 0x7ff00000 && lo)) && hi & 0x80000;
    default: return (hi & 0x7fffffff) == 0x7ff80000 && !lo;
  }
}

/* `spec`: what to check, low and high word. */
static void compare(const uint32_t *value, const uint32_t *spec) {
  uint32_t check = spec[0];
  switch (check) {
    case ANY: return;
    case NOT_NULL:
      if (!value[0]) fail(" null ", 0, 1);
      return;
    case WORD:
    case LONG:
      if (value[0] != spec[1]) fail(" was ", value[0], spec[1]);
      if (check == LONG && value[1] != spec[2]) fail(" high word was ", value[1], spec[2]);
      return;
    default: {
      int is_double = check == DOUBLE || check == CANONICAL_DOUBLE;
      if (!is_nan(check, value[0], is_double ? value[1] : 0)) fail(" no such NaN ", value[is_double], spec[1 + is_double]);
    }
  }
}

/* Where a value is: registers of the frame, or bytes of memory. */
static const uint32_t *place(uint32_t place, const uint32_t *core, const uint32_t *singles, const uint32_t *memory) {
  uint32_t index = place & 0xffffff;
  switch (place >> 24) {
    case CORE: return core + index;
    case SINGLE: return singles + index;
    default: return memory + index / 4;
  }
}

/* The next record of an import, if the calls are as they were recorded. */
static const uint32_t *expected_import;

void on_import(uint32_t number, uint32_t *registers) {
#ifdef __ARM_FP
  uint32_t *singles = registers, *core = registers + 16;
#else
  uint32_t *singles = registers, *core = registers;
#endif
  const uint32_t *record = expected_import;
  if (record[0] != IMPORT || record[2] != number) {
    fail(" import called ", number, record[0] == IMPORT ? record[2] : RETURNED);
    for (;;) __asm__ volatile("udf #0xfd");
  }
  uint32_t *results = (uint32_t *)core[0];
  const uint32_t *p = record + 3;
  for (uint32_t n = *p++; n; n--, p += 4) compare(place(p[0], core, singles, core + 4), p + 1);
  for (uint32_t n = *p++; n; n--, p += 4) {
    uint32_t *to = (uint32_t *)place(p[0], core, singles, results);
    to[0] = p[2];
    if (p[1] == LONG) to[1] = p[3];
  }
  expected_import = record + record[1];
}

static uint32_t results[4096] __attribute__((aligned(8)));

static void call(const uint32_t *record) {
  const uint32_t *p = record + 2;
  frame.function = *p++;
  uint32_t expected = *p++, hidden = *p++;
  for (int n = 0; n < 4; n++) frame.core[n] = *p++;
  for (int n = 0; n < 16; n++) frame.singles[n] = *p++;
  for (uint32_t n = 16; n < 32; n++) frame.singles[n] = KEPT + n;
  if (hidden) frame.core[0] = (uint32_t)results;
  frame.words = *p++;
  frame.stack = p;
  p += frame.words;
  expected_import = record + record[1];
  uint32_t code = invoke(&frame);
  if (code != expected) fail(" ended with ", code, expected);
  if (expected_import[0] == IMPORT && code == expected) fail(" missing import ", RETURNED, expected_import[2]);
  if (code != RETURNED || expected != RETURNED) return;
  if (frame.before != frame.after) fail(" sp was ", frame.after, frame.before);
  for (uint32_t n = 0; n < 8; n++)
    if (frame.kept[n] != KEPT + 4 + n) fail(" r4-r11 ", frame.kept[n], KEPT + 4 + n);
#ifdef __ARM_FP
  for (uint32_t n = 16; n < 32; n++)
    if (frame.singles[n] != KEPT + n) fail(" s16-s31 ", frame.singles[n], KEPT + n);
#endif
  for (uint32_t n = *p++; n; n--, p += 4) compare(place(p[0], frame.core, frame.singles, results), p + 1);
}

/* FNV-1a */
static void bytes(const uint8_t *p, uint32_t count, uint32_t expected) {
  uint32_t hash = 0x811c9dc5;
  for (const uint8_t *end = p + count; p < end; p++) hash = (hash ^ *p) * 0x01000193;
  if (hash != expected) fail(" memory has the hash ", hash, expected);
}

int main(void) {
  for (const uint32_t *record = replay_table; record[0] != END; record += record[1]) {
    switch (record[0]) {
      case CALL: call(record); break;
      case WRITE: *(volatile uint32_t *)record[2] = record[3]; break;
      case BYTES: bytes((const uint8_t *)record[2], record[3], record[4]); break;
      case VALUE: compare((const uint32_t *)record[2], record + 3); break;
    }
    step += record[0] != IMPORT;
  }
  print("steps ");
  hex(step);
  print("\n");
  return failures != 0;
}
