;; Minimum, maximum and comparisons with constants call nothing; comparisons of variables call the run-time ABI's functions.
(module
  (func (export "min") (param f32 f32) (result f32)
    (f32.min (local.get 0) (local.get 1)))
  (func (export "max64") (param f64 f64) (result f64)
    (f64.max (local.get 0) (local.get 1)))
  (func (export "is_zero") (param f32) (result i32)
    (f32.eq (local.get 0) (f32.const 0)))
  (func (export "is_negative") (param f32) (result i32)
    (if (result i32) (f32.lt (local.get 0) (f32.const -0.0))
      (then (i32.const 7)) (else (i32.const 9))))
  (func (export "is_positive64") (param f64) (result i32)
    (f64.gt (local.get 0) (f64.const 0)))
  (func (export "at_most") (param f32) (result i32)
    (f32.le (local.get 0) (f32.const 2.5)))
  (func (export "is_nan") (param f64) (result i32)
    (f64.ne (local.get 0) (local.get 0)))
  (func (export "select_less") (param f32 f32) (result f32)
    (select (local.get 0) (local.get 1) (f32.lt (local.get 0) (local.get 1))))
  (func (export "unused") (param f64 f64)
    (drop (f64.div (local.get 0) (local.get 1))))
  (func (export "equal") (param f64 f64) (result f64)
    (f64.mul (f64.add (local.get 0) (local.get 1)) (f64.add (local.get 0) (local.get 1)))))
;; ----
;; func[0]:
;;     asrs r2, r0, #31
;;     eor.w r2, r0, r2, lsr #1
;;     rsb.w r2, r2, #0x7f800000
;;     asrs r3, r1, #31
;;     eor.w r3, r1, r3, lsr #1
;;     rsb.w r3, r3, #0x7f800000
;;     cmp r2, r3
;;     it hi
;;     movhi r1, r0
;;     mov r0, r1
;;     lsls r1, r0, #1
;;     cmp.w r1, #0xff000000
;;     it hi
;;     orrhi.w r0, r0, #0x400000
;;     bx lr
;;
;; func[1]:
;;     push {r4, r5, r6, r7, lr}
;;     asrs r4, r1, #31
;;     eor.w r5, r0, r4
;;     eor.w r7, r1, r4, lsr #1
;;     ldr r4, =0x7ff00000
;;     adds r5, r5, #1
;;     adcs r7, r7, r4
;;     asrs r6, r3, #31
;;     eor.w r12, r2, r6
;;     eor.w lr, r3, r6, lsr #1
;;     adds.w r6, r12, #1
;;     adc.w r12, lr, r4
;;     cmp r6, r5
;;     sbcs.w r6, r12, r7
;;     itt lo
;;     movlo r2, r0
;;     movlo r3, r1
;;     mov r1, r3
;;     bic.w r3, r1, #0x80000000
;;     cmp r2, #1
;;     sbcs r3, r3, r4
;;     it hs
;;     orrhs.w r1, r1, #0x80000
;;     mov r0, r2
;;     pop {r4, r5, r6, r7, pc}
;;     .ltorg
;;
;; func[2]:
;;     lsls r0, r0, #1
;;     clz r0, r0
;;     lsrs r0, r0, #5
;;     bx lr
;;
;; func[3]:
;;     mvn.w r1, #0x80000000
;;     adds r0, r0, r1
;;     cmp.w r0, #0x7f800000
;;     bhs .L2
;;     movs r0, #7
;;     bx lr
;; .L2:
;;     movs r0, #9
;;     bx lr
;;
;; func[4]:
;;     subs r0, r0, #1
;;     adc.w r1, r1, #0xffffffff
;;     ldr r2, =0x7ff00000
;;     movs r0, #0
;;     cmp r1, r2
;;     it lo
;;     movlo r0, #1
;;     bx lr
;;     .ltorg
;;
;; func[5]:
;;     asrs r1, r0, #31
;;     eor.w r1, r0, r1, lsr #1
;;     ldr r0, =0x7f800001
;;     adds r1, r1, r0
;;     ldr r2, =0xbfa00001
;;     movs r0, #0
;;     cmp r1, r2
;;     it ls
;;     movls r0, #1
;;     bx lr
;;     .ltorg
;;
;; func[6]:
;;     bic.w r1, r1, #0x80000000
;;     ldr r2, =0x7ff00000
;;     mov r3, r0
;;     movs r0, #0
;;     cmp r3, #1
;;     sbcs r1, r1, r2
;;     it hs
;;     movhs r0, #1
;;     bx lr
;;     .ltorg
;;
;; func[7]:
;;     push {r4, r5, r6, lr}
;;     mov r5, r0
;;     mov r4, r1
;;     bl __aeabi_fcmplt
;;     cmp r0, #0
;;     it ne
;;     movne r4, r5
;;     mov r0, r4
;;     pop {r4, r5, r6, pc}
;;
;; func[8]:
;;     bx lr
;;
;; func[9]:
;;     push {r4, lr}
;;     bl __aeabi_dadd
;;     mov r3, r1
;;     mov r2, r0
;;     pop.w {r4, lr}
;;     b.w __aeabi_dmul
