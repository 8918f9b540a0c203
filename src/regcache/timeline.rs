//! Which registers are taken when.
//!
//! One set of registers per position. A function has no more values in registers at a position than there are registers, so that
//! looking at every position of every value's ranges takes time linear in the function's size.

use super::liveness::Range;
use crate::isa::{Reg, RegSet};

/// The registers that are taken, by position.
#[derive(Clone)]
pub struct Timeline(Vec<RegSet>);

impl Timeline {
    /// Nothing is taken at any position below `end`.
    pub fn new(end: u32) -> Timeline {
        Timeline(vec![RegSet::EMPTY; end as usize])
    }

    fn slice(&mut self, range: Range) -> &mut [RegSet] {
        &mut self.0[range.start as usize..range.end as usize]
    }

    /// The registers that are taken somewhere in the range.
    pub fn taken(&self, range: Range) -> RegSet {
        let sets = &self.0[range.start as usize..range.end as usize];
        sets.iter().fold(RegSet::EMPTY, |all, &set| all.union(set))
    }

    pub fn take(&mut self, range: Range, reg: Reg) {
        self.slice(range).iter_mut().for_each(|set| set.insert(reg));
    }

    pub fn release(&mut self, range: Range, reg: Reg) {
        self.slice(range).iter_mut().for_each(|set| set.remove(reg));
    }

    /// The registers of `among` that are free longest from the start of the range on, up to its end, and that position.
    pub fn free_longest(&self, range: Range, among: RegSet) -> (RegSet, u32) {
        let mut free = among;
        for position in range.start..range.end {
            let left = free.minus(self.0[position as usize]);
            if left.is_empty() {
                return (free, position);
            }
            free = left;
        }
        (free, range.end)
    }
}
