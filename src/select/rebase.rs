//! Sums that take the place of what they count from.
//!
//! ```text
//!     s = x + 4   … [x, #4] … x + 12          … s = x + 4   … [s] … s + 8
//! ```
//!
//! Where a loop makes the sum of a value and a constant and reads both afterwards, two registers hold what one could, and the
//! sum cannot be made in the value's own: where the sum is what the value is next time around, that takes a move in each round.
//! So a sum stands behind the last reader of its value that comes before its own readers, and what reads the value behind the
//! sum counts from the sum, where all do: accesses, by their offsets, and sums with constants.

use super::flow::{Flow, flow};
use super::ir::{Block, Graph, Op, Value};
use super::users::{User, Users, users};
use crate::isa::{ModImm, Offset};
use bitvec::vec::BitVec;
use smallvec::SmallVec;

/// How many readers a value may have.
const READERS: usize = 12;

/// How far a sum moves.
const WINDOW: usize = 64;

/// How many blocks a value may be live in besides those that the sum comes before.
const SPREAD: usize = 32;

/// Rewrites a graph in its final form: no fold may take the sums apart again.
pub fn rebase(graph: &mut Graph) {
    if !graph.has_loops() {
        return;
    }
    let (flow, users) = (flow(graph), users(graph));
    let mut place = vec![0; graph.nodes.len()];
    for block in &graph.blocks {
        block.body.iter().enumerate().for_each(|(n, value)| place[value.index()] = n);
    }
    let seen = BitVec::repeat(false, graph.blocks.len());
    let mut state = Rebase { graph, flow, users, place, seen };
    for block in state.graph.block_ids().filter(|block| state.flow.header[block.index()].is_some()).collect::<Vec<_>>()
    {
        for value in state.graph.block(block).body.clone() {
            if let Some(plan) = state.plan(block, value) {
                state.apply(block, value, &plan);
            }
        }
    }
}

struct Rebase<'g> {
    graph: &'g mut Graph,
    flow: Flow,
    users: Vec<Users>,
    /// Where each node stands in its block.
    place: Vec<usize>,
    /// Blocks that a walk has seen; none between walks.
    seen: BitVec,
}

struct Plan {
    by: i32,
    /// Where the sum comes to stand.
    at: usize,
    /// The value's readers behind it.
    behind: SmallVec<[Value; 4]>,
}

impl Rebase<'_> {
    /// The place of a reader in a block, if it stands there.
    fn place_in(&self, block: Block, user: &User) -> Option<usize> {
        match *user {
            User::Node(node) if self.graph.node(node).block == block => Some(self.place[node.index()]),
            _ => None,
        }
    }

    /// Where the reader's code stands: a sum that only an access needs may become a part of that.
    fn covered_in(&self, block: Block, user: &User) -> Option<usize> {
        let place = self.place_in(block, user)?;
        let User::Node(node) = *user else { return None };
        match *self.users[node.index()] {
            [only] => Some(self.place_in(block, &only).unwrap_or(place)),
            _ => Some(place),
        }
    }

    fn plan(&mut self, block: Block, sum: Value) -> Option<Plan> {
        let (value, by) = self.graph.as_sum(sum)?;
        let readers = &self.users[value.index()];
        let home = self.flow.header[self.graph.node(value).block.index()];
        let fits = (2..=READERS).contains(&readers.len()) && self.users[sum.index()].len() <= READERS;
        if !fits || home != self.flow.header[block.index()] {
            return None;
        }
        let end = self.graph.block(block).body.len();
        let first = self.users[sum.index()].iter().filter_map(|user| self.place_in(block, user)).min().unwrap_or(end);
        let before = readers.iter().filter_map(|user| self.covered_in(block, user)).filter(|&place| place < first);
        let from = self.place[sum.index()];
        let at = before.fold(from, usize::max);
        if at > from + WINDOW {
            return None;
        }
        let mut behind = SmallVec::new();
        let mut elsewhere: SmallVec<[Block; 4]> = SmallVec::new();
        for user in readers {
            match *user {
                User::Node(node) if node == sum => {}
                User::Node(node) => {
                    let its = self.graph.node(node).block;
                    if self.place_in(block, user).is_some_and(|place| place <= at) {
                        self.covered_in(block, user).filter(|&place| place <= at)?;
                        continue;
                    }
                    match self.flow.dominates(block, its) {
                        true => behind.push(node),
                        false => elsewhere.push(its),
                    }
                }
                User::Argument { pred, .. } => elsewhere.push(pred),
                User::Operand(block) => elsewhere.push(block),
            }
        }
        let rewritable = behind.iter().all(|&node| self.recounted(node, value, by).is_some());
        let changes = at != from || !behind.is_empty();
        (changes && rewritable && self.is_dead_behind(block, value, elsewhere)).then_some(Plan { by, at, behind })
    }

    /// The offset or summand with which a node counts from the sum.
    fn recounted(&self, node: Value, value: Value, by: i32) -> Option<i32> {
        let args = &self.graph.node(node).args;
        match self.graph.op(node) {
            Op::Load(access) | Op::Store(access) if args[0] == value && !args[1..].contains(&value) => {
                let offset = access.offset.checked_sub(by)?;
                Offset::new(offset).map(|_| offset)
            }
            _ => {
                let (_, constant) = self.graph.as_sum(node)?;
                let constant = constant.checked_sub(by).filter(|&constant| constant != 0)?;
                ModImm::new(constant.unsigned_abs()).map(|_| constant)
            }
        }
    }

    /// Whether a value that these blocks read is not live at the end of this one.
    fn is_dead_behind(&mut self, block: Block, value: Value, readers: SmallVec<[Block; 4]>) -> bool {
        let home = self.graph.node(value).block;
        let mut work = readers;
        let mut visited: SmallVec<[Block; 16]> = SmallVec::new();
        let mut dead = true;
        while let Some(live) = work.pop() {
            dead &= live != block && visited.len() < SPREAD;
            if live == home || !dead || self.seen.replace(live.index(), true) {
                continue;
            }
            visited.push(live);
            work.extend(self.flow.predecessors[live.index()].iter().copied());
        }
        visited.iter().for_each(|block| self.seen.set(block.index(), false));
        dead
    }

    fn apply(&mut self, block: Block, sum: Value, plan: &Plan) {
        let (value, _) = self.graph.as_sum(sum).expect("planned as a sum");
        let body = &mut self.graph.blocks[block.index()].body;
        let from = self.place[sum.index()];
        body[from..=plan.at].rotate_left(1);
        for (n, moved) in body.iter().enumerate().take(plan.at + 1).skip(from) {
            self.place[moved.index()] = n;
        }
        for &node in &plan.behind {
            let counted = self.recounted(node, value, plan.by).expect("planned so");
            match &mut self.graph.nodes[node.index()].op {
                Op::Load(access) | Op::Store(access) => access.offset = counted,
                _ => {
                    let constant = self.graph.new_node(Op::Const(counted.cast_unsigned()), &[], Block::ENTRY);
                    self.graph.nodes[node.index()].args[1] = constant;
                    self.users.push(SmallVec::new());
                    self.place.push(0);
                }
            }
            self.graph.nodes[node.index()].args[0] = sum;
            self.users[sum.index()].push(User::Node(node));
        }
        self.users[value.index()].retain(|user| !matches!(user, User::Node(node) if plan.behind.contains(node)));
    }
}
