//! Checks in loops.
//!
//! In a loop whose address x grows by d each time around, and whose test sends it around T more times, x passes the limit
//! L in none of these rounds if x ≤ L at the start and T ≤ (L - x) / d, or T ≤ x / -d where it falls, all in unsigned
//! numbers: a sum that wraps around passes the limit first. So the check is made before the loop:
//!
//! - If the loop has no effect and no other exit, it traps at once.
//! - Else, where the check precedes every effect of a round, the loop's bound is moved: the loop ends before the round
//!   that would trap, and what stands behind its latch traps if it ended early.

use super::induction::{Induction, Test};
use super::{check, is_effect};
use crate::hash::{HashMap, HashSet};
use crate::isa::{Cond, TrapCode};
use crate::select::flow::{Flow, flow};
use crate::select::ir::{BinOp, Block, BlockData, Edge, Graph, Op, Term, Value};

/// A loop around no other one, with one way back.
pub struct Loop {
    /// Ascending, the header first.
    pub blocks: Vec<Block>,
    pub latch: Block,
}

impl Loop {
    pub fn header(&self) -> Block {
        self.blocks[0]
    }

    fn contains(&self, block: Block) -> bool {
        self.blocks.binary_search(&block).is_ok()
    }
}

/// Moves checks out of innermost loops. Returns the new order of the blocks if there are more now.
pub fn hoist(graph: &mut Graph) -> Option<Vec<Block>> {
    if !graph.has_loops() {
        return None;
    }
    let flow = flow(graph);
    let count = graph.blocks.len();
    let (mut before, mut behind): (HashMap<Block, Block>, HashMap<Block, Block>) =
        (HashMap::default(), HashMap::default());
    for found in loops(graph, &flow) {
        let Some(plan) = plan(graph, &flow, &found) else {
            continue;
        };
        let mut entry = Entry::new(graph, &flow, &found, &behind);
        let exit = entry.make(&plan);
        entry.finish(&plan);
        before.insert(found.header(), entry.block);
        behind.extend(exit.map(|exit| (found.latch, exit)));
    }
    if before.is_empty() {
        return None;
    }
    let around = |block: Block| [before.get(&block).copied(), Some(block), behind.get(&block).copied()];
    Some((0..count).map(Block::new).flat_map(around).flatten().collect())
}

/// The loops with a check that contain no other one and end with a test.
fn loops(graph: &Graph, flow: &Flow) -> Vec<Loop> {
    let outer: HashSet<Block> = flow.outer.iter().flatten().copied().collect();
    let mut blocks: Vec<Vec<Block>> = vec![Vec::new(); graph.blocks.len()];
    for block in graph.block_ids() {
        if let Some(header) = flow.header[block.index()].filter(|header| !outer.contains(header)) {
            blocks[header.index()].push(block);
        }
    }
    let found = blocks.into_iter().filter(|blocks| !blocks.is_empty()).filter_map(|blocks| {
        let header = blocks[0];
        let mut back = flow.predecessors[header.index()].iter().filter(|&&pred| pred >= header);
        let (&latch, None) = (back.next()?, back.next()) else {
            return None;
        };
        let checked = blocks.iter().flat_map(|&block| &graph.block(block).body).any(|&v| check(graph, v).is_some());
        checked.then_some(Loop { blocks, latch })
    });
    found.collect()
}

/// A check that moves.
struct Moving {
    trap: Value,
    pointer: Value,
    limit: Value,
    /// What is added to the pointer each time around.
    step: i32,
}

struct Plan {
    test: Test,
    checks: Vec<Moving>,
    /// Whether the loop has no effect and no other exit than its test.
    pure: bool,
}

fn plan(graph: &Graph, flow: &Flow, found: &Loop) -> Option<Plan> {
    let induction = Induction { graph, flow, found };
    let test = induction.test()?;
    let quiet = |&block: &Block| !graph.block(block).body.iter().any(|&value| is_effect(graph, value));
    let leaves = |&block: &Block| {
        let term = &graph.block(block).term;
        block != found.latch && (term.edges().next().is_none() || term.edges().any(|edge| !found.contains(edge.target)))
    };
    let pure = found.blocks.iter().all(quiet) && !found.blocks.iter().any(leaves);
    let candidates: Vec<Value> = if pure {
        let each_time = found.blocks.iter().filter(|&&block| flow.dominates(block, found.latch));
        each_time.flat_map(|&block| &graph.block(block).body).copied().collect()
    } else {
        let body = graph.block(found.header()).body.iter().copied();
        body.take_while(|&value| !is_effect(graph, value)).collect()
    };
    let moving = |trap: Value| {
        let (pointer, limit) = check(graph, trap)?;
        let step = induction.step(pointer)?.cast_signed();
        induction.is_invariant(limit).then_some(Moving { trap, pointer, limit, step })
    };
    let checks: Vec<Moving> = candidates.into_iter().filter_map(moving).collect();
    (!checks.is_empty()).then_some(Plan { test, checks, pure })
}

