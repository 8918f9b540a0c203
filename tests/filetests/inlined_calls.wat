;; options: --bounds none --alignment trust
;; A function with one call is part of its caller, returns, locals and loops included; so is one that is hardly longer than a
;; call, and what is exported has code of its own besides. What calls itself stays a function.
(module
  (memory 1)
  (func $find (param $key i32) (param $at i32) (result i32)
    (local $found i32)
    (loop $next
      (if (i32.eq (i32.load (local.get $at)) (local.get $key)) (then (return (local.get $at))))
      (br_if $next (local.tee $at (i32.load offset=4 (local.get $at)))))
    (local.get $found))
  (func $average (export "average") (param i32 i32) (result i32)
    (i32.shr_u (i32.add (local.get 0) (local.get 1)) (i32.const 1)))
  (func $factorial (param i32) (result i32)
    (if (result i32) (local.get 0)
      (then (i32.mul (local.get 0) (call $factorial (i32.sub (local.get 0) (i32.const 1)))))
      (else (i32.const 1))))
  (func (export "mean") (param i32 i32 i32) (result i32)
    (call $average (call $average (local.get 0) (local.get 1))
      (call $find (local.get 2) (i32.const 64))))
  (func (export "choose") (param i32 i32) (result i32)
    (i32.div_u (call $factorial (local.get 0)) (call $factorial (local.get 1)))))
;; ----
;; func[1] average:
;;     adds r0, r0, r1
;;     lsrs r0, r0, #1
;;     bx lr
;;
;; func[2] factorial:
;;     cbz r0, .L3
;;     push {r4, lr}
;;     mov r4, r0
;;     subs r0, r4, #1
;;     bl factorial
;;     muls r0, r4, r0
;;     pop {r4, pc}
;; .L3:
;;     movs r0, #1
;;     bx lr
;;
;; func[3]:
;;     push {r4, lr}
;;     adds r0, r0, r1
;;     lsr.w r12, r0, #1
;;     ldr r4, =m_memory
;;     movs r0, #64
;; .L1:
;;     adds r1, r0, r4
;;     ldr r3, [r1]
;;     cmp r3, r2
;;     beq .L6
;;     ldr r0, [r1, #4]
;;     cmp r0, #0
;;     bne .L1
;; .L6:
;;     add r0, r0, r12
;;     lsrs r0, r0, #1
;;     pop {r4, pc}
;;     .ltorg
;;
;; func[4]:
;;     push {r4, r5, r6, lr}
;;     mov r5, r1
;;     bl factorial
;;     mov r4, r0
;;     mov r0, r5
;;     bl factorial
;;     cbz r0, .Ltrap1
;;     udiv r0, r4, r0
;;     pop {r4, r5, r6, pc}
;; .Ltrap1:
;;     udf #1
