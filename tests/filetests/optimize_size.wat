;; Where size counts, loops keep one round, ends of blocks are shared, and low registers go to the operands that are shorter in
;; them.
;; options: --bounds none --alignment trust --optimize size
(module
  (memory 1)
  (func (export "sum") (param $p i32) (param $n i32) (result i32) (local $s i32)
    (loop $l
      (local.set $s (i32.add (local.get $s) (i32.load (local.get $p))))
      (local.set $p (i32.add (local.get $p) (i32.const 4)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $s))
  (func (export "ends") (param $p i32) (param $k i32)
    (block $out
      (if (i32.eqz (local.get $k)) (then
        (i32.store8 offset=1 (local.get $p) (i32.const 7))
        (i32.store8 offset=2 (local.get $p) (i32.const 9))
        (br $out)))
      (if (i32.eq (local.get $k) (i32.const 5)) (then
        (i32.store8 offset=3 (local.get $p) (i32.const 8))
        (i32.store8 offset=2 (local.get $p) (i32.const 9))
        (br $out)))
      (i32.store8 offset=4 (local.get $p) (i32.const 6))))
)
;; ----
;; func[0]:
;;     ldr r2, =m_memory
;;     adds r2, r0, r2
;;     movs r0, #0
;; .L1:
;;     ldr r3, [r2], #4
;;     adds r0, r0, r3
;;     subs r1, r1, #1
;;     bne .L1
;;     bx lr
;;     .ltorg
;;
;; func[1]:
;;     cbnz r1, .L2
;;     ldr r1, =m_memory
;;     adds r0, r0, r1
;;     movs r1, #7
;;     strb r1, [r0, #1]
;;     b .L4
;; .L2:
;;     cmp r1, #5
;;     bne .L5
;;     ldr r1, =m_memory
;;     adds r0, r0, r1
;;     movs r1, #8
;;     strb r1, [r0, #3]
;; .L4:
;;     movs r1, #9
;;     strb r1, [r0, #2]
;;     bx lr
;; .L5:
;;     ldr r1, =m_memory
;;     adds r1, r0, r1
;;     movs r0, #6
;;     strb r0, [r1, #4]
;;     bx lr
;;     .ltorg
