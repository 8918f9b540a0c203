;; options: --bounds none
;; A truth value and one more than it, both made again in each round: the one is a comparison of the others, and the sum counts from it.
(module
  (func (export "rounds") (param $n i32) (param $k i32) (result i32)
    (local $below i32) (local $more i32) (local $sum i32)
    local.get $n local.get $k i32.lt_u local.tee $below
    i32.const 1 i32.add local.set $more
    loop $next
      local.get $sum i32.const 3 i32.mul
      local.get $below if (result i32) i32.const 7 else i32.const 2 end i32.add
      local.get $more i32.mul local.set $sum
      local.get $n i32.const 5 i32.add local.tee $n
      local.get $k i32.lt_u local.tee $below
      i32.const 1 i32.add local.set $more
      local.get $n i32.const 100 i32.lt_u
      br_if $next
    end
    local.get $sum))
;; ----
;; func[0]:
;;     movs r2, #0
;;     cmp r0, r1
;;     it lo
;;     movlo r2, #1
;;     adds r3, r2, #1
;;     movs r2, #0
;; .L1:
;;     add.w r12, r2, r2, lsl #1
;;     cmp r0, r1
;;     bhs .L3
;;     movs r2, #7
;;     b .L4
;; .L3:
;;     movs r2, #2
;; .L4:
;;     add r2, r2, r12
;;     muls r2, r3, r2
;;     adds r0, r0, #5
;;     movs r3, #0
;;     cmp r0, r1
;;     it lo
;;     movlo r3, #1
;;     adds r3, r3, #1
;;     cmp r0, #100
;;     blo .L1
;;     mov r0, r2
;;     bx lr
