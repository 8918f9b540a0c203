//! The SSA form between the operators and the instructions: 32-bit values in blocks with parameters.
//!
//! An i64 is two values, low and high word, from the moment that it is read from the wasm: each half is
//! folded, numbered, kept or dropped on its own, and only `AddLong`, `SubLong`, `MulLong` and `CompareLong`
//! know that they belong together. A node is the value of its first result; further results are
//! `Op::Result` nodes.

use crate::isa::{BoundsCounts, Cond, MemSize, Reg, Symbol, TrapCode};
use crate::lists::Numbered;
use bitvec::vec::BitVec;
use smallvec::SmallVec;
use std::slice::{from_mut, from_ref};

#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct Value(u32);

impl Value {
    pub fn new(index: usize) -> Value {
        Value(u32::try_from(index).expect("a function has fewer than 2^32 values"))
    }

    pub fn index(self) -> usize {
        self.0 as usize
    }
}

#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct Block(u32);

impl Block {
    pub const ENTRY: Block = Block(0);

    pub fn new(index: usize) -> Block {
        Block(u32::try_from(index).expect("a function has fewer than 2^32 blocks"))
    }

    pub fn index(self) -> usize {
        self.0 as usize
    }
}

impl Numbered for Block {
    fn number(self) -> usize {
        self.index()
    }
}

/// Two-operand arithmetic. Shifts take the amount as Arm does: its bottom byte, 32 and more shifting
/// everything out; `Rotr` is modulo 32.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub enum BinOp {
    Add,
    Sub,
    Mul,
    /// Division by a divisor that is known not to be zero; `SDIV`'s INT_MIN / -1 is INT_MIN.
    DivS,
    DivU,
    And,
    Or,
    Xor,
    Shl,
    ShrS,
    ShrU,
    Rotr,
}

#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub enum UnOp {
    Clz,
    /// The bits in reverse order.
    Rbit,
    /// The bytes in reverse order.
    Rev,
    Extend8S,
    Extend16S,
}

/// Two-operand arithmetic on floats of single precision, rounded to nearest.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub enum FloatBinOp {
    Add,
    Sub,
    Mul,
    Div,
    /// As wasm defines them: -0 is below +0, and a NaN among the operands makes a quiet NaN.
    Min,
    Max,
}

#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub enum FloatUnOp {
    Abs,
    Neg,
    Sqrt,
    /// Of a signed integer.
    FromSigned,
    FromUnsigned,
    /// To a signed integer, towards zero; the nearest one where it does not fit, and 0 for a NaN.
    ToSigned,
    ToUnsigned,
}

/// What a load or store can touch. Accesses of different regions never overlap.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub enum Region {
    Memory(u32),
    Global(u32),
    Table(u32),
    /// The size words of memories and tables.
    Size,
    /// Never written while the module runs: identity words, constant tables.
    Constant,
    /// Results that a callee writes for this function, or this function for its caller.
    Results,
}

#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub struct Access {
    pub size: MemSize,
    /// Added to the address, modulo 2^32.
    pub offset: i32,
    pub region: Region,
    /// Happens exactly once, in order.
    pub volatile: bool,
    /// The place is known to be a multiple of 4.
    pub aligned: bool,
}

impl Access {
    /// Whether one instruction may access this word and the next: it faults unless they are aligned, and may begin again after an
    /// interrupt.
    pub fn is_pairable(&self) -> bool {
        self.size == MemSize::Word && self.aligned && !self.volatile
    }
}

#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub enum Op {
    /// A parameter of its block.
    Param,
    /// Word N of what the caller passes, in the order of the signature's words.
    Argument(u32),
    /// Never placed in a block, like `Address`.
    Const(u32),
    /// symbol + addend
    Address(Symbol, i32),
    /// Result N > 0 of `args[0]`.
    Result(u32),
    Binary(BinOp),
    Unary(UnOp),
    /// On the bits of floats, where the core has instructions for them.
    FloatBinary(FloatBinOp),
    FloatUnary(FloatUnOp),
    /// 1 if the flags of VCMP of the two floats fulfil the condition, else 0 (ARMv7-M ARM A2.5.3): `Eq`, `Mi` for less,
    /// `Ls` for at most, `Gt`, `Ge`, none of which holds of a NaN, and their inverses.
    FloatCompare(Cond),
    /// 1 if the float, cut off behind the point, is no i32 (`signed`) or no u32, as NaNs are none.
    FloatOverflows {
        signed: bool,
    },
    /// 1 if `args[0] cond args[1]`, else 0.
    Compare(Cond),
    /// The same of two i64, each low word first. Never `Eq` or `Ne`.
    CompareLong(Cond),
    /// `args[0] != 0 ? args[1] : args[2]`
    Select,
    /// Low word and, as result 1, high word of a sum of two i64.
    AddLong,
    SubLong,
    /// The same of the product of two words.
    MulLong {
        signed: bool,
    },
    /// The same of `args[0] * args[1] + args[2] + args[3]`, unsigned.
    MulAddAdd,
    /// Four words of the sum of two 128-bit numbers of four words each, lowest first.
    AddWide,
    SubWide,
    /// From address `args[0]`.
    Load(Access),
    /// To address `args[0]`, value `args[1]`.
    Store(Access),
    /// Traps where `args[0]` is not 0.
    TrapIf(TrapCode),
    Call(u32),
    /// A call whose results depend on its arguments alone, and that does nothing else.
    Routine(u32),
    /// The address of byte N of the area where callees put their results; `frames` places a function's own frame
    /// above them.
    ResultArea(u32),
    /// The address behind the function's own frame: what its stack pointer is on entry.
    FrameTop,
    /// The stack pointer becomes `args[0]`.
    SetStack,
}

