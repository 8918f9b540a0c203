;; A limit that no immediate holds takes no register: what is above the nearest one below is compared again, behind the function.
;; options: --bounds trap
(module
  (memory 2)
  (func (export "get") (param i32) (result i32)
    (i32.load offset=8 (local.get 0)))
  (func (export "odd") (param i32) (result i32)
    (i32.load16_u offset=1 (local.get 0))))
;; ----
;; func[0]:
;;     cmp.w r0, #0x1fe00
;;     bhi .Lisland10
;; .Lisland11:
;;     ldr r1, =m_memory
;;     adds r0, r0, r1
;;     ldr r0, [r0, #8]
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
;;
;; func[1]:
;;     cmp.w r0, #0x1fe00
;;     bhi .Lisland10
;; .Lisland11:
;;     ldr r1, =m_memory
;;     adds r0, r0, r1
;;     ldrh.w r0, [r0, #1]
;;     bx lr
;; .Lisland10:
;;     sub.w r0, r0, #0x1fe00
;;     cmp.w r0, #510
;;     add.w r0, r0, #0x1fe00
;;     bhs .Ltrap4
;;     b .Lisland11
;; .Ltrap4:
;;     udf #4
;;     .ltorg
