;; A reference is a word. A table that nothing writes is in flash, and its length is a constant; calls of it do not load a
;; size, and where all its entries have the signature they check none.
;; init
(module
  (table $constant 2 funcref)
  (table $variable 4 funcref)
  (elem (table $constant) (i32.const 0) func $f $g)
  (elem $later func $g $f $g)
  (func $f (result i32) (i32.const 1))
  (func $g (result i32) (i32.const 2))
  (func (export "constant") (param i32) (result i32) (call_indirect $constant (result i32) (local.get 0)))
  (func (export "variable") (param i32) (result i32) (call_indirect $variable (result i32) (local.get 0)))
  (func (export "get") (param i32) (result funcref) (table.get $constant (local.get 0)))
  (func (export "set") (param i32) (table.set $variable (local.get 0) (ref.func $f)))
  (func (export "is_null") (param i32) (result i32) (ref.is_null (table.get $variable (local.get 0))))
  (func (export "never_null") (result i32) (ref.is_null (ref.func $f)))
  (func (export "fill") (param i32 funcref i32) (table.fill $variable (local.get 0) (local.get 1) (local.get 2)))
  (func (export "copy") (param i32 i32) (table.copy $variable $constant (local.get 0) (i32.const 0) (i32.const 2)))
  (func (export "init") (param i32) (table.init $variable $later (local.get 0) (i32.const 1) (i32.const 2))))
;; ----
;; func[0] f:
;;     movs r0, #1
;;     bx lr
;;
;; func[1] g:
;;     movs r0, #2
;;     bx lr
;;
;; func[2]:
;;     cmp r0, #2
;;     bhs .Ltrap5
;;     ldr r1, =m_table
;;     ldr.w r12, [r1, r0, lsl #2]
;;     bx r12
;; .Ltrap5:
;;     udf #5
;;     .ltorg
;;
;; func[3]:
;;     cmp r0, #4
;;     bhs .Ltrap5
;;     ldr r1, =m_table1
;;     ldr.w r12, [r1, r0, lsl #2]
;;     cmp.w r12, #0
;;     beq .Ltrap7
;;     ldr.w r0, [r12, #-5]
;;     cmp r0, #5
;;     bne .Ltrap6
;;     bx r12
;; .Ltrap5:
;;     udf #5
;; .Ltrap6:
;;     udf #6
;; .Ltrap7:
;;     udf #7
;;     .ltorg
;;
;; func[4]:
;;     cmp r0, #2
;;     bhs .Ltrap5
;;     ldr r1, =m_table
;;     ldr.w r0, [r1, r0, lsl #2]
;;     bx lr
;; .Ltrap5:
;;     udf #5
;;     .ltorg
;;
;; func[5]:
;;     cmp r0, #4
;;     bhs .Ltrap5
;;     ldr r2, =m_table1
;;     ldr r1, =f
;;     str.w r1, [r2, r0, lsl #2]
;;     bx lr
;; .Ltrap5:
;;     udf #5
;;     .ltorg
;;
;; func[6]:
;;     cmp r0, #4
;;     bhs .Ltrap5
;;     ldr r1, =m_table1
;;     ldr.w r0, [r1, r0, lsl #2]
;;     clz r0, r0
;;     lsrs r0, r0, #5
;;     bx lr
;; .Ltrap5:
;;     udf #5
;;     .ltorg
;;
;; func[7]:
;;     movs r0, #0
;;     bx lr
;;
;; func[8]:
;;     cmp r2, #4
;;     bhi .Ltrap5
;;     rsb.w r3, r2, #4
;;     cmp r0, r3
;;     bhi .Ltrap5
;;     ldr r3, =m_table1
;;     add.w r0, r3, r0, lsl #2
;;     lsl.w r12, r2, #2
;;     add.w r3, r0, r12
;;     cbz r2, .L14
;;     bics.w r12, r12, #15
;;     add.w r2, r0, r12
;;     beq .L9
;; .L3:
;;     str r1, [r0], #16
;;     str.w r1, [r0, #-12]
;;     str.w r1, [r0, #-8]
;;     str.w r1, [r0, #-4]
;;     cmp r0, r2
;;     bne .L3
;;     cmp r0, r3
;;     beq .L14
;; .L9:
;;     str r1, [r0], #4
;;     cmp r0, r3
;;     bne .L9
;; .L14:
;;     bx lr
;; .Ltrap5:
;;     udf #5
;;     .ltorg
;;
;; func[9]:
;;     cmp r0, #2
;;     bhi .Ltrap5
;;     ldr r1, =m_table1
;;     add.w r0, r1, r0, lsl #2
;;     ldr r1, =m_table
;;     ldr r2, [r1]
;;     ldr r1, [r1, #4]
;;     str r2, [r0]
;;     str r1, [r0, #4]
;;     bx lr
;; .Ltrap5:
;;     udf #5
;;     .ltorg
;;
;; func[10]:
;;     cmp r0, #2
;;     bhi .Ltrap5
;;     ldr r1, =m_table1
;;     add.w r0, r1, r0, lsl #2
;;     ldr r1, =m_elements1
;;     ldr r2, [r1, #4]
;;     ldr r1, [r1, #8]
;;     str r2, [r0]
;;     str r1, [r0, #4]
;;     bx lr
;; .Ltrap5:
;;     udf #5
;;     .ltorg
;;
;; m_init:
;;     ldr r0, =m_table1
;;     movs r1, #16
;;     b.w __aeabi_memclr4
;;     .ltorg
