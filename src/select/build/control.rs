//! Structured control: labels become blocks, branches become edges that carry the label's values and the
//! locals that the pre-pass names.

use super::{Operand, Walk};
use crate::isa::MemSize;
use crate::isa::TrapCode;
use crate::select::abi::Results;
use crate::select::ir::{Access, Block, Edge, Region, Term, Value};
use smallvec::SmallVec;
use wasmparser::{BlockType, BrTable, Operator, ValType};

#[derive(Copy, Clone, PartialEq, Eq, Debug)]
enum Kind {
    Function,
    /// The body of an inlined function, which its returns leave.
    Inlined,
    Block,
    Loop,
    If,
}

/// An open construct.
pub struct Frame {
    kind: Kind,
    /// Index into the pre-pass's constructs; meaningless for the function's own frame.
    construct: usize,
    /// Types of the values that the end leaves.
    results: Vec<ValType>,
    /// Types of the values that a branch to the label carries.
    carries: Vec<ValType>,
    /// The locals that a branch to the label carries besides.
    locals: Vec<u32>,
    /// Where branches to the label go, once there is one.
    label: Option<Block>,
    /// Of an if whose else has not been seen: where the condition fails, with the values that the locals
    /// written by the first arm had before it, and the construct's parameters.
    alternative: Option<Alternative>,
    /// Values on the stack below the construct's own.
    height: usize,
}

struct Alternative {
    block: Block,
    locals: Vec<(u32, Operand)>,
    params: Vec<Operand>,
}

impl Frame {
    /// The frame of a function with these results.
    pub fn function(results: Vec<ValType>) -> Frame {
        Frame {
            kind: Kind::Function,
            construct: usize::MAX,
            carries: results.clone(),
            results,
            locals: Vec::new(),
            label: None,
            alternative: None,
            height: 0,
        }
    }

    /// The frame of an inlined function with these results, above so many values.
    pub fn inlined(results: Vec<ValType>, height: usize) -> Frame {
        Frame { kind: Kind::Inlined, height, ..Frame::function(results) }
    }
}

