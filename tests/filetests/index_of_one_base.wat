;; options: --bounds none --alignment trust
;; An index that only one pointer is added to becomes a pointer that is compared with its end.
(module
  (memory 1)
  (func (export "copy_reversed") (param $from i32) (param $to i32)
    (local $i i32) (local $down i32)
    (local.set $down (i32.add (local.get $to) (i32.const 252)))
    (loop $next
      (i32.store (local.get $down)
        (i32.xor
          (i32.load (i32.add (local.get $from) (local.get $i)))
          (i32.load offset=256 (i32.add (local.get $from) (local.get $i)))))
      (local.set $down (i32.sub (local.get $down) (i32.const 8)))
      (br_if $next (i32.ne (local.tee $i (i32.add (local.get $i) (i32.const 12))) (i32.const 384))))))
;; ----
;; func[0]:
;;     ldr r2, =m_memory
;;     adds r1, r1, r2
;;     adds r1, r1, #252
;;     adds r0, r0, r2
;;     add.w r12, r0, #384
;; .L1:
;;     ldr r2, [r0], #12
;;     ldr.w r3, [r0, #244]
;;     eors r2, r2, r3
;;     str r2, [r1], #-8
;;     cmp r0, r12
;;     bne .L1
;;     bx lr
;;     .ltorg
