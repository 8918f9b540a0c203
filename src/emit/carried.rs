//! Comparisons that were made before a branch led here: a block with one way into it begins with the flags that the block
//! before ends with, so that it need not compare the same operands again, and comparing them the other way round asks for
//! other conditions only. Choices of three ways are made so: less, equal or greater.
//!
//! This is the one case in which flags live from block to block. `Carried` says which blocks end with flags that another
//! needs, and what the other is without its comparison; in between stand only branches.

use super::common::registers;
use super::encode::{self, Context};
use super::flags::Flags;
use super::layout::{Layout, Target};
use super::wrap::Wrap;
use crate::hash::HashMap;
use crate::isa::{BlockId, Cond, Const, Func, Inst, Operand2, Reg, Term, TestOp};
use crate::options::Optimize;

/// Bytes by which code may grow for a comparison less, where speed counts.
const GROWTH: u32 = 4;

pub struct Carried {
    /// Blocks without the comparison that they begin with.
    rewritten: HashMap<BlockId, (Vec<Inst<Reg>>, Term<Reg>)>,
    /// Whether the flags at the end of a block are needed behind it.
    kept: Vec<bool>,
}

/// A comparison whose flags hold at the end of a block.
#[derive(Copy, Clone)]
struct Made {
    op: TestOp,
    rn: Reg,
    rhs: Operand2<Reg>,
    /// The block that they come from, where the block that ends with them has made none.
    from: Option<BlockId>,
}

impl Carried {
    /// No block needs flags of another.
    pub fn none(func: &Func<Reg>) -> Carried {
        Carried { rewritten: HashMap::default(), kept: vec![false; func.blocks.len()] }
    }

    pub fn contents<'a>(&'a self, func: &'a Func<Reg>, id: BlockId) -> (&'a [Inst<Reg>], &'a Term<Reg>) {
        match self.rewritten.get(&id) {
            Some((insts, term)) => (insts, term),
            None => (&func.block(id).insts, &func.block(id).term),
        }
    }

    /// The flags that are live at the end of a block besides those that its branch reads.
    pub fn behind(&self, id: BlockId) -> Flags {
        if self.kept[id.index()] { Flags::ALL } else { Flags::NONE }
    }
}

/// Finds the comparisons that are not needed.
pub fn carried(func: &Func<Reg>, layout: &Layout, wrap: &Wrap, optimize: Optimize) -> Carried {
    let mut carried = Carried::none(func);
    let before = only_predecessors(func, layout);
    let mut made: Vec<Option<Made>> = vec![None; func.blocks.len()];
    for &id in &layout.order {
        let pred = before[id.index()].filter(|_| wrap.begin != Some(id));
        let entry = pred.and_then(|pred| Some((pred, made[pred.index()]?)));
        let block = func.block(id);
        if let Some((pred, known)) = entry
            && let Some((at, is_swapped)) = repeated(&block.insts, &known)
            && is_worth(func, optimize, (pred, &known), (id, at))
            && let Some(without) = without(&block.insts, &block.term, at, is_swapped)
        {
            let mut kept = Some(pred);
            while let Some(id) = kept {
                carried.kept[id.index()] = true;
                kept = made[id.index()].and_then(|made| made.from);
            }
            carried.rewritten.insert(id, without);
        }
        let (insts, term) = carried.contents(func, id);
        made[id.index()] = at_end(insts, term, entry);
    }
    carried
}

/// For each block, the block that alone leads to it, by one branch.
fn only_predecessors(func: &Func<Reg>, layout: &Layout) -> Vec<Option<BlockId>> {
    let mut ways = vec![0u32; func.blocks.len()];
    let mut before = vec![None; func.blocks.len()];
    ways[BlockId::ENTRY.index()] = 1;
    for &id in &layout.order {
        for successor in func.block(id).term.successors() {
            if let Target::Block(target) = layout.target(successor) {
                ways[target.index()] += 1;
                before[target.index()] = Some(id);
            }
        }
    }
    before.into_iter().zip(ways).map(|(before, ways)| before.filter(|_| ways == 1)).collect()
}

