//! References and tables: a reference is a word, 0 where it is null, and an entry of a table is a reference.
//!
//! Accesses are always checked, whatever `--bounds` says of memories: an entry is a code address.

use super::Walk;
use super::memory::size_word;
use crate::isa::{Cond, MemSize, Symbol, TrapCode};
use crate::select::graph::Builder;
use crate::select::ir::{Access, BinOp, Block, Edge, Region, Term, Value};
use crate::wasm::layout::Size;
use smallvec::SmallVec;
use wasmparser::Operator;

/// Entries up to which a copy or fill of a constant length is made in place.
const INLINE: u32 = 4;

impl Walk<'_> {
    /// Builds an operator on references or tables; `false` if it is none.
    pub fn table(&mut self, operator: &Operator<'_>) -> bool {
        match *operator {
            Operator::RefNull { .. } => {
                let null = self.builder.int(0);
                self.push_word(null);
            }
            Operator::RefFunc { function_index } => {
                let reference = self.builder.address(Symbol::FunctionReference(function_index), 0);
                self.push_word(reference);
            }
            Operator::RefIsNull => {
                let reference = self.pop_word();
                let is_null = self.builder.compare_const(Cond::Eq, reference, 0);
                self.push_word(is_null);
            }
            Operator::TableGet { table } => {
                let index = self.pop_word();
                if let Some(entry) = self.table_entry(table, index) {
                    let value = self.builder.load(entry, word(self.table_region(table), 0));
                    self.push_word(value);
                }
            }
            Operator::TableSet { table } => {
                let (value, index) = (self.pop_word(), self.pop_word());
                if let Some(entry) = self.table_entry(table, index) {
                    self.builder.store(entry, value, word(self.table_region(table), 0));
                }
            }
            Operator::TableSize { table } => {
                let entries = self.table_entries(table);
                let declared = self.declared_entries(table, entries);
                self.push_word(declared);
            }
            Operator::TableGrow { table } => self.table_grow(table),
            Operator::TableFill { table } => self.table_fill(table),
            Operator::TableCopy { dst_table, src_table } => self.table_copy(dst_table, src_table),
            Operator::TableInit { elem_index, table } => self.table_init(elem_index, table),
            Operator::ElemDrop { elem_index } => {
                if self.layout.elements[elem_index as usize].size == Size::Word {
                    self.builder.drop_segment(Symbol::ElementSize(elem_index));
                }
            }
            _ => return false,
        }
        true
    }

    pub fn table_region(&self, table: u32) -> Region {
        let constant = self.layout.tables[table as usize].constant.is_some();
        if constant { Region::Constant } else { Region::Table(table) }
    }

    /// The entries that can be accessed now.
    fn table_entries(&mut self, table: u32) -> Value {
        match self.layout.tables[table as usize].size {
            Size::Fixed(size) => self.builder.int(size),
            Size::Word => size_word(&mut self.builder, Symbol::TableSize(table)),
        }
    }

    /// What the program is told of a table with so many entries: where fewer are reserved than declared, which of the
    /// tables whose size changes only imports can be, the declared ones.
    fn declared_entries(&mut self, table: u32, entries: Value) -> Value {
        let is_own = self.module.tables[table as usize].import.is_none();
        if is_own && self.layout.tables[table as usize].size == Size::Word {
            return entries;
        }
        let declared = self.layout.tables[table as usize].declared;
        let fewer = self.builder.compare_const(Cond::Lo, entries, declared);
        let declared = self.builder.int(declared);
        self.builder.select(fewer, declared, entries)
    }

    /// The address of entry `index`, after its check; `None` if that always traps.
    pub fn table_entry(&mut self, table: u32, index: Value) -> Option<Value> {
        let size = self.table_entries(table);
        let outside = self.builder.compare(Cond::Hs, index, size);
        if self.builder.constant(outside) == Some(1) {
            self.trap(TrapCode::TableOutOfBounds);
            return None;
        }
        self.builder.trap_if(outside, TrapCode::TableOutOfBounds);
        Some(self.builder.entry_address(Symbol::Table(table), index))
    }

    /// The address of `count` entries from `start` on, after their check.
    fn table_range(&mut self, table: u32, start: Value, count: Value) -> Value {
        let size = self.table_entries(table);
        self.builder.check_range(start, count, size, TrapCode::TableOutOfBounds);
        self.builder.entry_address(Symbol::Table(table), start)
    }

    fn table_grow(&mut self, table: u32) {
        let (delta, value) = (self.pop_word(), self.pop_word());
        let size = self.table_entries(table);
        let declared = self.declared_entries(table, size);
        let failure = self.builder.int(u32::MAX);
        if matches!(self.layout.tables[table as usize].size, Size::Fixed(_)) {
            let result = self.builder.select(delta, failure, declared);
            return self.push_word(result);
        }
        let max = size_word(&mut self.builder, Symbol::TableMax(table));
        let room = self.builder.binary(BinOp::Sub, max, size);
        let fits = self.builder.compare(Cond::Ls, delta, room);
        let none = self.builder.int(0);
        let count = self.builder.select(fits, delta, none);
        let new_size = self.builder.binary(BinOp::Add, size, count);
        self.builder.set_size_word(Symbol::TableSize(table), new_size);
        let start = self.builder.entry_address(Symbol::Table(table), size);
        self.fill_entries(table, start, value, count);
        let result = self.builder.select(fits, declared, failure);
        self.push_word(result);
    }

    fn table_fill(&mut self, table: u32) {
        let (count, value, start) = (self.pop_word(), self.pop_word(), self.pop_word());
        let start = self.table_range(table, start, count);
        self.fill_entries(table, start, value, count);
    }

    fn fill_entries(&mut self, table: u32, start: Value, value: Value, count: Value) {
        let region = Region::Table(table);
        match self.builder.constant(count) {
            Some(count) if count <= INLINE => {
                for n in 0..count {
                    self.builder.store(start, value, word(region, n));
                }
            }
            _ if self.builder.constant(value) == Some(0) => {
                let bytes = self.builder.binary_const(BinOp::Shl, count, 2);
                self.builder.library_call("__aeabi_memclr4", &[start, bytes]);
            }
            _ => self.builder.fill_words(start, value, count, region, &mut self.order),
        }
    }

    fn table_copy(&mut self, to_table: u32, from_table: u32) {
        let (count, from, to) = (self.pop_word(), self.pop_word(), self.pop_word());
        let from = self.table_range(from_table, from, count);
        let to = self.table_range(to_table, to, count);
        // Imports of two names may be one table.
        self.copy_words(
            "__aeabi_memmove4",
            (to, Region::Table(to_table)),
            (from, self.table_region(from_table)),
            count,
        );
    }

    fn table_init(&mut self, segment: u32, table: u32) {
        let (count, from, to) = (self.pop_word(), self.pop_word(), self.pop_word());
        let size = match self.layout.elements[segment as usize].size {
            Size::Fixed(size) => self.builder.int(size),
            Size::Word => size_word(&mut self.builder, Symbol::ElementSize(segment)),
        };
        self.builder.check_range(from, count, size, TrapCode::TableOutOfBounds);
        let from = self.builder.entry_address(Symbol::Element(segment), from);
        let to = self.table_range(table, to, count);
        // Written, if at all, before anything else runs.
        self.copy_words("__aeabi_memcpy4", (to, Region::Table(table)), (from, Region::Constant), count);
    }

    fn copy_words(
        &mut self,
        library: &'static str,
        (to, to_region): (Value, Region),
        (from, from_region): (Value, Region),
        count: Value,
    ) {
        let builder = &mut self.builder;
        match builder.constant(count) {
            Some(count) if count <= INLINE => {
                let load = |n: u32| builder.load(from, word(from_region, n));
                let values: SmallVec<[Value; INLINE as usize]> = (0..count).map(load).collect();
                for (value, n) in values.into_iter().zip(0..) {
                    builder.store(to, value, word(to_region, n));
                }
            }
            _ => {
                let bytes = builder.binary_const(BinOp::Shl, count, 2);
                builder.library_call(library, &[to, from, bytes]);
            }
        }
    }
}

