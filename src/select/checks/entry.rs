//! The block before a loop, where checks of it are made.

use super::hoist::{Loop, Made, Moving, Plan};
use super::induction::{Induction, Test};
use crate::hash::HashSet;
use crate::isa::{Cond, TrapCode};
use crate::select::flow::Flow;
use crate::select::ir::{BinOp, Block, BlockData, Edge, Graph, Op, Term, Value};

/// The block before a loop, which gets what enters the loop and passes it on.
pub struct Entry<'g> {
    pub graph: &'g mut Graph,
    flow: &'g Flow,
    found: &'g Loop,
    pub block: Block,
    /// What the loop's parameters are in the first round.
    pub first: Vec<Value>,
    pub body: Vec<Value>,
}

impl<'g> Entry<'g> {
    /// `made` tells the new blocks of other loops, which may lead here.
    pub fn new(graph: &'g mut Graph, flow: &'g Flow, found: &'g Loop, made: &Made) -> Self {
        let block = Block::new(graph.blocks.len());
        let header = found.header();
        let count = graph.block(header).params.len();
        let params: Vec<Value> = (0..count).map(|_| graph.new_node(Op::Param, &[], block)).collect();
        let mut entering: Vec<Vec<Value>> = Vec::new();
        let outside = flow.predecessors[header.index()].iter().filter(|&&pred| pred < header);
        let leading = |pred: &Block| made.leading.get(pred).into_iter().flatten().copied();
        for pred in outside.flat_map(|pred| [*pred].into_iter().chain(leading(pred))) {
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
        graph.blocks.push(BlockData { params, body: Vec::new(), term: Term::Jump(edge), cold: false });
        Entry { graph, flow, found, block, first, body: Vec::new() }
    }

    pub fn node(&mut self, op: Op, args: &[Value]) -> Value {
        let value = self.graph.new_node(op, args, self.block);
        self.body.push(value);
        value
    }

    pub fn constant(&mut self, c: u32) -> Value {
        self.graph.new_node(Op::Const(c), &[], Block::ENTRY)
    }

    pub fn binary(&mut self, op: BinOp, a: Value, b: Value) -> Value {
        match (op, self.graph.constant(a), self.graph.constant(b)) {
            (BinOp::Add, Some(a), Some(b)) => self.constant(a.wrapping_add(b)),
            (BinOp::Sub, Some(a), Some(b)) => self.constant(a.wrapping_sub(b)),
            (BinOp::Mul, Some(a), Some(b)) => self.constant(a.wrapping_mul(b)),
            (BinOp::Shl, Some(a), Some(b)) => self.constant(a.checked_shl(b).unwrap_or(0)),
            (BinOp::ShrU, Some(a), Some(b)) => self.constant(a.checked_shr(b).unwrap_or(0)),
            _ => self.node(Op::Binary(op), &[a, b]),
        }
    }

    pub fn trap_if(&mut self, cond: Cond, a: Value, b: Value) {
        let cond = self.node(Op::Compare(cond), &[a, b]);
        self.node(Op::TrapIf(TrapCode::MemoryOutOfBounds), &[cond]);
    }

    /// A value of the loop as it is in the first round. Its step must be known.
    pub fn at_first(&mut self, value: Value) -> Value {
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

    /// What is left of the distance to the bound, divided by the step.
    pub fn part_of_step(&mut self, test: &Test) -> Value {
        let (first, bound) = (self.at_first(test.value), self.bound(test));
        let distance = self.binary(BinOp::Sub, bound, first);
        let mask = self.constant(test.step.unsigned_abs() - 1);
        self.node(Op::Binary(BinOp::And), &[distance, mask])
    }

    /// How often the loop goes around after the first round.
    pub fn rounds(&mut self, test: &Test) -> Value {
        let (first, bound) = (self.at_first(test.value), self.bound(test));
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

    /// How often a pointer of the first round can take its step before it passes the limit, given that it has not.
    pub fn room(&mut self, pointer: Value, limit: Value, step: i32) -> Option<Value> {
        if step == 0 {
            return None;
        }
        let bytes = if step > 0 { self.binary(BinOp::Sub, limit, pointer) } else { pointer };
        let size = step.unsigned_abs();
        Some(if size.is_power_of_two() {
            let zeros = self.constant(size.trailing_zeros());
            self.binary(BinOp::ShrU, bytes, zeros)
        } else {
            let size = self.constant(size);
            self.binary(BinOp::DivU, bytes, size)
        })
    }

    /// Makes the checks. Returns the new block behind the latch, if there is one.
    pub fn make(&mut self, plan: &Plan) -> Option<Block> {
        let rounds = self.rounds(&plan.test);
        let mut least: Option<Value> = None;
        for check in &plan.checks {
            let pointer = self.at_first(check.pointer);
            if plan.pure && self.check_last(check, pointer, rounds) {
                continue;
            }
            self.trap_if(Cond::Hi, pointer, check.limit);
            let Some(room) = self.room(pointer, check.limit, check.step) else { continue };
            if plan.pure {
                self.trap_if(Cond::Lo, room, rounds);
                continue;
            }
            least = Some(self.lesser(least, room));
        }
        least.map(|room| {
            let bound = self.move_bound(&plan.test, room, rounds);
            self.trap_behind(&plan.test, bound)
        })
    }

    pub fn lesser(&mut self, least: Option<Value>, room: Value) -> Value {
        match least {
            None => room,
            Some(other) => {
                let less = self.node(Op::Compare(Cond::Lo), &[room, other]);
                self.node(Op::Select, &[less, room, other])
            }
        }
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

    /// A bound with which the loop ends after `room` more rounds at the latest.
    pub fn move_bound(&mut self, test: &Test, room: Value, rounds: Value) -> Value {
        let early = self.node(Op::Compare(Cond::Lo), &[room, rounds]);
        let first = self.at_first(test.value);
        let size = self.constant(test.step.unsigned_abs());
        let way = self.binary(BinOp::Mul, room, size);
        let op = if test.step > 0 { BinOp::Add } else { BinOp::Sub };
        let last = self.binary(op, first, way);
        let bound = self.bound(test);
        self.node(Op::Select, &[early, last, bound])
    }

    fn bound(&mut self, test: &Test) -> Value {
        match test.bound {
            Some(bound) => bound,
            None => self.constant(0),
        }
    }

    /// Gives the loop another bound and a block behind its latch, which has no end yet. What is returned holds there where
    /// the loop would have gone around with its own bound, which it then would; with it, the edge out of the loop.
    pub fn new_exit(&mut self, test: &Test, bound: Value) -> (Block, Value, Edge, Edge) {
        let own = self.bound(test);
        let latch = self.found.latch;
        let around = self.graph.new_node(Op::Compare(test.cond), &[test.value, bound], latch);
        self.graph.blocks[latch.index()].body.push(around);
        let exit = Block::new(self.graph.blocks.len());
        let early = self.graph.new_node(Op::Compare(test.cond), &[test.value, own], exit);
        let term = std::mem::replace(&mut self.graph.blocks[latch.index()].term, Term::Trap(TrapCode::Unreachable));
        let Term::Branch { then, otherwise, .. } = term else { unreachable!("the latch ends with a test") };
        let header = self.found.header();
        let (back, out) = if then.target == header { (then, otherwise) } else { (otherwise, then) };
        let to_exit = Edge { target: exit, args: Vec::new() };
        self.graph.blocks[latch.index()].term = Term::Branch { cond: around, then: back.clone(), otherwise: to_exit };
        let term = Term::Trap(TrapCode::Unreachable);
        self.graph.blocks.push(BlockData { params: Vec::new(), body: vec![early], term, cold: false });
        (exit, early, back, out)
    }

    /// Moves the loop's bound; behind the loop is a trap if it ends early.
    fn trap_behind(&mut self, test: &Test, bound: Value) -> Block {
        let (exit, early, _, out) = self.new_exit(test, bound);
        let trap = self.graph.new_node(Op::TrapIf(TrapCode::MemoryOutOfBounds), &[early], exit);
        let data = &mut self.graph.blocks[exit.index()];
        data.body.push(trap);
        data.term = Term::Jump(out);
        exit
    }

    /// Ends the block: where `cond` holds it leads elsewhere. Returns it, and goes on in a new one.
    pub fn go_on_unless(&mut self, cond: Value, elsewhere: Edge) -> Block {
        let next = Block::new(self.graph.blocks.len());
        let otherwise = Edge { target: next, args: Vec::new() };
        let data = &mut self.graph.blocks[self.block.index()];
        data.body = std::mem::take(&mut self.body);
        data.term = Term::Branch { cond, then: elsewhere, otherwise };
        let term = Term::Trap(TrapCode::Unreachable);
        self.graph.blocks.push(BlockData { params: Vec::new(), body: Vec::new(), term, cold: false });
        std::mem::replace(&mut self.block, next)
    }

    /// Ends the last block, which leads to the loop.
    pub fn end(self, args: Vec<Value>) -> Block {
        let data = &mut self.graph.blocks[self.block.index()];
        data.body = self.body;
        data.term = Term::Jump(Edge { target: self.found.header(), args });
        self.block
    }

    /// Moves the checks of a plan.
    pub fn finish(&mut self, plan: &Plan) {
        let gone: HashSet<Value> = plan.checks.iter().map(|check| check.trap).collect();
        self.drop_checks(&gone);
        self.graph.blocks[self.block.index()].body = std::mem::take(&mut self.body);
    }

    /// Takes checks out of the loop.
    pub fn drop_checks(&mut self, gone: &HashSet<Value>) {
        self.graph.bounds.hoisted += u32::try_from(gone.len()).expect("a function has fewer than 2^32 values");
        for &block in &self.found.blocks {
            self.graph.blocks[block.index()].body.retain(|value| !gone.contains(value));
        }
    }
}