impl Op {
    /// Whether the node depends on its arguments alone and does nothing else, so that it may be
    /// numbered, moved down and dropped.
    pub fn is_pure(self) -> bool {
        match self {
            Op::Argument(_)
            | Op::Const(_)
            | Op::Address(..)
            | Op::Result(_)
            | Op::Binary(_)
            | Op::Unary(_)
            | Op::FloatBinary(_)
            | Op::FloatUnary(_)
            | Op::FloatCompare(_)
            | Op::FloatOverflows { .. }
            | Op::Compare(_)
            | Op::CompareLong(_)
            | Op::Select
            | Op::AddLong
            | Op::SubLong
            | Op::MulLong { .. }
            | Op::MulAddAdd
            | Op::AddWide
            | Op::SubWide
            | Op::Routine(_)
            | Op::ResultArea(_)
            | Op::FrameTop => true,
            Op::Param | Op::Load(_) | Op::Store(_) | Op::TrapIf(_) | Op::Call(_) | Op::SetStack => false,
        }
    }

    /// Whether the node is needed even where nothing uses its value.
    pub fn has_effect(self) -> bool {
        match self {
            Op::Load(access) => access.volatile,
            Op::Store(_) | Op::TrapIf(_) | Op::Call(_) | Op::SetStack => true,
            _ => false,
        }
    }
}

/// Where a word travels between caller and callee (AAPCS32 6.5).
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Place {
    Reg(Reg),
    /// Bytes above sp at the call.
    Stack(u32),
}

#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Callee {
    Symbol(Symbol),
    /// The address is the call's first argument, before the words that are passed.
    Pointer,
}

/// A call's convention. The node's arguments are the callee's address, if it is a `Pointer`, and one value
/// for each of `args`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CallInfo {
    pub callee: Callee,
    pub args: Vec<Place>,
    pub results: SmallVec<[Reg; 2]>,
    /// Bytes of stack for arguments.
    pub stack: u32,
    /// Bits of the first result that can be 1.
    pub bits: u32,
}

#[derive(Clone, Debug)]
pub struct Node {
    pub op: Op,
    pub args: SmallVec<[Value; 4]>,
    /// Where it stands; of constants and addresses, nowhere in particular.
    pub block: Block,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Edge {
    pub target: Block,
    pub args: Vec<Value>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Term {
    Jump(Edge),
    Branch {
        cond: Value,
        then: Edge,
        otherwise: Edge,
    },
    /// To `targets[index]`, or to `default` past their end, where the index can be that large.
    Table {
        index: Value,
        targets: Vec<Edge>,
        default: Option<Edge>,
    },
    /// The words of the results, in the registers that the convention names.
    Return(SmallVec<[(Value, Reg); 2]>),
    /// The results of the call by `calls[call]` are the function's. The arguments are those of an `Op::Call`.
    TailCall {
        call: u32,
        args: Vec<Value>,
    },
    Trap(TrapCode),
}

impl Term {
    /// Of a table, the default comes last.
    pub fn edges(&self) -> impl Iterator<Item = &Edge> + Clone {
        let (first, others): (&[Edge], &[Edge]) = match self {
            Term::Jump(edge) => (from_ref(edge), &[]),
            Term::Branch { then, otherwise, .. } => (from_ref(then), from_ref(otherwise)),
            Term::Table { targets, default, .. } => (targets, default.as_slice()),
            Term::Return(_) | Term::TailCall { .. } | Term::Trap(_) => (&[], &[]),
        };
        first.iter().chain(others)
    }

    pub fn edges_mut(&mut self) -> impl Iterator<Item = &mut Edge> {
        let (first, others): (&mut [Edge], &mut [Edge]) = match self {
            Term::Jump(edge) => (from_mut(edge), &mut []),
            Term::Branch { then, otherwise, .. } => (from_mut(then), from_mut(otherwise)),
            Term::Table { targets, default, .. } => (targets, default.as_mut_slice()),
            Term::Return(_) | Term::TailCall { .. } | Term::Trap(_) => (&mut [], &mut []),
        };
        first.iter_mut().chain(others)
    }

    /// Edge `n` of `edges`.
    pub fn edge(&self, n: usize) -> &Edge {
        self.edges().nth(n).expect("a terminator has the edges that it had")
    }

    pub fn edge_mut(&mut self, n: usize) -> &mut Edge {
        self.edges_mut().nth(n).expect("a terminator has the edges that it had")
    }

    /// Calls `f` on what the terminator reads, the arguments of its edges excluded.
    pub fn visit_operands(&self, mut f: impl FnMut(Value)) {
        match self {
            Term::Jump(_) | Term::Trap(_) => {}
            Term::Branch { cond, .. } => f(*cond),
            Term::Table { index, .. } => f(*index),
            Term::Return(values) => values.iter().for_each(|&(v, _)| f(v)),
            Term::TailCall { args, .. } => args.iter().for_each(|&v| f(v)),
        }
    }

    /// The same, to replace it.
    pub fn visit_operands_mut(&mut self, mut f: impl FnMut(&mut Value)) {
        match self {
            Term::Jump(_) | Term::Trap(_) => {}
            Term::Branch { cond, .. } => f(cond),
            Term::Table { index, .. } => f(index),
            Term::Return(values) => values.iter_mut().for_each(|(v, _)| f(v)),
            Term::TailCall { args, .. } => args.iter_mut().for_each(f),
        }
    }
}

#[derive(Clone, Debug)]
pub struct BlockData {
    pub params: Vec<Value>,
    /// In order; each node stands in one block, constants and addresses in none.
    pub body: Vec<Value>,
    pub term: Term,
    /// Whether it hardly ever runs.
    pub cold: bool,
}

/// A function in SSA form. Block 0 is the entry, without predecessors or parameters; every block comes after
/// its dominators.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    pub nodes: Vec<Node>,
    pub blocks: Vec<BlockData>,
    pub calls: Vec<CallInfo>,
    /// Where the words of the arguments arrive.
    pub arguments: Vec<Place>,
    /// Bytes that callees need for results that do not fit into registers.
    pub result_area: u32,
    /// Bytes of the frame that the function itself asks for, a multiple of 16.
    pub frame: u32,
    /// Whether the frame grows and shrinks while the function runs.
    pub frame_moves: bool,
    /// Bytes of locals below the frame.
    pub below_frame: u32,
    /// Calls whose last argument points to variable arguments, as indices of `calls`.
    pub variadic: Vec<u32>,
    /// Whether a pointer into the frame may be used by others.
    pub frame_escapes: bool,
    pub bounds: BoundsCounts,
}

impl Graph {
    pub fn node(&self, value: Value) -> &Node {
        &self.nodes[value.index()]
    }

