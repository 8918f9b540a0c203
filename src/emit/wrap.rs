//! Shrink-wrapping: functions that often leave early do so before they make a frame.
//!
//! Some blocks from the entry on need no frame: they call nothing, and name neither the stack nor a register that a
//! function has to preserve. If control goes from them either out of the function or to one place, the frame begins at that place.
//! Returns that blocks of both kinds go to are there twice. Copies of arguments to preserved registers, with which functions
//! begin whose arguments live over calls, move to where the frame begins; until then the arguments are where they came.
//!
//! Invariant: no edge leads from a block with a frame to one without, and the frame begins outside loops.

use super::frame::Frame;
use crate::isa::{Addr, BlockData, BlockId, CallTarget, Edge, FloatAddr, Func, Inst, Operand2, Reg, RegSet, Term};
use crate::options::Optimize;
use smallvec::SmallVec;

/// How many blocks may stand before the frame.
const MOST: usize = 16;

/// Instructions of a return that is copied for speed.
const COPIED: usize = 3;

/// Where the frame is.
pub struct Wrap {
    /// The block that makes it before all else.
    pub begin: Option<BlockId>,
    /// The blocks that run without it.
    bare: Vec<bool>,
}

impl Wrap {
    /// All blocks have it; `begin` makes it.
    pub fn all(func: &Func<Reg>, begin: Option<BlockId>) -> Wrap {
        Wrap { begin, bare: vec![false; func.blocks.len()] }
    }

    pub fn is_bare(&self, id: BlockId) -> bool {
        self.bare[id.index()]
    }
}

/// The function with its early exits before the frame. `traps_call` is that of `Frame::new`.
pub fn wrap(mut func: Func<Reg>, traps_call: bool, optimize: Optimize) -> (Func<Reg>, Wrap) {
    let whole = Wrap::all(&func, Some(BlockId::ENTRY));
    if func.stack_check || func.growth.is_some() {
        return (func, whole);
    }
    let Some(copies) = entry_copies(func.block(BlockId::ENTRY)) else {
        return (func, whole);
    };
    let Some(Region { bare, begin }) = region(&func, &copies, optimize) else {
        return (func, whole);
    };
    if Frame::new(&func, traps_call).prologue().is_empty() {
        return (func, whole);
    }
    let mut is_bare = vec![false; func.blocks.len()];
    bare.iter().for_each(|id| is_bare[id.index()] = true);
    copy_exits(&mut func, &bare, begin, &mut is_bare);
    uncopy(&mut func, &is_bare, &copies);
    let begin = make_begin(&mut func, begin, &copies, &mut is_bare);
    let wrap = Wrap { begin: Some(begin), bare: is_bare };
    debug_assert!(needs_no_frame(&func, &wrap), "a register is read or written before it is saved");
    (func, wrap)
}

/// Registers that are preserved, and what they are copies of.
type Copies = SmallVec<[(Reg, Reg); 4]>;

fn is_preserved(reg: Reg) -> bool {
    RegSet::CALLEE_SAVED.contains(reg) || reg == Reg::LR || reg == Reg::SP
}

/// The copies that the entry makes, if it needs no frame but for them.
fn entry_copies(entry: &BlockData<Reg>) -> Option<Copies> {
    let mut copies = Copies::new();
    for inst in &entry.insts {
        match as_copy(inst) {
            Some((to, from)) if copies.iter().all(|copy| copy.0 != to) => copies.push((to, from)),
            _ if is_bare(inst, &copies) => {}
            _ => return None,
        }
    }
    is_bare_end(&entry.term, &copies).then_some(copies)
}

fn as_copy(inst: &Inst<Reg>) -> Option<(Reg, Reg)> {
    match *inst {
        Inst::Mov { s: false, rd, rhs: Operand2::Reg(rm) } => {
            (RegSet::CALLEE_SAVED.contains(rd) && !is_preserved(rm)).then_some((rd, rm))
        }
        _ => None,
    }
}

/// Whether an instruction needs no frame, where these copies have not been made.
fn is_bare(inst: &Inst<Reg>, copies: &Copies) -> bool {
    let mut bare = !matches!(inst, Inst::Call(_)) && !names_stack(inst);
    inst.visit(|reg, role| {
        bare &= match role.is_use() {
            true => !is_preserved(reg) || copies.iter().any(|copy| copy.0 == reg),
            false => !is_preserved(reg) && copies.iter().all(|copy| copy.1 != reg),
        };
    });
    bare
}

fn names_stack(inst: &Inst<Reg>) -> bool {
    match inst {
        Inst::Load { addr: Addr::Stack(..), .. } | Inst::Store { addr: Addr::Stack(..), .. } => true,
        Inst::FloatLoad { addr: FloatAddr::Stack(..), .. } | Inst::FloatStore { addr: FloatAddr::Stack(..), .. } => {
            true
        }
        Inst::StackAddr { .. } | Inst::SetStack { .. } => true,
        Inst::If { inst, .. } => names_stack(inst),
        _ => false,
    }
}

fn is_bare_end(term: &Term<Reg>, copies: &Copies) -> bool {
    let mut bare = match term {
        // A large table borrows stack.
        Term::Table { .. } => false,
        Term::TailCall(call) => matches!(call.target, CallTarget::Symbol(_)),
        Term::Jump(_) | Term::Branch { .. } | Term::BranchZero { .. } | Term::Return { .. } | Term::Trap(_) => true,
    };
    term.visit(|reg, _| bare &= !is_preserved(reg) || copies.iter().any(|copy| copy.0 == reg));
    bare
}