/// Word `n` from an address on.
fn word(region: Region, n: u32) -> Access {
    Access { size: MemSize::Word, offset: (4 * n).cast_signed(), region, volatile: false, aligned: true }
}

impl Builder {
    /// The address of word `index` of what a symbol names.
    pub fn entry_address(&mut self, symbol: Symbol, index: Value) -> Value {
        let base = self.address(symbol, 0);
        let scaled = self.binary_const(BinOp::Shl, index, 2);
        self.binary(BinOp::Add, base, scaled)
    }

    /// A loop that stores `value` to `count` words. Its blocks join `order`; the one behind it is the current one then.
    pub fn fill_words(&mut self, start: Value, value: Value, count: Value, region: Region, order: &mut Vec<Block>) {
        let (body, after) = (self.new_block(), self.new_block());
        let bytes = self.binary_const(BinOp::Shl, count, 2);
        let end = self.binary(BinOp::Add, start, bytes);
        let none = self.compare_const(Cond::Eq, count, 0);
        let leave = Edge { target: after, args: Vec::new() };
        let enter = Edge { target: body, args: vec![start] };
        self.terminate(Term::Branch { cond: none, then: leave.clone(), otherwise: enter });
        let place = self.param(body);
        self.switch_to(body);
        self.store(place, value, word(region, 0));
        let next = self.binary_const(BinOp::Add, place, 4);
        let more = self.compare(Cond::Ne, next, end);
        let again = Edge { target: body, args: vec![next] };
        self.terminate(Term::Branch { cond: more, then: again, otherwise: leave });
        self.switch_to(after);
        order.extend([body, after]);
    }
}
