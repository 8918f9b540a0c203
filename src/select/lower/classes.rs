//! Which file each value lives in, on a core with a floating-point unit.
//!
//! Most operations fix the class of their result and of their operands. Loads of aligned words, selects, signs, parameters of
//! blocks and arguments on the stack are as cheap in either: those that are connected through parameters and selects get
//! one class, the one that costs fewer moves. A value that is read in the other class is moved once, behind its
//! definition, so that is where a move's frequency is taken from.

use super::Flow;
use crate::isa::{self, MemSize};
use crate::select::ir::{FloatBinOp, FloatUnOp, Graph, Op, Place, Term, Value};
use bitvec::vec::BitVec;

/// The values of the class of single-precision registers; empty where there are none.
pub fn singles(graph: &Graph, flow: &Flow) -> BitVec {
    if !has_floats(graph) {
        return BitVec::EMPTY;
    }
    let count = graph.nodes.len();
    let wanted = || BitVec::repeat(false, count);
    let leader = (0..count).map(Value::new).collect();
    let mut state = Classes { graph, flow, leader, balance: vec![0.0; count], cores: wanted(), singles: wanted() };
    for block in graph.block_ids() {
        let data = graph.block(block);
        data.body.iter().for_each(|&value| state.node(value));
        for edge in data.term.edges() {
            for (&arg, &param) in edge.args.iter().zip(&graph.block(edge.target).params) {
                state.connect(param, arg);
            }
        }
        match &data.term {
            Term::Return(values) => values.iter().for_each(|&(value, reg)| state.want(value, reg.class())),
            Term::TailCall { call, args } => state.call(*call, args),
            Term::Jump(_) | Term::Trap(_) => {}
            Term::Branch { cond: operand, .. } | Term::Table { index: operand, .. } => {
                state.want(*operand, isa::Class::Core);
            }
        }
    }
    (0..count).map(|index| state.class(Value::new(index)) == isa::Class::Single).collect()
}

/// Whether anything is read from or written to a single-precision register.
fn has_floats(graph: &Graph) -> bool {
    let is_single = |place: &Place| matches!(place, Place::Reg(reg) if reg.class() == isa::Class::Single);
    let is_float = |&value: &Value| {
        matches!(
            graph.op(value),
            Op::FloatBinary(_) | Op::FloatUnary(_) | Op::FloatCompare(_) | Op::FloatOverflows { .. }
        )
    };
    let returns = |term: &Term| match term {
        Term::Return(values) => values.iter().any(|&(_, reg)| reg.class() == isa::Class::Single),
        Term::Jump(_) | Term::Branch { .. } | Term::Table { .. } | Term::TailCall { .. } | Term::Trap(_) => false,
    };
    let calls = || graph.calls.iter().flat_map(|call| &call.args).chain(&graph.arguments).any(is_single);
    let results = || graph.calls.iter().flat_map(|call| &call.results).any(|reg| reg.class() == isa::Class::Single);
    calls() || results() || graph.blocks.iter().any(|block| returns(&block.term) || block.body.iter().any(is_float))
}

/// The class of the value where its definition says it; `None` where either is as good.
fn fixed(graph: &Graph, value: Value) -> Option<isa::Class> {
    let of_place = |place: Place| match place {
        Place::Reg(reg) => Some(reg.class()),
        Place::Stack(_) => None,
    };
    match graph.op(value) {
        Op::Param | Op::Select | Op::Const(_) => None,
        Op::Argument(n) => of_place(graph.arguments[n as usize]),
        Op::Load(access) if access.aligned && access.size == MemSize::Word => None,
        Op::FloatUnary(FloatUnOp::Abs | FloatUnOp::Neg) => None,
        Op::FloatBinary(_) | Op::FloatUnary(_) => Some(isa::Class::Single),
        Op::Call(index) | Op::Routine(index) => graph.calls[index as usize].results.first().map(|reg| reg.class()),
        Op::Result(n) => {
            let call = graph.node(value).args[0];
            match graph.op(call) {
                Op::Call(index) | Op::Routine(index) => {
                    graph.calls[index as usize].results.get(n as usize).map(|reg| reg.class())
                }
                _ => Some(isa::Class::Core),
            }
        }
        Op::Address(..)
        | Op::Binary(_)
        | Op::Unary(_)
        | Op::FloatCompare(_)
        | Op::FloatOverflows { .. }
        | Op::Compare(_)
        | Op::CompareLong(_)
        | Op::AddLong
        | Op::SubLong
        | Op::MulLong { .. }
        | Op::MulAddAdd
        | Op::AddWide
        | Op::SubWide
        | Op::Load(_)
        | Op::Store(_)
        | Op::TrapIf(_)
        | Op::ResultArea(_)
        | Op::FrameTop
        | Op::SetStack => Some(isa::Class::Core),
    }
}