/// Blocks before the frame, and the one where it begins.
struct Region {
    bare: Vec<BlockId>,
    begin: BlockId,
}

fn region(func: &Func<Reg>, copies: &Copies, optimize: Optimize) -> Option<Region> {
    let is_bare_block = |id: BlockId| {
        let block = func.block(id);
        block.insts.iter().all(|inst| is_bare(inst, copies)) && is_bare_end(&block.term, copies)
    };
    let copied = match optimize {
        Optimize::Speed => COPIED,
        Optimize::Size => 0,
    };
    let predecessors = func.predecessors();
    let mut bare = vec![BlockId::ENTRY];
    for id in func.block_ids().skip(1) {
        let is_next = func.block(id).loop_depth == 0
            && predecessors[id.index()].iter().all(|pred| bare.contains(pred))
            && is_bare_block(id);
        if is_next {
            bare.push(id);
        }
        if bare.len() == MOST {
            break;
        }
    }
    if bare.len() == func.blocks.len() {
        return None;
    }
    // Fewer blocks may have one way on where more have several.
    while !bare.is_empty() {
        let left = bare.iter().filter(|id| leaves(&func.block(**id).term)).count();
        let (mut exits, mut ways) = (0, SmallVec::<[BlockId; 4]>::new());
        for target in bare.iter().flat_map(|&id| func.block(id).term.successors()) {
            if bare.contains(&target) {
                continue;
            }
            let block = func.block(target);
            if leaves(&block.term) && block.insts.len() <= copied && is_bare_block(target) {
                exits += 1;
            } else if !ways.contains(&target) {
                ways.push(target);
            }
        }
        if left + exits == 0 {
            return None;
        }
        if let &[begin] = ways.as_slice() {
            return Some(Region { bare, begin });
        }
        bare.pop();
    }
    None
}

fn leaves(term: &Term<Reg>) -> bool {
    matches!(term, Term::Return { .. } | Term::TailCall(_))
}

/// Whether the blocks before the frame leave alone what it preserves.
fn needs_no_frame(func: &Func<Reg>, wrap: &Wrap) -> bool {
    let none = Copies::new();
    let bare = func.block_ids().filter(|&id| wrap.is_bare(id)).map(|id| func.block(id));
    bare.into_iter().all(|block| block.insts.iter().all(|inst| is_bare(inst, &none)) && is_bare_end(&block.term, &none))
}

/// Takes the copies away; the blocks before the frame read what they are copies of.
fn uncopy(func: &mut Func<Reg>, is_bare: &[bool], copies: &Copies) {
    let source = |reg: Reg| copies.iter().find(|copy| copy.0 == reg).map_or(reg, |copy| copy.1);
    func.blocks[0].insts.retain(|inst| as_copy(inst).is_none());
    for (block, _) in func.blocks.iter_mut().zip(is_bare).filter(|(_, bare)| **bare) {
        for inst in &mut block.insts {
            *inst = inst.map(&mut |reg, role| if role.is_use() { source(reg) } else { reg });
        }
        block.term = block.term.map(&mut |reg, _| source(reg));
    }
}

/// Gives the blocks before the frame returns of their own.
fn copy_exits(func: &mut Func<Reg>, bare: &[BlockId], begin: BlockId, is_bare: &mut Vec<bool>) {
    let mut copied: Vec<(BlockId, BlockId)> = Vec::new();
    for id in bare {
        let mut term = func.block(*id).term.clone();
        let mut jumps = None;
        for edge in term.edges_mut() {
            if edge.target == begin || bare.contains(&edge.target) {
                continue;
            }
            if let Term::Jump(_) = func.block(*id).term {
                jumps = Some(edge.target);
                continue;
            }
            let known = copied.iter().find(|copy| copy.0 == edge.target).map(|copy| copy.1);
            edge.target = known.unwrap_or_else(|| {
                let copy = BlockId::new(func.blocks.len());
                func.blocks.push(func.block(edge.target).clone());
                is_bare.push(true);
                copied.push((edge.target, copy));
                copy
            });
        }
        // What a block jumps to becomes its end.
        if let Some(exit) = jumps {
            let BlockData { insts, term: end, .. } = func.block(exit).clone();
            func.blocks[id.index()].insts.extend(insts);
            term = end;
        }
        func.blocks[id.index()].term = term;
    }
}

/// A block before `begin` that makes the copies: it takes the place of `begin`, which moves on by one.
fn make_begin(func: &mut Func<Reg>, begin: BlockId, copies: &Copies, is_bare: &mut Vec<bool>) -> BlockId {
    let next = BlockId::new(begin.index() + 1);
    for (block, bare) in func.blocks.iter_mut().zip(is_bare.iter()) {
        for edge in block.term.edges_mut() {
            let enters = edge.target == begin && *bare;
            if edge.target.index() >= begin.index() && !enters {
                edge.target = BlockId::new(edge.target.index() + 1);
            }
        }
    }
    let insts = copies.iter().map(|&(rd, rm)| Inst::Mov { s: false, rd, rhs: Operand2::Reg(rm) }).collect();
    let block = BlockData {
        params: SmallVec::new(),
        insts,
        term: Term::Jump(Edge::to(next)),
        loop_depth: 0,
        cold: func.block(begin).cold,
    };
    func.blocks.insert(begin.index(), block);
    is_bare.insert(begin.index(), false);
    begin
}
