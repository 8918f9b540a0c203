;; Small constant counts are accesses in place: everything is loaded before anything is stored where the two sides may
;; overlap, a segment is read from flash, and one check covers each side.
;; options: --bounds trap
(module
  (memory 1)
  (data $text "hello, world")
  (func (export "copy") (param i32 i32) (memory.copy (local.get 0) (local.get 1) (i32.const 11)))
  (func (export "constant_addresses") (memory.copy (i32.const 64) (i32.const 16) (i32.const 8)))
  (func (export "fill") (param i32 i32) (memory.fill (local.get 0) (local.get 1) (i32.const 6)))
  (func (export "clear") (param i32) (memory.fill (local.get 0) (i32.const 0) (i32.const 8)))
  (func (export "init") (param i32) (memory.init $text (local.get 0) (i32.const 0) (i32.const 8))))
;; ----
;; func[0]:
;;     movw r3, #0xfff5
;;     cmp r1, r3
;;     bhi .Ltrap4
;;     ldr r2, =m_memory
;;     adds r1, r1, r2
;;     cmp r0, r3
;;     bhi .Ltrap4
;;     adds r0, r0, r2
;;     ldr.w r12, [r1]
;;     ldr r3, [r1, #4]
;;     ldrh r2, [r1, #8]
;;     ldrb r1, [r1, #10]
;;     str.w r12, [r0]
;;     str r3, [r0, #4]
;;     strh r2, [r0, #8]
;;     strb r1, [r0, #10]
;;     bx lr
;; .Ltrap4:
;;     udf #4
;;     .ltorg
;;
;; func[1]:
;;     ldr r0, =m_memory
;;     ldr r2, [r0, #16]
;;     ldr r1, [r0, #20]
;;     str r2, [r0, #64]
;;     str r1, [r0, #68]
;;     bx lr
;;     .ltorg
;;
;; func[2]:
;;     movw r2, #0xfffa
;;     cmp r0, r2
;;     bhi .Ltrap4
;;     ldr r2, =m_memory
;;     adds r2, r0, r2
;;     uxtb r0, r1
;;     mov.w r1, #0x1010101
;;     muls r0, r1, r0
;;     str r0, [r2]
;;     strh r0, [r2, #4]
;;     bx lr
;; .Ltrap4:
;;     udf #4
;;     .ltorg
;;
;; func[3]:
;;     movw r1, #0xfff8
;;     cmp r0, r1
;;     bhi .Ltrap4
;;     ldr r1, =m_memory
;;     adds r1, r0, r1
;;     movs r0, #0
;;     str r0, [r1]
;;     str r0, [r1, #4]
;;     bx lr
;; .Ltrap4:
;;     udf #4
;;     .ltorg
;;
;; func[4]:
;;     movw r1, #0xfff8
;;     cmp r0, r1
;;     bhi .Ltrap4
;;     ldr r1, =m_memory
;;     adds r0, r0, r1
;;     ldr r1, =m_data0
;;     ldr r2, [r1]
;;     ldr r1, [r1, #4]
;;     str r2, [r0]
;;     str r1, [r0, #4]
;;     bx lr
;; .Ltrap4:
;;     udf #4
;;     .ltorg
