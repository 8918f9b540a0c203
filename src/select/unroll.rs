//! Loops of one block whose number of rounds is known before they start run several rounds between two tests.
//!
//! With the value v that is tested against an end, its step s, a power of two or its negative, and d = (end - v) / s · |s| the
//! distance ahead, modulo 2^32, such a loop ends after d / |s| rounds, or never if that is no integer, as a distance of 0 is 2^32.
//!
//! - Where d is known and the number of rounds a multiple of n, the block becomes n copies of itself.
//! - Else n copies run as long as that is surely within the distance: up to v plus d rounded down to n rounds. The old loop
//!   does what is left, and all of it where d is less than that.
//!
//! Either way the same rounds run in the same order, whatever the distance is.

use super::flow::{Flow, flow};
use super::ir::{BinOp, Block, BlockData, Edge, Graph, Op, Term, Value};
use super::known;
use crate::hash::{HashMap, HashSet};
use crate::isa::Cond;
use bitvec::vec::BitVec;

/// Nodes of all copies together, at most.
const NODES: usize = 48;

/// Copies of a block, at most: of each round's test and branch, a fourth is left.
const COPIES: u32 = 4;

/// The same where the number of rounds is known.
const COPIES_OF_KNOWN: u32 = 8;

/// How often the copies can run, at least, to be worth it.
const ENOUGH: u32 = 3;

/// Rewrites a graph whose blocks stand in order. Returns the new order if there are more blocks now.
pub fn unroll(graph: &mut Graph) -> Option<Vec<Block>> {
    let itself = |block: &Block| {
        let data = graph.block(*block);
        !data.cold && data.term.edges().any(|edge| edge.target == *block)
    };
    let loops: Vec<Block> = graph.block_ids().filter(itself).collect();
    if loops.is_empty() {
        return None;
    }
    let flow = flow(graph);
    let escapes = escapes(graph);
    let bits = known::bits(graph, &flow);
    let mut state = Unrolling { graph, flow, escapes, bits, around: HashMap::default(), last: HashMap::default() };
    let count = state.graph.blocks.len();
    for block in loops {
        if let Some(plan) = state.plan(block) {
            state.apply(block, &plan);
        }
    }
    state.rename();
    let around = state.around;
    let order = (0..count).map(Block::new).flat_map(|block| match around.get(&block) {
        Some(new) => vec![new.before, new.main, new.rest, block, new.exit],
        None => vec![block],
    });
    (!around.is_empty()).then(|| order.collect())
}

/// The blocks around a loop that does what is left.
struct Around {
    /// Decides whether there are rounds enough.
    before: Block,
    /// The copies.
    main: Block,
    /// Whether rounds are left.
    rest: Block,
    /// Behind all.
    exit: Block,
}

struct Plan {
    copies: u32,
    /// Which parameter is tested when it has been stepped.
    counter: usize,
    step: i32,
    /// `None` for zero.
    end: Option<Value>,
    /// The rounds, where they are known and a multiple of the copies.
    rounds: Option<u32>,
}

struct Unrolling<'g> {
    graph: &'g mut Graph,
    flow: Flow,
    /// Which values are read in other blocks than their own.
    escapes: BitVec,
    /// Bits that can be 1 in each value.
    bits: Vec<u32>,
    around: HashMap<Block, Around>,
    /// Of values of a loop, by what its readers elsewhere have to read.
    last: HashMap<Value, Value>,
}

fn escapes(graph: &Graph) -> BitVec {
    let mut escapes: BitVec = BitVec::repeat(false, graph.nodes.len());
    for block in graph.block_ids() {
        let data = graph.block(block);
        let mut read = |value: Value| {
            if graph.node(value).block != block {
                escapes.set(value.index(), true);
            }
        };
        data.body.iter().flat_map(|&value| &graph.node(value).args).for_each(|&arg| read(arg));
        data.term.visit_operands(&mut read);
        data.term.edges().flat_map(|edge| &edge.args).for_each(|&arg| read(arg));
    }
    escapes
}

/// The edge back and the edge out of a block that branches to itself.
fn edges(graph: &Graph, block: Block) -> Option<(&Edge, &Edge)> {
    match &graph.block(block).term {
        Term::Branch { then, otherwise, .. } if then.target == block && otherwise.target != block => {
            Some((then, otherwise))
        }
        Term::Branch { then, otherwise, .. } if otherwise.target == block && then.target != block => {
            Some((otherwise, then))
        }
        _ => None,
    }
}

