//! Simplification of a whole graph: what the walk could only see locally is built again with the shape known, once
//! before and once after pointers become machine pointers (`pointers`), and once more in between where bounds checks move
//! (`checks`). Branches on conjunctions are split (`branches`). In the end sums take the place of what they
//! count from (`rebase`), accesses step addresses (`steps`) and tail calls are found (`tail`).
//!
//! A round
//! 1. drops blocks that cannot be reached, folding branches on constants, and keeps the others in order;
//! 2. replaces parameters that say nothing new (`joined`);
//! 3. builds every node again through the folds of `Builder`, numbering values over dominating blocks and
//!    joining a block to its only predecessor where that has no other way;
//! 4. drops nodes and parameters that nothing needs: halves of i64, locals that are overwritten before they
//!    are read.

use super::arms::arms;
use super::branches::branches;
use super::checks::checks;
use super::flow::flow;
use super::frames::frames;
use super::graph::Builder;
use super::ir::{BinOp, Block, BlockData, Edge, Graph, Op, Term, Value};
use super::joined::{Derived, arguments, derived, redundant_params};
use super::known;
use super::pointers::pointers;
use super::rebase::rebase;
use super::reduce::reduce;
use super::shifted::shifted;
use super::states;
use super::steps::steps;
use super::tail::tail_calls;
use super::thread::thread;
use super::unroll::unroll;
use crate::hash::HashMap;
use crate::options::Optimize;
use bitvec::vec::BitVec;
use smallvec::SmallVec;

/// The simplified graph, given the blocks in an order in which forward edges go forward. In the result the blocks
/// stand in that order.
pub fn simplify(graph: Graph, order: &[Block], optimize: Optimize) -> Graph {
    let mut graph = round(arrange(graph, order));
    if let Some(order) = checks(&mut graph, optimize) {
        graph = round(arrange(graph, &order));
    }
    if let Some(order) = branches(&mut graph) {
        graph = arrange(graph, &order);
    }
    if let Some(order) = thread(&mut graph, optimize) {
        graph = round(arrange(graph, &order));
    }
    pointers(&mut graph);
    frames(&mut graph);
    let mut graph = round(graph);
    if optimize == Optimize::Speed {
        let reduced = reduce(&mut graph);
        if let Some(order) = &reduced {
            graph = arrange(graph, order);
        }
        match unroll(&mut graph) {
            Some(order) => graph = round(arrange(graph, &order)),
            None if reduced.is_some() => graph = round(graph),
            None => {}
        }
    }
    arms(&mut graph);
    shifted(&mut graph);
    rebase(&mut graph);
    steps(&mut graph);
    if tail_calls(&mut graph) {
        let order: Vec<Block> = graph.block_ids().collect();
        graph = arrange(graph, &order);
    }
    graph
}

fn round(graph: Graph) -> Graph {
    let graph = rebuild(&graph);
    let order: Vec<Block> = graph.block_ids().collect();
    let mut graph = arrange(graph, &order);
    drop_dead(&mut graph);
    graph
}

/// The way that a branch on a constant goes.
fn fold_branch(graph: &Graph, term: Term) -> Term {
    match term {
        Term::Branch { cond, then, otherwise } => match graph.constant(cond) {
            Some(0) => Term::Jump(otherwise),
            Some(_) => Term::Jump(then),
            None if then == otherwise => Term::Jump(then),
            None => Term::Branch { cond, then, otherwise },
        },
        Term::Table { index, mut targets, default } => match graph.constant(index) {
            Some(c) if (c as usize) < targets.len() => Term::Jump(targets.swap_remove(c as usize)),
            Some(_) => Term::Jump(default.unwrap_or_else(|| targets.swap_remove(0))),
            None => {
                let first = default.as_ref().unwrap_or_else(|| &targets[0]);
                match targets.iter().all(|target| target == first) {
                    true => Term::Jump(first.clone()),
                    false => Term::Table { index, targets, default },
                }
            }
        },
        other => other,
    }
}

/// Keeps the reachable blocks, in `order`, and numbers them by it.
fn arrange(mut graph: Graph, order: &[Block]) -> Graph {
    for block in order {
        let trap = cut_at_trap(&graph, *block);
        let data = &mut graph.blocks[block.index()];
        let term = std::mem::replace(&mut data.term, Term::Return(SmallVec::new()));
        let term = match trap {
            Some((length, term)) => {
                data.body.truncate(length);
                term
            }
            None => fold_branch(&graph, term),
        };
        graph.blocks[block.index()].term = term;
    }
    let reached = graph.reachable();
    let kept: Vec<Block> = order.iter().copied().filter(|block| reached[block.index()]).collect();
    if kept.iter().copied().eq(graph.block_ids()) {
        debug_assert!(knows_blocks(&graph), "a node has moved to another block and does not know it");
        return graph;
    }
    let mut number = vec![Block::ENTRY; graph.blocks.len()];
    for (index, block) in kept.iter().enumerate() {
        number[block.index()] = Block::new(index);
    }
    let mut old: Vec<Option<BlockData>> = graph.blocks.drain(..).map(Some).collect();
    for (index, block) in kept.iter().enumerate() {
        let mut data = old[block.index()].take().expect("each block stands once in the order");
        for edge in data.term.edges_mut() {
            edge.target = number[edge.target.index()];
        }
        for value in data.params.iter().chain(&data.body) {
            graph.nodes[value.index()].block = Block::new(index);
        }
        graph.blocks.push(data);
    }
    graph
}

