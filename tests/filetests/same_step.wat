;; options: --bounds none
;; Of two that change by the same step in each round, one is the other and a constant; not so where their steps differ.
(module
  (memory 1)
  (func (export "pointers") (param $p i32) (param $n i32) (result i32)
    (local $q i32) (local $sum i32)
    local.get $p i32.const 16 i32.add local.set $q
    loop $next
      local.get $sum
      local.get $p i32.load
      local.get $q i32.load
      i32.mul i32.add local.set $sum
      local.get $q local.get $sum i32.store offset=4
      local.get $q i32.const 8 i32.add local.set $q
      local.get $p i32.const 8 i32.add local.set $p
      local.get $n i32.const -1 i32.add local.tee $n
      br_if $next
    end
    local.get $sum)
  (func (export "steps_differ") (param $p i32) (param $n i32) (result i32)
    (local $q i32) (local $sum i32)
    local.get $p i32.const 16 i32.add local.set $q
    loop $next
      local.get $sum
      local.get $p i32.load
      local.get $q i32.load
      i32.mul i32.add local.set $sum
      local.get $q i32.const 8 i32.add local.set $q
      local.get $p i32.const 4 i32.add local.set $p
      local.get $n i32.const -1 i32.add local.tee $n
      br_if $next
    end
    local.get $sum))
;; ----
;; func[0]:
;;     push {r4, lr}
;;     ldr r2, =m_memory
;;     adds r2, r0, r2
;;     bics.w r0, r1, #3
;;     sub.w lr, r1, r0
;;     beq .L8
;;     movs r0, #0
;; .L2:
;;     ldr r4, [r2]
;;     ldr r3, [r2, #16]
;;     mla r4, r4, r3, r0
;;     str r4, [r2, #20]
;;     ldr.w r12, [r2, #8]
;;     ldr r0, [r2, #24]
;;     mla r4, r12, r0, r4
;;     str r4, [r2, #28]
;;     ldr r12, [r2, #32]!
;;     mla r3, r3, r12, r4
;;     str r3, [r2, #4]
;;     ldr r4, [r2, #8]
;;     mla r0, r0, r4, r3
;;     str r0, [r2, #12]
;;     subs r1, r1, #4
;;     cmp r1, lr
;;     bne .L2
;;     cbz r1, .L11
;; .L8:
;;     ldr r3, [r2], #8
;;     ldr r4, [r2, #8]
;;     mla r0, r3, r4, r0
;;     str r0, [r2, #12]
;;     subs r1, r1, #1
;;     bne .L8
;; .L11:
;;     pop {r4, pc}
;;     .ltorg
;;
;; func[1]:
;;     push.w {r4, r5, r6, r7, r8, r9, r10, lr}
;;     ldr r2, =m_memory
;;     adds r2, r0, r2
;;     add.w r3, r2, #16
;;     bics.w r0, r1, #3
;;     sub.w lr, r1, r0
;;     beq .L8
;;     movs r0, #0
;; .L2:
;;     ldr r10, [r2], #16
;;     ldr r12, [r3], #32
;;     ldr.w r8, [r2, #-12]
;;     ldr.w r9, [r3, #-24]
;;     ldr.w r6, [r2, #-8]
;;     ldr.w r7, [r3, #-16]
;;     ldr.w r4, [r2, #-4]
;;     ldr.w r5, [r3, #-8]
;;     mla r0, r10, r12, r0
;;     mla r0, r8, r9, r0
;;     mla r0, r6, r7, r0
;;     mla r0, r4, r5, r0
;;     subs r1, r1, #4
;;     cmp r1, lr
;;     bne .L2
;;     cbz r1, .L11
;; .L8:
;;     ldr r4, [r2], #4
;;     ldr r5, [r3], #8
;;     mla r0, r4, r5, r0
;;     subs r1, r1, #1
;;     bne .L8
;; .L11:
;;     pop.w {r4, r5, r6, r7, r8, r9, r10, pc}
;;     .ltorg
