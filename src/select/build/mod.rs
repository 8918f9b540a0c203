//! `select_with_stack`: one walk over the operators with a stack of values, from the body to SSA form.
//!
//! Locals are names: `local.get` pushes the value that the local has, `local.set` renames. Only where control
//! joins does a local become a block parameter, as the pre-pass (`locals`) says.
//!
//! Invariant: blocks are filled in the order of the source; `Walk::order` is that order. Code that cannot be
//! reached is read but not built.

mod bulk;
mod calls;
mod control;
mod float;
mod inline;
mod memory;
mod native;
mod numeric;
mod operator_name;
mod table;

use super::abi::{self, Convention, Results};
use super::graph::Builder;
use super::ir::{Block, Graph, Op, Place, Value};
use super::locals::{Locals, locals};
use super::long::Long;
use crate::error::Error;
use crate::options::Options;
use crate::wasm::layout::Layout;
use crate::wasm::linking::Reloc;
use crate::wasm::{Module, support};
use control::Frame;
pub use memory::size_word;
use wasmparser::{FuncType, FunctionBody, Operator, ValType};

/// A wasm value: one word or two.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
enum Operand {
    Word(Value),
    Long(Long),
}

impl Operand {
    fn words(&self) -> &[Value] {
        match self {
            Operand::Word(value) => std::slice::from_ref(value),
            Operand::Long(values) => values,
        }
    }
}

/// The function being walked.
struct Walk<'a> {
    module: &'a Module<'a>,
    layout: &'a Layout,
    options: &'a Options,
    builder: Builder,
    /// Blocks in the order in which they are filled.
    order: Vec<Block>,
    stack: Vec<Operand>,
    locals: Vec<Operand>,
    types: Vec<ValType>,
    facts: Locals,
    frames: Vec<Frame>,
    /// The frame of the function whose operators are being read: 0, or that of an inlined one.
    body: usize,
    /// How many of its constructs have been opened, as an index into `facts.constructs`.
    opened: usize,
    /// Whether the current block can be reached.
    reachable: bool,
    convention: Convention,
    /// The relocations of the current operator's immediates.
    relocs: &'a [Reloc],
    /// The address that the offset of the current operator's access is.
    symbol: Option<Value>,
}

/// The SSA form of defined function `index`, with its blocks in source order.
///
/// # Errors
/// `Unsupported` for operators that have no translation, and locals of types that have no representation.
pub fn select_with_stack(
    module: &Module<'_>,
    layout: &Layout,
    index: u32,
    options: &Options,
) -> Result<(Graph, Vec<Block>), Error> {
    let function = &module.functions[index as usize];
    let ty = &module.types[function.signature as usize];
    let mut types = local_types(module, index)?;
    let linking = module.linking.as_ref();
    let stack_pointer = linking.and_then(|linking| linking.stack_pointer);
    types.extend(stack_pointer.map(|_| ValType::I32));
    let facts = locals(body(module, index), types.len(), stack_pointer);
    let convention = abi::convention(options.target, ty.params(), ty.results());
    let mut walk = Walk {
        module,
        layout,
        options,
        builder: Builder::new(Vec::new()),
        order: vec![Block::ENTRY],
        stack: Vec::new(),
        locals: Vec::new(),
        facts,
        types,
        frames: Vec::new(),
        body: 0,
        opened: 0,
        reachable: true,
        convention,
        relocs: &[],
        symbol: None,
    };
    // About as many nodes as most functions have for the bytes of their bodies.
    let bytes = body(module, index).range();
    walk.builder.reserve((bytes.end - bytes.start) as usize / 3);
    walk.enter(ty, stack_pointer.is_some());
    walk.operators(index)?;
    Ok((walk.builder.graph, walk.order))
}

fn body<'a>(module: &'a Module<'_>, index: u32) -> &'a FunctionBody<'a> {
    module.functions[index as usize].body.as_ref().expect("only defined functions are compiled")
}

/// The types of a function's locals, parameters first.
fn local_types(module: &Module<'_>, index: u32) -> Result<Vec<ValType>, Error> {
    let body = body(module, index);
    let mut types: Vec<ValType> = module.signature(index).params().to_vec();
    for local in body.get_locals_reader().expect("a validated body decodes") {
        let (count, ty) = local.expect("a validated body decodes");
        support::value_type(ty).map_err(|what| {
            let place = module.place(index, Some(body.range().start));
            Error::unsupported(place, format!("{what} is not supported"))
        })?;
        types.extend(std::iter::repeat_n(ty, count as usize));
    }
    Ok(types)
}

/// The operator has no translation.
struct Refused;

