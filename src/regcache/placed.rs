//! A function whose operands have registers, with the record of where each instruction comes from.
//!
//! `assign` makes it, `check` replays it against the input, and `finish` turns it into the result.

use super::moves::MoveOp;
use super::operands::as_move;
use super::plan::{Site, rematerialisation};
use crate::isa::{
    Addr, AluOp, BlockData, Class, FloatAddr, FloatUnaryOp, Func, Inst, MemSize, Operand2, Reg, StackArea, Term, VReg,
};
use bitvec::vec::BitVec;
use smallvec::SmallVec;

#[derive(Clone, PartialEq, Debug)]
pub enum Step {
    /// Instruction `index` of the input block.
    Inst {
        index: u32,
        inst: Inst<Reg>,
    },
    Move(MoveOp),
}

#[derive(Clone, PartialEq, Debug)]
pub struct PlacedBlock {
    pub steps: Vec<Step>,
    /// Without edge arguments.
    pub term: Term<Reg>,
}

#[derive(Clone, PartialEq, Debug)]
pub struct Placed {
    pub blocks: Vec<PlacedBlock>,
    /// How many spill slots are used.
    pub slots: u32,
}

/// The function over core registers. Moves of a register to itself vanish.
pub fn finish(func: &Func<VReg>, site: &[Site], placed: Placed) -> Func<Reg> {
    let blocks = func.blocks.iter().zip(placed.blocks).map(|(input, block)| {
        let mut insts = Vec::with_capacity(block.steps.len());
        for step in block.steps {
            match step {
                Step::Inst { inst, .. } => {
                    if as_move(&inst).is_none_or(|(from, to)| from != to) {
                        insts.push(inst);
                    }
                }
                Step::Move(op) => expand(func, site, op, &mut insts),
            }
        }
        BlockData { params: SmallVec::new(), insts, term: block.term, loop_depth: input.loop_depth, cold: input.cold }
    });
    Func {
        blocks: blocks.collect(),
        entry: func.entry.iter().map(|&(_, reg)| (reg, reg)).collect(),
        vregs: 0,
        outgoing: func.outgoing,
        locals: func.locals,
        slots: 4 * placed.slots,
        stack_check: func.stack_check,
        singles: BitVec::EMPTY,
        growth: func.growth,
        known: func.known,
        frame_pointer: func.frame_pointer,
    }
}

fn expand(func: &Func<VReg>, site: &[Site], op: MoveOp, insts: &mut Vec<Inst<Reg>>) {
    match op {
        MoveOp::Copy { to, from } => insts.push(copy(to, from)),
        MoveOp::Swap { a, b } => {
            for (rd, rn, rm) in [(a, a, b), (b, a, b), (a, a, b)] {
                let (op, rhs) = (AluOp::Eor, Operand2::Reg(rm));
                insts.push(Inst::Alu { op, s: false, rd, rn, rhs });
            }
        }
        MoveOp::Load { to, slot } => insts.push(match to.class() {
            Class::Core => Inst::Load { size: MemSize::Word, rt: to, addr: Addr::Stack(StackArea::Slots, 4 * slot) },
            Class::Single => Inst::FloatLoad { sd: to, addr: FloatAddr::Stack(StackArea::Slots, 4 * slot) },
        }),
        MoveOp::Store { slot, from } => insts.push(match from.class() {
            Class::Core => Inst::Store { size: MemSize::Word, rt: from, addr: Addr::Stack(StackArea::Slots, 4 * slot) },
            Class::Single => Inst::FloatStore { sd: from, addr: FloatAddr::Stack(StackArea::Slots, 4 * slot) },
        }),
        MoveOp::Remat { to, vreg } => {
            let inst = rematerialisation(func, site, vreg);
            insts.push(inst.expect("only such a vreg is rematerialised").map(&mut |_, _| to));
        }
    }
}

/// A move of one word from register to register, of any classes.
fn copy(to: Reg, from: Reg) -> Inst<Reg> {
    match (to.class(), from.class()) {
        (Class::Core, Class::Core) => Inst::Mov { s: false, rd: to, rhs: Operand2::Reg(from) },
        (Class::Single, Class::Single) => Inst::FloatUnary { op: FloatUnaryOp::Mov, sd: to, sm: from },
        (Class::Single, Class::Core) => Inst::ToFloat { sn: to, rt: from },
        (Class::Core, Class::Single) => Inst::ToCore { rt: to, sn: from },
    }
}
