//! What changes by a constant each time around a loop.

use super::hoist::Loop;
use crate::isa::Cond;
use crate::select::flow::Flow;
use crate::select::ir::{BinOp, Block, Edge, Graph, Op, Term, Value};

/// How deep sums are looked into.
const DEPTH: u32 = 6;

/// A loop's test at its latch: it goes around while `value cond bound`, and the bound stays.
pub struct Test {
    pub cond: Cond,
    pub value: Value,
    /// None for zero.
    pub bound: Option<Value>,
    /// What is added to the value each time around.
    pub step: i32,
}

/// A loop in its graph.
pub struct Induction<'g> {
    pub graph: &'g Graph,
    pub flow: &'g Flow,
    pub found: &'g Loop,
}

impl Induction<'_> {
    pub fn is_invariant(&self, value: Value) -> bool {
        self.flow.is_invariant(self.graph, self.found.header(), value)
    }

    /// Whether the loop can end without its test, or without an end at the latch.
    pub fn has_other_exits(&self) -> bool {
        self.found.blocks.iter().any(|&block| {
            let term = &self.graph.block(block).term;
            let leaves = || term.edges().any(|edge| !self.found.contains(edge.target));
            block != self.found.latch && (term.edges().next().is_none() || leaves())
        })
    }

    /// The edge from the latch around the loop.
    fn back(&self) -> Option<&Edge> {
        let mut edges = self.graph.block(self.found.latch).term.edges();
        edges.find(|edge| edge.target == self.found.header())
    }

    /// What is added to the value each time around, modulo 2^32, if it is a sum of what is constant in the loop and of
    /// parameters that grow by constants.
    pub fn step(&self, value: Value) -> Option<u32> {
        self.step_to(value, DEPTH)
    }

    fn step_to(&self, value: Value, depth: u32) -> Option<u32> {
        if self.is_invariant(value) {
            return Some(0);
        }
        let depth = depth.checked_sub(1)?;
        let node = self.graph.node(value);
        let of = |n: usize| self.step_to(node.args[n], depth);
        match node.op {
            Op::Param => self.param_step(value),
            Op::Binary(BinOp::Add) => Some(of(0)?.wrapping_add(of(1)?)),
            Op::Binary(BinOp::Sub) => Some(of(0)?.wrapping_sub(of(1)?)),
            Op::Binary(BinOp::Shl) => {
                let amount = self.graph.constant(node.args[1]).filter(|&amount| amount < 32)?;
                Some(of(0)? << amount)
            }
            Op::Binary(BinOp::Mul) => Some(of(0)?.wrapping_mul(self.graph.constant(node.args[1])?)),
            _ => None,
        }
    }

    fn param_step(&self, param: Value) -> Option<u32> {
        if self.graph.node(param).block != self.found.header() {
            return None;
        }
        let n = self.graph.block(self.found.header()).params.iter().position(|&other| other == param)?;
        let next = self.graph.node(self.back()?.args[n]);
        match (next.op, next.args.as_slice()) {
            (Op::Binary(BinOp::Add), &[x, c]) if x == param => self.graph.constant(c),
            (Op::Binary(BinOp::Sub), &[x, c]) if x == param => self.graph.constant(c).map(u32::wrapping_neg),
            _ => None,
        }
    }

    pub fn test(&self) -> Option<Test> {
        let Term::Branch { cond, then, otherwise } = &self.graph.block(self.found.latch).term else {
            return None;
        };
        let header = self.found.header();
        let around = match (then.target == header, otherwise.target == header) {
            (true, false) => true,
            (false, true) => false,
            _ => return None,
        };
        let node = self.graph.node(*cond);
        let (holds, value, bound) = match node.op {
            Op::Compare(cond) if self.step(node.args[1]) == Some(0) => (cond, node.args[0], Some(node.args[1])),
            Op::Compare(cond) => (cond.swapped(), node.args[1], Some(node.args[0])),
            _ => (Cond::Ne, *cond, None),
        };
        let cond = if around { holds } else { holds.inverse() };
        let step = self.step(value).filter(|&step| step != 0)?.cast_signed();
        let stays = bound.is_none_or(|bound| self.is_invariant(bound));
        (stays && self.is_counted(cond, value, bound, step)).then_some(Test { cond, value, bound, step })
    }

    /// Whether the number of rounds follows from the first value and the bound.
    fn is_counted(&self, cond: Cond, value: Value, bound: Option<Value>, step: i32) -> bool {
        let size = step.unsigned_abs();
        match cond {
            Cond::Ne => {
                let zeros = size.trailing_zeros();
                let multiple = |value: Value| self.zeros(value, DEPTH) >= zeros;
                size.is_power_of_two() && multiple(value) && bound.is_none_or(multiple)
            }
            Cond::Lo | Cond::Lt => step == 1,
            Cond::Hi | Cond::Gt => step == -1,
            _ => false,
        }
    }

    /// How many low bits of the value are 0 at any time, at least.
    fn zeros(&self, value: Value, depth: u32) -> u32 {
        let Some(depth) = depth.checked_sub(1) else { return 0 };
        let node = self.graph.node(value);
        let of = |n: usize| self.zeros(node.args[n], depth);
        match node.op {
            Op::Const(c) => c.trailing_zeros(),
            Op::Binary(BinOp::Add | BinOp::Sub | BinOp::Or | BinOp::Xor) => of(0).min(of(1)),
            Op::Binary(BinOp::And) => of(0).max(of(1)),
            Op::Binary(BinOp::Shl) => {
                let amount = self.graph.constant(node.args[1]).filter(|&amount| amount < 32);
                amount.map_or(0, |amount| (of(0) + amount).min(32))
            }
            Op::Param => self.param_zeros(value, depth),
            _ => 0,
        }
    }

    /// Of a parameter of the loop that grows by a constant: those of what enters, as far as that keeps them.
    fn param_zeros(&self, param: Value, depth: u32) -> u32 {
        let Some(step) = self.param_step(param) else { return 0 };
        let header = self.found.header();
        let n = self.graph.block(header).params.iter().position(|&other| other == param);
        let Some(n) = n else { return 0 };
        let outside = self.flow.predecessors[header.index()].iter().filter(|&&pred| pred < header);
        outside.map(|&pred| self.entering_zeros(pred, n, depth)).fold(step.trailing_zeros(), u32::min)
    }

    /// Of what a block passes to parameter `n` of the header; 0 if it now leads there by a new block.
    fn entering_zeros(&self, pred: Block, n: usize, depth: u32) -> u32 {
        let edges = self.graph.block(pred).term.edges();
        let args = edges.filter(|edge| edge.target == self.found.header()).map(|edge| edge.args[n]);
        args.map(|arg| self.zeros(arg, depth)).min().unwrap_or(0)
    }
}
