//! Loop headers let go of what every back edge would have to reload.
//!
//! Spilling decides what is in registers at a header before it has seen the loop. A value that turns out to
//! have left at the end of each iteration is better reloaded where the header's block reads it: that
//! costs the same and leaves the back edge empty, so that it needs no block of its own.
//!
//! What no successor of a block expects in a register leaves behind what last reads or writes it there.

use super::flow::Flow;
use super::operands::{Operands, uses};
use super::plan::{Action, ActionKind, Plan};
use crate::isa::{BlockId, Func, Term, VReg};

pub fn let_go(func: &Func<VReg>, flow: &Flow, operands: &Operands, plan: &mut Plan) {
    for l in &flow.loops {
        let id = l.header;
        let values: Vec<VReg> = plan.live_through(id).collect();
        for v in values {
            let mut back = flow.preds[id.index()].iter().filter(|&&pred| pred >= id);
            if back.all(|&pred| !plan.is_held_at_end(pred, v)) {
                let used = first_use(func, flow, operands, id, v);
                let_go_of(func, id, v, used, plan);
            }
        }
    }
}

/// `used` is the first instruction of the header's block that needs `v`.
fn let_go_of(func: &Func<VReg>, id: BlockId, v: VReg, used: Option<u32>, plan: &mut Plan) {
    let wanted_behind = func.block(id).term.successors().any(|to| plan.is_held_at_start(to, v));
    let block = &mut plan.blocks[id.index()];
    let dropped = block.actions.iter().position(|a| a.vreg == v && a.kind == ActionKind::Drop);
    match (used, dropped) {
        (Some(index), place) if place.is_none_or(|place| block.actions[place].index > index) => {
            let reload = Action { index, kind: ActionKind::Reload, vreg: v };
            let place = block.actions.partition_point(|&action| action < reload);
            block.actions.insert(place, reload);
        }
        (_, Some(place)) => {
            block.actions.remove(place);
        }
        (None, None) if !wanted_behind => block.exit.retain(|w| *w != v),
        (Some(_) | None, None) => return,
    }
    block.entry.retain(|w| *w != v);
}

/// Frees the registers of values at the ends of blocks where nobody expects them.
pub fn trim(func: &Func<VReg>, flow: &Flow, operands: &Operands, plan: &mut Plan) {
    for id in func.block_ids().rev() {
        let exit = plan.blocks[id.index()].exit.clone();
        for v in exit {
            if is_expected(func, plan, id, v) {
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

/// Whether the value is to be in a register where a block goes on, or what arrives there as a parameter.
fn is_expected(func: &Func<VReg>, plan: &Plan, id: BlockId, v: VReg) -> bool {
    let is_argument = match &func.block(id).term {
        Term::Jump(edge) => edge.args.contains(&v),
        _ => false,
    };
    is_argument || func.block(id).term.successors().any(|to| plan.is_held_at_start(to, v))
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
