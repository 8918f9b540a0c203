//! What changes by a constant each time around a loop.

use super::hoist::Loop;
use crate::isa::Cond;
use crate::select::flow::Flow;
use crate::select::ir::{BinOp, Edge, Graph, Op, Term, Value};

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
    /// Whether the step is known to divide the distance from the value to the bound; if it does not, the loop ends where
    /// the distance wraps around, if ever.
    pub divides: bool,
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
        let divides = cond != Cond::Ne || self.is_divided(value, bound, step);
        (stays && Self::is_counted(cond, step)).then_some(Test { cond, value, bound, step, divides })
    }

    /// Whether the number of rounds follows from the first value and the bound, given that the step divides their distance.
    fn is_counted(cond: Cond, step: i32) -> bool {
        match cond {
            Cond::Ne => step.unsigned_abs().is_power_of_two(),
            Cond::Lo | Cond::Lt => step == 1,
            Cond::Hi | Cond::Gt => step == -1,
            _ => false,
        }
    }

    /// Whether the step, a power of two, divides the distance from the value to the bound at any time.
    fn is_divided(&self, value: Value, bound: Option<Value>, step: i32) -> bool {
        let bits = step.unsigned_abs().trailing_zeros();
        let residue = |value: Value| self.residue(value, bits, DEPTH);
        bits == 0 || residue(value).is_some_and(|here| bound.map_or(Some(0), residue) == Some(here))
    }

    /// The low bits of a value, if they are always the same.
    fn residue(&self, value: Value, bits: u32, depth: u32) -> Option<u32> {
        let mask = (1u32 << bits) - 1;
        let depth = depth.checked_sub(1)?;
        let node = self.graph.node(value);
        let of = |n: usize| self.residue(node.args[n], bits, depth);
        let residue = match node.op {
            Op::Const(c) => c,
            Op::Binary(BinOp::Add) => of(0)?.wrapping_add(of(1)?),
            Op::Binary(BinOp::Sub) => of(0)?.wrapping_sub(of(1)?),
            Op::Binary(BinOp::Or) => of(0)? | of(1)?,
            Op::Binary(BinOp::Xor) => of(0)? ^ of(1)?,
            Op::Binary(BinOp::And) => match (of(0), of(1)) {
                (Some(0), _) | (_, Some(0)) => 0,
                (a, b) => a? & b?,
            },
            Op::Binary(BinOp::Shl) => {
                let amount = self.graph.constant(node.args[1]).filter(|&amount| amount < 32)?;
                let rest = bits.saturating_sub(amount);
                if rest == 0 { 0 } else { self.residue(node.args[0], rest, depth)? << amount }
            }
            Op::Param => self.param_residue(value, bits, depth)?,
            _ => return None,
        };
        Some(residue & mask)
    }

    /// Of a parameter of the loop that grows by a constant: that of what enters, if the constant keeps it.
    fn param_residue(&self, param: Value, bits: u32, depth: u32) -> Option<u32> {
        let header = self.found.header();
        self.param_step(param).filter(|step| step.trailing_zeros() >= bits)?;
        let n = self.graph.block(header).params.iter().position(|&other| other == param)?;
        agreed(self.flow.predecessors[header.index()].iter().filter(|&&pred| pred < header).map(|&pred| {
            // One that now leads there by a new block says nothing.
            let edges = self.graph.block(pred).term.edges().filter(|edge| edge.target == header);
            agreed(edges.map(|edge| self.residue(edge.args[n], bits, depth)))
        }))
    }
}

/// What all say, if that is known and the same; `None` if nobody says anything.
fn agreed(mut all: impl Iterator<Item = Option<u32>>) -> Option<u32> {
    let first = all.next()??;
    all.all(|other| other == Some(first)).then_some(first)
}
