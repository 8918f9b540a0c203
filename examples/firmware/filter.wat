;; A moving average over the last eight samples of a sensor: a module with a memory of its own.
(module
  (import "board" "sensor_read" (func $sensor_read (param i32) (result i32)))
  (memory 1)
  (global $next (mut i32) (i32.const 0))
  (data (i32.const 64) "\10\00\00\00\10\00\00\00\10\00\00\00\10\00\00\00\10\00\00\00\10\00\00\00\10\00\00\00\10\00\00\00")

  ;; Takes a sample of a channel into the ring of eight words at 64.
  (func (export "filter_sample") (param $channel i32) (result i32) (local $value i32)
    (local.set $value (call $sensor_read (local.get $channel)))
    (i32.store offset=64 (i32.shl (global.get $next) (i32.const 2)) (local.get $value))
    (global.set $next (i32.and (i32.add (global.get $next) (i32.const 1)) (i32.const 7)))
    (local.get $value))

  (func (export "filter_mean") (result i32) (local $at i32) (local $sum i32)
    (loop $all
      (local.set $sum (i32.add (local.get $sum) (i32.load offset=64 (local.get $at))))
      (br_if $all (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 4))) (i32.const 32))))
    (i32.div_s (local.get $sum) (i32.const 8)))

  ;; The mean in volts at `scale` volts a step.
  (func (export "filter_volts") (param $scale f32) (result f32)
    (f32.mul (f32.convert_i32_s (call 2)) (local.get $scale))))
