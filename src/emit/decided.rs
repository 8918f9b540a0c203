//! Tests whose outcome is known from the way that leads to them: that way goes around them.
//!
//! A walk over the blocks finds the constants that core registers hold on each way into a block: those that its predecessors
//! end with, and what their branches say. Where a block makes a choice by such a constant — a table of states, a comparison
//! with an immediate — a way into it on which the constant is known leads to where the choice would, through a copy of what
//! else the block does. Loops that keep a state thus go from state to state, although wasm has one place where all meet.
//!
//! What leads to a target this way ends with no less known than the block itself, so that what is known at the target stays
//! true.

use super::common::registers;
use super::duplicate::{PASSED, behind_empty, follows, is_passed};
use super::known::{Constants, constants};
use crate::hash::HashMap;
use crate::isa::{BlockData, BlockId, Edge, Func, Inst, Operand2, Reg, RegSet, Term, TestOp};
use crate::options::Optimize;
use smallvec::SmallVec;

/// Instructions that are copied for a way.
const MOST: usize = 4;

/// How many tests a way is followed through.
const TESTS: usize = 3;

/// Rewrites the function. Copies are made only where speed counts. Returns the constants at the start of each block, where they
/// have been found and hold of the function as it is then.
pub fn decide(func: &mut Func<Reg>, optimize: Optimize) -> Option<Vec<Option<Constants>>> {
    let mut ways = vec![0u32; func.blocks.len()];
    func.blocks.iter().flat_map(|block| block.term.successors()).for_each(|id| ways[id.index()] += 1);
    let chooses = |id: BlockId| {
        let block = func.block(id);
        let choice = matches!(block.term, Term::Branch { .. } | Term::BranchZero { .. } | Term::Table { .. });
        choice && ways[id.index()] > 1 && block.insts.len() <= MOST + 1
    };
    if !func.block_ids().any(chooses) {
        return None;
    }
    let at_start = constants(func)?;
    let count = func.blocks.len();
    let mut around = Around { copies: HashMap::default(), before: HashMap::default(), behind: HashMap::default() };
    let mut changed = false;
    for id in (0..count).map(BlockId::new) {
        changed |= decide_block(func, id, &at_start, optimize, &mut around);
    }
    if !changed {
        return Some(at_start);
    }
    drop_dead(func);
    around.arrange(func, count);
    None
}

/// Where a way goes on that goes around tests, and what it does instead.
#[derive(PartialEq, Eq, Hash, Clone)]
struct Way {
    insts: Vec<Inst<Reg>>,
    target: BlockId,
}

/// Follows a way as long as the outcome of tests is known; `None` if the first one's is not.
fn follow(func: &Func<Reg>, target: BlockId, mut known: Constants, most: usize) -> Option<Way> {
    let mut way = Way { insts: Vec::new(), target };
    let mut decided = false;
    for _ in 0..TESTS {
        let block = func.block(behind_empty(func, way.target));
        if block.insts.len() > MOST + 1 || block.insts.iter().any(|inst| matches!(inst, Inst::Call(_))) {
            break;
        }
        block.insts.iter().for_each(|inst| known.step(inst));
        let Some((target, dead)) = outcome(block, &known) else { break };
        let kept = block.insts.iter().enumerate().filter(|(at, _)| Some(*at) != dead).map(|(_, inst)| inst.clone());
        let insts: Vec<Inst<Reg>> = way.insts.iter().cloned().chain(kept).collect();
        if insts.len() > most {
            break;
        }
        way = Way { insts, target };
        decided = true;
    }
    way.target = behind_empty(func, way.target);
    decided.then_some(way)
}

