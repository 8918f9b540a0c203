;; Checks behind a store move before the loop, a copy of which has them; the address that stays is checked once.
;; options: --bounds trap
(module
  (memory 1)
  (func (export "copy") (param $to i32) (param $from i32) (param $key i32) (param $n i32)
    (loop $top
      (i32.store8 (local.get $to) (i32.load8_u (local.get $from)))
      (i32.store8 offset=1 (local.get $to) (i32.load8_u (local.get $key)))
      (local.set $to (i32.add (local.get $to) (i32.const 2)))
      (local.set $from (i32.add (local.get $from) (i32.const 1)))
      (br_if $top (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))
;; ----
;; func[0]:
;;     push {r4, r5, r6, lr}
;;     ldr r12, =m_memory
;;     add.w r4, r2, r12
;;     cmp.w r1, #0x10000
;;     bhs .L20
;;     movw r5, #0xfffe
;;     cmp r0, r5
;;     bhi .L20
;;     cmp.w r2, #0x10000
;;     bhs .L20
;;     add.w lr, r3, #0xffffffff
;;     movw r5, #0xffff
;;     subs r5, r5, r1
;;     movw r6, #0xfffe
;;     subs r6, r6, r0
;;     lsrs r6, r6, #1
;;     cmp r6, r5
;;     it lo
;;     movlo r5, r6
;;     sub.w r6, lr, r5
;;     cmp r5, lr
;;     it hs
;;     movhs r6, #0
;;     add r0, r0, r12
;;     add r1, r1, r12
;;     subs r5, r3, r6
;;     bics.w r5, r5, #3
;;     sub.w r12, r3, r5
;;     beq .L11
;; .L5:
;;     ldrb r5, [r1], #4
;;     strb r5, [r0]
;;     ldrb r5, [r4]
;;     strb r5, [r0, #1]
;;     ldrb.w r5, [r1, #-3]
;;     strb r5, [r0, #2]
;;     ldrb r5, [r4]
;;     strb r5, [r0, #3]
;;     ldrb.w r5, [r1, #-2]
;;     strb r5, [r0, #4]
;;     ldrb r5, [r4]
;;     strb r5, [r0, #5]
;;     ldrb.w r5, [r1, #-1]
;;     strb r5, [r0, #6]
;;     ldrb r5, [r4]
;;     strb r5, [r0, #7]
;;     adds r0, r0, #8
;;     subs r3, r3, #4
;;     cmp r3, r12
;;     bne .L5
;;     cmp r3, r6
;;     beq .L14
;; .L11:
;;     ldrb r5, [r1], #1
;;     strb r5, [r0], #2
;;     ldrb r5, [r4]
;;     strb.w r5, [r0, #-1]
;;     subs r3, r3, #1
;;     cmp r3, r6
;;     bne .L11
;; .L14:
;;     ldr r5, =m_memory
;;     subs r0, r0, r5
;;     subs r1, r1, r5
;;     cbnz r3, .L20
;; .L23:
;;     pop {r4, r5, r6, pc}
;; .L20:
;;     cmp.w r1, #0x10000
;;     bhs .Ltrap4
;;     ldr r5, =m_memory
;;     ldrb r6, [r5, r1]
;;     cmp.w r0, #0x10000
;;     bhs .Ltrap4
;;     adds r5, r0, r5
;;     strb r6, [r5]
;;     cmp.w r2, #0x10000
;;     bhs .Ltrap4
;;     ldrb r6, [r4]
;;     movw r12, #0xfffe
;;     cmp r0, r12
;;     bhi .Ltrap4
;;     strb r6, [r5, #1]
;;     adds r0, r0, #2
;;     adds r1, r1, #1
;;     subs r3, r3, #1
;;     beq .L23
;;     b .L20
;; .Ltrap4:
;;     udf #4
;;     .ltorg
