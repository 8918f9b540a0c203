//! Where each vreg is live, where its next use is, and how many are live at once.
//!
//! Live-in and live-out sets of blocks map each live vreg to the position of its nearest use (Braun and Hack,
//! "Register Spilling and Live-Range Splitting for SSA-Form Programs", 2009). They come from one backward pass
//! over the acyclic graph and one forward pass that makes what is live into a loop header live in the
//! whole loop (Boissinot et al., "Computing Liveness Sets for SSA-Form Programs", 2011). Arguments of an edge are
//! read by the terminator; parameters are defined at the start of their block and not live into it.

use super::classes::{PerClass, classes};
use super::flow::Flow;
use super::livemap::{Map, Pool};
use super::operands::{Operands, defs, extra_registers, survivors, uses};
use crate::isa::{BlockId, Class, Func, RegSet, VReg};
use crate::lists::Lists;
use std::fmt::Write;

pub struct Liveness {
    globals: Globals,
    pool: Pool,
    live_in: Vec<Map>,
    live_out: Vec<Map>,
    ranges: Lists<VReg, Range>,
    /// For each block, how many more values are live at its worst place than fit.
    pub excess: Vec<PerClass<i64>>,
    /// How many values are live at the start of each block, parameters included.
    pub entry_count: Vec<PerClass<i64>>,
}

/// Positions from `start` up to `end`, exclusive.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Range {
    pub start: u32,
    pub end: u32,
}

/// Liveness of `func` for register sets of `allocatable`.
pub fn liveness(func: &Func<VReg>, flow: &Flow, operands: &Operands, allocatable: RegSet) -> Liveness {
    let globals = Globals::of(func, flow, operands);
    let mut pool = Pool::new(globals.vregs.len());
    let (mut live_in, mut live_out) = backward(func, flow, operands, &globals, &mut pool);
    let nearer_from = |block: BlockId, from: u32| {
        move |a: u32, b: u32| {
            if flow.distance(block, from, a) <= flow.distance(block, from, b) { a } else { b }
        }
    };
    let mut through = vec![Map::EMPTY; flow.loops.len()];
    for id in func.block_ids() {
        let Some(innermost) = flow.innermost[id.index()] else {
            continue;
        };
        let header = flow.loop_at(id);
        let around = if header.is_some() { flow.loops[innermost].parent } else { Some(innermost) };
        if let Some(l) = around {
            let nearer = nearer_from(id, flow.start(id));
            live_in[id.index()] = pool.union(live_in[id.index()], through[l], &nearer);
        }
        if header.is_some() {
            through[innermost] = live_in[id.index()];
        }
        let nearer = nearer_from(id, flow.end(id) - 1);
        live_out[id.index()] = pool.union(live_out[id.index()], through[innermost], &nearer);
    }
    let mut sweep = Sweep::new(func, flow, operands, allocatable);
    for id in func.block_ids().rev() {
        let next = live_in.get(id.index() + 1).copied().unwrap_or(Map::EMPTY);
        pool.difference(next, live_out[id.index()], &mut |key, only_next| {
            let v = globals.vregs[key as usize];
            if only_next {
                sweep.close(v, flow.end(id));
            } else {
                sweep.open(v, flow.end(id));
            }
        });
        sweep.block(id);
    }
    for &(v, _) in &func.entry {
        sweep.define(v, 0);
    }
    assert!(sweep.count.iter().all(|&count| count == 0), "a value is read that is not defined on every path");
    // They come in descending order.
    let ranges = Lists::new(sweep.ranges.iter().rev().copied(), func.vregs);
    let Sweep { excess, entry_count, .. } = sweep;
    Liveness { globals, pool, live_in, live_out, ranges, excess, entry_count }
}

impl Liveness {
    /// The position of the nearest use of `v` from the start of the block, if it is live there.
    pub fn next_use_in(&self, block: BlockId, v: VReg) -> Option<u32> {
        self.pool.get(self.live_in[block.index()], self.globals.key(v)?)
    }

