;; options: --bounds none --alignment trust
;; Callers know the registers that an internal function changes: "over" keeps values in registers of the caller's over calls of
;; it, and an argument stays where it is passed. What is exported, what is called through a table and what can be running
;; already is called as AAPCS32 says; r12 is a veneer's.
(module
  (memory 1)
  (type $word (func (param i32) (result i32)))
  (table funcref (elem $exported))
  (global $last (mut i32) (i32.const 0))
  (func $note (param $at i32) (param $key i32)
    (i32.store (local.get $at) (local.get $key))
    (i32.store offset=4 (local.get $at) (i32.mul (local.get $key) (local.get $key)))
    (i32.store offset=8 (local.get $at) (i32.xor (local.get $key) (local.get $at)))
    (i32.store offset=12 (local.get $at) (i32.sub (local.get $key) (local.get $at)))
    (i32.store offset=16 (local.get $at) (i32.shl (local.get $key) (i32.const 3)))
    (i32.store offset=20 (local.get $at) (i32.and (local.get $key) (local.get $at)))
    (i32.store offset=24 (local.get $at) (i32.or (local.get $key) (local.get $at)))
    (i32.store offset=28 (local.get $at) (i32.rotl (local.get $key) (i32.const 5)))
    (i32.store offset=32 (local.get $at) (i32.add (local.get $key) (i32.const 9)))
    (i32.store offset=36 (local.get $at) (i32.add (local.get $key) (i32.const 10)))
    (i32.store offset=40 (local.get $at) (i32.add (local.get $key) (i32.const 11))))
  (func $exported (export "exported") (type $word)
    (i32.add (local.get 0) (i32.const 1)))
  (func $deep (type $word)
    (if (result i32) (local.get 0)
      (then (call $deep (i32.sub (local.get 0) (i32.const 1))))
      (else (i32.const 1))))
  (func (export "over") (param $at i32) (param $key i32) (param $sum i32) (result i32)
    (call $note (local.get $at) (local.get $key))
    (call $note (local.get $at) (i32.const 7))
    (call $note (local.get $at) (i32.const 9))
    (i32.add (local.get $sum) (local.get $at)))
  (func (export "table") (param i32 i32) (result i32)
    (i32.add (local.get 1) (call_indirect (type $word) (local.get 0) (i32.const 0))))
  (func (export "recursion") (param i32 i32) (result i32)
    (call $note (i32.const 64) (i32.const 7))
    (i32.add (local.get 1) (call $deep (local.get 0)))))
;; ----
;; func[0] note:
;;     ldr r2, =m_memory
;;     adds r2, r0, r2
;;     str r1, [r2]
;;     mul r12, r1, r1
;;     str.w r12, [r2, #4]
;;     eor.w r12, r1, r0
;;     str.w r12, [r2, #8]
;;     sub.w r12, r1, r0
;;     str.w r12, [r2, #12]
;;     lsl.w r12, r1, #3
;;     str.w r12, [r2, #16]
;;     and.w r12, r1, r0
;;     str.w r12, [r2, #20]
;;     orrs r0, r0, r1
;;     str r0, [r2, #24]
;;     ror.w r0, r1, #27
;;     str r0, [r2, #28]
;;     add.w r0, r1, #9
;;     str r0, [r2, #32]
;;     add.w r0, r1, #10
;;     str r0, [r2, #36]
;;     adds r1, r1, #11
;;     str r1, [r2, #40]
;;     bx lr
;;     .ltorg
;;
;; func[1] exported:
;;     adds r0, r0, #1
;;     bx lr
;;
;; func[2] deep:
;;     cbz r0, .L2
;;     subs r0, r0, #1
;;     b.w deep
;; .L2:
;;     movs r0, #1
;;     bx lr
;;
;; func[3]:
;;     push {r4, lr}
;;     mov r4, r2
;;     mov r3, r0
;;     bl note
;;     movs r1, #7
;;     mov r0, r3
;;     bl note
;;     movs r1, #9
;;     mov r0, r3
;;     bl note
;;     adds r0, r4, r3
;;     pop {r4, pc}
;;
;; func[4]:
;;     push {r4, lr}
;;     mov r4, r1
;;     ldr r1, =m_table
;;     ldr r1, [r1]
;;     blx r1
;;     adds r0, r4, r0
;;     pop {r4, pc}
;;     .ltorg
;;
;; func[5]:
;;     push {r4, lr}
;;     mov r3, r0
;;     movs r0, #64
;;     mov r4, r1
;;     movs r1, #7
;;     bl note
;;     mov r0, r3
;;     bl deep
;;     adds r0, r4, r0
;;     pop {r4, pc}
