//! Loop headers let go of what every back edge would have to reload.
//!
//! Spilling decides what is in registers at a header before it has seen the loop. A value that turns out to
//! have left at the end of each iteration is better reloaded where the header's block reads it: that
//! costs the same and leaves the back edge empty, so that it needs no block of its own.

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
