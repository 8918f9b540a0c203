;; Checks of a pointer and its sums with constants are one where nothing happens between them; what it says holds of a choice
;; of two of the sums.
;; options: --bounds trap
(module
  (memory 2)
  (func (export "sum") (param i32 i32) (result i32)
    (i32.add (i32.load8_u offset=4 (local.get 0))
      (i32.add (i32.load (i32.sub (local.get 0) (i32.const 2))) (i32.load16_u (local.get 0)))))
  (func (export "either") (param i32 i32) (result i32)
    (i32.store (local.get 0) (i32.load offset=8 (local.get 0)))
    (i32.load (select (i32.add (local.get 0) (i32.const 4)) (local.get 0) (local.get 1)))))
