;; options: --bounds none
;; What is exact on the bits of floats calls nothing.
(module
  (memory 1)
  (func (export "abs") (param f32 f64) (result f32)
    (f64.store (i32.const 8) (f64.abs (local.get 1)))
    (f32.abs (local.get 0)))
  (func (export "neg") (param f32 f64) (result f64)
    (f32.store (i32.const 4) (f32.neg (local.get 0)))
    (f64.neg (local.get 1)))
  (func (export "copysign") (param f32 f32) (result f32)
    (f32.copysign (local.get 0) (local.get 1)))
  (func (export "copysign64") (param f64 f64) (result f64)
    (f64.copysign (local.get 0) (local.get 1)))
  (func (export "reinterpret") (param f64) (result i64)
    (i64.reinterpret_f64 (local.get 0)))
  (func (export "load") (param i32) (result f64)
    (f64.load offset=16 (local.get 0)))
  (func (export "select") (param f32 f32 i32) (result f32)
    (select (local.get 0) (local.get 1) (local.get 2)))
  (func (export "constant") (result f32)
    (f32.const 1.5)))
;; ----
;; func[0]:
;;     bic.w r3, r3, #0x80000000
;;     ldr r1, =m_memory
;;     str r2, [r1, #8]
;;     str r3, [r1, #12]
;;     bic.w r0, r0, #0x80000000
;;     bx lr
;;     .ltorg
;;
;; func[1]:
;;     eor.w r1, r0, #0x80000000
;;     ldr r12, =m_memory
;;     str.w r1, [r12, #4]
;;     eor.w r1, r3, #0x80000000
;;     mov r0, r2
;;     bx lr
;;     .ltorg
;;
;; func[2]:
;;     and.w r1, r1, #0x80000000
;;     bic.w r0, r0, #0x80000000
;;     orrs r0, r0, r1
;;     bx lr
;;
;; func[3]:
;;     and.w r2, r3, #0x80000000
;;     bic.w r1, r1, #0x80000000
;;     orrs r1, r1, r2
;;     bx lr
;;
;; func[4]:
;;     bx lr
;;
;; func[5]:
;;     ldr r1, =m_memory
;;     adds r1, r0, r1
;;     ldr r0, [r1, #16]
;;     ldr r1, [r1, #20]
;;     bx lr
;;     .ltorg
;;
;; func[6]:
;;     cmp r2, #0
;;     it ne
;;     movne r1, r0
;;     mov r0, r1
;;     bx lr
;;
;; func[7]:
;;     mov.w r0, #0x3fc00000
;;     bx lr
