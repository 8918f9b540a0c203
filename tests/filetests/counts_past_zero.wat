;; A counter that ends at -1: the step to there borrows, and nothing else does.
;; options: --bounds none
(module
  (memory 1)
  (func (export "fill") (param $p i32) (param $n i32)
    (local $i i32)
    (local.set $i (local.get $n))
    (loop $again
      (i32.store8 (i32.add (local.get $p) (local.get $i)) (local.get $i))
      (local.set $i (i32.add (local.get $i) (i32.const -1)))
      (br_if $again (i32.ne (local.get $i) (i32.const -1))))))
;; ----
;; func[0]:
;;     ldr r2, =m_memory
;;     adds r0, r0, r2
;;     adds r2, r1, #1
;;     bics.w r3, r2, #3
;;     sub.w r2, r1, r3
;;     beq .L8
;; .L2:
;;     strb r1, [r1, r0]
;;     subs r1, r1, #1
;;     strb r1, [r1, r0]
;;     subs r1, r1, #1
;;     strb r1, [r1, r0]
;;     subs r1, r1, #1
;;     strb r1, [r1, r0]
;;     subs r1, r1, #1
;;     cmp r1, r2
;;     bne .L2
;;     cmp.w r1, #0xffffffff
;;     beq .L11
;; .L8:
;;     strb r1, [r1, r0]
;;     subs r1, r1, #1
;;     bhs .L8
;; .L11:
;;     bx lr
;;     .ltorg
