//! Constants from registers that hold, or have just held, constants near them.
//!
//! A walk over each block knows which constant each register holds. A constant that takes a literal, or four bytes, is copied
//! from a register with the same one, or computed from a register with one that differs by an immediate, or is its negative
//! or complement: one cycle and no literal. Where the register has been overwritten since, the instruction stands
//! before that. A block with one predecessor starts with what that knows in the end.

use super::common::registers;
use super::flags::are_read;
use crate::isa::{AluOp, BlockData, Const, Func, Imm12, Imm16, Inst, ModImm, Operand2, Reg, RegSet};

/// How far back an overwritten register is looked for.
const WINDOW: usize = 8;

/// What is known of the core registers: a table for all blocks, of which each begins with nothing.
struct Known {
    /// The registers that hold constants, and these.
    holding: RegSet,
    holds: [Const; Reg::COUNT],
    /// The registers that have held constants in this block, the last of these, and the instruction that overwrote it.
    having_held: RegSet,
    held: [(Const, usize); Reg::COUNT],
}

impl Known {
    fn nothing() -> Known {
        let any = Const::Int(0);
        Known {
            holding: RegSet::EMPTY,
            holds: [any; Reg::COUNT],
            having_held: RegSet::EMPTY,
            held: [(any, 0); Reg::COUNT],
        }
    }

    fn forget(&mut self) {
        (self.holding, self.having_held) = (RegSet::EMPTY, RegSet::EMPTY);
    }

    fn holds(&self, reg: Reg) -> Option<Const> {
        self.holding.contains(reg).then(|| self.holds[reg.index()])
    }

    fn held(&self, reg: Reg) -> Option<(Const, usize)> {
        self.having_held.contains(reg).then(|| self.held[reg.index()])
    }

    fn set(&mut self, reg: Reg, value: Const) {
        self.holding.insert(reg);
        self.holds[reg.index()] = value;
    }

    /// Instruction `at` overwrites the register.
    fn overwrite(&mut self, reg: Reg, at: usize) {
        if let Some(value) = self.holds(reg) {
            self.holding.remove(reg);
            self.having_held.insert(reg);
            self.held[reg.index()] = (value, at);
        }
    }

    /// An instruction that makes a constant has been put in before others that are known already.
    fn made_earlier(&mut self, rd: Reg, value: Const, place: usize) {
        for reg in self.having_held.iter() {
            let overwritten = &mut self.held[reg.index()].1;
            *overwritten += usize::from(*overwritten >= place);
        }
        self.overwrite(rd, place);
        self.set(rd, value);
    }
}

/// Rewrites the blocks of a function.
pub fn derive(func: &mut Func<Reg>) {
    let mut sources = vec![0u32; func.blocks.len()];
    func.blocks.iter().flat_map(|block| block.term.successors()).for_each(|id| sources[id.index()] += 1);
    // Lists, since most blocks start with little.
    let mut at_start: Vec<Vec<(Reg, Const)>> = vec![Vec::new(); func.blocks.len()];
    let mut known = Known::nothing();
    for id in func.block_ids() {
        known.forget();
        for (reg, value) in std::mem::take(&mut at_start[id.index()]) {
            known.set(reg, value);
        }
        derive_block(&mut func.blocks[id.index()], &mut known);
        // Predecessors of a block that is no loop's header stand before it.
        for target in func.blocks[id.index()].term.successors().filter(|target| target.index() > id.index()) {
            if sources[target.index()] == 1 {
                let held = RegSet::ALLOCATABLE.intersection(known.holding).iter();
                at_start[target.index()] = held.map(|reg| (reg, known.holds[reg.index()])).collect();
            }
        }
    }
}

