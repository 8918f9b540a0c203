;; options: --bounds none --alignment trust --optimize size
;; Loops over values of two words access both with one instruction, which also steps the address.
(module
  (memory 1)
  (func (export "sum") (param i32 i32) (result i64)
    (local i64)
    (loop $l
      (local.set 2 (i64.add (local.get 2) (i64.load (local.get 0))))
      (local.set 0 (i32.add (local.get 0) (i32.const 8)))
      (br_if $l (local.tee 1 (i32.sub (local.get 1) (i32.const 1)))))
    (local.get 2))
  (func (export "fill") (param i32 i32 i64)
    (loop $l
      (i64.store (local.get 0) (local.get 2))
      (local.set 0 (i32.add (local.get 0) (i32.const 8)))
      (br_if $l (local.tee 1 (i32.sub (local.get 1) (i32.const 1))))))
  (func (export "unaligned") (param i32 i32) (result i64)
    (local i64)
    (loop $l
      (local.set 2 (i64.add (local.get 2) (i64.load align=2 (local.get 0))))
      (local.set 0 (i32.add (local.get 0) (i32.const 8)))
      (br_if $l (local.tee 1 (i32.sub (local.get 1) (i32.const 1)))))
    (local.get 2)))
;; ----
;; func[0]:
;;     push {r4, r5, lr}
;;     ldr r2, =m_memory
;;     adds r2, r0, r2
;;     movs r0, #0
;;     mov r3, r1
;;     movs r1, #0
;; .L1:
;;     ldm r2!, {r4, r5}
;;     adds r0, r0, r4
;;     adcs r1, r1, r5
;;     subs r3, r3, #1
;;     bne .L1
;;     pop {r4, r5, pc}
;;     .ltorg
;;
;; func[1]:
;;     mov r12, r0
;;     ldr r0, =m_memory
;;     add r0, r0, r12
;; .L1:
;;     stm r0!, {r2, r3}
;;     subs r1, r1, #1
;;     bne .L1
;;     bx lr
;;     .ltorg
;;
;; func[2]:
;;     push {r4, r5, lr}
;;     ldr r3, =m_memory
;;     adds r3, r0, r3
;;     movs r0, #0
;;     mov r2, r1
;;     movs r1, #0
;; .L1:
;;     ldr r4, [r3], #8
;;     ldr.w r5, [r3, #-4]
;;     adds r0, r0, r4
;;     adcs r1, r1, r5
;;     subs r2, r2, #1
;;     bne .L1
;;     pop {r4, r5, pc}
;;     .ltorg
