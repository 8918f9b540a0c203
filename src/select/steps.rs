//! Addresses that a loop steps are stepped by one of the accesses to them.
//!
//! Where a block adds a small constant to an address that it reads or writes at several offsets, and the access at offset 0
//! (or at the constant) is not the last, the addition moves right behind that access, which then has a post- or pre-indexed
//! form (ARMv7-M ARM A4.6.2), and the later accesses count from the stepped address.

use super::ir::{BinOp, Block, Graph, Op, Value};
use crate::isa::{Offset, ShortOffset};
use smallvec::SmallVec;

/// How many accesses behind the one that steps are worth it: negative offsets have no 16-bit encodings.
const BEHIND: usize = 3;

/// How far from the addition the accesses are looked for.
const WINDOW: usize = 64;

/// Rewrites a graph in its final form: no fold may take the additions apart again.
pub fn steps(graph: &mut Graph) {
    let looping = looping(graph);
    if !looping.contains(&true) {
        return;
    }
    let uses = graph.uses();
    for block in graph.block_ids().filter(|block| looping[block.index()]) {
        for n in 0..graph.block(block).body.len() {
            if let Some(plan) = plan(graph, &uses, block, n) {
                plan.apply(graph, block, n);
            }
        }
    }
}

/// Whether each block lies between the ends of an edge that goes back.
fn looping(graph: &Graph) -> Vec<bool> {
    // The first block of such a range that ends at or behind a block.
    let mut start = vec![usize::MAX; graph.blocks.len()];
    for block in graph.block_ids() {
        for edge in graph.block(block).term.edges() {
            if edge.target <= block {
                start[block.index()] = start[block.index()].min(edge.target.index());
            }
        }
    }
    let mut first = usize::MAX;
    let mut looping = vec![false; graph.blocks.len()];
    for index in (0..graph.blocks.len()).rev() {
        first = first.min(start[index]);
        looping[index] = first <= index;
        if first == index {
            first = usize::MAX;
        }
    }
    looping
}

struct Plan {
    /// The place of the access that steps.
    at: usize,
    by: i32,
    /// The accesses behind it.
    behind: SmallVec<[Value; BEHIND]>,
}

/// How to step by an access what addition `n` of the block steps; `None` if it is none, or an access does it already.
fn plan(graph: &Graph, uses: &[u32], block: Block, n: usize) -> Option<Plan> {
    let body = &graph.block(block).body;
    let sum = graph.node(body[n]);
    if sum.op != Op::Binary(BinOp::Add) {
        return None;
    }
    let (address, by) = (sum.args[0], graph.constant(sum.args[1])?.cast_signed());
    ShortOffset::new(by)?;
    // The addition, and two accesses or more; more than these few are no better.
    let count = uses[address.index()] as usize;
    if !(3..=BEHIND + 8).contains(&count) {
        return None;
    }
    let reads = |&place: &usize| place != n && graph.node(body[place]).args.contains(&address);
    let near = n.saturating_sub(WINDOW)..(n + WINDOW).min(body.len());
    let places: SmallVec<[usize; 12]> = near.filter(reads).collect();
    let mut behind = SmallVec::new();
    for &place in places.iter().rev() {
        let offset = offset(graph, body[place], address)?;
        if place < n && (offset == 0 || offset == by) {
            let all = places.len() + 1 == count;
            return (all && !behind.is_empty() && behind.len() <= BEHIND).then_some(Plan { at: place, by, behind });
        }
        Offset::new(offset.wrapping_sub(by))?;
        behind.push(body[place]);
    }
    None
}

/// The offset of an access to the address.
fn offset(graph: &Graph, access: Value, address: Value) -> Option<i32> {
    let node = graph.node(access);
    let (Op::Load(how) | Op::Store(how)) = node.op else {
        return None;
    };
    (node.args[0] == address && !node.args[1..].contains(&address)).then_some(how.offset)
}

impl Plan {
    fn apply(self, graph: &mut Graph, block: Block, n: usize) {
        let body = &mut graph.blocks[block.index()].body;
        let sum = body.remove(n);
        body.insert(self.at + 1, sum);
        for access in self.behind {
            let node = &mut graph.nodes[access.index()];
            if let Op::Load(how) | Op::Store(how) = &mut node.op {
                how.offset = how.offset.wrapping_sub(self.by);
                node.args[0] = sum;
            }
        }
    }
}