fn derive_block(block: &mut BlockData<Reg>, known: &mut Known) {
    for at in 0..block.insts.len() {
        let wanted = match &block.insts[at] {
            Inst::Const { rd, value } if !is_short(*value) => Some((*rd, *value)),
            Inst::If { inst, .. } => match **inst {
                Inst::Const { rd, value } if !is_short(value) => Some((rd, value)),
                _ => None,
            },
            _ => None,
        };
        if let Some((rd, value)) = wanted
            && let Some(earlier) = replace(block, at, rd, value, known)
        {
            known.made_earlier(rd, value, earlier);
            continue;
        }
        let inst = &block.insts[at];
        let made = match inst {
            Inst::Const { rd, value } => Some((*rd, *value)),
            _ => wanted.filter(|_| !matches!(inst, Inst::If { .. })),
        };
        if !known.holding.is_empty() {
            let (_, written) = registers(inst);
            written.intersection(known.holding).iter().for_each(|reg| known.overwrite(reg, at));
        }
        if let Some((rd, value)) = made {
            known.set(rd, value);
        }
    }
}

/// Whether MOVS builds it, or it belongs in a register of another class.
fn is_short(value: Const) -> bool {
    match value {
        Const::Int(c) => c <= 255,
        Const::Float(_) => true,
        Const::Address(..) => false,
    }
}

/// Whether it takes a literal.
fn is_literal(value: Const) -> bool {
    match value {
        Const::Int(c) => ModImm::new(c).is_none() && ModImm::new(!c).is_none() && Imm16::new(c).is_none(),
        Const::Float(_) => false,
        Const::Address(..) => true,
    }
}

/// Gets the constant from another register, if one will do. Returns where the instruction that does it stands, if that is
/// earlier.
fn replace(block: &mut BlockData<Reg>, at: usize, rd: Reg, value: Const, known: &Known) -> Option<usize> {
    let same = RegSet::ALLOCATABLE.iter().find(|&reg| known.holds(reg) == Some(value));
    if let Some(from) = same {
        let copy = Inst::Mov { s: false, rd, rhs: Operand2::Reg(from) };
        match &mut block.insts[at] {
            Inst::If { inst, .. } => **inst = copy,
            inst => *inst = copy,
        }
        return None;
    }
    if matches!(block.insts[at], Inst::If { .. }) || !is_literal(value) {
        return None;
    }
    let near = |(from, held): (Reg, Option<Const>)| held.and_then(|held| from_near(rd, value, from, held));
    if let Some(inst) = RegSet::ALLOCATABLE.iter().map(|reg| (reg, known.holds(reg))).find_map(near) {
        block.insts[at] = inst;
        return None;
    }
    for reg in RegSet::ALLOCATABLE.iter() {
        let Some((held, overwritten)) = known.held(reg).filter(|&(_, when)| at - when <= WINDOW) else {
            continue;
        };
        let Some(inst) = from_near(rd, value, reg, held) else { continue };
        let between = &block.insts[overwritten..at];
        let untouched = between.iter().all(|other| {
            let (read, written) = registers(other);
            !read.contains(rd) && !written.contains(rd)
        });
        if untouched && rd != reg && are_read(between) != Some(true) {
            block.insts[overwritten..=at].rotate_right(1);
            block.insts[overwritten] = inst;
            return Some(overwritten);
        }
    }
    None
}

