;; A kernel semaphore's "give", as an RTOS has it in C:
;;
;;   struct k_sem { void *head, *tail; uint32_t count, limit; };
;;   void sem_give(struct k_sem *sem) {
;;     uint32_t key = k_spin_lock(&lock);
;;     struct k_thread *thread = z_unpend_first_thread(sem);
;;     if (thread) { arch_thread_return_value_set(thread, 0); z_ready_thread(thread); }
;;     else sem->count += sem->count != sem->limit;
;;     z_reschedule(&lock, key);
;;   }
;;
;; The imports become undefined symbols that the kernel defines. `key` is live across every call.
(module
  (import "env" "k_spin_lock" (func $k_spin_lock (param i32) (result i32)))
  (import "env" "z_unpend_first_thread" (func $z_unpend_first_thread (param i32) (result i32)))
  (import "env" "arch_thread_return_value_set"
    (func $arch_thread_return_value_set (param i32 i32)))
  (import "env" "z_ready_thread" (func $z_ready_thread (param i32)))
  (import "env" "z_reschedule" (func $z_reschedule (param i32 i32)))

  (memory 1)

  (func $sem_give (export "sem_give") (param $sem i32)
    (local $key i32) (local $thread i32)
    ;; the lock is the word at address 1024 of linear memory
    (local.set $key (call $k_spin_lock (i32.const 1024)))
    (if (local.tee $thread (call $z_unpend_first_thread (local.get $sem)))
      (then
        (call $arch_thread_return_value_set (local.get $thread) (i32.const 0))
        (call $z_ready_thread (local.get $thread)))
      (else
        (i32.store offset=8 (local.get $sem)
          (i32.add
            (i32.load offset=8 (local.get $sem))
            (i32.ne
              (i32.load offset=8 (local.get $sem))
              (i32.load offset=12 (local.get $sem)))))))
    (call $z_reschedule (i32.const 1024) (local.get $key))))
