;; options: --bounds none
;; A value between the bounds of so many bits is saturated: signed, unsigned, of a shifted value, with either limit first and with
;; comparisons of either strictness; other limits are not.
(module
  (func (export "signed") (param i32) (result i32)
    local.get 0 i32.const -32768 local.get 0 i32.const -32768 i32.gt_s select local.tee 0
    i32.const 32767 local.get 0 i32.const 32767 i32.lt_s select)
  (func (export "unsigned") (param i32) (result i32)
    i32.const 255 local.get 0 local.get 0 i32.const 255 i32.gt_s select local.tee 0
    i32.const 0 local.get 0 i32.const 0 i32.ge_s select)
  (func (export "shifted") (param i32) (result i32)
    local.get 0 i32.const 3 i32.shr_s local.tee 0 i32.const -128 local.get 0 i32.const -129 i32.gt_s select local.tee 0
    i32.const 127 local.get 0 i32.const 128 i32.lt_s select)
  (func (export "compared_before") (param i32) (result i32)
    local.get 0 i32.const 0 local.get 0 i32.const 0 i32.gt_s select
    i32.const 1023 local.get 0 i32.const 1023 i32.le_s select)
  (func (export "not_below_first") (param i32) (result i32)
    local.get 0 i32.const 0 local.get 0 i32.const 0 i32.gt_s select local.tee 0
    i32.const 1023 local.get 0 i32.const 1023 i32.lt_u select)
  (func (export "odd") (param i32) (result i32)
    local.get 0 i32.const -100 local.get 0 i32.const -100 i32.gt_s select local.tee 0
    i32.const 99 local.get 0 i32.const 99 i32.lt_s select))
;; ----
;; func[0]:
;;     ssat r0, #16, r0
;;     bx lr
;;
;; func[1]:
;;     usat r0, #8, r0
;;     bx lr
;;
;; func[2]:
;;     ssat r0, #8, r0, asr #3
;;     bx lr
;;
;; func[3]:
;;     usat r0, #10, r0
;;     bx lr
;;
;; func[4]:
;;     usat r0, #10, r0
;;     bx lr
;;
;; func[5]:
;;     cmn.w r0, #100
;;     it le
;;     mvnle.w r0, #99
;;     cmp r0, #99
;;     it ge
;;     movge r0, #99
;;     bx lr
