//! Ways whose tests are decided before they are made go around them: where some way into a block passes a constant for the
//! parameter that the block tests, or a branch before has said how the test comes out, that way leads to where the test
//! would have gone.
//!
//! Wasm's control flow is structured, so that the several ways out of a loop meet behind it, each with a number that says
//! which it was, and tests of that number part them again.
//!
//! The blocks that a way goes around are copied for it without their tests, all in one block; `repair` then says which
//! definition of their values reaches whom. Copies have a price, which is bounded.

mod outcome;

use super::flow::{Flow, flow};
use super::ir::{Block, BlockData, Edge, Graph, Op, Term, Value};
use super::repair::{Copies, repair};
use crate::hash::{HashMap, HashSet};
use crate::options::Optimize;
use bitvec::vec::BitVec;
use outcome::Way;
use smallvec::SmallVec;

/// How many blocks a way is followed through.
const BLOCKS: usize = 5;

/// How many nodes a block may have to be looked at.
const BODY: usize = 24;

/// How many blocks the values of a copied block may be live in, together.
const SPREAD: usize = 256;

/// Nodes that may be copied for a way.
fn worthwhile(optimize: Optimize) -> usize {
    match optimize {
        Optimize::Speed => 6,
        Optimize::Size => 1,
    }
}

/// A way around tests.
struct Route {
    from: Block,
    edge: usize,
    /// The blocks that it is a copy of, with the edge that it takes behind each.
    through: SmallVec<[(Block, usize); BLOCKS]>,
}

/// Rewrites a graph whose blocks stand in order. Returns the new order if there are more blocks now.
pub fn thread(graph: &mut Graph, optimize: Optimize) -> Option<Vec<Block>> {
    let tests = |block: Block| matches!(graph.block(block).term, Term::Branch { .. } | Term::Table { .. });
    let mut ways = vec![0u32; graph.blocks.len()];
    graph.blocks.iter().flat_map(|block| block.term.edges()).for_each(|edge| ways[edge.target.index()] += 1);
    if !graph.block_ids().any(|block| tests(block) && ways[block.index()] > 1) {
        return None;
    }
    let flow = flow(graph);
    let routes = Finding::new(graph, &flow, optimize).routes();
    if routes.is_empty() {
        return None;
    }
    let count = graph.blocks.len();
    let mut copies = Copies::default();
    let mut behind: Vec<SmallVec<[Block; 2]>> = vec![SmallVec::new(); count];
    for route in &routes {
        behind[route.from.index()].push(copy(graph, route, &mut copies));
    }
    let order: Vec<Block> =
        (0..count).flat_map(|n| [Block::new(n)].into_iter().chain(std::mem::take(&mut behind[n]))).collect();
    repair(graph, &order, &copies);
    Some(order)
}

struct Finding<'g> {
    graph: &'g Graph,
    flow: &'g Flow,
    /// Nodes that may be copied for a way.
    worthwhile: usize,
    /// Other blocks than its own that read each value; found when the first way decides a test.
    readers: Vec<SmallVec<[Block; 2]>>,
    /// In how many blocks the values of a block are live, where somebody has asked.
    spread: HashMap<Block, usize>,
    /// Edges that have routes.
    routed: HashSet<(Block, usize)>,
    /// For `cost`.
    marks: BitVec,
}

