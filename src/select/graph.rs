//! Growing a graph: every node goes through here, is folded, numbered and placed.
//!
//! Two nodes of the same operation on the same values are one, where the first dominates the second. With
//! each node stands the set of bits that may be set in its value; it decides many folds.

use super::contents::Contents;
use super::ir::{Access, BinOp, Block, BlockData, CallInfo, FloatUnOp, Graph, Node, Op, Term, UnOp, Value};
use super::known::{below, possible_bits};
use crate::hash::{Build, HashMap};
use crate::isa::{Cond, MemSize, Symbol, TrapCode};
use hashbrown::HashTable;
use hashbrown::hash_table::Entry;
use smallvec::SmallVec;
use std::hash::BuildHasher;
use std::num::NonZeroU32;

type Args = SmallVec<[Value; 4]>;

/// How many refinements of a value are kept before those that do not hold any more are dropped.
const REFINEMENTS: usize = 16;

/// How deep the operands of a value are looked into for the largest number that it can be.
const DEPTH: u32 = 4;

/// What a comparison that holds says of a float; none of these are NaNs.
#[derive(Copy, Clone, PartialEq, Eq, Hash)]
enum FloatFact {
    /// Between -2^31 and 2^31, both excluded.
    Small,
    /// Less than 2^32.
    Below,
    NotNegative,
}

/// What is known of a value.
#[derive(Copy, Clone)]
struct Known {
    /// The bits that can be 1.
    bits: u32,
    /// Which list of `Builder::refined` is the value's.
    refined: Option<NonZeroU32>,
}

/// A graph under construction.
pub struct Builder {
    pub graph: Graph,
    /// The block that nodes are added to.
    block: Block,
    /// The latest node of each operation and arguments.
    numbered: HashTable<Value>,
    hasher: Build,
    /// For each node, what is known of its value.
    known: Vec<Known>,
    /// Intervals of a walk over the dominator tree: a block dominates those inside its own. Empty while the
    /// graph's shape is unknown; then a block is known to dominate only itself.
    dominators: Vec<(u32, u32)>,
    /// Whether the current block is known to be in a loop.
    looping: bool,
    /// What loads find.
    memory: Contents,
    /// Conditions that hold, or do not, wherever these blocks have been passed.
    decided: HashMap<Value, (Block, bool)>,
    /// Conditions that have trapped wherever these blocks have been passed.
    checked: HashMap<Value, Block>,
    /// What values are not above wherever these blocks have been passed.
    bounded: HashMap<Value, SmallVec<[(u32, Block); 2]>>,
    /// Bits that can be 1 wherever these blocks have been passed, of the values that say so.
    refined: Vec<SmallVec<[(Block, u32); 2]>>,
    /// What is known of floats wherever these blocks have been passed.
    floats: HashMap<(Value, FloatFact), Block>,
    /// Conventions of routines, in `graph.calls`.
    routines: HashMap<Symbol, u32>,
}

impl Builder {
    /// An empty function with one block, the entry.
    pub fn new(dominators: Vec<(u32, u32)>) -> Builder {
        let mut builder = Builder {
            graph: Graph::default(),
            block: Block::ENTRY,
            numbered: HashTable::new(),
            hasher: Build,
            known: Vec::new(),
            dominators,
            looping: false,
            memory: Contents::new(),
            decided: HashMap::default(),
            checked: HashMap::default(),
            bounded: HashMap::default(),
            refined: vec![SmallVec::new()],
            floats: HashMap::default(),
            routines: HashMap::default(),
        };
        builder.new_block();
        builder
    }

    /// Makes room for so many nodes.
    pub fn reserve(&mut self, count: usize) {
        self.graph.nodes.reserve(count);
        self.known.reserve(count);
        let (nodes, hasher) = (&self.graph.nodes, &self.hasher);
        self.numbered.reserve(count, |&value: &Value| {
            let node = &nodes[value.index()];
            hasher.hash_one((node.op, node.args.as_slice()))
        });
    }

    /// Makes room for so many more nodes in the current block.
    pub fn reserve_body(&mut self, count: usize) {
        self.graph.blocks[self.block.index()].body.reserve(count);
    }

    pub fn new_block(&mut self) -> Block {
        let block = Block::new(self.graph.blocks.len());
        let term = Term::Trap(TrapCode::Unreachable);
        self.graph.blocks.push(BlockData { params: Vec::new(), body: Vec::new(), term, cold: false });
        block
    }

