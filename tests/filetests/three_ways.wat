;; options: --bounds none
;; Less, equal or greater: one comparison serves both choices, also with its operands the other way round.
(module
  (memory 1)
  (func (export "find") (param $node i32) (param $key i32) (result i32)
    (local $k i32) (local $count i32)
    (loop $l
      (local.set $k (i32.load offset=8 (local.get $node)))
      (if (i32.ne (local.get $k) (local.get $key))
        (then
          (local.set $count (i32.add (local.get $count) (i32.const 1)))
          (local.set $node
            (i32.load
              (select
                (local.get $node)
                (i32.add (local.get $node) (i32.const 4))
                (i32.lt_s (local.get $key) (local.get $k)))))
          (br_if $l (local.get $node)))))
    (local.get $count))
  (func (export "sign") (param $a i32) (param $b i32) (result i32)
    (if (result i32) (i32.gt_u (local.get $a) (local.get $b))
      (then (i32.load8_u (local.get $a)))
      (else
        (if (result i32) (i32.lt_u (local.get $a) (local.get $b))
          (then (i32.load8_u (local.get $b)))
          (else (i32.const 7)))))))
;; ----
;; func[0]:
;;     push {r4, lr}
;;     ldr r4, =m_memory+8
;;     sub.w r12, r4, #8
;;     movs r2, #0
;; .L1:
;;     ldr r3, [r4, r0]
;;     cmp r3, r1
;;     beq .L6
;;     add.w r2, r2, #1
;;     it le
;;     addle r0, r0, #4
;;     ldr.w r0, [r12, r0]
;;     cmp r0, #0
;;     bne .L1
;; .L6:
;;     mov r0, r2
;;     pop {r4, pc}
;;     .ltorg
;;
;; func[1]:
;;     cmp r0, r1
;;     bls .L2
;;     ldr r1, =m_memory
;;     ldrb r0, [r1, r0]
;;     bx lr
;; .L2:
;;     bhs .L4
;;     ldr r0, =m_memory
;;     ldrb r0, [r0, r1]
;;     bx lr
;; .L4:
;;     movs r0, #7
;;     bx lr
;;     .ltorg
