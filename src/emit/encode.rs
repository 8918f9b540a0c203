//! One instruction to its shortest encoding.
//!
//! An instruction may be written in several ways that compute the same: operands of a commutative
//! operation swap, an addition of -3 is a subtraction of 3, `and #255` is UXTB. `encode` tries each
//! in the 16-bit formats (`encode16`) and falls back to the 32-bit format of the instruction as it
//! stands (`encode32`), which always exists.
//!
//! Invariant: a 16-bit form that sets flags is chosen only where the instruction asks for the flags
//! or none of those that the form writes is live (ARMv7-M ARM A7.1: outside IT blocks the 16-bit ALU
//! forms set flags, inside they do not). The size of an instruction is the size of what `encode`
//! returns; no other place knows sizes.

use super::flags::Flags;
use super::{encode16, encode32};
use crate::isa::{
    AluOp, Class, Cond, Const, ExtendOp, FloatImm, Inst, ModImm, Operand2, Reg, RegSet, Rotation, ShiftAmount, ShiftOp,
    Symbol, TestOp, print,
};
use smallvec::{SmallVec, smallvec};

/// What surrounds an instruction.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Context {
    /// The flags that something after the instruction reads before they are written again.
    pub live: Flags,
    /// The condition of the IT slot that the instruction stands in.
    pub it: Option<Cond>,
}

impl Context {
    /// No flag is live and there is no IT block.
    pub const FREE: Context = Context { live: Flags::NONE, it: None };

    /// Whether a 16-bit form that writes `flags` outside IT blocks does what an instruction with
    /// this `s` means.
    pub(super) fn allows(self, s: bool, flags: Flags) -> bool {
        match self.it {
            Some(_) => !s,
            None => s || !flags.intersects(self.live),
        }
    }
}

/// A halfword, or two with the first in the upper half.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Encoding {
    Narrow(u16),
    Wide(u32),
}

impl Encoding {
    /// Bytes of the instruction, 2 or 4.
    pub fn size(self) -> u32 {
        match self {
            Encoding::Narrow(_) => 2,
            Encoding::Wide(_) => 4,
        }
    }

    pub fn is_wide(self) -> bool {
        matches!(self, Encoding::Wide(_))
    }

    /// Appends the little-endian halfwords.
    pub fn write(self, bytes: &mut Vec<u8>) {
        match self {
            Encoding::Narrow(half) => bytes.extend(half.to_le_bytes()),
            Encoding::Wide(word) => bytes.extend(word.rotate_left(16).to_le_bytes()),
        }
    }
}

/// An instruction as it was encoded.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Form {
    /// The instruction, its operands arranged as they were encoded.
    pub inst: Inst<Reg>,
    /// Whether the encoding sets flags (the `s` of the mnemonic).
    pub s: bool,
    pub encoding: Encoding,
}

impl Form {
    /// The line of assembly that an assembler turns into the same bytes.
    pub fn text(&self, context: Context, names: &dyn Fn(Symbol) -> String) -> String {
        let suffix = print::Suffix { s: self.s, cond: context.it, wide: self.encoding.is_wide() };
        print::encoded(&self.inst, suffix, names)
    }
}

/// The shortest form of an instruction. `Const` must be one that `is_immediate`; stack operands must
/// be resolved; IT slots, conditional traps and calls are not for this function.
pub fn encode(inst: &Inst<Reg>, context: Context) -> Form {
    for candidate in alternatives(inst) {
        if let Some((half, s)) = encode16::narrow(&candidate, context) {
            return Form { inst: candidate, s, encoding: Encoding::Narrow(half) };
        }
    }
    let (inst, s) = canonical(inst);
    let encoding = Encoding::Wide(encode32::wide(&inst));
    Form { inst, s, encoding }
}

/// Whether one instruction without a literal builds the value.
pub fn is_immediate(value: Const) -> bool {
    match value {
        Const::Int(v) => v <= 0xffff || ModImm::new(v).is_some() || ModImm::new(!v).is_some(),
        Const::Float(bits) => FloatImm::new(bits).is_some(),
        Const::Address(..) => false,
    }
}

