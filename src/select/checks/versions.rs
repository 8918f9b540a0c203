//! Loops in two versions: one without checks that follow from what is true before the loop, and a copy with all of
//! them, which hardly ever runs.
//!
//! Of a loop's checks those are covered whose address is x + b with b between two constants, where x stays the same or
//! grows by a constant each time around. If x plus the least of them passes the strictest limit before the loop, the copy
//! runs from the start. Else it goes on from the first round in which x can pass it: the bound of the loop is moved so that
//! it ends before, and where it has ended early the copy starts; where the step does not divide the way to the bound, the
//! copy runs from the start, too. Either way a check that traps does so in the copy, in its place.

use super::check;
use super::entry::Entry;
use super::hoist::{Loop, Made, exact, pays};
use super::induction::{Induction, Test};
use crate::hash::{HashMap, HashSet};
use crate::isa::Cond;
use crate::select::flow::Flow;
use crate::select::ir::{BinOp, Block, BlockData, Edge, Graph, Op, Term, Value};
use crate::select::known::below;

/// Nodes that a loop may have.
const NODES: usize = 120;

/// Blocks that a loop may have.
const BLOCKS: usize = 24;

/// How deep sums are looked into.
const DEPTH: u32 = 3;

/// How far an index may lead away from what it is added to.
const SPREAD: u32 = 1 << 16;

/// Checks of one pointer that follow from one condition.
struct Group {
    root: Value,
    /// What is added to the root each time around.
    step: i32,
    /// The least constant that is added, and a limit of that sum.
    constant: i32,
    limit: u32,
    checks: Vec<Value>,
}

pub struct Versions {
    /// Where the bound moves.
    test: Option<Test>,
    groups: Vec<Group>,
}

/// What a sum consists of.
#[derive(Default)]
struct Sum {
    root: Option<Value>,
    constant: u32,
    /// The most that indices add.
    spread: u32,
}

struct Planning<'p> {
    induction: &'p Induction<'p>,
    /// Bits that can be 1 in each value.
    bits: &'p [u32],
}

impl Planning<'_> {
    /// Adds the summands of a value.
    fn add(&self, sum: &mut Sum, value: Value, depth: u32) -> Option<()> {
        let graph = self.induction.graph;
        if let Some(c) = graph.constant(value) {
            sum.constant = sum.constant.wrapping_add(c);
            return Some(());
        }
        let node = graph.node(value);
        let by_constant = || graph.constant(node.args[1]).is_some();
        if node.op == Op::Binary(BinOp::Add) && depth > 0 && (by_constant() || self.induction.step(value).is_none()) {
            self.add(sum, node.args[0], depth - 1)?;
            return self.add(sum, node.args[1], depth - 1);
        }
        if self.induction.step(value).is_some() {
            return sum.root.replace(value).is_none().then_some(());
        }
        let most = below(self.bits[value.index()]);
        sum.spread = sum.spread.checked_add(most).filter(|&spread| spread < SPREAD)?;
        Some(())
    }

    /// Adds a check to its group, if it is covered.
    fn cover(&self, groups: &mut Vec<Group>, trap: Value) -> Option<()> {
        let graph = self.induction.graph;
        let (pointer, limit) = check(graph, trap)?;
        let limit = graph.constant(limit)?;
        let mut sum = Sum::default();
        self.add(&mut sum, pointer, DEPTH)?;
        let root = sum.root?;
        let step = self.induction.step(root)?.cast_signed();
        let constant = sum.constant.cast_signed();
        let limit = limit.checked_sub(sum.spread)?;
        let checks = vec![trap];
        let Some(group) = groups.iter_mut().find(|group| group.root == root) else {
            groups.push(Group { root, step, constant, limit, checks });
            return Some(());
        };
        let least = constant.min(group.constant);
        let reduced = |constant: i32, limit: u32| limit.checked_sub(constant.wrapping_sub(least).cast_unsigned());
        let limit = reduced(constant, limit)?.min(reduced(group.constant, group.limit)?);
        (group.constant, group.limit) = (least, limit);
        group.checks.extend(checks);
        Some(())
    }
}

/// The versions of a loop, if they are worth it.
pub fn plan(induction: &Induction<'_>, bits: &[u32]) -> Option<Versions> {
    let Induction { graph, flow, found } = *induction;
    let size: usize = found.blocks.iter().map(|&block| graph.block(block).body.len()).sum();
    if size > NODES || found.blocks.len() > BLOCKS {
        return None;
    }
    let stays = |&value: &Value| matches!(graph.op(value), Op::Call(_) | Op::SetStack | Op::FrameTop | Op::Argument(_));
    let nodes = || found.blocks.iter().flat_map(|&block| &graph.block(block).body);
    if nodes().any(stays) {
        return None;
    }
    let planning = Planning { induction, bits };
    let mut groups: Vec<Group> = Vec::new();
    for &trap in nodes() {
        let _ = planning.cover(&mut groups, trap);
    }
    // In halves: what does not stand on every way through the loop counts half.
    let often = |trap: &Value| 1 + u32::from(flow.dominates(graph.node(*trap).block, found.latch));
    let moving = || groups.iter().filter(|group| group.step != 0);
    let halves = moving().flat_map(|group| &group.checks).map(often).sum();
    let test = induction.test().filter(|_| pays(induction.has_other_exits(), halves, moving().count() as u32));
    if test.is_none() {
        groups.retain(|group| group.step == 0);
    }
    let test = test.filter(|_| groups.iter().any(|group| group.step != 0));
    let exact: HashSet<Value> = exact(induction).into_iter().collect();
    let more = groups.iter().flat_map(|group| &group.checks).any(|trap| !exact.contains(trap));
    more.then_some(Versions { test, groups })
}

