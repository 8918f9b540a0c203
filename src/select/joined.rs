//! Parameters that say nothing new where ways join: those that always have one value, those that always have the same value as
//! another of their block, comparisons of others, and in loops others and a constant.
//!
//! ```text
//!     (i, i < n) and (i + 1, i + 1 < n) lead to b(x, y)          y is x < n
//!     (p, p + 16) enters a loop b(x, y), (x + 4, y + 4) goes around          y is x + 16
//! ```
//!
//! A comparison whose flags a branch reads is cheaper than a truth value that was made before. A sum is often a part of an
//! address, and what steps beside another takes a register and an addition in each round.

use super::flow::Flow;
use super::ir::{Block, BlockData, Edge, Graph, Op, Value};
use crate::hash::HashMap;
use crate::lists::Lists;
use smallvec::SmallVec;

/// How many parameters of a block each is compared with.
const OTHERS: usize = 16;
/// The largest constant that an addition has room for.
const FARTHEST: u32 = 4095;

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

/// What a parameter is besides a parameter.
#[derive(Clone)]
pub enum Derived {
    /// The operation and its operands.
    Comparison(Op, SmallVec<[Value; 4]>),
    /// Another parameter of the block and a constant.
    Sum(Value, i32),
}

/// The parameters that are sums or comparisons of other parameters of their block and of values that are there before it. What
/// they are made of is no comparison; of sums, it is no sum either.
pub fn derived(
    graph: &Graph,
    flow: &Flow,
    incoming: &Lists<Block, &Edge>,
    replaced: &[Value],
) -> HashMap<Value, Derived> {
    let mut found = HashMap::default();
    for block in graph.block_ids() {
        let joined = Joined { graph, flow, replaced, block, edges: incoming.of(block) };
        let params = &graph.block(block).params;
        if flow.header[block.index()] == Some(block) {
            for n in (0..params.len()).filter(|&n| replaced[params[n].index()] == params[n]) {
                let others = (0..n.min(OTHERS)).filter(|&m| replaced[params[m].index()] == params[m]);
                let mut others = others.filter(|&m| joined.is_no_comparison(m) && !found.contains_key(&params[m]));
                if let Some((m, by)) = others.find_map(|m| Some((m, joined.distance(n, m)?))) {
                    found.insert(params[n], Derived::Sum(params[m], by));
                }
            }
        }
        for (n, &param) in params.iter().enumerate() {
            if replaced[param.index()] == param
                && let Some((op, operands)) = joined.comparison(n)
            {
                found.insert(param, Derived::Comparison(op, operands));
            }
        }
    }
    found
}

fn is_comparison(op: Op) -> bool {
    matches!(op, Op::Compare(_) | Op::CompareLong(_))
}

/// A value as another one, if any, and a constant.
fn summands(graph: &Graph, replaced: &[Value], value: Value) -> (Option<Value>, i32) {
    if let Some(constant) = graph.constant(value) {
        return (None, constant.cast_signed());
    }
    graph.as_sum(value).map_or((Some(value), 0), |(x, by)| (Some(replaced[x.index()]), by))
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

    /// Whether parameter `m` is passed something else than a comparison, so that others can be made of it.
    fn is_no_comparison(&self, m: usize) -> bool {
        !is_comparison(self.graph.op(self.argument(self.edges[0], m)))
    }

    /// By how much parameter `n` is always more than parameter `m`.
    fn distance(&self, n: usize, m: usize) -> Option<i32> {
        let params = &self.graph.block(self.block).params;
        let mut distance = None;
        for edge in self.edges {
            let [of_n, of_m] = [n, m].map(|n| summands(self.graph, self.replaced, self.argument(edge, n)));
            let by = of_n.1.wrapping_sub(of_m.1);
            if of_n.0 == Some(params[n]) && of_m.0 == Some(params[m]) {
                // Both take the same step.
                if by != 0 {
                    return None;
                }
            } else if of_n.0 != of_m.0 || *distance.get_or_insert(by) != by {
                return None;
            }
        }
        distance.filter(|by| by.unsigned_abs() <= FARTHEST)
    }

    /// The comparison that parameter `n` is.
    fn comparison(&self, n: usize) -> Option<(Op, SmallVec<[Value; 4]>)> {
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
        let m = (0..params.len().min(OTHERS)).filter(|&m| self.is_no_comparison(m)).find(is)?;
        Some(self.replaced[params[m].index()])
    }
}
