;; Longer or unknown counts are calls of the run-time library: memmove where the two sides may overlap, memcpy where they
;; cannot, memclr for zeros. The checks share what they know of the count.
;; options: --bounds trap
(module
  (memory $a 1)
  (memory $b 1)
  (data $text "hello, world")
  (func (export "copy") (param i32 i32 i32) (memory.copy (local.get 0) (local.get 1) (local.get 2)))
  (func (export "apart") (param i32 i32 i32) (memory.copy $a $b (local.get 0) (local.get 1) (local.get 2)))
  (func (export "fill") (param i32 i32 i32) (memory.fill (local.get 0) (local.get 1) (local.get 2)))
  (func (export "clear") (param i32) (memory.fill (local.get 0) (i32.const 0) (i32.const 100)))
  (func (export "init") (param i32 i32) (memory.init $text (local.get 0) (i32.const 0) (local.get 1)) (data.drop $text)))
;; ----
;; func[0]:
;;     cmp.w r2, #0x10000
;;     bhi .Ltrap4
;;     rsb.w r12, r2, #0x10000
;;     cmp r1, r12
;;     bhi .Ltrap4
;;     ldr r3, =m_memory
;;     adds r1, r1, r3
;;     cmp r0, r12
;;     bhi .Ltrap4
;;     adds r0, r0, r3
;;     b.w __aeabi_memmove
;; .Ltrap4:
;;     udf #4
;;     .ltorg
;;
;; func[1]:
;;     cmp.w r2, #0x10000
;;     bhi .Ltrap4
;;     rsb.w r3, r2, #0x10000
;;     cmp r1, r3
;;     bhi .Ltrap4
;;     ldr r12, =m_memory1
;;     add r1, r1, r12
;;     cmp r0, r3
;;     bhi .Ltrap4
;;     ldr r3, =m_memory
;;     adds r0, r0, r3
;;     b.w __aeabi_memcpy
;; .Ltrap4:
;;     udf #4
;;     .ltorg
;;
;; func[2]:
;;     cmp.w r2, #0x10000
;;     bhi .Ltrap4
;;     rsb.w r3, r2, #0x10000
;;     cmp r0, r3
;;     bhi .Ltrap4
;;     ldr r3, =m_memory
;;     adds r0, r0, r3
;;     mov r3, r1
;;     mov r1, r2
;;     mov r2, r3
;;     b.w __aeabi_memset
;; .Ltrap4:
;;     udf #4
;;     .ltorg
;;
;; func[3]:
;;     movw r1, #0xff9c
;;     cmp r0, r1
;;     bhi .Ltrap4
;;     ldr r1, =m_memory
;;     adds r0, r0, r1
;;     movs r1, #100
;;     b.w __aeabi_memclr
;; .Ltrap4:
;;     udf #4
;;     .ltorg
;;
;; func[4]:
;;     push {r4, lr}
;;     ldr r4, =m_data0.size
;;     mov r2, r1
;;     ldr r1, [r4]
;;     cmp r2, r1
;;     bhi .Ltrap4
;;     cmp.w r2, #0x10000
;;     bhi .Ltrap4
;;     rsb.w r1, r2, #0x10000
;;     cmp r0, r1
;;     bhi .Ltrap4
;;     ldr r1, =m_memory
;;     adds r0, r0, r1
;;     ldr r1, =m_data0
;;     bl __aeabi_memcpy
;;     movs r0, #0
;;     str r0, [r4]
;;     pop {r4, pc}
;; .Ltrap4:
;;     udf #4
;;     .ltorg
