;; A local of a type that has no representation is refused where its function can run.
(module
  (func (local v128))
  (func (export "f") (local i32 v128)))
;; ----
;; error: function 1 at 0x23: SIMD (v128) is not supported
