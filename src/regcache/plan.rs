//! The plan of spilling: which vregs are in registers where, and what happens in between.

use super::flow::Flow;
use super::operands::{Operands, can_rematerialise, defs};
use crate::isa::{BlockId, Func, Inst, VReg};
use smallvec::SmallVec;

/// What happens to a vreg around an instruction, in the order in which it happens.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum ActionKind {
    /// Before the instruction, its register is stored to its slot.
    Store,
    /// Before the instruction, its register becomes free.
    Drop,
    /// Before the instruction, it gets a register and is loaded or rematerialised.
    Reload,
    /// Between the instruction's uses and definitions, its register becomes free.
    Kill,
}

#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Action {
    /// Of the instruction; the terminator is the one behind the last.
    pub index: u32,
    pub kind: ActionKind,
    pub vreg: VReg,
}

/// Vregs that are in registers at some place.
pub type Held = SmallVec<[VReg; 14]>;

#[derive(Default)]
pub struct BlockPlan {
    /// In registers at the start, parameters included.
    pub entry: Held,
    /// In registers behind the terminator.
    pub exit: Held,
    /// The parameters that arrive in registers, by number, and those that arrive in their slots. The
    /// others are never read.
    pub register_params: SmallVec<[u32; 4]>,
    pub memory_params: Vec<u32>,
    /// Ascending.
    pub actions: Vec<Action>,
}

/// Where a vreg is written: by instruction `index - 1` of the block, or at its start.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Site {
    pub block: BlockId,
    pub index: u32,
}

pub struct Plan {
    pub blocks: Vec<BlockPlan>,
    pub site: Vec<Site>,
    /// The spill slot of each vreg that is ever in memory.
    pub slot: Vec<Option<u32>>,
    /// How many slots there are.
    pub slots: u32,
}

impl Plan {
    pub fn is_held_at_start(&self, block: BlockId, v: VReg) -> bool {
        self.blocks[block.index()].entry.contains(&v)
    }

    /// What is in registers at the start of the block and not a parameter of it.
    pub fn live_through(&self, block: BlockId) -> impl Iterator<Item = VReg> + '_ {
        let param = Site { block, index: 0 };
        let entry = self.blocks[block.index()].entry.iter().copied();
        entry.filter(move |v| self.site[v.index()] != param)
    }

    pub fn is_held_at_end(&self, block: BlockId, v: VReg) -> bool {
        self.blocks[block.index()].exit.contains(&v)
    }
}

/// Where each vreg is defined.
pub fn sites(func: &Func<VReg>, flow: &Flow, operands: &Operands) -> Vec<Site> {
    let mut site = vec![Site { block: BlockId::ENTRY, index: 0 }; func.vregs];
    for id in func.block_ids() {
        let block = func.block(id);
        for v in &block.params {
            site[v.index()] = Site { block: id, index: 0 };
        }
        for index in 0..block.insts.len() {
            for v in defs(operands.at(flow.position(id, index))) {
                site[v.index()] = Site { block: id, index: index as u32 + 1 };
            }
        }
    }
    site
}

/// The instruction that makes `v` anew from nothing, if there is one.
pub fn rematerialisation<'a>(func: &'a Func<VReg>, site: &[Site], v: VReg) -> Option<&'a Inst<VReg>> {
    let Site { block, index } = site[v.index()];
    let before = (index as usize).checked_sub(1)?;
    let inst = &func.block(block).insts[before];
    can_rematerialise(inst).then_some(inst)
}
