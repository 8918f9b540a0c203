//! A function's own frame, which its wasm makes by subtracting from the stack pointer, on the machine stack.
//!
//! The frame lies above the area of results in the locals of the function, which `emit` allocates, so that its places
//! are places relative to sp like any other:
//!
//! ```text
//!   FrameTop ──▶ │ saved registers, slots │
//!                │ frame                  │  a multiple of 16 bytes
//!                │ 0 or 8 bytes           │  where it has to start at a multiple of 16
//!   locals   ──▶ │ results of callees     │
//! ```
//!
//! wasm's stack pointer is a multiple of 16 (tool conventions, BasicCABI.md), that of AAPCS32 one of 8. What relies on the
//! difference is an address that somebody else may see or that goes through anything but sums, unless its distance from
//! the top says that it is none of 16; where there is none, 8 are enough. Else a rounded address is the base of the frame, a value like any other.
//!
//! What a function allocates while it runs is below all that, in a frame that moves: wherever the wasm sets its stack
//! pointer, sp is set too, so far below that it leaves room for outgoing arguments.

use super::ir::{BinOp, Block, Graph, Op, Term, Value};
use crate::hash::HashMap;
use crate::isa::Cond;
use bitvec::vec::BitVec;
use smallvec::SmallVec;

/// Gives the frame its place. Afterwards there is no `FrameTop`.
pub fn frames(graph: &mut Graph) {
    let entry = Block::ENTRY;
    let body = &graph.block(entry).body;
    let Some(at) = body.iter().position(|&value| graph.op(value) == Op::FrameTop) else {
        return;
    };
    let top = body[at];
    if !graph.frame_moves {
        drop_sets(graph);
    }
    let uses = uses(graph, top);
    graph.frame_escapes = graph.frame_moves || uses.escape;
    let base = graph.result_area.next_multiple_of(8);
    let size = graph.frame;
    if !uses.aligned && !graph.frame_moves {
        graph.nodes[top.index()].op = Op::ResultArea(base + size);
        graph.result_area = base + size;
        return;
    }
    let area = graph.new_node(Op::ResultArea(base + 8), &[], entry);
    let mask = graph.new_node(Op::Const(!15), &[], entry);
    let bottom = graph.new_node(Op::Binary(BinOp::And), &[area, mask], entry);
    let bytes = graph.new_node(Op::Const(size), &[], entry);
    if graph.frame_moves {
        bound_sets(graph, top, bottom, bytes);
    }
    let node = &mut graph.nodes[top.index()];
    node.op = Op::Binary(BinOp::Add);
    node.args = SmallVec::from_slice(&[bottom, bytes]);
    graph.blocks[entry.index()].body.splice(at..at, [area, bottom]);
    graph.below_frame = base + 8;
    graph.result_area = base + 8 + size;
}

/// The stack pointer changes only inside the frame, which is there all the time.
fn drop_sets(graph: &mut Graph) {
    let is_set: BitVec = graph.nodes.iter().map(|node| node.op == Op::SetStack).collect();
    for block in &mut graph.blocks {
        block.body.retain(|value| !is_set[value.index()]);
    }
}

/// What is at a fixed place of the frame, of this many `bytes`, stays: a stack pointer inside becomes the frame's bottom.
fn bound_sets(graph: &mut Graph, top: Value, bottom: Value, bytes: Value) {
    for block in graph.block_ids() {
        let body = std::mem::take(&mut graph.blocks[block.index()].body);
        let mut bounded = Vec::with_capacity(body.len());
        for value in body {
            if graph.op(value) == Op::SetStack {
                let to = graph.node(value).args[0];
                let to = match graph.op(to) {
                    Op::FrameTop => bottom,
                    // Space is allocated.
                    Op::Binary(BinOp::Sub) => to,
                    _ => {
                        let above = graph.new_node(Op::Binary(BinOp::Sub), &[to, bottom], block);
                        let inside = graph.new_node(Op::Compare(Cond::Ls), &[above, bytes], block);
                        let outside = graph.new_node(Op::Select, &[inside, bottom, to], block);
                        bounded.extend([above, inside, outside]);
                        outside
                    }
                };
                debug_assert_ne!(to, top);
                graph.nodes[value.index()].args = SmallVec::from_slice(&[to]);
            }
            bounded.push(value);
        }
        graph.blocks[block.index()].body = bounded;
    }
}

/// What is known of an address of the frame: its distance from the top, if that is a constant.
type Distance = Option<u32>;

/// How addresses of the frame are used.
#[derive(Default)]
struct Uses {
    /// Others may know one.
    escape: bool,
    /// Somebody may rely on a multiple of 16.
    aligned: bool,
}

impl Uses {
    /// An address goes where it may be used for anything. What is no multiple of 16 by its distance from the top is none
    /// that anybody relies on.
    fn escapes(&mut self, distance: Distance) {
        self.escape = true;
        self.aligned |= distance.is_none_or(|distance| distance.is_multiple_of(16));
    }
}

/// What addresses of the frame are used for besides accesses to places that are sums with them.
fn uses(graph: &Graph, top: Value) -> Uses {
    let derived = derived(graph, top);
    let mut uses = Uses::default();
    for block in graph.block_ids() {
        for &value in &graph.block(block).body {
            let node = graph.node(value);
            for (n, arg) in node.args.iter().enumerate() {
                let Some(&distance) = derived.get(arg) else { continue };
                match node.op {
                    Op::Load(_) | Op::Compare(_) | Op::Binary(BinOp::Add | BinOp::Sub) | Op::Select => {}
                    Op::Store(_) if n == 0 => {}
                    // Variable arguments are words and doublewords.
                    Op::Call(call) if graph.variadic.contains(&call) && n + 1 == node.args.len() => uses.escape = true,
                    _ => uses.escapes(distance),
                }
            }
        }
        let term = &graph.block(block).term;
        let mut escapes = |value: Value| {
            if let Some(&distance) = derived.get(&value) {
                uses.escapes(distance);
            }
        };
        match term {
            Term::TailCall { args, .. } => args.iter().copied().for_each(&mut escapes),
            _ => term.visit_operands(&mut escapes),
        }
    }
    uses
}

/// The values that are addresses of the frame: sums with its top, and what is chosen between them.
fn derived(graph: &Graph, top: Value) -> HashMap<Value, Distance> {
    let mut derived: HashMap<Value, Distance> = HashMap::from_iter([(top, Some(0))]);
    let mut changed = true;
    while changed {
        changed = false;
        let mut meet = |derived: &mut HashMap<Value, Distance>, value: Value, distance: Distance| {
            let known = derived.entry(value).or_insert_with(|| {
                changed = true;
                distance
            });
            if *known != distance && known.is_some() {
                *known = None;
                changed = true;
            }
        };
        for block in graph.block_ids() {
            for &value in &graph.block(block).body {
                let node = graph.node(value);
                let Some(distance) = node.args.iter().find_map(|arg| derived.get(arg).copied()) else { continue };
                match node.op {
                    Op::Binary(BinOp::Add) => {
                        let sum = distance.and_then(|d| Some(d.wrapping_add(graph.constant(node.args[1])?)));
                        meet(&mut derived, value, sum);
                    }
                    Op::Binary(BinOp::Sub) | Op::Select => meet(&mut derived, value, None),
                    _ => {}
                }
            }
            for edge in graph.block(block).term.edges() {
                let params = &graph.block(edge.target).params;
                for (param, arg) in params.iter().zip(&edge.args) {
                    if derived.contains_key(arg) {
                        meet(&mut derived, *param, None);
                    }
                }
            }
        }
    }
    derived
}
