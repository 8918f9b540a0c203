;; options: --bounds trap
;; Of a counter between constants it is known how large it gets: amounts need no mask and tables no check.
(module
  (memory 1)
  (func (export "amounts") (param i32) (result i32)
    (local $i i32) (local $sum i32)
    loop $next
      local.get $sum i32.const 3 i32.mul local.get 0 local.get $i i32.shr_u i32.xor local.set $sum
      local.get $i i32.const 1 i32.add local.tee $i
      i32.const 32 i32.lt_s
      br_if $next
    end
    local.get $sum)
  (func (export "table") (param i32) (result i32)
    (local $i i32)
    i32.const 60 local.set $i
    loop $next
      local.get 0 local.get 0 i32.const 5 i32.shr_u i32.xor
      local.get $i i32.load offset=1024 i32.mul local.set 0
      local.get 0 i32.const 1 i32.and
      if
        local.get $i local.get 0 i32.store offset=2048
      end
      local.get $i i32.const -4 i32.add local.tee $i
      br_if $next
    end
    local.get 0)
  (func (export "tested_before") (param i32) (result i32)
    (local $i i32)
    loop $next
      block $out
        local.get $i i32.const 31 i32.ge_u
        br_if $out
        local.get 0 local.get $i i32.rotl i32.const 7 i32.add local.set 0
        local.get $i i32.const 1 i32.add local.set $i
        br $next
      end
    end
    local.get 0)
  (func (export "too_far") (param i32) (result i32)
    (local $i i32)
    loop $next
      local.get 0 local.get $i i32.shr_u i32.const 7 i32.mul local.set 0
      local.get $i i32.const 1 i32.add local.tee $i
      i32.const 40 i32.ne
      br_if $next
    end
    local.get 0))
;; ----
;; func[0]:
;;     movs r1, #0
;;     mov r3, r0
;;     movs r0, #0
;; .L1:
;;     add.w r0, r0, r0, lsl #1
;;     lsr.w r2, r3, r1
;;     eors r0, r0, r2
;;     adds r1, r1, #1
;;     cmp r1, #32
;;     blt .L1
;;     bx lr
;;
;; func[1]:
;;     ldr r12, =m_memory
;;     movs r1, #60
;; .L1:
;;     eor.w r0, r0, r0, lsr #5
;;     add.w r2, r1, r12
;;     ldr.w r3, [r2, #1024]
;;     muls r0, r3, r0
;;     tst.w r0, #1
;;     beq .L4
;;     str.w r0, [r2, #2048]
;; .L4:
;;     subs r1, r1, #4
;;     bne .L1
;;     bx lr
;;     .ltorg
;;
;; func[2]:
;;     movs r1, #0
;; .L2:
;;     rsbs r2, r1, #0
;;     rors r0, r0, r2
;;     adds r0, r0, #7
;;     adds r1, r1, #1
;;     cmp r1, #31
;;     blo .L2
;;     bx lr
;;
;; func[3]:
;;     movs r1, #0
;; .L1:
;;     and.w r2, r1, #31
;;     lsrs r0, r0, r2
;;     rsb.w r2, r0, r0, lsl #3
;;     adds r0, r1, #1
;;     and.w r1, r0, #31
;;     lsr.w r1, r2, r1
;;     rsb.w r1, r1, r1, lsl #3
;;     adds r0, r0, #1
;;     and.w r2, r0, #31
;;     lsrs r1, r1, r2
;;     rsb.w r1, r1, r1, lsl #3
;;     adds r0, r0, #1
;;     and.w r2, r0, #31
;;     lsrs r1, r1, r2
;;     rsb.w r1, r1, r1, lsl #3
;;     adds r0, r0, #1
;;     and.w r2, r0, #31
;;     lsrs r1, r1, r2
;;     rsb.w r1, r1, r1, lsl #3
;;     adds r0, r0, #1
;;     and.w r2, r0, #31
;;     lsrs r1, r1, r2
;;     rsb.w r1, r1, r1, lsl #3
;;     adds r0, r0, #1
;;     and.w r2, r0, #31
;;     lsrs r1, r1, r2
;;     rsb.w r2, r1, r1, lsl #3
;;     adds r1, r0, #1
;;     and.w r0, r1, #31
;;     lsr.w r0, r2, r0
;;     rsb.w r0, r0, r0, lsl #3
;;     adds r1, r1, #1
;;     cmp r1, #40
;;     bne .L1
;;     bx lr
