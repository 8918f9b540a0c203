//! Tail calls: of functions and table entries with the results of the function being written.

use super::Program;

impl Program<'_, '_> {
    /// A tail call, if the shape allows one and there is something to call.
    pub(super) fn tail_call(&mut self, depth: u32) -> bool {
        if !self.shape.tail_calls {
            return false;
        }
        let fits = |index: usize| self.functions[index].results == self.results;
        let functions: Vec<usize> = self.callable.clone().filter(|&index| fits(index)).collect();
        let entries: Vec<usize> = (0..self.table.len()).filter(|&entry| fits(self.table[entry])).collect();
        if !entries.is_empty() && self.chance(2) {
            let entry = entries[self.pick(entries.len())];
            let index = self.table[entry];
            self.arguments(index, depth);
            self.line(&format!("local.get {} i32.const 0 i32.and i32.const {entry} i32.or", self.entry_local()));
            let clause = self.functions[index].clause();
            self.line(&format!("return_call_indirect {clause}"));
        } else if !functions.is_empty() {
            let index = functions[self.pick(functions.len())];
            self.arguments(index, depth);
            self.line(&format!("return_call $f{index}"));
        } else {
            return false;
        }
        true
    }

    /// A local whose value hides that a table index is a constant.
    fn entry_local(&self) -> usize {
        let position = self.locals.iter().position(|&ty| ty == super::Ty::I32);
        position.expect("every function has a local of each type")
    }
}