/// The instruction itself and others that compute the same, where a 16-bit format may take them.
fn alternatives(inst: &Inst<Reg>) -> SmallVec<[Inst<Reg>; 2]> {
    let mut all: SmallVec<[Inst<Reg>; 2]> = smallvec![inst.clone()];
    match *inst {
        Inst::Alu { op, s, rd, rn, rhs: Operand2::Reg(rm) } if is_commutative(op) => {
            let rhs = Operand2::Reg(rn);
            all.push(Inst::Alu { op, s, rd, rn: rm, rhs });
        }
        Inst::Alu { op, s, rd, rn, rhs: Operand2::Imm(imm) } => all.extend(other_immediate(op, s, rd, rn, imm.value())),
        Inst::AddWide { sub, rd, rn, imm } => {
            if let Some(imm) = ModImm::new(imm.value()) {
                let op = if sub { AluOp::Sub } else { AluOp::Add };
                let rhs = Operand2::Imm(imm);
                all.push(Inst::Alu { op, s: false, rd, rn, rhs });
            }
        }
        Inst::Const { rd, value } => all.extend(materialise(rd, value)),
        Inst::Test { op: TestOp::Tst, rn, rhs: Operand2::Reg(rm) } => {
            all.push(Inst::Test { op: TestOp::Tst, rn: rm, rhs: Operand2::Reg(rn) })
        }
        Inst::Test { op: op @ (TestOp::Cmp | TestOp::Cmn), rn, rhs: Operand2::Imm(imm) } => {
            let op = if op == TestOp::Cmp { TestOp::Cmn } else { TestOp::Cmp };
            if let Some(rhs) = small_negation(imm.value()) {
                all.push(Inst::Test { op, rn, rhs });
            }
        }
        Inst::Mul { rd, rn, rm } => all.push(Inst::Mul { rd, rn: rm, rm: rn }),
        Inst::BitExtract { signed, rd, rn, lsb, width } => {
            all.extend(extract_otherwise(signed, rd, rn, lsb.value(), width))
        }
        _ => {}
    }
    all
}

/// The instruction that `encode32` takes for one of which no alternative is short.
fn canonical(inst: &Inst<Reg>) -> (Inst<Reg>, bool) {
    let inst = match *inst {
        Inst::Const { rd, value } => materialise(rd, value).unwrap_or_else(|| inst.clone()),
        _ => inst.clone(),
    };
    let s = match inst {
        Inst::Alu { s, .. } | Inst::Mov { s, .. } | Inst::Mvn { s, .. } | Inst::Shift { s, .. } => s,
        _ => false,
    };
    (inst, s)
}

fn is_commutative(op: AluOp) -> bool {
    matches!(op, AluOp::And | AluOp::Orr | AluOp::Eor | AluOp::Add | AluOp::Adc)
}

/// MOV or MVN of a modified immediate; MOVW is `Const` itself.
fn materialise(rd: Reg, value: Const) -> Option<Inst<Reg>> {
    let Const::Int(value) = value else {
        return None;
    };
    let s = false;
    if let Some(imm) = ModImm::new(value) {
        let rhs = Operand2::Imm(imm);
        return Some(Inst::Mov { s, rd, rhs });
    }
    let rhs = Operand2::Imm(ModImm::new(!value)?);
    Some(Inst::Mvn { s, rd, rhs })
}

/// `-value` where it is a byte. Addition of a value and subtraction of its negation then agree in
/// all flags; they do not for 0 (carry) and 0x80000000 (overflow).
fn small_negation(value: u32) -> Option<Operand2<Reg>> {
    let negated = value.wrapping_neg();
    let imm = ModImm::new(negated).filter(|_| (1..=255).contains(&negated))?;
    Some(Operand2::Imm(imm))
}

