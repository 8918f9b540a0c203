;; options: --bounds none --alignment trust
;; Each way through a loop has its test at its end, and a loop that tests at its top has a copy of the test at the bottom.
(module
  (memory 1)
  (func (export "count") (param $from i32) (param $end i32) (result i32) (local $words i32) (local $lines i32) (local $c i32)
    (loop $next
      (block $done
        (block $line
          (br_if $line (i32.eq (local.tee $c (i32.load8_u (local.get $from))) (i32.const 10)))
          (br_if $done (i32.ne (local.get $c) (i32.const 32)))
          (local.set $words (i32.add (local.get $words) (i32.const 1)))
          (br $done))
        (local.set $lines (i32.add (local.get $lines) (i32.const 1)))
        (local.set $words (i32.mul (local.get $words) (i32.const 3))))
      (br_if $next (i32.lt_u (local.tee $from (i32.add (local.get $from) (i32.const 1))) (local.get $end))))
    (i32.add (i32.mul (local.get $lines) (i32.const 100)) (local.get $words)))
  (func (export "skip") (param $at i32) (param $limit i32) (result i32) (local $sum i32)
    (block $out
      (loop $again
        (br_if $out (i32.ge_u (i32.load (local.get $at)) (local.get $limit)))
        (local.set $sum (i32.xor (local.get $sum) (i32.load offset=4 (local.get $at))))
        (local.set $at (i32.load offset=8 (local.get $at)))
        (br $again)))
    (local.get $sum)))
;; ----
;; func[0]:
;;     push {r4, lr}
;;     ldr r12, =m_memory
;;     movs r2, #0
;;     movs r3, #0
;; .L1:
;;     ldrb.w r4, [r12, r0]
;;     cmp r4, #10
;;     beq .L5
;;     cmp r4, #32
;;     bne .L6
;;     adds r2, r2, #1
;;     adds r0, r0, #1
;;     cmp r0, r1
;;     blo .L1
;;     b .L8
;; .L5:
;;     adds r3, r3, #1
;;     add.w r2, r2, r2, lsl #1
;; .L6:
;;     adds r0, r0, #1
;;     cmp r0, r1
;;     blo .L1
;; .L8:
;;     movs r0, #100
;;     mla r0, r3, r0, r2
;;     pop {r4, pc}
;;     .ltorg
;;
;; func[1]:
;;     ldr r12, =m_memory
;;     add.w r2, r0, r12
;;     movs r0, #0
;;     ldr r3, [r2]
;;     cmp r3, r1
;;     bhs .L3
;; .L2:
;;     ldr r3, [r2, #4]
;;     ldr r2, [r2, #8]
;;     eors r0, r0, r3
;;     add r2, r2, r12
;;     ldr r3, [r2]
;;     cmp r3, r1
;;     blo .L2
;; .L3:
;;     bx lr
;;     .ltorg