/// Whether each node knows the block that it stands in.
fn knows_blocks(graph: &Graph) -> bool {
    let stands = |block: Block, value: &Value| graph.node(*value).block == block;
    graph
        .block_ids()
        .all(|id| graph.block(id).params.iter().chain(&graph.block(id).body).all(|value| stands(id, value)))
}

/// Where a block always traps: how many of its nodes run, and its end.
fn cut_at_trap(graph: &Graph, block: Block) -> Option<(usize, Term)> {
    graph.block(block).body.iter().enumerate().find_map(|(n, &value)| match graph.op(value) {
        Op::TrapIf(code) => {
            let cond = graph.constant(graph.node(value).args[0]);
            cond.filter(|&c| c != 0).map(|_| (n, Term::Trap(code)))
        }
        _ => None,
    })
}

/// The translation of an old graph's values into those of a new one.
struct Rebuild<'g> {
    builder: Builder,
    old: &'g Graph,
    predecessors: &'g [SmallVec<[Block; 2]>],
    /// For each old value the parameter or argument that stands for it.
    replaced: Vec<Value>,
    new: Vec<Option<Value>>,
    /// Parameters that are made of others.
    derived: HashMap<Value, Derived>,
    /// Of nodes that make several words: the new ones above the lowest.
    higher: HashMap<(Value, u32), Value>,
}

fn rebuild(old: &Graph) -> Graph {
    let flow = flow(old);
    let mut builder = Builder::new(flow.intervals.clone());
    builder.graph.arguments.clone_from(&old.arguments);
    builder.graph.calls.clone_from(&old.calls);
    builder.graph.result_area = old.result_area;
    builder.graph.frame = old.frame;
    builder.graph.variadic.clone_from(&old.variadic);
    builder.graph.frame_moves = old.frame_moves;
    builder.graph.below_frame = old.below_frame;
    builder.graph.frame_escapes = old.frame_escapes;
    builder.graph.bounds = old.bounds;
    let incoming = arguments(old);
    let replaced = redundant_params(old, &incoming);
    let derived = derived(old, &flow, &incoming, &replaced);
    // Only those of parameters are asked for.
    let bits =
        if old.blocks.iter().any(|block| !block.params.is_empty()) { known::bits(old, &flow) } else { Vec::new() };
    let count = old.nodes.len();
    // Of the nodes of a graph many may stand in no block any more; constants never do.
    let placed: usize = old.blocks.iter().map(|block| block.params.len() + block.body.len()).sum();
    builder.reserve(placed + placed / 4);
    let predecessors = &flow.predecessors;
    let (new, higher) = (vec![None; count], HashMap::default());
    let mut state = Rebuild { builder, old, predecessors, replaced, new, derived, higher };
    for _ in 1..state.old.blocks.len() {
        state.builder.new_block();
    }
    for (new, old) in state.builder.graph.blocks.iter_mut().zip(&old.blocks) {
        new.cold = old.cold;
    }
    // A block is built at the end of its only predecessor, if that only leads here.
    let mut home: Vec<Block> = state.old.block_ids().collect();
    for block in state.old.block_ids() {
        if let &[pred] = flow.predecessors[block.index()].as_slice()
            && matches!(state.old.block(pred).term, Term::Jump(_))
        {
            home[block.index()] = home[pred.index()];
        }
    }
    for block in state.old.block_ids() {
        let data = old.block(block);
        for &param in &data.params {
            if state.is_passed(param) {
                let bits = bits[param.index()];
                state.new[param.index()] = Some(state.builder.param_of(home[block.index()], bits));
            }
        }
        let pred = <[Block; 1]>::try_from(flow.predecessors[block.index()].as_slice()).ok();
        match pred {
            Some([pred]) => state.builder.switch_behind(home[block.index()], pred),
            None => state.builder.switch_to(home[block.index()]),
        }
        state.builder.set_looping(flow.depth[block.index()] > 0);
        if let Some([pred]) = pred {
            state.assume(pred, block);
        }
        state.builder.reserve_body(data.body.len());
        data.params.iter().for_each(|&param| state.sum(param));
        data.params.iter().for_each(|&param| state.comparison(param));
        for &value in &data.body {
            state.node(value);
        }
        let joined = match &data.term {
            Term::Jump(edge) => edge.target > block && home[edge.target.index()] == home[block.index()],
            _ => false,
        };
        if !joined {
            let term = state.term(&data.term);
            state.builder.terminate(term);
        }
        state.builder.note_end(block);
    }
    state.builder.graph
}

