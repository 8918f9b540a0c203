;; What an inlined function has is refused with its own name and place.
(module
  (func (export "f") (param f32) (result f32) (call $lane (local.get 0)))
  (func $lane (param f32) (result f32)
    (f32x4.extract_lane 0 (f32x4.splat (local.get 0)))))
;; ----
;; error: function 1 (lane) at 0x2a: f32x4.splat is not supported
