//! Inlined calls: the operators of the callee are read in the place of the call.
//!
//! Its parameters are the values that would be passed, so they cost nothing; its returns go to a label behind its body, which
//! carries the results. `wasm::inline` has decided which functions are inlined.

use super::control::Frame;
use super::{Operand, Walk, abi, body, local_types};
use crate::error::Error;
use crate::select::locals::locals;
use wasmparser::Operator;

impl Walk<'_> {
    /// The function that a call names, if it is to be inlined.
    pub fn inlined_callee(&self, operator: &Operator<'_>) -> Option<u32> {
        let callee = match *operator {
            Operator::Call { function_index } | Operator::ReturnCall { function_index } => function_index,
            _ => return None,
        };
        (self.reachable && self.layout.inlined[callee as usize]).then_some(callee)
    }

    /// Reads the callee, and returns behind it, if `returns`.
    ///
    /// # Errors
    /// Those of the callee, with their place in it.
    pub fn inline(&mut self, callee: u32, returns: bool) -> Result<(), Error> {
        let module = self.module;
        let ty = module.signature(callee);
        let types = local_types(module, callee)?;
        let mut values = self.pop_many(ty.params().len());
        let zero = self.builder.int(0);
        values.extend(types[values.len()..].iter().map(|&ty| match abi::words(ty) {
            1 => Operand::Word(zero),
            _ => Operand::Long([zero, zero]),
        }));
        let facts = locals(body(module, callee), types.len(), None);
        let outer = (
            std::mem::replace(&mut self.locals, values),
            std::mem::replace(&mut self.types, types),
            std::mem::replace(&mut self.facts, facts),
            std::mem::replace(&mut self.opened, 0),
            std::mem::replace(&mut self.body, self.frames.len()),
        );
        self.frames.push(Frame::inlined(ty.results().to_vec(), self.stack.len()));
        self.operators(callee)?;
        (self.locals, self.types, self.facts, self.opened, self.body) = outer;
        if returns && self.reachable {
            self.leave_body();
        }
        Ok(())
    }
}