impl Walk<'_> {
    /// Builds a control operator; `false` if it is none.
    pub fn control(&mut self, operator: &Operator<'_>) -> bool {
        match *operator {
            Operator::Unreachable => self.trap(TrapCode::Unreachable),
            Operator::Block { blockty } => self.open(Kind::Block, blockty),
            Operator::Loop { blockty } => self.open_loop(blockty),
            Operator::If { blockty } => self.open_if(blockty),
            Operator::Else => self.alternative(),
            Operator::End => self.end(),
            Operator::Br { relative_depth } => {
                let term = self.jump(relative_depth);
                self.leave(term);
            }
            Operator::BrIf { relative_depth } => self.branch_if(relative_depth),
            Operator::BrTable { ref targets } => self.branch_table(targets),
            Operator::Return => self.leave_body(),
            _ => return false,
        }
        true
    }

    /// Follows the structure of code that cannot be reached.
    pub fn skip(&mut self, operator: &Operator<'_>) {
        match operator {
            Operator::Block { .. } | Operator::Loop { .. } | Operator::If { .. } => {
                let frame = Frame { construct: self.opened, ..Frame::function(Vec::new()) };
                self.opened += 1;
                self.frames.push(Frame { kind: Kind::Block, height: self.stack.len(), ..frame });
            }
            Operator::Else => self.alternative(),
            Operator::End => self.end(),
            _ => {}
        }
    }

    pub fn trap(&mut self, code: TrapCode) {
        self.leave(Term::Trap(code));
    }

    /// Leaves the function that is being read with the values on top of the stack.
    pub fn leave_body(&mut self) {
        let depth = self.frames.len() - 1 - self.body;
        let term = self.jump(u32::try_from(depth).expect("constructs take bytes of the body"));
        self.leave(term);
    }

    /// Ends the block; what follows cannot be reached.
    pub fn leave(&mut self, term: Term) {
        self.builder.terminate(term);
        self.reachable = false;
    }

    pub fn switch_to(&mut self, block: Block) {
        self.builder.switch_to(block);
        self.order.push(block);
        self.reachable = true;
    }

    fn signature(&self, ty: BlockType) -> (Vec<ValType>, Vec<ValType>) {
        match ty {
            BlockType::Empty => (Vec::new(), Vec::new()),
            BlockType::Type(ty) => (Vec::new(), vec![ty]),
            BlockType::FuncType(index) => {
                let ty = &self.module.types[index as usize];
                (ty.params().to_vec(), ty.results().to_vec())
            }
        }
    }

    fn open(&mut self, kind: Kind, ty: BlockType) {
        let (params, results) = self.signature(ty);
        let construct = self.opened;
        self.opened += 1;
        let facts = &self.facts.constructs[construct];
        // The end of an if joins its arms whether or not a branch names it.
        let locals = if facts.targeted || kind == Kind::If {
            self.facts.carried(facts.start, facts.end, facts.end)
        } else {
            Vec::new()
        };
        self.frames.push(Frame {
            kind,
            construct,
            carries: results.clone(),
            results,
            locals,
            label: None,
            alternative: None,
            height: self.stack.len() - params.len(),
        });
    }

    fn open_loop(&mut self, ty: BlockType) {
        let (params, _) = self.signature(ty);
        self.open(Kind::Loop, ty);
        let frame = self.frames.last_mut().expect("just opened");
        let facts = &self.facts.constructs[frame.construct];
        frame.locals = Vec::new();
        if !facts.targeted {
            return;
        }
        frame.carries = params;
        frame.locals = self.facts.carried(facts.start, facts.end, facts.start);
        let term = self.jump(0);
        self.leave(term);
        self.enter_label();
    }

    fn open_if(&mut self, ty: BlockType) {
        let cond = self.pop_word();
        let cond = self.builder.truth(cond);
        let (params, _) = self.signature(ty);
        self.open(Kind::If, ty);
        let (then, otherwise) = (self.builder.new_block(), self.builder.new_block());
        let frame = self.frames.last_mut().expect("just opened");
        let facts = &self.facts.constructs[frame.construct];
        let written = self.facts.written(facts.start, facts.alternative);
        let locals = written.into_iter().map(|local| (local, self.locals[local as usize])).collect();
        let params = self.stack[self.stack.len() - params.len()..].to_vec();
        frame.alternative = Some(Alternative { block: otherwise, locals, params });
        self.leave(Term::Branch { cond, then: to(then), otherwise: to(otherwise) });
        self.switch_to(then);
    }

    fn alternative(&mut self) {
        if self.reachable {
            let term = self.jump(0);
            self.leave(term);
        }
        let frame = self.frames.last_mut().expect("a validated else stands in an if");
        // An if in code that cannot be reached has no other arm.
        let Some(alternative) = frame.alternative.take() else {
            return;
        };
        self.stack.truncate(frame.height);
        self.stack.extend(alternative.params);
        for (local, value) in alternative.locals {
            self.locals[local as usize] = value;
        }
        self.switch_to(alternative.block);
    }

    fn end(&mut self) {
        let frame = self.frames.last().expect("a validated end closes a frame");
        if frame.kind == Kind::Function {
            if self.reachable {
                let term = self.return_values();
                self.leave(term);
            }
            return;
        }
        // An if without an else: where the condition fails, its parameters are its results.
        if frame.alternative.is_some() {
            self.alternative();
        }
        let frame = self.frames.last().expect("the frame is still open");
        let height = frame.height;
        match frame.kind {
            Kind::Loop => {}
            _ if frame.label.is_none() => {}
            _ => {
                if self.reachable {
                    let term = self.jump(0);
                    self.leave(term);
                }
                self.stack.truncate(height);
                self.enter_label();
            }
        }
        self.frames.pop();
        if !self.reachable {
            self.stack.truncate(height);
        }
    }

    /// Continues in the innermost label's block: its values come on the stack, its locals are renamed.
    fn enter_label(&mut self) {
        let frame = self.frames.last().expect("a label belongs to an open frame");
        let label = frame.label.expect("the label has a block");
        let (carries, locals) = (frame.carries.clone(), frame.locals.clone());
        self.stack.truncate(self.stack.len().min(frame.height));
        // The order of the parameters is that of `edge`.
        for ty in carries {
            let operand = self.params(label, ty);
            self.stack.push(operand);
        }
        for local in locals {
            self.locals[local as usize] = self.params(label, self.types[local as usize]);
        }
        self.switch_to(label);
    }

    fn frame_index(&self, depth: u32) -> usize {
        self.frames.len() - 1 - depth as usize
    }

    /// The way to a label that is not the function's, with the values on top of the stack.
    fn edge(&mut self, depth: u32) -> Edge {
        let index = self.frame_index(depth);
        let frame = &mut self.frames[index];
        let target = *frame.label.get_or_insert_with(|| self.builder.new_block());
        let values = &self.stack[self.stack.len() - frame.carries.len()..];
        let locals = frame.locals.iter().map(|&local| &self.locals[local as usize]);
        let args = values.iter().chain(locals).flat_map(Operand::words).copied().collect();
        Edge { target, args }
    }

    fn is_function_label(&self, depth: u32) -> bool {
        self.frames[self.frame_index(depth)].kind == Kind::Function
    }

    fn jump(&mut self, depth: u32) -> Term {
        if self.is_function_label(depth) { self.return_values() } else { Term::Jump(self.edge(depth)) }
    }

    /// A block that only returns the values on top of the stack.
    fn return_block(&mut self) -> Block {
        let current = self.builder.block();
        let block = self.builder.new_block();
        self.switch_to(block);
        let term = self.return_values();
        self.builder.terminate(term);
        self.builder.switch_to(current);
        block
    }

    /// The way to any label.
    fn exit(&mut self, depth: u32) -> Edge {
        if self.is_function_label(depth) { to(self.return_block()) } else { self.edge(depth) }
    }

    fn branch_if(&mut self, depth: u32) {
        let cond = self.pop_word();
        let cond = self.builder.truth(cond);
        let then = self.exit(depth);
        let next = self.builder.new_block();
        self.leave(Term::Branch { cond, then, otherwise: to(next) });
        self.switch_to(next);
    }

    fn branch_table(&mut self, table: &BrTable<'_>) {
        let index = self.pop_word();
        let depths = table.targets().map(|depth| depth.expect("a validated body decodes"));
        let mut returns: Option<Edge> = None;
        let mut exit = |walk: &mut Self, depth: u32| {
            if walk.is_function_label(depth) {
                returns.get_or_insert_with(|| to(walk.return_block())).clone()
            } else {
                walk.edge(depth)
            }
        };
        let targets = depths.map(|depth| exit(self, depth)).collect();
        let default = exit(self, table.default());
        self.leave(Term::Table { index, targets, default: Some(default) });
    }

    /// Returns the values on top of the stack.
    fn return_values(&mut self) -> Term {
        let count = self.frames[0].results.len();
        let values = self.stack[self.stack.len() - count..].to_vec();
        match self.convention.results.clone() {
            Results::Registers(registers) => {
                let words = values.iter().flat_map(Operand::words).copied();
                Term::Return(words.zip(registers).collect::<SmallVec<[(Value, _); 2]>>())
            }
            Results::Memory { offsets, .. } => {
                let pointer = self.result_pointer();
                for (operand, offset) in values.iter().zip(offsets) {
                    for (&word, n) in operand.words().iter().zip(0..) {
                        let access = Access {
                            size: MemSize::Word,
                            offset: offset.cast_signed() + 4 * n,
                            region: Region::Results,
                            volatile: false,
                            aligned: true,
                        };
                        self.builder.store(pointer, word, access);
                    }
                }
                Term::Return(SmallVec::new())
            }
        }
    }
}

pub fn to(target: Block) -> Edge {
    Edge { target, args: Vec::new() }
}
