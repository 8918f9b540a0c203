//! More room for incoming arguments than the caller gave: for functions whose tail calls pass more words on
//! the stack than they got themselves, with the stack of any chain of tail calls bounded.
//!
//! A caller gives a function exactly the room that its signature asks for and takes it back itself (AAPCS32
//! 6.4), so neither can a tail call push more, nor can anybody pop it. Such a function enlarges the area
//! before anything else, and puts a routine of the module, `<module>_tail_return`, between itself and its
//! caller:
//!
//! ```text
//!   on entry                        afterwards
//!   higher  │ arguments │ ◀─ sp     │ arguments │
//!                                   │ lr        │  the caller's
//!                                   │ area      │  the arguments again, and room
//!                                   └───────────┘ ◀─ sp,   lr = <module>_tail_return
//! ```
//!
//! `area` is the same everywhere in a module: the most that such a tail call passes. Whoever is then
//! entered, by a tail call too, finds sp and lr as after any call, and returns to the routine, which gives
//! back the area and returns to the caller.
//!
//! Invariant: lr is `<module>_tail_return` at the entry of a function only if an enlarged area of this module
//! starts at sp. No code of the routine calls, and what is entered by a branch finds sp and lr unchanged. So a
//! function that finds it there has the room already, and a chain of tail calls inside a module enlarges once.

use super::EmitOptions;
use super::build::{Builder, build_inside};
use super::encode::Context;
use super::flags::Flags;
use super::frame::Frame;
use super::program::{Item, Program};
use crate::isa::{
    Addr, BlockData, Cond, Const, Func, Growth, Inst, MemSize, Operand2, Reg, StackArea, Symbol, Term, TestOp,
};
use smallvec::SmallVec;

/// Bytes of stack that a function's enlarged area takes.
pub fn depth(func: &Func<Reg>) -> u32 {
    func.growth.map_or(0, |growth| Frame::of_area(growth.area).depth())
}

/// The routine: the epilogue of the frame that `enlarge` makes. Results are in r0 and r1 or, of floats, in registers that no epilogue changes.
pub fn tail_return(area: u32, options: &EmitOptions) -> Program {
    let values = [Reg::R0, Reg::R1].map(|reg| (reg, reg)).into_iter().collect();
    let block = BlockData {
        params: SmallVec::new(),
        insts: Vec::new(),
        term: Term::Return { values },
        loop_depth: 0,
        cold: false,
    };
    let func = Func::new(vec![block]);
    build_inside(&func, &Frame::of_area(area), options)
}

impl Builder<'_> {
    /// Enlarges the area, unless it is. Uses r12, which is free on entry (AAPCS32 6.1.1).
    pub(super) fn enlarge(&mut self, growth: Growth) {
        let (rd, size) = (Reg::R12, MemSize::Word);
        let done = self.program.new_label();
        self.constant(rd, Const::Address(Symbol::TailReturn, 0), Context::FREE);
        let test = Inst::Test { op: TestOp::Cmp, rn: Reg::LR, rhs: Operand2::Reg(rd) };
        self.inst(&test, Context { live: Flags::of(Cond::Eq), it: None });
        self.branch(Some(Cond::Eq), done);
        let frame = Frame::of_area(growth.area);
        for op in frame.prologue() {
            self.op(&op, Context::FREE);
        }
        self.inst(&Inst::Mov { s: false, rd: Reg::LR, rhs: Operand2::Reg(rd) }, Context::FREE);
        for offset in (0..growth.incoming).step_by(4) {
            let load = Inst::Load { size, rt: rd, addr: Addr::Stack(StackArea::Incoming, offset) };
            let store = Inst::Store { size, rt: rd, addr: Addr::Stack(StackArea::Outgoing, offset) };
            for op in [load, store].iter().filter_map(|inst| frame.resolve(inst)).flatten() {
                self.op(&op, Context::FREE);
            }
        }
        self.program.items.push(Item::Label(done));
    }
}
