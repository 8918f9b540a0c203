;; Routines of the object: on the bits of floats, so that they need nothing else, and their arguments and results travel in
;; core registers whatever the target's convention for floats is.
;;
;; Roundings: with an exponent of at least the fraction's width the number is an integer, an infinity or a NaN, which
;; becomes quiet; below 1 the result is a zero or a one. Between, $mask has the fraction bits behind the point; what is
;; added before they are cleared decides the direction, and a carry out of the fraction steps the exponent.
;;
;; Truncations: the significand with its leading one at the top, shifted to its place.
(module
  (func (export "f32_trunc") (param $x i32) (result i32)
    (local $e i32)
    (local.set $e (i32.and (i32.shr_u (local.get $x) (i32.const 23)) (i32.const 0xff)))
    (if (i32.ge_u (local.get $e) (i32.const 150))
      (then (return (select
        (i32.or (local.get $x) (i32.const 0x400000))
        (local.get $x)
        (i32.gt_u (i32.shl (local.get $x) (i32.const 1)) (i32.const 0xff000000))))))
    (if (i32.lt_u (local.get $e) (i32.const 127))
      (then (return (i32.and (local.get $x) (i32.const 0x80000000)))))
    (i32.and
      (local.get $x)
      (i32.xor
        (i32.shr_u (i32.const 0x7fffff) (i32.sub (local.get $e) (i32.const 127)))
        (i32.const -1))))

  ;; Towards negative infinity: the mask is added to negative numbers.
  (func (export "f32_floor") (param $x i32) (result i32)
    (local $e i32) (local $mask i32)
    (local.set $e (i32.and (i32.shr_u (local.get $x) (i32.const 23)) (i32.const 0xff)))
    (if (i32.ge_u (local.get $e) (i32.const 150))
      (then (return (select
        (i32.or (local.get $x) (i32.const 0x400000))
        (local.get $x)
        (i32.gt_u (i32.shl (local.get $x) (i32.const 1)) (i32.const 0xff000000))))))
    (if (i32.lt_u (local.get $e) (i32.const 127))
      (then (return (select
        (i32.const 0xbf800000)
        (i32.and (local.get $x) (i32.const 0x80000000))
        (i32.gt_u (local.get $x) (i32.const 0x80000000))))))
    (local.set $mask (i32.shr_u (i32.const 0x7fffff) (i32.sub (local.get $e) (i32.const 127))))
    (i32.and
      (i32.add
        (local.get $x)
        (i32.and (local.get $mask) (i32.shr_s (local.get $x) (i32.const 31))))
      (i32.xor (local.get $mask) (i32.const -1))))

  ;; Towards positive infinity: the mask is added to positive numbers.
  (func (export "f32_ceil") (param $x i32) (result i32)
    (local $e i32) (local $mask i32)
    (local.set $e (i32.and (i32.shr_u (local.get $x) (i32.const 23)) (i32.const 0xff)))
    (if (i32.ge_u (local.get $e) (i32.const 150))
      (then (return (select
        (i32.or (local.get $x) (i32.const 0x400000))
        (local.get $x)
        (i32.gt_u (i32.shl (local.get $x) (i32.const 1)) (i32.const 0xff000000))))))
    (if (i32.lt_u (local.get $e) (i32.const 127))
      (then (return (select
        (i32.const 0x3f800000)
        (i32.and (local.get $x) (i32.const 0x80000000))
        (i32.gt_s (local.get $x) (i32.const 0))))))
    (local.set $mask (i32.shr_u (i32.const 0x7fffff) (i32.sub (local.get $e) (i32.const 127))))
    (i32.and
      (i32.add
        (local.get $x)
        (i32.and
          (local.get $mask)
          (i32.xor (i32.shr_s (local.get $x) (i32.const 31)) (i32.const -1))))
      (i32.xor (local.get $mask) (i32.const -1))))

  ;; To the nearest, ties to even: half of the last place is added, less one unless the integer is odd. The integer's last
  ;; bit is at the place $e steps below the exponent's; for 1.x that is the exponent's own last bit, which is set.
  (func (export "f32_nearest") (param $x i32) (result i32)
    (local $e i32) (local $mask i32)
    (local.set $e (i32.and (i32.shr_u (local.get $x) (i32.const 23)) (i32.const 0xff)))
    (if (i32.ge_u (local.get $e) (i32.const 150))
      (then (return (select
        (i32.or (local.get $x) (i32.const 0x400000))
        (local.get $x)
        (i32.gt_u (i32.shl (local.get $x) (i32.const 1)) (i32.const 0xff000000))))))
    (if (i32.lt_u (local.get $e) (i32.const 127))
      (then (return (i32.or
        (i32.and (local.get $x) (i32.const 0x80000000))
        (select
          (i32.const 0x3f800000)
          (i32.const 0)
          (i32.gt_u (i32.shl (local.get $x) (i32.const 1)) (i32.const 0x7e000000)))))))
    (local.set $mask (i32.shr_u (i32.const 0x7fffff) (i32.sub (local.get $e) (i32.const 127))))
    (i32.and
      (i32.add
        (i32.add (local.get $x) (i32.shr_u (local.get $mask) (i32.const 1)))
        (i32.and
          (i32.shr_u (local.get $x) (i32.sub (i32.const 150) (local.get $e)))
          (i32.const 1)))
      (i32.xor (local.get $mask) (i32.const -1))))

  (func (export "f64_trunc") (param $x i64) (result i64)
    (local $e i32)
    (local.set $e
      (i32.and (i32.wrap_i64 (i64.shr_u (local.get $x) (i64.const 52))) (i32.const 0x7ff)))
    (if (i32.ge_u (local.get $e) (i32.const 1075))
      (then (return (select
        (i64.or (local.get $x) (i64.const 0x8000000000000))
        (local.get $x)
        (i64.gt_u
          (i64.and (local.get $x) (i64.const 0x7fffffffffffffff))
          (i64.const 0x7ff0000000000000))))))
    (if (i32.lt_u (local.get $e) (i32.const 1023))
      (then (return (i64.and (local.get $x) (i64.const 0x8000000000000000)))))
    (i64.and
      (local.get $x)
      (i64.xor
        (i64.shr_u
          (i64.const 0xfffffffffffff)
          (i64.extend_i32_u (i32.sub (local.get $e) (i32.const 1023))))
        (i64.const -1))))

  (func (export "f64_floor") (param $x i64) (result i64)
    (local $e i32) (local $mask i64)
    (local.set $e
      (i32.and (i32.wrap_i64 (i64.shr_u (local.get $x) (i64.const 52))) (i32.const 0x7ff)))
    (if (i32.ge_u (local.get $e) (i32.const 1075))
      (then (return (select
        (i64.or (local.get $x) (i64.const 0x8000000000000))
        (local.get $x)
        (i64.gt_u
          (i64.and (local.get $x) (i64.const 0x7fffffffffffffff))
          (i64.const 0x7ff0000000000000))))))
    (if (i32.lt_u (local.get $e) (i32.const 1023))
      (then (return (select
        (i64.const 0xbff0000000000000)
        (i64.and (local.get $x) (i64.const 0x8000000000000000))
        (i64.gt_u (local.get $x) (i64.const 0x8000000000000000))))))
    (local.set $mask
      (i64.shr_u
        (i64.const 0xfffffffffffff)
        (i64.extend_i32_u (i32.sub (local.get $e) (i32.const 1023)))))
    (i64.and
      (i64.add
        (local.get $x)
        (i64.and (local.get $mask) (i64.shr_s (local.get $x) (i64.const 63))))
      (i64.xor (local.get $mask) (i64.const -1))))

  (func (export "f64_ceil") (param $x i64) (result i64)
    (local $e i32) (local $mask i64)
    (local.set $e
      (i32.and (i32.wrap_i64 (i64.shr_u (local.get $x) (i64.const 52))) (i32.const 0x7ff)))
    (if (i32.ge_u (local.get $e) (i32.const 1075))
      (then (return (select
        (i64.or (local.get $x) (i64.const 0x8000000000000))
        (local.get $x)
        (i64.gt_u
          (i64.and (local.get $x) (i64.const 0x7fffffffffffffff))
          (i64.const 0x7ff0000000000000))))))
    (if (i32.lt_u (local.get $e) (i32.const 1023))
      (then (return (select
        (i64.const 0x3ff0000000000000)
        (i64.and (local.get $x) (i64.const 0x8000000000000000))
        (i64.gt_s (local.get $x) (i64.const 0))))))
    (local.set $mask
      (i64.shr_u
        (i64.const 0xfffffffffffff)
        (i64.extend_i32_u (i32.sub (local.get $e) (i32.const 1023)))))
    (i64.and
      (i64.add
        (local.get $x)
        (i64.and
          (local.get $mask)
          (i64.xor (i64.shr_s (local.get $x) (i64.const 63)) (i64.const -1))))
      (i64.xor (local.get $mask) (i64.const -1))))

  (func (export "f64_nearest") (param $x i64) (result i64)
    (local $e i32) (local $mask i64)
    (local.set $e
      (i32.and (i32.wrap_i64 (i64.shr_u (local.get $x) (i64.const 52))) (i32.const 0x7ff)))
    (if (i32.ge_u (local.get $e) (i32.const 1075))
      (then (return (select
        (i64.or (local.get $x) (i64.const 0x8000000000000))
        (local.get $x)
        (i64.gt_u
          (i64.and (local.get $x) (i64.const 0x7fffffffffffffff))
          (i64.const 0x7ff0000000000000))))))
    (if (i32.lt_u (local.get $e) (i32.const 1023))
      (then (return (i64.or
        (i64.and (local.get $x) (i64.const 0x8000000000000000))
        (select
          (i64.const 0x3ff0000000000000)
          (i64.const 0)
          (i64.gt_u
            (i64.and (local.get $x) (i64.const 0x7fffffffffffffff))
            (i64.const 0x3fe0000000000000)))))))
    (local.set $mask
      (i64.shr_u
        (i64.const 0xfffffffffffff)
        (i64.extend_i32_u (i32.sub (local.get $e) (i32.const 1023)))))
    (i64.and
      (i64.add
        (i64.add (local.get $x) (i64.shr_u (local.get $mask) (i64.const 1)))
        (i64.and
          (i64.shr_u
            (local.get $x)
            (i64.extend_i32_u (i32.sub (i32.const 1075) (local.get $e))))
          (i64.const 1)))
      (i64.xor (local.get $mask) (i64.const -1))))

  (func (export "i32_trunc_sat_f32_s") (param $x i32) (result i32)
    (local $e i32) (local $s i32)
    (local.set $e (i32.and (i32.shr_u (local.get $x) (i32.const 23)) (i32.const 0xff)))
    (if (i32.lt_u (local.get $e) (i32.const 127)) (then (return (i32.const 0))))
    (local.set $s (i32.shr_s (local.get $x) (i32.const 31)))
    (if (i32.gt_u (local.get $e) (i32.const 157))
      (then (return (select
        (i32.const 0)
        (i32.xor (local.get $s) (i32.const 0x7fffffff))
        (i32.gt_u (i32.shl (local.get $x) (i32.const 1)) (i32.const 0xff000000))))))
    (i32.sub
      (i32.xor
        (i32.shr_u
          (i32.or (i32.shl (local.get $x) (i32.const 8)) (i32.const 0x80000000))
          (i32.sub (i32.const 158) (local.get $e)))
        (local.get $s))
      (local.get $s)))

  (func (export "i32_trunc_sat_f32_u") (param $x i32) (result i32)
    (local $e i32)
    ;; Above +1 are the numbers that do not become 0, then the NaNs, then the negative ones.
    (if (i32.lt_s (local.get $x) (i32.const 0x3f800000)) (then (return (i32.const 0))))
    (if (i32.gt_s (local.get $x) (i32.const 0x7f800000)) (then (return (i32.const 0))))
    (local.set $e (i32.shr_u (local.get $x) (i32.const 23)))
    (if (i32.gt_u (local.get $e) (i32.const 158)) (then (return (i32.const -1))))
    (i32.shr_u
      (i32.or (i32.shl (local.get $x) (i32.const 8)) (i32.const 0x80000000))
      (i32.sub (i32.const 158) (local.get $e))))

  (func (export "i64_trunc_sat_f32_s") (param $x i32) (result i64)
    (local $e i32) (local $s i64)
    (local.set $e (i32.and (i32.shr_u (local.get $x) (i32.const 23)) (i32.const 0xff)))
    (if (i32.lt_u (local.get $e) (i32.const 127)) (then (return (i64.const 0))))
    (local.set $s (i64.extend_i32_s (i32.shr_s (local.get $x) (i32.const 31))))
    (if (i32.gt_u (local.get $e) (i32.const 189))
      (then (return (select
        (i64.const 0)
        (i64.xor (local.get $s) (i64.const 0x7fffffffffffffff))
        (i32.gt_u (i32.shl (local.get $x) (i32.const 1)) (i32.const 0xff000000))))))
    (i64.sub
      (i64.xor
        (i64.shr_u
          (i64.shl
            (i64.extend_i32_u
              (i32.or (i32.shl (local.get $x) (i32.const 8)) (i32.const 0x80000000)))
            (i64.const 32))
          (i64.extend_i32_u (i32.sub (i32.const 190) (local.get $e))))
        (local.get $s))
      (local.get $s)))

  (func (export "i64_trunc_sat_f32_u") (param $x i32) (result i64)
    (local $e i32)
    (if (i32.lt_s (local.get $x) (i32.const 0x3f800000)) (then (return (i64.const 0))))
    (if (i32.gt_s (local.get $x) (i32.const 0x7f800000)) (then (return (i64.const 0))))
    (local.set $e (i32.shr_u (local.get $x) (i32.const 23)))
    (if (i32.gt_u (local.get $e) (i32.const 190)) (then (return (i64.const -1))))
    (i64.shr_u
      (i64.shl
        (i64.extend_i32_u
          (i32.or (i32.shl (local.get $x) (i32.const 8)) (i32.const 0x80000000)))
        (i64.const 32))
      (i64.extend_i32_u (i32.sub (i32.const 190) (local.get $e)))))

  (func (export "i32_trunc_sat_f64_s") (param $x i64) (result i32)
    (local $e i32) (local $s i32)
    (local.set $e
      (i32.and (i32.wrap_i64 (i64.shr_u (local.get $x) (i64.const 52))) (i32.const 0x7ff)))
    (if (i32.lt_u (local.get $e) (i32.const 1023)) (then (return (i32.const 0))))
    (local.set $s (i32.wrap_i64 (i64.shr_s (local.get $x) (i64.const 63))))
    (if (i32.gt_u (local.get $e) (i32.const 1053))
      (then (return (select
        (i32.const 0)
        (i32.xor (local.get $s) (i32.const 0x7fffffff))
        (i64.gt_u
          (i64.and (local.get $x) (i64.const 0x7fffffffffffffff))
          (i64.const 0x7ff0000000000000))))))
    (i32.sub
      (i32.xor
        (i32.shr_u
          (i32.or
            (i32.wrap_i64 (i64.shr_u (local.get $x) (i64.const 21)))
            (i32.const 0x80000000))
          (i32.sub (i32.const 1054) (local.get $e)))
        (local.get $s))
      (local.get $s)))

  (func (export "i32_trunc_sat_f64_u") (param $x i64) (result i32)
    (local $e i32)
    (if (i64.lt_s (local.get $x) (i64.const 0x3ff0000000000000)) (then (return (i32.const 0))))
    (if (i64.gt_s (local.get $x) (i64.const 0x7ff0000000000000)) (then (return (i32.const 0))))
    (local.set $e (i32.wrap_i64 (i64.shr_u (local.get $x) (i64.const 52))))
    (if (i32.gt_u (local.get $e) (i32.const 1054)) (then (return (i32.const -1))))
    (i32.shr_u
      (i32.or
        (i32.wrap_i64 (i64.shr_u (local.get $x) (i64.const 21)))
        (i32.const 0x80000000))
      (i32.sub (i32.const 1054) (local.get $e))))

  (func (export "i64_trunc_sat_f64_s") (param $x i64) (result i64)
    (local $e i32) (local $s i64)
    (local.set $e
      (i32.and (i32.wrap_i64 (i64.shr_u (local.get $x) (i64.const 52))) (i32.const 0x7ff)))
    (if (i32.lt_u (local.get $e) (i32.const 1023)) (then (return (i64.const 0))))
    (local.set $s (i64.shr_s (local.get $x) (i64.const 63)))
    (if (i32.gt_u (local.get $e) (i32.const 1085))
      (then (return (select
        (i64.const 0)
        (i64.xor (local.get $s) (i64.const 0x7fffffffffffffff))
        (i64.gt_u
          (i64.and (local.get $x) (i64.const 0x7fffffffffffffff))
          (i64.const 0x7ff0000000000000))))))
    (i64.sub
      (i64.xor
        (i64.shr_u
          (i64.or (i64.shl (local.get $x) (i64.const 11)) (i64.const 0x8000000000000000))
          (i64.extend_i32_u (i32.sub (i32.const 1086) (local.get $e))))
        (local.get $s))
      (local.get $s)))

  (func (export "i64_trunc_sat_f64_u") (param $x i64) (result i64)
    (local $e i32)
    (if (i64.lt_s (local.get $x) (i64.const 0x3ff0000000000000)) (then (return (i64.const 0))))
    (if (i64.gt_s (local.get $x) (i64.const 0x7ff0000000000000)) (then (return (i64.const 0))))
    (local.set $e (i32.wrap_i64 (i64.shr_u (local.get $x) (i64.const 52))))
    (if (i32.gt_u (local.get $e) (i32.const 1086)) (then (return (i64.const -1))))
    (i64.shr_u
      (i64.or (i64.shl (local.get $x) (i64.const 11)) (i64.const 0x8000000000000000))
      (i64.extend_i32_u (i32.sub (i32.const 1086) (local.get $e))))))
