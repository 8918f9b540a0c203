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
;;     push {r4, r5, lr}
;;     ldr r2, =m_table1.size
;;     ldr r4, =m_table1.max
;;     ldr r3, [r2]
;;     ldr r4, [r4]
;;     sub.w r12, r4, r3
;;     cmp r1, r12
;;     mov r5, r1
;;     it hi
;;     movhi r5, #0
;;     adds r4, r3, r5
;;     str r4, [r2]
;;     ldr r2, =m_table1
;;     add.w r2, r2, r3, lsl #2
;;     lsl.w lr, r5, #2
;;     add.w r4, r2, lr
;;     cbz r5, .L14
;;     bics.w lr, lr, #15
;;     add.w r5, r2, lr
;;     beq .L9
;; .L3:
;;     str r0, [r2], #16
;;     str.w r0, [r2, #-12]
;;     str.w r0, [r2, #-8]
;;     str.w r0, [r2, #-4]
;;     cmp r2, r5
;;     bne .L3
;;     cmp r2, r4
;;     beq .L14
;; .L9:
;;     str r0, [r2], #4
;;     cmp r2, r4
;;     bne .L9
;; .L14:
;;     cmp r1, r12
;;     it hi
;;     movhi.w r3, #0xffffffff
;;     mov r0, r3
;;     pop {r4, r5, pc}
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
