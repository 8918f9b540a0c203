;; Checks of a pointer and its sums with constants are one where nothing happens between them; what it says holds of a choice
;; of two of the sums.
;; options: --bounds trap
(module
  (memory 2)
  (func (export "sum") (param i32 i32) (result i32)
    (i32.add (i32.load8_u offset=4 (local.get 0))
      (i32.add (i32.load (i32.sub (local.get 0) (i32.const 2))) (i32.load16_u (local.get 0)))))
  (func (export "either") (param i32 i32) (result i32)
    (i32.store (local.get 0) (i32.load offset=8 (local.get 0)))
    (i32.load (select (i32.add (local.get 0) (i32.const 4)) (local.get 0) (local.get 1)))))
;; ----
;; func[0]:
;;     subs r1, r0, #2
;;     cmp.w r1, #0x1fe00
;;     bhi .Lisland10
;; .Lisland11:
;;     ldr r1, =m_memory
;;     adds r0, r0, r1
;;     ldrb r1, [r0, #4]
;;     ldr.w r2, [r0, #-2]
;;     ldrh r0, [r0]
;;     adds r0, r2, r0
;;     adds r0, r1, r0
;;     bx lr
;; .Lisland10:
;;     sub.w r1, r1, #0x1fe00
;;     cmp.w r1, #506
;;     add.w r1, r1, #0x1fe00
;;     bhs .Ltrap4
;;     b .Lisland11
;; .Ltrap4:
;;     udf #4
;;     .ltorg
;;
;; func[1]:
;;     cmp.w r0, #0x1fe00
;;     bhi .Lisland10
;; .Lisland11:
;;     ldr r2, =m_memory
;;     adds r3, r0, r2
;;     ldr.w r12, [r3, #8]
;;     str.w r12, [r3]
;;     cmp r1, #0
;;     it ne
;;     addne r0, r0, #4
;;     ldr r0, [r2, r0]
;;     bx lr
;; .Lisland10:
;;     sub.w r0, r0, #0x1fe00
;;     cmp.w r0, #500
;;     add.w r0, r0, #0x1fe00
;;     bhi .Ltrap4
;;     b .Lisland11
;; .Ltrap4:
;;     udf #4
;;     .ltorg
