//! Checks of one pointer and its sums with constants in one block.
//!
//! With q the sum of the pointer x with the least constant c, the others are q + d, and of the checks q + d > L, made
//! before anything else happens, one fails exactly where q > min(L - d): if q is not above q's own limit, q + d does not wrap
//! around.

use super::{check, is_effect};
use crate::hash::HashMap;
use crate::isa::Cond;
use crate::select::ir::{BinOp, Block, Graph, Op, Value};
use smallvec::{SmallVec, smallvec};

/// The checks of one pointer since the last effect.
#[derive(Default)]
struct Group {
    /// Where the first of them stands.
    place: usize,
    /// What is added to the pointer, and the limit.
    checks: SmallVec<[(i32, u32); 4]>,
}

impl Group {
    /// What the one check is that takes the place of all: `None` if there is none.
    fn merged(&self) -> Option<(i32, u32)> {
        let &(least, own) = self.checks.iter().min()?;
        let mut strictest = own;
        for &(constant, limit) in &self.checks {
            let distance = constant.wrapping_sub(least).cast_unsigned();
            own.checked_add(distance)?;
            strictest = strictest.min(limit.checked_sub(distance)?);
        }
        Some((least, strictest))
    }
}

/// Merges the checks in a block; returns whether it has any.
pub fn merge(graph: &mut Graph, block: Block) -> bool {
    let mut any = false;
    let mut kept = Vec::with_capacity(graph.block(block).body.len());
    let mut groups: HashMap<Value, Group> = HashMap::default();
    let mut changed: HashMap<usize, (Value, i32, u32)> = HashMap::default();
    for &value in &graph.block(block).body {
        if is_effect(graph, value) {
            groups.clear();
        }
        let checked = check(graph, value);
        any |= checked.is_some();
        if let Some((pointer, limit)) = checked
            && let Some(limit) = graph.constant(limit)
        {
            let (root, constant) = summands(graph, pointer);
            let group = groups.entry(root).or_insert_with(|| Group { place: kept.len(), ..Group::default() });
            group.checks.push((constant, limit));
            if group.checks.len() > 1 {
                if let Some((constant, limit)) = group.merged() {
                    changed.insert(group.place, (root, constant, limit));
                    continue;
                }
                group.checks.pop();
            }
        }
        kept.push(value);
    }
    let merged = graph.block(block).body.len() - kept.len();
    graph.bounds.merged += u32::try_from(merged).expect("a function has fewer than 2^32 values");
    if merged > 0 {
        graph.blocks[block.index()].body = change(graph, block, &kept, &changed);
    }
    any
}

/// A value as another one and a constant that is added.
fn summands(graph: &Graph, value: Value) -> (Value, i32) {
    graph.as_sum(value).unwrap_or((value, 0))
}

/// The body with new checks at these places.
fn change(graph: &mut Graph, block: Block, body: &[Value], changed: &HashMap<usize, (Value, i32, u32)>) -> Vec<Value> {
    let mut placed = Vec::with_capacity(body.len() + 2 * changed.len());
    for (place, &value) in body.iter().enumerate() {
        if let Some(&(root, constant, limit)) = changed.get(&place) {
            let mut pointer = root;
            if constant != 0 {
                let constant = graph.new_node(Op::Const(constant.cast_unsigned()), &[], Block::ENTRY);
                pointer = graph.new_node(Op::Binary(BinOp::Add), &[root, constant], block);
                placed.push(pointer);
            }
            let limit = graph.new_node(Op::Const(limit), &[], Block::ENTRY);
            let past = graph.new_node(Op::Compare(Cond::Hi), &[pointer, limit], block);
            graph.nodes[value.index()].args = smallvec![past];
            placed.push(past);
        }
        placed.push(value);
    }
    placed
}
