//! Checks in loops.
//!
//! In a loop whose address x grows by d each time around, and whose test sends it around T more times, x passes the limit
//! L in none of these rounds if x ≤ L at the start and T ≤ (L - x) / d, or T ≤ x / -d where it falls, all in unsigned
//! numbers: a sum that wraps around passes the limit first. So the check is made before the loop (`entry`):
//!
//! - If the loop has no effect and no other exit, it traps at once.
//! - Else, where the check precedes every effect of a round, the loop's bound is moved: the loop ends before the round
//!   that would trap, and what stands behind its latch traps if it ended early.
//! - Else, and where a check only follows from a stricter one, a copy of the loop with all checks runs instead, or goes on
//!   where the bound has been moved (`versions`).

use super::entry::Entry;
use super::induction::{Induction, Test};
use super::{check, is_effect, versions};
use crate::hash::{HashMap, HashSet};
use crate::options::Optimize;
use crate::select::flow::{Flow, flow};
use crate::select::ir::{Block, Graph, Value};
use crate::select::known;
use crate::select::repair::{Copies, repair};

/// How often a loop goes around, where its test is its only exit and where it is not.
const ROUNDS: u32 = 8;
const ROUNDS_OF_SEARCH: u32 = 6;

/// What a check in a loop takes, what is taken before it for each pointer that moves, and for moving the bound.
const CYCLES: u32 = 2;
const CYCLES_BEFORE: u32 = 6;
const CYCLES_OF_BOUND: u32 = 8;

/// A loop around no other one, with one way back.
pub struct Loop {
    /// Ascending, the header first and the latch last.
    pub blocks: Vec<Block>,
    pub latch: Block,
}

impl Loop {
    pub fn header(&self) -> Block {
        self.blocks[0]
    }

    pub fn contains(&self, block: Block) -> bool {
        self.blocks.binary_search(&block).is_ok()
    }
}

/// The blocks that have been made.
#[derive(Default)]
pub struct Made {
    pub before: HashMap<Block, Vec<Block>>,
    /// Behind a latch.
    pub behind: HashMap<Block, Vec<Block>>,
    /// For each block, those that may now lead where it led.
    pub leading: HashMap<Block, Vec<Block>>,
    /// What copies have in the place of values of their loops.
    pub copies: Copies,
}

/// Moves checks out of innermost loops. Returns the new order of the blocks if there are more now.
pub fn hoist(graph: &mut Graph, optimize: Optimize) -> Option<Vec<Block>> {
    if !graph.has_loops() {
        return None;
    }
    let flow = flow(graph);
    let mut order = Order::new(graph);
    let mut made = Made::default();
    let found = loops(graph, &flow);
    let bits = if optimize == Optimize::Speed && !found.is_empty() { known::bits(graph, &flow) } else { Vec::new() };
    for found in found {
        let induction = Induction { graph, flow: &flow, found: &found };
        let versions = if optimize == Optimize::Speed { versions::plan(&induction, &bits) } else { None };
        if let Some(versions) = versions {
            versions::apply(graph, &flow, &found, &versions, &mut made);
            order.move_behind(&found);
        } else if let Some(plan) = plan(&Induction { graph, flow: &flow, found: &found }, optimize) {
            let mut entry = Entry::new(graph, &flow, &found, &made);
            let exit = entry.make(&plan);
            entry.finish(&plan);
            let entry = entry.block;
            made.before.insert(found.header(), vec![entry]);
            made.behind.insert(found.latch, exit.into_iter().collect());
            made.leading.insert(found.latch, exit.into_iter().collect());
        }
    }
    if made.before.is_empty() {
        return None;
    }
    let Made { mut before, mut behind, copies, .. } = made;
    let around = |block: Block| {
        let (before, behind) = (before.remove(&block), behind.remove(&block));
        before.unwrap_or_default().into_iter().chain([block]).chain(behind.unwrap_or_default())
    };
    let order: Vec<Block> = order.blocks.into_iter().flat_map(around).collect();
    if !copies.is_empty() {
        repair(graph, &order, &copies);
    }
    Some(order)
}

/// The order in which blocks are going to stand.
struct Order {
    blocks: Vec<Block>,
    /// Where each block is in `blocks`.
    places: Vec<usize>,
}

impl Order {
    fn new(graph: &Graph) -> Order {
        Order { blocks: graph.block_ids().collect(), places: (0..graph.blocks.len()).collect() }
    }

    /// Moves what stands between the blocks of a loop behind them.
    fn move_behind(&mut self, found: &Loop) {
        let (first, last) = (self.places[found.header().index()], self.places[found.latch.index()]);
        self.blocks[first..=last].sort_by_key(|&block| !found.contains(block));
        (first..=last).for_each(|place| self.places[self.blocks[place].index()] = place);
    }
}

/// The loops with a check that contain no other one.
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
pub struct Moving {
    pub trap: Value,
    pub pointer: Value,
    pub limit: Value,
    /// What is added to the pointer each time around.
    pub step: i32,
}

pub struct Plan {
    pub test: Test,
    pub checks: Vec<Moving>,
    /// Whether the loop has no effect and no other exit than its test.
    pub pure: bool,
}

/// The checks that move without a copy of the loop.
pub fn exact(induction: &Induction<'_>) -> Vec<Value> {
    plan(induction, Optimize::Speed).map_or_else(Vec::new, |plan| plan.checks.iter().map(|check| check.trap).collect())
}

/// Whether it takes fewer cycles to move a loop's bound because of checks, counted in halves for every round, of so many
/// pointers.
pub fn pays(has_other_exits: bool, halves: u32, pointers: u32) -> bool {
    let rounds = if has_other_exits { ROUNDS_OF_SEARCH } else { ROUNDS };
    halves * CYCLES * rounds > 2 * (pointers * CYCLES_BEFORE + CYCLES_OF_BOUND)
}

fn plan(induction: &Induction<'_>, optimize: Optimize) -> Option<Plan> {
    let Induction { graph, flow, found } = *induction;
    let test = induction.test().filter(|test| test.divides)?;
    let quiet = |&block: &Block| !graph.block(block).body.iter().any(|&value| is_effect(graph, value));
    let other_exits = induction.has_other_exits();
    let pure = found.blocks.iter().all(quiet) && !other_exits;
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
    let mut checks: Vec<Moving> = candidates.into_iter().filter_map(moving).collect();
    let steps = checks.iter().filter(|check| check.step != 0).count() as u32;
    if !pure && other_exits && (optimize == Optimize::Size || !pays(other_exits, 2 * steps, steps)) {
        checks.retain(|check| check.step == 0);
    }
    (!checks.is_empty()).then_some(Plan { test, checks, pure })
}
