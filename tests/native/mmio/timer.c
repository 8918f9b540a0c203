#include "../native.h"
int ticks;
volatile int flag;
struct systick { uint32_t csr, rvr, cvr, calib; };
static volatile struct systick *const timer = (volatile struct systick *)0xe000e010;
void start_timer(uint32_t reload, uint32_t control) {
  timer->csr = 0;
  timer->rvr = reload;
  timer->cvr = 0;
  timer->csr = control;
}
void tick(void) { ticks++; flag = 1; }
