//! Operations with what a select makes nothing of become arms of the select.
//!
//! ```text
//!     x - (c ? y : 0)   ⇒   c ? x - y : x
//!     x | (a < b)       ⇒   a < b ? x | 1 : x
//! ```
//!
//! A select of a result and an operand is one conditional instruction, where the operand need not live on; a select of a value
//! and 0 takes a move, a conditional move and the operation. The same of both halves of sums and differences of i64, whose
//! instructions make the flags of a comparison of the same operands, too.

use super::ir::{BinOp, Block, Graph, Op, Value};
use crate::hash::HashMap;
use crate::isa::Cond;

/// Rewrites a graph. Nodes that nothing uses any more stay where they are.
pub fn arms(graph: &mut Graph) {
    if !graph.nodes.iter().any(|node| matches!(node.op, Op::Select | Op::Compare(_) | Op::CompareLong(_))) {
        return;
    }
    let mut uses = graph.uses();
    // A condition of selects is flags, and a number for its other users alone.
    let body = graph.blocks.iter().flat_map(|block| &block.body).map(|&value| graph.node(value));
    body.filter(|node| node.op == Op::Select).for_each(|node| uses[node.args[0].index()] -= 1);
    let mut state = Arms { graph, uses, highs: HashMap::default() };
    for block in state.graph.block_ids() {
        let body = std::mem::take(&mut state.graph.blocks[block.index()].body);
        let mut new = Vec::with_capacity(body.len());
        for value in body {
            state.node(block, value, &mut new);
            new.push(value);
        }
        state.graph.blocks[block.index()].body = new;
    }
    for block in graph.block_ids() {
        together(graph, block);
    }
}

/// How many nodes move with a select, and how many selects of a block move.
const MOVED: usize = 6;
const SELECTS: usize = 32;

/// Moves selects up to the first one on the same comparison of i64, so that they share its flags, with what they need.
fn together(graph: &mut Graph, block: Block) {
    let mut firsts: HashMap<Value, Value> = HashMap::default();
    let mut others: Vec<(Value, Value)> = Vec::new();
    for &value in &graph.block(block).body {
        let node = graph.node(value);
        if node.op == Op::Select && matches!(graph.op(node.args[0]), Op::CompareLong(_)) {
            match firsts.get(&node.args[0]) {
                Some(&first) => others.push((first, value)),
                None => drop(firsts.insert(node.args[0], value)),
            }
        }
    }
    let mut body = std::mem::take(&mut graph.blocks[block.index()].body);
    for (first, value) in others.into_iter().take(SELECTS) {
        move_up(graph, &mut body, first, value);
    }
    graph.blocks[block.index()].body = body;
}

/// Moves a select right behind another, and what it needs before that and before its difference.
fn move_up(graph: &Graph, body: &mut Vec<Value>, first: Value, value: Value) {
    let place =
        |body: &[Value], value: Value| body.iter().position(|&other| other == value).expect("it stands in the block");
    let (at, end) = (place(body, first), place(body, value));
    let start = (0..at).rev().take_while(|&n| is_difference(graph, body[n], first)).last().unwrap_or(at);
    let mut needs = vec![value];
    for &other in body[start..end].iter().rev() {
        if needs.iter().any(|&need| graph.node(need).args.contains(&other)) {
            needs.push(other);
            if other == first || !graph.op(other).is_pure() || needs.len() > MOVED {
                return;
            }
        }
    }
    body.retain(|other| !needs.contains(other));
    let at = place(body, first);
    body.insert(at + 1, value);
    body.splice(start..start, needs.into_iter().skip(1).rev());
}

/// Whether the value belongs to the difference of what a select compares.
fn is_difference(graph: &Graph, value: Value, select: Value) -> bool {
    let compared = &graph.node(graph.node(select).args[0]).args;
    let node = graph.node(value);
    match node.op {
        Op::SubLong => node.args == *compared,
        Op::Result(1) => graph.op(node.args[0]) == Op::SubLong && graph.node(node.args[0]).args == *compared,
        _ => false,
    }
}