/// Makes the versions of a loop.
pub fn apply(graph: &mut Graph, flow: &Flow, found: &Loop, versions: &Versions, made: &mut Made) {
    let copies = copy(graph, flow, found, made);
    let slow = |args: &[Value]| Edge { target: copies[0], args: args.to_vec() };
    let mut entry = Entry::new(graph, flow, found, made);
    let params = entry.graph.block(entry.block).params.clone();
    let mut before = Vec::new();
    let mut pointers = Vec::new();
    for group in &versions.groups {
        let root = entry.at_first(group.root);
        let constant = entry.constant(group.constant.cast_unsigned());
        let pointer = if group.constant == 0 { root } else { entry.binary(BinOp::Add, root, constant) };
        let limit = entry.constant(group.limit);
        let past = entry.node(Op::Compare(Cond::Hi), &[pointer, limit]);
        pointers.push((pointer, limit));
        before.push(entry.go_on_unless(past, slow(&params)));
    }
    if let Some(test) = versions.test.as_ref().filter(|test| !test.divides) {
        let part = entry.part_of_step(test);
        before.push(entry.go_on_unless(part, slow(&params)));
    }
    let mut exit = None;
    if let Some(test) = &versions.test {
        let rounds = entry.rounds(test);
        let mut least = None;
        for (group, &(pointer, limit)) in versions.groups.iter().zip(&pointers) {
            if let Some(room) = entry.room(pointer, limit, group.step) {
                least = Some(entry.lesser(least, room));
            }
        }
        let room = least.expect("where the bound moves, some pointer does");
        let bound = entry.move_bound(test, room, rounds);
        let (block, early, back, out) = entry.new_exit(test, bound);
        entry.graph.blocks[block.index()].term = Term::Branch { cond: early, then: slow(&back.args), otherwise: out };
        exit = Some(block);
    }
    entry.drop_checks(&versions.groups.iter().flat_map(|group| &group.checks).copied().collect());
    before.push(entry.end(params));
    made.before.insert(found.header(), before);
    made.leading.entry(found.latch).or_default().extend(exit);
    made.behind.insert(found.latch, exit.into_iter().chain(copies).collect());
}

/// Copies a loop. Returns the blocks in the order of the loop's.
fn copy(graph: &mut Graph, flow: &Flow, found: &Loop, made: &mut Made) -> Vec<Block> {
    let first = graph.blocks.len();
    let copies: Vec<Block> = (first..first + found.blocks.len()).map(Block::new).collect();
    let mut map: HashMap<Value, Value> = HashMap::default();
    for (&block, &copy) in found.blocks.iter().zip(&copies) {
        let data = graph.block(block).clone();
        let params = data.params.iter().map(|_| graph.new_node(Op::Param, &[], copy)).collect::<Vec<_>>();
        map.extend(data.params.iter().copied().zip(params.iter().copied()));
        let mut body = Vec::with_capacity(data.body.len());
        for value in data.body {
            let node = graph.node(value).clone();
            let args: Vec<Value> = node.args.iter().map(|arg| *map.get(arg).unwrap_or(arg)).collect();
            body.push(graph.new_node(node.op, &args, copy));
            map.insert(value, body[body.len() - 1]);
        }
        graph.blocks.push(BlockData { params, body, term: data.term, cold: true });
        made.leading.entry(block).or_default().push(copy);
    }
    let renamed = |value: &mut Value| *value = *map.get(value).unwrap_or(value);
    for (&block, &copy) in found.blocks.iter().zip(&copies) {
        let term = &mut graph.blocks[copy.index()].term;
        term.visit_operands_mut(renamed);
        let mut leaves = false;
        for edge in term.edges_mut() {
            edge.args.iter_mut().for_each(renamed);
            match found.blocks.binary_search(&edge.target) {
                Ok(n) => edge.target = copies[n],
                Err(_) => leaves = true,
            }
        }
        if leaves {
            let there = |value: Value| flow.dominates(graph.node(value).block, block);
            let values = map.iter().map(|(&value, &copied)| (value, copied));
            made.copies.insert(copy, values.filter(|&(value, _)| there(value)).collect());
        }
    }
    copies
}
