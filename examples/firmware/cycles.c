/* The cycle counter: DWT_CYCCNT (ARMv7-M ARM C1.8.8) on hardware; SysTick (B3.3), which counts 24 bits down, elsewhere. */
#include "board.h"

#define DEMCR (*(volatile uint32_t *)0xe000edfc)
#define DWT_CTRL (*(volatile uint32_t *)0xe0001000)
#define DWT_CYCCNT (*(volatile uint32_t *)0xe0001004)
#define SYST_CSR (*(volatile uint32_t *)0xe000e010)
#define SYST_RVR (*(volatile uint32_t *)0xe000e014)
#define SYST_CVR (*(volatile uint32_t *)0xe000e018)

static int has_dwt;
static uint32_t start;

static uint32_t now(void) { return has_dwt ? DWT_CYCCNT : 0xffffff - SYST_CVR; }

void cycles_start(void) {
  if (!(SYST_CSR & 1)) {
    DEMCR |= 1u << 24;
    DWT_CTRL |= 1;
    uint32_t before = DWT_CYCCNT;
    for (volatile int n = 0; n < 8; n++) {}
    has_dwt = DWT_CYCCNT != before;
    SYST_RVR = 0xffffff;
    SYST_CVR = 0;
    SYST_CSR = 5;
  }
  start = now();
}

uint32_t cycles(void) {
  uint32_t passed = now() - start;
  return has_dwt ? passed : passed & 0xffffff;
}
