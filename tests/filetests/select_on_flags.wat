;; A comparison that only a select reads stays in the flags.
(module
  (func (export "max") (param i32 i32) (result i32)
    local.get 0
    local.get 1
    local.get 0
    local.get 1
    i32.gt_s
    select))
;; ----
;; func[0]:
;;     cmp r0, r1
;;     it gt
;;     movgt r1, r0
;;     mov r0, r1
;;     bx lr
