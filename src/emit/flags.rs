//! The condition flags inside a block: which are live after each instruction, and which comparisons
//! are not needed because the instruction before sets the flags itself.
//!
//! Flags live across blocks only where `carried` says so, so one walk backwards from the terminator is all of liveness.
//! The rewriting also walks backwards: a comparison with zero, or a branch on zero, looks for the
//! definition of its register. If nothing in between reads or writes flags, and the definition can
//! set them, it does, and the comparison goes away. Only N and Z of the definition agree with those
//! of the comparison, hence only EQ, NE, MI, PL remain, and LT and GE, which after a comparison with
//! zero (V = 0) are MI and PL. Of a comparison with -1 behind a step down by one, EQ and NE remain, as LO and HS.

use super::encode::{self, Context};
use crate::isa::{AluOp, Cond, Inst, ModImm, Operand2, Reg, Term, TestOp};
use smallvec::SmallVec;

/// A set of the flags N, Z, C, V.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Flags(u8);

impl Flags {
    pub const NONE: Flags = Flags(0);
    pub const NZ: Flags = Flags(0b1100);
    pub const NZC: Flags = Flags(0b1110);
    pub const ALL: Flags = Flags(0b1111);
    const N: Flags = Flags(0b1000);
    const Z: Flags = Flags(0b0100);
    const C: Flags = Flags(0b0010);
    const V: Flags = Flags(0b0001);

    pub fn intersects(self, other: Flags) -> bool {
        self.0 & other.0 != 0
    }

    pub fn union(self, other: Flags) -> Flags {
        Flags(self.0 | other.0)
    }

    fn minus(self, other: Flags) -> Flags {
        Flags(self.0 & !other.0)
    }

    /// What a condition depends on (ARMv7-M ARM A7.3).
    pub fn of(cond: Cond) -> Flags {
        match cond {
            Cond::Eq | Cond::Ne => Flags::Z,
            Cond::Hs | Cond::Lo => Flags::C,
            Cond::Mi | Cond::Pl => Flags::N,
            Cond::Vs | Cond::Vc => Flags::V,
            Cond::Hi | Cond::Ls => Flags::Z.union(Flags::C),
            Cond::Ge | Cond::Lt => Flags::N.union(Flags::V),
            Cond::Gt | Cond::Le => Flags(0b1101),
        }
    }
}

/// Instructions and terminator of a block after rewriting, and what is live where.
pub struct Block {
    pub insts: Vec<Inst<Reg>>,
    /// The flags that are live after each instruction.
    pub live: SmallVec<[Flags; 32]>,
    pub term: Term<Reg>,
    /// The flags that are live behind the block.
    behind: Flags,
}

/// Drops comparisons whose flags the instruction before can set, or nobody reads. `behind` are the flags that are live behind
/// the block.
pub fn refine(insts: &[Inst<Reg>], term: &Term<Reg>, behind: Flags) -> Block {
    let mut insts = insts.to_vec();
    let term = refine_term(&mut insts, term);
    let mut block = Block { live: SmallVec::from_elem(Flags::NONE, insts.len()), insts, term, behind };
    let mut keep: SmallVec<[bool; 32]> = SmallVec::from_elem(true, block.insts.len());
    let mut live = term_reads(&block.term).union(behind);
    for at in (0..block.insts.len()).rev() {
        block.live[at] = live;
        let (before, rest) = block.insts.split_at_mut(at);
        match rest[0] {
            Inst::TrapIfZero { nonzero, rn, code } if set_flags(before, rn, spare(rn)) => {
                let cond = if nonzero { Cond::Ne } else { Cond::Eq };
                rest[0] = Inst::TrapIf { cond, code };
            }
            // The definition makes the flags now.
            Inst::Test { .. } if live != Flags::NONE => {
                let replaced = block.replace(at);
                keep[at] = replaced.is_none();
                live = replaced.unwrap_or(live);
            }
            Inst::Test { .. } => keep[at] = false,
            _ => {}
        }
        if keep[at] {
            live = live.minus(kills(&block.insts[at])).union(reads(&block.insts[at]));
        }
    }
    if keep.contains(&false) {
        let mut kept = keep.iter();
        block.insts.retain(|_| *kept.next().expect("one mark per instruction"));
        let mut kept = keep.iter();
        block.live.retain(|_| *kept.next().expect("one mark per instruction"));
    }
    block
}

