;; options: --bounds none --alignment trust
;; Where nothing is to be done, no frame is made; an argument that lives over calls is copied where the frame begins.
(module
  (import "env" "free" (func $free (param i32)))
  (memory 1)
  (func $depth (export "depth") (param $node i32) (result i32)
    (local $left i32)
    (if (i32.eqz (local.get $node)) (then (return (i32.const 0))))
    (local.set $left (call $depth (i32.load (local.get $node))))
    (i32.add (local.get $left) (call $depth (i32.load offset=4 (local.get $node)))))
  (func (export "release") (param $from i32) (param $count i32)
    (if (i32.lt_s (local.get $count) (i32.const 1)) (then (return)))
    (loop $next
      (call $free (local.get $from))
      (local.set $from (i32.add (local.get $from) (i32.const 16)))
      (br_if $next (local.tee $count (i32.sub (local.get $count) (i32.const 1)))))))
;; ----
;; func[1] depth:
;;     cbnz r0, .L2
;;     bx lr
;; .L2:
;;     push {r4, r5, r6, lr}
;;     ldr r4, =m_memory
;;     adds r4, r0, r4
;;     ldr r0, [r4]
;;     bl depth
;;     mov r5, r0
;;     ldr r0, [r4, #4]
;;     bl depth
;;     adds r0, r5, r0
;;     pop {r4, r5, r6, pc}
;;     .ltorg
;;
;; func[2]:
;;     cmp r1, #0
;;     bgt .L2
;;     bx lr
;; .L2:
;;     push {r4, r5, r6, lr}
;;     mov r5, r0
;;     mov r4, r1
;; .L4:
;;     mov r0, r5
;;     bl free
;;     adds r5, r5, #16
;;     subs r4, r4, #1
;;     bne .L4
;;     pop {r4, r5, r6, pc}
