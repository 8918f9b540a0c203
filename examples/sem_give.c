/* Calls examples/sem_give.wat: the kernel around the semaphore, and a thread that waits on it.

   A pointer of the wasm is an offset into its linear memory, `sem_give_memory`. */
#include <stdint.h>

extern uint8_t sem_give_memory[];
void sem_give_init(void);
void sem_give(uint32_t sem);

struct k_sem { uint32_t head, tail, count, limit; };
enum { SEM = 2048, THREAD = 4096, LOCK = 1024 };

static int locked, readied, value_of_thread = -1;

uint32_t k_spin_lock(uint32_t lock) {
  locked += lock == LOCK;
  return 0x55;
}
uint32_t z_unpend_first_thread(uint32_t sem) {
  struct k_sem *s = (struct k_sem *)(sem_give_memory + sem);
  uint32_t thread = s->head;
  s->head = 0;
  return thread;
}
void arch_thread_return_value_set(uint32_t thread, uint32_t value) {
  value_of_thread = thread == THREAD ? (int)value : -2;
}
void z_ready_thread(uint32_t thread) { readied += thread == THREAD; }
void z_reschedule(uint32_t lock, uint32_t key) { locked -= lock == LOCK && key == 0x55; }

int main(void) {
  struct k_sem *s = (struct k_sem *)(sem_give_memory + SEM);
  sem_give_init();
  *s = (struct k_sem){0, 0, 1, 2};
  sem_give(SEM);
  sem_give(SEM);
  if (s->count != 2 || readied != 0) return 1;
  s->head = THREAD;
  sem_give(SEM);
  if (s->count != 2 || readied != 1 || value_of_thread != 0) return 2;
  return locked;
}
