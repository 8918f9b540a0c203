;; options: --bounds none --optimize size
;; The immediate of a conditional move may be that of MVN.
(module
  (func (export "choose") (param i32 i32) (result i32)
    (select (i32.const -5) (local.get 0) (local.get 1)))
  (func (export "kept") (param i32 i32) (result i32)
    (select (local.get 0) (i32.const -257) (local.get 1))))
;; ----
;; func[0]:
;;     cmp r1, #0
;;     it ne
;;     mvnne.w r0, #4
;;     bx lr
;;
;; func[1]:
;;     cmp r1, #0
;;     it eq
;;     mvneq.w r0, #256
;;     bx lr
