//! What is known of the module's functions by those that call them.
//!
//! A function that only code of this object can enter under its name, and that cannot be running when it is called, is compiled
//! before its callers, which can then keep values in the registers that it leaves alone. What AAPCS32 says holds for all
//! others.
//!
//! Invariant: r12 and lr are in every set, since a linker may put a veneer between any two sections (AAELF32 5.6.1.4) and
//! the call itself writes lr.

use super::func::Symbol;
use super::operand::CallTarget;
use super::reg::{Reg, RegSet};

/// The registers that calls of functions may change, by function.
pub struct Callees {
    changed: Vec<RegSet>,
}

impl Callees {
    /// So many functions of which nothing is known.
    pub fn unknown(functions: usize) -> Callees {
        Callees { changed: vec![RegSet::CALLER_SAVED; functions] }
    }

    /// Whoever calls the function by its index is told from now on that its code writes these registers and restores none
    /// of them.
    pub fn learn(&mut self, function: u32, written: RegSet) {
        let holding = RegSet::ALLOCATABLE.union(RegSet::SINGLE);
        let always: RegSet = [Reg::R12, Reg::LR].into_iter().collect();
        self.changed[function as usize] = written.intersection(holding).union(always);
    }

    /// What a call may change besides the registers of its results.
    pub fn changed<R>(&self, target: &CallTarget<R>) -> RegSet {
        match *target {
            CallTarget::Symbol(Symbol::Function(index)) => self.changed[index as usize],
            CallTarget::Symbol(_) | CallTarget::Register(_) => RegSet::CALLER_SAVED,
        }
    }
}
