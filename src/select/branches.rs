//! A branch on a conjunction or disjunction of comparisons becomes two branches: two comparisons whose flags are read at
//! once take less than their truth values and an operation on these. So does a branch on a value that is chosen, one way a
//! constant, if nothing needs it but branches: what it is was known where it was chosen, and `thread` leads the ways from there
//! around further tests of it.

use super::flow::flow;
use super::ir::{BinOp, Block, BlockData, Edge, Graph, Op, Term, Value};
use super::known;
use crate::hash::{HashMap, HashSet};
use crate::isa::{Cond, TrapCode};

/// Rewrites a graph whose blocks stand in order. Returns the new order if there are more blocks now.
pub fn branches(graph: &mut Graph) -> Option<Vec<Block>> {
    let on_two = |block: Block| match graph.block(block).term {
        Term::Branch { cond, .. } => matches!(graph.op(cond), Op::Binary(BinOp::And | BinOp::Or) | Op::Select),
        _ => false,
    };
    if !graph.block_ids().any(on_two) {
        return None;
    }
    let tests = tests(graph);
    let mut splitting = Splitting { uses: graph.uses(), bits: known::bits(graph, &flow(graph)), tests, graph };
    let mut order = Vec::with_capacity(splitting.graph.blocks.len());
    for block in splitting.graph.block_ids() {
        let mut work = vec![block];
        while let Some(block) = work.pop() {
            match splitting.split(block).or_else(|| splitting.split_choice(block)) {
                // The first comparison may be a conjunction in turn, and so may the second.
                Some(second) => work.extend([second, block]),
                None => order.push(block),
            }
        }
    }
    Some(order)
}

/// A condition of two others.
struct Junction {
    /// Whether both have to hold, or one.
    both: bool,
    first: Value,
    second: Value,
}

/// What the block's branch depends on, if it is two conditions of which one is a comparison, the second.
fn junction(graph: &Graph, bits: &[u32], block: Block) -> Option<Junction> {
    let Term::Branch { cond, .. } = graph.block(block).term else {
        return None;
    };
    let node = graph.node(cond);
    let both = match node.op {
        Op::Binary(BinOp::And) => true,
        Op::Binary(BinOp::Or) => false,
        _ => return None,
    };
    let truth = |value: Value| !both || bits[value.index()] <= 1;
    let (a, b) = (node.args[0], node.args[1]);
    if !truth(a) || !truth(b) {
        return None;
    }
    match (is_condition(graph, a), is_condition(graph, b)) {
        (_, true) => Some(Junction { both, first: a, second: b }),
        (true, false) => Some(Junction { both, first: b, second: a }),
        (false, false) => None,
    }
}

/// Whether the value is a truth value that costs more than a branch to make.
fn is_condition(graph: &Graph, value: Value) -> bool {
    let node = graph.node(value);
    match node.op {
        Op::Compare(_) | Op::CompareLong(_) | Op::FloatCompare(_) => true,
        Op::Binary(BinOp::And | BinOp::Or) => node.args.iter().all(|&arg| is_comparison(graph, arg)),
        _ => false,
    }
}

fn is_comparison(graph: &Graph, value: Value) -> bool {
    matches!(graph.op(value), Op::Compare(_) | Op::CompareLong(_) | Op::FloatCompare(_))
}

/// How many comparisons with constants for equality each chosen value has.
fn tests(graph: &Graph) -> HashMap<Value, u32> {
    let mut tests = HashMap::default();
    for node in graph.blocks.iter().flat_map(|block| &block.body).map(|&value| graph.node(value)) {
        if let (Op::Compare(Cond::Eq | Cond::Ne), &[value, other]) = (node.op, node.args.as_slice())
            && graph.op(value) == Op::Select
            && graph.constant(other).is_some()
        {
            *tests.entry(value).or_default() += 1;
        }
    }
    tests
}

struct Splitting<'g> {
    graph: &'g mut Graph,
    tests: HashMap<Value, u32>,
    /// How many readers each value has.
    uses: Vec<u32>,
    /// Bits that can be 1 in each value.
    bits: Vec<u32>,
}