/// The block before a loop, which gets what enters the loop and passes it on.
struct Entry<'g> {
    graph: &'g mut Graph,
    flow: &'g Flow,
    found: &'g Loop,
    block: Block,
    /// What the loop's parameters are in the first round.
    first: Vec<Value>,
    body: Vec<Value>,
}

impl<'g> Entry<'g> {
    /// `behind` tells the new blocks behind the latches of other loops, which may lead here.
    fn new(graph: &'g mut Graph, flow: &'g Flow, found: &'g Loop, behind: &HashMap<Block, Block>) -> Self {
        let block = Block::new(graph.blocks.len());
        let header = found.header();
        let count = graph.block(header).params.len();
        let params: Vec<Value> = (0..count).map(|_| graph.new_node(Op::Param, &[], block)).collect();
        let mut entering: Vec<Vec<Value>> = Vec::new();
        let outside = flow.predecessors[header.index()].iter().filter(|&&pred| pred < header);
        for pred in outside.flat_map(|pred| [Some(pred), behind.get(pred)]).flatten() {
            for edge in graph.blocks[pred.index()].term.edges_mut() {
                if edge.target == header {
                    edge.target = block;
                    entering.push(edge.args.clone());
                }
            }
        }
        // Where there is one way in, what it passes is known to be there.
        let first = match &entering[..] {
            [args] => args.clone(),
            _ => params.clone(),
        };
        let edge = Edge { target: header, args: params.clone() };
        graph.blocks.push(BlockData { params, body: Vec::new(), term: Term::Jump(edge) });
        Entry { graph, flow, found, block, first, body: Vec::new() }
    }

    fn node(&mut self, op: Op, args: &[Value]) -> Value {
        let value = self.graph.new_node(op, args, self.block);
        self.body.push(value);
        value
    }

    fn constant(&mut self, c: u32) -> Value {
        self.graph.new_node(Op::Const(c), &[], Block::ENTRY)
    }

    fn binary(&mut self, op: BinOp, a: Value, b: Value) -> Value {
        match (op, self.graph.constant(a), self.graph.constant(b)) {
            (BinOp::Add, Some(a), Some(b)) => self.constant(a.wrapping_add(b)),
            (BinOp::Sub, Some(a), Some(b)) => self.constant(a.wrapping_sub(b)),
            (BinOp::Mul, Some(a), Some(b)) => self.constant(a.wrapping_mul(b)),
            (BinOp::Shl, Some(a), Some(b)) => self.constant(a.checked_shl(b).unwrap_or(0)),
            (BinOp::ShrU, Some(a), Some(b)) => self.constant(a.checked_shr(b).unwrap_or(0)),
            _ => self.node(Op::Binary(op), &[a, b]),
        }
    }

    fn trap_if(&mut self, cond: Cond, a: Value, b: Value) {
        let cond = self.node(Op::Compare(cond), &[a, b]);
        self.node(Op::TrapIf(TrapCode::MemoryOutOfBounds), &[cond]);
    }

    /// A value of the loop as it is in the first round. Its step must be known.
    fn at_first(&mut self, value: Value) -> Value {
        let induction = Induction { graph: self.graph, flow: self.flow, found: self.found };
        if induction.is_invariant(value) {
            return value;
        }
        let node = self.graph.node(value).clone();
        match node.op {
            Op::Binary(op) => {
                let (a, b) = (self.at_first(node.args[0]), self.at_first(node.args[1]));
                self.binary(op, a, b)
            }
            _ => {
                let params = &self.graph.block(self.found.header()).params;
                let n = params.iter().position(|&param| param == value);
                self.first[n.expect("what has a step is a sum of parameters of the loop")]
            }
        }
    }

    /// How often the loop goes around after the first round.
    fn rounds(&mut self, test: &Test) -> Value {
        let first = self.at_first(test.value);
        let bound = match test.bound {
            Some(bound) => bound,
            None => self.constant(0),
        };
        let (low, high) = if test.step > 0 { (first, bound) } else { (bound, first) };
        let distance = self.binary(BinOp::Sub, high, low);
        if test.cond == Cond::Ne {
            let zeros = self.constant(test.step.trailing_zeros());
            return self.binary(BinOp::ShrU, distance, zeros);
        }
        let zero = self.constant(0);
        let around = self.node(Op::Compare(test.cond), &[first, bound]);
        self.node(Op::Select, &[around, distance, zero])
    }

