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
;;     ldr r1, =m_global0
;;     ldr r2, [r1]
;;     add.w r1, r0, r2, lsl #2
;;     ldr r3, =m_memory
;;     adds r1, r1, r3
;;     ldrb r1, [r1, #16]
;;     cmp r1, r2
;;     beq .L5
;;     push {r4, lr}
;;     ldr r2, =m_global1
;;     ldr r3, [r2]
;;     adds r3, r3, #1
;;     str r3, [r2]
;;     ldr r2, =m_global0
;;     str r1, [r2]
;;     cmp r1, #4
;;     bhs .Ltrap5
;;     ldr r2, =m_table
;;     ldr.w r1, [r2, r1, lsl #2]
;;     blx r1
;;     ldr r0, =m_global0
;;     ldr r0, [r0]
;;     pop {r4, pc}
;; .L5:
;;     ldr r0, =m_global0
;;     ldr r0, [r0]
;;     bx lr
;; .Ltrap5:
;;     udf #5
;;     .ltorg
