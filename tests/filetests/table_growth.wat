;; What is reserved bounds growth: without a reserve it fails and the size is a constant.
;; options: --table-size 1=8
(module
  (table $fixed 2 externref)
  (table $grows 2 externref)
  (func (export "fixed") (param i32) (result i32) (table.grow $fixed (ref.null extern) (local.get 0)))
  (func (export "grow") (param externref i32) (result i32) (table.grow $grows (local.get 0) (local.get 1)))
  (func (export "sizes") (result i32 i32) (table.size $fixed) (table.size $grows)))
;; ----
;; func[0]:
;;     movs r1, r0
;;     mov.w r0, #2
;;     it ne
;;     movne.w r0, #0xffffffff
;;     bx lr
;;
;; func[1]:
;;     push {r4, lr}
;;     ldr r2, =m_table1.size
;;     ldr r3, =m_table1.max
;;     mov r4, r0
;;     ldr r0, [r2]
;;     ldr r3, [r3]
;;     sub.w lr, r3, r0
;;     cmp r1, lr
;;     mov r12, r1
;;     it hi
;;     movhi.w r12, #0
;;     add.w r3, r0, r12
;;     str r3, [r2]
;;     ldr r2, =m_table1
;;     add.w r2, r2, r0, lsl #2
;;     add.w r3, r2, r12, lsl #2
;;     cmp.w r12, #0
;;     beq .L6
;; .L2:
;;     str r4, [r2], #4
;;     cmp r2, r3
;;     bne .L2
;; .L6:
;;     cmp r1, lr
;;     it hi
;;     movhi.w r0, #0xffffffff
;;     pop {r4, pc}
;;     .ltorg
;;
;; func[2]:
;;     ldr r1, =m_table1.size
;;     ldr r1, [r1]
;;     movs r2, #2
;;     str r2, [r0]
;;     str r1, [r0, #4]
;;     bx lr
;;     .ltorg
