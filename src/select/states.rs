//! Values that are always one of a few constants: the states that loops hand from round to round.

use super::ir::{BinOp, Block, Graph, Op, Value};
use smallvec::SmallVec;

/// How many values are looked at.
const MOST: usize = 64;

/// The largest that a value can be, if everything that comes to it through parameters, selects and sums with constants
/// is a constant. `predecessors` are those of each block.
pub fn largest(graph: &Graph, predecessors: &[SmallVec<[Block; 2]>], value: Value) -> Option<u32> {
    let mut work: SmallVec<[(Value, u32); 16]> = SmallVec::new();
    work.push((value, 0));
    let mut largest = None;
    let mut at = 0;
    while let Some(&(value, added)) = work.get(at) {
        at += 1;
        let node = graph.node(value);
        let mut add = |value: Value, added: u32| {
            if !work.contains(&(value, added)) {
                work.push((value, added));
            }
            (work.len() <= MOST).then_some(())
        };
        match (node.op, node.args.as_slice()) {
            (Op::Const(c), _) => largest = largest.max(Some(c.wrapping_add(added))),
            (Op::Select, &[_, a, b]) => {
                add(a, added)?;
                add(b, added)?;
            }
            (Op::Binary(BinOp::Add), &[x, c]) => add(x, added.wrapping_add(graph.constant(c)?))?,
            (Op::Param, _) => {
                let position = graph.block(node.block).params.iter().position(|&param| param == value)?;
                for pred in &predecessors[node.block.index()] {
                    for edge in graph.block(*pred).term.edges() {
                        if edge.target == node.block {
                            add(edge.args[position], added)?;
                        }
                    }
                }
            }
            _ => return None,
        }
    }
    largest
}
