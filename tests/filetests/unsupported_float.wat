;; Floating point is refused with the function, the offset and the instruction.
(module
  (func (export "f") (param f32) (result f32)
    local.get 0
    f32.neg))
;; ----
;; error: function 0 at 0x22: f32.neg is not supported
