//! Brings loads together.
//!
//! A load takes two cycles, and one if it directly follows another single load or store whose result is not its address
//! (Cortex-M4 TRM, table 3-1). So a load moves up to the memory accesses before it in its block, over what does not need
//! the flags or memory to be otherwise; what computes its address moves before those. Accesses keep their order. Values
//! live longer for it, so that this is done only where registers are left over.

use super::flow::Flow;
use super::liveness::liveness;
use super::operands::{Operands, defs_of};
use crate::isa::{Class, Func, Inst, RegSet, VReg};
use smallvec::SmallVec;

/// Over how many instructions a load moves.
const WINDOW: usize = 8;

/// How an instruction takes part.
#[derive(Copy, Clone, PartialEq, Eq)]
enum Part {
    /// A single load or store.
    Access { load: bool },
    /// Depends on its operands and does nothing else.
    Free,
    /// Has to do with flags.
    Flags,
    /// Nothing moves over it.
    Fixed,
}

fn part(inst: &Inst<VReg>) -> Part {
    match inst {
        Inst::Load { .. } | Inst::LoadUpdate { .. } => Part::Access { load: true },
        Inst::Store { .. } | Inst::StoreUpdate { .. } => Part::Access { load: false },
        Inst::Call(_) | Inst::TrapIf { .. } | Inst::TrapIfZero { .. } | Inst::Guard { .. } => Part::Fixed,
        Inst::LoadPair { .. }
        | Inst::StorePair { .. }
        | Inst::LoadPairUpdate { .. }
        | Inst::StorePairUpdate { .. }
        | Inst::FloatLoad { .. }
        | Inst::FloatStore { .. }
        | Inst::FloatLoadUpdate { .. }
        | Inst::FloatStoreUpdate { .. } => Part::Fixed,
        Inst::If { inst, .. } => match part(inst) {
            Part::Access { .. } | Part::Fixed => Part::Fixed,
            Part::Free | Part::Flags => Part::Flags,
        },
        Inst::Test { .. } | Inst::FloatCompare { .. } | Inst::FloatFlags => Part::Flags,
        _ if inst.writes_flags() || inst.reads_flags() => Part::Flags,
        _ => Part::Free,
    }
}

/// Reorders the blocks of a function. Returns whether any changed.
pub fn schedule(func: &mut Func<VReg>, flow: &Flow, operands: &Operands, allocatable: RegSet) -> bool {
    let moves = |insts: &[Inst<VReg>]| is_worth_it(insts) && Order::of(insts.to_vec(), i64::MAX).changed;
    if !func.blocks.iter().any(|block| moves(&block.insts)) {
        return false;
    }
    let liveness = liveness(func, flow, operands, allocatable);
    let mut changed = false;
    for id in func.block_ids() {
        let spare = -liveness.excess[id.index()][Class::Core] - 1;
        let block = &mut func.blocks[id.index()];
        if spare > 0 && is_worth_it(&block.insts) {
            let order = Order::of(std::mem::take(&mut block.insts), spare);
            changed |= order.changed;
            block.insts = order.insts;
        }
    }
    changed
}

/// Whether some load stands a little behind another access.
fn is_worth_it(insts: &[Inst<VReg>]) -> bool {
    let mut distance = usize::MAX;
    insts.iter().any(|inst| {
        let part = part(inst);
        let found = part == Part::Access { load: true } && (1..=WINDOW).contains(&distance);
        distance = match part {
            Part::Access { .. } => 0,
            Part::Fixed => usize::MAX,
            Part::Free | Part::Flags => distance.saturating_add(1),
        };
        found
    })
}

/// The instructions of a block in their new order.
struct Order {
    insts: Vec<Inst<VReg>>,
    /// The latest accesses that follow each other: first and last place, and how many more values live there than
    /// before.
    cluster: Option<(usize, usize, i64)>,
    spare: i64,
    /// Whether anything has moved.
    changed: bool,
}

impl Order {
    fn of(insts: Vec<Inst<VReg>>, spare: i64) -> Order {
        let mut order = Order { insts: Vec::with_capacity(insts.len()), cluster: None, spare, changed: false };
        insts.into_iter().for_each(|inst| order.push(inst));
        order
    }

    fn push(&mut self, inst: Inst<VReg>) {
        match part(&inst) {
            Part::Fixed => self.cluster = None,
            Part::Free | Part::Flags => {}
            Part::Access { load } => {
                if load && self.join(&inst) {
                    return;
                }
                let here = self.insts.len();
                self.cluster = match self.cluster {
                    Some((first, last, extra)) if last + 1 == here => Some((first, here, extra)),
                    _ => Some((here, here, 0)),
                };
            }
        }
        self.insts.push(inst);
    }

    /// Puts a load behind the cluster, if it can move there.
    fn join(&mut self, load: &Inst<VReg>) -> bool {
        let Some((first, last, extra)) = self.cluster else {
            return false;
        };
        let gap = &self.insts[last + 1..];
        if gap.is_empty() || gap.len() > WINDOW {
            return false;
        }
        let Some(needed) = self.needed(load, first, last) else {
            return false;
        };
        let extra = extra + 1 + needed.len() as i64;
        if extra > self.spare {
            return false;
        }
        // The computations that are needed, from the last on, so that the places before stay.
        let mut computations: SmallVec<[Inst<VReg>; 4]> = SmallVec::new();
        for &place in needed.iter().rev() {
            computations.push(self.insts.remove(place));
        }
        self.insts.insert(last + 1, load.clone());
        for inst in computations {
            self.insts.insert(first, inst);
        }
        self.cluster = Some((first + needed.len(), last + 1 + needed.len(), extra));
        self.changed = true;
        true
    }

    /// What computes the load's address behind the cluster, in order; `None` if that cannot move before the cluster.
    fn needed(&self, load: &Inst<VReg>, first: usize, last: usize) -> Option<SmallVec<[usize; 4]>> {
        if defs_of(&self.insts[last]).iter().any(|def| uses(load).contains(def)) {
            return None;
        }
        let mut wanted = uses(load);
        let mut early: SmallVec<[VReg; 8]> = SmallVec::new();
        let mut needed = SmallVec::new();
        for (place, inst) in self.insts.iter().enumerate().skip(last + 1).rev() {
            if defs_of(inst).iter().any(|def| wanted.contains(def)) {
                if part(inst) != Part::Free {
                    return None;
                }
                wanted.extend(uses(inst));
                early.extend(uses(inst));
                needed.push(place);
            }
        }
        let cluster = &self.insts[first..=last];
        let dependent = cluster.iter().flat_map(defs_of).any(|def| early.contains(&def));
        needed.reverse();
        (!dependent).then_some(needed)
    }
}

fn uses(inst: &Inst<VReg>) -> SmallVec<[VReg; 8]> {
    let mut uses = SmallVec::new();
    inst.visit(|v, role| {
        if role.is_use() {
            uses.push(v);
        }
    });
    uses
}
