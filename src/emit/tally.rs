//! What a function's instructions are for, counted as they are written.

use crate::isa::{Addr, BoundsCounts, FloatAddr, FloatUnaryOp, Inst, MemSize, Operand2, Reg, Role};

/// What an instruction is for.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Kind {
    Load,
    Store,
    /// Relative to sp, of one register.
    FrameLoad,
    FrameStore,
    /// PUSH, POP, VPUSH or VPOP.
    Save,
    /// From register to register, without a change.
    Move,
    /// A number or an address.
    Constant,
    Arithmetic,
    Float,
    Compare,
    /// IT
    Condition,
    Branch,
    /// A call, or a tail call.
    Call,
    Trap,
    Padding,
}

impl Kind {
    pub const COUNT: usize = Kind::Padding as usize + 1;
}

/// Figures of one function's code.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
pub struct Tally {
    kinds: [u32; Kind::COUNT],
    /// Bytes of instructions; all others are literals, tables and identities.
    pub code: u32,
    /// Instructions that the one before makes superfluous, or that make it so.
    pub redundant: u32,
    /// Branches to the trap of an access out of bounds.
    pub checks: u32,
    pub bounds: BoundsCounts,
}

impl Tally {
    pub fn count(&mut self, kind: Kind, bytes: u32) {
        self.kinds[kind as usize] += 1;
        self.code += bytes;
    }

    pub fn of(&self, kind: Kind) -> u32 {
        self.kinds[kind as usize]
    }

    pub fn instructions(&self) -> u32 {
        self.kinds.iter().sum()
    }
}

/// What an instruction of a resolved frame is for.
pub fn kind(inst: &Inst<Reg>) -> Kind {
    match inst {
        Inst::Alu { .. }
        | Inst::AddWide { .. }
        | Inst::Shift { .. }
        | Inst::Extend { .. }
        | Inst::ExtendAdd { .. }
        | Inst::Mul { .. }
        | Inst::MulAdd { .. }
        | Inst::MulLong { .. }
        | Inst::MulAddLong { .. }
        | Inst::MulAddAddLong { .. }
        | Inst::Div { .. }
        | Inst::Unary { .. }
        | Inst::BitExtract { .. }
        | Inst::BitInsert { .. }
        | Inst::BitClear { .. }
        | Inst::Saturate { .. }
        | Inst::StackAddr { .. } => Kind::Arithmetic,
        Inst::SetStack { .. } => Kind::Move,
        Inst::Mov { rhs, .. } => match rhs {
            Operand2::Reg(_) => Kind::Move,
            Operand2::Shifted(..) => Kind::Arithmetic,
            Operand2::Imm(_) => Kind::Constant,
        },
        Inst::Mvn { rhs, .. } => match rhs {
            Operand2::Reg(_) | Operand2::Shifted(..) => Kind::Arithmetic,
            Operand2::Imm(_) => Kind::Constant,
        },
        Inst::Const { .. } | Inst::Movt { .. } => Kind::Constant,
        Inst::Test { .. } | Inst::FloatCompare { .. } | Inst::FloatFlags => Kind::Compare,
        Inst::If { inst, .. } => kind(inst),
        Inst::Load { addr, .. } => frame(is_frame(addr), Kind::Load, Kind::FrameLoad),
        Inst::Store { addr, .. } => frame(is_frame(addr), Kind::Store, Kind::FrameStore),
        Inst::LoadUpdate { rn, .. }
        | Inst::LoadPair { rn, .. }
        | Inst::LoadPairUpdate { rn, .. }
        | Inst::FloatLoadUpdate { rn, .. } => frame(*rn == Reg::SP, Kind::Load, Kind::FrameLoad),
        Inst::StoreUpdate { rn, .. }
        | Inst::StorePair { rn, .. }
        | Inst::StorePairUpdate { rn, .. }
        | Inst::FloatStoreUpdate { rn, .. } => frame(*rn == Reg::SP, Kind::Store, Kind::FrameStore),
        Inst::FloatLoad { addr, .. } => frame(is_float_frame(addr), Kind::Load, Kind::FrameLoad),
        Inst::FloatStore { addr, .. } => frame(is_float_frame(addr), Kind::Store, Kind::FrameStore),
        Inst::FloatAlu { .. } => Kind::Float,
        Inst::FloatUnary { op, .. } => match op {
            FloatUnaryOp::Mov => Kind::Move,
            FloatUnaryOp::Abs
            | FloatUnaryOp::Neg
            | FloatUnaryOp::Sqrt
            | FloatUnaryOp::FromSigned
            | FloatUnaryOp::FromUnsigned
            | FloatUnaryOp::ToSigned
            | FloatUnaryOp::ToUnsigned => Kind::Float,
        },
        Inst::ToFloat { .. } | Inst::ToCore { .. } => Kind::Move,
        Inst::Call(_) => Kind::Call,
        Inst::TrapIf { .. } | Inst::TrapIfZero { .. } | Inst::Guard { .. } => Kind::Branch,
    }
}

