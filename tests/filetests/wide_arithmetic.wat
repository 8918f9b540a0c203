;; 128-bit sums are one chain of carries, full products of i64 one chain of multiplications; of what nothing reads
;; nothing is computed.

(module
  (memory (export "memory") 1)
  (func (export "sum") (param i64 i64) (result i64)
    (local i64)
    (i64.add128 (local.get 0) (local.get 1) (i64.load (i32.const 0)) (i64.load (i32.const 8)))
    (local.set 2) (drop) (local.get 2))
  (func (export "difference") (param i64 i64)
    (local i64)
    (i64.sub128 (i64.load (i32.const 0)) (i64.load (i32.const 8)) (local.get 0) (local.get 1))
    (local.set 1) (local.set 0)
    (i64.store (i32.const 16) (local.get 0))
    (i64.store (i32.const 24) (local.get 1)))
  (func (export "product") (param i64 i64)
    (i64.mul_wide_u (local.get 0) (local.get 1))
    (local.set 1) (local.set 0)
    (i64.store (i32.const 16) (local.get 0))
    (i64.store (i32.const 24) (local.get 1)))
  (func (export "signed") (param i64 i64) (result i64)
    (i64.mul_wide_s (local.get 0) (local.get 1))
    (local.set 1) (drop) (local.get 1))
  (func (export "of_words") (param i32 i32) (result i64)
    (i64.mul_wide_u (i64.extend_i32_u (local.get 0)) (i64.extend_i32_u (local.get 1)))
    (drop))
  (func (export "low") (param i64 i64 i64) (result i64)
    (i64.add128 (local.get 0) (i64.const 0) (local.get 1) (local.get 2))
    (drop)))
;; ----
;; func[0]:
;;     push {r4, r5, lr}
;;     ldr r4, =m_memory
;;     ldr r5, [r4]
;;     ldr.w r12, [r4, #4]
;;     ldr.w lr, [r4, #8]
;;     ldr r4, [r4, #12]
;;     adds r0, r0, r5
;;     adcs.w r1, r1, r12
;;     adcs.w r0, r2, lr
;;     adc.w r1, r3, r4
;;     pop {r4, r5, pc}
;;     .ltorg
;;
;; func[1]:
;;     push {r4, r5, r6, r7, lr}
;;     ldr r4, =m_memory
;;     ldr r5, [r4]
;;     ldr r7, [r4, #4]
;;     ldr.w r12, [r4, #8]
;;     ldr.w lr, [r4, #12]
;;     subs r6, r5, r0
;;     sbcs.w r5, r7, r1
;;     sbcs.w r1, r12, r2
;;     sbc.w r0, lr, r3
;;     str r6, [r4, #16]
;;     str r5, [r4, #20]
;;     str r1, [r4, #24]
;;     str r0, [r4, #28]
;;     pop {r4, r5, r6, r7, pc}
;;     .ltorg
;;
;; func[2]:
;;     push {r4, lr}
;;     umull lr, r4, r0, r2
;;     mov.w r12, #0
;;     umlal r4, r12, r0, r3
;;     movs r0, #0
;;     umlal r4, r0, r1, r2
;;     umaal r12, r0, r1, r3
;;     ldr r1, =m_memory
;;     str.w lr, [r1, #16]
;;     str r4, [r1, #20]
;;     str.w r12, [r1, #24]
;;     str r0, [r1, #28]
;;     pop {r4, pc}
;;     .ltorg
;;
;; func[3]:
;;     push {r4, lr}
;;     umull r4, lr, r0, r2
;;     mov.w r12, #0
;;     umlal lr, r12, r0, r3
;;     movs r4, #0
;;     umlal lr, r4, r1, r2
;;     umaal r12, r4, r1, r3
;;     asr.w lr, r1, #31
;;     and.w r2, r2, lr
;;     and.w lr, r3, lr
;;     subs.w r12, r12, r2
;;     sbc.w r4, r4, lr
;;     asrs r2, r3, #31
;;     ands r0, r0, r2
;;     ands r1, r1, r2
;;     subs.w r0, r12, r0
;;     sbc.w r1, r4, r1
;;     pop {r4, pc}
;;
;; func[4]:
;;     umull r0, r1, r0, r1
;;     bx lr
;;
;; func[5]:
;;     adds r0, r0, r2
;;     adcs r1, r1, r3
;;     bx lr
