;; options: --bounds none
;; A load whose result is known is none: after a store of it, after stores elsewhere, and on the ways behind a branch.
(module
  (memory 1)
  (global $g (mut i32) (i32.const 0))
  (func (export "fields") (param $p i32) (param $x i32) (result i32)
    (i32.store offset=4 (local.get $p) (local.get $x))
    (i32.store offset=8 (local.get $p) (i32.load (local.get $p)))
    (global.set $g (local.get $x))
    (i32.add (i32.load (local.get $p)) (i32.load offset=4 (local.get $p))))
  ;; The store may be over the first load, not over the second.
  (func (export "unknown") (param $p i32) (param $q i32) (result i32)
    (local $a i32)
    (local.set $a (i32.load (local.get $p)))
    (i32.store (local.get $q) (i32.const 5))
    (i32.add (i32.mul (local.get $a) (i32.load (local.get $p))) (i32.load (local.get $q))))
  ;; A byte that is copied stays what it is, wherever the copy goes.
  (func (export "copied") (param $p i32) (param $q i32) (result i32)
    (i32.store8 (local.get $q) (i32.load8_u (local.get $p)))
    (if (result i32) (i32.load8_u (local.get $p))
      (then (i32.add (i32.load8_u (local.get $p)) (i32.const 1)))
      (else (i32.store8 offset=3 (local.get $p) (local.get $q)) (i32.load8_u offset=3 (local.get $p)))))
  ;; Halfwords of the same place overlap in part.
  (func (export "parts") (param $p i32) (result i32)
    (i32.store (local.get $p) (i32.const 0x12345678))
    (i32.store16 offset=2 (local.get $p) (i32.const 0x9abc))
    (i32.load (local.get $p))))
;; ----
;; func[0]:
;;     ldr r2, =m_memory
;;     adds r0, r0, r2
;;     str r1, [r0, #4]
;;     ldr r2, [r0]
;;     str r2, [r0, #8]
;;     ldr r0, =m_global0
;;     str r1, [r0]
;;     adds r0, r2, r1
;;     bx lr
;;     .ltorg
;;
;; func[1]:
;;     ldr r2, =m_memory
;;     adds r0, r0, r2
;;     ldr r3, [r0]
;;     mov.w r12, #5
;;     str.w r12, [r2, r1]
;;     ldr r0, [r0]
;;     muls r0, r3, r0
;;     adds r0, r0, #5
;;     bx lr
;;     .ltorg
;;
;; func[2]:
;;     ldr r3, =m_memory
;;     adds r2, r0, r3
;;     ldrb r0, [r2]
;;     strb r0, [r3, r1]
;;     cbz r0, .L2
;;     adds r0, r0, #1
;;     bx lr
;; .L2:
;;     strb r1, [r2, #3]
;;     ldrb r0, [r2, #3]
;;     bx lr
;;     .ltorg
;;
;; func[3]:
;;     ldr r1, =m_memory
;;     adds r0, r0, r1
;;     ldr r1, =0x12345678
;;     str r1, [r0]
;;     movw r1, #0x9abc
;;     strh r1, [r0, #2]
;;     ldr r0, [r0]
;;     bx lr
;;     .ltorg
