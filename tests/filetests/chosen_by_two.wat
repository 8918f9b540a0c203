;; A branch on a value that a disjunction chooses: first the choice becomes a branch, and then that is split again.
;; options: --bounds none --optimize size
(module
  (import "env" "f" (func $f (result i32)))
  (import "env" "g" (func $g))
  (func (export "gone") (param $x i32) (param $y i32) (param $z i32)
    (if (select
          (i32.or (i32.lt_u (local.get $x) (local.get $z)) (i32.lt_u (local.get $y) (local.get $z)))
          (i32.const 1)
          (i32.or (i32.lt_u (local.get $x) (i32.const 7)) (i32.lt_s (local.get $y) (i32.const 9))))
      (then (call $g))))
  (func (export "tested") (param $x i32) (param $y i32) (param $z i32) (result i32)
    (local $state i32)
    (local.set $state (select (call $f) (i32.const 2)
      (i32.or (i32.lt_u (local.get $x) (i32.const 7)) (i32.lt_s (local.get $y) (i32.const 9)))))
    (if (local.get $state) (then (call $g)))
    (i32.eq (local.get $state) (i32.const 2))))
;; ----
;; func[2]:
;;     movs r3, #0
;;     cmp r0, r2
;;     it lo
;;     movlo r3, #1
;;     cmp r1, r2
;;     it lo
;;     orrlo.w r3, r3, #1
;;     cmp r0, #7
;;     blo .L5
;;     cmp r1, #9
;;     bge .L9
;; .L5:
;;     cbnz r3, .L9
;;     bx lr
;; .L9:
;;     b.w g
;;
;; func[3]:
;;     push {r4, r5, r6, lr}
;;     mov r5, r1
;;     mov r4, r0
;;     bl f
;;     movs r1, #0
;;     cmp r5, #9
;;     it lt
;;     movlt r1, #1
;;     cmp r4, #7
;;     it lo
;;     orrlo.w r1, r1, #1
;;     cmp r1, #0
;;     mov r4, r0
;;     it eq
;;     moveq r4, #2
;;     cbz r1, .L5
;;     cbz r0, .L6
;; .L5:
;;     bl g
;; .L6:
;;     movs r0, #0
;;     cmp r4, #2
;;     it eq
;;     moveq r0, #1
;;     pop {r4, r5, r6, pc}
