//! Calls in tail position become tail calls: those whose results are what the function returns, and behind which
//! nothing happens.
//!
//! The return may stand behind jumps to blocks that do nothing themselves, which is how the arms of an `if` whose
//! value is returned arrive: the results go through parameters of a block that returns them.
//!
//! A call stays a call if it passes more on the stack than the function got, since tail calls that do cost every
//! entry of the function something, or if it gets a pointer into the function's frame, to an area of results. Where
//! others know addresses in the function's own frame, the frame stays until they have returned.

use super::ir::{Block, Graph, Op, Place, Term, Value};
use crate::isa::Reg;
use smallvec::SmallVec;

/// How many jumps are followed.
const JUMPS: usize = 4;

/// Whether there were any. Blocks may have become unreachable then.
pub fn tail_calls(graph: &mut Graph) -> bool {
    if graph.frame_escapes {
        return false;
    }
    let incoming = graph.arguments.iter().map(|&place| match place {
        Place::Stack(offset) => offset + 4,
        Place::Reg(_) => 0,
    });
    let room = incoming.max().unwrap_or(0).next_multiple_of(8);
    let mut found = false;
    for block in graph.block_ids() {
        let Some((at, call)) = last_call(graph, block) else {
            continue;
        };
        let node = graph.node(graph.block(block).body[at]);
        let in_frame = node.args.iter().any(|&arg| matches!(graph.op(arg), Op::ResultArea(_)));
        if in_frame || graph.calls[call as usize].stack > room || !returns(graph, block, at, call) {
            continue;
        }
        let args = node.args.to_vec();
        let data = &mut graph.blocks[block.index()];
        data.body.truncate(at);
        data.term = Term::TailCall { call, args };
        found = true;
    }
    found
}

/// The call that a block does last, as a position in its body and an index of `calls`.
fn last_call(graph: &Graph, block: Block) -> Option<(usize, u32)> {
    let body = &graph.block(block).body;
    let at = body.iter().rposition(|&value| !matches!(graph.op(value), Op::Result(_)))?;
    match graph.op(body[at]) {
        Op::Call(call) | Op::Routine(call) => Some((at, call)),
        _ => None,
    }
}

/// Whether what the function returns at the end of the block is what the call at this place in the block returns.
fn returns(graph: &Graph, block: Block, at: usize, call: u32) -> bool {
    let Some(returned) = returned(graph, block) else {
        return false;
    };
    let value = graph.block(block).body[at];
    let results = &graph.calls[call as usize].results;
    returned.len() <= results.len()
        && returned.iter().zip(results).enumerate().all(|(n, (&(word, place), &result))| {
            let is_result = match n {
                0 => word == value,
                _ => graph.op(word) == Op::Result(n as u32) && graph.node(word).args[0] == value,
            };
            is_result && place == result
        })
}

/// What the function returns if nothing is done between the end of the block and its return.
fn returned(graph: &Graph, block: Block) -> Option<SmallVec<[(Value, Reg); 2]>> {
    let mut term = &graph.block(block).term;
    // What stands for the parameters of the blocks on the way, in terms of values of the first.
    let mut known: Vec<(Value, Value)> = Vec::new();
    let find = |known: &[(Value, Value)], value: Value| {
        known.iter().rev().find(|(param, _)| *param == value).map_or(value, |&(_, arg)| arg)
    };
    for _ in 0..=JUMPS {
        match term {
            Term::Return(values) => {
                return Some(values.iter().map(|&(value, reg)| (find(&known, value), reg)).collect());
            }
            Term::Jump(edge) => {
                let next = graph.block(edge.target);
                if !next.body.is_empty() {
                    return None;
                }
                let args: Vec<Value> = edge.args.iter().map(|&arg| find(&known, arg)).collect();
                known.extend(next.params.iter().copied().zip(args));
                term = &next.term;
            }
            Term::Branch { .. } | Term::Table { .. } | Term::TailCall { .. } | Term::Trap(_) => return None,
        }
    }
    None
}
