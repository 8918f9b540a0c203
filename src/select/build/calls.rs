//! Calls: of functions by their convention, through tables with their checks, of library routines.

use super::{Operand, Walk, abi};
use crate::isa::{Cond, Const, MemSize, Reg, Symbol, TrapCode};
use crate::select::abi::{Convention, Results};
use crate::select::graph::Builder;
use crate::select::ir::{Access, CallInfo, Callee, Op, Place, Region, Term, Value};
use crate::wasm::signature;
use smallvec::SmallVec;
use wasmparser::{FuncType, ValType};

impl Walk<'_> {
    pub fn call(&mut self, function: u32) {
        self.call_symbol(function, Symbol::Function(function));
    }

    /// A call of a function by one of its symbols.
    pub fn call_symbol(&mut self, function: u32, symbol: Symbol) {
        let module = self.module;
        let ty = &module.types[module.functions[function as usize].signature as usize];
        let args = self.pop_many(ty.params().len());
        let callee = Callee::Symbol(symbol);
        let convention = self.convention_of(ty);
        let results = self.builder.typed_call(callee, ty, convention, None, &flatten(&args));
        self.push_results(ty.results(), results);
    }

    pub fn call_indirect(&mut self, type_index: u32, table: u32) {
        let index = self.pop_word();
        if let Some(pointer) = self.checked_reference(type_index, table, index) {
            self.call_pointer(type_index, pointer);
        }
    }

    /// A call of the function at an address.
    pub fn call_pointer(&mut self, type_index: u32, pointer: Value) {
        let module = self.module;
        let ty = &module.types[type_index as usize];
        let args = self.pop_many(ty.params().len());
        let convention = self.convention_of(ty);
        let results = self.builder.typed_call(Callee::Pointer, ty, convention, Some(pointer), &flatten(&args));
        self.push_results(ty.results(), results);
    }

    pub fn return_call(&mut self, function: u32) {
        self.return_call_symbol(function, Symbol::Function(function));
    }

    pub fn return_call_symbol(&mut self, function: u32, symbol: Symbol) {
        let module = self.module;
        let ty = &module.types[module.functions[function as usize].signature as usize];
        self.tail_call(Callee::Symbol(symbol), ty, None);
    }

    pub fn return_call_indirect(&mut self, type_index: u32, table: u32) {
        let index = self.pop_word();
        if let Some(pointer) = self.checked_reference(type_index, table, index) {
            let module = self.module;
            self.tail_call(Callee::Pointer, &module.types[type_index as usize], Some(pointer));
        }
    }

    /// A call whose results are the function's: several go to where the function's own caller wants them.
    pub fn tail_call(&mut self, callee: Callee, ty: &FuncType, pointer: Option<Value>) {
        let operands = self.pop_many(ty.params().len());
        let Convention { args: places, stack, results } = self.convention_of(ty);
        let mut args: Vec<Value> = pointer.into_iter().collect();
        let registers = match results {
            Results::Registers(registers) => registers,
            Results::Memory { .. } => {
                args.push(self.result_pointer());
                SmallVec::new()
            }
        };
        args.extend(flatten(&operands));
        let info = CallInfo { callee, args: places, results: registers, stack, bits: u32::MAX };
        let call = self.builder.convention(info);
        self.leave(Term::TailCall { call, args });
    }

    fn push_results(&mut self, types: &[ValType], words: SmallVec<[Value; 2]>) {
        let mut words = words.into_iter();
        let mut next = || words.next().expect("a call has the words of its results");
        for &ty in types {
            self.stack.push(match abi::words(ty) {
                1 => Operand::Word(next()),
                _ => Operand::Long([next(), next()]),
            });
        }
    }

    /// The function reference in entry `index` of a table, after the checks that a call of this type needs
    /// and that the table's contents do not make superfluous. `None` if the call always traps.
    fn checked_reference(&mut self, ty: u32, table: u32, index: Value) -> Option<Value> {
        let entry = self.table_entry(table, index)?;
        let pointer = self.builder.load(entry, word(self.table_region(table), 0));

        let contents = self.layout.tables[table as usize].constant.as_deref();
        if contents.is_none_or(|contents| contents.contains(&None)) {
            let null = self.builder.compare_const(Cond::Eq, pointer, 0);
            self.builder.trap_if(null, TrapCode::NullReference);
        }
        let module = self.module;
        let has_type = |function: &u32| {
            let signature = module.functions[*function as usize].signature;
            module.types[signature as usize] == module.types[ty as usize]
        };
        if contents.is_none_or(|contents| !contents.iter().flatten().all(has_type)) {
            // The identity is the word before the entry; the reference has the Thumb bit.
            let found = self.builder.load(pointer, word(Region::Constant, -5));
            let mismatch = match signature::identity(&module.types, ty) {
                Const::Int(number) => self.builder.compare_const(Cond::Ne, found, number),
                Const::Float(_) => unreachable!("an identity is no float"),
                Const::Address(symbol, addend) => {
                    let identity = self.builder.address(symbol, addend);
                    self.builder.compare(Cond::Ne, found, identity)
                }
            };
            self.builder.trap_if(mismatch, TrapCode::SignatureMismatch);
        }
        Some(pointer)
    }
}

