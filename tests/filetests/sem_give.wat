;; options: --bounds none
;; input: examples/sem_give.wat
;; bytes <= 84
;; no-sp-memory
;; ----
;; func[5] sem_give:
;;     push {r4, r5, r6, lr}
;;     mov r6, r0
;;     mov.w r0, #1024
;;     bl k_spin_lock
;;     mov r5, r0
;;     mov r0, r6
;;     bl z_unpend_first_thread
;;     cbz r0, .L2
;;     movs r1, #0
;;     mov r4, r0
;;     bl arch_thread_return_value_set
;;     mov r0, r4
;;     bl z_ready_thread
;;     mov.w r0, #1024
;;     mov r1, r5
;;     pop.w {r4, r5, r6, lr}
;;     b.w z_reschedule
;; .L2:
;;     ldr r1, =m_memory
;;     adds r1, r6, r1
;;     ldr r0, [r1, #8]
;;     ldr r2, [r1, #12]
;;     cmp r0, r2
;;     it ne
;;     addne r0, r0, #1
;;     str r0, [r1, #8]
;;     mov.w r0, #1024
;;     mov r1, r5
;;     pop.w {r4, r5, r6, lr}
;;     b.w z_reschedule
;;     .ltorg