impl Unrolling<'_> {
    fn is_invariant(&self, block: Block, value: Value) -> bool {
        match self.graph.op(value) {
            Op::Const(_) | Op::Address(..) => true,
            _ => self.graph.node(value).block != block,
        }
    }

    /// How to unroll a loop, if it is counted and small.
    fn plan(&self, block: Block) -> Option<Plan> {
        let data = self.graph.block(block);
        let (back, _) = edges(self.graph, block)?;
        if data.body.iter().any(|&value| matches!(self.graph.op(value), Op::Call(_) | Op::Routine(_))) {
            return None;
        }
        let Term::Branch { cond, then, .. } = &data.term else { return None };
        let test = self.graph.node(*cond);
        let (cond, value, end) = match (test.op, test.args.as_slice()) {
            (Op::Compare(cond), &[a, b]) if self.is_invariant(block, b) => (cond, a, Some(b)),
            (Op::Compare(cond), &[a, b]) => (cond, b, Some(a)),
            _ => (Cond::Ne, *cond, None),
        };
        let goes_on = if then.target == block { cond } else { cond.inverse() };
        if goes_on != Cond::Ne || !end.is_none_or(|end| self.is_invariant(block, end)) {
            return None;
        }
        let counter = back.args.iter().position(|&arg| arg == value)?;
        let next = self.graph.node(value);
        let step = match (next.op, next.args.as_slice()) {
            (Op::Binary(BinOp::Add), &[x, c]) if x == data.params[counter] => self.graph.constant(c)?.cast_signed(),
            _ => return None,
        };
        if !step.unsigned_abs().is_power_of_two() {
            return None;
        }
        let most = u32::try_from(NODES / data.body.len()).unwrap_or(u32::MAX);
        let known = self.known_rounds(block, counter, step, end);
        let exact = (2..=COPIES_OF_KNOWN.min(most)).rev().find(|copies| known.is_some_and(|known| known % copies == 0));
        let rounds = known.filter(|_| exact.is_some());
        let copies = exact.unwrap_or(most.min(COPIES) & !1);
        let copies = if copies > 1 { copies } else { return None };
        let most = self.most_rounds(block, counter, step, end);
        // The distance is rounded by a mask.
        let worth = copies.is_power_of_two() && most / copies >= ENOUGH;
        (rounds.is_some() || worth).then_some(Plan { copies, counter, step, end, rounds })
    }

    /// The rounds, if what enters and the end are constants, or differ by one.
    fn known_rounds(&self, block: Block, counter: usize, step: i32, end: Option<Value>) -> Option<u32> {
        let mut firsts = HashSet::default();
        for &pred in self.flow.predecessors[block.index()].iter().filter(|&&pred| pred != block) {
            let edges = || self.graph.block(pred).term.edges();
            // A block behind another loop that has just been unrolled is not looked at.
            edges().any(|edge| edge.target == block).then_some(())?;
            firsts.extend(edges().filter(|edge| edge.target == block).map(|edge| edge.args[counter]));
        }
        let mut firsts = firsts.into_iter();
        let (Some(first), None) = (firsts.next(), firsts.next()) else { return None };
        let distance = match end {
            None => self.graph.constant(first)?.wrapping_neg(),
            Some(end) => self.difference(end, first)?,
        };
        let distance = if step > 0 { distance } else { distance.wrapping_neg() };
        let size = step.unsigned_abs();
        (distance != 0 && distance % size == 0).then_some(distance / size)
    }

    /// How many rounds there can be, at most.
    fn most_rounds(&self, block: Block, counter: usize, step: i32, end: Option<Value>) -> u32 {
        if let Some(known) = self.known_rounds(block, counter, step, end) {
            return known;
        }
        let counts_to_zero = end.is_none_or(|end| self.graph.constant(end) == Some(0));
        if step > 0 || !counts_to_zero {
            return u32::MAX;
        }
        let preds = self.flow.predecessors[block.index()].iter().filter(|&&pred| pred != block);
        let edges = preds.flat_map(|&pred| self.graph.block(pred).term.edges()).filter(|edge| edge.target == block);
        edges.map(|edge| self.bits[edge.args[counter].index()]).max().unwrap_or(u32::MAX) / step.unsigned_abs()
    }

    /// `a - b`, if that is a constant.
    fn difference(&self, a: Value, b: Value) -> Option<u32> {
        let ((a, x), (b, y)) = (self.split(a), self.split(b));
        (a == b).then_some(x.wrapping_sub(y))
    }

    /// A value as another one, or zero, and a constant.
    fn split(&self, value: Value) -> (Option<Value>, u32) {
        let node = self.graph.node(value);
        match (node.op, node.args.as_slice()) {
            (Op::Const(c), _) => (None, c),
            (Op::Binary(BinOp::Add), &[x, c]) => match self.graph.constant(c) {
                Some(c) => (Some(x), c),
                None => (Some(value), 0),
            },
            _ => (Some(value), 0),
        }
    }

    fn apply(&mut self, block: Block, plan: &Plan) {
        match plan.rounds {
            Some(rounds) => self.copy_in_place(block, plan.copies, rounds == plan.copies),
            None => self.split_off(block, plan),
        }
    }

    /// Appends another round to the body of a block that is being made: `map` takes the loop's values to those of the last
    /// round, and then of this one.
    fn append_round(&mut self, from: Block, body: &[Value], to: Block, map: &mut HashMap<Value, Value>) -> Vec<Value> {
        body.iter()
            .map(|&value| {
                let node = self.graph.node(value).clone();
                let args: Vec<Value> = node.args.iter().map(|arg| *map.get(arg).unwrap_or(arg)).collect();
                debug_assert_eq!(node.block, from);
                let new = self.graph.new_node(node.op, &args, to);
                map.insert(value, new);
                new
            })
            .collect()
    }

    /// The parameters in the next round.
    fn step_params(&self, block: Block, map: &mut HashMap<Value, Value>) {
        let (back, _) = edges(self.graph, block).expect("planned as a loop");
        let next: Vec<Value> = back.args.iter().map(|arg| *map.get(arg).unwrap_or(arg)).collect();
        map.extend(self.graph.block(block).params.iter().copied().zip(next));
    }

    /// Several rounds between two tests.
    fn copy_in_place(&mut self, block: Block, copies: u32, once: bool) {
        let first = self.graph.block(block).body.clone();
        let mut map: HashMap<Value, Value> = HashMap::default();
        let mut body = first.clone();
        for _ in 1..copies {
            self.step_params(block, &mut map);
            body.extend(self.append_round(block, &first, block, &mut map));
        }
        let data = &mut self.graph.blocks[block.index()];
        data.body = body;
        let renamed = |value: &mut Value| *value = *map.get(value).unwrap_or(value);
        data.term.visit_operands_mut(renamed);
        for edge in data.term.edges_mut() {
            edge.args.iter_mut().for_each(renamed);
        }
        if once {
            let (_, out) = edges(self.graph, block).expect("planned as a loop");
            self.graph.blocks[block.index()].term = Term::Jump(out.clone());
        }
        self.last.extend(map);
    }

    /// A loop of several rounds before the one that is there.
    fn split_off(&mut self, block: Block, plan: &Plan) {
        let around =
            Around { before: self.new_block(), main: self.new_block(), rest: self.new_block(), exit: self.new_block() };
        let entering = self.make_before(block, plan, &around);
        self.enter_by(block, &around);
        // The copies.
        let body = self.graph.block(block).body.clone();
        let params = self.params(around.main, entering.first.len());
        let mut map: HashMap<Value, Value> = self.graph.block(block).params.iter().copied().zip(params).collect();
        let mut copies = Vec::new();
        for n in 0..plan.copies {
            if n > 0 {
                self.step_params(block, &mut map);
            }
            copies.extend(self.append_round(block, &body, around.main, &mut map));
        }
        let (back, out) = edges(self.graph, block).expect("planned as a loop");
        let (back, out) = (back.clone(), out.clone());
        let next: Vec<Value> = back.args.iter().map(|arg| *map.get(arg).unwrap_or(arg)).collect();
        let counted = next[plan.counter];
        let on = self.compare(&mut copies, around.main, counted, entering.stop);
        let data = &mut self.graph.blocks[around.main.index()];
        data.body = copies;
        data.term = Term::Branch {
            cond: on,
            then: Edge { target: around.main, args: next.clone() },
            otherwise: Edge { target: around.rest, args: Vec::new() },
        };
        // Whether any are left.
        let mut left = Vec::new();
        let end = plan.end.unwrap_or_else(|| self.constant(0));
        let on = self.compare(&mut left, around.rest, counted, end);
        // What is read behind the loop comes from either.
        let read = |value: &&Value| self.escapes[value.index()] || out.args.contains(value);
        let own: Vec<Value> = self.graph.block(block).params.iter().chain(&body).filter(read).copied().collect();
        let leaving = |value: &Value| *map.get(value).unwrap_or(value);
        let data = &mut self.graph.blocks[around.rest.index()];
        data.body = left;
        data.term = Term::Branch {
            cond: on,
            then: Edge { target: block, args: next },
            otherwise: Edge { target: around.exit, args: own.iter().map(leaving).collect() },
        };
        let merged = self.params(around.exit, own.len());
        self.last.extend(own.iter().copied().zip(merged));
        let args = out.args.iter().map(|arg| *self.last.get(arg).unwrap_or(arg)).collect();
        self.graph.blocks[around.exit.index()].term = Term::Jump(Edge { target: out.target, args });
        for edge in self.graph.blocks[block.index()].term.edges_mut() {
            if edge.target != block {
                *edge = Edge { target: around.exit, args: own.clone() };
            }
        }
        self.around.insert(block, around);
    }

    fn compare(&mut self, body: &mut Vec<Value>, block: Block, a: Value, b: Value) -> Value {
        let cond = self.graph.new_node(Op::Compare(Cond::Ne), &[a, b], block);
        body.push(cond);
        cond
    }

    fn constant(&mut self, c: u32) -> Value {
        self.graph.new_node(Op::Const(c), &[], Block::ENTRY)
    }

    fn new_block(&mut self) -> Block {
        let block = Block::new(self.graph.blocks.len());
        let term = Term::Return(Default::default());
        self.graph.blocks.push(BlockData { params: Vec::new(), body: Vec::new(), term, cold: false });
        block
    }

    fn params(&mut self, block: Block, count: usize) -> Vec<Value> {
        let params: Vec<Value> = (0..count).map(|_| self.graph.new_node(Op::Param, &[], block)).collect();
        self.graph.blocks[block.index()].params.clone_from(&params);
        params
    }

    /// The block that leads to the copies if the distance is enough for them.
    fn make_before(&mut self, block: Block, plan: &Plan, around: &Around) -> Entering {
        let before = around.before;
        let count = self.graph.block(block).params.len();
        let first = self.params(before, count);
        let mut body = Vec::new();
        let mut node = |graph: &mut Graph, op: BinOp, a: Value, b: Value| {
            let value = graph.new_node(Op::Binary(op), &[a, b], before);
            body.push(value);
            value
        };
        let start = first[plan.counter];
        let end = plan.end.unwrap_or_else(|| self.constant(0));
        let (low, high) = if plan.step > 0 { (start, end) } else { (end, start) };
        let distance = node(self.graph, BinOp::Sub, high, low);
        let mask = self.constant((plan.step.unsigned_abs().wrapping_mul(plan.copies)).wrapping_neg());
        let rounded = node(self.graph, BinOp::And, distance, mask);
        let op = if plan.step > 0 { BinOp::Add } else { BinOp::Sub };
        let stop = node(self.graph, op, start, rounded);
        let data = &mut self.graph.blocks[before.index()];
        data.body = body;
        data.term = Term::Branch {
            cond: rounded,
            then: Edge { target: around.main, args: first.clone() },
            otherwise: Edge { target: block, args: first.clone() },
        };
        Entering { first, stop }
    }

    /// Leads what entered the loop to the block before it.
    fn enter_by(&mut self, block: Block, around: &Around) {
        for &pred in self.flow.predecessors[block.index()].iter().filter(|&&pred| pred != block) {
            let behind = self.around.get(&pred).map(|around| around.exit);
            for pred in [Some(pred), behind].into_iter().flatten() {
                for edge in self.graph.blocks[pred.index()].term.edges_mut() {
                    if edge.target == block {
                        edge.target = around.before;
                    }
                }
            }
        }
    }

    /// Replaces what readers behind the loops read.
    fn rename(&mut self) {
        if self.last.is_empty() {
            return;
        }
        let home: HashMap<Value, Block> =
            self.last.keys().map(|&value| (value, self.graph.node(value).block)).collect();
        for index in 0..self.graph.blocks.len() {
            let block = Block::new(index);
            let renamed = |value: &mut Value| {
                let mut from = Some(block);
                // What a value was in the last round of its loop may be another loop's value in turn.
                while let Some(&of) = home.get(value).filter(|&&of| Some(of) != from && of != block) {
                    from = Some(of);
                    *value = self.last[value];
                }
            };
            for n in 0..self.graph.blocks[index].body.len() {
                let value = self.graph.blocks[index].body[n];
                self.graph.nodes[value.index()].args.iter_mut().for_each(renamed);
            }
            let term = &mut self.graph.blocks[index].term;
            term.visit_operands_mut(renamed);
            for edge in term.edges_mut() {
                edge.args.iter_mut().for_each(renamed);
            }
        }
    }
}

/// What the block before the copies makes.
struct Entering {
    /// What its parameters are.
    first: Vec<Value>,
    /// What is tested, when the last copies have run.
    stop: Value,
}
