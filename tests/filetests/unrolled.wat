;; Small counted loops run several rounds between two tests: four where the number of rounds is not known, all or a divisor
;; of them where it is. Locals that change places keep their order.
;; options: --bounds none --alignment trust
(module
  (memory 1)
  (func (export "sum") (param $p i32) (param $n i32) (result i32) (local $s i32)
    (loop $l
      (local.set $s (i32.add (local.get $s) (i32.load (local.get $p))))
      (local.set $p (i32.add (local.get $p) (i32.const 4)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $s))
  (func (export "six") (param $a i32) (param $b i32) (result i32) (local $i i32) (local $t i32)
    (loop $l
      (local.set $t (i32.mul (local.get $a) (local.get $b)))
      (local.set $a (local.get $b))
      (local.set $b (i32.add (local.get $t) (local.get $i)))
      (br_if $l (i32.ne (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 6))))
    (i32.xor (local.get $a) (local.get $b)))
)
;; ----
;; func[0]:
;;     push {r4, lr}
;;     ldr r2, =m_memory
;;     adds r2, r0, r2
;;     bics.w r0, r1, #3
;;     sub.w lr, r1, r0
;;     beq .L8
;;     movs r0, #0
;; .L2:
;;     ldr r3, [r2], #16
;;     adds r0, r0, r3
;;     ldr.w r12, [r2, #-12]
;;     ldr.w r4, [r2, #-8]
;;     ldr.w r3, [r2, #-4]
;;     add r0, r0, r12
;;     adds r0, r0, r4
;;     adds r0, r0, r3
;;     subs r1, r1, #4
;;     cmp r1, lr
;;     bne .L2
;;     cbz r1, .L11
;; .L8:
;;     ldr r3, [r2], #4
;;     adds r0, r0, r3
;;     subs r1, r1, #1
;;     bne .L8
;; .L11:
;;     pop {r4, pc}
;;     .ltorg
;;
;; func[1]:
;;     movs r2, #0
;;     mla r0, r0, r1, r2
;;     adds r2, r2, #1
;;     mla r1, r1, r0, r2
;;     adds r2, r2, #1
;;     mla r0, r0, r1, r2
;;     adds r2, r2, #1
;;     mla r1, r1, r0, r2
;;     adds r2, r2, #1
;;     mla r0, r0, r1, r2
;;     adds r2, r2, #1
;;     mla r1, r1, r0, r2
;;     eors r0, r0, r1
;;     bx lr
