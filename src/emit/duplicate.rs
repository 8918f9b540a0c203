//! Where speed counts, small blocks that decide or leave the function are copied to the ends of blocks that jump to them.
//!
//! A loop's test that several ways through the loop lead to, or a while loop's that stands at its top, costs each of them a
//! jump besides; a copy of the test does not. The same goes for what several ways do before they return or call in tail
//! position. (Mueller and Whalley, "Avoiding Unconditional Jumps by Code Replication", 1992.) Registers are assigned, so that a
//! copy is right wherever the jump was.

use crate::isa::{BlockId, Func, Inst, Reg, Term};
use crate::options::Optimize;

/// Instructions of a block that is copied.
const MOST: usize = 4;

/// How many blocks that do nothing, or stand elsewhere, are looked past: longer chains of them are rare, and walking them from
/// each of their blocks would take time quadratic in their length.
pub(super) const PASSED: usize = 16;

/// The function with fewer jumps in its loops.
pub fn duplicate(func: &mut Func<Reg>, optimize: Optimize) {
    if optimize == Optimize::Size {
        return;
    }
    for id in func.block_ids() {
        let Term::Jump(edge) = &func.block(id).term else { continue };
        let target = behind_empty(func, edge.target);
        if is_worth(func, id, target) {
            let copied = func.block(target);
            let (insts, term) = (copied.insts.clone(), copied.term.clone());
            let block = &mut func.blocks[id.index()];
            block.insts.extend(insts);
            block.term = term;
        }
    }
}

/// Where control goes on from a block that does nothing, after at most `PASSED` of these.
pub(super) fn behind_empty(func: &Func<Reg>, mut id: BlockId) -> BlockId {
    for _ in 0..PASSED {
        match &func.block(id).term {
            Term::Jump(edge) if func.block(id).insts.is_empty() => id = edge.target,
            _ => break,
        }
    }
    id
}

fn is_worth(func: &Func<Reg>, id: BlockId, target: BlockId) -> bool {
    let (block, copied) = (func.block(id), func.block(target));
    let saves_jumps = match copied.term {
        Term::Branch { .. } | Term::BranchZero { .. } => copied.loop_depth > 0 && block.loop_depth >= copied.loop_depth,
        Term::TailCall(_) => true,
        // Where the frame is but saved registers, returns do not share one epilogue that they would jump to instead.
        Term::Return { .. } => func.slots + func.locals + func.outgoing == 0,
        _ => false,
    };
    let is_small = || copied.insts.len() <= MOST && !copied.insts.iter().any(|inst| matches!(inst, Inst::Call(_)));
    // An empty block is branched past.
    saves_jumps && !block.cold && !block.insts.is_empty() && is_small() && !follows(func, id, target)
}

/// Whether the target will stand right behind the block.
pub(super) fn follows(func: &Func<Reg>, id: BlockId, target: BlockId) -> bool {
    let mut behind = func.block_ids().skip(id.index() + 1).take(PASSED);
    behind.find(|&id| id == target || !is_passed(func, id)) == Some(target)
}

/// Whether a block stands elsewhere, or is nothing.
pub(super) fn is_passed(func: &Func<Reg>, id: BlockId) -> bool {
    let block = func.block(id);
    block.cold || block.insts.is_empty() && matches!(block.term, Term::Jump(_))
}
