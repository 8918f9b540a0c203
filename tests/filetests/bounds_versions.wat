;; Checks behind a store move before the loop, a copy of which has them; the address that stays is checked once.
;; options: --bounds trap
(module
  (memory 1)
  (func (export "copy") (param $to i32) (param $from i32) (param $key i32) (param $n i32)
    (loop $top
      (i32.store8 (local.get $to) (i32.load8_u (local.get $from)))
      (i32.store8 offset=1 (local.get $to) (i32.load8_u (local.get $key)))
      (local.set $to (i32.add (local.get $to) (i32.const 2)))
      (local.set $from (i32.add (local.get $from) (i32.const 1)))
      (br_if $top (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))
