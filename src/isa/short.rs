//! Which instructions have 16-bit forms in low registers (ARMv7-M ARM A5.2): what a register is worth depends on that before
//! anything is encoded.

use super::inst::Inst;
use super::operand::{Addr, AluOp, Const, MemSize, Operand2, Rotation, ShiftOp, TestOp};
use smallvec::{SmallVec, smallvec};

impl<R: Copy> Inst<R> {
    /// Whether the instruction has a 16-bit form where all its registers are among r0–r7 and the operands that have to be
    /// equal are, but none, or only with an operand more equal, in others.
    pub fn is_short_in_low(&self) -> bool {
        match *self {
            Inst::Alu { op, rhs, .. } => match rhs {
                Operand2::Reg(_) => !matches!(op, AluOp::Orn | AluOp::Rsb),
                Operand2::Imm(imm) => match op {
                    AluOp::Add | AluOp::Sub => imm.value() <= 255,
                    AluOp::Rsb => imm.value() == 0,
                    AluOp::And | AluOp::Bic | AluOp::Orr | AluOp::Orn | AluOp::Eor | AluOp::Adc | AluOp::Sbc => false,
                },
                Operand2::Shifted(..) => false,
            },
            Inst::Mov { s, rhs, .. } => match rhs {
                Operand2::Reg(_) => s,
                Operand2::Imm(imm) => imm.value() <= 255,
                Operand2::Shifted(_, op, _) => op != ShiftOp::Ror,
            },
            Inst::Mvn { rhs, .. } => matches!(rhs, Operand2::Reg(_)),
            Inst::Const { value, .. } => match value {
                // A byte by MOVS, a literal by LDR.
                Const::Int(value) => value <= 255 || value > 0xffff,
                Const::Address(..) => true,
                Const::Float(_) => false,
            },
            Inst::Shift { .. } | Inst::Mul { .. } => true,
            Inst::Extend { rotation, .. } => rotation == Rotation::None,
            Inst::Unary { op, .. } => !matches!(op, super::UnaryOp::Clz | super::UnaryOp::Rbit),
            Inst::Test { op, rhs, .. } => match (op, rhs) {
                (TestOp::Cmp, Operand2::Imm(imm)) => imm.value() <= 255,
                (TestOp::Cmn | TestOp::Tst, Operand2::Reg(_)) => true,
                _ => false,
            },
            Inst::If { ref inst, .. } => inst.is_short_in_low(),
            Inst::Load { size, addr, .. } => is_short_access(size, addr, true),
            Inst::Store { size, addr, .. } => is_short_access(size, addr, false),
            Inst::LoadPairUpdate { .. } | Inst::StorePairUpdate { .. } => true,
            Inst::StackAddr { .. } | Inst::TrapIfZero { .. } => true,
            Inst::AddWide { .. }
            | Inst::Movt { .. }
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
            | Inst::FloatStoreUpdate { .. }
            | Inst::SetStack { .. }
            | Inst::Call(_)
            | Inst::Guard { .. }
            | Inst::TrapIf { .. } => false,
        }
    }

    /// The definition, and the uses that each would let it be short if they shared a register with it; none where a short
    /// form in low registers has a register of its own for the result.
    pub fn shared(&self) -> Option<(R, SmallVec<[R; 2]>)> {
        match *self {
            Inst::Alu { op, rd, rn, rhs: Operand2::Reg(rm), .. } => match op {
                AluOp::Add | AluOp::And | AluOp::Orr | AluOp::Eor | AluOp::Adc => Some((rd, smallvec![rn, rm])),
                AluOp::Bic | AluOp::Sbc => Some((rd, smallvec![rn])),
                AluOp::Sub | AluOp::Orn | AluOp::Rsb => None,
            },
            Inst::Alu { op: AluOp::Add | AluOp::Sub, rd, rn, rhs: Operand2::Imm(imm), .. } => {
                (8..=255).contains(&imm.value()).then(|| (rd, smallvec![rn]))
            }
            Inst::Mul { rd, rn, rm } => Some((rd, smallvec![rn, rm])),
            Inst::Shift { rd, rn, .. } => Some((rd, smallvec![rn])),
            _ => None,
        }
    }
}

fn is_short_access<R>(size: MemSize, addr: Addr<R>, load: bool) -> bool {
    match addr {
        Addr::Offset(_, offset) => {
            let signed = load && matches!(size, MemSize::S8 | MemSize::S16);
            let offset = u32::try_from(offset.value());
            !signed && offset.is_ok_and(|offset| offset.is_multiple_of(size.bytes()) && offset / size.bytes() <= 31)
        }
        Addr::Index(_, _, shift) => shift == 0,
        Addr::Stack(_, offset) => size == MemSize::Word && offset <= 1020,
    }
}
