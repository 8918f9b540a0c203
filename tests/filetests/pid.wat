;; options: --bounds none
;; input: examples/pid.wat
;; ----
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
;;     push {r4, lr}
;;     subs r1, r1, r2
;;     cmp.w r1, #0x8000
;;     mov r3, r1
;;     it ge
;;     movwge r3, #0x7fff
;;     ldr r2, =0xffff8001
;;     cmn.w r1, #0x8000
;;     it le
;;     movle r3, r2
;;     ldr r1, =m_memory
;;     adds r1, r0, r1
;;     ldr r0, [r1, #16]
;;     sub.w r12, r3, r0
;;     str r3, [r1, #16]
;;     ldr r2, [r1, #20]
;;     ldr r0, [r1, #12]
;;     ldr r4, [r1, #4]
;;     muls r4, r3, r4
;;     add.w r0, r0, r4, asr #8
;;     rsbs r4, r2, #0
;;     cmp r0, r2
;;     it le
;;     movle r2, r0
;;     cmp r0, r4
;;     it lt
;;     movlt r2, r4
;;     str r2, [r1, #12]
;;     ldr r0, [r1, #24]
;;     ldr.w lr, [r1]
;;     ldr r4, [r1, #8]
;;     mul r3, lr, r3
;;     add.w r1, r2, r3, asr #8
;;     mul r2, r4, r12
;;     add.w r1, r1, r2, asr #8
;;     rsbs r2, r0, #0
;;     cmp r1, r0
;;     it le
;;     movle r0, r1
;;     cmp r1, r2
;;     it lt
;;     movlt r0, r2
;;     pop {r4, pc}
;;     .ltorg
