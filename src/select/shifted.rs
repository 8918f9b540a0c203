//! Tests of what is left by a shift.
//!
//! ```text
//!     t = x >> 7;  goes on while x >= 0x4000           ⇒        goes on while t >= 0x80
//! ```
//!
//! Where a block shifts a value that it tests against a bound, and the bits that the shift drops cannot decide the test, what is
//! left is tested: the value need not outlive the shift, and a test against zero takes the flags of the shift itself.

use super::ir::{BinOp, Block, Graph, Op, Term, Value};
use crate::isa::Cond;
use smallvec::{SmallVec, smallvec};

/// How far above the end of a block the shift is looked for.
const REACH: usize = 32;

/// Rewrites a graph in its final form: folds test what comes first.
pub fn shifted(graph: &mut Graph) {
    let uses = graph.uses();
    for block in graph.block_ids() {
        let Term::Branch { cond, .. } = graph.block(block).term else { continue };
        if uses[cond.index()] != 1 || graph.node(cond).block != block {
            continue;
        }
        if let Some((op, operands, bound)) = test(graph, block, cond) {
            let bound: SmallVec<[Value; 2]> =
                bound.into_iter().map(|c| graph.new_node(Op::Const(c), &[], Block::ENTRY)).collect();
            let node = &mut graph.nodes[cond.index()];
            node.op = op;
            node.args = operands.into_iter().chain(bound).collect();
            let body = &mut graph.blocks[block.index()].body;
            body.retain(|&value| value != cond);
            body.push(cond);
        }
    }
}

/// The words of a value, or of a bound, the lowest first.
type Words<T> = SmallVec<[T; 2]>;

/// What is tested instead: the comparison, what is left of the value, and of the bound.
fn test(graph: &Graph, block: Block, cond: Value) -> Option<(Op, Words<Value>, Words<u32>)> {
    let node = graph.node(cond);
    let (comparison, words) = match node.op {
        Op::Compare(comparison) => (comparison, 1),
        Op::CompareLong(comparison) => (comparison, 2),
        _ => return None,
    };
    let (value, bound) = node.args.split_at(words);
    let bound: Words<u32> = bound.iter().map(|&word| graph.constant(word)).collect::<Option<_>>()?;
    let bound = bound.iter().rev().fold(0, |bound, &word| bound << 32 | u64::from(word));
    let (left, by) = shift(graph, block, value)?;
    let dropped = (1u64 << by) - 1;
    let exact = match comparison {
        Cond::Lo | Cond::Hs => bound & dropped == 0,
        Cond::Ls | Cond::Hi => bound & dropped == dropped,
        _ => false,
    };
    let bound = bound >> by;
    exact.then_some(())?;
    Some(match (comparison, words, bound) {
        (Cond::Hi, 1, 0) | (Cond::Hs, 1, 1) => (Op::Compare(Cond::Ne), left, smallvec![0]),
        (Cond::Ls, 1, 0) | (Cond::Lo, 1, 1) => (Op::Compare(Cond::Eq), left, smallvec![0]),
        (_, 1, _) => (node.op, left, smallvec![bound as u32]),
        _ => (node.op, left, smallvec![bound as u32, (bound >> 32) as u32]),
    })
}

/// The unsigned shift of a value that a block makes last: the words that are left, and by how many bits.
fn shift(graph: &Graph, block: Block, value: &[Value]) -> Option<(Words<Value>, u32)> {
    let body = &graph.block(block).body;
    let is = |node: Value, op: BinOp, of: Value| {
        let node = graph.node(node);
        let amount = || graph.constant(node.args[1]).filter(|amount| (1..32).contains(amount));
        if node.op == Op::Binary(op) && node.args[0] == of { amount() } else { None }
    };
    let (&high, low) = value.split_last()?;
    let near = || body.iter().rev().take(REACH).copied();
    let (left, by) = near().find_map(|node| Some((node, is(node, BinOp::ShrU, high)?)))?;
    let Some(&low) = low.first() else {
        return Some((smallvec![left], by));
    };
    // The low word gets what the high one loses.
    let joins = |node: Value| match (graph.op(node), graph.node(node).args.as_slice()) {
        (Op::Binary(BinOp::Or), &[a, b]) => [(a, b), (b, a)].iter().any(|&(own, others)| {
            is(own, BinOp::ShrU, low) == Some(by) && is(others, BinOp::Shl, high) == Some(32 - by)
        }),
        _ => false,
    };
    let joined = near().find(|&node| joins(node))?;
    Some((smallvec![joined, left], by))
}
