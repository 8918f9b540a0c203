//! The formats of the floating-point extension, single precision (ARMv7-M ARM A6.4 to A6.8), first halfword in the upper
//! half of the word.
//!
//! A single-precision register is four bits of a field and a lowest bit elsewhere: D (22) for `sd`, N (7) for `sn`, M (5)
//! for `sm`.

use super::encode::Encoding;
use crate::isa::{FloatAddr, FloatAluOp, FloatImm, FloatUnaryOp, Inst, Reg, RegSet};

pub(super) fn sd(reg: Reg) -> u32 {
    let bits = reg.single_bits();
    (bits >> 1) << 12 | (bits & 1) << 22
}

fn sn(reg: Reg) -> u32 {
    let bits = reg.single_bits();
    (bits >> 1) << 16 | (bits & 1) << 7
}

fn sm(reg: Reg) -> u32 {
    let bits = reg.single_bits();
    bits >> 1 | (bits & 1) << 5
}

/// The encoding of an instruction of the extension.
pub(super) fn wide(inst: &Inst<Reg>) -> u32 {
    match *inst {
        Inst::FloatAlu { op, sd: d, sn: n, sm: m } => {
            let base = match op {
                FloatAluOp::Mul => 0xee20_0a00,
                FloatAluOp::Add => 0xee30_0a00,
                FloatAluOp::Sub => 0xee30_0a40,
                FloatAluOp::Div => 0xee80_0a00,
            };
            base | sd(d) | sn(n) | sm(m)
        }
        Inst::FloatUnary { op, sd: d, sm: m } => {
            let base = match op {
                FloatUnaryOp::Mov => 0xeeb0_0a40,
                FloatUnaryOp::Abs => 0xeeb0_0ac0,
                FloatUnaryOp::Neg => 0xeeb1_0a40,
                FloatUnaryOp::Sqrt => 0xeeb1_0ac0,
                FloatUnaryOp::FromUnsigned => 0xeeb8_0a40,
                FloatUnaryOp::FromSigned => 0xeeb8_0ac0,
                FloatUnaryOp::ToUnsigned => 0xeebc_0ac0,
                FloatUnaryOp::ToSigned => 0xeebd_0ac0,
            };
            base | sd(d) | sm(m)
        }
        Inst::FloatCompare { sn: d, sm: Some(m) } => 0xeeb4_0a40 | sd(d) | sm(m),
        Inst::FloatCompare { sn: d, sm: None } => 0xeeb5_0a40 | sd(d),
        Inst::FloatFlags => 0xeef1_fa10,
        Inst::ToFloat { sn: n, rt } => 0xee00_0a10 | sn(n) | rt.bits() << 12,
        Inst::ToCore { rt, sn: n } => 0xee10_0a10 | sn(n) | rt.bits() << 12,
        Inst::FloatLoad { sd: d, addr } => 0xed10_0a00 | sd(d) | address(addr),
        Inst::FloatStore { sd: d, addr } => 0xed00_0a00 | sd(d) | address(addr),
        Inst::FloatLoadUpdate { down, sd: d, rn, old: _ } => multiple(down) | 1 << 20 | rn.bits() << 16 | sd(d),
        Inst::FloatStoreUpdate { down, sd: d, rn, old: _ } => multiple(down) | rn.bits() << 16 | sd(d),
        _ => unreachable!("not of the floating-point extension"),
    }
}

/// VLDM and VSTM of one register with write-back: increment after or decrement before.
fn multiple(down: bool) -> u32 {
    if down { 0xed20_0a01 } else { 0xeca0_0a01 }
}

fn address(addr: FloatAddr<Reg>) -> u32 {
    match addr {
        FloatAddr::Offset(rn, offset) => rn.bits() << 16 | word_offset(offset.value()),
        FloatAddr::Stack(..) => unreachable!("resolved before encoding"),
    }
}

/// The direction and the eight bits of a word offset.
pub(super) fn word_offset(offset: i32) -> u32 {
    let words = offset.unsigned_abs() / 4;
    u32::from(offset >= 0) << 23 | words
}

/// `vmov.f32 sd, #imm`
pub(super) fn immediate(d: Reg, imm: FloatImm) -> u32 {
    0xeeb0_0a00 | sd(d) | (imm.bits() >> 4) << 16 | imm.bits() & 15
}

/// `vmov sm, sm1, rt, rt2` or, `to_core`, `vmov rt, rt2, sm, sm1`, of two consecutive registers from `m` on.
pub fn pair(to_core: bool, m: Reg, rt: Reg, rt2: Reg) -> Encoding {
    assert!(!(to_core && rt == rt2), "two words need two registers");
    Encoding::Wide(0xec40_0a10 | u32::from(to_core) << 20 | rt2.bits() << 16 | rt.bits() << 12 | sm(m))
}

/// `vpush {regs}`; the registers are consecutive, and there are some.
pub fn push(regs: RegSet) -> Encoding {
    Encoding::Wide(0xed2d_0a00 | list(regs))
}

/// `vpop {regs}`; the registers are consecutive, and there are some.
pub fn pop(regs: RegSet) -> Encoding {
    Encoding::Wide(0xecbd_0a00 | list(regs))
}

fn list(regs: RegSet) -> u32 {
    let (first, last) = (regs.first().expect("not empty"), regs.last().expect("not empty"));
    let count = regs.len() as u32;
    assert!(last.single_bits() - first.single_bits() + 1 == count, "a list of registers has no gaps");
    sd(first) | count
}
