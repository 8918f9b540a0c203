//! Instructions that stand in several places move to one.
//!
//! - What both ways of a branch begin with is done before it, if it is a constant, a copy or a value from a spill slot: on the
//!   way round an inner loop and into it, sums often start from the same numbers.
//! - Where size counts, blocks that end alike share the end: one keeps it, the others jump there.
//!
//! Blocks keep their order; the flags are never live where a block is split.

use super::flags::{Flags, are_read, reads};
use crate::hash::HashMap;
use crate::isa::{Addr, BlockData, BlockId, Edge, Func, Inst, Operand2, Reg, RegSet, StackArea, Term};
use crate::options::Optimize;
use smallvec::SmallVec;

/// The function with its common instructions in one place.
pub fn merge(mut func: Func<Reg>, optimize: Optimize) -> Func<Reg> {
    begin_before(&mut func);
    if optimize == Optimize::Size {
        share_ends(&mut func);
    }
    func
}

// ---- beginnings ----

/// How many instructions of a block are looked at.
const WINDOW: usize = 8;

fn begin_before(func: &mut Func<Reg>) {
    let mut sources = vec![0u32; func.blocks.len()];
    func.blocks.iter().flat_map(|block| block.term.successors()).for_each(|id| sources[id.index()] += 1);
    // Later blocks first: what comes before their branches may move on.
    for id in func.block_ids().rev() {
        let (a, b) = match &func.block(id).term {
            Term::Branch { then, otherwise, .. } => (then.target, otherwise.target),
            Term::BranchZero { zero, nonzero, .. } => (zero.target, nonzero.target),
            _ => continue,
        };
        if a == b || sources[a.index()] != 1 || sources[b.index()] != 1 {
            continue;
        }
        while let Some((in_a, in_b)) = common_beginning(func, a, b) {
            let inst = func.blocks[a.index()].insts[in_a].clone();
            let Some(place) = place_before_branch(func.block(id), &inst) else { break };
            func.blocks[a.index()].insts.remove(in_a);
            func.blocks[b.index()].insts.remove(in_b);
            func.blocks[id.index()].insts.insert(place, inst);
        }
    }
}

/// The places of equal instructions that could as well stand first.
fn common_beginning(func: &Func<Reg>, a: BlockId, b: BlockId) -> Option<(usize, usize)> {
    let (in_a, in_b) = (&func.block(a).insts, &func.block(b).insts);
    let places = |insts: &[Inst<Reg>]| -> SmallVec<[usize; WINDOW]> {
        (0..insts.len().min(WINDOW)).filter(|&n| is_movable(&insts[n]) && is_free(&insts[n], &insts[..n])).collect()
    };
    let others = places(in_b);
    let pairs = places(in_a).into_iter().flat_map(|n| others.iter().map(move |&m| (n, m)));
    pairs.into_iter().find(|&(n, m)| in_a[n] == in_b[m])
}

/// Instructions that write one register, and no flags.
fn is_movable(inst: &Inst<Reg>) -> bool {
    matches!(inst, Inst::Const { .. } | Inst::Mov { s: false, rhs: Operand2::Reg(_), .. }) || is_reload(inst)
}

/// Whether an instruction reads a spill slot.
fn is_reload(inst: &Inst<Reg>) -> bool {
    matches!(inst, Inst::Load { addr: Addr::Stack(StackArea::Slots, _), .. })
}

/// Whether an instruction writes a spill slot.
fn is_spill(inst: &Inst<Reg>) -> bool {
    match inst {
        Inst::Store { addr: Addr::Stack(StackArea::Slots, _), .. } => true,
        Inst::If { inst, .. } => is_spill(inst),
        _ => false,
    }
}

/// The registers that an instruction reads, and those that it writes or clobbers.
pub(super) fn registers(inst: &Inst<Reg>) -> (RegSet, RegSet) {
    let (mut reads, mut writes) = (RegSet::EMPTY, inst.clobbers());
    inst.visit(|reg, role| if role.is_use() { reads.insert(reg) } else { writes.insert(reg) });
    (reads, writes)
}

/// Whether an instruction may as well stand before others that stand right before it.
fn is_free(inst: &Inst<Reg>, before: &[Inst<Reg>]) -> bool {
    let (reads, writes) = registers(inst);
    before.iter().all(|other| {
        let (others, written) = registers(other);
        !(is_reload(inst) && is_spill(other))
            && writes.intersection(others.union(written)).is_empty()
            && reads.intersection(written).is_empty()
    })
}

