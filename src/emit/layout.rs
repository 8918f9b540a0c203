//! Which blocks are emitted, in which order, and where a branch to each really goes.
//!
//! A block without instructions that only jumps, returns or traps is no place of its own: branches
//! go to where it leads. Equal blocks are one. The blocks that are left keep the given order (reverse post-order, loops
//! together), the cold ones last.

use crate::isa::{BlockId, Func, Inst, Reg, Term, TrapCode};
use hashbrown::HashMap;

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
    let mut targets = thread(func);
    share(func, &mut targets);
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
                Term::Branch { .. } | Term::BranchZero { .. } | Term::Table { .. } | Term::TailCall(_) => {
                    break Target::Block(at);
                }
            }
        };
        for block in path {
            targets[block.index()] = Some(end);
        }
    }
    let threaded = targets.into_iter().map(|target| target.expect("every block is visited"));
    threaded.collect()
}

/// Makes equal blocks one: those with the same instructions and the same end, which is common where several
/// ways to one place pass the same constants. A block that another falls into stays, since a jump would take
/// the place of the fall.
fn share(func: &Func<Reg>, targets: &mut [Target]) {
    let mut first: HashMap<(&[Inst<Reg>], Term<Reg>), BlockId> = HashMap::new();
    let mut shared: Vec<(BlockId, BlockId)> = Vec::new();
    // Successors come first, so that what follows equal blocks is compared after being shared itself.
    for id in func.block_ids().rev() {
        let block = func.block(id);
        if targets[id.index()] != Target::Block(id) {
            continue;
        }
        let mut term = block.term.clone();
        for edge in term.edges_mut() {
            if let Target::Block(target) = targets[edge.target.index()] {
                edge.target = target;
            }
        }
        let Some(&same) = first.get(&(block.insts.as_slice(), term.clone())) else {
            first.insert((block.insts.as_slice(), term), id);
            continue;
        };
        let before = id.index().checked_sub(1).map(BlockId::new);
        let is_fallen_into =
            before.is_none_or(|before| func.block(before).term.successors().any(|target| target == id));
        if !is_fallen_into {
            targets[id.index()] = Target::Block(same);
            shared.push((id, same));
        }
    }
    // What was threaded to a block goes where the block now does.
    let gone: HashMap<BlockId, BlockId> = shared.into_iter().collect();
    for target in targets.iter_mut() {
        if let Target::Block(id) = target
            && let Some(&same) = gone.get(id)
        {
            *target = Target::Block(same);
        }
    }
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
