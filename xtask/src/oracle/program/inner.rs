//! Small functions that only the module itself calls, each only ones that come later, so that they need no fuel: what a
//! compiler inlines, or calls by conventions of its own.

use super::{Program, Ty};

/// Locals besides one of each type.
const MAX_LOCALS: usize = 3;

impl Program<'_, '_> {
    /// The functions from `inner` on.
    pub(super) fn inner_functions(&mut self) {
        for index in self.inner..self.functions.len() {
            self.inner_function(index);
        }
    }

    fn inner_function(&mut self, index: usize) {
        let signature = self.functions[index].clone();
        self.callable = index + 1..self.functions.len();
        self.line(&format!("(func $f{index} {}", signature.clause()));
        self.declare(index, MAX_LOCALS);
        self.budget = 5 + self.pick(40) as u32;
        if self.chance(3) {
            self.leave_early(&signature.results);
        }
        for _ in 0..self.pick(4) {
            self.statement(1);
        }
        if !(self.chance(5) && self.tail_call(2)) {
            let depth = 1 + self.pick(3) as u32;
            for &ty in &signature.results {
                self.expression(ty, depth);
            }
        }
        self.line(")");
    }

    /// Returns locals, most of them arguments, before anything has happened.
    fn leave_early(&mut self, results: &[Ty]) {
        let test = self.local(Ty::I32);
        self.line(&format!("local.get {test} i32.const 3 i32.and i32.eqz if"));
        results.iter().for_each(|&ty| self.get(ty));
        self.line("return end");
    }
}
