;; options: --bounds none
;; A state that is chosen and then tested: the choice leads where the tests would.
(module
  (memory 1)
  (func (export "compare") (param $a i32) (param $b i32) (param $n i32) (result i32)
    (local $x i32) (local $y i32) (local $state i32) (local $sign i32)
    (loop $l
      (local.set $x (i32.load8_u (local.get $a)))
      (local.set $y (i32.load8_u (local.get $b)))
      (local.set $sign
        (select
          (local.get $sign)
          (select (i32.const -1) (i32.const 1) (i32.lt_u (local.get $x) (local.get $y)))
          (i32.eq (local.get $x) (local.get $y))))
      (local.set $state
        (select
          (i32.shl (i32.eqz (local.get $x)) (i32.const 1))
          (i32.const 1)
          (i32.eq (local.get $x) (local.get $y))))
      (if (i32.eqz (local.get $state))
        (then
          (local.set $a (i32.add (local.get $a) (i32.const 1)))
          (local.set $b (i32.add (local.get $b) (i32.const 1)))
          (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1))))
          (return (i32.const 0)))))
    (if (result i32) (i32.eq (local.get $state) (i32.const 2))
      (then (i32.const 0))
      (else (local.get $sign)))))
;; ----
;; func[0]:
;;     push {r4, lr}
;;     ldr r4, =m_memory
;;     adds r3, r0, r4
;;     adds r1, r1, r4
;; .L1:
;;     ldrb r4, [r3]
;;     ldrb.w r12, [r1]
;;     movs r0, #1
;;     cmp r4, r12
;;     it lo
;;     movlo.w r0, #0xffffffff
;;     bne .L7
;;     cbz r4, .L6
;;     adds r3, r3, #1
;;     adds r1, r1, #1
;;     subs r2, r2, #1
;;     bne .L1
;;     movs r0, #0
;;     pop {r4, pc}
;; .L6:
;;     movs r0, #0
;; .L7:
;;     pop {r4, pc}
;;     movs r0, #0
;;     pop {r4, pc}
;;     .ltorg
