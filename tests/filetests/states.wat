;; options: --bounds none --alignment trust
;; A state that is always one of a few constants, and an index with few bits, need no test before the table.
(module
  (memory 1)
  (func (export "states") (param $at i32) (result i32) (local $state i32) (local $sum i32) (local $c i32)
    (loop $next
      (local.set $c (i32.load8_u (local.get $at)))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (block $d (block $c3 (block $c2 (block $c1 (block $c0
        (br_table $c0 $c1 $c2 $c3 $d (local.get $state)))
        (local.set $state (select (i32.const 1) (i32.const 2) (i32.eq (local.get $c) (i32.const 32)))) (br $next))
        (local.set $sum (i32.add (local.get $sum) (local.get $c))) (local.set $state (i32.const 3)) (br $next))
        (local.set $sum (i32.xor (local.get $sum) (local.get $c))) (local.set $state (i32.const 0)) (br $next))
        (local.set $state (i32.const 0)) (br_if $next (local.get $c))))
    (local.get $sum))
  (func (export "bits") (param $x i32) (result i32)
    (block $d (block $c3 (block $c2 (block $c1 (block $c0
      (br_table $c0 $c1 $c2 $c3 $d (i32.and (local.get $x) (i32.const 3))))
      (return (i32.const 10)))
      (return (i32.mul (local.get $x) (local.get $x))))
      (return (i32.const 77)))
      (return (i32.xor (local.get $x) (i32.const 5))))
    (i32.const 1)))
;; ----
;; func[0]:
;;     ldr r2, =m_memory
;;     adds r2, r0, r2
;;     movs r1, #0
;;     movs r0, #0
;; .L1:
;;     ldrb r3, [r2], #1
;;     tbb [pc, r1]
;; .Ltable0:
;;     .byte (.L2 - .Ltable0) / 2
;;     .byte (.L3 - .Ltable0) / 2
;;     .byte (.L4 - .Ltable0) / 2
;;     .byte (.L5 - .Ltable0) / 2
;; .L2:
;;     movs r1, #2
;;     cmp r3, #32
;;     it eq
;;     moveq r1, #1
;;     b .L1
;; .L3:
;;     adds r0, r0, r3
;;     ldrb r3, [r2], #1
;;     b .L5
;; .L4:
;;     eors r0, r0, r3
;;     ldrb r3, [r2], #1
;;     b .L2
;; .L5:
;;     cbz r3, .L7
;;     ldrb r3, [r2], #1
;;     b .L2
;; .L7:
;;     bx lr
;;     .ltorg
;;
;; func[1]:
;;     and.w r1, r0, #3
;;     tbb [pc, r1]
;; .Ltable0:
;;     .byte (.L1 - .Ltable0) / 2
;;     .byte (.L2 - .Ltable0) / 2
;;     .byte (.L3 - .Ltable0) / 2
;;     .byte (.L4 - .Ltable0) / 2
;; .L1:
;;     movs r0, #10
;;     bx lr
;; .L2:
;;     muls r0, r0, r0
;;     bx lr
;; .L3:
;;     movs r0, #77
;;     bx lr
;; .L4:
;;     eor.w r0, r0, #5
;;     bx lr
