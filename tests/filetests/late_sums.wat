;; options: --bounds none
;; What a loop makes only for its end: a difference that is tested against by its own flags, and a sum on the way out.
(module
  (memory 1)
  ;; The subtraction of the next round compares.
  (func (export "last") (param $i i32) (param $p i32) (result i32)
    (local $next i32)
    (block $out
      (loop $l
        (local.set $p (i32.load (i32.add (local.get $p) (i32.shl (local.get $i) (i32.const 2)))))
        (br_if $out (i32.eqz (local.get $p)))
        (local.set $next (i32.sub (local.get $i) (i32.const 3)))
        (if (i32.gt_s (local.get $i) (i32.const 3))
          (then (local.set $i (local.get $next)) (br $l)))))
    (i32.add (local.get $p) (local.get $next)))
  ;; The difference is read before the test.
  (func (export "before") (param $i i32) (param $p i32)
    (local $next i32)
    (loop $l
      (local.set $next (i32.sub (local.get $i) (i32.const 3)))
      (i32.store (local.get $p) (local.get $next))
      (if (i32.gt_u (local.get $i) (i32.const 3))
        (then (local.set $i (local.get $next)) (br $l)))))
  ;; Both ends want the index without the base of memory.
  (func (export "find") (param $p i32) (param $end i32) (result i32)
    (block $out
      (loop $l
        (br_if $out (i32.eq (i32.load8_u (local.get $p)) (i32.const 10)))
        (br_if $out (i32.eqz (i32.load8_u offset=1 (local.get $p))))
        (br_if $l (i32.ne (local.tee $p (i32.add (local.get $p) (i32.const 1))) (local.get $end)))))
    (local.get $p)))
;; ----
;; func[0]:
;;     ldr r2, =m_memory
;;     adds r1, r1, r2
;;     movs r3, #0
;;     ldr.w r1, [r1, r0, lsl #2]
;;     cbz r1, .L6
;; .L2:
;;     subs r0, r0, #3
;;     ble .L4
;;     adds r1, r1, r2
;;     mov r3, r0
;;     ldr.w r1, [r1, r0, lsl #2]
;;     cmp r1, #0
;;     bne .L2
;;     b .L6
;; .L4:
;;     mov r3, r0
;; .L6:
;;     adds r0, r1, r3
;;     bx lr
;;     .ltorg
;;
;; func[1]:
;;     ldr r2, =m_memory
;;     adds r2, r1, r2
;; .L1:
;;     subs r1, r0, #3
;;     str r1, [r2]
;;     cmp r0, #3
;;     mov r0, r1
;;     bhi .L1
;;     bx lr
;;     .ltorg
;;
;; func[2]:
;;     ldr r3, =m_memory
;;     adds r2, r1, r3
;;     adds r0, r0, r3
;; .L1:
;;     ldrb r1, [r0]
;;     cmp r1, #10
;;     beq .L7
;;     ldrb r1, [r0, #1]
;;     cbz r1, .L6
;;     adds r0, r0, #1
;;     cmp r0, r2
;;     bne .L1
;; .L6:
;;     subs r0, r0, r3
;;     bx lr
;; .L7:
;;     subs r0, r0, r3
;;     bx lr
;;     .ltorg
