#include <stdint.h>

void print(const char *text);

/* Cycles since `cycles_start`, by the counter of DWT or, where it does not count (qemu), by SysTick. */
void cycles_start(void);
uint32_t cycles(void);
