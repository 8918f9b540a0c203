//! Which bits of a value can be 1.

use super::counters;
use super::flow::Flow;
use super::ir::{BinOp, Graph, Op, UnOp, Value};
use crate::hash::HashMap;
use crate::isa::MemSize;

/// How often parameters are looked at until their bits do not change any more.
const SWEEPS: usize = 4;

/// Bits that can be 1 in the result of an operation, given those of its operands, which of them are constants, and those of
/// the first results of calls.
pub fn possible_bits(
    op: Op,
    bits: impl Fn(usize) -> u32,
    constant: impl Fn(usize) -> Option<u32>,
    call: impl Fn(u32) -> u32,
) -> u32 {
    let amount = |n: usize| constant(n).filter(|&c| c < 32);
    match op {
        Op::Const(c) => c,
        Op::Compare(_) | Op::CompareLong(_) | Op::FloatCompare(_) | Op::FloatOverflows { .. } => 1,
        Op::Select => bits(1) | bits(2),
        Op::Unary(UnOp::Clz) => 63,
        Op::Call(index) | Op::Routine(index) => call(index),
        Op::Load(access) => match access.size {
            MemSize::U8 => 0xff,
            MemSize::U16 => 0xffff,
            MemSize::S8 | MemSize::S16 | MemSize::Word => u32::MAX,
        },
        Op::Binary(op) => match op {
            BinOp::And => bits(0) & bits(1),
            BinOp::Or | BinOp::Xor => bits(0) | bits(1),
            BinOp::Shl => amount(1).map_or(u32::MAX, |c| bits(0) << c),
            BinOp::ShrU => amount(1).map_or_else(|| below(bits(0)), |c| bits(0) >> c),
            BinOp::ShrS => match amount(1) {
                Some(c) if bits(0) >> 31 == 0 => bits(0) >> c,
                _ => u32::MAX,
            },
            BinOp::Add => below(bits(0)).checked_add(below(bits(1))).map_or(u32::MAX, below),
            BinOp::Mul => below(bits(0)).checked_mul(below(bits(1))).map_or(u32::MAX, below),
            BinOp::DivU => below(bits(0)),
            BinOp::Rotr => amount(1).map_or(u32::MAX, |c| bits(0).rotate_right(c)),
            BinOp::Sub | BinOp::DivS => u32::MAX,
        },
        _ => u32::MAX,
    }
}

/// The bits of numbers up to `limit`.
pub fn below(limit: u32) -> u32 {
    u32::MAX.checked_shr(limit.leading_zeros()).unwrap_or(0)
}

/// For each value, bits that can be 1; of a parameter, those that some argument may have. Blocks stand in order.
pub fn bits(graph: &Graph, flow: &Flow) -> Vec<u32> {
    let mut bits = vec![u32::MAX; graph.nodes.len()];
    for (index, node) in graph.nodes.iter().enumerate() {
        if let Op::Const(c) = node.op {
            bits[index] = c;
        }
    }
    for block in graph.block_ids() {
        for &value in &graph.block(block).body {
            let node = graph.node(value);
            bits[value.index()] = possible_bits(
                node.op,
                |n| bits[node.args[n].index()],
                |n| graph.constant(node.args[n]),
                |index| graph.calls[index as usize].bits,
            );
        }
    }
    // From none on, more is found in each sweep until nothing is: what holds of the arguments then holds of the
    // parameters, also around loops.
    let params: Vec<Value> = graph.blocks.iter().flat_map(|block| block.params.iter().copied()).collect();
    params.iter().for_each(|param| bits[param.index()] = 0);
    let mut counters: HashMap<Value, u32> = HashMap::default();
    for header in graph.block_ids().filter(|&block| flow.header[block.index()] == Some(block)) {
        for (n, &param) in graph.block(header).params.iter().enumerate() {
            if let Some(limit) = counters::limit(graph, &flow.predecessors, header, n) {
                counters.insert(param, below(limit));
            }
        }
    }
    if !(0..SWEEPS).any(|_| !sweep(graph, &counters, &mut bits)) {
        params.iter().for_each(|param| bits[param.index()] = u32::MAX);
    }
    bits
}

/// Adds the bits of arguments to those of their parameters; whether any were new. Those of counters that go around again are
/// given.
fn sweep(graph: &Graph, counters: &HashMap<Value, u32>, bits: &mut [u32]) -> bool {
    let mut changed = false;
    for (id, block) in graph.block_ids().zip(&graph.blocks) {
        for edge in block.term.edges() {
            let params = &graph.block(edge.target).params;
            for (param, arg) in params.iter().zip(&edge.args) {
                let limit = counters.get(param).filter(|_| edge.target <= id);
                let all = bits[param.index()] | limit.copied().unwrap_or(bits[arg.index()]);
                changed |= all != bits[param.index()];
                bits[param.index()] = all;
            }
        }
    }
    changed
}
