;; options: --bounds none --alignment trust
;; An index that serves only addresses and its own test becomes a pointer for each base, which the accesses step.
(module
  (memory 1)
  (func (export "copy") (param $to i32) (param $from i32) (param $bytes i32) (local $i i32)
    (loop $next
      (i32.store8 (i32.add (local.get $to) (local.get $i))
        (i32.xor (i32.load8_u (i32.add (local.get $from) (local.get $i))) (i32.load8_u offset=1 (i32.add (local.get $from) (local.get $i)))))
      (if (i32.load8_s (i32.add (local.get $to) (local.get $i)))
        (then (i32.store8 offset=7 (i32.add (local.get $to) (local.get $i)) (i32.const 1))))
      (br_if $next (i32.ne (local.tee $i (i32.add (local.get $i) (i32.const 3))) (local.get $bytes)))))
  ;; The index that the loop leaves behind is how far the pointer has come.
  (func (export "length") (param $text i32) (result i32) (local $i i32)
    (loop $next
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $next (i32.load8_u (i32.add (local.get $text) (local.get $i)))))
    (local.get $i))
  ;; Where another way leads to the loop's end, too, the difference stands on the edge.
  (func (export "first") (param $words i32) (param $bytes i32) (result i32) (local $i i32)
    (block $end
      (br_if $end (i32.eqz (local.get $bytes)))
      (loop $next
        (br_if $end (i32.eqz (i32.load (i32.add (local.get $words) (local.get $i)))))
        (i32.store (i32.add (local.get $words) (local.get $i)) (i32.const 0))
        (br_if $next (i32.ne (local.tee $i (i32.add (local.get $i) (i32.const 4))) (local.get $bytes)))))
    (local.get $i))
  ;; Two values of the index leave by one edge.
  (func (export "ends") (param $words i32) (param $bytes i32) (result i32) (local $i i32) (local $last i32)
    (block $end
      (br_if $end (i32.eqz (local.get $bytes)))
      (loop $next
        (i32.store (i32.add (local.get $words) (local.get $i)) (i32.load offset=4 (i32.add (local.get $words) (local.get $i))))
        (local.set $last (local.get $i))
        (br_if $next (i32.ne (local.tee $i (i32.add (local.get $i) (i32.const 4))) (local.get $bytes)))))
    (i32.mul (local.get $i) (local.get $last))))
;; ----
;; func[0]:
;;     push {r4, lr}
;;     ldr r3, =m_memory
;;     adds r1, r1, r3
;;     adds r0, r0, r3
;;     adds r4, r2, r1
;;     mov.w r12, #1
;; .L1:
;;     ldrb r2, [r1]
;;     ldrb r3, [r1, #1]
;;     eors r2, r2, r3
;;     strb r2, [r0]
;;     ldrsb.w r2, [r0]
;;     cbz r2, .L4
;;     strb.w r12, [r0, #7]
;; .L4:
;;     adds r1, r1, #3
;;     adds r0, r0, #3
;;     cmp r1, r4
;;     bne .L1
;;     pop {r4, pc}
;;     .ltorg
;;
;; func[1]:
;;     ldr r2, =m_memory
;;     adds r2, r0, r2
;;     mov r0, r2
;; .L1:
;;     ldrb r1, [r0, #1]!
;;     cmp r1, #0
;;     bne .L1
;;     subs r0, r0, r2
;;     bx lr
;;     .ltorg
;;
;; func[2]:
;;     cbz r1, .L7
;;     ldr r2, =m_memory
;;     add.w r12, r0, r2
;;     add.w r2, r1, r12
;;     movs r3, #0
;;     mov r0, r12
;; .L2:
;;     ldr r1, [r0]
;;     cbz r1, .L6
;;     str r3, [r0]
;;     adds r0, r0, #4
;;     cmp r0, r2
;;     bne .L2
;; .L6:
;;     sub.w r0, r0, r12
;;     bx lr
;; .L7:
;;     movs r0, #0
;;     bx lr
;;     .ltorg
;;
;; func[3]:
;;     cbz r1, .L13
;;     ldr r2, =m_memory
;;     add.w r12, r0, r2
;;     add.w r2, r1, r12
;;     bics.w r0, r1, #15
;;     add.w r3, r12, r0
;;     beq .L8
;;     mov r0, r12
;; .L3:
;;     ldr r1, [r0, #4]
;;     str r1, [r0]
;;     ldr r1, [r0, #8]
;;     str r1, [r0, #4]
;;     ldr r1, [r0, #12]
;;     str r1, [r0, #8]
;;     ldr r1, [r0, #16]
;;     str r1, [r0, #12]
;;     add.w r1, r0, #16
;;     cmp r1, r3
;;     beq .L5
;;     mov r0, r1
;;     b .L3
;; .L5:
;;     cmp r1, r2
;;     bne .L9
;;     add.w r2, r0, #12
;;     mov r0, r1
;;     mov r1, r2
;;     b .L12
;; .L8:
;;     mov r1, r12
;; .L9:
;;     ldr r0, [r1, #4]
;;     str r0, [r1]
;;     adds r0, r1, #4
;;     cmp r0, r2
;;     beq .L12
;; .L10:
;;     mov r1, r0
;;     ldr r0, [r1, #4]
;;     str r0, [r1]
;;     adds r0, r1, #4
;;     cmp r0, r2
;;     bne .L10
;; .L12:
;;     sub.w r1, r1, r12
;;     sub.w r0, r0, r12
;;     muls r0, r1, r0
;;     bx lr
;; .L13:
;;     movs r0, #0
;;     muls r0, r1, r0
;;     bx lr
;;     .ltorg
