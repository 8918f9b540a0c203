//! `<module>_init`: the module's instantiation as a function.
//!
//! It zeroes the module's own memories, sets its globals and tables, writes active element and then data segments in
//! order, each after its bounds check, and runs the start function (WebAssembly core specification, 4.5.4).

use super::abi;
use super::build::size_word;
use super::graph::Builder;
use super::ir::{Access, BinOp, Block, Callee, Graph, Region, Term, Value};
use super::long::Long;
use crate::isa::{Cond, MemSize, Symbol, TrapCode};
use crate::options::{Bounds, Target};
use crate::wasm::layout::{GlobalLayout, Layout, Size};
use crate::wasm::{ConstExpr, Items, Module, Placement, constant};
use wasmparser::{Operator, ValType};

struct Init<'a> {
    module: &'a Module<'a>,
    layout: &'a Layout,
    builder: Builder,
    order: Vec<Block>,
}

/// The initialisation in SSA form, with its blocks in order.
pub fn init(module: &Module<'_>, layout: &Layout, bounds: Bounds) -> (Graph, Vec<Block>) {
    let builder = Builder::new(Vec::new());
    let mut init = Init { module, layout, builder, order: vec![Block::ENTRY] };
    if bounds == Bounds::Mask {
        init.check_imports();
    }
    init.memories();
    init.globals();
    init.tables();
    init.segments();
    init.elements();
    init.data();
    if let Some(start) = module.start {
        let ty = &module.types[module.functions[start as usize].signature as usize];
        // Of no parameters and no results, which every target passes alike.
        let convention = abi::convention(Target::CortexM4, ty.params(), ty.results());
        init.builder.typed_call(Callee::Symbol(Symbol::Function(start)), ty, convention, None, &[]);
    }
    init.builder.terminate(Term::Return(smallvec::SmallVec::new()));
    (init.builder.graph, init.order)
}

fn word(region: Region, offset: u32) -> Access {
    Access { size: MemSize::Word, offset: offset.cast_signed(), region, volatile: false, aligned: true }
}

