//! The 32-bit formats (ARMv7-M ARM A5.3), first halfword in the upper half of the word.

use super::encode_float;
use crate::isa::{
    Addr, AluOp, Const, ExtendOp, FloatImm, Inst, MemSize, Operand2, Reg, Rotation, ShiftOp, TestOp, UnaryOp,
};

/// Register field value that turns an operation into its variant without that operand (ORR into
/// MOV, SUB into CMP).
const NONE: u32 = 15;

/// The 32-bit form of an instruction; every instruction but `mov rd, rm` needs no other.
pub(super) fn wide(inst: &Inst<Reg>) -> u32 {
    match *inst {
        Inst::Alu { op, s, rd, rn, rhs } => data_processing(alu_code(op), s, rd.bits(), rn.bits(), rhs),
        Inst::AddWide { sub, rd, rn, imm } => {
            let base = if sub { 0xf2a0_0000 } else { 0xf200_0000 };
            base | rn.bits() << 16 | plain_immediate(imm.value()) | rd.bits() << 8
        }
        Inst::Mov { s, rd, rhs } => data_processing(2, s, rd.bits(), NONE, rhs),
        Inst::Mvn { s, rd, rhs } => data_processing(3, s, rd.bits(), NONE, rhs),
        Inst::Const { rd, value } => match value {
            Const::Int(value) => half_immediate(0xf240_0000, rd, value),
            Const::Float(bits) => encode_float::immediate(rd, FloatImm::new(bits).expect("other floats are literals")),
            Const::Address(..) => unreachable!("an address is a literal"),
        },
        Inst::Movt { rd, old: _, imm } => half_immediate(0xf2c0_0000, rd, imm.value()),
        Inst::Shift { op, s, rd, rn, rm } => {
            let base = 0xfa00_f000 | shift_code(op) << 21 | u32::from(s) << 20;
            base | rn.bits() << 16 | rd.bits() << 8 | rm.bits()
        }
        Inst::Extend { op, rd, rm, rotation } => extend(op, rd, NONE, rm, rotation),
        Inst::ExtendAdd { op, rd, rn, rm, rotation } => extend(op, rd, rn.bits(), rm, rotation),
        Inst::Mul { .. }
        | Inst::MulAdd { .. }
        | Inst::MulLong { .. }
        | Inst::MulAddLong { .. }
        | Inst::MulAddAddLong { .. }
        | Inst::Div { .. } => multiply(inst),
        Inst::Unary { op, rd, rm } => {
            let base = match op {
                UnaryOp::Rev => 0xfa90_f080,
                UnaryOp::Rev16 => 0xfa90_f090,
                UnaryOp::Rbit => 0xfa90_f0a0,
                UnaryOp::Revsh => 0xfa90_f0b0,
                UnaryOp::Clz => 0xfab0_f080,
            };
            base | rm.bits() << 16 | rd.bits() << 8 | rm.bits()
        }
        Inst::BitExtract { .. } | Inst::BitInsert { .. } | Inst::BitClear { .. } | Inst::Saturate { .. } => {
            bit_field(inst)
        }
        Inst::Test { op, rn, rhs } => {
            let code = match op {
                TestOp::Tst => alu_code(AluOp::And),
                TestOp::Teq => alu_code(AluOp::Eor),
                TestOp::Cmn => alu_code(AluOp::Add),
                TestOp::Cmp => alu_code(AluOp::Sub),
            };
            data_processing(code, true, NONE, rn.bits(), rhs)
        }
        Inst::Load { size, rt, addr } => access(true, size, rt, addr),
        Inst::Store { size, rt, addr } => access(false, size, rt, addr),
        Inst::LoadUpdate { size, pre, rt, rn, offset, old: _ } => update(true, size, pre, rt, rn, offset.value()),
        Inst::StoreUpdate { size, pre, rt, rn, offset, old: _ } => update(false, size, pre, rt, rn, offset.value()),
        Inst::LoadPair { rt, rt2, rn, offset } => pair(true, rt, rt2, rn, offset.value()),
        Inst::StorePair { rt, rt2, rn, offset } => pair(false, rt, rt2, rn, offset.value()),
        Inst::LoadPairUpdate { rt, rt2, rn, .. } => pair_update(true, rt, rt2, rn),
        Inst::StorePairUpdate { rt, rt2, rn, .. } => pair_update(false, rt, rt2, rn),
        Inst::FloatAlu { .. }
        | Inst::FloatUnary { .. }
        | Inst::FloatCompare { .. }
        | Inst::FloatFlags
        | Inst::ToFloat { .. }
        | Inst::ToCore { .. }
        | Inst::FloatLoad { .. }
        | Inst::FloatStore { .. }
        | Inst::FloatLoadUpdate { .. }
        | Inst::FloatStoreUpdate { .. } => encode_float::wide(inst),
        Inst::If { .. }
        | Inst::SetStack { .. }
        | Inst::StackAddr { .. }
        | Inst::Call(_)
        | Inst::TrapIf { .. }
        | Inst::Guard { .. }
        | Inst::TrapIfZero { .. } => {
            unreachable!("resolved before encoding")
        }
    }
}

