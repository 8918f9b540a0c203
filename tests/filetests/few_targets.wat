;; options: --bounds none
;; Tables of which all targets but a few are one test for these, with what the index counts from.
(module
  (func (export "two") (param i32) (result i32)
    (block (block (br_table 0 1 1 1 0 1 (i32.sub (local.get 0) (i32.const 98))))
      (return (i32.const 7)))
    (i32.const 9))
  (func (export "far") (param i32) (result i32)
    (block (block (br_table 1 1 1 0 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 0 1 (i32.add (local.get 0) (i32.const 70000))))
      (return (i32.const 7)))
    (i32.const 9))
  (func (export "wrapped") (param i32) (result i32)
    (block (block (block (br_table 2 0 2 1 2 (i32.add (local.get 0) (i32.const 3)))) (return (i32.const 5)))
      (return (i32.const 7)))
    (i32.const 9))
  (func (export "read_again") (param i32) (result i32)
    (local i32)
    (block (block (br_table 0 1 1 1 0 1 (local.tee 1 (i32.sub (local.get 0) (i32.const 98)))))
      (return (local.get 1)))
    (local.get 0)))
;; ----
;; func[0]:
;;     cmp r0, #98
;;     beq .L3
;;     cmp r0, #102
;;     bne .L5
;; .L3:
;;     movs r0, #7
;;     bx lr
;; .L5:
;;     movs r0, #9
;;     bx lr
;;
;; func[1]:
;;     ldr r1, =0x11170
;;     adds r0, r0, r1
;;     cmp r0, #3
;;     beq .L5
;;     cmp r0, #22
;;     beq .L5
;;     movs r0, #9
;;     bx lr
;; .L5:
;;     movs r0, #7
;;     bx lr
;;     .ltorg
;;
;; func[2]:
;;     adds r0, r0, #3
;;     cmp r0, #1
;;     bne .L2
;;     movs r0, #5
;;     bx lr
;; .L2:
;;     cmp r0, #3
;;     bne .L5
;;     movs r0, #7
;;     bx lr
;; .L5:
;;     movs r0, #9
;;     bx lr
;;
;; func[3]:
;;     mov r1, r0
;;     subs.w r0, r1, #98
;;     beq .L3
;;     cmp r0, #4
;;     bne .L5
;; .L3:
;;     bx lr
;; .L5:
;;     mov r0, r1
;;     bx lr