impl Init<'_> {
    fn store_word(&mut self, symbol: Symbol, region: Region, offset: u32, value: Value) {
        let address = self.builder.address(symbol, 0);
        self.builder.store(address, value, word(region, offset));
    }

    /// Zeroes what a symbol names; its address is a multiple of 4.
    fn clear(&mut self, symbol: Symbol, bytes: u32) {
        if bytes > 0 {
            let address = self.builder.address(symbol, 0);
            let size = self.builder.int(bytes);
            self.builder.library_call("__aeabi_memclr4", &[address, size]);
        }
    }

    fn copy(&mut self, to: Value, from: Symbol, bytes: u32) {
        if bytes > 0 {
            let from = self.builder.address(from, 0);
            let size = self.builder.int(bytes);
            self.builder.library_call("__aeabi_memcpy", &[to, from, size]);
        }
    }

    /// Traps unless the reserved size of each imported memory is a power of two, as masks of addresses need.
    fn check_imports(&mut self) {
        for (memory, k) in self.module.memories.iter().zip(0..) {
            if memory.import.is_none() {
                continue;
            }
            let reserved = size_word(&mut self.builder, Symbol::MemoryMax(k));
            let mask = self.builder.binary_const(BinOp::Add, reserved, u32::MAX);
            // A power of two differs from the number before it in bits that make a larger number than that.
            let changed = self.builder.binary(BinOp::Xor, reserved, mask);
            let other = self.builder.compare(Cond::Ls, changed, mask);
            self.builder.trap_if(other, TrapCode::MemoryOutOfBounds);
        }
    }

    fn memories(&mut self) {
        for (layout, (memory, k)) in self.layout.memories.iter().zip(self.module.memories.iter().zip(0..)) {
            if memory.import.is_some() {
                continue;
            }
            self.clear(Symbol::Memory(k), layout.reserved);
            if layout.size == Size::Word {
                self.set_size(Symbol::MemorySize(k), layout.initial);
            }
        }
    }

    fn globals(&mut self) {
        for (layout, (global, k)) in self.layout.globals.iter().zip(self.module.globals.iter().zip(0..)) {
            let (GlobalLayout::Variable { .. }, Some(init)) = (layout, &global.init) else {
                continue;
            };
            let words = self.evaluate(init);
            for (&value, n) in words.iter().zip(0..) {
                self.store_word(Symbol::Global(k), Region::Global(k), 4 * n, value);
            }
        }
    }

    fn tables(&mut self) {
        for (layout, (table, k)) in self.layout.tables.iter().zip(self.module.tables.iter().zip(0..)) {
            if table.import.is_some() || layout.constant.is_some() {
                continue;
            }
            match &table.init {
                Some(init) => {
                    let value = self.evaluate(init)[0];
                    let (start, count) = (self.builder.address(Symbol::Table(k), 0), self.builder.int(layout.initial));
                    self.builder.fill_words(start, value, count, Region::Table(k), &mut self.order);
                }
                None => self.clear(Symbol::Table(k), 4 * layout.initial),
            }
            if layout.size == Size::Word {
                self.set_size(Symbol::TableSize(k), layout.initial);
            }
        }
    }

    /// Says of segments that can be dropped that all of them is there, and evaluates items that code copies and that are
    /// not known before.
    fn segments(&mut self) {
        let layout = self.layout;
        for (segment, (data, k)) in layout.data.iter().zip(self.module.data.iter().zip(0..)) {
            if segment.size == Size::Word {
                let size = u32::try_from(data.bytes.len()).expect("a segment has fewer than 2^32 bytes");
                self.set_size(Symbol::DataSize(k), size);
            }
        }
        for (segment, (element, k)) in layout.elements.iter().zip(self.module.elements.iter().zip(0..)) {
            if segment.size == Size::Word {
                let size = u32::try_from(element.items.len()).expect("a segment has fewer than 2^32 items");
                self.set_size(Symbol::ElementSize(k), size);
            }
            if segment.copied && layout.image(&element.items).is_none() {
                let base = self.builder.address(Symbol::Element(k), 0);
                self.store_items(base, &element.items, Region::Constant);
            }
        }
    }

    fn set_size(&mut self, symbol: Symbol, size: u32) {
        let size = self.builder.int(size);
        self.builder.set_size_word(symbol, size);
    }

    /// Stores items that are evaluated here to consecutive words.
    fn store_items(&mut self, place: Value, items: &Items<'_>, region: Region) {
        let Items::Expressions(items) = items else { unreachable!("function indices are known") };
        for (item, at) in items.iter().zip(0..) {
            let value = self.evaluate(item)[0];
            self.builder.store(place, value, word(region, 4 * at));
        }
    }

    fn elements(&mut self) {
        for (element, n) in self.module.elements.iter().zip(0..) {
            let Placement::Active { index: table, offset } = &element.placement else {
                continue;
            };
            let layout = &self.layout.tables[*table as usize];
            if layout.constant.is_none() {
                self.active_element(n, *table, offset);
            }
            if self.layout.elements[n as usize].size == Size::Word {
                self.builder.drop_segment(Symbol::ElementSize(n));
            }
        }
    }

    fn active_element(&mut self, n: u32, table: u32, offset: &ConstExpr<'_>) {
        let items = &self.module.elements[n as usize].items;
        let start = self.evaluate(offset)[0];
        let size = match self.layout.tables[table as usize].size {
            Size::Fixed(size) => self.builder.int(size),
            Size::Word => size_word(&mut self.builder, Symbol::TableSize(table)),
        };
        let count = u32::try_from(items.len()).expect("a segment has fewer than 2^32 items");
        let length = self.builder.int(count);
        self.builder.check_range(start, length, size, TrapCode::TableOutOfBounds);
        let place = self.builder.entry_address(Symbol::Table(table), start);
        if self.layout.image(items).is_some() {
            self.copy(place, Symbol::Element(n), 4 * count);
        } else {
            self.store_items(place, items, Region::Table(table));
        }
    }

    fn data(&mut self) {
        for image in &self.layout.images {
            let n = image.first;
            let Placement::Active { index: memory, offset } = &self.module.data[n as usize].placement else {
                unreachable!("passive segments have no images");
            };
            let start = self.evaluate(offset)[0];
            let size = match self.layout.memories[*memory as usize].size {
                Size::Fixed(size) => self.builder.int(size),
                Size::Word => size_word(&mut self.builder, Symbol::MemorySize(*memory)),
            };
            let length = self.builder.int(image.size);
            self.builder.check_range(start, length, size, TrapCode::MemoryOutOfBounds);
            let base = self.builder.address(Symbol::Memory(*memory), 0);
            let place = self.builder.binary(BinOp::Add, start, base);
            self.copy(place, Symbol::Data(n), image.size);
            if self.layout.data[n as usize].size == Size::Word {
                self.builder.drop_segment(Symbol::DataSize(n));
            }
        }
    }

    /// The words of a constant expression's value.
    fn evaluate(&mut self, expr: &ConstExpr<'_>) -> Vec<Value> {
        let mut stack: Vec<Vec<Value>> = Vec::new();
        for operator in expr.operators() {
            let operator = operator.expect("a validated expression decodes");
            let words = match operator {
                Operator::End => break,
                Operator::GlobalGet { global_index } => self.global_words(global_index),
                Operator::RefFunc { function_index } => {
                    vec![self.builder.address(Symbol::FunctionReference(function_index), 0)]
                }
                Operator::RefNull { .. } => vec![self.builder.int(0)],
                Operator::I32Const { value } => vec![self.builder.int(value.cast_unsigned())],
                Operator::I64Const { value } => self.builder.long_const(value.cast_unsigned()).to_vec(),
                Operator::F32Const { value } => vec![self.builder.int(value.bits())],
                Operator::F64Const { value } => self.builder.long_const(value.bits()).to_vec(),
                _ => {
                    let b = stack.pop().expect("a validated operator has operands");
                    let a = stack.pop().expect("a validated operator has operands");
                    self.arithmetic(&operator, &a, &b)
                }
            };
            stack.push(words);
        }
        stack.pop().expect("a validated expression has a value")
    }

    /// The operators that extended constant expressions have.
    fn arithmetic(&mut self, operator: &Operator<'_>, a: &[Value], b: &[Value]) -> Vec<Value> {
        let long = |words: &[Value]| -> Long { [words[0], words[1]] };
        let builder = &mut self.builder;
        match operator {
            Operator::I32Add => vec![builder.binary(BinOp::Add, a[0], b[0])],
            Operator::I32Sub => vec![builder.binary(BinOp::Sub, a[0], b[0])],
            Operator::I32Mul => vec![builder.binary(BinOp::Mul, a[0], b[0])],
            Operator::I64Add => builder.add_long(long(a), long(b)).to_vec(),
            Operator::I64Sub => builder.sub_long(long(a), long(b)).to_vec(),
            Operator::I64Mul => builder.mul_long(long(a), long(b)).to_vec(),
            _ => unreachable!("{operator:?} is no operator of a validated constant expression"),
        }
    }

    fn global_words(&mut self, index: u32) -> Vec<Value> {
        match self.layout.globals[index as usize] {
            GlobalLayout::Constant(constant::Value::Bits(bits)) => {
                match self.module.globals[index as usize].ty.content_type {
                    ValType::I64 | ValType::F64 => self.builder.long_const(bits).to_vec(),
                    _ => vec![self.builder.int(bits as u32)],
                }
            }
            GlobalLayout::Constant(constant::Value::Null) => vec![self.builder.int(0)],
            GlobalLayout::Constant(constant::Value::Function(function)) => {
                vec![self.builder.address(Symbol::FunctionReference(function), 0)]
            }
            GlobalLayout::Variable { .. } | GlobalLayout::Imported | GlobalLayout::Unused => {
                let words = super::abi::words(self.module.globals[index as usize].ty.content_type);
                let address = self.builder.address(Symbol::Global(index), 0);
                (0..words).map(|n| self.builder.load(address, word(Region::Global(index), 4 * n))).collect()
            }
        }
    }
}