/// The target that a block's choice comes to, and the comparison that only this choice needs.
fn outcome(block: &BlockData<Reg>, known: &Constants) -> Option<(BlockId, Option<usize>)> {
    match &block.term {
        Term::BranchZero { rn, zero, nonzero } => {
            let edge = if known.get(*rn)? == 0 { zero } else { nonzero };
            Some((edge.target, None))
        }
        Term::Table { rn, targets } => Some((targets.get(known.get(*rn)? as usize)?.target, None)),
        Term::Branch { cond, then, otherwise } => {
            let at = block.comparison()?;
            let &Inst::Test { op: TestOp::Cmp, rn, rhs } = &block.insts[at] else { return None };
            // Registers that are written behind the comparison are not what it compared.
            let of = |reg: Reg| known.get(reg).filter(|_| block.stays(at, reg));
            let rhs = match rhs {
                Operand2::Imm(imm) => imm.value(),
                Operand2::Reg(rm) => of(rm)?,
                Operand2::Shifted(..) => return None,
            };
            let edge = if cond.holds(of(rn)?, rhs) { then } else { otherwise };
            Some((edge.target, Some(at)))
        }
        Term::Jump(_) | Term::Return { .. } | Term::TailCall(_) | Term::Trap(_) => None,
    }
}

/// The blocks that are put in.
struct Around {
    copies: HashMap<Way, BlockId>,
    /// New blocks by the block that they stand before.
    before: HashMap<BlockId, SmallVec<[BlockId; 2]>>,
    /// And behind.
    behind: HashMap<BlockId, SmallVec<[BlockId; 2]>>,
}

/// Leads the ways out of a block around tests. Returns whether any changed.
fn decide_block(
    func: &mut Func<Reg>,
    id: BlockId,
    at_start: &[Option<Constants>],
    optimize: Optimize,
    around: &mut Around,
) -> bool {
    let block = func.block(id);
    let Some(mut known) = at_start[id.index()].filter(|_| !block.cold) else { return false };
    block.insts.iter().for_each(|inst| known.step(inst));
    let mut found: SmallVec<[(usize, Way); 2]> = SmallVec::new();
    for (n, edge) in block.term.edges().enumerate() {
        let mut known = known;
        if let Some((reg, value)) = block.shown(n) {
            known.set(reg, Some(value));
        }
        let is_hot = block.loop_depth > 0 && optimize == Optimize::Speed;
        // A jump would take the place of a fall.
        if optimize == Optimize::Size && follows(func, id, edge.target) {
            continue;
        }
        if let Some(way) = follow(func, edge.target, known, if is_hot { MOST } else { 0 }) {
            found.push((n, way));
        }
    }
    let jumps = matches!(block.term, Term::Jump(_));
    let changed = !found.is_empty();
    for (n, way) in found {
        let target = way.target;
        if jumps {
            let block = &mut func.blocks[id.index()];
            block.insts.extend(way.insts);
            block.term = Term::Jump(Edge::to(target));
            continue;
        }
        let target = if way.insts.is_empty() { target } else { around.copy(func, id, way) };
        let edge = func.blocks[id.index()].term.edges_mut().nth(n);
        edge.expect("a terminator has the edges that it had").target = target;
    }
    changed
}

impl Around {
    /// The block that does what a way does, and leads to its target.
    fn copy(&mut self, func: &mut Func<Reg>, from: BlockId, way: Way) -> BlockId {
        if let Some(&copy) = self.copies.get(&way) {
            return copy;
        }
        let copy = BlockId::new(func.blocks.len());
        let target = way.target;
        match self.before.contains_key(&target) || is_fallen_into(func, target) {
            false => self.before.entry(target).or_default().push(copy),
            true => self.behind.entry(from).or_default().push(copy),
        }
        let loop_depth = func.block(from).loop_depth.min(func.block(target).loop_depth);
        let insts = way.insts.clone();
        let term = Term::Jump(Edge::to(target));
        func.blocks.push(BlockData { params: SmallVec::new(), insts, term, loop_depth, cold: false });
        self.copies.insert(way, copy);
        copy
    }