/// Where in a block that ends in a branch the instruction can stand: where no flags are live, as near to the branch as
/// possible, but not right behind what may set the flags once a comparison is gone.
fn place_before_branch(block: &BlockData<Reg>, inst: &Inst<Reg>) -> Option<usize> {
    let (_, writes) = registers(inst);
    let mut operands = RegSet::EMPTY;
    block.term.visit(|reg, _| operands.insert(reg));
    if !writes.intersection(operands).is_empty() {
        return None;
    }
    let count = block.insts.len();
    let nearest = count.saturating_sub(WINDOW);
    let fits = |&place: &usize| is_free(inst, &block.insts[place..]) && !are_flags_live(block, place);
    let place = (nearest..=count).rev().find(fits)?;
    Some(place.checked_sub(1).filter(fits).unwrap_or(place))
}

/// Whether flags are live before instruction `place` of the block.
fn are_flags_live(block: &BlockData<Reg>, place: usize) -> bool {
    are_read(&block.insts[place..]).unwrap_or(matches!(block.term, Term::Branch { .. }))
}

// ---- ends ----

/// A block's end that others share.
struct Shared {
    /// The block that keeps it, as a block of its own from this instruction on.
    keeper: BlockId,
    at: usize,
    /// The others, which end before it.
    others: Vec<BlockId>,
}

fn share_ends(func: &mut Func<Reg>) {
    let mut groups: HashMap<(Term<Reg>, Inst<Reg>), Vec<BlockId>> = HashMap::default();
    let mut order = Vec::new();
    for id in func.block_ids() {
        let block = func.block(id);
        let (Term::Jump(_) | Term::Return { .. }, Some(last)) = (&block.term, block.insts.last()) else { continue };
        let group = groups.entry((block.term.clone(), last.clone())).or_default();
        if group.is_empty() {
            order.push((block.term.clone(), last.clone()));
        }
        group.push(id);
    }
    let shared: Vec<Shared> = order.iter().filter_map(|key| common_end(func, &groups[key])).collect();
    if !shared.is_empty() {
        split(func, shared);
    }
}

/// What blocks with the same last instruction can share, if it is worth it.
fn common_end(func: &Func<Reg>, blocks: &[BlockId]) -> Option<Shared> {
    let (&keeper, others) = blocks.split_last()?;
    let kept = &func.block(keeper).insts;
    let falls = |id: BlockId| matches!(&func.block(id).term, Term::Jump(edge) if edge.target.index() == id.index() + 1);
    let mut length = usize::MAX;
    let mut with = Vec::new();
    for &id in others.iter().rev() {
        let insts = &func.block(id).insts;
        let same =
            kept.iter().rev().zip(insts.iter().rev()).take_while(|(a, b)| a == b && reads(a) == Flags::NONE).count();
        // A fall becomes a jump, and a return is one halfword as well.
        let least = if falls(id) || matches!(func.block(id).term, Term::Return { .. }) { 2 } else { 1 };
        if same.min(length) >= least {
            length = length.min(same);
            with.push(id);
        }
    }
    let at = kept.len().checked_sub(length)?;
    (!with.is_empty()).then_some(Shared { keeper, at, others: with })
}

/// Makes blocks of shared ends.
fn split(func: &mut Func<Reg>, shared: Vec<Shared>) {
    // Each block has one end, so it is keeper or other of at most one.
    let mut split_at: Vec<Option<usize>> = vec![None; func.blocks.len()];
    let mut ends: Vec<Option<BlockId>> = vec![None; func.blocks.len()];
    for Shared { keeper, at, others } in shared {
        split_at[keeper.index()] = Some(at);
        let length = func.block(keeper).insts.len() - at;
        for id in others {
            let insts = &mut func.blocks[id.index()].insts;
            insts.truncate(insts.len() - length);
            ends[id.index()] = Some(keeper);
        }
    }
    // Where each block, and the end that is split off it, will stand.
    let mut number = Vec::with_capacity(func.blocks.len());
    let mut next = 0;
    for at in &split_at {
        number.push(next);
        next += 1 + usize::from(at.is_some());
    }
    let old = std::mem::take(&mut func.blocks);
    for (index, mut block) in old.into_iter().enumerate() {
        for edge in block.term.edges_mut() {
            edge.target = BlockId::new(number[edge.target.index()]);
        }
        if let Some(keeper) = ends[index] {
            block.term = Term::Jump(Edge::to(BlockId::new(number[keeper.index()] + 1)));
        }
        let Some(at) = split_at[index] else {
            func.blocks.push(block);
            continue;
        };
        let end = block.insts.split_off(at);
        let term = std::mem::replace(&mut block.term, Term::Jump(Edge::to(BlockId::new(number[index] + 1))));
        let (loop_depth, cold) = (block.loop_depth, block.cold);
        func.blocks.push(block);
        func.blocks.push(BlockData { params: SmallVec::new(), insts: end, term, loop_depth, cold });
    }
}
