;; Without bounds checks neither a memory's end nor a segment's is checked, and dropping a segment is nothing.
;; options: --bounds none
(module
  (memory 1)
  (data $text "hello, world")
  (func (export "copy") (param i32 i32 i32) (memory.copy (local.get 0) (local.get 1) (local.get 2)))
  (func (export "init") (param i32) (memory.init $text (local.get 0) (i32.const 4) (i32.const 4)) (data.drop $text)))
;; ----
;; func[0]:
;;     ldr r3, =m_memory
;;     adds r1, r1, r3
;;     adds r0, r0, r3
;;     b.w __aeabi_memmove
;;     .ltorg
;;
;; func[1]:
;;     ldr r1, =m_data0
;;     ldr r1, [r1, #4]
;;     ldr r2, =m_memory
;;     str r1, [r2, r0]
;;     bx lr
;;     .ltorg
