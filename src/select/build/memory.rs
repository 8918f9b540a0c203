//! Linear memory and globals: addresses, bounds checks, loads and stores, sizes.
//!
//! A machine address is `base + index + offset` modulo 2^32. Once `index + offset + width` is known not to pass
//! the memory's end, that sum is the access's place, however the terms are grouped. Where addresses are masked,
//! `index + offset` becomes less than the reserved size instead, and what an access's width reaches past that is padding.

use super::{Operand, Walk, abi};
use crate::isa::{Cond, MemSize, Symbol, TrapCode};
use crate::options::{Alignment, Bounds, Memory};
use crate::select::graph::Builder;
use crate::select::ir::{Access, BinOp, Region, Value};
use crate::wasm::constant;
use crate::wasm::layout::{GlobalLayout, MEMORY_PADDING, Size};
use wasmparser::{MemArg, MemArgTarget, Operator};

/// The high word of a loaded i64.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
enum High {
    /// An i32 has none.
    Absent,
    Zero,
    Sign,
    Memory,
}

/// A load: what is read, and how it becomes its type.
struct Load {
    /// Of the low word.
    size: MemSize,
    high: High,
}

/// The most bytes that an unsigned 32-bit address plus an offset may reach.
const REACH: u64 = 1 << 32;

impl Walk<'_> {
    /// Builds an operator on memory or globals; `false` if it is none.
    pub fn memory(&mut self, operator: &Operator<'_>) -> bool {
        if let Some((load, memarg)) = load_of(operator) {
            self.load(load, memarg);
            return true;
        }
        if let Some((bytes, memarg)) = store_of(operator) {
            self.store(bytes, memarg);
            return true;
        }
        match *operator {
            Operator::GlobalGet { global_index } => self.global_get(global_index),
            Operator::GlobalSet { global_index } => self.global_set(global_index),
            Operator::MemorySize { mem } => {
                let pages = self.memory_size(mem);
                self.push_word(pages);
            }
            Operator::MemoryGrow { mem } => self.memory_grow(mem),
            _ => return false,
        }
        true
    }

    pub fn is_volatile(&self, memory: u32) -> bool {
        self.options.volatile_memory || self.options.memory == Memory::Native || self.module.memories[memory as usize].import.is_some()
    }

    /// Whether the access is promised to be at a multiple of 4.
    fn is_aligned(&self, memarg: &MemArg) -> bool {
        self.options.alignment == Alignment::Trust && memarg.align >= 2
    }

    /// The machine address of an access and what to add to it, after the bounds check; `None` if it always
    /// traps.
    fn address(&mut self, memarg: &MemArg, bytes: u32) -> Option<(Value, i32)> {
        let memory = memory_of(memarg);
        let index = self.pop_word();
        if self.options.memory == Memory::Native {
            return Some(self.machine_address(index, memarg));
        }
        let offset = memarg.offset as u32;
        let (index, offset) = match self.options.bounds {
            Bounds::Trap => {
                self.check(memory, index, memarg.offset + u64::from(bytes))?;
                (index, offset)
            }
            Bounds::Mask => self.mask(memory, index, offset, bytes)?,
            Bounds::None => (index, offset),
        };
        let base = self.builder.address(Symbol::Memory(memory), 0);
        let address = self.builder.binary(BinOp::Add, index, base);
        Some((address, offset.cast_signed()))
    }

    /// Traps unless the `end` bytes from `index` on are inside; `None` if it always traps.
    fn check(&mut self, memory: u32, index: Value, end: u64) -> Option<()> {
        let layout = &self.layout.memories[memory as usize];
        let limit = match layout.size {
            Size::Fixed(size) => match u64::from(size).checked_sub(end) {
                Some(limit) => self.builder.int(limit as u32),
                None => return self.out_of_bounds(),
            },
            Size::Word if end >= REACH => return self.out_of_bounds(),
            Size::Word => {
                // A memory never shrinks; where even its least size holds the access's end, the
                // subtraction cannot wrap. Who defines an imported one may have reserved less than it
                // declares.
                let own = self.module.memories[memory as usize].import.is_none();
                let least = if own { u64::from(layout.initial) } else { 0 };
                let size = size_word(&mut self.builder, Symbol::MemorySize(memory));
                if least < end {
                    self.builder.graph.bounds.wanted += 1;
                    let too_small = self.builder.compare_const(Cond::Lo, size, end as u32);
                    self.builder.trap_if(too_small, TrapCode::MemoryOutOfBounds);
                }
                self.builder.binary_const(BinOp::Add, size, (end as u32).wrapping_neg())
            }
        };
        let past = self.builder.compare(Cond::Hi, index, limit);
        self.builder.graph.bounds.wanted += 1;
        if self.builder.constant(index).is_some() && self.builder.constant(past) == Some(0) {
            self.builder.graph.bounds.constant += 1;
            return Some(());
        }
        if self.builder.constant(past) == Some(1) {
            return self.out_of_bounds();
        }
        self.builder.trap_if(past, TrapCode::MemoryOutOfBounds);
        Some(())
    }

    /// An index and an offset whose sum is `index + offset` modulo the reserved size, which is a power of two: the layout
    /// refuses others of own memories, and initialisation those of imported ones. `None` where there is nothing to access.
    ///
    /// What ends in the padding wherever the index lies is added behind the mask, so that accesses through one pointer share it.
    fn mask(&mut self, memory: u32, index: Value, offset: u32, bytes: u32) -> Option<(Value, u32)> {
        let behind = if offset.saturating_add(bytes) <= MEMORY_PADDING { offset } else { 0 };
        let sum = self.builder.binary_const(BinOp::Add, index, offset - behind);
        if self.module.memories[memory as usize].import.is_some() {
            self.builder.graph.bounds.masked += 1;
            let reserved = size_word(&mut self.builder, Symbol::MemoryMax(memory));
            let mask = self.builder.binary_const(BinOp::Add, reserved, u32::MAX);
            return Some((self.builder.binary(BinOp::And, sum, mask), behind));
        }
        let Some(mask) = self.layout.memories[memory as usize].reserved.checked_sub(1) else {
            return self.out_of_bounds();
        };
        let is_masked = self.builder.bits(sum) & !mask != 0;
        let bounds = &mut self.builder.graph.bounds;
        *(if is_masked { &mut bounds.masked } else { &mut bounds.unmasked }) += 1;
        // Where the sum has no carries, each summand can be masked, and accesses through one pointer share a mask.
        if self.builder.bits(index) & offset == 0 {
            return Some((self.builder.binary_const(BinOp::And, index, mask), offset & mask));
        }
        let masked = self.builder.binary_const(BinOp::And, sum, mask);
        Some(if masked == sum { (index, offset) } else { (masked, behind) })
    }

    /// Traps in any case.
    fn out_of_bounds<T>(&mut self) -> Option<T> {
        self.trap(TrapCode::MemoryOutOfBounds);
        None
    }

    /// The same of memory that is the machine's: the relocated offset is a symbol.
    fn machine_address(&mut self, index: Value, memarg: &MemArg) -> (Value, i32) {
        match self.symbol.take() {
            Some(symbol) => (self.builder.binary(BinOp::Add, index, symbol), 0),
            None => (index, (memarg.offset as u32).cast_signed()),
        }
    }

    fn load(&mut self, load: Load, memarg: &MemArg) {
        let bytes = if load.high == High::Memory { 8 } else { load.size.bytes() };
        let Some((address, offset)) = self.address(memarg, bytes) else {
            return;
        };
        let access = Access {
            size: load.size,
            offset,
            region: Region::Memory(memory_of(memarg)),
            volatile: self.is_volatile(memory_of(memarg)),
            aligned: self.is_aligned(memarg),
        };
        let lo = self.load_part(address, access);
        let hi = match load.high {
            High::Absent => return self.push_word(lo),
            High::Zero => self.builder.int(0),
            High::Sign => self.builder.sign(lo),
            High::Memory => self.load_part(address, Access { offset: offset.wrapping_add(4), ..access }),
        };
        self.push_long([lo, hi]);
    }

    /// One load of up to a word, in single bytes where the options ask for them.
    fn load_part(&mut self, address: Value, access: Access) -> Value {
        let bytes = access.size.bytes();
        if self.options.alignment != Alignment::Bytes || bytes == 1 {
            return self.builder.load(address, access);
        }
        let mut value = self.builder.int(0);
        for n in 0..bytes {
            let top = n + 1 == bytes;
            let size = if top && access.size == MemSize::S16 { MemSize::S8 } else { MemSize::U8 };
            let offset = access.offset.wrapping_add(n.cast_signed());
            let byte = self.builder.load(address, Access { size, offset, aligned: false, ..access });
            let shifted = self.builder.binary_const(BinOp::Shl, byte, 8 * n);
            value = self.builder.binary(BinOp::Or, value, shifted);
        }
        value
    }

    fn store(&mut self, size: StoreSize, memarg: &MemArg) {
        let operand = self.pop();
        let words = operand.words();
        let bytes = if size == StoreSize::Long { 8 } else { size.part().bytes() };
        let Some((address, offset)) = self.address(memarg, bytes) else {
            return;
        };
        let parts = if size == StoreSize::Long { words } else { &words[..1] };
        for (&word, n) in parts.iter().zip(0..) {
            let access = Access {
                size: size.part(),
                offset: offset.wrapping_add(4 * n),
                region: Region::Memory(memory_of(memarg)),
                volatile: self.is_volatile(memory_of(memarg)),
                aligned: self.is_aligned(memarg),
            };
            self.store_part(address, word, access);
        }
    }

    fn store_part(&mut self, address: Value, value: Value, access: Access) {
        let bytes = access.size.bytes();
        if self.options.alignment != Alignment::Bytes || bytes == 1 {
            return self.builder.store(address, value, access);
        }
        for n in 0..bytes {
            let offset = access.offset.wrapping_add(n.cast_signed());
            let byte = self.builder.binary_const(BinOp::ShrU, value, 8 * n);
            self.builder.store(address, byte, Access { size: MemSize::U8, offset, aligned: false, ..access });
        }
    }

    fn global_get(&mut self, index: u32) {
        let ty = self.module.globals[index as usize].ty.content_type;
        let count = abi::words(ty);
        let mut word = |n: u32| match self.layout.globals[index as usize] {
            GlobalLayout::Constant(constant::Value::Bits(bits)) => self.builder.int((bits >> (32 * n)) as u32),
            GlobalLayout::Constant(constant::Value::Null) => self.builder.int(0),
            GlobalLayout::Constant(constant::Value::Function(function)) => {
                self.builder.address(Symbol::FunctionReference(function), 0)
            }
            GlobalLayout::Variable { .. } | GlobalLayout::Imported | GlobalLayout::Unused => {
                let address = self.builder.address(Symbol::Global(index), 0);
                self.builder.load(address, global_word(index, n))
            }
        };
        let operand = if count == 1 { Operand::Word(word(0)) } else { Operand::Long([word(0), word(1)]) };
        self.stack.push(operand);
    }

    fn global_set(&mut self, index: u32) {
        let operand = self.pop();
        let address = self.builder.address(Symbol::Global(index), 0);
        for (&word, n) in operand.words().iter().zip(0..) {
            self.builder.store(address, word, global_word(index, n));
        }
    }

    /// The pages that a memory has.
    fn memory_size(&mut self, memory: u32) -> Value {
        let layout = self.layout.memories[memory as usize];
        match layout.size {
            Size::Fixed(_) => self.builder.int(layout.declared_pages),
            Size::Word => {
                let bytes = size_word(&mut self.builder, Symbol::MemorySize(memory));
                self.pages(memory, bytes)
            }
        }
    }

    /// The pages of a memory that has this many bytes, which change. Where less is reserved of an import than declared, the
    /// program is still told what it declared.
    fn pages(&mut self, memory: u32, bytes: Value) -> Value {
        let layout = self.layout.memories[memory as usize];
        let pages = self.builder.binary_const(BinOp::ShrU, bytes, layout.page_log2);
        if self.module.memories[memory as usize].import.is_none() {
            return pages;
        }
        let fewer = self.builder.compare_const(Cond::Lo, pages, layout.declared_pages);
        let declared = self.builder.int(layout.declared_pages);
        self.builder.select(fewer, declared, pages)
    }

    fn memory_grow(&mut self, memory: u32) {
        let delta = self.pop_word();
        let layout = self.layout.memories[memory as usize];
        let builder = &mut self.builder;
        let failure = builder.int(u32::MAX);
        if matches!(layout.size, Size::Fixed(_)) {
            let pages = builder.int(layout.declared_pages);
            let value = builder.select(delta, failure, pages);
            return self.push_word(value);
        }
        let size = size_word(builder, Symbol::MemorySize(memory));
        let max = size_word(builder, Symbol::MemoryMax(memory));
        let rest = builder.binary(BinOp::Sub, max, size);
        let room = builder.binary_const(BinOp::ShrU, rest, layout.page_log2);
        let fits = builder.compare(Cond::Ls, delta, room);
        let bytes = builder.binary_const(BinOp::Shl, delta, layout.page_log2);
        let sum = builder.binary(BinOp::Add, size, bytes);
        let new_size = builder.select(fits, sum, size);
        builder.set_size_word(Symbol::MemorySize(memory), new_size);
        let pages = self.pages(memory, size);
        let value = self.builder.select(fits, pages, failure);
        self.push_word(value);
    }
}

