;; A constant comes from a register that holds one near it, its negative or itself; what both ways of a branch begin with
;; stands before it; selects on one condition share its comparison.
;; options: --bounds none --alignment trust
(module
  (memory 1)
  (func (export "clamp") (param i32) (result i32)
    (local.set 0 (select (i32.const 32767) (local.get 0) (i32.gt_s (local.get 0) (i32.const 32767))))
    (select (i32.const -32767) (local.get 0) (i32.lt_s (local.get 0) (i32.const -32767))))
  (func (export "near") (param i32) (result i32)
    (i32.add (i32.load offset=1024 (local.get 0)) (i32.load (i32.const 5000))))
  (func (export "both") (param i32 i32) (result i32) (local i32)
    (local.set 2 (i32.const 3))
    (if (local.get 0)
      (then (loop $l
        (local.set 2 (i32.mul (local.get 2) (local.get 1)))
        (br_if $l (i32.lt_s (local.get 2) (i32.const 1000))))))
    (local.get 2))
  ;; Behind a loop that uses the literal it is where it was.
  (func (export "last") (param $list i32) (result i32) (local $next i32)
    (local.set $next (i32.load (local.get $list)))
    (if (local.get $next)
      (then (loop $l
        (local.set $list (local.get $next))
        (br_if $l (local.tee $next (i32.load (local.get $next)))))))
    (i32.store (local.get $list) (i32.load offset=8 (i32.load offset=4 (local.get $list))))
    (local.get $list))
  (func (export "minimum") (param i64 i64) (result i64)
    (select (local.get 0) (local.get 1) (i64.lt_s (local.get 0) (local.get 1))))
)
;; ----
;; func[0]:
;;     cmp.w r0, #0x8000
;;     it ge
;;     movwge r0, #0x7fff
;;     ldr r1, =0xffff8001
;;     cmn.w r0, #0x8000
;;     it le
;;     movle r0, r1
;;     bx lr
;;     .ltorg
;;
;; func[1]:
;;     ldr r1, =m_memory
;;     adds r0, r0, r1
;;     add.w r1, r1, #0x1000
;;     ldr.w r0, [r0, #1024]
;;     ldr.w r1, [r1, #904]
;;     adds r0, r0, r1
;;     bx lr
;;     .ltorg
;;
;; func[2]:
;;     cbz r0, .L5
;;     movs r0, #3
;; .L2:
;;     muls r0, r1, r0
;;     cmp.w r0, #1000
;;     blt .L2
;;     bx lr
;; .L5:
;;     movs r0, #3
;;     bx lr
;;
;; func[3]:
;;     ldr r1, =m_memory
;;     ldr r3, [r1, r0]
;;     cbz r3, .L6
;;     adds r3, r3, r1
;;     ldr r0, [r3]
;;     adds r2, r0, r1
;;     cbz r0, .L4
;; .L3:
;;     mov r3, r2
;;     ldr r0, [r3]
;;     adds r2, r0, r1
;;     cmp r0, #0
;;     bne .L3
;; .L4:
;;     subs r0, r3, r1
;; .L6:
;;     adds r2, r0, r1
;;     ldr r3, [r2, #4]
;;     adds r1, r3, r1
;;     ldr r1, [r1, #8]
;;     str r1, [r2]
;;     bx lr
;;     .ltorg
;;
;; func[4]:
;;     cmp r0, r2
;;     sbcs.w r12, r1, r3
;;     itt lt
;;     movlt r2, r0
;;     movlt r3, r1
;;     mov r1, r3
;;     mov r0, r2
;;     bx lr