    /// Puts the new blocks, which are those from `count` on, in their places.
    fn arrange(&self, func: &mut Func<Reg>, count: usize) {
        let of =
            |map: &HashMap<BlockId, SmallVec<[BlockId; 2]>>, id: BlockId| map.get(&id).cloned().unwrap_or_default();
        let mut order: Vec<BlockId> = Vec::with_capacity(func.blocks.len());
        // What is still to be placed, the next last, and whether what comes before it has been. A new block may have others
        // around it in turn.
        let mut work: Vec<(BlockId, bool)> = (0..count).rev().map(|index| (BlockId::new(index), false)).collect();
        while let Some((id, ready)) = work.pop() {
            if ready {
                order.push(id);
                continue;
            }
            work.extend(of(&self.behind, id).into_iter().rev().map(|id| (id, false)));
            work.push((id, true));
            work.extend(of(&self.before, id).into_iter().rev().map(|id| (id, false)));
        }
        let mut number = vec![BlockId::ENTRY; order.len()];
        for (n, id) in order.iter().enumerate() {
            number[id.index()] = BlockId::new(n);
        }
        let mut old: Vec<Option<BlockData<Reg>>> = func.blocks.drain(..).map(Some).collect();
        for id in order {
            let mut block = old[id.index()].take().expect("each block stands once in the order");
            block.term.edges_mut().for_each(|edge| edge.target = number[edge.target.index()]);
            func.blocks.push(block);
        }
    }
}

/// Whether the block that stands before this one can lead to it.
fn is_fallen_into(func: &Func<Reg>, id: BlockId) -> bool {
    let before = (0..id.index()).rev().take(PASSED).map(BlockId::new).find(|&before| !is_passed(func, before));
    before.is_some_and(|before| func.block(before).term.successors().any(|to| behind_empty(func, to) == id))
}

