;; options: --memory native --alignment trust --optimize size
;; input: bench/images/journal-Os.o
;; Fields of a structure in an array of the module share the address of the structure.
;; ----
;; func[1] journal_add:
;;     push {r4, r5, r6, lr}
;;     mov r5, r1
;;     mov r4, r0
;;     bl board_time
;;     ldr r1, =count
;;     ldr r2, [r1]
;;     adds r3, r2, #1
;;     str r3, [r1]
;;     and.w r1, r2, #3
;;     add.w r2, r1, r1, lsl #1
;;     ldr r1, =ring
;;     add.w r1, r1, r2, lsl #2
;;     str r5, [r1, #8]
;;     str r4, [r1, #4]
;;     str r0, [r1]
;;     pop {r4, r5, r6, pc}
;;     .ltorg
;;
;; func[2] journal_print:
;;     push.w {r4, r5, r6, r7, r8, r9, r10, r11, lr}
;;     sub sp, sp, #76
;;     add r1, sp, #8
;;     bic.w r6, r1, #15
;;     ldr r9, =count
;;     ldr.w r1, [r9]
;;     subs r4, r1, #4
;;     cmp r4, r1
;;     it hi
;;     movhi r4, #0
;;     cmp r4, r1
;;     bhs .L35
;;     add.w r5, r6, #52
;;     rsb.w r10, r5, #0
;;     mov lr, r0
;;     mov r7, r4
;; .L2:
;;     and.w r0, r7, #3
;;     add.w r1, r0, r0, lsl #1
;;     ldr r0, =ring
;;     add.w r3, r0, r1, lsl #2
;;     ldr r1, [r3]
;;     asrs r0, r1, #31
;;     eor.w r2, r1, r0
;;     subs r2, r2, r0
;;     ldr r11, =0xcccccccd
;;     mov r0, r5
;; .L3:
;;     umull r12, r8, r2, r11
;;     lsr.w r8, r8, #3
;;     add.w r12, r8, r8, lsl #2
;;     sub.w r12, r2, r12, lsl #1
;;     orr.w r12, r12, #48
;;     strb r12, [r0], #1
;;     cmp r2, #9
;;     mov r2, r8
;;     bhi .L3
;;     cmp r1, #0
;;     bge .L8
;;     movs r1, #45
;;     strb r1, [r0], #1
;; .L8:
;;     mov r1, r6
;;     cmp r0, r5
;;     bls .L14
;;     add.w r2, r10, r0
;;     subs r0, r0, #1
;; .L10:
;;     ldrb r8, [r0], #-1
;;     strb r8, [r1], #1
;;     subs r2, r2, #1
;;     bne .L10
;; .L14:
;;     movs r0, #32
;;     strb r0, [r1]
;;     adds r0, r1, #1
;;     ldr.w r8, [r3, #4]
;;     ldr r2, =names
;;     ldr.w r8, [r2, r8, lsl #2]
;;     ldrb.w r2, [r8]
;;     cbz r2, .L20
;;     add.w r1, r8, #1
;; .L16:
;;     strb r2, [r0]
;;     add.w r8, r0, #1
;;     ldrb r2, [r1], #1
;;     cbz r2, .L18
;;     mov r0, r8
;;     b .L16
;; .L18:
;;     mov r1, r0
;;     mov r0, r8
;; .L20:
;;     movs r2, #32
;;     strb r2, [r0]
;;     ldr r0, [r3, #8]
;;     asrs r2, r0, #31
;;     eor.w r3, r0, r2
;;     subs r3, r3, r2
;;     mov r2, r5
;; .L21:
;;     umull r12, r8, r3, r11
;;     lsr.w r8, r8, #3
;;     add.w r12, r8, r8, lsl #2
;;     sub.w r12, r3, r12, lsl #1
;;     orr.w r12, r12, #48
;;     strb r12, [r2], #1
;;     cmp r3, #9
;;     mov r3, r8
;;     bhi .L21
;;     cmp r0, #0
;;     bge .L26
;;     movs r0, #45
;;     strb r0, [r2], #1
;; .L26:
;;     adds r0, r1, #2
;;     cmp r2, r5
;;     bls .L32
;;     mov r8, lr
;; .L28:
;;     ldrb r1, [r2, #-1]!
;;     strb r1, [r0], #1
;;     cmp r2, r5
;;     bhi .L28
;;     mov lr, r8
;; .L32:
;;     movs r1, #10
;;     strh r1, [r0]
;;     mov r8, lr
;;     mov r0, r6
;;     blx r8
;;     adds r7, r7, #1
;;     ldr.w r0, [r9]
;;     cmp r7, r0
;;     mov lr, r8
;;     blo .L2
;;     b .L36
;; .L35:
;;     mov r0, r1
;; .L36:
;;     subs r0, r0, r4
;;     add sp, sp, #76
;;     pop.w {r4, r5, r6, r7, r8, r9, r10, r11, pc}
;;     .ltorg