impl Splitting<'_> {
    /// Makes two branches of a block's one. Returns the new block with the second.
    fn split(&mut self, block: Block) -> Option<Block> {
        let Junction { both, first, second } = junction(self.graph, &self.bits, block)?;
        let Term::Branch { cond, .. } = self.graph.block(block).term else { return None };
        let movable = |value: Value| self.uses[value.index()] == 1 && self.graph.node(value).block == block;
        if !movable(cond) || !movable(second) {
            return None;
        }
        let new = Block::new(self.graph.blocks.len());
        let moved = self.with_own_operands(block, second);
        let data = &mut self.graph.blocks[block.index()];
        let term = std::mem::replace(&mut data.term, Term::Trap(TrapCode::Unreachable));
        let Term::Branch { then, otherwise, .. } = term else {
            unreachable!("a junction is read by a branch");
        };
        let further = Edge { target: new, args: Vec::new() };
        data.term = match both {
            true => Term::Branch { cond: first, then: further, otherwise: otherwise.clone() },
            false => Term::Branch { cond: first, then: then.clone(), otherwise: further },
        };
        let (body, kept) = data.body.iter().filter(|&&value| value != cond).partition(|value| moved.contains(*value));
        data.body = kept;
        for &value in &moved {
            self.graph.nodes[value.index()].block = new;
        }
        let term = Term::Branch { cond: second, then, otherwise };
        let cold = self.graph.block(block).cold;
        self.graph.blocks.push(BlockData { params: Vec::new(), body, term, cold });
        Some(new)
    }

    /// Branches on what a value is chosen by instead of on the value. Returns the new block with a branch on what was no
    /// constant.
    fn split_choice(&mut self, block: Block) -> Option<Block> {
        let Term::Branch { cond, then, otherwise } = self.graph.block(block).term.clone() else { return None };
        let node = self.graph.node(cond);
        let (Op::Select, &[by, a, b]) = (node.op, node.args.as_slice()) else { return None };
        let tested = self.tests.get(&cond).copied().unwrap_or(0);
        if node.block != block || self.uses[cond.index()] != 1 + tested {
            return None;
        }
        let way = |constant: u32| if constant != 0 { then.clone() } else { otherwise.clone() };
        let new = Block::new(self.graph.blocks.len());
        let further = Edge { target: new, args: Vec::new() };
        let (first, second, rest) = match (self.graph.constant(a), self.graph.constant(b)) {
            (Some(a), Some(b)) => (way(a), way(b), None),
            (Some(a), None) => (way(a), further, Some(b)),
            (None, Some(b)) => (further, way(b), Some(a)),
            (None, None) => return None,
        };
        let data = &mut self.graph.blocks[block.index()];
        data.term = Term::Branch { cond: by, then: first, otherwise: second };
        // Where nothing tests the value it is gone, and what chose it has the branch for a reader instead.
        match tested {
            0 => data.body.retain(|&value| value != cond),
            _ => self.uses[by.index()] += 1,
        }
        let rest = rest?;
        let cond = self.unshifted(rest);
        self.uses[cond.index()] += u32::from(tested > 0 || cond != rest);
        let term = Term::Branch { cond, then, otherwise };
        let cold = self.graph.block(block).cold;
        self.graph.blocks.push(BlockData { params: Vec::new(), body: Vec::new(), term, cold });
        Some(new)
    }

    /// A value that is zero where this one is.
    fn unshifted(&self, value: Value) -> Value {
        let node = self.graph.node(value);
        let (Op::Binary(BinOp::Shl), &[inner, amount]) = (node.op, node.args.as_slice()) else { return value };
        let room = self.bits[inner.index()].leading_zeros();
        if self.graph.constant(amount).is_some_and(|amount| amount <= room) { inner } else { value }
    }

    /// A truth value and the comparisons that only it reads.
    fn with_own_operands(&self, block: Block, value: Value) -> HashSet<Value> {
        let mut own = HashSet::from_iter([value]);
        for &arg in &self.graph.node(value).args {
            let only = self.uses[arg.index()] == 1 && self.graph.node(arg).block == block;
            if only && is_comparison(self.graph, arg) {
                own.insert(arg);
            }
        }
        own
    }
}