fn alu_code(op: AluOp) -> u32 {
    match op {
        AluOp::And => 0,
        AluOp::Bic => 1,
        AluOp::Orr => 2,
        AluOp::Orn => 3,
        AluOp::Eor => 4,
        AluOp::Add => 8,
        AluOp::Adc => 10,
        AluOp::Sbc => 11,
        AluOp::Sub => 13,
        AluOp::Rsb => 14,
    }
}

fn shift_code(op: ShiftOp) -> u32 {
    match op {
        ShiftOp::Lsl => 0,
        ShiftOp::Lsr => 1,
        ShiftOp::Asr => 2,
        ShiftOp::Ror => 3,
    }
}

/// `i:imm3:imm8` where they stand in the format.
fn plain_immediate(bits: u32) -> u32 {
    (bits >> 11 & 1) << 26 | (bits >> 8 & 7) << 12 | bits & 0xff
}

/// A5.3.1, A5.3.11: modified immediate or shifted register.
fn data_processing(code: u32, s: bool, rd: u32, rn: u32, rhs: Operand2<Reg>) -> u32 {
    let operands = code << 21 | u32::from(s) << 20 | rn << 16 | rd << 8;
    match rhs {
        Operand2::Imm(imm) => 0xf000_0000 | operands | plain_immediate(imm.bits()),
        Operand2::Reg(rm) => 0xea00_0000 | operands | rm.bits(),
        Operand2::Shifted(rm, op, amount) => {
            let shift = split_amount(amount.value()) | shift_code(op) << 4;
            0xea00_0000 | operands | shift | rm.bits()
        }
    }
}

/// `imm3:imm2` of a shift or bit position.
fn split_amount(amount: u32) -> u32 {
    (amount >> 2 & 7) << 12 | (amount & 3) << 6
}

/// MOVW and MOVT: `imm4:i:imm3:imm8`.
fn half_immediate(base: u32, rd: Reg, value: u32) -> u32 {
    assert!(value <= 0xffff, "MOVW and MOVT take sixteen bits");
    base | (value >> 12) << 16 | plain_immediate(value & 0xfff) | rd.bits() << 8
}

/// A5.3.14
fn extend(op: ExtendOp, rd: Reg, rn: u32, rm: Reg, rotation: Rotation) -> u32 {
    let base = match op {
        ExtendOp::Sxth => 0xfa00_f080,
        ExtendOp::Uxth => 0xfa10_f080,
        ExtendOp::Sxtb => 0xfa40_f080,
        ExtendOp::Uxtb => 0xfa50_f080,
    };
    let rotation = match rotation {
        Rotation::None => 0,
        Rotation::Ror8 => 1,
        Rotation::Ror16 => 2,
        Rotation::Ror24 => 3,
    };
    base | rn << 16 | rd.bits() << 8 | rotation << 4 | rm.bits()
}

/// A5.3.16, A5.3.17
fn multiply(inst: &Inst<Reg>) -> u32 {
    let (base, high, rd, rn, rm) = match *inst {
        Inst::Mul { rd, rn, rm } => (0xfb00_0000, NONE, rd, rn, rm),
        Inst::MulAdd { sub, rd, rn, rm, ra } => (0xfb00_0000 | u32::from(sub) << 4, ra.bits(), rd, rn, rm),
        Inst::MulLong { signed, rdlo, rdhi, rn, rm } => {
            let base = if signed { 0xfb80_0000 } else { 0xfba0_0000 };
            (base, rdlo.bits(), rdhi, rn, rm)
        }
        Inst::MulAddLong { signed, rdlo, rdhi, rn, rm, oldlo: _, oldhi: _ } => {
            let base = if signed { 0xfbc0_0000 } else { 0xfbe0_0000 };
            (base, rdlo.bits(), rdhi, rn, rm)
        }
        Inst::MulAddAddLong { rdlo, rdhi, rn, rm, oldlo: _, oldhi: _ } => (0xfbe0_0060, rdlo.bits(), rdhi, rn, rm),
        Inst::Div { signed, rd, rn, rm } => {
            let base = if signed { 0xfb90_00f0 } else { 0xfbb0_00f0 };
            (base, NONE, rd, rn, rm)
        }
        _ => unreachable!("not a multiplication"),
    };
    base | rn.bits() << 16 | high << 12 | rd.bits() << 8 | rm.bits()
}