    /// How often the pointer can take its step before it passes the limit, given that it has not.
    fn room(&mut self, check: &Moving) -> Option<Value> {
        if check.step == 0 {
            return None;
        }
        let pointer = self.at_first(check.pointer);
        let bytes = if check.step > 0 { self.binary(BinOp::Sub, check.limit, pointer) } else { pointer };
        let size = check.step.unsigned_abs();
        Some(if size.is_power_of_two() {
            let zeros = self.constant(size.trailing_zeros());
            self.binary(BinOp::ShrU, bytes, zeros)
        } else {
            let size = self.constant(size);
            self.binary(BinOp::DivU, bytes, size)
        })
    }

    /// Makes the checks. Returns the new block behind the latch, if there is one.
    fn make(&mut self, plan: &Plan) -> Option<Block> {
        let rounds = self.rounds(&plan.test);
        let mut least: Option<Value> = None;
        for check in &plan.checks {
            let pointer = self.at_first(check.pointer);
            if plan.pure && self.check_last(check, pointer, rounds) {
                continue;
            }
            self.trap_if(Cond::Hi, pointer, check.limit);
            let Some(room) = self.room(check) else { continue };
            if plan.pure {
                self.trap_if(Cond::Lo, room, rounds);
                continue;
            }
            least = Some(match least {
                None => room,
                Some(other) => {
                    let less = self.node(Op::Compare(Cond::Lo), &[room, other]);
                    self.node(Op::Select, &[less, room, other])
                }
            });
        }
        least.map(|room| self.end_early(&plan.test, room, rounds))
    }

    /// Checks the pointer for a known number of rounds by one comparison, if it rises and there is room for them at all.
    fn check_last(&mut self, check: &Moving, pointer: Value, rounds: Value) -> bool {
        let (Some(rounds), Some(limit)) = (self.graph.constant(rounds), self.graph.constant(check.limit)) else {
            return false;
        };
        let Ok(step) = u32::try_from(check.step) else {
            return false;
        };
        let Some(left) = rounds.checked_mul(step).and_then(|bytes| limit.checked_sub(bytes)) else {
            return false;
        };
        let left = self.constant(left);
        self.trap_if(Cond::Hi, pointer, left);
        true
    }

    /// Moves the loop's bound so that it ends after `room` more rounds at the latest, and traps if that is early.
    fn end_early(&mut self, test: &Test, room: Value, rounds: Value) -> Block {
        let early = self.node(Op::Compare(Cond::Lo), &[room, rounds]);
        let first = self.at_first(test.value);
        let size = self.constant(test.step.unsigned_abs());
        let way = self.node(Op::Binary(BinOp::Mul), &[room, size]);
        let op = if test.step > 0 { BinOp::Add } else { BinOp::Sub };
        let last = self.node(Op::Binary(op), &[first, way]);
        let bound = match test.bound {
            Some(bound) => bound,
            None => self.constant(0),
        };
        let bound = self.node(Op::Select, &[early, last, bound]);
        let latch = self.found.latch;
        let around = self.graph.new_node(Op::Compare(test.cond), &[test.value, bound], latch);
        self.graph.blocks[latch.index()].body.push(around);
        let exit = Block::new(self.graph.blocks.len());
        let trap = self.graph.new_node(Op::TrapIf(TrapCode::MemoryOutOfBounds), &[early], exit);
        let term = std::mem::replace(&mut self.graph.blocks[latch.index()].term, Term::Trap(TrapCode::Unreachable));
        let Term::Branch { then, otherwise, .. } = term else { unreachable!("the latch ends with a test") };
        let header = self.found.header();
        let (back, out) = if then.target == header { (then, otherwise) } else { (otherwise, then) };
        let to_exit = Edge { target: exit, args: Vec::new() };
        self.graph.blocks[latch.index()].term = Term::Branch { cond: around, then: back, otherwise: to_exit };
        self.graph.blocks.push(BlockData { params: Vec::new(), body: vec![trap], term: Term::Jump(out) });
        exit
    }

    /// Takes the checks out of the loop.
    fn finish(&mut self, plan: &Plan) {
        self.graph.bounds.hoisted += u32::try_from(plan.checks.len()).expect("a function has fewer than 2^32 values");
        let gone: HashSet<Value> = plan.checks.iter().map(|check| check.trap).collect();
        for &block in &self.found.blocks {
            self.graph.blocks[block.index()].body.retain(|value| !gone.contains(value));
        }
        self.graph.blocks[self.block.index()].body = std::mem::take(&mut self.body);
    }
}
