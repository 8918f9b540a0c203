//! Checks of one pointer in one block.

use super::{check, is_effect};
use crate::hash::HashMap;
use crate::isa::Cond;
use crate::select::ir::{Block, Graph, Op, Value};
use smallvec::smallvec;

/// Merges the checks in a block; returns whether it has any.
pub fn merge(graph: &mut Graph, block: Block) -> bool {
    let mut any = false;
    let mut kept = Vec::with_capacity(graph.block(block).body.len());
    // Since the last effect: for each pointer the place of its first check, and its limit.
    let mut first: HashMap<Value, (usize, u32)> = HashMap::default();
    let mut stricter: HashMap<usize, (Value, u32)> = HashMap::default();
    for &value in &graph.block(block).body {
        if is_effect(graph, value) {
            first.clear();
        }
        let checked = check(graph, value);
        any |= checked.is_some();
        if let Some((pointer, limit)) = checked
            && let Some(limit) = graph.constant(limit)
        {
            if let Some((at, strictest)) = first.get_mut(&pointer) {
                if limit < *strictest {
                    *strictest = limit;
                    stricter.insert(*at, (pointer, limit));
                }
                continue;
            }
            first.insert(pointer, (kept.len(), limit));
        }
        kept.push(value);
    }
    let merged = graph.block(block).body.len() - kept.len();
    graph.bounds.merged += u32::try_from(merged).expect("a function has fewer than 2^32 values");
    if kept.len() < graph.block(block).body.len() {
        graph.blocks[block.index()].body = tighten(graph, block, &kept, &stricter);
    }
    any
}

/// The body with new limits for the checks at these places.
fn tighten(graph: &mut Graph, block: Block, body: &[Value], limits: &HashMap<usize, (Value, u32)>) -> Vec<Value> {
    let mut placed = Vec::with_capacity(body.len() + limits.len());
    for (place, &value) in body.iter().enumerate() {
        if let Some(&(pointer, limit)) = limits.get(&place) {
            let limit = graph.new_node(Op::Const(limit), &[], Block::ENTRY);
            let past = graph.new_node(Op::Compare(Cond::Hi), &[pointer, limit], block);
            graph.nodes[value.index()].args = smallvec![past];
            placed.push(past);
        }
        placed.push(value);
    }
    placed
}