impl Rebuild<'_> {
    /// Takes note of what the branch at the end of `pred`, the only way to `block`, says.
    fn assume(&mut self, pred: Block, block: Block) {
        if let Term::Branch { cond, then, .. } = &self.old.block(pred).term {
            let (cond, holds) = (*cond, then.target == block);
            let cond = self.value(cond);
            let cond = self.builder.truth(cond);
            match self.builder.negated(cond) {
                Some(inner) => self.builder.assume(inner, !holds),
                None => self.builder.assume(cond, holds),
            }
        }
    }

    /// Whether a parameter is one of the new graph.
    fn is_passed(&self, param: Value) -> bool {
        self.replaced[param.index()] == param && !self.derived.contains_key(&param)
    }

    /// Makes a parameter that is a sum.
    fn sum(&mut self, param: Value) {
        let Some(&Derived::Sum(other, by)) = self.derived.get(&param) else { return };
        let other = self.value(other);
        let by = self.builder.int(by.cast_unsigned());
        self.new[param.index()] = Some(self.builder.binary(BinOp::Add, other, by));
    }

    /// Makes a parameter that is a comparison.
    fn comparison(&mut self, param: Value) {
        let Some(Derived::Comparison(op, operands)) = self.derived.get(&param).cloned() else { return };
        let args: SmallVec<[Value; 4]> = operands.iter().map(|&operand| self.value(operand)).collect();
        self.new[param.index()] = Some(match op {
            Op::Compare(cond) => self.builder.compare(cond, args[0], args[1]),
            Op::CompareLong(cond) => self.builder.compare_long(cond, [args[0], args[1]], [args[2], args[3]]),
            _ => unreachable!("{op:?} is no comparison"),
        });
    }

    fn value(&mut self, old: Value) -> Value {
        let old = self.replaced[old.index()];
        let new = self.new[old.index()].unwrap_or_else(|| match self.old.op(old) {
            // These stand nowhere, so that their first use is where they are built.
            Op::Const(c) => self.builder.int(c),
            Op::Address(symbol, addend) => self.builder.address(symbol, addend),
            _ => unreachable!("a value is built before its uses"),
        });
        self.new[old.index()] = Some(new);
        self.builder.chosen(new)
    }

    fn node(&mut self, value: Value) {
        let old = self.old;
        let op = old.op(value);
        let old_args = &old.node(value).args;
        let mut args: SmallVec<[Value; 4]> = SmallVec::new();
        for &arg in old_args {
            args.push(self.value(arg));
        }
        let builder = &mut self.builder;
        let built = match op {
            Op::Param => unreachable!("parameters do not stand in a block's body"),
            Op::Const(_) | Op::Address(..) => unreachable!("constants do not stand in a block"),
            Op::Argument(_) | Op::ResultArea(_) | Op::FrameTop => builder.pure(op, &[]),
            Op::Result(n) => match self.higher.get(&(self.replaced[old_args[0].index()], n)) {
                Some(&higher) => higher,
                None => builder.result(args[0], n),
            },
            Op::Binary(op) => builder.binary(op, args[0], args[1]),
            Op::Unary(op) => builder.unary(op, args[0]),
            Op::FloatBinary(_) => builder.pure(op, &args),
            Op::FloatUnary(op) => builder.float_unary(op, args[0]),
            Op::FloatCompare(_) => builder.pure(op, &args),
            Op::FloatOverflows { signed } => builder.float_overflows(signed, args[0]),
            Op::Compare(cond) => builder.compare(cond, args[0], args[1]),
            Op::CompareLong(cond) => builder.compare_long(cond, [args[0], args[1]], [args[2], args[3]]),
            Op::Select => builder.select(args[0], args[1], args[2]),
            Op::AddLong | Op::SubLong | Op::MulLong { .. } | Op::MulAddAdd => {
                let [lo, hi] = match op {
                    Op::MulAddAdd => builder.mul_add_add(args[0], args[1], args[2], args[3]),
                    Op::AddLong => builder.add_long([args[0], args[1]], [args[2], args[3]]),
                    Op::SubLong => builder.sub_long([args[0], args[1]], [args[2], args[3]]),
                    Op::MulLong { signed } => builder.mul_words(signed, args[0], args[1]),
                    _ => unreachable!("matched above"),
                };
                self.higher.insert((value, 1), hi);
                lo
            }
            Op::AddWide | Op::SubWide => {
                let (a, b) = ([args[0], args[1], args[2], args[3]], [args[4], args[5], args[6], args[7]]);
                let words = match op {
                    Op::AddWide => builder.add_wide(a, b),
                    _ => builder.sub_wide(a, b),
                };
                self.higher.extend((1..4).map(|n| ((value, n), words[n as usize])));
                words[0]
            }
            Op::Load(access) => builder.load(args[0], access),
            Op::Store(access) => {
                builder.store(args[0], args[1], access);
                return;
            }
            Op::TrapIf(code) => {
                builder.trap_if(args[0], code);
                return;
            }
            Op::SetStack => builder.effect(op, &args),
            Op::Call(index) => builder.call(index, &args),
            Op::Routine(_) => builder.pure(op, &args),
        };
        self.new[value.index()] = Some(built);
    }

    fn edge(&mut self, edge: &Edge) -> Edge {
        let params = &self.old.block(edge.target).params;
        let mut args = Vec::with_capacity(params.len());
        for (&param, &arg) in params.iter().zip(&edge.args) {
            if self.is_passed(param) {
                args.push(self.value(arg));
            }
        }
        Edge { target: edge.target, args }
    }

    fn term(&mut self, term: &Term) -> Term {
        match term {
            Term::Jump(edge) => Term::Jump(self.edge(edge)),
            Term::Branch { cond, then, otherwise } => {
                let cond = self.value(*cond);
                let cond = self.builder.truth(cond);
                let (then, otherwise) = (self.edge(then), self.edge(otherwise));
                let (cond, then, otherwise) = match self.builder.negated(cond) {
                    Some(inner) => (inner, otherwise, then),
                    None => (cond, then, otherwise),
                };
                let cond = match self.builder.outcome(cond) {
                    Some(holds) => self.builder.int(u32::from(holds)),
                    None => cond,
                };
                Term::Branch { cond, then, otherwise }
            }
            Term::Table { index, targets, default } => {
                let largest = states::largest(self.old, self.predecessors, *index);
                let index = self.value(*index);
                // What has no bit above the largest number's is below.
                let largest = largest.unwrap_or(u32::MAX).min(self.builder.bits(index)) as usize;
                let reached = targets.get(..=largest);
                let default = default.as_ref().filter(|_| reached.is_none()).map(|edge| self.edge(edge));
                let targets = reached.unwrap_or(targets).iter().map(|edge| self.edge(edge)).collect();
                Term::Table { index, targets, default }
            }
            Term::Return(values) => Term::Return(values.iter().map(|&(value, reg)| (self.value(value), reg)).collect()),
            Term::TailCall { call, args } => {
                Term::TailCall { call: *call, args: args.iter().map(|&arg| self.value(arg)).collect() }
            }
            Term::Trap(code) => Term::Trap(*code),
        }
    }
}

