;; Floats in every kind of place of the standard for VFP arguments, in both directions.
(module
  (import "env" "blend" (func $blend (param f32 i32 f64 f32 i64 f32) (result f64)))
  (import "env" "many"
    (func $many (param f64 f64 f64 f64 f64 f64 f64 f32 f64 f32 i32 f32) (result f32)))
  (import "env" "three" (func $three (param f32) (result f32 f32 f32)))
  (import "env" "two" (func $two (param f64) (result f64 f64)))
  (import "env" "mixed" (func $mixed (param f32) (result f32 f64)))
  (type $unary (func (param f32) (result f32)))
  (memory (export "samples") 1)
  (global (export "scale") (mut f32) (f32.const 3))
  (table 2 funcref)
  (elem (i32.const 0) $half $negated)
  (func $half (param f32) (result f32) (f32.mul (local.get 0) (f32.const 0.5)))
  (func $negated (param f32) (result f32) (f32.neg (local.get 0)))

  ;; Arguments where C puts them: s0, r0, d1, s1 (back-filled), r2 and r3, s4.
  (func (export "blended") (param f32 i32 f64 f32 i64 f32) (result f64)
    (call $blend
      (local.get 5) (local.get 1) (local.get 2) (local.get 0) (local.get 4) (local.get 3)))

  ;; Two of them on the stack, and the last float after those.
  (func (export "most") (param f64 f64 f64 f64 f64 f64 f64 f32 f64 f32 i32 f32) (result f32)
    (f32.add
      (call $many
        (local.get 6) (local.get 5) (local.get 4) (local.get 3) (local.get 2) (local.get 1)
        (local.get 0) (local.get 11) (local.get 8) (local.get 7) (local.get 10) (local.get 9))
      (local.get 9)))

  (func (export "sorted") (param f32 f32 f32) (result f32 f32 f32)
    (f32.min (f32.min (local.get 0) (local.get 1)) (local.get 2))
    (f32.max
      (f32.min (local.get 0) (local.get 1))
      (f32.min (f32.max (local.get 0) (local.get 1)) (local.get 2)))
    (f32.max (f32.max (local.get 0) (local.get 1)) (local.get 2)))
  (func (export "swapped") (param f64 f64) (result f64 f64) (local.get 1) (local.get 0))
  (func (export "both") (param f64 f32) (result f32 f64) (local.get 1) (local.get 0))
  (func (export "root") (param f64) (result f64) (f64.sqrt (local.get 0)))

  (func (export "collected") (param f32) (result f64) (local f32 f32 f32) (local f64)
    (call $three (local.get 0))
    (local.set 3) (local.set 2) (local.set 1)
    (call $two (f64.promote_f32 (f32.add (f32.add (local.get 1) (local.get 2)) (local.get 3))))
    (f64.sub)
    (call $mixed (local.get 0))
    (local.set 4)
    (f64.promote_f32)
    (local.get 4)
    (f64.mul)
    (f64.add))

  (func (export "applied") (param i32 f32) (result f32)
    (call_indirect (type $unary) (local.get 1) (local.get 0)))

  ;; Values in registers that callees preserve, over calls of C in a loop.
  (func (export "accumulated") (param i32 f32) (result f32) (local f32 f32 f32 f32)
    (local.set 2 (f32.const 1)) (local.set 3 (f32.const 2)) (local.set 4 (f32.const 3)) (local.set 5 (f32.const 4))
    (loop
      (local.set 2 (f32.add (local.get 2) (f32.demote_f64
        (call $blend (local.get 3) (local.get 0) (f64.const 0.5) (local.get 4) (i64.const -1) (local.get 5)))))
      (local.set 3 (f32.mul (local.get 3) (local.get 1)))
      (local.set 4 (f32.sub (local.get 4) (local.get 1)))
      (local.set 5 (f32.div (local.get 5) (global.get 0)))
      (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
    (f32.add (f32.add (local.get 2) (local.get 3)) (f32.add (local.get 4) (local.get 5)))))
