;; What is added or not is an arm of the select; both halves of an i64 and a bit share the flags of the difference. Halves that are
;; there by opposite outcomes stay by themselves.
;; options: --optimize size
(module
  (func (export "step") (param $r i64) (param $d i64) (param $n i32) (result i64 i32)
    (local $c i32)
    (local.set $c (i64.ge_u (local.get $r) (local.get $d)))
    (i64.sub (local.get $r) (select (local.get $d) (i64.const 0) (local.get $c)))
    (i32.or (i32.shl (local.get $n) (i32.const 1)) (local.get $c)))
  (func (export "word") (param $x i32) (param $y i32) (param $z i32) (result i32)
    (i32.add (local.get $x) (select (local.get $y) (i32.const 0) (i32.lt_u (local.get $y) (local.get $z)))))
  (func (export "halves") (param $x i64) (param $y i32) (param $z i32) (result i64)
    (i64.sub (local.get $x) (i64.or
      (i64.extend_i32_u (select (local.get $y) (i32.const 0) (i32.lt_u (local.get $y) (local.get $z))))
      (i64.shl (i64.extend_i32_u (select (i32.const 0) (local.get $z) (i32.lt_u (local.get $y) (local.get $z))))
        (i64.const 32)))))
  (func (export "twice") (param $x i64) (result i64)
    (i64.shl (local.get $x) (i64.const 1))))
;; ----
;; func[0]:
;;     push {r4, r5, lr}
;;     ldr r4, [sp, #12]
;;     ldr r5, [sp, #16]
;;     ldr r1, [sp, #20]
;;     lsls r1, r1, #1
;;     subs r4, r2, r4
;;     sbcs.w r5, r3, r5
;;     ittt hs
;;     orrhs.w r1, r1, #1
;;     movhs r3, r5
;;     movhs r2, r4
;;     str r2, [r0]
;;     str r3, [r0, #4]
;;     str r1, [r0, #8]
;;     pop {r4, r5, pc}
;;
;; func[1]:
;;     cmp r1, r2
;;     it lo
;;     addlo r0, r0, r1
;;     bx lr
;;
;; func[2]:
;;     cmp r2, r3
;;     ite hs
;;     movhs r2, #0
;;     movlo r3, #0
;;     subs r0, r0, r2
;;     sbcs r1, r1, r3
;;     bx lr
;;
;; func[3]:
;;     adds r0, r0, r0
;;     adcs r1, r1, r1
;;     bx lr
