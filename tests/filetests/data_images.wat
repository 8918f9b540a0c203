;; Active segments with short gaps between them are copied at once, where the gaps are certainly zero.
;; options: --bounds none
;; init
(module
  (memory (export "memory") 1)
  (data (i32.const 16) "one")
  (data (i32.const 20) "two")
  (data (i32.const 43) "three")
  ;; Too far.
  (data (i32.const 70) "four")
  ;; Its gap has been written.
  (data (i32.const 10) "five")
  (data (i32.const 24) "six"))
;; ----
;; m_init:
;;     push {r4, lr}
;;     ldr r0, =m_memory
;;     mov.w r1, #0x10000
;;     bl __aeabi_memclr4
;;     ldr r1, =m_data0
;;     ldr r0, =m_memory+16
;;     movs r2, #32
;;     bl __aeabi_memcpy
;;     ldr r1, =m_data3
;;     ldr r0, =m_memory+70
;;     movs r2, #4
;;     bl __aeabi_memcpy
;;     ldr r1, =m_data4
;;     ldr r0, =m_memory+10
;;     movs r2, #4
;;     bl __aeabi_memcpy
;;     ldr r1, =m_data5
;;     ldr r0, =m_memory+24
;;     movs r2, #3
;;     pop.w {r4, lr}
;;     b.w __aeabi_memcpy
;;     .ltorg