/// The comparison whose flags hold where a block ends, given that at its begin.
fn at_end(insts: &[Inst<Reg>], term: &Term<Reg>, entry: Option<(BlockId, Made)>) -> Option<Made> {
    let made = match insts.iter().rposition(Inst::writes_flags) {
        None => entry.map(|(pred, made)| (0, Made { from: Some(pred), ..made })),
        Some(at) => match insts[at] {
            Inst::Test { op, rn, rhs } => Some((at, Made { op, rn, rhs, from: None })),
            _ => None,
        },
    };
    let (at, made) = made?;
    let stays = !insts[at..].iter().any(|inst| changes(inst, &made));
    (stays && matches!(term, Term::Branch { .. } | Term::Jump(_))).then_some(made)
}

/// Whether an instruction writes an operand of a comparison.
fn changes(inst: &Inst<Reg>, made: &Made) -> bool {
    let (_, written) = registers(inst);
    let of_rhs = match made.rhs {
        Operand2::Reg(rm) | Operand2::Shifted(rm, ..) => written.contains(rm),
        Operand2::Imm(_) => false,
    };
    of_rhs || written.contains(made.rn)
}

/// Where a block makes a comparison again that is known at its begin, and whether with the operands the other way round.
fn repeated(insts: &[Inst<Reg>], known: &Made) -> Option<(usize, bool)> {
    let at = insts.iter().position(|inst| inst.writes_flags() || inst.reads_flags())?;
    let Inst::Test { op, rn, rhs } = insts[at] else { return None };
    if insts[..at].iter().any(|inst| changes(inst, known)) || op != known.op {
        return None;
    }
    let is_swapped = op == TestOp::Cmp && rhs == Operand2::Reg(known.rn) && known.rhs == Operand2::Reg(rn);
    (is_swapped || rn == known.rn && rhs == known.rhs).then_some((at, is_swapped))
}

/// A block without its comparison, if its flags can be read from what was made before.
fn without(insts: &[Inst<Reg>], term: &Term<Reg>, at: usize, is_swapped: bool) -> Option<(Vec<Inst<Reg>>, Term<Reg>)> {
    let mut insts = insts.to_vec();
    let mut term = term.clone();
    insts.remove(at);
    if !is_swapped {
        return Some((insts, term));
    }
    let swap = |cond: &mut Cond| {
        let compares = !matches!(cond, Cond::Mi | Cond::Pl | Cond::Vs | Cond::Vc);
        *cond = if compares { cond.swapped() } else { return None };
        Some(())
    };
    for inst in &mut insts[at..] {
        match inst {
            Inst::If { cond, inst, .. } if !inst.reads_flags() => swap(cond)?,
            Inst::TrapIf { cond, .. } => swap(cond)?,
            _ if inst.reads_flags() => return None,
            _ => {}
        }
        if inst.writes_flags() {
            return Some((insts, term));
        }
    }
    if let Term::Branch { cond, .. } = &mut term {
        swap(cond)?;
    }
    Some((insts, term))
}

/// Whether the comparison takes more than what stands between loses by not being allowed to set flags.
fn is_worth(func: &Func<Reg>, optimize: Optimize, from: (BlockId, &Made), to: (BlockId, usize)) -> bool {
    let (pred, known) = from;
    let (id, at) = to;
    let before = &func.block(pred).insts;
    let since = before.iter().rposition(|inst| inst.writes_flags() && known.from.is_none()).map_or(0, |at| at + 1);
    let insts = &func.block(id).insts;
    let between = before[since..].iter().chain(&insts[..at]);
    let grown: u32 = between.map(growth).sum();
    let saved = encode::encode(&insts[at], Context::FREE).encoding.size();
    match optimize {
        Optimize::Speed => grown <= saved + GROWTH,
        Optimize::Size => grown < saved,
    }
}

/// How much longer an instruction is that may not set flags.
fn growth(inst: &Inst<Reg>) -> u32 {
    let size = |live: Flags| encode::encode(inst, Context { live, it: None }).encoding.size();
    match inst {
        Inst::Const { value: Const::Int(c), .. } if !encode::is_immediate(Const::Int(*c)) => 0,
        Inst::Const { value: Const::Int(_), .. }
        | Inst::Alu { .. }
        | Inst::AddWide { .. }
        | Inst::Mov { .. }
        | Inst::Mvn { .. }
        | Inst::Shift { .. }
        | Inst::Mul { .. } => size(Flags::ALL) - size(Flags::NONE),
        _ => 0,
    }
}