struct Classes<'g> {
    graph: &'g Graph,
    flow: &'g Flow,
    /// Sets of values that get one class, as trees with path halving.
    leader: Vec<Value>,
    /// At leaders: what the moves from core registers would cost more.
    balance: Vec<f32>,
    /// The values that somebody reads in each class.
    cores: BitVec,
    singles: BitVec,
}

impl Classes<'_> {
    fn find(&mut self, mut value: Value) -> Value {
        while self.leader[value.index()] != value {
            let next = self.leader[self.leader[value.index()].index()];
            self.leader[value.index()] = next;
            value = next;
        }
        value
    }

    fn class(&mut self, value: Value) -> isa::Class {
        if let Some(class) = fixed(self.graph, value) {
            return class;
        }
        let leader = self.find(value);
        if self.balance[leader.index()] > 0.0 { isa::Class::Single } else { isa::Class::Core }
    }

    /// How often a move behind the definition of a value would be made: ten iterations a loop, as far as numbers go.
    fn weight(&self, value: Value) -> f32 {
        let block = self.graph.node(value).block;
        10f32.powi(self.flow.depth[block.index()].min(6) as i32)
    }

    fn add(&mut self, value: Value, class: isa::Class, weight: f32) {
        let leader = self.find(value);
        self.balance[leader.index()] += match class {
            isa::Class::Core => -weight,
            isa::Class::Single => weight,
        };
    }

    /// Takes note that the value is read in a class.
    fn want(&mut self, value: Value, class: isa::Class) {
        // A constant is built in either.
        if fixed(self.graph, value).is_some() || matches!(self.graph.op(value), Op::Const(_)) {
            return;
        }
        let wanted = match class {
            isa::Class::Core => &mut self.cores,
            isa::Class::Single => &mut self.singles,
        };
        if !wanted.replace(value.index(), true) {
            self.add(value, class, self.weight(value));
        }
    }

    /// Takes note that a value of either class is a copy of the other.
    fn connect(&mut self, value: Value, source: Value) {
        // These stand nowhere, and are built where they are needed.
        if matches!(self.graph.op(source), Op::Const(_) | Op::Address(..)) {
            return;
        }
        match fixed(self.graph, source) {
            Some(class) => self.add(value, class, self.weight(source)),
            None => {
                let (a, b) = (self.find(value), self.find(source));
                if a != b {
                    self.leader[b.index()] = a;
                    self.balance[a.index()] += self.balance[b.index()];
                }
            }
        }
    }

    fn call(&mut self, index: u32, args: &[Value]) {
        let info = &self.graph.calls[index as usize];
        // Before the words that are passed stands the address of an indirect call.
        let address = args.len() - info.args.len();
        args[..address].iter().for_each(|&arg| self.want(arg, isa::Class::Core));
        for (&arg, &place) in args[address..].iter().zip(&info.args) {
            if let Place::Reg(reg) = place {
                self.want(arg, reg.class());
            }
        }
    }

    fn node(&mut self, value: Value) {
        use isa::Class::{Core, Single};
        let node = self.graph.node(value);
        match node.op {
            Op::Select => {
                self.want(node.args[0], Core);
                self.connect(value, node.args[1]);
                self.connect(value, node.args[2]);
            }
            Op::FloatUnary(FloatUnOp::Abs | FloatUnOp::Neg) => self.connect(value, node.args[0]),
            Op::FloatBinary(
                FloatBinOp::Add
                | FloatBinOp::Sub
                | FloatBinOp::Mul
                | FloatBinOp::Div
                | FloatBinOp::Min
                | FloatBinOp::Max,
            )
            | Op::FloatUnary(
                FloatUnOp::Sqrt
                | FloatUnOp::FromSigned
                | FloatUnOp::FromUnsigned
                | FloatUnOp::ToSigned
                | FloatUnOp::ToUnsigned,
            )
            | Op::FloatCompare(_) => node.args.iter().for_each(|&arg| self.want(arg, Single)),
            Op::Store(access) => {
                self.want(node.args[0], Core);
                if !(access.aligned && access.size == MemSize::Word) {
                    self.want(node.args[1], Core);
                }
            }
            Op::Call(index) | Op::Routine(index) => self.call(index, &node.args),
            Op::Param
            | Op::Argument(_)
            | Op::Const(_)
            | Op::Address(..)
            | Op::Result(_)
            | Op::ResultArea(_)
            | Op::FrameTop
            | Op::SetStack
            | Op::Binary(_)
            | Op::Unary(_)
            | Op::FloatOverflows { .. }
            | Op::Compare(_)
            | Op::CompareLong(_)
            | Op::AddLong
            | Op::SubLong
            | Op::MulLong { .. }
            | Op::MulAddAdd
            | Op::AddWide
            | Op::SubWide
            | Op::Load(_)
            | Op::TrapIf(_) => node.args.iter().for_each(|&arg| self.want(arg, Core)),
        }
    }
}
