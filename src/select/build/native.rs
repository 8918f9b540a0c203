//! Operators of a relocatable object, whose addresses are machine addresses: what a relocation names becomes a symbol,
//! the stack pointer a value that is renamed like a local, an indirect call a branch to an address.
//!
//! An immediate without a relocation is a number and nothing else.

use super::{Operand, Refused, Walk};
use crate::isa::Symbol;
use crate::select::ir::{BinOp, Callee, Op, Value};
use crate::wasm::Linking;
use crate::wasm::linking::{Reloc, RelocKind, SymbolPlace};
use wasmparser::Operator;

/// What `memory.size` says: a memory of all addresses has this many pages.
const PAGES: u32 = 1 << 16;

/// The largest alignment that a frame rounds its addresses to.
const MAX_ALIGNMENT: u32 = 1 << 16;

impl Walk<'_> {
    /// Builds an operator that means something else in an object; `false` if it does not.
    pub fn native(&mut self, linking: &Linking<'_>, operator: &Operator<'_>) -> Result<bool, Refused> {
        match *operator {
            Operator::I32Const { .. } if !self.relocs.is_empty() => {
                let address = self.relocated(linking)?;
                self.push_word(address);
            }
            Operator::GlobalGet { global_index } if linking.stack_pointer == Some(global_index) => {
                let value = *self.locals.last().expect("the stack pointer is the last local");
                self.stack.push(value);
            }
            Operator::GlobalSet { global_index } if linking.stack_pointer == Some(global_index) => {
                let value = self.pop();
                let Operand::Word(word) = value else { unreachable!("the stack pointer has 32 bits") };
                self.set_stack(word)?;
                *self.locals.last_mut().expect("the stack pointer is the last local") = value;
            }
            Operator::Call { function_index } | Operator::ReturnCall { function_index } => {
                let callee = self.relocs.iter().find(|reloc| reloc.kind == RelocKind::Callee);
                let function = callee.map(|reloc| (linking.symbol(reloc.symbol).place, reloc.symbol));
                // What was validated is the call of the function that the immediate names.
                let (index, symbol) = match function {
                    Some((SymbolPlace::Function(index), symbol)) if index == function_index => (index, symbol),
                    _ => return Err(Refused),
                };
                let symbol = function_symbol(linking, index, symbol);
                match operator {
                    Operator::Call { .. } => self.call_symbol(index, symbol),
                    _ => self.return_call_symbol(index, symbol),
                }
            }
            Operator::CallIndirect { type_index, .. } => {
                let pointer = self.pop_word();
                self.call_pointer(type_index, pointer);
            }
            Operator::ReturnCallIndirect { type_index, .. } => {
                let pointer = self.pop_word();
                let module = self.module;
                self.tail_call(Callee::Pointer, &module.types[type_index as usize], Some(pointer));
            }
            Operator::MemorySize { .. } => {
                let pages = self.builder.int(PAGES);
                self.push_word(pages);
            }
            Operator::MemoryGrow { .. } => {
                self.pop_word();
                let failure = self.builder.int(u32::MAX);
                self.push_word(failure);
            }
            // There are no tables, segments to copy from, or globals.
            Operator::GlobalGet { .. }
            | Operator::GlobalSet { .. }
            | Operator::RefFunc { .. }
            | Operator::TableGet { .. }
            | Operator::TableSet { .. }
            | Operator::TableSize { .. }
            | Operator::TableGrow { .. }
            | Operator::TableFill { .. }
            | Operator::TableCopy { .. }
            | Operator::TableInit { .. }
            | Operator::ElemDrop { .. }
            | Operator::MemoryInit { .. }
            | Operator::DataDrop { .. } => return Err(Refused),
            _ => {
                if !self.relocs.is_empty() {
                    self.symbol = Some(self.relocated(linking)?);
                }
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The address that a relocation of the operator's immediate stands for.
    fn relocated(&mut self, linking: &Linking<'_>) -> Result<Value, Refused> {
        let [Reloc { kind, symbol, addend, .. }] = *self.relocs else { return Err(Refused) };
        let named = match (kind, linking.symbol(symbol).place) {
            (RelocKind::FunctionAddress, SymbolPlace::Function(index)) => function_symbol(linking, index, symbol),
            (RelocKind::DataAddress, SymbolPlace::Data { .. } | SymbolPlace::UndefinedData) => Symbol::Linked(symbol),
            _ => return Err(Refused),
        };
        Ok(self.builder.address(named, addend))
    }

    /// The stack pointer changes. A place at a known distance from the frame's top is inside the frame that is there all the
    /// time, which the top stands for. Any other is one that it had before, which variables and parameters of blocks
    /// can hold, or is computed from one.
    fn set_stack(&mut self, value: Value) -> Result<(), Refused> {
        if self.frame_bound(value).is_some() {
            let top = self.builder.pure(Op::FrameTop, &[]);
            self.builder.effect(Op::SetStack, &[top]);
            return Ok(());
        }
        match self.builder.op(value) {
            Op::Binary(_) | Op::Param | Op::Load(_) | Op::Select => {}
            _ => return Err(Refused),
        }
        self.builder.graph.frame_moves = true;
        self.builder.effect(Op::SetStack, &[value]);
        Ok(())
    }

    /// Takes note of how far below its top the frame has to reach for the value that was computed last.
    pub fn reserve_frame(&mut self) {
        if let Some(&Operand::Word(value)) = self.stack.last()
            && let Some(bound) = self.frame_bound(value)
        {
            let size = bound.min(0).unsigned_abs().next_multiple_of(16);
            self.builder.graph.frame = self.builder.graph.frame.max(size);
        }
    }

    /// How far from the top of the frame the address that a value is can be at least, if it is one by constant sums and
    /// roundings.
    fn frame_bound(&self, value: Value) -> Option<i32> {
        if self.builder.op(value) == Op::FrameTop {
            return Some(0);
        }
        if let Some((x, c)) = self.builder.as_binary_const(BinOp::Add, value) {
            return self.frame_bound(x)?.checked_add(c.cast_signed());
        }
        let (x, mask) = self.builder.as_binary_const(BinOp::And, value)?;
        let alignment = mask.wrapping_neg();
        let rounds = alignment.is_power_of_two() && alignment <= MAX_ALIGNMENT;
        if rounds { self.frame_bound(x)?.checked_sub(alignment.cast_signed()) } else { None }
    }
}

/// What the object calls a function that a symbol names: itself by its first symbol.
fn function_symbol(linking: &Linking<'_>, index: u32, symbol: u32) -> Symbol {
    match linking.of_function(index) == Some(symbol) {
        true => Symbol::Function(index),
        false => Symbol::Linked(symbol),
    }
}
