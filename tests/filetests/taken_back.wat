;; options: --bounds none
;; What is added to a difference or taken from a sum takes back what made it.
(module
  (func (export "to_difference") (param i32 i32) (result i32)
    (i32.add (i32.sub (local.get 0) (local.get 1)) (local.get 1)))
  (func (export "difference_to") (param i32 i32) (result i32)
    (i32.add (local.get 1) (i32.sub (local.get 0) (local.get 1))))
  (func (export "from_sum") (param i32 i32) (result i32)
    (i32.sub (i32.add (local.get 0) (local.get 1)) (local.get 1)))
  (func (export "from_sum_other") (param i32 i32) (result i32)
    (i32.sub (i32.add (local.get 0) (local.get 1)) (local.get 0)))
  (func (export "other_difference") (param i32 i32) (result i32)
    (i32.add (i32.sub (local.get 0) (local.get 1)) (local.get 0))))
;; ----
;; func[0]:
;;     bx lr
;;
;; func[1]:
;;     bx lr
;;
;; func[2]:
;;     bx lr
;;
;; func[3]:
;;     mov r0, r1
;;     bx lr
;;
;; func[4]:
;;     subs r1, r0, r1
;;     adds r0, r1, r0
;;     bx lr
