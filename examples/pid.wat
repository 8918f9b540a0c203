;; A PID controller in fixed point: gains are 24.8, the error is clamped, and so are the integral and the output.
;;
;;   struct pid { int32_t kp, ki, kd, integral, previous, integral_limit, output_limit; };
;;   int32_t pid_step(struct pid *pid, int32_t target, int32_t measured);
;;   void    pid_reset(struct pid *pid);
(module
  (memory 1)

  (func $clamp (param $value i32) (param $low i32) (param $high i32) (result i32)
    (select
      (local.get $low)
      (select (local.get $high) (local.get $value)
        (i32.gt_s (local.get $value) (local.get $high)))
      (i32.lt_s (local.get $value) (local.get $low))))

  (func $gain (param $factor i32) (param $value i32) (result i32)
    (i32.shr_s (i32.mul (local.get $factor) (local.get $value)) (i32.const 8)))

  (func (export "pid_reset") (param $pid i32)
    (i32.store offset=12 (local.get $pid) (i32.const 0))
    (i32.store offset=16 (local.get $pid) (i32.const 0)))

  (func (export "pid_step") (param $pid i32) (param $target i32) (param $measured i32) (result i32)
    (local $error i32) (local $change i32) (local $integral i32) (local $limit i32)
    (local.set $error
      (call $clamp (i32.sub (local.get $target) (local.get $measured))
        (i32.const -32767) (i32.const 32767)))
    (local.set $change (i32.sub (local.get $error) (i32.load offset=16 (local.get $pid))))
    (i32.store offset=16 (local.get $pid) (local.get $error))
    (local.set $limit (i32.load offset=20 (local.get $pid)))
    (local.set $integral
      (call $clamp
        (i32.add
          (i32.load offset=12 (local.get $pid))
          (call $gain (i32.load offset=4 (local.get $pid)) (local.get $error)))
        (i32.sub (i32.const 0) (local.get $limit))
        (local.get $limit)))
    (i32.store offset=12 (local.get $pid) (local.get $integral))
    (local.set $limit (i32.load offset=24 (local.get $pid)))
    (call $clamp
      (i32.add
        (i32.add
          (call $gain (i32.load (local.get $pid)) (local.get $error))
          (local.get $integral))
        (call $gain (i32.load offset=8 (local.get $pid)) (local.get $change)))
      (i32.sub (i32.const 0) (local.get $limit))
      (local.get $limit))))