/// Turns a branch on zero into one on flags where the register's definition can set them.
fn refine_term(insts: &mut [Inst<Reg>], term: &Term<Reg>) -> Term<Reg> {
    match term {
        Term::BranchZero { rn, zero, nonzero } if set_flags(insts, *rn, spare(*rn)) => {
            Term::Branch { cond: Cond::Eq, then: zero.clone(), otherwise: nonzero.clone() }
        }
        _ => term.clone(),
    }
}

/// Bytes that a branch on flags is shorter than one on zero: CBZ takes low registers only.
fn spare(rn: Reg) -> u32 {
    if rn.is_low() { 0 } else { 4 }
}

/// Whether instructions read flags that were made before them; `None` if they neither read nor replace any.
pub fn are_read(insts: &[Inst<Reg>]) -> Option<bool> {
    insts.iter().find_map(|inst| match (reads(inst), kills(inst)) {
        (Flags::NONE, Flags::NONE) => None,
        (Flags::NONE, _) => Some(false),
        _ => Some(true),
    })
}

fn term_reads<R>(term: &Term<R>) -> Flags {
    match term {
        Term::Branch { cond, .. } => Flags::of(*cond),
        Term::Jump(_)
        | Term::BranchZero { .. }
        | Term::Table { .. }
        | Term::Return { .. }
        | Term::TailCall(_)
        | Term::Trap(_) => Flags::NONE,
    }
}

pub(super) fn reads(inst: &Inst<Reg>) -> Flags {
    match inst {
        Inst::If { cond, inst, .. } => Flags::of(*cond).union(reads(inst)),
        Inst::TrapIf { cond, .. } => Flags::of(*cond),
        Inst::Alu { op: AluOp::Adc | AluOp::Sbc, .. } => Flags::C,
        _ => Flags::NONE,
    }
}

/// The flags that are certainly new after the instruction.
pub(super) fn kills(inst: &Inst<Reg>) -> Flags {
    match inst {
        Inst::Test { op, .. } => match op {
            TestOp::Cmp | TestOp::Cmn => Flags::ALL,
            TestOp::Tst | TestOp::Teq => Flags::NZ,
        },
        Inst::Alu { op, s: true, .. } => match op {
            AluOp::Add | AluOp::Adc | AluOp::Sub | AluOp::Sbc | AluOp::Rsb => Flags::ALL,
            AluOp::And | AluOp::Bic | AluOp::Orr | AluOp::Orn | AluOp::Eor => Flags::NZ,
        },
        Inst::Mov { s: true, .. } | Inst::Mvn { s: true, .. } | Inst::Shift { s: true, .. } => Flags::NZ,
        Inst::FloatFlags | Inst::Call(_) | Inst::TrapIfZero { .. } | Inst::Guard { .. } => Flags::ALL,
        _ => Flags::NONE,
    }
}

impl Block {
    /// If instruction `at` is a comparison that an instruction before it can make itself, lets it and adapts the readers.
    /// Returns the flags that they read. `live` is known from `at` on.
    fn replace(&mut self, at: usize) -> Option<Flags> {
        let Inst::Test { op, rn, rhs } = self.insts[at] else {
            return None;
        };
        let size = encode::encode(&self.insts[at], Context::FREE).encoding.size();
        // TST leaves V and possibly C as they were before: only its N and Z are known.
        let (reader, flags): (fn(Cond) -> Option<Cond>, Flags) = match (op, rhs) {
            (TestOp::Cmp, Operand2::Imm(imm)) if imm.value() == 0 => (|cond| sign_only(cond, true), Flags::NZ),
            (TestOp::Tst, Operand2::Reg(rm)) if rm == rn => (|cond| sign_only(cond, false), Flags::NZ),
            (TestOp::Cmp, Operand2::Imm(imm)) if imm.value() == u32::MAX && self.is_one_less(at, rn) => {
                (carry_only, Flags::C)
            }
            (TestOp::Cmn, Operand2::Imm(imm)) if imm.value() == 1 && self.is_one_less(at, rn) => (carry_only, Flags::C),
            _ => return None,
        };
        let replaced = self.readers(at, &mut |cond| reader(*cond).is_some())
            && set_flags(&mut self.insts[..at], rn, size)
            && self.readers(at, &mut |cond| {
                *cond = reader(*cond).expect("checked before");
                true
            });
        replaced.then_some(flags)
    }