fn word(region: Region, offset: i32) -> Access {
    Access { size: MemSize::Word, offset, region, volatile: false, aligned: true }
}

fn flatten(operands: &[Operand]) -> Vec<Value> {
    operands.iter().flat_map(Operand::words).copied().collect()
}

impl Builder {
    /// A call of a wasm type, with its convention; the words of its results.
    pub fn typed_call(
        &mut self,
        callee: Callee,
        ty: &FuncType,
        convention: Convention,
        pointer: Option<Value>,
        words: &[Value],
    ) -> SmallVec<[Value; 2]> {
        let Convention { args, stack, results } = convention;
        let mut values: Vec<Value> = pointer.into_iter().collect();
        if let Results::Memory { size, .. } = results {
            values.push(self.pure(Op::ResultArea(0), &[]));
            self.graph.result_area = self.graph.result_area.max(size.next_multiple_of(8));
        }
        values.extend_from_slice(words);
        let registers = match &results {
            Results::Registers(registers) => registers.clone(),
            Results::Memory { .. } => SmallVec::new(),
        };
        let info = CallInfo { callee, args, results: registers, stack, bits: u32::MAX };
        let index = self.convention(info);
        let call = self.call(index, &values);
        match results {
            Results::Registers(registers) => (0..registers.len() as u32).map(|n| self.result(call, n)).collect(),
            Results::Memory { offsets, .. } => {
                let area = self.pure(Op::ResultArea(0), &[]);
                let places = ty.results().iter().zip(offsets);
                let places = places.flat_map(|(&ty, offset)| (0..abi::words(ty)).map(move |n| offset + 4 * n));
                places.map(|offset| self.load(area, word(Region::Results, offset.cast_signed()))).collect()
            }
        }
    }

    /// A call of a library function that takes up to four words in r0–r3 and returns nothing.
    pub fn library_call(&mut self, name: &'static str, args: &[Value]) -> Value {
        let info = register_call(Symbol::library(name), args.len(), 0, u32::MAX);
        let index = self.convention(info);
        self.call(index, args)
    }

    /// A call of a routine that takes and returns up to four words in r0–r3 and does nothing else. `bits` are
    /// those of the first result that can be 1.
    pub fn routine_call(&mut self, symbol: Symbol, args: &[Value], results: u8, bits: u32) -> Value {
        self.routine(symbol, args, || register_call(symbol, args.len(), results, bits))
    }
}

fn register_call(symbol: Symbol, args: usize, results: u8, bits: u32) -> CallInfo {
    CallInfo {
        callee: Callee::Symbol(symbol),
        args: (0..args as u8).map(|n| Place::Reg(Reg::new(n))).collect(),
        results: (0..results).map(Reg::new).collect(),
        stack: 0,
        bits,
    }
}