impl<'g> Finding<'g> {
    fn new(graph: &'g Graph, flow: &'g Flow, optimize: Optimize) -> Finding<'g> {
        let (spread, routed) = (HashMap::default(), HashSet::default());
        let worthwhile = worthwhile(optimize);
        Finding { graph, flow, worthwhile, readers: Vec::new(), spread, routed, marks: BitVec::EMPTY }
    }

    /// Finds out who reads what.
    fn read(&mut self) {
        let graph = self.graph;
        let mut readers: Vec<SmallVec<[Block; 2]>> = vec![SmallVec::new(); graph.nodes.len()];
        for block in graph.block_ids() {
            let mut read = |value: Value| {
                let readers = &mut readers[value.index()];
                if graph.node(value).block != block && readers.last() != Some(&block) {
                    readers.push(block);
                }
            };
            let data = graph.block(block);
            data.body.iter().flat_map(|&value| &graph.node(value).args).for_each(|&arg| read(arg));
            data.term.visit_operands(&mut read);
            data.term.edges().flat_map(|edge| &edge.args).for_each(|&arg| read(arg));
        }
        self.readers = readers;
        self.marks = BitVec::repeat(false, graph.nodes.len());
    }

    /// The last edges first: a way that joins one with a route of its own ends there.
    fn routes(mut self) -> Vec<Route> {
        let graph = self.graph;
        let mut routes = Vec::new();
        for from in graph.block_ids().rev() {
            for edge in 0..graph.block(from).term.edges().count() {
                if let Some(route) = self.follow(from, edge) {
                    self.routed.insert((from, edge));
                    routes.push(route);
                }
            }
        }
        routes
    }

    /// Whether the way that begins with an edge decides a test, whatever it costs.
    fn decides(&self, from: Block, edge: usize) -> bool {
        let graph = self.graph;
        let mut way = Way::new(graph, self.flow, from, edge);
        let mut next = graph.block(from).term.edge(edge);
        for _ in 0..BLOCKS {
            let block = next.target;
            if self.flow.header[block.index()] == Some(block) || !self.is_copyable(block) {
                return false;
            }
            let term = &graph.block(block).term;
            way.enter(next);
            let Some(taken) = way.decide(term) else { return false };
            if !matches!(term, Term::Jump(_)) {
                return true;
            }
            next = term.edge(taken);
        }
        false
    }

    /// The way around the tests that an edge decides.
    fn follow(&mut self, from: Block, edge: usize) -> Option<Route> {
        if !self.decides(from, edge) {
            return None;
        }
        if self.readers.is_empty() {
            self.read();
        }
        let graph = self.graph;
        let mut way = Way::new(graph, self.flow, from, edge);
        let mut through: SmallVec<[(Block, usize); BLOCKS]> = SmallVec::new();
        let mut decided = 0;
        let mut copied = 0;
        let mut next = graph.block(from).term.edge(edge);
        while through.len() < BLOCKS {
            let block = next.target;
            if self.flow.header[block.index()] == Some(block) || !self.is_copyable(block) {
                break;
            }
            let term = &graph.block(block).term;
            way.enter(next);
            let Some(taken) = way.decide(term) else { break };
            copied += cost(graph, block, taken, &self.readers, &mut self.marks);
            if copied > self.worthwhile || self.routed.contains(&(block, taken)) {
                break;
            }
            through.push((block, taken));
            if !matches!(term, Term::Jump(_)) {
                decided = through.len();
            }
            next = term.edge(taken);
        }
        through.truncate(decided);
        let spread: usize = through.iter().map(|&(block, _)| self.spread(block)).sum();
        (decided > 0 && spread <= SPREAD).then_some(Route { from, edge, through })
    }

    fn is_copyable(&self, block: Block) -> bool {
        let body = &self.graph.block(block).body;
        let stays = |&value: &Value| {
            let op = self.graph.op(value);
            matches!(op, Op::Call(_) | Op::Routine(_) | Op::SetStack | Op::FrameTop | Op::Argument(_))
        };
        body.len() <= BODY && !body.iter().any(stays)
    }

    /// In how many blocks values of this one are live on entry, as far as that is not too many.
    fn spread(&mut self, block: Block) -> usize {
        if let Some(&known) = self.spread.get(&block) {
            return known;
        }
        let data = self.graph.block(block);
        let mut count = 0;
        for &value in data.params.iter().chain(&data.body) {
            let mut work = self.readers[value.index()].to_vec();
            let mut seen: HashSet<Block> = HashSet::default();
            while let Some(live) = work.pop().filter(|_| count <= SPREAD) {
                if live != block && seen.insert(live) {
                    count += 1;
                    work.extend(&self.flow.predecessors[live.index()]);
                }
            }
        }
        self.spread.insert(block, count);
        count
    }
}

/// How many nodes of a block a way around its test still needs, when it takes this edge. `marks` has room for all nodes and
/// is as it was afterwards.
fn cost(graph: &Graph, block: Block, taken: usize, readers: &[SmallVec<[Block; 2]>], marks: &mut BitVec) -> usize {
    let data = graph.block(block);
    data.term.edge(taken).args.iter().for_each(|arg| marks.set(arg.index(), true));
    let mut count = 0;
    for &value in data.body.iter().rev() {
        let needed = marks[value.index()] || graph.op(value).has_effect() || !readers[value.index()].is_empty();
        if needed {
            count += 1;
            graph.node(value).args.iter().for_each(|arg| marks.set(arg.index(), true));
        }
    }
    data.term.edge(taken).args.iter().for_each(|arg| marks.set(arg.index(), false));
    for &value in &data.body {
        graph.node(value).args.iter().for_each(|arg| marks.set(arg.index(), false));
    }
    count
}

/// Makes the block that does what a route does, and leads there.
fn copy(graph: &mut Graph, route: &Route, copies: &mut Copies) -> Block {
    let copy = Block::new(graph.blocks.len());
    let mut edge = graph.block(route.from).term.edge(route.edge).clone();
    let mut map: HashMap<Value, Value> = HashMap::default();
    let mut body = Vec::new();
    for &(block, taken) in &route.through {
        map.extend(graph.block(block).params.iter().copied().zip(edge.args));
        for value in graph.block(block).body.clone() {
            let node = graph.node(value).clone();
            let args: SmallVec<[Value; 4]> = node.args.iter().map(|arg| *map.get(arg).unwrap_or(arg)).collect();
            let new = graph.new_node(node.op, &args, copy);
            map.insert(value, new);
            body.push(new);
        }
        let further = graph.block(block).term.edge(taken);
        let args = further.args.iter().map(|arg| *map.get(arg).unwrap_or(arg)).collect();
        edge = Edge { target: further.target, args };
    }
    let cold = graph.block(route.from).cold;
    graph.blocks.push(BlockData { params: Vec::new(), body, term: Term::Jump(edge), cold });
    copies.insert(copy, map);
    *graph.blocks[route.from.index()].term.edge_mut(route.edge) = Edge { target: copy, args: Vec::new() };
    copy
}
