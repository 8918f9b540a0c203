/* Calls examples/state_machine.wat: a motor that starts, runs, fails and is stopped. */
#include <stdint.h>

void state_machine_init(void);
void machine_reset(void);
int32_t machine_step(uint32_t event);
int32_t machine_state(void);

static uint32_t duty = 99, alarms;
void motor(uint32_t d) { duty = d; }
void alarm(void) { alarms++; }

enum { START, READY, STOP, ERROR };
enum { IDLE, STARTING, RUNNING, FAULT };

int main(void) {
  state_machine_init();
  machine_reset();
  if (machine_step(READY) != IDLE || duty != 99) return 1;
  if (machine_step(START) != STARTING || duty != 20) return 2;
  if (machine_step(READY) != RUNNING || duty != 65) return 3;
  if (machine_step(START) != RUNNING || machine_step(7) != -1) return 4;
  if (machine_step(ERROR) != FAULT || duty != 0 || alarms != 1) return 5;
  if (machine_step(START) != FAULT || alarms != 1) return 6;
  if (machine_step(STOP) != IDLE || machine_state() != IDLE) return 7;
  return 0;
}
