/* Reset, faults, semihosting and what newlib asks of a system, for images of the programs here. */
#include <stdint.h>
#include <stddef.h>

extern uint32_t data_start[], data_end[], data_image[], bss_start[], bss_end[];
extern void (*init_start[])(void), (*init_end[])(void);
extern char heap_start[], heap_end[];
int main(void);
void reset(void);
void tick(void) __attribute__((weak));

static int semihost(int operation, const void *argument) {
  register int r0 __asm__("r0") = operation;
  register const void *r1 __asm__("r1") = argument;
  __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
  return r0;
}
static void print(const char *text) { semihost(0x04, text); }
void _exit(int status) {
  const uint32_t block[2] = {0x20026, (uint32_t)status};
  semihost(0x20, block);
  for (;;) {}
}
static void fault(void) {
  print("fault\n");
  _exit(99);
}
static void on_tick(void) {
  if (tick) tick();
}
int _write(int file, const char *bytes, int count) {
  char text[65];
  (void)file;
  for (int done = 0; done < count;) {
    int part = count - done < 64 ? count - done : 64;
    for (int n = 0; n < part; n++) text[n] = bytes[done + n];
    text[part] = 0;
    print(text);
    done += part;
  }
  return count;
}
void *_sbrk(ptrdiff_t size) {
  static char *end = heap_start;
  char *old = end;
  if (size > heap_end - end) return (void *)-1;
  end += size;
  return old;
}
int _close(int file) { (void)file; return -1; }
int _lseek(int file, int offset, int whence) { (void)file, (void)offset, (void)whence; return 0; }
int _read(int file, char *to, int count) { (void)file, (void)to, (void)count; return 0; }
int _isatty(int file) { (void)file; return 1; }
int _fstat(int file, void *status) { (void)file, (void)status; return -1; }
int _kill(int process, int signal) { (void)process, (void)signal; return -1; }
int _getpid(void) { return 1; }
void _init(void) {}
void _fini(void) {}
void *__dso_handle;

void fflush_all(void);
void reset(void) {
#ifdef __ARM_FP
  /* Full access to the floating-point unit (CPACR, ARMv7-M ARM B3.2.20). */
  *(volatile uint32_t *)0xe000ed88 |= 0xf << 20;
  __asm__ volatile("dsb\n isb" ::: "memory");
#endif
  for (uint32_t *to = data_start, *from = data_image; to < data_end;) *to++ = *from++;
  for (uint32_t *p = bss_start; p < bss_end; p++) *p = 0;
  for (void (**init)(void) = init_start; init < init_end; init++) (*init)();
  int status = main();
  fflush_all();
  _exit(status);
}
__attribute__((section(".vectors"), used)) static const struct {
  uint32_t *stack;
  void (*handlers[15])(void);
} vectors = {(uint32_t *)STACK, {reset, fault, fault, fault, fault, fault, fault, fault, fault, fault, fault, fault, fault, fault, on_tick}};
