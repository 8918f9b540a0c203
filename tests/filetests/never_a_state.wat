;; A test for a state that there never is decides nothing at a table of the states that there are.
(module
  (func (export "run") (param $x i32) (result i32) (local $state i32) (local $sum i32)
    (block $end
      (loop $next
        (local.set $sum (i32.add (local.get $sum) (local.get $x)))
        (if (i32.eq (local.get $state) (i32.const 3))
          (then (local.set $sum (i32.const 7))))
        (block $never (block $c (block $b (block $a
          (br_table $a $b $c $never (local.get $state)))
          (local.set $sum (i32.mul (local.get $sum) (local.get $x)))
          (local.set $state (i32.const 1))
          (br $next))
          (local.set $sum (i32.xor (local.get $sum) (i32.const 77)))
          (local.set $state (i32.const 2))
          (br $next))
          (local.set $state (i32.const 0))
          (br_if $next (i32.lt_u (local.get $sum) (i32.const 1000)))
          (br $end))
        (unreachable)))
    (local.get $sum)))
;; ----
;; func[0]:
;;     movs r1, #0
;;     mov r2, r0
;;     movs r0, #0
;;     adds r0, r0, r2
;;     cmp r1, #3
;;     bne .L9
;; .L2:
;;     movs r0, #7
;;     b .L14
;; .L6:
;;     adds r0, r0, r2
;; .L7:
;;     muls r0, r2, r0
;;     adds r0, r0, r2
;;     b .L11
;; .L9:
;;     muls r0, r2, r0
;;     movs r1, #1
;;     adds r0, r0, r2
;;     cmp r1, #1
;;     beq .L12
;;     b .L13
;; .L11:
;;     eor.w r0, r0, #77
;;     movs r1, #2
;;     adds r0, r0, r2
;;     cmp r1, #3
;;     beq .L2
;;     b .L13
;; .L12:
;;     eor.w r0, r0, #77
;;     adds r0, r0, r2
;; .L13:
;;     cmp.w r0, #1000
;;     blo .L6
;;     bx lr
;; .L14:
;;     movs r1, #0
;;     adds r0, r0, r2
;;     cmp r1, #3
;;     beq .L2
;;     b .L7
;;     bx lr
