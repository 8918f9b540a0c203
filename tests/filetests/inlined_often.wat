;; options: --bounds none --alignment trust
;; Calls in a loop run often, and so do those in a function that calls itself: a function that is larger than its calls stands
;; in the place of all of them. The same number of calls that run once each are calls.
(module
  (memory 1)
  (func $often (param $at i32) (param $key i32) (result i32)
    (local $next i32)
    (local.set $next (i32.load (local.get $at)))
    (if (i32.ne (i32.load8_u (local.get $next)) (local.get $key)) (then (return (i32.const 0))))
    (i32.store (local.get $at) (i32.add (local.get $next) (i32.const 1)))
    (i32.store offset=4 (local.get $at) (i32.add (i32.load offset=4 (local.get $at)) (i32.const 1)))
    (i32.const 1))
  (func $seldom (param $at i32) (param $key i32) (result i32)
    (local $next i32)
    (local.set $next (i32.load (local.get $at)))
    (if (i32.ne (i32.load8_u (local.get $next)) (local.get $key)) (then (return (i32.const 0))))
    (i32.store offset=4 (local.get $at) (i32.add (i32.load offset=4 (local.get $at)) (i32.const 1)))
    (i32.store (local.get $at) (i32.add (local.get $next) (i32.const 1)))
    (i32.const 1))
  (func $digits (param $at i32) (result i32)
    (local $sum i32)
    (loop $next
      (local.set $sum (i32.add (local.get $sum) (call $often (local.get $at) (i32.const 48))))
      (local.set $sum (i32.shl (local.get $sum) (call $often (local.get $at) (i32.const 49))))
      (br_if $next (call $often (local.get $at) (i32.const 44))))
    (if (call $often (local.get $at) (i32.const 40))
      (then (local.set $sum (i32.add (local.get $sum) (call $digits (local.get $at))))))
    (local.get $sum))
  (func (export "header") (param $at i32) (result i32)
    (call $digits (local.get $at))
    (i32.or (call $seldom (local.get $at) (i32.const 50)))
    (i32.or (call $seldom (local.get $at) (i32.const 51)))
    (i32.or (call $seldom (local.get $at) (i32.const 52)))
    (i32.or (call $seldom (local.get $at) (i32.const 53)))
    (i32.or (call $seldom (local.get $at) (i32.const 54)))
    (i32.or (call $seldom (local.get $at) (i32.const 55)))
    (i32.or (call $seldom (local.get $at) (i32.const 56)))
    (i32.or (call $seldom (local.get $at) (i32.const 57)))
))
;; ----
;; func[1] seldom:
;;     ldr r2, =m_memory
;;     adds r0, r0, r2
;;     ldr r3, [r0]
;;     ldrb r2, [r2, r3]
;;     cmp r2, r1
;;     beq .L2
;;     movs r0, #0
;;     bx lr
;; .L2:
;;     ldr r2, [r0, #4]
;;     adds r2, r2, #1
;;     str r2, [r0, #4]
;;     adds r2, r3, #1
;;     str r2, [r0]
;;     movs r0, #1
;;     bx lr
;;     .ltorg
;;
;; func[2] digits:
;;     push {r4, lr}
;;     ldr r2, =m_memory
;;     adds r1, r0, r2
;;     movs r4, #0
;;     ldr r3, [r1]
;;     ldrb.w r12, [r2, r3]
;;     cmp.w r12, #48
;;     beq .L3
;; .L2:
;;     movs r3, #0
;;     adds r4, r4, r3
;;     ldr r3, [r1]
;;     ldrb.w r12, [r2, r3]
;;     cmp.w r12, #49
;;     bne .L5
;;     b .L6
;; .L3:
;;     adds r3, r3, #1
;;     str r3, [r1]
;;     ldr r3, [r1, #4]
;;     adds r3, r3, #1
;;     str r3, [r1, #4]
;;     movs r3, #1
;;     adds r4, r4, r3
;;     ldr r3, [r1]
;;     ldrb.w r12, [r2, r3]
;;     cmp.w r12, #49
;;     beq .L6
;; .L5:
;;     movs r3, #0
;;     lsls r4, r4, r3
;;     ldr r3, [r1]
;;     ldrb.w r12, [r2, r3]
;;     cmp.w r12, #44
;;     beq .L8
;;     b .L9
;; .L6:
;;     adds r3, r3, #1
;;     str r3, [r1]
;;     ldr r3, [r1, #4]
;;     adds r3, r3, #1
;;     str r3, [r1, #4]
;;     movs r3, #1
;;     lsls r4, r4, r3
;;     ldr r3, [r1]
;;     ldrb.w r12, [r2, r3]
;;     cmp.w r12, #44
;;     bne .L9
;; .L8:
;;     adds r3, r3, #1
;;     str r3, [r1]
;;     ldr r3, [r1, #4]
;;     adds r3, r3, #1
;;     str r3, [r1, #4]
;;     ldr r3, [r1]
;;     ldrb.w r12, [r2, r3]
;;     cmp.w r12, #48
;;     bne .L2
;;     b .L3
;; .L9:
;;     cmp.w r12, #40
;;     bne .L12
;;     adds r2, r3, #1
;;     str r2, [r1]
;;     ldr r2, [r1, #4]
;;     adds r2, r2, #1
;;     str r2, [r1, #4]
;;     bl digits
;;     adds r4, r4, r0
;; .L12:
;;     mov r0, r4
;;     pop {r4, pc}
;;     .ltorg
;;
;; func[3]:
;;     push {r4, r5, r6, lr}
;;     mov r4, r0
;;     bl digits
;;     movs r1, #50
;;     mov r5, r0
;;     mov r0, r4
;;     bl seldom
;;     orrs r5, r5, r0
;;     movs r1, #51
;;     mov r0, r4
;;     bl seldom
;;     orrs r5, r5, r0
;;     movs r1, #52
;;     mov r0, r4
;;     bl seldom
;;     orrs r5, r5, r0
;;     movs r1, #53
;;     mov r0, r4
;;     bl seldom
;;     orrs r5, r5, r0
;;     movs r1, #54
;;     mov r0, r4
;;     bl seldom
;;     orrs r5, r5, r0
;;     movs r1, #55
;;     mov r0, r4
;;     bl seldom
;;     orrs r5, r5, r0
;;     movs r1, #56
;;     mov r0, r4
;;     bl seldom
;;     orrs r5, r5, r0
;;     movs r1, #57
;;     mov r0, r4
;;     bl seldom
;;     orrs r0, r0, r5
;;     pop {r4, r5, r6, pc}
