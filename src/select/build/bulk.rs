//! Bulk operations on memories: one check of the whole range, then a few accesses where the count is a small constant,
//! else a call of the run-time library (RTABI32 4.3.3).
//!
//! Nothing is written before everything is checked. Without bounds checks a segment's end is not checked either.

use super::Walk;
use super::memory::size_word;
use crate::isa::{Cond, MemSize, Symbol, TrapCode};
use crate::options::{Alignment, Bounds, Memory};
use crate::select::graph::Builder;
use crate::select::ir::{Access, BinOp, Region, Value};
use crate::wasm::layout::Size;
use smallvec::SmallVec;
use wasmparser::Operator;

/// Bytes up to which accesses in place are shorter or faster than a call, where everything must be loaded before
/// anything is stored, and where it need not be.
const INLINE_OVERLAPPING: u32 = 32;
const INLINE_APART: u32 = 64;
/// Words that are loaded before they are stored, where more may follow.
const RUN: usize = 4;

/// One side of a copy.
#[derive(Copy, Clone)]
struct Side {
    address: Value,
    region: Region,
    volatile: bool,
}

impl Walk<'_> {
    /// Builds a bulk operator on memories; `false` if it is none.
    pub fn bulk(&mut self, operator: &Operator<'_>) -> bool {
        match *operator {
            Operator::MemoryCopy { dst_mem, src_mem } => self.memory_copy(dst_mem, src_mem),
            Operator::MemoryFill { mem } => self.memory_fill(mem),
            Operator::MemoryInit { data_index, mem } => self.memory_init(data_index, mem),
            Operator::DataDrop { data_index } => {
                if self.layout.data[data_index as usize].size == Size::Word {
                    self.builder.drop_segment(Symbol::DataSize(data_index));
                }
            }
            _ => return false,
        }
        true
    }

    /// The machine address of `count` bytes from `start` on, after their check.
    fn memory_range(&mut self, memory: u32, start: Value, count: Value) -> Side {
        if self.options.memory == Memory::Native {
            return Side { address: start, region: Region::Memory(memory), volatile: self.is_volatile(memory) };
        }
        if self.options.bounds != Bounds::None {
            let size = match self.layout.memories[memory as usize].size {
                Size::Fixed(size) => self.builder.int(size),
                Size::Word => size_word(&mut self.builder, Symbol::MemorySize(memory)),
            };
            self.builder.check_range(start, count, size, TrapCode::MemoryOutOfBounds);
        }
        let base = self.builder.address(Symbol::Memory(memory), 0);
        let address = self.builder.binary(BinOp::Add, start, base);
        Side { address, region: Region::Memory(memory), volatile: self.is_volatile(memory) }
    }

    fn memory_copy(&mut self, to_memory: u32, from_memory: u32) {
        let (count, from, to) = (self.pop_word(), self.pop_word(), self.pop_word());
        let from = self.memory_range(from_memory, from, count);
        let to = self.memory_range(to_memory, to, count);
        // Imports of two names may be one memory.
        let is_own = |memory: u32| self.module.memories[memory as usize].import.is_none();
        let apart = to_memory != from_memory && (is_own(to_memory) || is_own(from_memory));
        self.copy(to, from, count, apart);
    }

    fn memory_init(&mut self, segment: u32, memory: u32) {
        let (count, from, to) = (self.pop_word(), self.pop_word(), self.pop_word());
        if self.options.bounds != Bounds::None {
            let size = match self.layout.data[segment as usize].size {
                Size::Fixed(size) => self.builder.int(size),
                Size::Word => size_word(&mut self.builder, Symbol::DataSize(segment)),
            };
            self.builder.check_range(from, count, size, TrapCode::MemoryOutOfBounds);
        }
        let base = self.builder.address(Symbol::Data(segment), 0);
        let address = self.builder.binary(BinOp::Add, from, base);
        let from = Side { address, region: Region::Constant, volatile: false };
        let to = self.memory_range(memory, to, count);
        self.copy(to, from, count, true);
    }

    /// Copies bytes that have been checked; `apart` says that the two sides do not overlap.
    fn copy(&mut self, to: Side, from: Side, count: Value, apart: bool) {
        let most = if apart { INLINE_APART } else { INLINE_OVERLAPPING };
        let Some(pieces) = self.pieces(count, most) else {
            let name = if apart { "__aeabi_memcpy" } else { "__aeabi_memmove" };
            self.builder.library_call(name, &[to.address, from.address, count]);
            return;
        };
        let run = if apart { RUN } else { pieces.len().max(1) };
        for pieces in pieces.chunks(run) {
            let load = |&(offset, size): &(i32, MemSize)| {
                let access = Access { size, offset, region: from.region, volatile: from.volatile, aligned: false };
                self.builder.load(from.address, access)
            };
            let values: SmallVec<[Value; 16]> = pieces.iter().map(load).collect();
            for (&(offset, size), value) in pieces.iter().zip(values) {
                let access = Access { size, offset, region: to.region, volatile: to.volatile, aligned: false };
                self.builder.store(to.address, value, access);
            }
        }
    }

    fn memory_fill(&mut self, memory: u32) {
        let (count, value, start) = (self.pop_word(), self.pop_word(), self.pop_word());
        let to = self.memory_range(memory, start, count);
        let Some(pieces) = self.pieces(count, INLINE_OVERLAPPING) else {
            let byte = self.builder.binary_const(BinOp::And, value, 0xff);
            if self.builder.constant(byte) == Some(0) {
                self.builder.library_call("__aeabi_memclr", &[to.address, count]);
            } else {
                self.builder.library_call("__aeabi_memset", &[to.address, count, value]);
            }
            return;
        };
        let byte = self.builder.binary_const(BinOp::And, value, 0xff);
        for (offset, size) in pieces {
            // The byte in each place.
            let value = match size {
                MemSize::U8 | MemSize::S8 => byte,
                MemSize::U16 | MemSize::S16 | MemSize::Word => self.builder.binary_const(BinOp::Mul, byte, 0x0101_0101),
            };
            let access = Access { size, offset, region: to.region, volatile: to.volatile, aligned: false };
            self.builder.store(to.address, value, access);
        }
    }

    /// The accesses that `count` bytes take, in place of a call: words, then what is left. `None` where the count is not
    /// known or they are too many.
    fn pieces(&self, count: Value, most: u32) -> Option<SmallVec<[(i32, MemSize); 16]>> {
        let count = self.builder.constant(count)?;
        let (widest, most) = match self.options.alignment {
            Alignment::Strict | Alignment::Trust => (MemSize::Word, most),
            Alignment::Bytes => (MemSize::U8, most / 4),
        };
        if count > most {
            return None;
        }
        let mut pieces = SmallVec::new();
        let mut offset = 0;
        for size in [MemSize::Word, MemSize::U16, MemSize::U8] {
            while size.bytes() <= widest.bytes() && offset + size.bytes() <= count {
                pieces.push((offset.cast_signed(), size));
                offset += size.bytes();
            }
        }
        Some(pieces)
    }
}

impl Builder {
    /// Traps unless `start + count ≤ size`, without wrapping.
    pub fn check_range(&mut self, start: Value, count: Value, size: Value, code: TrapCode) {
        self.graph.bounds.wanted += if code == TrapCode::MemoryOutOfBounds { 2 } else { 0 };
        let short = self.compare(Cond::Hi, count, size);
        self.trap_if(short, code);
        let last = self.binary(BinOp::Sub, size, count);
        let past = self.compare(Cond::Hi, start, last);
        self.trap_if(past, code);
    }

    /// Leaves nothing of a segment.
    pub fn drop_segment(&mut self, size: Symbol) {
        let zero = self.int(0);
        self.set_size_word(size, zero);
    }
}
