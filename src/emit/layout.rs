//! Which blocks are emitted, in which order, and where a branch to each really goes.
//!
//! A block without instructions that only jumps, returns or traps is no place of its own: branches
//! go to where it leads. The blocks that are left keep the given order (reverse post-order, loops
//! together), the cold ones last.

use crate::isa::{BlockId, Func, Reg, Term, TrapCode};

/// Where a branch goes.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Target {
    Block(BlockId),
    /// The function's trap of this code.
    Trap(TrapCode),
}

pub struct Layout {
    pub order: Vec<BlockId>,
    /// For each block of the function, where a branch to it goes.
    targets: Vec<Target>,
}

impl Layout {
    pub fn target(&self, block: BlockId) -> Target {
        self.targets[block.index()]
    }
}

pub fn layout(func: &Func<Reg>) -> Layout {
    let targets = thread(func);
    let reached = reach(func, &targets);
    let placed = |cold: bool| {
        func.block_ids()
            .filter(|id| reached[id.index()])
            .filter(move |&id| (func.block(id).cold && id != BlockId::ENTRY) == cold)
    };
    let order = placed(false).chain(placed(true)).collect();
    Layout { order, targets }
}

/// Follows empty blocks. All empty returns are one, since the results of a function are always in
/// the same registers.
fn thread(func: &Func<Reg>) -> Vec<Target> {
    let mut targets: Vec<Option<Target>> = vec![None; func.blocks.len()];
    let mut home = None;
    for start in func.block_ids() {
        let mut path = Vec::new();
        let mut at = start;
        let end = loop {
            if let Some(known) = targets[at.index()] {
                break known;
            }
            // Provisionally its own target: an empty loop ends the search at a block that it visits.
            targets[at.index()] = Some(Target::Block(at));
            path.push(at);
            let block = func.block(at);
            if !block.insts.is_empty() {
                break Target::Block(at);
            }
            match &block.term {
                Term::Jump(edge) => at = edge.target,
                Term::Trap(code) => break Target::Trap(*code),
                Term::Return { .. } => break Target::Block(*home.get_or_insert(at)),
                Term::Branch { .. }
                | Term::BranchZero { .. }
                | Term::Table { .. }
                | Term::TailCall(_) => break Target::Block(at),
            }
        };
        for block in path {
            targets[block.index()] = Some(end);
        }
    }
    let threaded = targets
        .into_iter()
        .map(|target| target.expect("every block is visited"));
    threaded.collect()
}

/// The blocks that control can reach once every branch goes to its target.
fn reach(func: &Func<Reg>, targets: &[Target]) -> Vec<bool> {
    let mut reached = vec![false; func.blocks.len()];
    reached[BlockId::ENTRY.index()] = true;
    let mut work = vec![BlockId::ENTRY];
    while let Some(id) = work.pop() {
        for successor in func.block(id).term.successors() {
            if let Target::Block(target) = targets[successor.index()]
                && !std::mem::replace(&mut reached[target.index()], true)
            {
                work.push(target);
            }
        }
    }
    reached
}
