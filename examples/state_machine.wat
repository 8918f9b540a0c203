;; A table-driven state machine: a motor controller of four states and four events. The transitions are bytes of linear
;; memory; entering a state calls its action through a table of functions.
;;
;;   void    machine_reset(void);
;;   int32_t machine_step(uint32_t event);   the new state, or -1 for no such event
;;   int32_t machine_state(void);
;;
;; It needs `void motor(uint32_t duty)` and `void alarm(void)`.
(module
  (import "env" "motor" (func $motor (param i32)))
  (import "env" "alarm" (func $alarm))

  (type $action (func (param i32)))

  (memory 1)
  ;; next state by state (rows: idle, starting, running, fault) and event (columns: start, ready, stop, error)
  (data (i32.const 16) "\01\00\00\03" "\01\02\00\03" "\02\02\00\03" "\03\03\00\03")

  (table 4 4 funcref)
  (elem (i32.const 0) $enter_idle $enter_starting $enter_running $enter_fault)

  (global $state (mut i32) (i32.const 0))
  (global $entered (mut i32) (i32.const 0))

  (func $enter_idle (type $action)
    (call $motor (i32.const 0)))
  (func $enter_starting (type $action)
    (call $motor (i32.const 20)))
  (func $enter_running (type $action)
    (call $motor (i32.add (i32.const 60) (i32.mul (local.get 0) (i32.const 5)))))
  (func $enter_fault (type $action)
    (call $motor (i32.const 0))
    (call $alarm))

  (func (export "machine_reset")
    (global.set $state (i32.const 0))
    (global.set $entered (i32.const 0)))

  (func (export "machine_state") (result i32)
    (global.get $state))

  (func (export "machine_step") (param $event i32) (result i32)
    (local $next i32)
    (if (i32.gt_u (local.get $event) (i32.const 3))
      (then (return (i32.const -1))))
    (local.set $next
      (i32.load8_u offset=16
        (i32.add (i32.shl (global.get $state) (i32.const 2)) (local.get $event))))
    (if (i32.ne (local.get $next) (global.get $state))
      (then
        (global.set $entered (i32.add (global.get $entered) (i32.const 1)))
        (global.set $state (local.get $next))
        (call_indirect (type $action) (local.get $event) (local.get $next))))
    (global.get $state)))