    pub fn op(&self, value: Value) -> Op {
        self.nodes[value.index()].op
    }

    pub fn constant(&self, value: Value) -> Option<u32> {
        match self.op(value) {
            Op::Const(c) => Some(c),
            _ => None,
        }
    }

    /// The summands of a value and a constant.
    pub fn as_sum(&self, value: Value) -> Option<(Value, i32)> {
        let node = self.node(value);
        match (node.op, node.args.as_slice()) {
            (Op::Binary(BinOp::Add), &[x, c]) => Some((x, self.constant(c)?.cast_signed())),
            _ => None,
        }
    }

    /// A new node, which stands in no block's body yet.
    pub fn new_node(&mut self, op: Op, args: &[Value], block: Block) -> Value {
        let value = Value::new(self.nodes.len());
        self.nodes.push(Node { op, args: SmallVec::from_slice(args), block });
        value
    }

    pub fn block_ids(&self) -> impl DoubleEndedIterator<Item = Block> + use<> {
        (0..self.blocks.len()).map(Block::new)
    }

    pub fn block(&self, block: Block) -> &BlockData {
        &self.blocks[block.index()]
    }

    /// How many operands and edge arguments each value is.
    pub fn uses(&self) -> Vec<u32> {
        let mut uses = vec![0; self.nodes.len()];
        for block in &self.blocks {
            block.body.iter().flat_map(|&value| &self.node(value).args).for_each(|arg| uses[arg.index()] += 1);
            block.term.visit_operands(|value| uses[value.index()] += 1);
            block.term.edges().flat_map(|edge| &edge.args).for_each(|arg| uses[arg.index()] += 1);
        }
        uses
    }

    /// Whether an edge leads back, where blocks stand in order.
    pub fn has_loops(&self) -> bool {
        self.block_ids().any(|block| self.block(block).term.edges().any(|edge| edge.target <= block))
    }

    /// Which blocks some way from the entry leads to.
    pub fn reachable(&self) -> BitVec {
        let mut reached: BitVec = BitVec::repeat(false, self.blocks.len());
        let mut work = vec![Block::ENTRY];
        reached.set(0, true);
        while let Some(block) = work.pop() {
            for edge in self.block(block).term.edges() {
                if !reached.replace(edge.target.index(), true) {
                    work.push(edge.target);
                }
            }
        }
        reached
    }

    /// For each block, the blocks that can run just before it, once per edge.
    pub fn predecessors(&self) -> Vec<SmallVec<[Block; 2]>> {
        let mut preds: Vec<SmallVec<[Block; 2]>> = self.blocks.iter().map(|_| SmallVec::new()).collect();
        for block in self.block_ids() {
            for edge in self.block(block).term.edges() {
                preds[edge.target.index()].push(block);
            }
        }
        preds
    }
}