    /// The position of the nearest use of `v` behind the block, if it is live there.
    pub fn next_use_out(&self, block: BlockId, v: VReg) -> Option<u32> {
        self.pool.get(self.live_out[block.index()], self.globals.key(v)?)
    }

    /// Where `v` is live, in ascending order. A value that nobody reads is live where it is written.
    pub fn ranges(&self, v: VReg) -> &[Range] {
        self.ranges.of(v)
    }

    /// One line per block and one per vreg.
    pub fn dump(&self, func: &Func<VReg>, flow: &Flow) -> String {
        let mut text = String::new();
        for id in func.block_ids() {
            let names = |map| {
                let vregs = self.pool.keys(map).into_iter().map(|key| self.globals.vregs[key as usize]);
                let names: Vec<String> = vregs.map(|v| v.to_string()).collect();
                names.join(" ")
            };
            let _ = writeln!(
                text,
                "block{} [{}, {}) frequency {:.3} in: {} out: {}",
                id.index(),
                flow.start(id),
                flow.end(id),
                flow.freq[id.index()],
                names(self.live_in[id.index()]),
                names(self.live_out[id.index()]),
            );
        }
        for v in (0..func.vregs).map(VReg::new) {
            let ranges = self.ranges(v).iter().map(|r| format!(" [{}, {})", r.start, r.end));
            let _ = writeln!(text, "{v}:{}", ranges.collect::<String>());
        }
        text
    }
}

/// The vregs that are read in another block than the one that defines them, with keys in ascending order. Of the others
/// no set of a block has any.
struct Globals {
    vregs: Vec<VReg>,
    /// The key of each vreg, or `LOCAL`.
    keys: Vec<u32>,
}

const LOCAL: u32 = u32::MAX;

impl Globals {
    fn of(func: &Func<VReg>, flow: &Flow, operands: &Operands) -> Globals {
        let mut home = vec![BlockId::ENTRY; func.vregs];
        let mut keys = vec![LOCAL; func.vregs];
        // Blocks come behind those that dominate them, so that every definition is met before its uses.
        for id in func.block_ids() {
            for &v in &func.block(id).params {
                home[v.index()] = id;
            }
            for &(v, role) in operands.of_block(flow, id) {
                if !role.is_use() {
                    home[v.index()] = id;
                } else if home[v.index()] != id {
                    keys[v.index()] = 0;
                }
            }
        }
        let mut vregs = Vec::new();
        for (index, key) in keys.iter_mut().enumerate().filter(|(_, key)| **key != LOCAL) {
            *key = u32::try_from(vregs.len()).expect("a function has fewer than 2^32 vregs");
            vregs.push(VReg::new(index));
        }
        Globals { vregs, keys }
    }

    fn key(&self, v: VReg) -> Option<u32> {
        Some(self.keys[v.index()]).filter(|&key| key != LOCAL)
    }
}

/// Live-in and live-out sets that ignore back edges.
fn backward(
    func: &Func<VReg>,
    flow: &Flow,
    operands: &Operands,
    globals: &Globals,
    pool: &mut Pool,
) -> (Vec<Map>, Vec<Map>) {
    let key = |v: VReg| globals.key(v);
    let mut live_in = vec![Map::EMPTY; func.blocks.len()];
    let mut live_out = vec![Map::EMPTY; func.blocks.len()];
    for id in func.block_ids().rev() {
        let block = func.block(id);
        let from = flow.end(id) - 1;
        let nearer = |a: u32, b: u32| {
            if flow.distance(id, from, a) <= flow.distance(id, from, b) { a } else { b }
        };
        let mut map = Map::EMPTY;
        for target in block.term.successors().filter(|&target| target > id) {
            map = pool.union(map, live_in[target.index()], &nearer);
        }
        live_out[id.index()] = map;
        pool.freeze();
        for index in (0..=block.insts.len()).rev() {
            let position = flow.position(id, index);
            let list = operands.at(position);
            for key in defs(list).filter_map(key) {
                map = pool.remove(map, key);
            }
            for key in uses(list).filter_map(key) {
                map = pool.insert(map, key, position);
            }
        }
        for key in block.params.iter().copied().filter_map(key) {
            map = pool.remove(map, key);
        }
        live_in[id.index()] = map;
        pool.freeze();
    }
    (live_in, live_out)
}

