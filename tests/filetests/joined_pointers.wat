;; options: --bounds none
;; A pointer that some rounds of a loop step and others do not is a machine pointer all the same.
(module
  (memory 1)
  (func (export "squeeze") (param $p i32) (param $end i32) (param $out i32) (result i32)
    (local $c i32) (local $start i32)
    (local.set $start (local.get $out))
    (loop $l
      (local.set $c (i32.load8_u (local.get $p)))
      (if (i32.ne (local.get $c) (i32.const 32))
        (then
          (if (i32.gt_u (local.get $c) (i32.const 127))
            (then
              (i32.store8 (local.get $out) (i32.const 63))
              (local.set $out (i32.add (local.get $out) (i32.const 1)))))
          (i32.store8 (local.get $out) (local.get $c))
          (local.set $out (i32.add (local.get $out) (i32.const 1)))))
      (br_if $l (i32.ne (local.tee $p (i32.add (local.get $p) (i32.const 1))) (local.get $end))))
    (i32.sub (local.get $out) (local.get $start)))
  ;; One of the ways brings an index from elsewhere.
  (func (export "jump") (param $p i32) (param $q i32) (param $n i32)
    (loop $l
      (i32.store8 (local.get $p) (i32.const 1))
      (if (i32.load8_u offset=1 (local.get $p))
        (then (local.set $p (i32.mul (local.get $q) (local.get $n))))
        (else (local.set $p (i32.add (local.get $p) (i32.const 2)))))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))
;; ----
;; func[0]:
;;     push {r4, lr}
;;     ldr r3, =m_memory
;;     adds r4, r1, r3
;;     adds r0, r0, r3
;;     adds r1, r2, r3
;;     mov.w r12, #63
;; .L1:
;;     ldrb r3, [r0]
;;     cmp r3, #32
;;     beq .L7
;;     cmp r3, #127
;;     bls .L5
;;     strb.w r12, [r1]
;;     adds r1, r1, #1
;; .L5:
;;     strb r3, [r1], #1
;; .L7:
;;     adds r0, r0, #1
;;     cmp r0, r4
;;     bne .L1
;;     ldr r0, =m_memory
;;     subs r0, r1, r0
;;     subs r0, r0, r2
;;     pop {r4, pc}
;;     .ltorg
;;
;; func[1]:
;;     push {r4, lr}
;;     ldr r12, =m_memory
;;     movs r4, #1
;; .L1:
;;     add.w r3, r0, r12
;;     strb r4, [r3]
;;     ldrb r3, [r3, #1]
;;     cbz r3, .L3
;;     mul r0, r1, r2
;;     subs r2, r2, #1
;;     bne .L1
;;     pop {r4, pc}
;; .L3:
;;     adds r0, r0, #2
;;     subs r2, r2, #1
;;     bne .L1
;;     pop {r4, pc}
;;     .ltorg