/// The instruction that makes a constant of another one in `from`.
fn from_near(rd: Reg, value: Const, from: Reg, held: Const) -> Option<Inst<Reg>> {
    let distance = match (value, held) {
        (Const::Int(a), Const::Int(b)) => a.wrapping_sub(b),
        (Const::Address(x, a), Const::Address(y, b)) if x == y => a.wrapping_sub(b).cast_unsigned(),
        _ => return None,
    };
    let back = distance.wrapping_neg();
    let alu = |op: AluOp, imm: ModImm| Inst::Alu { op, s: false, rd, rn: from, rhs: Operand2::Imm(imm) };
    let sum = || ModImm::new(distance).map(|imm| alu(AluOp::Add, imm));
    let difference = || ModImm::new(back).map(|imm| alu(AluOp::Sub, imm));
    let wide = |sub: bool, by: u32| Imm12::new(by).map(|imm| Inst::AddWide { sub, rd, rn: from, imm });
    let turned = || match (value, held) {
        (Const::Int(a), Const::Int(b)) if a == b.wrapping_neg() => Some(alu(AluOp::Rsb, ModImm::new(0)?)),
        (Const::Int(a), Const::Int(b)) if a == !b => Some(Inst::Mvn { s: false, rd, rhs: Operand2::Reg(from) }),
        _ => None,
    };
    turned().or_else(sum).or_else(difference).or_else(|| wide(false, distance)).or_else(|| wide(true, back))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::isa::Term;
    use smallvec::SmallVec;

    /// Constants near each other, far apart, and opposite.
    const VALUES: [u32; 9] =
        [0x1234_5678, 0x1234_5679, 0x1234_6678, 0xedcb_a988, 0xedcb_a987, 0x7fff, 0xffff_8001, 0x0dea_dbee, 70_000];

    /// The registers behind the instructions, by wrapping arithmetic.
    fn execute(insts: &[Inst<Reg>]) -> [u32; 16] {
        let mut regs: [u32; 16] = std::array::from_fn(|n| 0x0101_0101 * n as u32);
        let of = |reg: Reg| reg.bits() as usize;
        for inst in insts {
            let (rd, value) = match *inst {
                Inst::Const { rd, value: Const::Int(value) } => (rd, value),
                Inst::Mov { rd, rhs: Operand2::Reg(rm), .. } => (rd, regs[of(rm)]),
                Inst::Mvn { rd, rhs: Operand2::Reg(rm), .. } => (rd, !regs[of(rm)]),
                Inst::AddWide { sub, rd, rn, imm } => {
                    let by = if sub { imm.value().wrapping_neg() } else { imm.value() };
                    (rd, regs[of(rn)].wrapping_add(by))
                }
                Inst::Alu { op, rd, rn, rhs, .. } => {
                    let rhs = match rhs {
                        Operand2::Reg(rm) => regs[of(rm)],
                        Operand2::Imm(imm) => imm.value(),
                        Operand2::Shifted(..) => unreachable!("not generated"),
                    };
                    let rn = regs[of(rn)];
                    let value = match op {
                        AluOp::Add => rn.wrapping_add(rhs),
                        AluOp::Sub => rn.wrapping_sub(rhs),
                        AluOp::Rsb => rhs.wrapping_sub(rn),
                        _ => unreachable!("not generated"),
                    };
                    (rd, value)
                }
                _ => unreachable!("not generated"),
            };
            regs[of(rd)] = value;
        }
        regs
    }

    #[test]
    fn random_blocks_compute_the_same() {
        let mut state = 1u64;
        let mut pick = |n: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize % n
        };
        let mut changed = 0;
        for _ in 0..20_000 {
            let length = 2 + pick(14);
            let mut reg = || Reg::new([0, 1, 2, 3, 9][pick(5)]);
            let registers: Vec<[Reg; 3]> = (0..length).map(|_| [reg(), reg(), reg()]).collect();
            let insts: Vec<Inst<Reg>> = registers
                .into_iter()
                .map(|[rd, rn, rm]| match pick(3) {
                    0 => Inst::Alu { op: AluOp::Add, s: false, rd, rn, rhs: Operand2::Reg(rm) },
                    _ => Inst::Const { rd, value: Const::Int(VALUES[pick(VALUES.len())]) },
                })
                .collect();
            let term = Term::Return { values: SmallVec::new() };
            let params = SmallVec::new();
            let mut block = BlockData { params, insts: insts.clone(), term, loop_depth: 0, cold: false };
            derive_block(&mut block, &mut Known::nothing());
            changed += usize::from(block.insts != insts);
            assert_eq!(execute(&block.insts), execute(&insts), "{insts:?}\nbecame\n{:?}", block.insts);
        }
        assert!(changed > 10_000, "{changed}");
    }
}