    pub fn block(&self) -> Block {
        self.block
    }

    pub fn switch_to(&mut self, block: Block) {
        self.block = block;
        self.memory.enter(None);
    }

    /// The same for what has been noted as the end of `pred`, which alone leads here.
    pub fn switch_behind(&mut self, block: Block, pred: Block) {
        self.block = block;
        self.memory.enter(Some(pred));
    }

    /// What has been added last is the end of `block`, for `switch_behind`.
    pub fn note_end(&mut self, block: Block) {
        self.memory.leave(block);
    }

    /// Whether speed counts more here.
    pub fn is_looping(&self) -> bool {
        self.looping
    }

    pub fn set_looping(&mut self, looping: bool) {
        self.looping = looping;
    }

    /// Ends the current block.
    pub fn terminate(&mut self, term: Term) {
        self.graph.blocks[self.block.index()].term = term;
    }

    pub fn param(&mut self, block: Block) -> Value {
        self.param_of(block, u32::MAX)
    }

    /// A parameter of which only these bits can be 1.
    pub fn param_of(&mut self, block: Block, bits: u32) -> Value {
        let value = self.push(Op::Param, Args::new(), block, bits);
        self.graph.blocks[block.index()].params.push(value);
        value
    }

    /// Bits of the value that can be 1, here.
    pub fn bits(&self, value: Value) -> u32 {
        let Known { bits, refined } = self.known[value.index()];
        let Some(list) = refined else { return bits };
        let known = self.refined[list.get() as usize].iter().filter(|&&(block, _)| self.dominates(block));
        known.fold(bits, |bits, &(_, refined)| bits & refined)
    }

    /// Takes note that a condition holds, or does not, in the current block and those that it dominates.
    pub fn assume(&mut self, cond: Value, holds: bool) {
        self.decided.insert(cond, (self.block, holds));
        let Op::Compare(comparison) = self.op(cond) else {
            self.assume_of_floats(cond, holds);
            if !holds {
                self.refine(cond, 0);
            }
            return;
        };
        let (value, Some(c)) = (self.args(cond)[0], self.constant(self.args(cond)[1])) else {
            return;
        };
        match if holds { comparison } else { comparison.inverse() } {
            Cond::Eq => self.refine(value, c),
            Cond::Lo => {
                self.refine(value, below(c.wrapping_sub(1)));
                self.note_bound(value, c.wrapping_sub(1));
            }
            Cond::Ls => {
                self.refine(value, below(c));
                self.note_bound(value, c);
            }
            Cond::Ge if c == 0 => self.refine(value, u32::MAX >> 1),
            Cond::Gt if c.cast_signed() >= -1 => self.refine(value, u32::MAX >> 1),
            _ => {}
        }
    }

    /// Whether a condition holds here, if a branch before or a trap says so.
    pub fn outcome(&self, cond: Value) -> Option<bool> {
        let known = self.decided.get(&cond).filter(|known| self.dominates(known.0));
        known.map(|known| known.1)
    }

    /// What a value is here: of one that is chosen by a condition that is decided, what is chosen.
    pub fn chosen(&self, mut value: Value) -> Value {
        while let (Op::Select, &[cond, a, b]) = (self.op(value), self.args(value)) {
            let Some(holds) = self.outcome(cond) else { break };
            value = if holds { a } else { b };
        }
        value
    }

    /// The same of comparisons of floats with constants, and of two conditions that both hold.
    fn assume_of_floats(&mut self, cond: Value, holds: bool) {
        let (a, b) = match (self.op(cond), self.args(cond)) {
            (Op::FloatCompare(_), &[a, b]) => (a, b),
            (Op::Binary(BinOp::And), &[a, b]) if holds && self.bits(a) == 1 && self.bits(b) == 1 => {
                self.assume(a, true);
                return self.assume(b, true);
            }
            _ => return,
        };
        let Op::FloatCompare(comparison) = self.op(cond) else { return };
        let Some(c) = self.constant(b).map(f32::from_bits) else { return };
        let comparison = if holds { comparison } else { comparison.inverse() };
        let fact = match (comparison, self.op(a)) {
            (Cond::Mi, Op::FloatUnary(FloatUnOp::Abs)) if c <= 31f32.exp2() => (self.args(a)[0], FloatFact::Small),
            (Cond::Mi, _) if c <= 32f32.exp2() => (a, FloatFact::Below),
            (Cond::Ge | Cond::Gt, _) if c >= 0.0 => (a, FloatFact::NotNegative),
            _ => return,
        };
        self.floats.insert(fact, self.block);
    }