/// The same result, and the same flags if `s`, from another operation.
fn other_immediate(op: AluOp, s: bool, rd: Reg, rn: Reg, value: u32) -> Option<Inst<Reg>> {
    let uxtb = Inst::Extend { op: ExtendOp::Uxtb, rd, rm: rn, rotation: Rotation::None };
    match (op, value) {
        (AluOp::Add, _) => {
            let rhs = small_negation(value)?;
            let op = AluOp::Sub;
            Some(Inst::Alu { op, s, rd, rn, rhs })
        }
        (AluOp::Sub, _) => {
            let rhs = small_negation(value)?;
            let op = AluOp::Add;
            Some(Inst::Alu { op, s, rd, rn, rhs })
        }
        (AluOp::Eor, u32::MAX) => {
            let rhs = Operand2::Reg(rn);
            Some(Inst::Mvn { s, rd, rhs })
        }
        (AluOp::And, 0xff) if !s => Some(uxtb),
        _ => None,
    }
}

/// A bit field at either end of a register is an extension or a shift.
fn extract_otherwise(signed: bool, rd: Reg, rn: Reg, lsb: u32, width: u8) -> Option<Inst<Reg>> {
    let op = match (lsb, width, signed) {
        (0, 8, false) => ExtendOp::Uxtb,
        (0, 8, true) => ExtendOp::Sxtb,
        (0, 16, false) => ExtendOp::Uxth,
        (0, 16, true) => ExtendOp::Sxth,
        _ => {
            let op = if signed { ShiftOp::Asr } else { ShiftOp::Lsr };
            let amount = ShiftAmount::new(lsb).filter(|_| lsb + u32::from(width) == 32)?;
            let rhs = Operand2::Shifted(rn, op, amount);
            let s = false;
            return Some(Inst::Mov { s, rd, rhs });
        }
    };
    let rotation = Rotation::None;
    Some(Inst::Extend { op, rd, rm: rn, rotation })
}

/// `push {regs}`; the set is not empty.
pub fn push(regs: RegSet) -> Encoding {
    let bits = core_list(regs);
    let lr = bits >> 14 & 1;
    if bits & !0x40ff == 0 {
        return narrow(0xb400 | lr << 8 | bits & 0xff);
    }
    match (regs.len(), regs.first()) {
        (1, Some(rt)) => Encoding::Wide(0xf84d_0d04 | rt.bits() << 12),
        _ => Encoding::Wide(0xe92d_0000 | bits),
    }
}

/// `pop {regs}`; the set is not empty and does not hold both lr and pc.
pub fn pop(regs: RegSet) -> Encoding {
    let bits = core_list(regs);
    let pc = bits >> 15;
    if bits & !0x80ff == 0 {
        return narrow(0xbc00 | pc << 8 | bits & 0xff);
    }
    match (regs.len(), regs.first()) {
        (1, Some(rt)) => Encoding::Wide(0xf85d_0b04 | rt.bits() << 12),
        _ => Encoding::Wide(0xe8bd_0000 | bits),
    }
}

/// The sixteen bits of a list of core registers.
fn core_list(regs: RegSet) -> u32 {
    assert!(regs.in_class(Class::Single).is_empty(), "{regs:?} is no list of core registers");
    regs.bits() as u32
}

/// `bx rm`
pub fn bx(rm: Reg) -> Encoding {
    narrow(0x4700 | rm.bits() << 3)
}

/// `blx rm`
pub fn blx(rm: Reg) -> Encoding {
    narrow(0x4780 | rm.bits() << 3)
}

/// `udf #imm`
pub fn udf(imm: u8) -> Encoding {
    narrow(0xde00 | u32::from(imm))
}

/// `it`, `itt`, `ite` …: `first` is the condition of the first slot, `same` says of each further
/// slot (at most three) whether it has that condition or the inverse (ARMv7-M ARM A7.7.37).
pub fn it(first: Cond, same: &[bool]) -> Encoding {
    let mut mask = 0;
    for (slot, &same) in same.iter().enumerate() {
        let bit = if same { first.bits() & 1 } else { !first.bits() & 1 };
        mask |= bit << (3 - slot);
    }
    mask |= 1 << (3 - same.len());
    narrow(0xbf00 | first.bits() << 4 | mask)
}

pub(super) fn narrow(bits: u32) -> Encoding {
    Encoding::Narrow(u16::try_from(bits).expect("a 16-bit form has sixteen bits"))
}
