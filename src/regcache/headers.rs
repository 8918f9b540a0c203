//! Loop headers let go of what every back edge would have to reload.
//!
//! Spilling decides what is in registers at a header before it has seen the loop. A value that turns out to
//! have left at the end of each iteration is better reloaded where it is read, in the header's block or in those that only it
//! leads to, past inner loops: that costs the same or less, and leaves the back edge empty, so that it needs no block of its own.
//!
//! What no successor of a block expects in a register leaves behind what last reads or writes it there.

use super::flow::Flow;
use super::operands::{Operands, uses};
use super::plan::{Action, ActionKind, Plan};
use crate::isa::{BlockId, Func, Term, VReg};
use smallvec::SmallVec;

pub fn let_go(func: &Func<VReg>, flow: &Flow, operands: &Operands, plan: &mut Plan) {
    for l in &flow.loops {
        let id = l.header;
        let values: Vec<VReg> = plan.live_through(id).collect();
        for v in values {
            let mut back = flow.preds[id.index()].iter().filter(|&&pred| pred >= id);
            if back.all(|&pred| !plan.is_held_at_end(pred, v)) {
                let_go_of(func, flow, operands, id, v, plan);
            }
        }
    }
}

/// How many blocks a reload is moved down through.
const DOWN: usize = 16;

/// Where a block that begins without a value gets it.
enum Return {
    /// Before this instruction, which reads it.
    Before(u32),
    /// The block has let go of it anyway, by this action.
    Never(usize),
    /// Behind the block.
    Behind,
}

/// Begins the header without a value, and the blocks behind it as far as they do not read it.
fn let_go_of(func: &Func<VReg>, flow: &Flow, operands: &Operands, header: BlockId, v: VReg, plan: &mut Plan) {
    let mut found: SmallVec<[(BlockId, Return); DOWN]> = SmallVec::new();
    let mut work: SmallVec<[BlockId; DOWN]> = SmallVec::from_slice(&[header]);
    while let Some(id) = work.pop() {
        let used = first_use(func, flow, operands, id, v);
        let actions = &plan.blocks[id.index()].actions;
        let dropped = actions.iter().position(|a| a.vreg == v && a.kind == ActionKind::Drop);
        let place = match (used, dropped) {
            (Some(index), place) if place.is_none_or(|place| actions[place].index > index) => Return::Before(index),
            (_, Some(place)) => Return::Never(place),
            (_, None) => Return::Behind,
        };
        if let Return::Behind = place {
            for to in func.block(id).term.successors().filter(|&to| plan.is_held_at_start(to, v)) {
                if to != id && !work.contains(&to) && found.iter().all(|&(known, _)| known != to) {
                    work.push(to);
                }
            }
        }
        found.push((id, place));
        if found.len() + work.len() > DOWN {
            return;
        }
    }
    let is_passed = |id: &BlockId| found.iter().any(|(known, place)| known == id && matches!(place, Return::Behind));
    if found.iter().any(|(id, _)| *id != header && !flow.preds[id.index()].iter().all(is_passed)) {
        return;
    }
    for (id, place) in found {
        let block = &mut plan.blocks[id.index()];
        block.entry.retain(|w| *w != v);
        match place {
            Return::Before(index) => {
                let reload = Action { index, kind: ActionKind::Reload, vreg: v };
                let place = block.actions.partition_point(|&action| action < reload);
                block.actions.insert(place, reload);
            }
            Return::Never(action) => drop(block.actions.remove(action)),
            Return::Behind => block.exit.retain(|w| *w != v),
        }
    }
}

/// Frees the registers of values at the ends of blocks where nobody expects them.
pub fn trim(func: &Func<VReg>, flow: &Flow, operands: &Operands, plan: &mut Plan) {
    // The last block behind which each vreg was found to be expected.
    let mut expected: Vec<Option<BlockId>> = vec![None; func.vregs];
    for id in func.block_ids().rev() {
        if plan.blocks[id.index()].exit.is_empty() {
            continue;
        }
        let term = &func.block(id).term;
        // An argument of the edge is expected as a parameter.
        if let Term::Jump(edge) = term {
            edge.args.iter().for_each(|v| expected[v.index()] = Some(id));
        }
        for to in term.successors() {
            plan.blocks[to.index()].entry.iter().for_each(|v| expected[v.index()] = Some(id));
        }
        let is_expected = |v: &VReg| expected[v.index()] == Some(id);
        if plan.blocks[id.index()].exit.iter().all(is_expected) {
            continue;
        }
        let exit = plan.blocks[id.index()].exit.clone();
        for v in exit {
            if is_expected(&v) {
                continue;
            }
            // Arguments and parameters arrive whether anyone reads them here or not.
            let arrives = id == BlockId::ENTRY || func.block(id).params.contains(&v);
            let last = last_touch(func, flow, operands, id, v).or(arrives.then_some((0, ActionKind::Drop)));
            let block = &mut plan.blocks[id.index()];
            match last {
                Some((index, kind)) => {
                    let action = Action { index, kind, vreg: v };
                    let place = block.actions.partition_point(|&other| other < action);
                    block.actions.insert(place, action);
                }
                None => block.entry.retain(|w| *w != v),
            }
            block.exit.retain(|w| *w != v);
        }
    }
}

/// The last instruction of the block that reads or writes `v`, and how `v` leaves there.
fn last_touch(func: &Func<VReg>, flow: &Flow, operands: &Operands, id: BlockId, v: VReg) -> Option<(u32, ActionKind)> {
    (0..=func.block(id).insts.len()).rev().find_map(|index| {
        let mut roles = operands.at(flow.position(id, index)).iter().filter(|&&(w, _)| w == v).map(|&(_, role)| role);
        let role = roles.next()?;
        let index = u32::try_from(index).expect("positions fit 32 bits");
        Some(if role.is_use() { (index, ActionKind::Kill) } else { (index + 1, ActionKind::Drop) })
    })
}

/// The first instruction or terminator that needs `v` in a register.
fn first_use(func: &Func<VReg>, flow: &Flow, operands: &Operands, id: BlockId, v: VReg) -> Option<u32> {
    let block = func.block(id);
    let end = match &block.term {
        Term::Jump(_) => block.insts.len(),
        Term::Branch { .. }
        | Term::BranchZero { .. }
        | Term::Table { .. }
        | Term::Return { .. }
        | Term::TailCall(_)
        | Term::Trap(_) => block.insts.len() + 1,
    };
    let first = (0..end).find(|&index| uses(operands.at(flow.position(id, index))).any(|w| w == v));
    first.and_then(|index| u32::try_from(index).ok())
}