/// A5.3.3
fn bit_field(inst: &Inst<Reg>) -> u32 {
    let (base, rd, rn, position, last) = match *inst {
        Inst::BitExtract { signed, rd, rn, lsb, width } => {
            let base = if signed { 0xf340_0000 } else { 0xf3c0_0000 };
            (base, rd, rn.bits(), lsb.value(), u32::from(width) - 1)
        }
        Inst::BitInsert { rd, rn, lsb, width, old: _ } => {
            let msb = lsb.value() + u32::from(width) - 1;
            (0xf360_0000, rd, rn.bits(), lsb.value(), msb)
        }
        Inst::BitClear { rd, lsb, width, old: _ } => {
            let msb = lsb.value() + u32::from(width) - 1;
            (0xf360_0000, rd, NONE, lsb.value(), msb)
        }
        Inst::Saturate { signed, rd, bits, rn, shift } => {
            let base = if signed { 0xf300_0000 } else { 0xf380_0000 };
            let (right, amount) = match shift {
                Some((op, amount)) => (u32::from(op == ShiftOp::Asr), amount.value()),
                None => (0, 0),
            };
            let saturate = u32::from(bits) - u32::from(signed);
            (base | right << 21, rd, rn.bits(), amount, saturate)
        }
        _ => unreachable!("not a bit field operation"),
    };
    assert!(last < 32, "a bit field ends inside the word");
    base | rn << 16 | split_amount(position) | rd.bits() << 8 | last
}

/// Size, sign and direction of A5.3.7–A5.3.10.
fn access_base(load: bool, size: MemSize) -> u32 {
    let base = match size {
        MemSize::U8 => 0xf800_0000,
        MemSize::U16 => 0xf820_0000,
        MemSize::Word => 0xf840_0000,
        MemSize::S8 => 0xf800_0000 | u32::from(load) << 24,
        MemSize::S16 => 0xf820_0000 | u32::from(load) << 24,
    };
    base | u32::from(load) << 20
}

fn access(load: bool, size: MemSize, rt: Reg, addr: Addr<Reg>) -> u32 {
    let base = access_base(load, size) | rt.bits() << 12;
    match addr {
        Addr::Offset(rn, offset) => {
            let offset = offset.value();
            let form = match offset {
                0.. => 0x0080_0000,
                _ => 0x0c00,
            };
            base | rn.bits() << 16 | form | offset.unsigned_abs()
        }
        Addr::Index(rn, rm, shift) => {
            assert!(shift < 4, "an index is shifted by at most three");
            base | rn.bits() << 16 | u32::from(shift) << 4 | rm.bits()
        }
        Addr::Stack(..) => unreachable!("resolved before encoding"),
    }
}

fn update(load: bool, size: MemSize, pre: bool, rt: Reg, rn: Reg, offset: i32) -> u32 {
    assert!(rt != rn, "write-back to the transferred register is unpredictable");
    let form = 0x0900 | u32::from(pre) << 10 | u32::from(offset >= 0) << 9;
    let base = access_base(load, size) | rt.bits() << 12;
    base | rn.bits() << 16 | form | offset.unsigned_abs()
}

/// The same with an address that grows by 8 behind the access.
fn pair_update(load: bool, rt: Reg, rt2: Reg, rn: Reg) -> u32 {
    assert!(rt != rn && rt2 != rn, "write-back to a transferred register is unpredictable");
    assert!(!load || rt != rt2, "two words need two registers");
    0xe8e0_0002 | u32::from(load) << 20 | rn.bits() << 16 | rt.bits() << 12 | rt2.bits() << 8
}

/// A5.3.6
fn pair(load: bool, rt: Reg, rt2: Reg, rn: Reg, offset: i32) -> u32 {
    let up = u32::from(offset >= 0) << 23;
    let base = 0xe940_0000 | up | u32::from(load) << 20 | rn.bits() << 16;
    let words = offset.unsigned_abs() / 4;
    base | rt.bits() << 12 | rt2.bits() << 8 | words
}
