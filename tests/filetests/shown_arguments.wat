;; options: --bounds none --optimize size
;; A value that a branch shows to be 0 is in the register of the 0 that is passed on then.
(module
  (memory 1)
  (func (export "count") (param i32 i32) (result i32)
    (local i32 i32)
    (if (i32.load (local.get 0))
      (then
        (loop $l
          (i32.store8 (i32.add (local.get 1) (local.get 2)) (local.get 2))
          (br_if $l (i32.lt_u (local.tee 2 (i32.add (local.get 2) (i32.const 1)))
            (local.tee 3 (i32.load (local.get 0))))))))
    (i32.store offset=4 (local.get 0) (local.get 3))
    (i32.add (local.get 3) (i32.load offset=8 (local.get 0)))))
;; ----
;; func[0]:
;;     ldr r3, =m_memory
;;     adds r2, r0, r3
;;     ldr r0, [r2]
;;     cbz r0, .L6
;;     adds r3, r1, r3
;;     movs r1, #0
;; .L2:
;;     strb r1, [r1, r3]
;;     ldr r0, [r2]
;;     adds r1, r1, #1
;;     cmp r1, r0
;;     blo .L2
;; .L6:
;;     str r0, [r2, #4]
;;     ldr r1, [r2, #8]
;;     adds r0, r0, r1
;;     bx lr
;;     .ltorg
