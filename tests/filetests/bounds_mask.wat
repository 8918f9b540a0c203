;; The sum of index and offset is masked; what ends in the padding is added behind the mask, which accesses then share;
;; masks of what is small anyway are none.
;; options: --bounds mask
(module
  (memory 1)
  (func $far (param i32) (result i32)
    local.get 0
    i32.load offset=1024)
  (func $near (param i32) (result i64)
    local.get 0
    i32.load
    local.get 0
    i32.load offset=4
    i32.mul
    i64.extend_i32_u)
  (func $small (param i32) (result i32)
    local.get 0
    i32.const 255
    i32.and
    i32.const 2
    i32.shl
    i32.load offset=1024)
  (func $constant (result i32)
    i32.const -4
    i32.load offset=8)
  (func $carryless (param i32) (result i32)
    local.get 0
    i32.const 4
    i32.shl
    i32.load offset=8
    local.get 0
    i32.const 4
    i32.shl
    i32.load offset=12
    i32.add)
  (func $none (param i32) (result i32)
    local.get 0
    i32.load 1)
  (memory 0)
  (export "far" (func $far))
  (export "near" (func $near))
  (export "small" (func $small))
  (export "constant" (func $constant))
  (export "carryless" (func $carryless))
  (export "none" (func $none)))
;; ----
;; func[0] far:
;;     add.w r0, r0, #1024
;;     uxth r1, r0
;;     ldr r0, =m_memory
;;     ldr r0, [r0, r1]
;;     bx lr
;;     .ltorg
;;
;; func[1] near:
;;     ldr r1, =m_memory
;;     uxtah r0, r1, r0
;;     ldr r1, [r0]
;;     ldr r0, [r0, #4]
;;     muls r0, r1, r0
;;     movs r1, #0
;;     bx lr
;;     .ltorg
;;
;; func[2] small:
;;     uxtb r1, r0
;;     ldr r0, =m_memory
;;     add.w r0, r0, r1, lsl #2
;;     ldr.w r0, [r0, #1024]
;;     bx lr
;;     .ltorg
;;
;; func[3] constant:
;;     ldr r0, =m_memory
;;     ldr r0, [r0, #4]
;;     bx lr
;;     .ltorg
;;
;; func[4] carryless:
;;     lsls r1, r0, #4
;;     ldr r0, =m_memory
;;     uxtah r0, r0, r1
;;     ldr r1, [r0, #8]
;;     ldr r0, [r0, #12]
;;     adds r0, r1, r0
;;     bx lr
;;     .ltorg
;;
;; func[5] none:
;;     udf #4
