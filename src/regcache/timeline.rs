//! Which registers are taken when.
//!
//! One set of registers of each class per position. A function has no more values in registers at a position than there are
//! registers, so that looking at every position of every value's ranges takes time linear in the function's size.

use super::liveness::Range;
use crate::isa::{Class, Reg, RegSet};
use std::ops::BitOr;

/// The registers that are taken, by position.
#[derive(Clone)]
pub struct Timeline {
    core: Vec<u16>,
    /// Empty in functions without single-precision registers.
    single: Vec<u32>,
}

impl Timeline {
    /// Nothing is taken at any position below `end`.
    pub fn new(end: u32, has_singles: bool) -> Timeline {
        Timeline { core: vec![0; end as usize], single: vec![0; if has_singles { end as usize } else { 0 }] }
    }

    /// The registers of the class that are taken somewhere in the range.
    pub fn taken(&self, range: Range, class: Class) -> RegSet {
        match class {
            Class::Core => RegSet::of_class(class, any(&self.core[places(range)]).into()),
            Class::Single => RegSet::of_class(class, any(&self.single[places(range)])),
        }
    }

    pub fn take(&mut self, range: Range, reg: Reg) {
        match reg.class() {
            Class::Core => self.core[places(range)].iter_mut().for_each(|set| *set |= 1 << reg.bits()),
            Class::Single => self.single[places(range)].iter_mut().for_each(|set| *set |= 1 << reg.single_bits()),
        }
    }

    pub fn release(&mut self, range: Range, reg: Reg) {
        match reg.class() {
            Class::Core => self.core[places(range)].iter_mut().for_each(|set| *set &= !(1 << reg.bits())),
            Class::Single => self.single[places(range)].iter_mut().for_each(|set| *set &= !(1 << reg.single_bits())),
        }
    }

    fn at(&self, position: u32, class: Class) -> RegSet {
        self.taken(Range { start: position, end: position + 1 }, class)
    }

    /// The registers of `among`, which are of one class, that are free longest from the start of the range on, up to its
    /// end, and that position.
    pub fn free_longest(&self, range: Range, among: RegSet) -> (RegSet, u32) {
        let mut free = among;
        let Some(class) = among.first().map(Reg::class) else { return (free, range.start) };
        for position in range.start..range.end {
            let left = free.minus(self.at(position, class));
            if left.is_empty() {
                return (free, position);
            }
            free = left;
        }
        (free, range.end)
    }
}

fn places(range: Range) -> std::ops::Range<usize> {
    range.start as usize..range.end as usize
}

/// What is in any of the sets.
fn any<T: Copy + Default + BitOr<Output = T>>(sets: &[T]) -> T {
    sets.iter().fold(T::default(), |all, &set| all | set)
}