fn frame(is_frame: bool, other: Kind, own: Kind) -> Kind {
    if is_frame { own } else { other }
}

fn is_frame(addr: &Addr<Reg>) -> bool {
    match addr {
        Addr::Offset(rn, _) | Addr::Index(rn, _, _) => *rn == Reg::SP,
        Addr::Stack(..) => true,
    }
}

fn is_float_frame(addr: &FloatAddr<Reg>) -> bool {
    match addr {
        FloatAddr::Offset(rn, _) => *rn == Reg::SP,
        FloatAddr::Stack(..) => true,
    }
}

/// Whether of two instructions that follow each other one is superfluous: the second moves back or loads what the first one
/// stored or loaded, or the first one's only result is overwritten before anything reads it.
pub fn is_redundant(first: &Inst<Reg>, second: &Inst<Reg>) -> bool {
    moves_back(first, second) || repeats_access(first, second) || overwrites(first, second)
}

fn moves_back(first: &Inst<Reg>, second: &Inst<Reg>) -> bool {
    let moved = |inst: &Inst<Reg>| match *inst {
        Inst::Mov { s: false, rd, rhs: Operand2::Reg(rm) } => Some((rd, rm)),
        Inst::FloatUnary { op: FloatUnaryOp::Mov, sd, sm } => Some((sd, sm)),
        Inst::ToFloat { sn, rt } => Some((sn, rt)),
        Inst::ToCore { rt, sn } => Some((rt, sn)),
        _ => None,
    };
    match (moved(first), moved(second)) {
        (Some((d, m)), Some((rd, rm))) => (rd, rm) == (m, d) || (rd, rm) == (d, m),
        _ => false,
    }
}

fn repeats_access(first: &Inst<Reg>, second: &Inst<Reg>) -> bool {
    let Inst::Load { size, addr, .. } = *second else { return false };
    match *first {
        Inst::Load { size: other, rt, addr: place } => {
            let mut moved = false;
            second.visit(|reg, role| moved |= role.is_use() && reg == rt);
            !moved && (other, place) == (size, addr)
        }
        // Less than a word is extended by the load.
        Inst::Store { size: other, addr: place, .. } => (other, place) == (size, addr) && size == MemSize::Word,
        _ => false,
    }
}

fn overwrites(first: &Inst<Reg>, second: &Inst<Reg>) -> bool {
    let has_effect = first.writes_flags()
        || match kind(first) {
            Kind::Load | Kind::Store | Kind::FrameStore | Kind::Save | Kind::Condition | Kind::Branch => true,
            Kind::Call | Kind::Trap | Kind::Padding | Kind::Compare => true,
            Kind::FrameLoad | Kind::Move | Kind::Constant | Kind::Arithmetic | Kind::Float => false,
        };
    if has_effect || matches!(second, Inst::If { .. }) {
        return false;
    }
    let (mut defined, mut overwritten, mut read) = (0, 0, false);
    first.visit(|reg, role| {
        if !role.is_use() {
            defined += 1;
            second.visit(|other, role| match role {
                Role::Use | Role::FixedUse(_) | Role::TiedUse(_) => read |= other == reg,
                Role::Def | Role::FixedDef(_) | Role::TiedDef(_) => overwritten += u32::from(other == reg),
            });
        }
    });
    !read && defined > 0 && overwritten == defined
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::isa::{Const, Offset};

    fn mov(rd: Reg, rm: Reg) -> Inst<Reg> {
        Inst::Mov { s: false, rd, rhs: Operand2::Reg(rm) }
    }

    fn word(rn: Reg) -> Addr<Reg> {
        Addr::Offset(rn, Offset::new(4).expect("in range"))
    }

    #[test]
    fn neighbours_are_redundant_by_what_they_do() {
        let (r0, r1, r2) = (Reg::R0, Reg::R1, Reg::new(2));
        let size = MemSize::Word;
        let load = |rt, rn| Inst::Load { size, rt, addr: word(rn) };
        let store = |rt, rn| Inst::Store { size, rt, addr: word(rn) };
        let constant = |rd| Inst::Const { rd, value: Const::Int(1) };
        for (first, second, expected) in [
            (mov(r0, r1), mov(r1, r0), true),
            (mov(r0, r1), mov(r2, r0), false),
            (store(r0, Reg::SP), load(r1, Reg::SP), true),
            (store(r0, r2), load(r1, r0), false),
            (load(r0, r2), load(r1, r2), true),
            (load(r2, r2), load(r1, r2), false),
            (constant(r0), mov(r0, r1), true),
            (constant(r0), mov(r1, r0), false),
            (constant(r0), mov(r2, r1), false),
            (load(r0, r1), mov(r0, r1), false),
        ] {
            assert_eq!(is_redundant(&first, &second), expected, "{first:?} {second:?}");
        }
    }
}
