//! Encodings of what counts from the program counter.
//!
//! Offsets are the low bits of two's complement numbers, from the instruction's address plus 4 on, which loads and
//! addresses round down to a word. That they are within reach is the caller's business.

use super::encode::{Encoding, narrow};
use super::encode_float;
use crate::isa::{Cond, Reg};

/// LDR (literal), ARMv7-M ARM A7.7.44
pub fn load_literal(wide: bool, rd: Reg, offset: u32) -> Encoding {
    if !wide {
        let words = offset / 4;
        return narrow(0x4800 | rd.bits() << 8 | words);
    }
    let (up, distance) = match offset.cast_signed() {
        0.. => (0x0080_0000, offset),
        _ => (0, offset.wrapping_neg()),
    };
    assert!(distance <= 4095, "pools are placed within reach");
    Encoding::Wide(0xf85f_0000 | up | rd.bits() << 12 | distance)
}

/// VLDR (literal), ARMv7-M ARM A7.7.236
pub fn load_float_literal(sd: Reg, offset: i32) -> Encoding {
    assert!(offset.unsigned_abs() <= 1020 && offset % 4 == 0, "pools are placed within reach");
    Encoding::Wide(0xed1f_0a00 | encode_float::sd(sd) | encode_float::word_offset(offset))
}

/// ADR, encoding T1
pub fn address(rd: Reg, offset: u32) -> Encoding {
    let words = offset / 4;
    narrow(0xa000 | rd.bits() << 8 | words)
}

/// TBB of a table of `bytes` or TBH, right behind the instruction
pub fn table(bytes: bool, rm: Reg) -> Encoding {
    let op = if bytes { 0xe8df_f000 } else { 0xe8df_f010 };
    Encoding::Wide(op | rm.bits())
}

/// CBZ or, `nonzero`, CBNZ
pub fn compare_zero(nonzero: bool, rn: Reg, offset: u32) -> Encoding {
    let op = 0xb100 | u32::from(nonzero) << 11;
    let imm = (offset >> 6 & 1) << 9 | (offset >> 1 & 31) << 3;
    narrow(op | imm | rn.bits())
}

/// B, encoding T1
pub fn conditional(cond: Cond, offset: u32) -> Encoding {
    narrow(0xd000 | cond.bits() << 8 | offset >> 1 & 0xff)
}

/// B, encoding T2
pub fn branch(offset: u32) -> Encoding {
    narrow(0xe000 | offset >> 1 & 0x7ff)
}

/// B, encoding T3
pub fn conditional_wide(cond: Cond, offset: u32) -> Encoding {
    let sign = offset >> 31;
    let (j2, j1) = (offset >> 19 & 1, offset >> 18 & 1);
    let high = sign << 10 | cond.bits() << 6 | offset >> 12 & 0x3f;
    let low = j1 << 13 | j2 << 11 | offset >> 1 & 0x7ff;
    Encoding::Wide(0xf000_8000 | high << 16 | low)
}

/// B, encoding T4
pub fn branch_wide(offset: u32) -> Encoding {
    let sign = offset >> 31;
    let j1 = !(offset >> 23 ^ sign) & 1;
    let j2 = !(offset >> 22 ^ sign) & 1;
    let high = sign << 10 | offset >> 12 & 0x3ff;
    let low = j1 << 13 | j2 << 11 | offset >> 1 & 0x7ff;
    Encoding::Wide(0xf000_9000 | high << 16 | low)
}
