//! Arithmetic on more than two words: chains of carries, products with two summands.

use super::Lower;
use crate::isa::{AluOp, Inst, VReg};
use crate::select::ir::Value;

impl Lower<'_> {
    /// Columns from the lowest to the last that is wanted: the first by `first`, the others by `next`, which takes
    /// the carry or borrow.
    pub fn carried(&mut self, value: Value, first: AluOp, next: AluOp) {
        let args = self.graph.node(value).args.clone();
        let (a, b) = args.split_at(args.len() / 2);
        let wanted = (0..4).rev().find(|&n| self.result_reg(value, n).is_some());
        let last = wanted.expect("a node that is covered has a result that is wanted");
        let mut columns = Vec::new();
        for (n, (&a, &b)) in (0..=last).zip(a.iter().zip(b)) {
            // No constant may come between the columns.
            let (rn, rhs) = match first {
                AluOp::Add => self.commutative_operands(a, b),
                _ => (self.reg(a), self.operand2(b)),
            };
            let rd: VReg = self.result_reg(value, n).unwrap_or_else(|| self.func.new_vreg());
            let op = if n == 0 { first } else { next };
            columns.push(Inst::Alu { op, s: n != last, rd, rn, rhs });
        }
        columns.into_iter().for_each(|inst| self.push(inst));
    }

    pub fn mul_add_add(&mut self, value: Value) {
        let args = self.graph.node(value).args.clone();
        let rdlo = self.dest(value);
        let rdhi = self.result_reg(value, 1).unwrap_or_else(|| self.func.new_vreg());
        let (rn, rm) = (self.reg(args[0]), self.reg(args[1]));
        let (oldlo, oldhi) = (self.own_reg(args[2]), self.own_reg(args[3]));
        self.push(Inst::MulAddAddLong { rdlo, rdhi, oldlo, oldhi, rn, rm });
    }
}
