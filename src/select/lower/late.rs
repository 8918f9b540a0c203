//! Sums that are made where a block ends: by the comparison that decides where control goes on, and on the ways out of a loop.
//!
//! - `x - c` beside a test of x against c: the subtraction sets the flags of the comparison (ARMv7-M ARM A7.7.174), and behind it
//!   x need not be there any more.
//! - A sum with a constant or an address that is only passed on where control leaves a loop is made there, and not in each round.

use super::Lower;
use crate::hash::HashMap;
use crate::isa::{AluOp, Class, Cond, Inst, ModImm, Operand2, VReg};
use crate::select::flow::Flow;
use crate::select::ir::{BinOp, Edge, Graph, Op, Value};

/// How far above the end of a block a subtraction is looked for.
const REACH: usize = 32;

/// How many ways out of a loop one sum is made on.
const EXITS: u32 = 4;

/// For each sum with a constant or an address that its loop only passes on to blocks outside, how often.
pub fn passed_out(graph: &Graph, flow: &Flow, uses: &[u32]) -> HashMap<Value, u32> {
    let mut passed: HashMap<Value, u32> = HashMap::default();
    let is_sum = |value: Value| {
        let node = graph.node(value);
        let fixed = |&arg: &Value| matches!(graph.op(arg), Op::Const(_) | Op::Address(..));
        matches!(node.op, Op::Binary(BinOp::Add | BinOp::Sub)) && node.args.get(1).is_some_and(fixed)
    };
    for edge in graph.blocks.iter().flat_map(|block| block.term.edges()) {
        for &arg in edge.args.iter().filter(|&&arg| is_sum(arg)) {
            let header = flow.header[graph.node(arg).block.index()];
            if header.is_some_and(|header| !flow.is_inside(header, edge.target)) {
                *passed.entry(arg).or_default() += 1;
            }
        }
    }
    passed.retain(|value, count| *count == uses[value.index()] && *count <= EXITS);
    passed
}

impl Lower<'_> {
    /// The register of a sum that is made on the way that passes it.
    pub fn passed_out(&mut self, edge: &Edge, n: usize) -> Option<VReg> {
        let (param, value) = (self.graph.block(edge.target).params[n], edge.args[n]);
        let classes = (self.class(param), self.class(value));
        if classes != (Class::Core, Class::Core) || !self.passed_out.contains_key(&value) {
            return None;
        }
        self.definition(value);
        self.regs[value.index()].take()
    }

    /// Tests a value against a constant by the subtraction of this constant that the block makes anyway.
    pub fn test_by_difference(&mut self, cond: Value) -> Option<Cond> {
        let graph = self.graph;
        let node = graph.node(cond);
        let (Op::Compare(holds), &[value, bound]) = (node.op, node.args.as_slice()) else { return None };
        let bound = graph.constant(bound).filter(|&bound| bound != 0)?;
        let immediate = ModImm::new(bound)?;
        let is_difference = |other: Value| {
            let node = graph.node(other);
            let amount = || graph.constant(node.args[1]);
            node.op == Op::Binary(BinOp::Add) && node.args[0] == value && amount() == Some(bound.wrapping_neg())
        };
        let body = &graph.block(self.block).body;
        let mut below = body.iter().rev().take(REACH);
        let difference =
            below.find(|&&other| is_difference(other) || graph.node(other).args.iter().any(|&arg| is_difference(arg)));
        let difference = difference.copied().filter(|&other| is_difference(other))?;
        let is_free = self.uses[difference.index()] > 0
            && !self.passed_out.contains_key(&difference)
            && !self.singles.contains_key(&(difference, 0));
        if !is_free {
            return None;
        }
        let (rd, rn) = (self.dest(difference), self.reg(value));
        self.push(Inst::Alu { op: AluOp::Sub, s: true, rd, rn, rhs: Operand2::Imm(immediate) });
        self.made = Some(difference);
        Some(holds)
    }
}