    fn is_known(&self, value: Value, fact: FloatFact) -> bool {
        self.floats.get(&(value, fact)).is_some_and(|&block| self.dominates(block))
    }

    /// Whether a truncation to 32 bits has no result.
    pub fn float_overflows(&mut self, signed: bool, a: Value) -> Value {
        let fits = match signed {
            true => self.is_known(a, FloatFact::Small),
            false => {
                self.is_known(a, FloatFact::NotNegative)
                    && (self.is_known(a, FloatFact::Below) || self.is_known(a, FloatFact::Small))
            }
        };
        if fits { self.int(0) } else { self.pure(Op::FloatOverflows { signed }, &[a]) }
    }

    /// Takes note that a value is not above a limit in the current block and those that it dominates.
    fn note_bound(&mut self, value: Value, limit: u32) {
        if self.bound(value) <= limit {
            return;
        }
        let mut known = self.bounded.remove(&value).unwrap_or_default();
        // Of those that hold here each is below the one before.
        if known.len() >= REFINEMENTS {
            known.retain(|&mut (_, block)| self.dominates(block));
        }
        if known.len() < REFINEMENTS {
            known.push((limit, self.block));
        }
        self.bounded.insert(value, known);
    }

    /// The least limit that has been noted of a value and holds here.
    fn bound(&self, value: Value) -> u32 {
        let known = self.bounded.get(&value).into_iter().flatten().filter(|&&(_, block)| self.dominates(block));
        known.map(|&(limit, _)| limit).min().unwrap_or(u32::MAX)
    }

    /// A number that the value is not above, here.
    pub fn largest(&self, value: Value) -> u32 {
        self.largest_to(value, DEPTH)
    }

    fn largest_to(&self, value: Value, depth: u32) -> u32 {
        let known = below(self.bits(value)).min(self.bound(value));
        let Some(depth) = depth.checked_sub(1) else { return known };
        let of = |n: usize| self.largest_to(self.args(value)[n], depth);
        let amount = || self.constant(self.args(value)[1]).filter(|&amount| amount < 32);
        let computed = match self.op(value) {
            Op::Const(c) => Some(c),
            Op::Select => Some(of(1).max(of(2))),
            Op::Binary(BinOp::Add) => of(0).checked_add(of(1)),
            Op::Binary(BinOp::Mul) => of(0).checked_mul(of(1)),
            Op::Binary(BinOp::And) => Some(of(0).min(of(1))),
            Op::Binary(BinOp::Shl) => amount().and_then(|amount| of(0).checked_mul(1 << amount)),
            Op::Binary(BinOp::ShrU) => amount().map(|amount| of(0) >> amount),
            _ => None,
        };
        computed.map_or(known, |computed| computed.min(known))
    }

    fn refine(&mut self, value: Value, bits: u32) {
        if self.bits(value) & !bits == 0 {
            return;
        }
        let next = u32::try_from(self.refined.len()).ok().and_then(NonZeroU32::new);
        let next = next.expect("list 0 is nobody's, and a function has fewer than 2^32 values");
        let list = *self.known[value.index()].refined.get_or_insert(next);
        if list == next {
            self.refined.push(SmallVec::new());
        }
        let mut known = std::mem::take(&mut self.refined[list.get() as usize]);
        // Of those that hold here each clears a bit, so few are left.
        if known.len() >= REFINEMENTS {
            known.retain(|&mut (block, _)| self.dominates(block));
        }
        known.push((self.block, bits));
        self.refined[list.get() as usize] = known;
    }

    pub fn constant(&self, value: Value) -> Option<u32> {
        self.graph.constant(value)
    }

    pub fn op(&self, value: Value) -> Op {
        self.graph.op(value)
    }

    pub fn args(&self, value: Value) -> &[Value] {
        &self.graph.node(value).args
    }

    /// The operands of a value that is this operation.
    pub fn as_binary(&self, op: BinOp, value: Value) -> Option<(Value, Value)> {
        (self.op(value) == Op::Binary(op)).then(|| (self.args(value)[0], self.args(value)[1]))
    }