impl Walk<'_> {
    /// Walks over the operators of a function.
    fn operators(&mut self, index: u32) -> Result<(), Error> {
        let module = self.module;
        let mut reader = body(module, index).get_operators_reader().expect("a validated body decodes");
        while !reader.eof() {
            let (operator, offset) = reader.read_with_offset().expect("a validated body decodes");
            if let Some(linking) = &module.linking {
                self.relocs = linking.code_between(offset..reader.original_position());
            }
            if let Some(callee) = self.inlined_callee(&operator) {
                self.inline(callee, matches!(operator, Operator::ReturnCall { .. }))?;
                continue;
            }
            self.operator(&operator).map_err(|Refused| {
                let place = module.place(index, Some(offset));
                let with = if module.linking.is_some() { " with --memory native" } else { "" };
                Error::unsupported(place, format!("{} is not supported{with}", operator_name::of(&operator)))
            })?;
        }
        Ok(())
    }

    /// Makes the arguments values, the other locals zeros, a stack pointer behind them the frame's top, and opens the
    /// function's frame.
    fn enter(&mut self, ty: &FuncType, has_stack_pointer: bool) {
        self.builder.graph.arguments.clone_from(&self.convention.args);
        let hidden = matches!(self.convention.results, Results::Memory { .. });
        let mut word = u32::from(hidden);
        for n in 0..self.types.len() {
            let is_param = n < ty.params().len();
            let mut half = || {
                if !is_param {
                    return self.builder.int(0);
                }
                word += 1;
                self.builder.pure(Op::Argument(word - 1), &[])
            };
            let operand = match abi::words(self.types[n]) {
                1 => Operand::Word(half()),
                _ => Operand::Long([half(), half()]),
            };
            self.locals.push(operand);
        }
        if has_stack_pointer {
            let top = self.builder.pure(Op::FrameTop, &[]);
            *self.locals.last_mut().expect("the stack pointer is the last local") = Operand::Word(top);
        }
        self.frames.push(Frame::function(ty.results().to_vec()));
    }

    fn push_word(&mut self, value: Value) {
        self.stack.push(Operand::Word(value));
    }

    fn push_long(&mut self, value: Long) {
        self.stack.push(Operand::Long(value));
    }

    fn pop(&mut self) -> Operand {
        self.stack.pop().expect("a validated body does not pop an empty stack")
    }

    fn pop_word(&mut self) -> Value {
        match self.pop() {
            Operand::Word(value) => value,
            Operand::Long(_) => unreachable!("a validated operand is of 32 bits"),
        }
    }

    fn pop_long(&mut self) -> Long {
        match self.pop() {
            Operand::Long(value) => value,
            Operand::Word(_) => unreachable!("a validated operand is of 64 bits"),
        }
    }

    /// The last operands of the stack, `count` of them.
    fn pop_many(&mut self, count: usize) -> Vec<Operand> {
        self.stack.split_off(self.stack.len() - count)
    }

    fn operator(&mut self, operator: &Operator<'_>) -> Result<(), Refused> {
        if !self.reachable {
            self.skip(operator);
            return Ok(());
        }
        let module = self.module;
        if let Some(linking) = &module.linking
            && self.native(linking, operator)?
        {
            return Ok(());
        }
        match *operator {
            Operator::Nop => {}
            Operator::Drop => {
                self.pop();
            }
            Operator::LocalGet { local_index } => self.stack.push(self.locals[local_index as usize]),
            Operator::LocalSet { local_index } => self.locals[local_index as usize] = self.pop(),
            Operator::LocalTee { local_index } => {
                let value = *self.stack.last().expect("a validated tee has an operand");
                self.locals[local_index as usize] = value;
            }
            Operator::Select | Operator::TypedSelect { .. } => self.select(),
            Operator::Call { function_index } => self.call(function_index),
            Operator::CallIndirect { type_index, table_index } => {
                self.call_indirect(type_index, table_index);
            }
            Operator::ReturnCall { function_index } => self.return_call(function_index),
            Operator::ReturnCallIndirect { type_index, table_index } => {
                self.return_call_indirect(type_index, table_index);
            }
            _ => {
                let known = self.control(operator)
                    || self.numeric(operator)
                    || self.memory(operator)
                    || self.float(operator)
                    || self.table(operator)
                    || self.bulk(operator);
                if !known || self.symbol.take().is_some() {
                    return Err(Refused);
                }
            }
        }
        if module.linking.is_some() && matches!(operator, Operator::I32Add | Operator::I32Sub | Operator::I32And) {
            self.reserve_frame();
        }
        Ok(())
    }

    fn select(&mut self) {
        let cond = self.pop_word();
        let (b, a) = (self.pop(), self.pop());
        let result = match (a, b) {
            (Operand::Word(a), Operand::Word(b)) => Operand::Word(self.builder.select(cond, a, b)),
            (Operand::Long(a), Operand::Long(b)) => {
                Operand::Long([self.builder.select(cond, a[0], b[0]), self.builder.select(cond, a[1], b[1])])
            }
            _ => unreachable!("the operands of a validated select are of one type"),
        };
        self.stack.push(result);
    }

    /// New parameters of `block` that stand for a value of this type.
    fn params(&mut self, block: Block, ty: ValType) -> Operand {
        match abi::words(ty) {
            1 => Operand::Word(self.builder.param(block)),
            _ => Operand::Long([self.builder.param(block), self.builder.param(block)]),
        }
    }

    /// The convention of calls of this type.
    fn convention_of(&self, ty: &FuncType) -> Convention {
        abi::convention(self.options.target, ty.params(), ty.results())
    }

    /// The hidden pointer to where the caller wants several results.
    fn result_pointer(&mut self) -> Value {
        debug_assert_eq!(self.convention.args[0], Place::Reg(crate::isa::Reg::R0));
        self.builder.pure(Op::Argument(0), &[])
    }
}
