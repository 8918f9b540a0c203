/* Calls examples/pid.wat: a controller that brings a first-order system to its target. */
#include <stdint.h>

extern uint8_t pid_memory[];
void pid_init(void);
void pid_reset(uint32_t pid);
int32_t pid_step(uint32_t pid, int32_t target, int32_t measured);

struct pid { int32_t kp, ki, kd, integral, previous, integral_limit, output_limit; };
enum { PID = 256 };

int main(void) {
  pid_init();
  struct pid *p = (struct pid *)(pid_memory + PID);
  *p = (struct pid){512, 64, 32, 7, 9, 20000, 30000};
  pid_reset(PID);
  if (p->integral != 0 || p->previous != 0) return 1;
  int32_t position = 0;
  for (int i = 0; i < 200; i++) position += (pid_step(PID, 1000, position) - position) / 8;
  if (position < 950 || position > 1050) return 2;
  if (pid_step(PID, 1000000, 0) != 30000) return 3;
  return 0;
}
