;; A truncation checks its range, then calls the run-time ABI's function; saturating ones and roundings are routines that
;; the object has once.
(module
  (func (export "truncate") (param f32) (result i32)
    (i32.trunc_f32_s (local.get 0)))
  (func (export "saturate") (param f32 f32) (result i32)
    (i32.add (i32.trunc_sat_f32_u (local.get 0)) (i32.trunc_sat_f32_u (local.get 1))))
  (func (export "floor") (param f32) (result f32)
    (f32.floor (local.get 0))))
;; ----
;; func[0]:
;;     lsls r1, r0, #1
;;     cmp.w r1, #0xff000000
;;     bhi .Ltrap3
;;     asrs r1, r0, #31
;;     eor.w r1, r0, r1, lsr #1
;;     ldr r2, =0x4f000001
;;     adds r1, r1, r2
;;     cmp.w r1, #0x9e000000
;;     bhi .Ltrap2
;;     b.w __aeabi_f2iz
;; .Ltrap2:
;;     udf #2
;; .Ltrap3:
;;     udf #3
;;     .ltorg
;;
;; func[1]:
;;     push {r4, r5, r6, lr}
;;     mov r5, r1
;;     bl m_i32_trunc_sat_f32_u
;;     mov r4, r0
;;     mov r0, r5
;;     bl m_i32_trunc_sat_f32_u
;;     adds r0, r4, r0
;;     pop {r4, r5, r6, pc}
;;
;; func[2]:
;;     b.w m_f32_floor
;;
;; m_f32_floor:
;;     ubfx r1, r0, #23, #8
;;     cmp r1, #150
;;     blo .L2
;;     lsls r1, r0, #1
;;     cmp.w r1, #0xff000000
;;     it hi
;;     orrhi.w r0, r0, #0x400000
;;     bx lr
;; .L2:
;;     cmp r1, #127
;;     bhs .L4
;;     and.w r1, r0, #0x80000000
;;     ldr r2, =0xbf800000
;;     cmp.w r0, #0x80000000
;;     it hi
;;     movhi r1, r2
;;     mov r0, r1
;;     bx lr
;; .L4:
;;     subs r1, r1, #127
;;     and.w r2, r1, #31
;;     ldr r1, =0x7fffff
;;     lsrs r1, r1, r2
;;     and.w r2, r1, r0, asr #31
;;     adds r0, r0, r2
;;     bics r0, r0, r1
;;     bx lr
;;     .ltorg
;;
;; m_i32_trunc_sat_f32_u:
;;     cmp.w r0, #0x3f800000
;;     bge .L2
;;     movs r0, #0
;;     bx lr
;; .L2:
;;     cmp.w r0, #0x7f800000
;;     ble .L4
;;     movs r0, #0
;;     bx lr
;; .L4:
;;     lsrs r1, r0, #23
;;     cmp r1, #158
;;     bls .L6
;;     mov.w r0, #0xffffffff
;;     bx lr
;; .L6:
;;     lsls r0, r0, #8
;;     orr.w r0, r0, #0x80000000
;;     rsb.w r1, r1, #158
;;     and.w r1, r1, #31
;;     lsrs r0, r0, r1
;;     bx lr
