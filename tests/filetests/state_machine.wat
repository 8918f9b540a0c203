;; options: --bounds none
;; input: examples/state_machine.wat
;; ----
;; func[2] enter_idle:
;;     movs r0, #0
;;     b.w motor
;;
;; func[3] enter_starting:
;;     movs r0, #20
;;     b.w motor
;;
;; func[4] enter_running:
;;     add.w r0, r0, r0, lsl #2
;;     adds r0, r0, #60
;;     b.w motor
;;
;; func[5] enter_fault:
;;     push {r4, lr}
;;     movs r0, #0
;;     bl motor
;;     pop.w {r4, lr}
;;     b.w alarm
;;
;; func[6]:
;;     ldr r1, =m_global0
;;     movs r0, #0
;;     str r0, [r1]
;;     ldr r1, =m_global1
;;     str r0, [r1]
;;     bx lr
;;     .ltorg
;;
;; func[7]:
;;     ldr r0, =m_global0
;;     ldr r0, [r0]
;;     bx lr
;;     .ltorg
;;
;; func[8]:
;;     cmp r0, #3
;;     bls .L2
;;     mov.w r0, #0xffffffff
;;     bx lr
;; .L2:
;;     ldr r2, =m_global0
;;     ldr r3, [r2]
;;     add.w r1, r0, r3, lsl #2
;;     ldr r12, =m_memory
;;     add r1, r1, r12
;;     ldrb r1, [r1, #16]
;;     cmp r1, r3
;;     beq .L5
;;     push {r4, lr}
;;     ldr r3, =m_global1
;;     ldr.w r12, [r3]
;;     add.w r12, r12, #1
;;     str.w r12, [r3]
;;     str r1, [r2]
;;     cmp r1, #4
;;     bhs .Ltrap5
;;     ldr r2, =m_table
;;     ldr.w r1, [r2, r1, lsl #2]
;;     blx r1
;;     ldr r2, =m_global0
;;     ldr r0, [r2]
;;     pop {r4, pc}
;; .L5:
;;     ldr r0, [r2]
;;     bx lr
;; .Ltrap5:
;;     udf #5
;;     .ltorg