    /// The first operand of a value that is this operation with a constant as the second.
    pub fn as_binary_const(&self, op: BinOp, value: Value) -> Option<(Value, u32)> {
        let (a, b) = self.as_binary(op, value)?;
        Some((a, self.constant(b)?))
    }

    fn push(&mut self, op: Op, args: Args, block: Block, bits: u32) -> Value {
        let value = Value::new(self.graph.nodes.len());
        self.graph.nodes.push(Node { op, args, block });
        self.known.push(Known { bits, refined: None });
        value
    }

    fn dominates(&self, earlier: Block) -> bool {
        dominates(&self.dominators, earlier, self.block)
    }

    /// A pure node, numbered.
    pub fn pure(&mut self, op: Op, args: &[Value]) -> Value {
        let floating = matches!(op, Op::Const(_) | Op::Address(..));
        let (nodes, hasher) = (&self.graph.nodes, &self.hasher);
        let same = |&value: &Value| {
            let node = &nodes[value.index()];
            node.op == op && node.args.as_slice() == args
        };
        let rehash = |&value: &Value| {
            let node = &nodes[value.index()];
            hasher.hash_one((node.op, node.args.as_slice()))
        };
        // From here on the new node stands for its operation and arguments, unless one is there that may.
        let new = Value::new(nodes.len());
        match self.numbered.entry(hasher.hash_one((op, args)), same, rehash) {
            Entry::Occupied(mut entry) => {
                let value = *entry.get();
                if floating || dominates(&self.dominators, nodes[value.index()].block, self.block) {
                    return value;
                }
                *entry.get_mut() = new;
            }
            Entry::Vacant(entry) => {
                entry.insert(new);
            }
        }
        let bits = self.possible_bits(op, args);
        // What stands in no block is said to be in the one that all graphs have.
        let block = if floating { Block::ENTRY } else { self.block };
        let value = self.push(op, Args::from_slice(args), block, bits);
        if !floating {
            self.graph.blocks[self.block.index()].body.push(value);
        }
        value
    }

    /// A node that is not numbered.
    pub fn effect(&mut self, op: Op, args: &[Value]) -> Value {
        let bits = self.possible_bits(op, args);
        let value = self.push(op, Args::from_slice(args), self.block, bits);
        self.graph.blocks[self.block.index()].body.push(value);
        value
    }

    fn possible_bits(&self, op: Op, args: &[Value]) -> u32 {
        possible_bits(
            op,
            |n| self.bits(args[n]),
            |n| self.constant(args[n]),
            |index| self.graph.calls[index as usize].bits,
        )
    }

    pub fn int(&mut self, c: u32) -> Value {
        self.pure(Op::Const(c), &[])
    }

    pub fn address(&mut self, symbol: Symbol, addend: i32) -> Value {
        self.pure(Op::Address(symbol, addend), &[])
    }

    /// Result `n` of a node with several.
    pub fn result(&mut self, value: Value, n: u32) -> Value {
        if n == 0 { value } else { self.pure(Op::Result(n), &[value]) }
    }

    /// A load from `address` + `access.offset`.
    pub fn load(&mut self, address: Value, mut access: Access) -> Value {
        let address = self.split_offset(address, &mut access);
        if access.volatile {
            return self.effect(Op::Load(access), &[address]);
        }
        if let Some(value) = self.memory.find(access, address)
            && self.is_available(value)
        {
            return value;
        }
        let value = self.effect(Op::Load(access), &[address]);
        self.memory.note(access, address, value);
        value
    }

    /// Whether a value is there wherever the current block runs.
    fn is_available(&self, value: Value) -> bool {
        let node = self.graph.node(value);
        matches!(node.op, Op::Const(_) | Op::Address(..)) || self.dominates(node.block)
    }

    /// A store of `value` to `address` + `access.offset`.
    pub fn store(&mut self, address: Value, value: Value, mut access: Access) {
        let address = self.split_offset(address, &mut access);
        let value = match access.size {
            MemSize::U8 | MemSize::S8 => self.low_bits(value, 0xff),
            MemSize::U16 | MemSize::S16 => self.low_bits(value, 0xffff),
            MemSize::Word => value,
        };
        self.effect(Op::Store(access), &[address, value]);
        self.memory.write(&self.graph, access, address, value);
        let read = match access.size {
            MemSize::U8 | MemSize::S8 => 0xff,
            MemSize::U16 | MemSize::S16 => 0xffff,
            MemSize::Word => u32::MAX,
        };
        if !access.volatile && self.bits(value) & !read == 0 {
            self.memory.note(access, address, value);
        }
    }

