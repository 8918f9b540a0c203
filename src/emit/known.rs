//! Constants that core registers are known to hold: what instructions make, and what branches show.

use super::common::registers;
use crate::isa::{BlockId, Const, Func, Inst, Operand2, Reg};
use bitvec::vec::BitVec;

/// How often the blocks are walked until no constant is found wrong.
const SWEEPS: usize = 8;

/// The integers that core registers hold.
#[derive(Copy, Clone, PartialEq, Eq)]
pub(super) struct Constants {
    known: u16,
    values: [u32; 16],
}

impl Constants {
    pub(super) const NONE: Constants = Constants { known: 0, values: [0; 16] };

    pub(super) fn get(&self, reg: Reg) -> Option<u32> {
        let n = reg.index();
        (n < 16 && self.known >> n & 1 != 0).then(|| self.values[n])
    }

    pub(super) fn set(&mut self, reg: Reg, value: Option<u32>) {
        let n = reg.index();
        if n < 16 {
            self.known = self.known & !(1 << n) | u16::from(value.is_some()) << n;
            self.values[n] = value.unwrap_or(0);
        }
    }

    /// Keeps what both agree on.
    pub(super) fn meet(&mut self, other: &Constants) {
        for n in 0..16 {
            if other.known >> n & 1 == 0 || other.values[n] != self.values[n] {
                self.known &= !(1 << n);
                self.values[n] = 0;
            }
        }
    }

    /// Goes on to what is known behind an instruction.
    pub(super) fn step(&mut self, inst: &Inst<Reg>) {
        let made = match *inst {
            Inst::Const { rd, value: Const::Int(value) } => Some((rd, Some(value))),
            // Nothing that is known changes.
            _ if self.known == 0 => return,
            Inst::Mov { rd, rhs: Operand2::Reg(rm), .. } => Some((rd, self.get(rm))),
            _ => None,
        };
        let (_, written) = registers(inst);
        written.iter().for_each(|reg| self.set(reg, None));
        if let Some((rd, value)) = made {
            self.set(rd, value);
        }
    }
}

/// The constants at the start of each block; `None` for blocks that nothing leads to, and for the function if the walks do not
/// come to an end.
pub(super) fn constants(func: &Func<Reg>) -> Option<Vec<Option<Constants>>> {
    let mut at_start: Vec<Option<Constants>> = vec![None; func.blocks.len()];
    at_start[BlockId::ENTRY.index()] = Some(Constants::NONE);
    // The blocks for which less is known since they were walked.
    let mut stale: BitVec = BitVec::repeat(true, func.blocks.len());
    for _ in 0..SWEEPS {
        let mut changed = false;
        for id in func.block_ids() {
            let Some(mut known) = at_start[id.index()].filter(|_| stale.replace(id.index(), false)) else { continue };
            let block = func.block(id);
            block.insts.iter().for_each(|inst| known.step(inst));
            for (n, edge) in block.term.edges().enumerate() {
                let mut known = known;
                if let Some((reg, value)) = block.shown(n) {
                    known.set(reg, Some(value));
                }
                let start = &mut at_start[edge.target.index()];
                let before = *start;
                match start {
                    // Less cannot be known.
                    Some(start) if start.known == 0 => continue,
                    Some(start) => start.meet(&known),
                    None => *start = Some(known),
                }
                if *start != before {
                    stale.set(edge.target.index(), true);
                    changed = true;
                }
            }
        }
        if !changed {
            return Some(at_start);
        }
    }
    None
}

/// Takes out what makes a constant where its register holds it already. `at_start` is what `constants` gives, where that is
/// known.
pub(super) fn drop_held(func: &mut Func<Reg>, at_start: Option<Vec<Option<Constants>>>) {
    let makes = |inst: &Inst<Reg>| matches!(inst, Inst::Const { value: Const::Int(_), .. });
    let branches = func.blocks.iter().any(|block| block.term.edges().nth(1).is_some());
    if !branches || !func.blocks.iter().any(|block| block.insts.iter().any(makes)) {
        return;
    }
    let Some(at_start) = at_start.or_else(|| constants(func)) else { return };
    for (block, known) in func.blocks.iter_mut().zip(at_start) {
        let Some(mut known) = known else { continue };
        block.insts.retain(|inst| {
            let held = match *inst {
                Inst::Const { rd, value: Const::Int(value) } => known.get(rd) == Some(value),
                _ => false,
            };
            known.step(inst);
            !held
        });
    }
}
