;; A search seldom goes around often enough to be worth the instructions before it that one check in each round would take.
;; options: --bounds trap
(module
  (memory 1)
  (func (export "find") (param $p i32) (param $n i32) (result i32)
    (loop $top
      (if (i32.eq (i32.load8_u (local.get $p)) (i32.const 32)) (then (return (local.get $p))))
      (local.set $p (i32.add (local.get $p) (i32.const 1)))
      (br_if $top (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (i32.const 0)))
;; ----
;; func[0]:
;;     ldr r3, =m_memory
;; .L1:
;;     cmp.w r0, #0x10000
;;     bhs .Ltrap4
;;     ldrb r2, [r3, r0]
;;     cmp r2, #32
;;     beq .L4
;;     adds r0, r0, #1
;;     subs r1, r1, #1
;;     bne .L1
;;     movs r0, #0
;;     bx lr
;; .L4:
;;     bx lr
;;     movs r0, #0
;;     bx lr
;; .Ltrap4:
;;     udf #4
;;     .ltorg