    /// A value that agrees with this one in the bits of `mask`, without operations that only change others.
    fn low_bits(&self, mut value: Value, mask: u32) -> Value {
        loop {
            value = match self.op(value) {
                Op::Binary(BinOp::And) if self.constant(self.args(value)[1]).is_some_and(|c| c & mask == mask) => {
                    self.args(value)[0]
                }
                Op::Unary(UnOp::Extend16S) => self.args(value)[0],
                Op::Unary(UnOp::Extend8S) if mask == 0xff => self.args(value)[0],
                _ => return value,
            }
        }
    }

    /// Moves constant summands of an address into the access's offset: machine addresses are sums modulo
    /// 2^32, so this is exact.
    fn split_offset(&self, mut address: Value, access: &mut Access) -> Value {
        while let Some((base, c)) = self.as_binary_const(BinOp::Add, address) {
            access.offset = access.offset.wrapping_add(c.cast_signed());
            address = base;
        }
        address
    }

    /// Traps where `cond` is not 0, unless an earlier trap makes that impossible.
    pub fn trap_if(&mut self, cond: Value, code: TrapCode) {
        let cond = self.truth(cond);
        let cond = self.of_summand(cond);
        let counted = code == TrapCode::MemoryOutOfBounds;
        if self.constant(cond) == Some(0) {
            self.graph.bounds.range += u32::from(counted);
            return;
        }
        if self.is_checked(cond) {
            self.graph.bounds.implied += u32::from(counted);
            return;
        }
        self.effect(Op::TrapIf(code), &[cond]);
        self.assume(cond, false);
    }

    /// `x + c > limit` as `x > limit - c`, where the sum is known not to wrap around: checks of one pointer are then
    /// comparable.
    fn of_summand(&mut self, cond: Value) -> Value {
        if self.op(cond) != Op::Compare(Cond::Hi) {
            return cond;
        }
        let (sum, limit) = (self.args(cond)[0], self.args(cond)[1]);
        let (Some((x, c)), Some(limit)) = (self.as_binary_const(BinOp::Add, sum), self.constant(limit)) else {
            return cond;
        };
        if self.largest(x).checked_add(c).is_none() {
            return cond;
        }
        match limit.checked_sub(c) {
            Some(limit) => {
                let limit = self.int(limit);
                self.compare(Cond::Hi, x, limit)
            }
            None => self.int(1),
        }
    }

    /// Whether what is known here excludes `cond`; from here on a trap does.
    fn is_checked(&mut self, cond: Value) -> bool {
        if self.op(cond) == Op::Compare(Cond::Hi)
            && let (index, Some(limit)) = (self.args(cond)[0], self.constant(self.args(cond)[1]))
        {
            return self.largest(index) <= limit;
        }
        let known = self.checked.get(&cond).is_some_and(|&block| self.dominates(block));
        if !known {
            self.checked.insert(cond, self.block);
        }
        known
    }

    /// A call by `graph.calls[index]`, which may write anything.
    pub fn call(&mut self, index: u32, args: &[Value]) -> Value {
        self.memory.forget();
        self.effect(Op::Call(index), args)
    }

    /// A new element of `graph.calls`.
    pub fn convention(&mut self, info: CallInfo) -> u32 {
        let index = self.graph.calls.len();
        self.graph.calls.push(info);
        u32::try_from(index).expect("a function has fewer than 2^32 calls")
    }

    /// A call of a pure routine: equal ones are one.
    pub fn routine(&mut self, symbol: Symbol, args: &[Value], convention: impl FnOnce() -> CallInfo) -> Value {
        let index = match self.routines.get(&symbol) {
            Some(&index) => index,
            None => {
                let index = self.convention(convention());
                self.routines.insert(symbol, index);
                index
            }
        };
        self.pure(Op::Routine(index), args)
    }
}

/// Whether block `a` dominates block `b`, as far as the intervals say.
fn dominates(intervals: &[(u32, u32)], a: Block, b: Block) -> bool {
    match (intervals.get(a.index()), intervals.get(b.index())) {
        (Some(a), Some(b)) => a.0 <= b.0 && b.1 <= a.1,
        _ => a == b,
    }
}
