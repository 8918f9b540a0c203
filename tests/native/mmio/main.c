/* Registers of the core at fixed addresses, loops that wait for them, and a flag that an interrupt sets. */
#include "../native.h"
#define SYST_CSR (*(volatile uint32_t *)0xe000e010)
#define SYST_RVR (*(volatile uint32_t *)0xe000e014)
#define SYST_CVR (*(volatile uint32_t *)0xe000e018)
#define CPUID (*(volatile const uint32_t *)0xe000ed00)
extern int ticks;
extern volatile int flag;
void start_timer(uint32_t reload, uint32_t control);
int main(void) {
  printf("%x\n", (unsigned)(CPUID >> 4 & 0xfff));
  start_timer(1000, 5);
  while (!(SYST_CSR & 1 << 16)) {}
  while (!(SYST_CSR & 1 << 16)) {}
  printf("waited\n");
  start_timer(2000, 7);
  while (!flag) {}
  flag = 0;
  while (!flag) {}
  SYST_CSR = 0;
  printf("%d %d\n", ticks >= 2, (int)SYST_RVR);
  return 0;
}
