;; Tail calls: the frame is gone before the branch, arguments that stay in place are not touched, and a function that
;; passes more on the stack than it got enlarges the area once.

(module
  (import "env" "sink" (func $sink (param i32 i32)))
  (import "env" "step" (func $step (param i32) (result i32)))
  (type $six (func (param i32 i32 i32 i32 i32 i32) (result i32)))
  (table 2 2 funcref)
  (elem (i32.const 0) $swap $shrink)

  ;; A call in tail position needs no frame.
  (func (export "last") (param i32 i32)
    (call $sink (local.get 1) (local.get 0)))

  ;; Saved registers and lr come back before the branch.
  (func (export "after") (param i32 i32) (result i32)
    (drop (call $step (local.get 1)))
    (call $step (local.get 0)))

  ;; Two words change places on the stack, the rest stays where it is.
  (func $swap (export "swap") (type $six)
    (return_call $swap (local.get 0) (local.get 1) (local.get 2) (local.get 3) (local.get 5) (local.get 4)))

  (func $shrink (type $six)
    (return_call_indirect (type $six) (local.get 0) (local.get 1) (local.get 2) (local.get 3) (local.get 4)
      (i32.const 9) (local.get 0)))

  ;; Two words more than the caller gave room for.
  (func (export "grow") (param i32) (result i32)
    (return_call $swap (local.get 0) (local.get 0) (local.get 0) (local.get 0) (local.get 0) (i32.const 1)))

  ;; Several results: the pointer to where they go stays in r0.
  (func $pair (param i32) (result i32 i32)
    (local.get 0) (i32.const 2))
  (func (export "pairs") (param i32) (result i32 i32)
    (return_call $pair (i32.add (local.get 0) (i32.const 1)))))
;; ----
;; func[2]:
;;     mov r2, r0
;;     mov r0, r1
;;     mov r1, r2
;;     b.w sink
;;
;; func[3]:
;;     push {r4, lr}
;;     mov r4, r0
;;     mov r0, r1
;;     bl step
;;     mov r0, r4
;;     pop.w {r4, lr}
;;     b.w step
;;
;; func[4] swap:
;;     push {r4, lr}
;;     ldr.w r12, [sp, #8]
;;     ldr r4, [sp, #12]
;;     str r4, [sp, #8]
;;     str.w r12, [sp, #12]
;;     pop.w {r4, lr}
;;     b.w swap
;;
;; func[5] shrink:
;;     push {r4, lr}
;;     cmp r0, #2
;;     bhs .Ltrap5
;;     ldr r4, =m_table
;;     ldr.w r12, [r4, r0, lsl #2]
;;     movs r4, #9
;;     str r4, [sp, #12]
;;     pop.w {r4, lr}
;;     bx r12
;; .Ltrap5:
;;     udf #5
;;     .ltorg
;;
;; func[6]:
;;     ldr r12, =m_tail_return
;;     cmp lr, r12
;;     beq .Lisland10
;;     push {lr}
;;     sub sp, sp, #12
;;     mov lr, r12
;; .Lisland10:
;;     str r0, [sp]
;;     movs r1, #1
;;     str r1, [sp, #4]
;;     mov r3, r0
;;     mov r2, r0
;;     mov r1, r0
;;     b.w swap
;;     .ltorg
;;
;; func[8]:
;;     adds r1, r1, #1
;;     str r1, [r0]
;;     movs r1, #2
;;     str r1, [r0, #4]
;;     bx lr
;;
;; m_tail_return:
;;     add sp, sp, #12
;;     pop {pc}