/// Removes constants that nobody reads any more.
fn drop_dead(func: &mut Func<Reg>) {
    let mut live_in = vec![RegSet::EMPTY; func.blocks.len()];
    let live_out = |block: &BlockData<Reg>, live_in: &[RegSet]| {
        let mut live = block.term.successors().fold(RegSet::EMPTY, |live, id| live.union(live_in[id.index()]));
        block.term.visit(|reg, _| live.insert(reg));
        live
    };
    let mut changed = true;
    while changed {
        changed = false;
        for id in func.block_ids().rev() {
            let block = func.block(id);
            let mut live = live_out(block, &live_in);
            for inst in block.insts.iter().rev() {
                let (read, written) = registers(inst);
                live = live.minus(written).union(read);
            }
            changed |= live != live_in[id.index()];
            live_in[id.index()] = live;
        }
    }
    for block in &mut func.blocks {
        let mut live = live_out(block, &live_in);
        let mut keep = vec![true; block.insts.len()];
        for (inst, keep) in block.insts.iter().zip(&mut keep).rev() {
            let (read, written) = registers(inst);
            *keep = !matches!(inst, Inst::Const { .. }) || !written.intersection(live).is_empty();
            if *keep {
                live = live.minus(written).union(read);
            }
        }
        let mut keep = keep.into_iter();
        block.insts.retain(|_| keep.next().expect("one mark per instruction"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::isa::{AluOp, ModImm};
    use crate::isa::{Cond, Const};

    const REGS: [u8; 4] = [0, 1, 2, 3];

    fn imm(value: u32) -> Operand2<Reg> {
        Operand2::Imm(ModImm::new(value).expect("a byte is an immediate"))
    }

    /// What the function returns in its registers, or nothing if it runs longer than so many blocks.
    fn execute(func: &Func<Reg>, start: [u32; 4]) -> Option<[u32; 4]> {
        let mut regs = start;
        let of = |reg: Reg| reg.bits() as usize;
        let (mut id, mut compared) = (BlockId::ENTRY, (0, 0));
        // Jumps and tests are what goes away: time is what blocks compute.
        let mut work = 0;
        for _ in 0..5000 {
            let block = func.block(id);
            for inst in &block.insts {
                match *inst {
                    Inst::Const { rd, value: Const::Int(value) } => regs[of(rd)] = value,
                    Inst::Mov { rd, rhs: Operand2::Reg(rm), .. } => regs[of(rd)] = regs[of(rm)],
                    Inst::Alu { rd, rn, rhs: Operand2::Imm(by), .. } => {
                        regs[of(rd)] = regs[of(rn)].wrapping_add(by.value());
                        work += 1;
                    }
                    Inst::Test { rn, rhs: Operand2::Imm(with), .. } => compared = (regs[of(rn)], with.value()),
                    _ => unreachable!("not generated"),
                }
            }
            if work > 60 {
                return None;
            }
            let edge = match &block.term {
                Term::Jump(edge) => edge,
                Term::Branch { cond, then, otherwise } => match cond.holds(compared.0, compared.1) {
                    true => then,
                    false => otherwise,
                },
                Term::BranchZero { rn, zero, nonzero } => {
                    if regs[of(*rn)] == 0 {
                        zero
                    } else {
                        nonzero
                    }
                }
                Term::Table { rn, targets } => &targets[regs[of(*rn)] as usize % targets.len()],
                Term::Return { .. } => return Some(regs),
                Term::TailCall(_) | Term::Trap(_) => unreachable!("not generated"),
            };
            id = edge.target;
        }
        None
    }

    #[test]
    fn random_functions_return_the_same() {
        let mut state = 7u64;
        let mut pick = |n: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize % n
        };
        let (mut changed, mut returned) = (0, 0);
        for _ in 0..10_000 {
            let count = 3 + pick(10);
            let blocks = (0..count).map(|n| random_block(n, count, &mut pick)).collect();
            let func = Func::new(blocks);
            let mut decided = func.clone();
            decide(&mut decided, Optimize::Speed);
            changed += usize::from(decided != func);
            for _ in 0..4 {
                let start = REGS.map(|_| pick(4) as u32);
                let expected = execute(&func, start);
                returned += usize::from(expected.is_some());
                assert_eq!(execute(&decided, start), expected, "{start:?}\n{func:?}\nbecame\n{decided:?}");
            }
        }
        assert!(changed > 3000 && returned > 8000, "{changed} {returned}");
    }

    /// Block `n` of `count`, the last of which returns. Its loop depth is 1, as if all were one loop.
    fn random_block(n: usize, count: usize, pick: &mut impl FnMut(usize) -> usize) -> BlockData<Reg> {
        let mut insts = Vec::new();
        for _ in 0..pick(4) {
            let (rd, rn) = (Reg::new(REGS[pick(4)]), Reg::new(REGS[pick(4)]));
            insts.push(match pick(4) {
                0 | 1 => Inst::Const { rd, value: Const::Int(pick(4) as u32) },
                2 => Inst::Mov { s: false, rd, rhs: Operand2::Reg(rn) },
                _ => Inst::Alu { op: AluOp::Add, s: false, rd, rn, rhs: imm(1) },
            });
        }
        let rn = Reg::new(REGS[pick(4)]);
        let mut edge = || Edge::to(BlockId::new(1 + pick(count - 1)));
        let (a, b, c, d) = (edge(), edge(), edge(), edge());
        let term = match pick(5) {
            _ if n + 1 == count => {
                Term::Return { values: REGS.iter().map(|&reg| (Reg::new(reg), Reg::new(reg))).collect() }
            }
            0 => Term::Jump(a),
            1 | 2 => {
                insts.push(Inst::Test { op: TestOp::Cmp, rn, rhs: imm(pick(4) as u32) });
                Term::Branch { cond: Cond::ALL[pick(14)], then: a, otherwise: b }
            }
            3 => Term::BranchZero { rn, zero: a, nonzero: b },
            _ => {
                // An index is below the count of targets.
                insts.push(Inst::Const { rd: rn, value: Const::Int(pick(4) as u32) });
                Term::Table { rn, targets: vec![a, b, c, d] }
            }
        };
        BlockData { params: SmallVec::new(), insts, term, loop_depth: 1, cold: false }
    }
}
