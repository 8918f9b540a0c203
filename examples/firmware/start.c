/* From reset to main, and what the board does for the rest: text and exit by semihosting. */
#include <stdint.h>
#include "board.h"

extern uint32_t data_start[], data_end[], data_image[], bss_start[], bss_end[], stack_top[];
extern void (*const init_start[])(void), (*const init_end[])(void);
int main(void);
void reset(void);

static int semihost(int operation, const void *argument) {
  register int r0 __asm__("r0") = operation;
  register const void *r1 __asm__("r1") = argument;
  __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
  return r0;
}

void print(const char *text) { semihost(0x04, text); }

static void leave(uint32_t status) {
  const uint32_t block[2] = {0x20026, status};
  semihost(0x20, block);
  for (;;) {}
}

/* A trap of wasm is `udf #code`, which comes here as a usage fault with its pc on the stack. */
static void fault(void) {
  print("fault\n");
  leave(1);
}

void reset(void) {
#ifdef __ARM_FP
  /* Full access to the floating-point unit (CPACR, ARMv7-M ARM B3.2.20). */
  *(volatile uint32_t *)0xe000ed88 |= 0xf << 20;
  __asm__ volatile("dsb\n isb" ::: "memory");
#endif
  for (uint32_t *to = data_start, *from = data_image; to < data_end;) *to++ = *from++;
  for (uint32_t *p = bss_start; p < bss_end; p++) *p = 0;
  for (void (*const *init)(void) = init_start; init < init_end; init++) (*init)();
  leave((uint32_t)main());
}

__attribute__((section(".vectors"), used)) static const struct {
  uint32_t *stack;
  void (*handlers[15])(void);
} vectors = {stack_top, {reset, fault, fault, fault, fault, fault, fault, fault, fault, fault, fault, fault, fault, fault, fault}};
