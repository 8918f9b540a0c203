//! Traps where a number is above a limit that no immediate holds.
//!
//! ```text
//!     cmp rn, #first
//!     bhi .Lover           hardly ever taken
//! .Lback:
//!     ...
//! .Lover:
//!     sub.w rn, rn, #first
//!     cmp rn, #rest
//!     add.w rn, rn, #first  the flags stay
//!     bhi .Ltrap
//!     b .Lback
//! ```
//!
//! No register is needed for the limit, nor one to load it to.

use super::build::Builder;
use super::encode::Context;
use super::flags::Flags;
use super::program::{Item, Label};
use crate::isa::{AluOp, Cond, Inst, Operand2, Reg, SplitLimit, TestOp, TrapCode};

/// What a guard has behind the function.
pub struct Guard {
    over: Label,
    back: Label,
    rn: Reg,
    limit: SplitLimit,
    code: TrapCode,
}

impl Builder<'_> {
    pub(super) fn guard(&mut self, rn: Reg, limit: SplitLimit, code: TrapCode) {
        let (over, back) = (self.program.new_label(), self.program.new_label());
        let rhs = Operand2::Imm(limit.first());
        self.inst(&Inst::Test { op: TestOp::Cmp, rn, rhs }, Context::FREE);
        self.branch(Some(Cond::Hi), over);
        self.program.items.push(Item::Label(back));
        self.guards.push(Guard { over, back, rn, limit, code });
    }

    /// The second halves of the guards.
    pub(super) fn guards_behind(&mut self) {
        let context = Context { live: Flags::ALL, it: None };
        for Guard { over, back, rn, limit, code } in std::mem::take(&mut self.guards) {
            self.program.items.push(Item::Label(over));
            let by_first = |op| Inst::Alu { op, s: false, rd: rn, rn, rhs: Operand2::Imm(limit.first()) };
            self.inst(&by_first(AluOp::Sub), context);
            self.inst(&Inst::Test { op: TestOp::Cmp, rn, rhs: Operand2::Imm(limit.rest()) }, context);
            self.inst(&by_first(AluOp::Add), context);
            let target = self.trap_label(code);
            self.branch(Some(if limit.is_exact() { Cond::Hi } else { Cond::Hs }), target);
            self.branch(None, back);
        }
    }
}
