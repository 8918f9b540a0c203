;; options: --bounds none
;; An address, or the next one, in a loop: addresses stand in no block, and must not remember one that is gone.
(module
  (memory 1) (memory 1)
  (global $sum (mut i32) (i32.const -1))
  (global $stop (mut i32) (i32.const 0))
  (func (export "f")
    (local $x f32) (local $a i32) (local $b i32)
    block $end
      block
        global.get $sum
        if (result f32)
          f32.const 2
        else
          local.get $x
        end
        local.set $x
        local.get $a
        local.get $b
        loop $loop (param i32 i32) (result i32)
          local.set $b
          if (result i32)
            i32.const 0
          else
            local.get $a
          end
          i32.const 0
          global.get $stop
          br_if $loop
          i32.xor
        end
        global.set $sum
      end
      loop $loop
        local.get $x
        f32.const -1
        f32.gt
        i64.const 0
        i64.store 1 offset=256 align=1
        local.get $x
        block (result f32)
          i32.const 0
          if (result f32)
            local.get $x
          else
            local.get $x
          end
        end
        f32.ne
        br_if $loop
      end
    end))
;; ----
;; func[0]:
;;     push {r4, lr}
;;     ldr r0, =m_global0
;;     ldr r4, [r0]
;;     cbz r4, .L3
;;     mov.w r4, #0x40000000
;; .L3:
;;     movs r1, #0
;;     str r1, [r0]
;; .L4:
;;     add.w r1, r4, #0x3f800000
;;     ldr r0, =m_memory1
;;     cmp.w r1, #0xbf000000
;;     it ls
;;     addls r0, r0, #1
;;     movs r1, #0
;;     str.w r1, [r0, #256]
;;     str.w r1, [r0, #260]
;;     mov r1, r4
;;     mov r0, r4
;;     bl __aeabi_fcmpeq
;;     cmp r0, #0
;;     beq .L4
;;     pop {r4, pc}
;;     .ltorg
