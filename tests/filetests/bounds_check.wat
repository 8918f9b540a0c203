;; One comparison and one branch to a shared cold trap; the check covers the last byte.
;; options: --bounds trap
(module
  (memory 1)
  (func (export "get") (param i32) (result i32)
    local.get 0
    i32.load offset=4))
;; ----
;; func[0]:
;;     movw r1, #0xfff8
;;     cmp r0, r1
;;     bhi .Ltrap4
;;     ldr r1, =m_memory
;;     adds r0, r0, r1
;;     ldr r0, [r0, #4]
;;     bx lr
;; .Ltrap4:
;;     udf #4
;;     .ltorg
