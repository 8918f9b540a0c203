//! SSA form again after blocks have been copied: a value of a copied block now has several definitions, and where the ways
//! from them meet, a parameter says which it is (Braun et al., "Simple and Efficient Construction of Static Single
//! Assignment Form", 2013, over the blocks where a value is live).
//!
//! Invariant: no copied block heads a loop, and copies lie in no loop that the block itself is not in. So what a value is at
//! the head of a loop is decided by the ways into the loop alone.

use super::ir::{Block, Edge, Graph, Op, Value};
use crate::hash::{HashMap, HashSet};
use bitvec::vec::BitVec;
use smallvec::SmallVec;

/// For each copy, what values of the blocks that it is a copy of are at its end, in terms of its own nodes and of values
/// as they are at its begin.
pub type Copies = HashMap<Block, HashMap<Value, Value>>;

/// Makes every reader of a value with several definitions read the one that reaches it. `order` has all blocks, forward
/// edges going forward. Blocks that cannot be reached are left as they are.
pub fn repair(graph: &mut Graph, order: &[Block], copies: &Copies) {
    let mut state = Repair::new(graph, copies);
    state.find_live();
    let merged = state.place(order);
    state.rename(order);
    state.pass(order, &merged);
}

struct Repair<'g> {
    graph: &'g mut Graph,
    copies: &'g Copies,
    /// The values with several definitions.
    open: HashSet<Value>,
    reached: BitVec,
    /// The blocks before each that can be reached, once per edge.
    predecessors: Vec<SmallVec<[Block; 2]>>,
    /// The open values that are live on entry to each block.
    live: Vec<Vec<Value>>,
    /// What they are there.
    on_entry: HashMap<(Value, Block), Value>,
}

impl<'g> Repair<'g> {
    fn new(graph: &'g mut Graph, copies: &'g Copies) -> Repair<'g> {
        let reached = graph.reachable();
        let mut predecessors = graph.predecessors();
        predecessors.iter_mut().for_each(|list| list.retain(|pred| reached[pred.index()]));
        let open = copies.values().flat_map(|copy| copy.keys().copied()).collect();
        let live = vec![Vec::new(); graph.blocks.len()];
        Repair { graph, copies, open, reached, predecessors, live, on_entry: HashMap::default() }
    }

    /// Whether a block reads this value as it is on entry.
    fn is_read_on_entry(&self, value: Value, block: Block) -> bool {
        self.open.contains(&value) && self.graph.node(value).block != block
    }

    fn find_live(&mut self) {
        let mut work = Vec::new();
        for block in self.graph.block_ids().filter(|block| self.reached[block.index()]) {
            let data = self.graph.block(block);
            let mut read = |value: Value| {
                if self.is_read_on_entry(value, block) {
                    work.push((value, block));
                }
            };
            data.body.iter().flat_map(|&value| &self.graph.node(value).args).for_each(|&arg| read(arg));
            data.term.visit_operands(&mut read);
            data.term.edges().flat_map(|edge| &edge.args).for_each(|&arg| read(arg));
        }
        let mut seen: HashSet<(Value, Block)> = HashSet::default();
        while let Some((value, block)) = work.pop() {
            if !seen.insert((value, block)) {
                continue;
            }
            self.live[block.index()].push(value);
            for &pred in &self.predecessors[block.index()] {
                let there = match self.copies.get(&pred).and_then(|copy| copy.get(&value)) {
                    Some(&copied) => copied,
                    None => value,
                };
                if self.is_read_on_entry(there, pred) {
                    work.push((there, pred));
                }
            }
        }
    }

    /// What an open value is at the end of a block that has been placed.
    fn on_exit(&self, value: Value, block: Block) -> Value {
        let there = match self.copies.get(&block).and_then(|copy| copy.get(&value)) {
            Some(&copied) => copied,
            None => value,
        };
        if !self.is_read_on_entry(there, block) {
            return there;
        }
        self.on_entry[&(there, block)]
    }

    /// Decides what each value is on entry to each block. Returns the new parameters of blocks, by the values that they
    /// stand for.
    fn place(&mut self, order: &[Block]) -> HashMap<Block, Vec<Value>> {
        let mut position = vec![0; order.len()];
        order.iter().enumerate().for_each(|(n, block)| position[block.index()] = n);
        let mut merged: HashMap<Block, Vec<Value>> = HashMap::default();
        for &block in order {
            for value in std::mem::take(&mut self.live[block.index()]) {
                let preds = self.predecessors[block.index()].iter();
                let forward = preds.filter(|pred| position[pred.index()] < position[block.index()]);
                let mut incoming: SmallVec<[Value; 4]> = forward.map(|&pred| self.on_exit(value, pred)).collect();
                incoming.dedup();
                let here = match incoming.as_slice() {
                    &[only] => only,
                    _ => {
                        let param = self.graph.new_node(Op::Param, &[], block);
                        self.graph.blocks[block.index()].params.push(param);
                        merged.entry(block).or_default().push(value);
                        param
                    }
                };
                self.on_entry.insert((value, block), here);
            }
        }
        merged
    }

    fn rename(&mut self, order: &[Block]) {
        for &block in order.iter().filter(|block| self.reached[block.index()]) {
            let (open, on_entry) = (&self.open, &self.on_entry);
            // A value that is read in its own block is not live on entry to it.
            let renamed = |value: &mut Value| {
                if open.contains(value) {
                    *value = *on_entry.get(&(*value, block)).unwrap_or(value);
                }
            };
            for n in 0..self.graph.block(block).body.len() {
                let value = self.graph.block(block).body[n];
                self.graph.nodes[value.index()].args.iter_mut().for_each(renamed);
            }
            let term = &mut self.graph.blocks[block.index()].term;
            term.visit_operands_mut(renamed);
            term.edges_mut().flat_map(|edge| &mut edge.args).for_each(renamed);
        }
    }

    /// Passes the new parameters.
    fn pass(&mut self, order: &[Block], merged: &HashMap<Block, Vec<Value>>) {
        if merged.is_empty() {
            return;
        }
        for &block in order.iter().filter(|block| self.reached[block.index()]) {
            let further = |edge: &Edge| -> Vec<Value> {
                let values = merged.get(&edge.target).into_iter().flatten();
                values.map(|&value| self.on_exit(value, block)).collect()
            };
            let args: Vec<Vec<Value>> = self.graph.block(block).term.edges().map(further).collect();
            let edges = self.graph.blocks[block.index()].term.edges_mut();
            edges.into_iter().zip(args).for_each(|(edge, args)| edge.args.extend(args));
        }
    }
}
