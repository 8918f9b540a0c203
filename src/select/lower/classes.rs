//! Which file each value lives in, on a core with a floating-point unit.
//!
//! Most operations fix the class of their result and of their operands. Loads of aligned words, selects, signs, parameters of
//! blocks and arguments on the stack are as cheap in either: those that are connected through parameters and selects get
//! one class, the one that more of their users and definitions want, weighted by loops. Everybody else has the value moved
//! behind its definition.

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
    let mut state = Classes { graph, leader: (0..count).map(Value::new).collect(), balance: vec![0.0; count] };
    for block in graph.block_ids() {
        // Ten iterations a loop, as far as numbers go.
        let weight = 10f32.powi(flow.depth[block.index()].min(6) as i32);
        let data = graph.block(block);
        for &value in &data.body {
            state.node(value, weight);
        }
        for edge in data.term.edges() {
            for (&arg, &param) in edge.args.iter().zip(&graph.block(edge.target).params) {
                state.connect(param, arg, weight);
            }
        }
        match &data.term {
            Term::Return(values) => values.iter().for_each(|&(value, reg)| state.want(value, reg.class(), weight)),
            Term::TailCall { call, args } => state.call(*call, args, weight),
            Term::Jump(_) | Term::Trap(_) => {}
            Term::Branch { cond: operand, .. } | Term::Table { index: operand, .. } => {
                state.want(*operand, isa::Class::Core, weight);
            }
        }
    }
    (0..count).map(|index| state.class(Value::new(index)) == isa::Class::Single).collect()
}

/// Whether anything is read from or written to a single-precision register.
fn has_floats(graph: &Graph) -> bool {
    let is_single = |place: &Place| matches!(place, Place::Reg(reg) if reg.class() == isa::Class::Single);
    let is_float =
        |&value: &Value| matches!(graph.op(value), Op::FloatBinary(_) | Op::FloatUnary(_) | Op::FloatCompare(_));
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
        | Op::ResultArea(_) => Some(isa::Class::Core),
    }
}

struct Classes<'g> {
    graph: &'g Graph,
    /// Sets of values that get one class, as trees with path halving.
    leader: Vec<Value>,
    /// At leaders: the moves that the core registers would cost more.
    balance: Vec<f32>,
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

    /// Takes note that the value is read or written in a class.
    fn want(&mut self, value: Value, class: isa::Class, weight: f32) {
        // A constant is built in either.
        if fixed(self.graph, value).is_none() && !matches!(self.graph.op(value), Op::Const(_)) {
            let leader = self.find(value);
            self.balance[leader.index()] += match class {
                isa::Class::Core => -weight,
                isa::Class::Single => weight,
            };
        }
    }

    /// Takes note that a value of either class is a copy of the other.
    fn connect(&mut self, value: Value, source: Value, weight: f32) {
        if matches!(self.graph.op(source), Op::Const(_)) {
            return;
        }
        match fixed(self.graph, source) {
            Some(class) => self.want(value, class, weight),
            None => {
                let (a, b) = (self.find(value), self.find(source));
                if a != b {
                    self.leader[b.index()] = a;
                    self.balance[a.index()] += self.balance[b.index()];
                }
            }
        }
    }

    fn call(&mut self, index: u32, args: &[Value], weight: f32) {
        let info = &self.graph.calls[index as usize];
        // Before the words that are passed stands the address of an indirect call.
        let address = args.len() - info.args.len();
        args[..address].iter().for_each(|&arg| self.want(arg, isa::Class::Core, weight));
        for (&arg, &place) in args[address..].iter().zip(&info.args) {
            if let Place::Reg(reg) = place {
                self.want(arg, reg.class(), weight);
            }
        }
    }

    fn node(&mut self, value: Value, weight: f32) {
        use isa::Class::{Core, Single};
        let node = self.graph.node(value);
        match node.op {
            Op::Select => {
                self.want(node.args[0], Core, weight);
                self.connect(value, node.args[1], weight);
                self.connect(value, node.args[2], weight);
            }
            Op::FloatUnary(FloatUnOp::Abs | FloatUnOp::Neg) => self.connect(value, node.args[0], weight),
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
            | Op::FloatCompare(_) => node.args.iter().for_each(|&arg| self.want(arg, Single, weight)),
            Op::Store(access) => {
                self.want(node.args[0], Core, weight);
                if !(access.aligned && access.size == MemSize::Word) {
                    self.want(node.args[1], Core, weight);
                }
            }
            Op::Call(index) | Op::Routine(index) => self.call(index, &node.args, weight),
            Op::Param
            | Op::Argument(_)
            | Op::Const(_)
            | Op::Address(..)
            | Op::Result(_)
            | Op::ResultArea(_)
            | Op::Binary(_)
            | Op::Unary(_)
            | Op::Compare(_)
            | Op::CompareLong(_)
            | Op::AddLong
            | Op::SubLong
            | Op::MulLong { .. }
            | Op::MulAddAdd
            | Op::AddWide
            | Op::SubWide
            | Op::Load(_)
            | Op::TrapIf(_) => node.args.iter().for_each(|&arg| self.want(arg, Core, weight)),
        }
    }
}