fn memory_of(memarg: &MemArg) -> u32 {
    match memarg.target {
        MemArgTarget::Memory(memory) => memory,
        MemArgTarget::Array(_) => unreachable!("array types are refused with the module"),
    }
}

fn global_word(index: u32, n: u32) -> Access {
    let offset = (4 * n).cast_signed();
    Access { size: MemSize::Word, offset, region: Region::Global(index), volatile: false, aligned: true }
}

fn size_access() -> Access {
    Access { size: MemSize::Word, offset: 0, region: Region::Size, volatile: false, aligned: true }
}

impl Builder {
    /// Stores one of the size words of a memory, table or segment.
    pub fn set_size_word(&mut self, symbol: Symbol, size: Value) {
        let address = self.address(symbol, 0);
        self.store(address, size, size_access());
    }
}

/// Loads one of the size words of a memory, table or segment.
pub fn size_word(builder: &mut Builder, symbol: Symbol) -> Value {
    let address = builder.address(symbol, 0);
    builder.load(address, size_access())
}

fn load_of<'a>(operator: &'a Operator<'_>) -> Option<(Load, &'a MemArg)> {
    let (size, high, memarg) = match operator {
        Operator::I32Load { memarg } | Operator::F32Load { memarg } => (MemSize::Word, High::Absent, memarg),
        Operator::I32Load8S { memarg } => (MemSize::S8, High::Absent, memarg),
        Operator::I32Load8U { memarg } => (MemSize::U8, High::Absent, memarg),
        Operator::I32Load16S { memarg } => (MemSize::S16, High::Absent, memarg),
        Operator::I32Load16U { memarg } => (MemSize::U16, High::Absent, memarg),
        Operator::I64Load { memarg } | Operator::F64Load { memarg } => (MemSize::Word, High::Memory, memarg),
        Operator::I64Load8S { memarg } => (MemSize::S8, High::Sign, memarg),
        Operator::I64Load8U { memarg } => (MemSize::U8, High::Zero, memarg),
        Operator::I64Load16S { memarg } => (MemSize::S16, High::Sign, memarg),
        Operator::I64Load16U { memarg } => (MemSize::U16, High::Zero, memarg),
        Operator::I64Load32S { memarg } => (MemSize::Word, High::Sign, memarg),
        Operator::I64Load32U { memarg } => (MemSize::Word, High::Zero, memarg),
        _ => return None,
    };
    Some((Load { size, high }, memarg))
}

/// Width of a store in memory.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
enum StoreSize {
    Byte,
    Half,
    Word,
    Long,
}

impl StoreSize {
    /// Of each of the stores that it takes.
    fn part(self) -> MemSize {
        match self {
            StoreSize::Byte => MemSize::U8,
            StoreSize::Half => MemSize::U16,
            StoreSize::Word | StoreSize::Long => MemSize::Word,
        }
    }
}

fn store_of<'a>(operator: &'a Operator<'_>) -> Option<(StoreSize, &'a MemArg)> {
    Some(match operator {
        Operator::I32Store8 { memarg } | Operator::I64Store8 { memarg } => (StoreSize::Byte, memarg),
        Operator::I32Store16 { memarg } | Operator::I64Store16 { memarg } => (StoreSize::Half, memarg),
        Operator::I32Store { memarg } | Operator::F32Store { memarg } | Operator::I64Store32 { memarg } => {
            (StoreSize::Word, memarg)
        }
        Operator::I64Store { memarg } | Operator::F64Store { memarg } => (StoreSize::Long, memarg),
        _ => return None,
    })
}
