;; options: --bounds none
;; What is passed where ways join: a comparison of another value that is passed is made behind, and what is passed twice is one.
(module
  (memory 1)
  (func (export "copy") (param $from i32) (param $to i32) (param $n i32) (result i32)
    (local $i i32) (local $more i32) (local $same i32)
    (block $out
      (loop $l
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (local.set $same (local.get $i))
        (local.set $more (i32.lt_u (local.get $i) (local.get $n)))
        (i32.store8 (i32.add (local.get $to) (local.get $i))
          (i32.load8_u (i32.add (local.get $from) (local.get $i))))
        (br_if $out (i32.eqz (i32.load8_u offset=1 (i32.add (local.get $from) (local.get $i)))))
        (br_if $l (local.get $more))))
    (if (local.get $more)
      (then (i32.store8 (i32.add (local.get $to) (local.get $same)) (i32.const 0))))
    (i32.add (local.get $i) (local.get $same))))
;; ----
;; func[0]:
;;     push {r4, lr}
;;     ldr r3, =m_memory
;;     add.w lr, r0, r3
;;     add.w r12, r1, r3
;;     movs r0, #0
;; .L1:
;;     adds r0, r0, #1
;;     add.w r1, lr, r0
;;     ldrb r4, [r1]
;;     add.w r3, r12, r0
;;     strb r4, [r3]
;;     ldrb r1, [r1, #1]
;;     cbz r1, .L5
;;     cmp r0, r2
;;     blo .L1
;;     b .L9
;; .L5:
;;     cmp r0, r2
;;     bhs .L9
;;     strb r1, [r3]
;; .L9:
;;     adds r0, r0, r0
;;     pop {r4, pc}
;;     .ltorg