struct Arms<'g> {
    graph: &'g mut Graph,
    /// Operands that each value is, those of selects that are conditions not counted.
    uses: Vec<u32>,
    /// For sums and differences of i64 that are selects now, the high word's select.
    highs: HashMap<Value, [Value; 3]>,
}

/// What is added under a condition, or under its inverse.
#[derive(Copy, Clone)]
struct Part {
    cond: Value,
    then: bool,
    value: Value,
}

impl Arms<'_> {
    fn node(&mut self, block: Block, value: Value, new: &mut Vec<Value>) {
        let node = self.graph.node(value).clone();
        match node.op {
            Op::Binary(op @ (BinOp::Add | BinOp::Sub | BinOp::Or | BinOp::Xor)) => {
                let (a, b) = (node.args[0], node.args[1]);
                let found = match self.part(b) {
                    Some(part) => Some((a, part)),
                    None if op == BinOp::Sub => None,
                    None => self.part(a).map(|part| (b, part)),
                };
                if let Some((x, part)) = found.filter(|&(x, _)| self.graph.constant(x).is_none()) {
                    let sum = self.graph.new_node(Op::Binary(op), &[x, part.value], block);
                    new.push(sum);
                    self.replace(value, arguments(part, sum, x));
                }
            }
            Op::AddLong | Op::SubLong => {
                let x = [node.args[0], node.args[1]];
                if let Some((part, high)) = self.long_part([node.args[2], node.args[3]]) {
                    let sum = self.graph.new_node(node.op, &[x[0], x[1], part.value, high], block);
                    let sum_high = self.graph.new_node(Op::Result(1), &[sum], block);
                    new.extend([sum, sum_high]);
                    self.replace(value, arguments(part, sum, x[0]));
                    self.highs.insert(value, arguments(part, sum_high, x[1]));
                }
            }
            Op::Result(1) => {
                if let Some(&args) = self.highs.get(&node.args[0]) {
                    self.replace(value, args);
                }
            }
            _ => {}
        }
    }

    fn replace(&mut self, value: Value, args: [Value; 3]) {
        let node = &mut self.graph.nodes[value.index()];
        (node.op, node.args) = (Op::Select, args.into_iter().collect());
    }

    /// What a value, which nothing else uses, adds under a condition.
    fn part(&mut self, value: Value) -> Option<Part> {
        if self.uses[value.index()] != 1 {
            return None;
        }
        let node = self.graph.node(value);
        match node.op {
            Op::Select => self.select(value),
            // The truth of others is cheap as a number.
            Op::Compare(Cond::Hi | Cond::Ls | Cond::Hs | Cond::Lo | Cond::Gt | Cond::Le) | Op::CompareLong(_) => {
                let one = self.graph.new_node(Op::Const(1), &[], Block::ENTRY);
                Some(Part { cond: value, then: true, value: one })
            }
            _ => None,
        }
    }

    fn select(&self, value: Value) -> Option<Part> {
        let node = self.graph.node(value);
        let &[cond, then, otherwise] = &node.args[..] else { return None };
        let is_zero = |value: Value| self.graph.constant(value) == Some(0);
        match (node.op == Op::Select, is_zero(then), is_zero(otherwise)) {
            (true, false, true) => Some(Part { cond, then: true, value: then }),
            (true, true, false) => Some(Part { cond, then: false, value: otherwise }),
            _ => None,
        }
    }

    /// The same of both halves: the low one, and the high word.
    fn long_part(&self, [low, high]: [Value; 2]) -> Option<(Part, Value)> {
        let is_single = |value: Value| self.uses[value.index()] == 1;
        let part = self.select(low).filter(|_| is_single(low))?;
        if self.graph.constant(high) == Some(0) {
            return Some((part, high));
        }
        let other = self.select(high).filter(|_| is_single(high))?;
        (other.cond == part.cond && other.then == part.then).then_some((part, other.value))
    }
}

/// The operands of a select of a sum, or of what it is added to.
fn arguments(part: Part, sum: Value, x: Value) -> [Value; 3] {
    if part.then { [part.cond, sum, x] } else { [part.cond, x, sum] }
}
