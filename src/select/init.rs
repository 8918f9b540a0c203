//! `<module>_init`: the module's instantiation as a function.
//!
//! It zeroes the module's own memories, sets its globals and tables, writes active element and then data segments in
//! order, each after its bounds check, and runs the start function (WebAssembly core specification, 4.5.4).

use super::abi;
use super::graph::Builder;
use super::ir::{Access, BinOp, Block, Callee, Edge, Graph, Region, Term, Value};
use super::long::Long;
use crate::isa::{Cond, MemSize, Symbol, TrapCode};
use crate::options::Target;
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
pub fn init(module: &Module<'_>, layout: &Layout) -> (Graph, Vec<Block>) {
    let builder = Builder::new(Vec::new());
    let mut init = Init { module, layout, builder, order: vec![Block::ENTRY] };
    init.memories();
    init.globals();
    init.tables();
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

    fn memories(&mut self) {
        for (layout, (memory, k)) in self.layout.memories.iter().zip(self.module.memories.iter().zip(0..)) {
            if memory.import.is_some() {
                continue;
            }
            self.clear(Symbol::Memory(k), layout.reserved);
            if layout.size == Size::Word {
                let size = self.builder.int(layout.initial);
                self.store_word(Symbol::MemorySize(k), Region::Size, 0, size);
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
                    self.fill_table(k, layout.initial, value);
                }
                None => self.clear(Symbol::Table(k), 4 * layout.initial),
            }
            if layout.size == Size::Word {
                let size = self.builder.int(layout.initial);
                self.store_word(Symbol::TableSize(k), Region::Size, 0, size);
            }
        }
    }

    /// A loop that stores one word to every entry.
    fn fill_table(&mut self, table: u32, entries: u32, value: Value) {
        if entries == 0 {
            return;
        }
        let (body, after) = (self.builder.new_block(), self.builder.new_block());
        let first = self.builder.int(0);
        self.builder.terminate(Term::Jump(Edge { target: body, args: vec![first] }));
        let index = self.builder.param(body);
        self.switch_to(body);
        let base = self.builder.address(Symbol::Table(table), 0);
        let place = self.builder.binary(BinOp::Add, index, base);
        self.builder.store(place, value, word(Region::Table(table), 0));
        let next = self.builder.binary_const(BinOp::Add, index, 4);
        let more = self.builder.compare_const(Cond::Ne, next, 4 * entries);
        let then = Edge { target: body, args: vec![next] };
        let otherwise = Edge { target: after, args: Vec::new() };
        self.builder.terminate(Term::Branch { cond: more, then, otherwise });
        self.switch_to(after);
    }

    fn switch_to(&mut self, block: Block) {
        self.builder.switch_to(block);
        self.order.push(block);
    }

    /// Traps unless `start` + `count` ≤ `size`, without wrapping.
    fn check(&mut self, start: Value, count: u32, size: Value, code: TrapCode) {
        let short = self.builder.int(count);
        let short = self.builder.compare(Cond::Lo, size, short);
        self.builder.trap_if(short, code);
        let last = self.builder.binary_const(BinOp::Add, size, count.wrapping_neg());
        let past = self.builder.compare(Cond::Hi, start, last);
        self.builder.trap_if(past, code);
    }

    fn elements(&mut self) {
        for (element, n) in self.module.elements.iter().zip(0..) {
            let Placement::Active { index: table, offset } = &element.placement else {
                continue;
            };
            let layout = &self.layout.tables[*table as usize];
            if layout.constant.is_some() {
                continue;
            }
            let start = self.evaluate(offset)[0];
            let size = match layout.size {
                Size::Fixed(size) => self.builder.int(size),
                Size::Word => self.load(Symbol::TableSize(*table), Region::Size),
            };
            let count = u32::try_from(element.items.len()).expect("a segment has fewer than 2^32 items");
            self.check(start, count, size, TrapCode::TableOutOfBounds);
            let base = self.builder.address(Symbol::Table(*table), 0);
            let scaled = self.builder.binary_const(BinOp::Shl, start, 2);
            let place = self.builder.binary(BinOp::Add, scaled, base);
            match &element.items {
                Items::Expressions(items) if items.iter().any(|item| self.layout.evaluate(item).is_none()) => {
                    for (item, at) in items.iter().zip(0..) {
                        let value = self.evaluate(item)[0];
                        self.builder.store(place, value, word(Region::Table(*table), 4 * at));
                    }
                }
                Items::Functions(_) | Items::Expressions(_) => {
                    self.copy(place, Symbol::Element(n), 4 * count);
                }
            }
        }
    }

    fn data(&mut self) {
        for (data, n) in self.module.data.iter().zip(0..) {
            let Placement::Active { index: memory, offset } = &data.placement else {
                continue;
            };
            let start = self.evaluate(offset)[0];
            let size = match self.layout.memories[*memory as usize].size {
                Size::Fixed(size) => self.builder.int(size),
                Size::Word => self.load(Symbol::MemorySize(*memory), Region::Size),
            };
            let count = u32::try_from(data.bytes.len()).expect("a segment has fewer than 2^32 bytes");
            self.check(start, count, size, TrapCode::MemoryOutOfBounds);
            let base = self.builder.address(Symbol::Memory(*memory), 0);
            let place = self.builder.binary(BinOp::Add, start, base);
            self.copy(place, Symbol::Data(n), count);
        }
    }

    fn load(&mut self, symbol: Symbol, region: Region) -> Value {
        let address = self.builder.address(symbol, 0);
        self.builder.load(address, word(region, 0))
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
