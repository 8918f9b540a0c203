//! The 16-bit formats (ARMv7-M ARM A5.2).
//!
//! Each function answers for one operand family: the halfword, and whether it sets flags, or `None`
//! where the operands do not fit or the form would change a flag that is live.

use super::encode::Context;
use super::flags::Flags;
use crate::isa::{Addr, AluOp, Const, ExtendOp, Inst, MemSize, Operand2, Reg, Rotation, ShiftOp, TestOp, UnaryOp};

/// A halfword and whether it sets flags.
type Narrow = Option<(u16, bool)>;

/// The 16-bit form of exactly this instruction, if it has one here.
pub(super) fn narrow(inst: &Inst<Reg>, context: Context) -> Narrow {
    match *inst {
        Inst::Alu { op, s, rd, rn, rhs } => match rhs {
            Operand2::Reg(rm) => alu_register(op, s, rd, rn, rm, context),
            Operand2::Imm(imm) => alu_immediate(op, s, rd, rn, imm.value(), context),
            Operand2::Shifted(..) => None,
        },
        Inst::Mov { s, rd, rhs } => match rhs {
            Operand2::Reg(rm) => move_register(s, rd, rm, context),
            Operand2::Imm(imm) => move_byte(s, rd, imm.value(), context),
            Operand2::Shifted(rm, op, amount) => shift_immediate(op, s, rd, rm, amount.value(), context),
        },
        Inst::Mvn { s, rd, rhs: Operand2::Reg(rm) } => {
            let flags = context.allows(s, Flags::NZ) && low(&[rd, rm]);
            setting(flags, 0x43c0 | rm.bits() << 3 | rd.bits(), context)
        }
        Inst::Mvn { .. } => None,
        Inst::Const { rd, value } => match value {
            Const::Int(value) => move_byte(false, rd, value, context),
            Const::Float(_) | Const::Address(..) => None,
        },
        Inst::Shift { op, s, rd, rn, rm } => shift_register(op, s, rd, rn, rm, context),
        Inst::Extend { op, rd, rm, rotation } => extend(op, rd, rm, rotation),
        Inst::Mul { rd, rn, rm } => {
            let ok = context.allows(false, Flags::NZ) && low(&[rd, rn]) && rd == rm;
            setting(ok, 0x4340 | rn.bits() << 3 | rd.bits(), context)
        }
        Inst::Unary { op, rd, rm } => unary(op, rd, rm),
        Inst::Test { op, rn, rhs } => test(op, rn, rhs),
        Inst::Load { size, rt, addr } => access(true, size, rt, addr),
        Inst::Store { size, rt, addr } => access(false, size, rt, addr),
        Inst::LoadPairUpdate { rt, rt2, rn, .. } => multiple(0xc800, rt, rt2, rn),
        Inst::StorePairUpdate { rt, rt2, rn, .. } => multiple(0xc000, rt, rt2, rn),
        // As an ALU operation it is among the alternatives.
        Inst::AddWide { .. } => None,
        Inst::Movt { .. }
        | Inst::ExtendAdd { .. }
        | Inst::MulAdd { .. }
        | Inst::MulLong { .. }
        | Inst::MulAddLong { .. }
        | Inst::MulAddAddLong { .. }
        | Inst::Div { .. }
        | Inst::BitExtract { .. }
        | Inst::BitInsert { .. }
        | Inst::BitClear { .. }
        | Inst::Saturate { .. }
        | Inst::LoadUpdate { .. }
        | Inst::StoreUpdate { .. }
        | Inst::LoadPair { .. }
        | Inst::StorePair { .. }
        | Inst::FloatAlu { .. }
        | Inst::FloatUnary { .. }
        | Inst::FloatCompare { .. }
        | Inst::FloatFlags
        | Inst::ToFloat { .. }
        | Inst::ToCore { .. }
        | Inst::FloatLoad { .. }
        | Inst::FloatStore { .. }
        | Inst::FloatLoadUpdate { .. }
        | Inst::FloatStoreUpdate { .. } => None,
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

fn low(regs: &[Reg]) -> bool {
    regs.iter().all(|reg| reg.is_low())
}

fn half(bits: u32) -> u16 {
    u16::try_from(bits).expect("a 16-bit form has sixteen bits")
}

/// A form that sets flags exactly outside IT blocks.
fn setting(applies: bool, bits: u32, context: Context) -> Narrow {
    applies.then(|| (half(bits), context.it.is_none()))
}

/// A form that leaves the flags alone.
fn plain(applies: bool, bits: u32) -> Narrow {
    applies.then(|| (half(bits), false))
}

fn alu_register(op: AluOp, s: bool, rd: Reg, rn: Reg, rm: Reg, context: Context) -> Narrow {
    let (d, n, m) = (rd.bits(), rn.bits(), rm.bits());
    let three_low = |bits: u32| {
        let ok = low(&[rd, rn, rm]) && context.allows(s, Flags::ALL);
        setting(ok, bits | m << 6 | n << 3 | d, context)
    };
    let two_low = |bits: u32, flags: Flags| {
        let ok = rd == rn && low(&[rd, rm]) && context.allows(s, flags);
        setting(ok, bits | m << 3 | d, context)
    };
    match op {
        AluOp::Add => three_low(0x1800).or_else(|| {
            let bits = 0x4400 | (d & 8) << 4 | m << 3 | d & 7;
            plain(rd == rn && !s && rm != Reg::SP && rd != Reg::SP, bits)
        }),
        AluOp::Sub => three_low(0x1a00),
        AluOp::And => two_low(0x4000, Flags::NZ),
        AluOp::Eor => two_low(0x4040, Flags::NZ),
        AluOp::Adc => two_low(0x4140, Flags::ALL),
        AluOp::Sbc => two_low(0x4180, Flags::ALL),
        AluOp::Orr => two_low(0x4300, Flags::NZ),
        AluOp::Bic => two_low(0x4380, Flags::NZ),
        AluOp::Orn | AluOp::Rsb => None,
    }
}

fn alu_immediate(op: AluOp, s: bool, rd: Reg, rn: Reg, value: u32, context: Context) -> Narrow {
    let (d, n) = (rd.bits(), rn.bits());
    let (imm3, imm8) = match op {
        AluOp::Add => (0x1c00, 0x3000),
        AluOp::Sub => (0x1e00, 0x3800),
        AluOp::Rsb => {
            let ok = value == 0 && low(&[rd, rn]) && context.allows(s, Flags::ALL);
            return setting(ok, 0x4240 | n << 3 | d, context);
        }
        AluOp::And | AluOp::Bic | AluOp::Orr | AluOp::Orn | AluOp::Eor | AluOp::Adc | AluOp::Sbc => return None,
    };
    if rn == Reg::SP {
        let words = value / 4;
        let whole = value.is_multiple_of(4) && !s;
        return if rd == Reg::SP {
            let bits = if op == AluOp::Add { 0xb000 } else { 0xb080 };
            plain(whole && words <= 127, bits | words & 127)
        } else {
            let ok = whole && words <= 255 && low(&[rd]) && op == AluOp::Add;
            plain(ok, 0xa800 | d << 8 | words & 255)
        };
    }
    let ok = low(&[rd, rn]) && context.allows(s, Flags::ALL);
    if rd == rn {
        setting(ok && value <= 255, imm8 | d << 8 | value & 255, context)
    } else {
        setting(ok && value <= 7, imm3 | (value & 7) << 6 | n << 3 | d, context)
    }
}

fn move_register(s: bool, rd: Reg, rm: Reg, context: Context) -> Narrow {
    let (d, m) = (rd.bits(), rm.bits());
    if s {
        // MOVS (register) is LSLS #0 and may not stand in an IT block (ARMv7-M ARM A7.7.76).
        return setting(low(&[rd, rm]) && context.it.is_none(), m << 3 | d, context);
    }
    plain(true, 0x4600 | (d & 8) << 4 | m << 3 | d & 7)
}

fn move_byte(s: bool, rd: Reg, value: u32, context: Context) -> Narrow {
    let ok = low(&[rd]) && value <= 255 && context.allows(s, Flags::NZ);
    setting(ok, 0x2000 | rd.bits() << 8 | value & 255, context)
}

fn shift_immediate(op: ShiftOp, s: bool, rd: Reg, rm: Reg, amount: u32, context: Context) -> Narrow {
    let bits = match op {
        ShiftOp::Lsl => 0x0000,
        ShiftOp::Lsr => 0x0800,
        ShiftOp::Asr => 0x1000,
        ShiftOp::Ror => return None,
    };
    let ok = low(&[rd, rm]) && context.allows(s, Flags::NZC);
    setting(ok, bits | amount << 6 | rm.bits() << 3 | rd.bits(), context)
}

fn shift_register(op: ShiftOp, s: bool, rd: Reg, rn: Reg, rm: Reg, context: Context) -> Narrow {
    let bits = match op {
        ShiftOp::Lsl => 0x4080,
        ShiftOp::Lsr => 0x40c0,
        ShiftOp::Asr => 0x4100,
        ShiftOp::Ror => 0x41c0,
    };
    let ok = rd == rn && low(&[rd, rm]) && context.allows(s, Flags::NZC);
    setting(ok, bits | rm.bits() << 3 | rd.bits(), context)
}

fn extend(op: ExtendOp, rd: Reg, rm: Reg, rotation: Rotation) -> Narrow {
    let bits = match op {
        ExtendOp::Sxth => 0xb200,
        ExtendOp::Sxtb => 0xb240,
        ExtendOp::Uxth => 0xb280,
        ExtendOp::Uxtb => 0xb2c0,
    };
    let ok = low(&[rd, rm]) && rotation == Rotation::None;
    plain(ok, bits | rm.bits() << 3 | rd.bits())
}

fn unary(op: UnaryOp, rd: Reg, rm: Reg) -> Narrow {
    let bits = match op {
        UnaryOp::Rev => 0xba00,
        UnaryOp::Rev16 => 0xba40,
        UnaryOp::Revsh => 0xbac0,
        UnaryOp::Clz | UnaryOp::Rbit => return None,
    };
    plain(low(&[rd, rm]), bits | rm.bits() << 3 | rd.bits())
}

/// Comparisons set flags whether they stand in an IT block or not.
fn test(op: TestOp, rn: Reg, rhs: Operand2<Reg>) -> Narrow {
    let n = rn.bits();
    match (op, rhs) {
        (TestOp::Cmp, Operand2::Imm(imm)) => {
            let value = imm.value();
            plain(low(&[rn]) && value <= 255, 0x2800 | n << 8 | value & 255)
        }
        (TestOp::Cmp, Operand2::Reg(rm)) => {
            let m = rm.bits();
            plain(low(&[rn, rm]), 0x4280 | m << 3 | n).or_else(|| plain(true, 0x4500 | (n & 8) << 4 | m << 3 | n & 7))
        }
        (TestOp::Cmn, Operand2::Reg(rm)) => plain(low(&[rn, rm]), 0x42c0 | rm.bits() << 3 | n),
        (TestOp::Tst, Operand2::Reg(rm)) => plain(low(&[rn, rm]), 0x4200 | rm.bits() << 3 | n),
        (TestOp::Cmn | TestOp::Tst, Operand2::Imm(_)) | (TestOp::Teq, _) | (_, Operand2::Shifted(..)) => None,
    }
}

fn access(load: bool, size: MemSize, rt: Reg, addr: Addr<Reg>) -> Narrow {
    match addr {
        Addr::Offset(rn, offset) => {
            let offset = u32::try_from(offset.value()).ok()?;
            access_immediate(load, size, rt, rn, offset)
        }
        Addr::Index(rn, rm, 0) => {
            let bits = match (load, size) {
                (false, MemSize::Word) => 0x5000,
                (false, MemSize::U16 | MemSize::S16) => 0x5200,
                (false, MemSize::U8 | MemSize::S8) => 0x5400,
                (true, MemSize::S8) => 0x5600,
                (true, MemSize::Word) => 0x5800,
                (true, MemSize::U16) => 0x5a00,
                (true, MemSize::U8) => 0x5c00,
                (true, MemSize::S16) => 0x5e00,
            };
            let operands = rm.bits() << 6 | rn.bits() << 3 | rt.bits();
            plain(low(&[rt, rn, rm]), bits | operands)
        }
        Addr::Index(..) => None,
        Addr::Stack(..) => unreachable!("resolved before encoding"),
    }
}

fn access_immediate(load: bool, size: MemSize, rt: Reg, rn: Reg, offset: u32) -> Narrow {
    let scaled = offset / size.bytes();
    let whole = offset.is_multiple_of(size.bytes()) && low(&[rt]);
    let l = u32::from(load) << 11;
    if rn == Reg::SP {
        let ok = whole && scaled <= 255 && size == MemSize::Word;
        return plain(ok, 0x9000 | l | rt.bits() << 8 | scaled & 255);
    }
    let bits = match size {
        MemSize::Word => 0x6000,
        MemSize::U8 => 0x7000,
        MemSize::U16 => 0x8000,
        MemSize::S8 if !load => 0x7000,
        MemSize::S16 if !load => 0x8000,
        MemSize::S8 | MemSize::S16 => return None,
    };
    let ok = whole && scaled <= 31 && low(&[rn]);
    plain(ok, bits | l | (scaled & 31) << 6 | rn.bits() << 3 | rt.bits())
}

/// LDM and STM of two words with write-back, the lower of them in the lower register (A7.7.41, A7.7.159).
fn multiple(bits: u32, rt: Reg, rt2: Reg, rn: Reg) -> Narrow {
    let ok = low(&[rt, rt2, rn]) && rt.bits() < rt2.bits() && rn != rt && rn != rt2;
    plain(ok, bits | (rn.bits() & 7) << 8 | 1 << (rt.bits() & 7) | 1 << (rt2.bits() & 7))
}
