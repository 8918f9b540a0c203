;; options: --bounds none
;; What is left by a shift is tested where the bits that go cannot decide: the number before it is not needed any more.
(module
  (memory 1)
  (func (export "bits") (param $n i32) (result i32)
    (local $count i32) (local $more i32)
    (loop $l
      (local.set $count (i32.add (local.get $count) (i32.and (local.get $n) (i32.const 1))))
      (local.set $more (i32.gt_u (local.get $n) (i32.const 1)))
      (local.set $n (i32.shr_u (local.get $n) (i32.const 1)))
      (br_if $l (local.get $more)))
    (local.get $count))
  (func (export "groups") (param $p i32) (param $n i64) (result i32)
    (local $more i32)
    (loop $l
      (i64.store8 (local.get $p) (i64.or (local.get $n) (i64.const 128)))
      (local.set $p (i32.add (local.get $p) (i32.const 1)))
      (local.set $more (i64.ge_u (local.get $n) (i64.const 16384)))
      (local.set $n (i64.shr_u (local.get $n) (i64.const 7)))
      (br_if $l (local.get $more)))
    (i64.store8 (local.get $p) (local.get $n))
    (local.get $p))
  ;; 2 and 3 differ by the bit that goes.
  (func (export "odd") (param $n i32) (result i32)
    (local $count i32) (local $more i32)
    (loop $l
      (local.set $count (i32.add (local.get $count) (local.get $n)))
      (local.set $more (i32.gt_u (local.get $n) (i32.const 2)))
      (local.set $n (i32.shr_u (local.get $n) (i32.const 1)))
      (br_if $l (local.get $more)))
    (local.get $count)))
;; ----
;; func[0]:
;;     movs r1, #0
;; .L1:
;;     and.w r2, r0, #1
;;     adds r1, r1, r2
;;     lsrs r0, r0, #1
;;     bne .L1
;;     mov r0, r1
;;     bx lr
;;
;; func[1]:
;;     ldr r1, =m_memory
;;     adds r0, r0, r1
;; .L1:
;;     orr.w r1, r2, #128
;;     strb r1, [r0], #1
;;     lsrs r1, r2, #7
;;     orr.w r2, r1, r3, lsl #25
;;     lsrs r3, r3, #7
;;     cmp r2, #128
;;     sbcs.w r1, r3, #0
;;     bhs .L1
;;     strb r2, [r0]
;;     ldr r1, =m_memory
;;     subs r0, r0, r1
;;     bx lr
;;     .ltorg
;;
;; func[2]:
;;     mov r1, r0
;;     movs r0, #0
;; .L1:
;;     adds r0, r0, r1
;;     lsrs r2, r1, #1
;;     cmp r1, #2
;;     mov r1, r2
;;     bhi .L1
;;     bx lr