    /// Whether the register is defined before instruction `at` as one less than another: -1 where that is 0, and only there
    /// the subtraction borrows.
    fn is_one_less(&self, at: usize, reg: Reg) -> bool {
        let defines = |inst: &Inst<Reg>| {
            let mut defines = false;
            inst.visit(|other, role| defines |= other == reg && !role.is_use());
            defines
        };
        match self.insts[..at].iter().rev().find(|inst| defines(inst)) {
            Some(&Inst::Alu { op: AluOp::Sub, rhs: Operand2::Imm(imm), .. }) => imm.value() == 1,
            Some(&Inst::Alu { op: AluOp::Add, rhs: Operand2::Imm(imm), .. }) => imm.value() == u32::MAX,
            _ => false,
        }
    }

    /// Calls `f` on the condition of every reader of the flags of comparison `at`; whether `f` was
    /// always true and nothing else reads them.
    fn readers(&mut self, at: usize, f: &mut dyn FnMut(&mut Cond) -> bool) -> bool {
        for (inst, &live) in self.insts.iter_mut().zip(&self.live).skip(at + 1) {
            let others = match inst {
                Inst::If { cond, inst, .. } => !f(cond) || reads(inst) != Flags::NONE,
                Inst::TrapIf { cond, .. } => !f(cond),
                _ => reads(inst) != Flags::NONE,
            };
            if others {
                return false;
            }
            if inst.writes_flags() {
                // What is live after a writer and not its own comes from the comparison.
                return !live.intersects(Flags::ALL.minus(kills(inst)));
            }
        }
        match &mut self.term {
            _ if self.behind != Flags::NONE => false,
            Term::Branch { cond, .. } => f(cond),
            _ => true,
        }
    }
}

/// A condition on N or Z alone that agrees after a comparison with zero.
fn sign_only(cond: Cond, has_overflow: bool) -> Option<Cond> {
    match cond {
        Cond::Eq | Cond::Ne | Cond::Mi | Cond::Pl => Some(cond),
        Cond::Lt => has_overflow.then_some(Cond::Mi),
        Cond::Ge => has_overflow.then_some(Cond::Pl),
        Cond::Hs | Cond::Lo | Cond::Vs | Cond::Vc | Cond::Hi | Cond::Ls | Cond::Gt | Cond::Le => None,
    }
}

/// A condition on C alone that agrees behind the step to a value with that behind its comparison with -1.
fn carry_only(cond: Cond) -> Option<Cond> {
    match cond {
        Cond::Eq => Some(Cond::Lo),
        Cond::Ne => Some(Cond::Hs),
        _ => None,
    }
}

/// Lets the instruction that defines `rn` set flags by it, if it can in at most `spare` bytes more
/// and nothing after it in `insts` depends on the flags.
fn set_flags(insts: &mut [Inst<Reg>], rn: Reg, spare: u32) -> bool {
    for inst in insts.iter_mut().rev() {
        let mut defines = false;
        inst.visit(|reg, role| defines |= reg == rn && !role.is_use());
        if defines {
            let Some(setting) = flag_setting(inst, spare) else {
                return false;
            };
            *inst = setting;
            return true;
        }
        if inst.writes_flags() || inst.reads_flags() || inst.clobbers().contains(rn) {
            return false;
        }
    }
    false
}

/// The instruction with flags by its result, if there is one that is at most `spare` bytes longer.
fn flag_setting(inst: &Inst<Reg>, spare: u32) -> Option<Inst<Reg>> {
    let mut setting = inst.clone();
    match &mut setting {
        Inst::Alu { s, rd, .. } => {
            if *rd == Reg::SP {
                return None;
            }
            *s = true;
        }
        // MOVS of a constant has no reason to be tested; of a register it may have a longer form.
        Inst::Mov { s, .. } | Inst::Mvn { s, .. } | Inst::Shift { s, .. } => *s = true,
        Inst::AddWide { sub, rd, rn, imm } => {
            let op = if *sub { AluOp::Sub } else { AluOp::Add };
            let rhs = Operand2::Imm(ModImm::new(imm.value())?);
            let (rd, rn) = (*rd, *rn);
            let s = true;
            setting = Inst::Alu { op, s, rd, rn, rhs };
        }
        _ => return None,
    }
    let size = |inst: &Inst<Reg>| encode::encode(inst, Context::FREE).encoding.size();
    (size(&setting) <= size(inst) + spare).then_some(setting)
}
