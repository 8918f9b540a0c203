//! Fewer bounds checks, each exact: a program that traps still does so with the same memory, and before anything that
//! would have come after.
//!
//! Within a block, checks of one pointer and its sums with constants between which nothing happens become one, at the place
//! of the first (`merge`). Checks in a loop on what stays or grows by a constant each time around move before the loop (`hoist`,
//! `entry`, on what `induction` knows); where something happens before them, or where they only follow from a stricter one, a copy
//! of the loop that has all of them runs where the stricter one fails (`versions`).

mod entry;
mod hoist;
mod induction;
mod merge;
mod versions;

use super::ir::{Block, Graph, Op, Value};
use crate::isa::{Cond, TrapCode};
use crate::options::Optimize;

/// Rewrites a graph whose blocks stand in order. Returns the new order if there are more blocks now.
pub fn checks(graph: &mut Graph, optimize: Optimize) -> Option<Vec<Block>> {
    let mut any = false;
    for block in graph.block_ids() {
        any |= merge::merge(graph, block);
    }
    if any { hoist::hoist(graph, optimize) } else { None }
}

/// The pointer and the limit of a bounds check.
fn check(graph: &Graph, value: Value) -> Option<(Value, Value)> {
    let node = graph.node(value);
    if node.op != Op::TrapIf(TrapCode::MemoryOutOfBounds) {
        return None;
    }
    let cond = graph.node(node.args[0]);
    (cond.op == Op::Compare(Cond::Hi)).then(|| (cond.args[0], cond.args[1]))
}

/// Whether something happens before which a bounds check must not come.
fn is_effect(graph: &Graph, value: Value) -> bool {
    let op = graph.op(value);
    op.has_effect() && op != Op::TrapIf(TrapCode::MemoryOutOfBounds)
}
