;; A search seldom goes around often enough to be worth the instructions before it that one check in each round would take.
;; options: --bounds trap
(module
  (memory 1)
  (func (export "find") (param $p i32) (param $n i32) (result i32)
    (loop $top
      (if (i32.eq (i32.load8_u (local.get $p)) (i32.const 32)) (then (return (local.get $p))))
      (local.set $p (i32.add (local.get $p) (i32.const 1)))
      (br_if $top (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (i32.const 0)))
