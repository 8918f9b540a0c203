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
//! difference is an address that somebody else may see or that goes through anything but sums; where there is none,
//! 8 are enough. Else a rounded address is the base of the frame, a value like any other.
//!
//! What a function allocates while it runs is below all that, in a frame that moves: wherever the wasm sets its stack
//! pointer, sp is set too, so far below that it leaves room for outgoing arguments.

use super::ir::{BinOp, Block, Graph, Op, Term, Value};
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
    graph.frame_escapes = graph.frame_moves || escapes(graph, top);
    let base = graph.result_area.next_multiple_of(8);
    let size = graph.frame;
    if !graph.frame_escapes {
        graph.nodes[top.index()].op = Op::ResultArea(base + size);
        graph.result_area = base + size;
        return;
    }
    let area = graph.new_node(Op::ResultArea(base + 8), &[], entry);
    let mask = graph.new_node(Op::Const(!15), &[], entry);
    let bottom = graph.new_node(Op::Binary(BinOp::And), &[area, mask], entry);
    let bytes = graph.new_node(Op::Const(size), &[], entry);
    if graph.frame_moves {
        bound_sets(graph, top, bottom);
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

/// What is at a fixed place of the frame stays: the stack pointer never exceeds the frame's bottom.
fn bound_sets(graph: &mut Graph, top: Value, bottom: Value) {
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
                        let below = graph.new_node(Op::Compare(Cond::Lo), &[to, bottom], block);
                        let least = graph.new_node(Op::Select, &[below, to, bottom], block);
                        bounded.extend([below, least]);
                        least
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

/// Whether an address of the frame is used for anything but accesses to places that are sums with it.
fn escapes(graph: &Graph, top: Value) -> bool {
    let mut derived: BitVec = BitVec::repeat(false, graph.nodes.len());
    derived.set(top.index(), true);
    let mut changed = true;
    while changed {
        changed = false;
        for block in graph.block_ids() {
            for &value in &graph.block(block).body {
                let node = graph.node(value);
                let from = node.args.iter().any(|arg| derived[arg.index()]);
                if !from {
                    continue;
                }
                match node.op {
                    Op::Binary(BinOp::Add | BinOp::Sub) => changed |= !derived.replace(value.index(), true),
                    Op::Load(_) => {}
                    Op::Store(_) if !derived[node.args[1].index()] => {}
                    _ => return true,
                }
            }
            let term = &graph.block(block).term;
            let mut used = false;
            term.visit_operands(|value| used |= derived[value.index()]);
            used |= match term {
                Term::TailCall { args, .. } => args.iter().any(|arg| derived[arg.index()]),
                _ => false,
            };
            if used {
                return true;
            }
            for edge in term.edges() {
                let params = &graph.block(edge.target).params;
                for (param, arg) in params.iter().zip(&edge.args) {
                    changed |= derived[arg.index()] && !derived.replace(param.index(), true);
                }
            }
        }
    }
    false
}
