//! Which blocks are emitted, in which order, and where a branch to each really goes.
//!
//! A block without instructions that only jumps, returns or traps is no place of its own: branches
//! go to where it leads. Equal blocks are one. The blocks that are left keep the given order (reverse post-order, loops
//! together), the cold ones last.

use super::wrap::Wrap;
use crate::hash::{Build, HashMap};
use crate::isa::{BlockId, Func, Inst, Reg, Term, TrapCode};
use hashbrown::hash_map::Entry;

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

pub fn layout(func: &Func<Reg>, wrap: &Wrap) -> Layout {
    let mut targets = thread(func, wrap);
    share(func, wrap, &mut targets);
    let reached = reach(func, &targets);
    let placed = |cold: bool| {
        func.block_ids()
            .filter(|id| reached[id.index()])
            .filter(move |&id| (func.block(id).cold && id != BlockId::ENTRY) == cold)
    };
    let order = placed(false).chain(placed(true)).collect();
    let order = return_nearby(func, wrap, &targets, order);
    Layout { order, targets }
}

/// Moves a return that follows a block without a frame behind the last block that only goes there.
fn return_nearby(func: &Func<Reg>, wrap: &Wrap, targets: &[Target], mut order: Vec<BlockId>) -> Vec<BlockId> {
    let follows_bare = |pair: &[BlockId]| wrap.is_bare(pair[0]) && !wrap.is_bare(pair[1]);
    let returns = |id: BlockId| matches!(func.block(id).term, Term::Return { .. });
    let lost = order.windows(2).filter(|pair| follows_bare(pair) && returns(pair[1])).map(|pair| pair[1]);
    for id in lost.collect::<Vec<BlockId>>() {
        let comes = |other: &BlockId| match &func.block(*other).term {
            Term::Jump(edge) => !wrap.is_bare(*other) && targets[edge.target.index()] == Target::Block(id),
            _ => false,
        };
        if let Some(&before) = order.iter().rfind(|other| comes(other)) {
            order.retain(|&other| other != id);
            let place = order.iter().position(|&other| other == before).expect("it is in the order");
            order.insert(place + 1, id);
        }
    }
    order
}

/// Follows empty blocks. All empty returns are one, since the results of a function are always in
/// the same registers, except that those without a frame have one of their own.
fn thread(func: &Func<Reg>, wrap: &Wrap) -> Vec<Target> {
    let mut targets: Vec<Option<Target>> = vec![None; func.blocks.len()];
    let (mut home, mut bare) = (None, None);
    let mut path = Vec::new();
    for start in func.block_ids() {
        let mut at = start;
        let end = loop {
            if let Some(known) = targets[at.index()] {
                break known;
            }
            // Provisionally its own target: an empty loop ends the search at a block that it visits.
            targets[at.index()] = Some(Target::Block(at));
            path.push(at);
            let block = func.block(at);
            if !block.insts.is_empty() || wrap.begin == Some(at) {
                break Target::Block(at);
            }
            match &block.term {
                Term::Jump(edge) => at = edge.target,
                Term::Trap(code) => break Target::Trap(*code),
                Term::Return { .. } => {
                    let home = if wrap.is_bare(at) { &mut bare } else { &mut home };
                    break Target::Block(*home.get_or_insert(at));
                }
                Term::Branch { .. } | Term::BranchZero { .. } | Term::Table { .. } | Term::TailCall(_) => {
                    break Target::Block(at);
                }
            }
        };
        for block in path.drain(..) {
            targets[block.index()] = Some(end);
        }
    }
    let threaded = targets.into_iter().map(|target| target.expect("every block is visited"));
    threaded.collect()
}

/// What a block does.
type Contents<'f> = (&'f [Inst<Reg>], Term<Reg>);

/// Makes equal blocks one: those with the same instructions and the same end, which is common where several
/// ways to one place pass the same constants. A block that another falls into stays, since a jump would take
/// the place of the fall.
fn share(func: &Func<Reg>, wrap: &Wrap, targets: &mut [Target]) {
    let mut first: HashMap<(bool, Contents<'_>), BlockId> = HashMap::with_capacity_and_hasher(func.blocks.len(), Build);
    let mut shared: Vec<(BlockId, BlockId)> = Vec::new();
    // Successors come first, so that what follows equal blocks is compared after being shared itself.
    for id in func.block_ids().rev() {
        let block = func.block(id);
        if targets[id.index()] != Target::Block(id) || wrap.begin == Some(id) {
            continue;
        }
        let mut term = block.term.clone();
        for edge in term.edges_mut() {
            if let Target::Block(target) = targets[edge.target.index()] {
                edge.target = target;
            }
        }
        let same = match first.entry((wrap.is_bare(id), (block.insts.as_slice(), term))) {
            Entry::Occupied(entry) => *entry.get(),
            Entry::Vacant(entry) => {
                entry.insert(id);
                continue;
            }
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
