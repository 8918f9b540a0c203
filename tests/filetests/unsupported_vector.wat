;; SIMD is refused with what it is called.
(module
  (func (export "f") (param f32) (result f32)
    (f32x4.extract_lane 0 (f32x4.splat (local.get 0)))))
;; ----
;; error: function 0 at 0x22: f32x4.splat is not supported