const CLOSED: u32 = u32::MAX;

/// A walk over all positions from the last to the first that knows what is live.
struct Sweep<'a> {
    func: &'a Func<VReg>,
    flow: &'a Flow,
    operands: &'a Operands,
    allocatable: RegSet,
    /// The end of the range of each live vreg.
    end: Vec<u32>,
    count: PerClass<i64>,
    /// How many values of each class fit.
    room: PerClass<i64>,
    classes: &'static [Class],
    ranges: Vec<(VReg, Range)>,
    excess: Vec<PerClass<i64>>,
    entry_count: Vec<PerClass<i64>>,
}

impl<'a> Sweep<'a> {
    fn new(func: &'a Func<VReg>, flow: &'a Flow, operands: &'a Operands, allocatable: RegSet) -> Sweep<'a> {
        let end = vec![CLOSED; func.vregs];
        let excess = vec![PerClass::new(|_| i64::MIN); func.blocks.len()];
        let entry_count = vec![PerClass::default(); func.blocks.len()];
        let room = PerClass::new(|class| allocatable.in_class(class).len() as i64);
        let (count, ranges, classes) = (PerClass::default(), Vec::new(), classes(func));
        Sweep { func, flow, operands, allocatable, end, count, room, classes, ranges, excess, entry_count }
    }

    fn is_open(&self, v: VReg) -> bool {
        self.end[v.index()] != CLOSED
    }

    fn open(&mut self, v: VReg, end: u32) {
        if !self.is_open(v) {
            self.end[v.index()] = end;
            self.count[self.func.class(v)] += 1;
        }
    }

    fn close(&mut self, v: VReg, start: u32) {
        self.ranges.push((v, Range { start, end: self.end[v.index()] }));
        self.end[v.index()] = CLOSED;
        self.count[self.func.class(v)] -= 1;
    }

    fn define(&mut self, v: VReg, start: u32) {
        self.open(v, start + 1);
        self.close(v, start);
    }

    fn block(&mut self, id: BlockId) {
        let (func, flow, operands) = (self.func, self.flow, self.operands);
        let block = func.block(id);
        let room = self.room;
        let mut excess = PerClass::new(|class| self.count[class] - room[class]);
        let position = flow.position(id, block.insts.len());
        operands.at(position).iter().for_each(|&(v, _)| self.open(v, position + 1));
        for (index, inst) in block.insts.iter().enumerate().rev() {
            let position = flow.position(id, index);
            let list = operands.at(position);
            for v in defs(list) {
                self.open(v, position + 3);
            }
            for &class in self.classes {
                excess[class] = excess[class].max(self.count[class] - room[class]);
            }
            for v in defs(list) {
                self.close(v, position + 2);
            }
            let kinds = operands.kinds(position);
            // Elsewhere as many fit as before.
            if kinds.fixed {
                for &class in self.classes {
                    let survivors = survivors(inst, list, kinds, self.allocatable.in_class(class)) as i64;
                    excess[class] = excess[class].max(self.count[class] - survivors);
                }
            }
            let extra = extra_registers(func, inst, list, kinds, |v| self.is_open(v));
            for v in uses(list) {
                self.open(v, position + 1);
            }
            for &class in self.classes {
                excess[class] = excess[class].max(self.count[class] + extra[class] as i64 - room[class]);
            }
        }
        let start = flow.start(id);
        for &v in &block.params {
            self.open(v, start + 1);
        }
        self.entry_count[id.index()] = self.count;
        for &v in &block.params {
            self.close(v, start);
        }
        self.excess[id.index()] = excess;
    }
}
