//! Inserted moves and stores whose result nobody reads vanish.
//!
//! Spilling decides for whole loops and for joins, so now and then it brings a value into a register that
//! leaves again on every path before it is read. Liveness of registers over the placed
//! function finds these: a word of bits per block, iterated backwards to a fixed point.
//!
//! By the same liveness copies on the way around a loop move before its branch.

use super::moves::MoveOp;
use super::placed::{Placed, PlacedBlock, Step};
use crate::isa::{Class, Inst, Reg, RegSet, Term};

/// Removes inserted moves into registers that are dead behind them and stores to slots that are never
/// loaded, and counts the slots that are left.
pub fn tidy(placed: &mut Placed) {
    let count = placed.blocks.len();
    let mut live_in = vec![RegSet::EMPTY; count];
    // What was live behind each block when it was looked at last.
    let mut behind: Vec<Option<RegSet>> = vec![None; count];
    let mut changed = true;
    while changed {
        changed = false;
        for index in (0..count).rev() {
            let block = &placed.blocks[index];
            let mut live = live_out(block, &live_in);
            if behind[index].replace(live) == Some(live) {
                continue;
            }
            block.steps.iter().rev().for_each(|step| before(step, &mut live));
            changed |= live != live_in[index];
            live_in[index] = live;
        }
    }
    // Marks of a block's steps.
    let mut keep: Vec<bool> = Vec::new();
    for block in &mut placed.blocks {
        let mut live = live_out(block, &live_in);
        keep.clear();
        keep.resize(block.steps.len(), true);
        for (step, keep) in block.steps.iter().zip(&mut keep).rev() {
            *keep = target(step).is_none_or(|reg| live.contains(reg));
            if *keep {
                before(step, &mut live);
            }
        }
        if keep.contains(&false) {
            let mut keep = keep.iter();
            block.steps.retain(|_| *keep.next().expect("one mark per step"));
        }
    }
    copy_before_branches(placed, &live_in);
    let mut loaded = vec![false; placed.slots as usize];
    for step in placed.blocks.iter().flat_map(|block| &block.steps) {
        if let Step::Move(MoveOp::Load { slot, .. }) = *step {
            loaded[slot as usize] = true;
        }
    }
    let is_read = |step: &Step| match *step {
        Step::Move(MoveOp::Store { slot, .. }) => loaded[slot as usize],
        Step::Move(MoveOp::Copy { .. } | MoveOp::Swap { .. } | MoveOp::Load { .. } | MoveOp::Remat { .. }) => true,
        Step::Inst { .. } => true,
    };
    for block in placed.blocks.iter_mut().filter(|block| !block.steps.iter().all(is_read)) {
        block.steps.retain(is_read);
    }
    let last = (0..placed.slots).rev().find(|&slot| loaded[slot as usize]);
    placed.slots = last.map_or(0, |slot| slot + 1);
}

/// What a removable step writes: an inserted one, or one that builds a value which is built again wherever it is read.
fn target(step: &Step) -> Option<Reg> {
    match *step {
        Step::Move(MoveOp::Copy { to, .. } | MoveOp::Load { to, .. } | MoveOp::Remat { to, .. }) => Some(to),
        Step::Inst { inst: Inst::Const { rd, .. } | Inst::StackAddr { rd, .. }, .. } => Some(rd),
        Step::Move(MoveOp::Swap { .. } | MoveOp::Store { .. }) | Step::Inst { .. } => None,
    }
}

/// How many copies are made before a branch that may not need them.
const EARLY_COPIES: usize = 3;

/// Where a block branches back to a loop by way of a block that only copies registers, and the copies hurt nobody on the
/// other way, they are made before the branch, which then goes back itself.
fn copy_before_branches(placed: &mut Placed, live_in: &[RegSet]) {
    let mut sources = vec![0u32; placed.blocks.len()];
    placed.blocks.iter().flat_map(|block| block.term.successors()).for_each(|target| sources[target.index()] += 1);
    for index in 0..placed.blocks.len() {
        let ways = match &placed.blocks[index].term {
            Term::Branch { then, otherwise, .. } => [then.target, otherwise.target],
            Term::BranchZero { zero, nonzero, .. } => [zero.target, nonzero.target],
            _ => continue,
        };
        for (way, other) in [(ways[0], ways[1]), (ways[1], ways[0])] {
            let Term::Jump(back) = &placed.blocks[way.index()].term else { continue };
            if back.target.index() > index || sources[way.index()] != 1 || way == other {
                continue;
            }
            let mut busy = live_in[other.index()];
            placed.blocks[index].term.visit(|reg, _| busy.insert(reg));
            let copies = &placed.blocks[way.index()].steps;
            let harmless = |step: &Step| match *step {
                Step::Move(MoveOp::Copy { to, from }) => {
                    !busy.contains(to) && [to, from].iter().all(|reg| reg.class() == Class::Core)
                }
                _ => false,
            };
            if copies.len() <= EARLY_COPIES && copies.iter().all(harmless) {
                let copies = std::mem::take(&mut placed.blocks[way.index()].steps);
                if sources[other.index()] == 1 {
                    forget_repeated(&mut placed.blocks[other.index()].steps, &copies);
                }
                placed.blocks[index].steps.extend(copies);
                break;
            }
        }
    }
}

/// Removes the copies with which a block begins as far as they have been made right before it.
fn forget_repeated(steps: &mut Vec<Step>, made: &[Step]) {
    let as_copy = |step: &Step| match *step {
        Step::Move(MoveOp::Copy { to, from }) => Some((to, from)),
        _ => None,
    };
    // What is still the same: neither register has been written since.
    let mut same: Vec<(Reg, Reg)> = Vec::new();
    for (to, from) in made.iter().filter_map(as_copy) {
        same.retain(|&(a, b)| a != to && b != to);
        same.push((to, from));
    }
    let beginning = steps.iter().take_while(|&step| as_copy(step).is_some_and(|copy| same.contains(&copy))).count();
    steps.drain(..beginning);
}

fn live_out(block: &PlacedBlock, live_in: &[RegSet]) -> RegSet {
    let mut live = RegSet::EMPTY;
    for target in block.term.successors() {
        live = live.union(live_in[target.index()]);
    }
    block.term.visit(|reg, _| live.insert(reg));
    live
}

/// From the registers that are live behind the step to those before it. A dead move reads nothing.
fn before(step: &Step, live: &mut RegSet) {
    match step {
        Step::Inst { inst, .. } => {
            let mut uses = RegSet::EMPTY;
            inst.visit(|reg, role| {
                if role.is_use() {
                    uses.insert(reg);
                } else {
                    live.remove(reg);
                }
            });
            *live = live.minus(inst.clobbers()).union(uses);
        }
        Step::Move(MoveOp::Copy { to, from }) => {
            if live.contains(*to) {
                live.remove(*to);
                live.insert(*from);
            }
        }
        Step::Move(MoveOp::Swap { a, b }) => {
            live.insert(*a);
            live.insert(*b);
        }
        Step::Move(MoveOp::Load { to, .. } | MoveOp::Remat { to, .. }) => live.remove(*to),
        Step::Move(MoveOp::Store { from, .. }) => live.insert(*from),
    }
}
