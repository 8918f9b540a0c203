;; options: --bounds none
;; input: examples/pid.wat
;; ----
;; func[0] clamp:
;;     cmp r0, r2
;;     mov r3, r0
;;     mov r0, r3
;;     it gt
;;     movgt r0, r2
;;     cmp r3, r1
;;     it lt
;;     movlt r0, r1
;;     bx lr
;;
;; func[1] gain:
;;     muls r0, r1, r0
;;     asrs r0, r0, #8
;;     bx lr
;;
;; func[2]:
;;     ldr r1, =m_memory
;;     adds r1, r0, r1
;;     movs r0, #0
;;     str r0, [r1, #12]
;;     str r0, [r1, #16]
;;     bx lr
;;     .ltorg
;;
;; func[3]:
;;     push.w {r4, r5, r6, r7, r8, lr}
;;     mov r4, r0
;;     subs r0, r1, r2
;;     ldr r1, =0xffff8001
;;     movw r2, #0x7fff
;;     bl clamp
;;     mov r5, r0
;;     ldr r0, =m_memory
;;     adds r4, r4, r0
;;     ldr r0, [r4, #16]
;;     sub.w r8, r5, r0
;;     str r5, [r4, #16]
;;     ldr r6, [r4, #20]
;;     ldr r7, [r4, #12]
;;     ldr r0, [r4, #4]
;;     mov r1, r5
;;     bl gain
;;     adds r0, r7, r0
;;     rsbs r1, r6, #0
;;     mov r2, r6
;;     bl clamp
;;     str r0, [r4, #12]
;;     ldr r6, [r4, #24]
;;     mov r7, r0
;;     ldr r0, [r4]
;;     mov r1, r5
;;     bl gain
;;     adds r5, r0, r7
;;     ldr r0, [r4, #8]
;;     mov r1, r8
;;     bl gain
;;     adds r0, r5, r0
;;     rsbs r1, r6, #0
;;     mov r2, r6
;;     pop.w {r4, r5, r6, r7, r8, lr}
;;     b.w clamp
;;     .ltorg
