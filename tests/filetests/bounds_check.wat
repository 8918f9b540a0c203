;; One comparison and one branch to a shared cold trap; the check covers the last byte.
;; options: --bounds trap
(module
  (memory 1)
  (func (export "get") (param i32) (result i32)
    local.get 0
    i32.load offset=4))
;; ----
;; func[0]:
;;     cmp.w r0, #0xff00
;;     bhi .Lisland10
;; .Lisland11:
;;     ldr r1, =m_memory
;;     adds r0, r0, r1
;;     ldr r0, [r0, #4]
;;     bx lr
;; .Lisland10:
;;     sub.w r0, r0, #0xff00
;;     cmp r0, #248
;;     add.w r0, r0, #0xff00
;;     bhi .Ltrap4
;;     b .Lisland11
;; .Ltrap4:
;;     udf #4
;;     .ltorg
