;; options: --bounds none --alignment trust
;; What a loop's ways out say of themselves is not tested behind it.
(module
  (memory 1)
  (func (export "find") (param $p i32) (param $n i32) (param $byte i32) (result i32)
    (local $state i32)
    (block $out
      (loop $next
        (if (i32.eqz (local.get $n))
          (then (local.set $state (i32.const 0)) (br $out)))
        (if (i32.eq (i32.load8_u (local.get $p)) (local.get $byte))
          (then (local.set $state (i32.const 1)) (br $out)))
        (if (i32.eqz (i32.load8_u (local.get $p)))
          (then (local.set $state (i32.const 2)) (br $out)))
        (local.set $p (i32.add (local.get $p) (i32.const 1)))
        (local.set $n (i32.sub (local.get $n) (i32.const 1)))
        (br $next)))
    (block $zero
      (block $one
        (block $two
          (br_table $zero $one $two (local.get $state)))
        (return (i32.const -1)))
      (return (local.get $p)))
    (i32.const 0)))
;; ----
;; func[0]:
;;     ldr r3, =m_memory
;;     adds r0, r0, r3
;;     cbz r1, .L5
;; .L2:
;;     ldrb r3, [r0]
;;     cmp r3, r2
;;     beq .L6
;;     cbz r3, .L7
;;     adds r0, r0, #1
;;     subs r1, r1, #1
;;     bne .L2
;; .L5:
;;     movs r0, #0
;;     bx lr
;; .L6:
;;     ldr r1, =m_memory
;;     subs r0, r0, r1
;;     bx lr
;; .L7:
;;     mov.w r0, #0xffffffff
;;     bx lr
;;     .ltorg
