//! Where spilled values are stored, and which slot they have.
//!
//! A value is stored once. In SSA form any place works that every reload is dominated by and where the value is in
//! a register: right behind its definition, or the start of a block that runs more rarely, so that an early
//! exit does not pay for what only a slow path reloads.
//!
//! The members of a web share a slot: a parameter that arrives in memory finds its argument there. Slots of
//! different webs are coloured as intervals from the first to the last position of their spilled members.

use super::flow::{Flow, meet};
use super::liveness::Liveness;
use super::plan::{Action, ActionKind, Plan, Site, rematerialisation};
use super::webs::{Webs, argument};
use crate::isa::{BlockId, Func, VReg};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

/// How far up the dominator tree a place for a store is looked for.
const STEPS: usize = 200;

/// Adds the stores to the plan and gives slots to all vregs that are ever in memory.
pub fn place(func: &Func<VReg>, flow: &Flow, liveness: &Liveness, webs: &Webs, plan: &mut Plan) {
    let needs = memory_needs(func, flow, webs, plan);
    for (index, need) in needs.iter().enumerate() {
        if let Need::Stored(reads) = *need {
            let v = VReg::new(index);
            let Site { block, index } = store_site(flow, plan, v, reads);
            let action = Action { index, kind: ActionKind::Store, vreg: v };
            plan.blocks[block.index()].actions.push(action);
        }
    }
    for block in &mut plan.blocks {
        block.actions.sort_unstable();
    }
    colour(liveness, webs, &needs, plan);
}

/// How a vreg comes to be in memory.
#[derive(Copy, Clone, PartialEq, Debug)]
enum Need {
    Never,
    /// A parameter that every edge writes to the slot.
    Arrives,
    /// Stored; the block dominates all places that rely on it.
    Stored(BlockId),
}

fn memory_needs(func: &Func<VReg>, flow: &Flow, webs: &Webs, plan: &Plan) -> Vec<Need> {
    let mut needs = vec![Need::Never; func.vregs];
    for id in func.block_ids() {
        for &param in &plan.blocks[id.index()].memory_params {
            needs[func.block(id).params[param as usize].index()] = Need::Arrives;
        }
    }
    let read = |needs: &mut Vec<Need>, v: VReg, at: BlockId| {
        if rematerialisation(func, &plan.site, v).is_some() {
            return;
        }
        needs[v.index()] = match needs[v.index()] {
            Need::Never => Need::Stored(at),
            Need::Arrives => Need::Arrives,
            Need::Stored(before) => Need::Stored(meet(&flow.idom, before, at, STEPS)),
        };
    };
    // The last block at whose end each vreg was found in a register.
    let mut held: Vec<Option<BlockId>> = vec![None; func.vregs];
    for id in func.block_ids() {
        for action in &plan.blocks[id.index()].actions {
            if action.kind == ActionKind::Reload {
                read(&mut needs, action.vreg, id);
            }
        }
        for &pred in &flow.preds[id.index()] {
            plan.blocks[pred.index()].exit.iter().for_each(|v| held[v.index()] = Some(pred));
            for source in edge_sources(func, plan, pred, id) {
                if held[source.index()] != Some(pred) {
                    read(&mut needs, source, pred);
                }
            }
        }
    }
    // A register argument that is in memory anyway is left where its parameter expects it.
    for id in func.block_ids() {
        for &param in &plan.blocks[id.index()].memory_params {
            let v = func.block(id).params[param as usize];
            for &pred in &flow.preds[id.index()] {
                let arg = argument(func, pred, param as usize);
                if needs[arg.index()] != Need::Never && webs.of(arg) == webs.of(v) {
                    read(&mut needs, arg, pred);
                }
            }
        }
    }
    needs
}

/// The vregs whose values the edge carries.
fn edge_sources(func: &Func<VReg>, plan: &Plan, pred: BlockId, id: BlockId) -> impl Iterator<Item = VReg> {
    let block = &plan.blocks[id.index()];
    let params = block.register_params.iter().chain(&block.memory_params);
    let args = params.map(move |&param| argument(func, pred, param as usize));
    args.chain(plan.live_through(id))
}

/// The cheapest place for the store of `v`, which must dominate the block `reads`.
fn store_site(flow: &Flow, plan: &Plan, v: VReg, reads: BlockId) -> Site {
    let site = plan.site[v.index()];
    let mut best = site;
    let mut block = reads;
    for _ in 0..STEPS {
        if block == site.block || block == BlockId::ENTRY {
            break;
        }
        let cheaper = flow.freq[block.index()] < 0.99 * flow.freq[best.block.index()];
        if cheaper && plan.is_held_at_start(block, v) {
            best = Site { block, index: 0 };
        }
        block = flow.idom[block.index()];
    }
    best
}

/// Gives each web with members in memory a slot, free ones with low numbers first.
fn colour(liveness: &Liveness, webs: &Webs, needs: &[Need], plan: &mut Plan) {
    let mut hulls: BTreeMap<VReg, (u32, u32)> = BTreeMap::new();
    let members = || (0..needs.len()).filter(|&index| needs[index] != Need::Never).map(VReg::new);
    for v in members() {
        let ranges = liveness.ranges(v);
        let (first, last) = (ranges[0].start, ranges[ranges.len() - 1].end);
        let hull = hulls.entry(webs.of(v)).or_insert((first, last));
        *hull = (hull.0.min(first), hull.1.max(last));
    }
    let mut order: Vec<(u32, u32, VReg)> = hulls.into_iter().map(|(web, (start, end))| (start, end, web)).collect();
    order.sort_unstable();
    let mut slot_of: BTreeMap<VReg, u32> = BTreeMap::new();
    let mut active: BinaryHeap<Reverse<(u32, u32)>> = BinaryHeap::new();
    let mut free: BinaryHeap<Reverse<u32>> = BinaryHeap::new();
    for (start, end, web) in order {
        while let Some(&Reverse((over, slot))) = active.peek() {
            if over > start {
                break;
            }
            active.pop();
            free.push(Reverse(slot));
        }
        let slot = match free.pop() {
            Some(Reverse(slot)) => slot,
            None => {
                plan.slots += 1;
                plan.slots - 1
            }
        };
        active.push(Reverse((end, slot)));
        slot_of.insert(web, slot);
    }
    for v in members() {
        plan.slot[v.index()] = slot_of.get(&webs.of(v)).copied();
    }
}
