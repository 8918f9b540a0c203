//! Parameters that say nothing new where ways join: those that always have one value, those that always have the same value as
//! another of their block, and comparisons of others.
//!
//! ```text
//!     (i, i < n) and (i + 1, i + 1 < n) lead to b(x, y)          y is x < n
//! ```
//!
//! A comparison whose flags a branch reads is cheaper than a truth value that was made before.

use super::flow::Flow;
use super::ir::{Block, BlockData, Edge, Graph, Op, Value};
use crate::hash::HashMap;
use crate::lists::Lists;
use smallvec::SmallVec;

/// How many parameters of a block each is compared with.
const OTHERS: usize = 16;

/// For each block with parameters, the edges that bring their values.
pub fn arguments(graph: &Graph) -> Lists<Block, &Edge> {
    let edges = graph.blocks.iter().flat_map(|block| block.term.edges()).filter(|edge| !edge.args.is_empty());
    Lists::new(edges.map(|edge| (edge.target, edge)), graph.blocks.len())
}

/// For each value, what it is replaced by: itself, or of parameters that always have one value, that; of those that always have
/// the same, the first.
pub fn redundant_params(graph: &Graph, incoming: &Lists<Block, &Edge>) -> Vec<Value> {
    let mut replaced: Vec<Value> = (0..graph.nodes.len()).map(Value::new).collect();
    // Replacing one parameter can make another redundant; each round replaces at least one.
    loop {
        let mut changed = false;
        for (id, block) in graph.block_ids().zip(&graph.blocks) {
            let edges = incoming.of(id);
            for (n, &param) in block.params.iter().enumerate() {
                if replaced[param.index()] != param {
                    continue;
                }
                let only = only_argument(edges, n, param, &mut replaced);
                if let Some(value) = only.or_else(|| twin(block, edges, n, &mut replaced)) {
                    replaced[param.index()] = value;
                    changed = true;
                }
            }
        }
        if !changed {
            break;
        }
    }
    for index in 0..replaced.len() {
        replaced[index] = find(&mut replaced, Value::new(index));
    }
    replaced
}

fn find(replaced: &mut [Value], mut value: Value) -> Value {
    while replaced[value.index()] != value {
        let next = replaced[value.index()];
        replaced[value.index()] = replaced[next.index()];
        value = next;
    }
    value
}

/// What all edges pass for a parameter, besides itself.
fn only_argument(edges: &[&Edge], n: usize, param: Value, replaced: &mut [Value]) -> Option<Value> {
    let mut only = None;
    let unique = edges.iter().all(|edge| {
        let arg = find(replaced, edge.args[n]);
        arg == param || *only.get_or_insert(arg) == arg
    });
    only.filter(|_| unique)
}

/// The parameter before number `n` of a block for which all edges pass the same.
fn twin(block: &BlockData, edges: &[&Edge], n: usize, replaced: &mut [Value]) -> Option<Value> {
    (0..n.min(OTHERS)).find_map(|m| {
        let other = block.params[m];
        let mut edges = edges.iter();
        let alike = edges.all(|edge| find(replaced, edge.args[m]) == find(replaced, edge.args[n]));
        (alike && replaced[other.index()] == other).then_some(other)
    })
}

/// A comparison: the operation and its operands.
pub type Comparison = (Op, SmallVec<[Value; 4]>);

/// The parameters that are comparisons of other parameters of their block and of values that are there before it. None of them
/// is an operand of another.
pub fn comparisons(
    graph: &Graph,
    flow: &Flow,
    incoming: &Lists<Block, &Edge>,
    replaced: &[Value],
) -> HashMap<Value, Comparison> {
    let mut found = HashMap::default();
    for block in graph.block_ids() {
        let joined = Joined { graph, flow, replaced, block, edges: incoming.of(block) };
        for (n, &param) in graph.block(block).params.iter().enumerate() {
            if replaced[param.index()] == param
                && let Some(comparison) = joined.comparison(n)
            {
                found.insert(param, comparison);
            }
        }
    }
    found
}

fn is_comparison(op: Op) -> bool {
    matches!(op, Op::Compare(_) | Op::CompareLong(_))
}

/// A block where ways join.
struct Joined<'g> {
    graph: &'g Graph,
    flow: &'g Flow,
    replaced: &'g [Value],
    block: Block,
    edges: &'g [&'g Edge],
}

impl Joined<'_> {
    fn argument(&self, edge: &Edge, n: usize) -> Value {
        self.replaced[edge.args[n].index()]
    }

    /// The comparison that parameter `n` is.
    fn comparison(&self, n: usize) -> Option<Comparison> {
        let (first, others) = self.edges.split_first()?;
        let of = self.graph.node(self.argument(first, n));
        let same = |edge: &&Edge| self.graph.op(self.argument(edge, n)) == of.op;
        if !is_comparison(of.op) || !others.iter().all(same) {
            return None;
        }
        let operands = (0..of.args.len()).map(|k| self.operand(n, k)).collect::<Option<SmallVec<[Value; 4]>>>();
        Some((of.op, operands?))
    }

    /// Operand `k` of the comparisons that are passed as argument `n`, as the block sees it.
    fn operand(&self, n: usize, k: usize) -> Option<Value> {
        let of = |edge: &Edge| self.replaced[self.graph.node(self.argument(edge, n)).args[k].index()];
        let first = of(self.edges[0]);
        if self.flow.is_invariant(self.graph, self.block, first) && self.edges.iter().all(|edge| of(edge) == first) {
            return Some(first);
        }
        let params = &self.graph.block(self.block).params;
        let is = |m: &usize| self.edges.iter().all(|edge| self.argument(edge, *m) == of(edge));
        let stays = |m: &usize| !is_comparison(self.graph.op(self.argument(self.edges[0], *m)));
        let m = (0..params.len().min(OTHERS)).filter(stays).find(is)?;
        Some(self.replaced[params[m].index()])
    }
}
