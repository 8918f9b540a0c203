;; options: --target cortex-m4f --bounds none --alignment trust
;; Floats in single-precision registers: arithmetic, comparisons into flags, accesses whose alignment is promised, constants.
;; A value moves to a core register where an integer is made of it, and nothing is contracted.
(module
  (memory 1)
  (func (export "blend") (param f32 f32 f32) (result f32)
    (f32.add (f32.mul (local.get 0) (local.get 1)) (f32.sqrt (f32.neg (local.get 2)))))
  (func (export "clamp") (param f32) (result f32)
    (select
      (f32.const 0.5)
      (select (f32.const 100) (local.get 0) (f32.gt (local.get 0) (f32.const 100)))
      (f32.lt (local.get 0) (f32.const 0))))
  (func (export "sum") (param i32 i32) (result f32) (local f32)
    (loop
      (local.set 2 (f32.add (local.get 2) (f32.load offset=8 (local.get 0))))
      (local.set 0 (i32.add (local.get 0) (i32.const 4)))
      (br_if 0 (local.tee 1 (i32.sub (local.get 1) (i32.const 1)))))
    (local.get 2))
  (func (export "quantize") (param f32) (result i32)
    (i32.trunc_sat_f32_s (f32.mul (local.get 0) (f32.const 8))))
  (func (export "bits") (param f32) (result i32)
    (i32.shr_u (i32.reinterpret_f32 (local.get 0)) (i32.const 23)))
  (func (export "copy") (param i32)
    (f32.store (local.get 0) (f32.abs (f32.load offset=4 (local.get 0)))))
  ;; One test where a result exists; none where a comparison has shown that it does.
  (func (export "truncate") (param f32) (result i32)
    (i32.trunc_f32_s (local.get 0)))
  (func (export "guarded") (param f32) (result i32)
    (if (result i32) (f32.lt (f32.abs (local.get 0)) (f32.const 0x1p31))
      (then (i32.trunc_f32_s (local.get 0)))
      (else (i32.const 0x80000000))))
  ;; Addresses step by the accesses.
  (func (export "scale") (param i32 i32 f32)
    (loop
      (f32.store (local.get 0) (f32.mul (f32.load (local.get 0)) (local.get 2)))
      (local.set 0 (i32.add (local.get 0) (i32.const 4)))
      (br_if 0 (local.tee 1 (i32.sub (local.get 1) (i32.const 1)))))))
;; ----
;; func[0]:
;;     vmul.f32 s0, s0, s1
;;     vneg.f32 s1, s2
;;     vsqrt.f32 s1, s1
;;     vadd.f32 s0, s0, s1
;;     bx lr
;;
;; func[1]:
;;     vldr s2, =0x42c80000
;;     vcmp.f32 s0, s2
;;     vmrs APSR_nzcv, fpscr
;;     vmov.f32 s1, s0
;;     vmov.f32 s0, s1
;;     it gt
;;     vmovgt.f32 s0, s2
;;     vmov.f32 s2, #0.5
;;     vcmp.f32 s1, #0.0
;;     vmrs APSR_nzcv, fpscr
;;     it mi
;;     vmovmi.f32 s0, s2
;;     bx lr
;;     .ltorg
;;
;; func[2]:
;;     ldr r2, =m_memory
;;     adds r0, r0, r2
;;     bics.w r3, r1, #3
;;     sub.w r2, r1, r3
;;     vldr s0, =0x0
;;     beq .L8
;; .L2:
;;     vldr s1, [r0, #8]
;;     vadd.f32 s0, s0, s1
;;     vldr s1, [r0, #12]
;;     vadd.f32 s0, s0, s1
;;     vldr s1, [r0, #16]
;;     adds r0, r0, #16
;;     vadd.f32 s0, s0, s1
;;     vldr s1, [r0, #4]
;;     vadd.f32 s0, s0, s1
;;     subs r1, r1, #4
;;     cmp r1, r2
;;     bne .L2
;;     cbz r1, .L11
;; .L8:
;;     vldr s1, [r0, #8]
;;     vadd.f32 s0, s0, s1
;;     adds r0, r0, #4
;;     subs r1, r1, #1
;;     bne .L8
;; .L11:
;;     bx lr
;;     .ltorg
;;
;; func[3]:
;;     vmov.f32 s1, #8.0
;;     vmul.f32 s0, s0, s1
;;     vcvt.s32.f32 s0, s0
;;     vmov r0, s0
;;     bx lr
;;
;; func[4]:
;;     vmov r0, s0
;;     lsrs r0, r0, #23
;;     bx lr
;;
;; func[5]:
;;     ldr r1, =m_memory
;;     adds r0, r0, r1
;;     ldr r1, [r0, #4]
;;     bic.w r1, r1, #0x80000000
;;     str r1, [r0]
;;     bx lr
;;     .ltorg
;;
;; func[6]:
;;     vmov r0, s0
;;     ror.w r0, r0, #31
;;     eor.w r0, r0, #1
;;     cmp.w r0, #0x9e000000
;;     bhi .L1
;;     vcvt.s32.f32 s0, s0
;;     vmov r0, s0
;;     bx lr
;; .L1:
;;     vcmp.f32 s0, s0
;;     vmrs APSR_nzcv, fpscr
;;     bvs .Ltrap3
;;     udf #2
;; .Ltrap3:
;;     udf #3
;;
;; func[7]:
;;     vabs.f32 s1, s0
;;     vldr s2, =0x4f000000
;;     vcmp.f32 s1, s2
;;     vmrs APSR_nzcv, fpscr
;;     bpl .L2
;;     vcvt.s32.f32 s0, s0
;;     vmov r0, s0
;;     bx lr
;; .L2:
;;     mov.w r0, #0x80000000
;;     bx lr
;;     .ltorg
;;
;; func[8]:
;;     ldr r2, =m_memory
;;     adds r0, r0, r2
;;     bics.w r3, r1, #3
;;     sub.w r2, r1, r3
;;     beq .L8
;; .L2:
;;     vldr s1, [r0]
;;     vmul.f32 s1, s1, s0
;;     vstr s1, [r0]
;;     vldr s1, [r0, #4]
;;     vmul.f32 s1, s1, s0
;;     vstr s1, [r0, #4]
;;     vldr s1, [r0, #8]
;;     vmul.f32 s1, s1, s0
;;     vstr s1, [r0, #8]
;;     vldr s1, [r0, #12]
;;     vmul.f32 s1, s1, s0
;;     vstr s1, [r0, #12]
;;     adds r0, r0, #16
;;     subs r1, r1, #4
;;     cmp r1, r2
;;     bne .L2
;;     cbz r1, .L11
;; .L8:
;;     vldr s1, [r0]
;;     vmul.f32 s1, s1, s0
;;     vstmia r0!, {s1}
;;     subs r1, r1, #1
;;     bne .L8
;; .L11:
;;     bx lr
;;     .ltorg