/// The nodes that an effect or a terminator depends on.
fn live_nodes(graph: &Graph) -> BitVec {
    let mut live: BitVec = BitVec::repeat(false, graph.nodes.len());
    let mut work: Vec<Value> = Vec::new();
    let incoming = arguments(graph);
    let mut position = vec![0u32; graph.nodes.len()];
    for block in &graph.blocks {
        work.extend(block.body.iter().copied().filter(|&value| graph.op(value).has_effect()));
        block.term.visit_operands(|value| work.push(value));
        for (n, param) in (0..).zip(&block.params) {
            position[param.index()] = n;
        }
    }
    while let Some(value) = work.pop() {
        if live.replace(value.index(), true) {
            continue;
        }
        let node = graph.node(value);
        work.extend(node.args.iter().copied());
        if node.op == Op::Param {
            let edges = incoming.of(node.block);
            work.extend(edges.iter().map(|edge| edge.args[position[value.index()] as usize]));
        }
    }
    live
}

/// Drops the other nodes and parameters.
fn drop_dead(graph: &mut Graph) {
    let live = live_nodes(graph);
    for block in &mut graph.blocks {
        block.body.retain(|value| live[value.index()]);
    }
    if graph.blocks.iter().flat_map(|block| &block.params).all(|param| live[param.index()]) {
        return;
    }
    let params: Vec<Vec<Value>> = graph.blocks.iter_mut().map(|block| std::mem::take(&mut block.params)).collect();
    for edge in graph.blocks.iter_mut().flat_map(|block| block.term.edges_mut()) {
        let mut params = params[edge.target.index()].iter();
        edge.args.retain(|_| live[params.next().expect("an edge has an argument for each parameter").index()]);
    }
    for (block, mut params) in graph.blocks.iter_mut().zip(params) {
        params.retain(|param| live[param.index()]);
        block.params = params;
    }
}
