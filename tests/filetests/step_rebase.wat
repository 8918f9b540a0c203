;; options: --bounds none
;; What reads a pointer or an index behind its step counts from the step, so that one register is enough.
(module
  (memory 1)
  ;; The last character is looked at behind the loop.
  (func (export "skip") (param $p i32) (param $c i32) (result i32)
    (local $next i32)
    (loop $l
      (local.set $next (i32.add (local.get $p) (i32.const 1)))
      (if (i32.eq (i32.load8_u (local.get $p)) (local.get $c))
        (then (local.set $p (local.get $next)) (br $l))))
    (i32.store8 offset=4 (local.get $next) (i32.const 0))
    (i32.add (i32.load8_u (local.get $p)) (i32.load8_u offset=2 (local.get $p))))
  ;; A second step counts from the first; only the first goes around in one case.
  (func (export "pairs") (param $i i32) (param $end i32) (param $a i32) (result i32)
    (local $x i32) (local $sum i32)
    (loop $l
      (local.set $x (i32.load8_u (i32.add (local.get $a) (local.get $i))))
      (local.set $sum (i32.add (i32.mul (local.get $sum) (i32.const 3)) (local.get $x)))
      (if (i32.and (local.get $x) (i32.const 1))
        (then
          (local.set $sum (i32.xor (local.get $sum) (i32.load8_u offset=1 (i32.add (local.get $a) (local.get $i)))))
          (local.set $i (i32.add (local.get $i) (i32.const 2))))
        (else (local.set $i (i32.add (local.get $i) (i32.const 1)))))
      (br_if $l (i32.lt_u (local.get $i) (local.get $end))))
    (local.get $sum))
  ;; A value that is needed itself stays.
  (func (export "both") (param $p i32) (param $end i32) (result i32)
    (local $next i32) (local $last i32)
    (loop $l
      (local.set $last (local.get $p))
      (local.set $p (i32.add (local.get $p) (i32.const 4)))
      (br_if $l (i32.ne (i32.load (local.get $p)) (local.get $end))))
    (i32.mul (local.get $last) (i32.load offset=8 (local.get $last)))))
;; ----
;; func[0]:
;;     ldr r2, =m_memory
;;     adds r0, r0, r2
;; .L1:
;;     ldrb r2, [r0], #1
;;     cmp r2, r1
;;     beq .L1
;;     movs r1, #0
;;     strb r1, [r0, #4]
;;     ldrb.w r1, [r0, #-1]
;;     ldrb r0, [r0, #1]
;;     adds r0, r1, r0
;;     bx lr
;;     .ltorg
;;
;; func[1]:
;;     push {r4, lr}
;;     mov r3, r0
;;     ldr r0, =m_memory
;;     add.w r12, r2, r0
;;     movs r0, #0
;; .L1:
;;     add.w r4, r12, r3
;;     ldrb r2, [r4]
;;     add.w r0, r0, r0, lsl #1
;;     adds r0, r0, r2
;;     tst.w r2, #1
;;     beq .L3
;;     ldrb r2, [r4, #1]
;;     eors r0, r0, r2
;;     adds r3, r3, #2
;;     cmp r3, r1
;;     blo .L1
;;     pop {r4, pc}
;; .L3:
;;     adds r3, r3, #1
;;     cmp r3, r1
;;     blo .L1
;;     pop {r4, pc}
;;     .ltorg
;;
;; func[2]:
;;     ldr r2, =m_memory
;;     adds r0, r0, r2
;;     adds r3, r0, #4
;;     ldr r2, [r0, #4]
;;     cmp r2, r1
;;     beq .L3
;; .L2:
;;     mov r0, r3
;;     adds r3, r0, #4
;;     ldr r2, [r0, #4]
;;     cmp r2, r1
;;     bne .L2
;; .L3:
;;     ldr r1, [r0, #8]
;;     ldr r2, =m_memory
;;     subs r0, r0, r2
;;     muls r0, r1, r0
;;     bx lr
;;     .ltorg
