;; options: --target cortex-m4f
;; Floats travel in s0 to s15, f64 in pairs of them although their arithmetic is the library's, in core registers; a value
;; stays over a call in a register that callees preserve.
(module
  (import "env" "sample" (func $sample (param i32) (result f32)))
  (func (export "twice") (param i32) (result f32) (local f32)
    (local.set 1 (call $sample (local.get 0)))
    (f32.add (local.get 1) (call $sample (i32.add (local.get 0) (i32.const 1)))))
  (func (export "doubled") (param f32 f64) (result f64)
    (f64.add (local.get 1) (local.get 1)))
  (func (export "root") (param f64) (result f64)
    (f64.sqrt (local.get 0)))
  (func (export "swap") (param f32 f32) (result f32 f32)
    (local.get 1) (local.get 0)))
;; ----
;; func[1]:
;;     push {r4, lr}
;;     vpush {s16, s17}
;;     mov r4, r0
;;     bl sample
;;     adds r0, r4, #1
;;     vmov.f32 s16, s0
;;     bl sample
;;     vadd.f32 s0, s16, s0
;;     vpop {s16, s17}
;;     pop {r4, pc}
;;
;; func[2]:
;;     push {r4, lr}
;;     vmov r0, s2
;;     vmov r1, s3
;;     mov r3, r1
;;     mov r2, r0
;;     bl __aeabi_dadd
;;     vmov s0, r0
;;     vmov s1, r1
;;     pop {r4, pc}
;;
;; func[3]:
;;     b.w sqrt
;;
;; func[4]:
;;     vmov.f32 s2, s0
;;     vmov.f32 s0, s1
;;     vmov.f32 s1, s2
;;     bx lr
