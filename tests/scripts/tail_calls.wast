;; Tail calls whose callees take more, fewer and other arguments on the stack than their callers. The depths exceed
;; any stack: a chain of tail calls that kept as much as a word per call would exhaust it.

(module
  ;; Few arguments to many and back: the area of arguments grows once.
  (func $few (export "few") (param $n i32) (param $sum i64) (result i64)
    (if (result i64) (i32.eqz (local.get $n))
      (then (local.get $sum))
      (else
        (return_call $many (i32.sub (local.get $n) (i32.const 1)) (local.get $sum)
          (i64.const 1) (i64.const 2) (i64.const 3) (i64.const 4) (i64.const 5)
          (i64.extend_i32_u (local.get $n))))))
  (func $many (param $n i32) (param $sum i64) (param i64 i64 i64 i64 i64) (param $last i64) (result i64)
    (if (result i64) (i32.and (local.get $n) (i32.const 1))
      (then
        (return_call $few (local.get $n)
          (i64.add (i64.add (local.get $sum) (local.get 6)) (local.get $last))))
      (else
        (return_call $more (local.get $n) (local.get 6) (local.get 5) (local.get 4) (local.get 3) (local.get 2)
          (local.get $last) (local.get $sum) (i64.const 1000)))))
  (func $more (param $n i32) (param i64 i64 i64 i64 i64) (param $last i64) (param $sum i64) (param $step i64) (result i64)
    (return_call $few (local.get $n)
      (i64.add (i64.add (local.get $sum) (local.get 1)) (i64.add (local.get $last) (local.get $step)))))

  ;; A rotation of eleven values, of which all but three travel on the stack.
  (func $turn (export "turn") (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (param $n i32) (result i32)
    (if (i32.eqz (local.get $n))
      (then (return (i32.add (i32.mul (local.get 0) (i32.const 100)) (local.get 10)))))
    (return_call $turn
      (local.get 1) (local.get 2) (local.get 3) (local.get 4) (local.get 5) (local.get 6) (local.get 7)
      (local.get 8) (local.get 9) (local.get 10) (local.get 0) (i32.sub (local.get $n) (i32.const 1))))

  ;; The same in the other direction, through a table.
  (type $turn (func (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
  (table $t (export "t") funcref (elem $back $few_indirect $many_indirect))
  (func $back (type $turn)
    (if (i32.eqz (local.get 11))
      (then (return (i32.add (i32.mul (local.get 0) (i32.const 100)) (local.get 10)))))
    (return_call_indirect $t (type $turn)
      (local.get 10) (local.get 0) (local.get 1) (local.get 2) (local.get 3) (local.get 4) (local.get 5)
      (local.get 6) (local.get 7) (local.get 8) (local.get 9) (i32.sub (local.get 11) (i32.const 1))
      (i32.const 0)))
  (func (export "back") (param $n i32) (result i32)
    (return_call $back (i32.const 1) (i32.const 2) (i32.const 3) (i32.const 4) (i32.const 5) (i32.const 6)
      (i32.const 7) (i32.const 8) (i32.const 9) (i32.const 10) (i32.const 11) (local.get $n)))

  ;; Several results go through a pointer that every callee passes on.
  (type $few_results (func (param i32 f32 f64) (result i64 f32 f64)))
  (type $many_results (func (param i32 f32 f64 i64 i64 f64) (result i64 f32 f64)))
  (func $few_indirect (export "results") (type $few_results)
    (if (i32.eqz (local.get 0))
      (then (return (i64.const -1) (local.get 1) (local.get 2))))
    (return_call_indirect $t (type $many_results)
      (i32.sub (local.get 0) (i32.const 1)) (local.get 1) (local.get 2) (i64.const 7)
      (i64.extend_i32_u (local.get 0)) (f64.neg (local.get 2)) (i32.const 2)))
  (func $many_indirect (type $many_results)
    (if (i32.eqz (local.get 0))
      (then (return (i64.add (local.get 3) (local.get 4)) (f32.neg (local.get 1)) (local.get 5))))
    (return_call_indirect $t (type $few_results)
      (i32.sub (local.get 0) (i32.const 1)) (local.get 1) (local.get 5) (i32.const 1)))

  ;; A caller that holds values, and calls what enlarges its area, gets its registers and its stack back.
  (func (export "caller") (param $a i64) (param $b i64) (result i64)
    (local $c i64)
    (local.set $c (call $few (i32.const 5) (local.get $a)))
    (local.set $c (i64.add (local.get $c) (call $few (i32.const 4) (local.get $b))))
    (i64.add (i64.mul (local.get $a) (local.get $b)) (local.get $c)))

  ;; A chain inside a chain.
  (func $outer (export "outer") (param $n i32) (param $sum i64) (result i64)
    (if (i32.eqz (local.get $n)) (then (return (local.get $sum))))
    (return_call $outer_many (i32.sub (local.get $n) (i32.const 1))
      (call $few (i32.const 3) (local.get $sum)) (i64.const 5) (i64.const 6)))
  (func $outer_many (param $n i32) (param $sum i64) (param i64 i64) (result i64)
    (return_call $outer (local.get $n)
      (i64.add (call $few (i32.const 2) (local.get $sum)) (i64.sub (local.get 3) (local.get 2)))))

  ;; A call in tail position is a branch, so that this recursion is a loop.
  (func $count (export "count") (param $n i32) (param $sum i32) (result i32)
    (if (result i32) (local.get $n)
      (then (call $count (i32.sub (local.get $n) (i32.const 1)) (i32.add (local.get $sum) (local.get $n))))
      (else (local.get $sum))))
)

(assert_return (invoke "few" (i32.const 0) (i64.const 5)) (i64.const 5))
(assert_return (invoke "few" (i32.const 1) (i64.const 0)) (i64.const 1006))
(assert_return (invoke "few" (i32.const 2) (i64.const 0)) (i64.const 1013))
(assert_return (invoke "few" (i32.const 1000000) (i64.const 0)) (i64.const 500505500000))
(assert_return (invoke "turn" (i32.const 1) (i32.const 2) (i32.const 3) (i32.const 4) (i32.const 5) (i32.const 6)
  (i32.const 7) (i32.const 8) (i32.const 9) (i32.const 10) (i32.const 11) (i32.const 0)) (i32.const 111))
(assert_return (invoke "turn" (i32.const 1) (i32.const 2) (i32.const 3) (i32.const 4) (i32.const 5) (i32.const 6)
  (i32.const 7) (i32.const 8) (i32.const 9) (i32.const 10) (i32.const 11) (i32.const 1)) (i32.const 201))
(assert_return (invoke "turn" (i32.const 1) (i32.const 2) (i32.const 3) (i32.const 4) (i32.const 5) (i32.const 6)
  (i32.const 7) (i32.const 8) (i32.const 9) (i32.const 10) (i32.const 11) (i32.const 200004)) (i32.const 302))
(assert_return (invoke "back" (i32.const 1)) (i32.const 1110))
(assert_return (invoke "back" (i32.const 200004)) (i32.const 1009))
(assert_return (invoke "results" (i32.const 0) (f32.const 1.5) (f64.const 2.5))
  (i64.const -1) (f32.const 1.5) (f64.const 2.5))
(assert_return (invoke "results" (i32.const 1) (f32.const 1.5) (f64.const 2.5))
  (i64.const 8) (f32.const -1.5) (f64.const -2.5))
(assert_return (invoke "results" (i32.const 200000) (f32.const 1.5) (f64.const 2.5))
  (i64.const -1) (f32.const 1.5) (f64.const 2.5))
(assert_return (invoke "results" (i32.const 200003) (f32.const 1.5) (f64.const 2.5))
  (i64.const 8) (f32.const -1.5) (f64.const 2.5))
(assert_return (invoke "caller" (i64.const 1000) (i64.const 100000)) (i64.const 100106070))
(assert_return (invoke "outer" (i32.const 50000) (i64.const 0)) (i64.const 151750000))
(assert_return (invoke "count" (i32.const 1000000) (i32.const 0)) (i32.const 1784293664))
