//! A function as a graph of blocks of instructions.
//!
//! Before register caching the function is in SSA form: each `VReg` is defined once (a tied definition is
//! a new vreg) and blocks have parameters. Afterwards registers are core registers and parameters and
//! edge arguments are empty.

use super::inst::Inst;
use super::name::Name;
use super::operand::{Call, Cond, Operand2, Role, TestOp};
use super::reg::{Class, Reg, VReg};
use bitvec::vec::BitVec;
use smallvec::SmallVec;
use std::slice::{from_mut, from_ref};

/// A symbol of the object being made. Indices are those of the wasm module.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub enum Symbol {
    /// A function, defined or imported.
    Function(u32),
    /// The address of function N as a reference: N itself, or for an import a thunk that carries the
    /// signature's identity. As data and in registers it has the Thumb bit.
    FunctionReference(u32),
    /// First byte of memory N.
    Memory(u32),
    /// The two words: bytes that memory N has now, bytes that are reserved (`S.size`, `S.max`).
    MemorySize(u32),
    MemoryMax(u32),
    /// Entry 0 of table N; an entry is a word.
    Table(u32),
    TableSize(u32),
    TableMax(u32),
    /// Global N, one or two words.
    Global(u32),
    /// Image in flash of data segment N.
    Data(u32),
    /// Bytes that data segment N still has, where it can be dropped.
    DataSize(u32),
    /// Image of element segment N: words, each a reference. In flash where all are known.
    Element(u32),
    /// Items that element segment N still has, where it can be dropped.
    ElementSize(u32),
    /// One byte whose address is the identity of signature (type) N, where it has no number.
    Signature(u32),
    /// A routine of the Arm run-time ABI or of libm.
    Library(Name),
    /// One of `select::routines`, which the object has where its code refers to it.
    Routine(Name),
    /// Symbol N of a relocatable object: data, or a function by another than its first name.
    Linked(u32),
    /// `<module>_init`
    Init,
    /// Where functions return to whose callers' argument areas have been enlarged for tail calls.
    TailReturn,
    /// `synth_trap`
    Trap,
    /// The word named by `--stack-limit`.
    StackLimit,
}

impl Symbol {
    /// # Panics
    /// If the table of names lacks it, which is a bug of the table.
    pub fn library(name: &str) -> Symbol {
        Symbol::Library(Name::new(name).expect("the table has every function that code refers to"))
    }

    /// # Panics
    /// As `library`.
    pub fn routine(name: &str) -> Symbol {
        Symbol::Routine(Name::new(name).expect("the table has every routine"))
    }
}

/// Why a program trapped; the number is the operand of `udf` and the argument of `synth_trap`.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
#[repr(u8)]
pub enum TrapCode {
    Unreachable = 0,
    DivideByZero = 1,
    IntegerOverflow = 2,
    InvalidConversion = 3,
    MemoryOutOfBounds = 4,
    TableOutOfBounds = 5,
    SignatureMismatch = 6,
    NullReference = 7,
    StackExhausted = 8,
}

impl TrapCode {
    pub const ALL: [TrapCode; 9] = [
        TrapCode::Unreachable,
        TrapCode::DivideByZero,
        TrapCode::IntegerOverflow,
        TrapCode::InvalidConversion,
        TrapCode::MemoryOutOfBounds,
        TrapCode::TableOutOfBounds,
        TrapCode::SignatureMismatch,
        TrapCode::NullReference,
        TrapCode::StackExhausted,
    ];

    pub fn number(self) -> u8 {
        self as u8
    }
}

/// A part of the stack that instructions name; `emit` knows where it is, and whether slots or locals are lower.
///
/// ```text
///   higher   │ incoming arguments │  the caller's Outgoing: Incoming and Passed
///            │ saved registers    │
///            │ spill slots        │  Slots
///            │ locals             │  Locals (result areas of callees)
///   sp ──▶   │ outgoing arguments │  Outgoing
/// ```
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub enum StackArea {
    Outgoing,
    Locals,
    Slots,
    /// Arguments that stay what they are until the function is left.
    Incoming,
    /// The same bytes, where tail calls put their callees' arguments.
    Passed,
}

/// How a function comes to have more room for incoming arguments than its caller gave it, because it passes
/// more of them to tail calls. `emit` has the scheme.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub struct Growth {
    /// Bytes of its own arguments.
    pub incoming: u32,
    /// Bytes of the module's enlarged areas.
    pub area: u32,
}

#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct BlockId(u32);

impl BlockId {
    pub const ENTRY: BlockId = BlockId(0);

    pub fn new(index: usize) -> BlockId {
        BlockId(u32::try_from(index).expect("a function has fewer than 2^32 blocks"))
    }

    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A way out of a block: where to, and the values of the target's parameters.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Edge<R> {
    pub target: BlockId,
    pub args: SmallVec<[R; 4]>,
}

impl<R> Edge<R> {
    pub fn to(target: BlockId) -> Edge<R> {
        Edge { target, args: SmallVec::new() }
    }
}

/// The end of a block.
///
/// Invariant: before register caching only `Jump` has edges with arguments, and no edge is critical (from a
/// block with several successors to one with several predecessors).
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Term<R> {
    Jump(Edge<R>),
    /// On the flags that the block's instructions leave.
    Branch {
        cond: Cond,
        then: Edge<R>,
        otherwise: Edge<R>,
    },
    /// On `rn` = 0. May change the flags.
    BranchZero {
        rn: R,
        zero: Edge<R>,
        nonzero: Edge<R>,
    },
    /// To target number `rn`, which is below their count.
    Table {
        rn: R,
        targets: Vec<Edge<R>>,
    },
    Return {
        values: SmallVec<[(R, Reg); 2]>,
    },
    /// A call that returns to this function's caller.
    TailCall(Box<Call<R>>),
    Trap(TrapCode),
}

impl<R: Copy> Term<R> {
    pub fn map<T: Copy>(&self, f: &mut impl FnMut(R, Role) -> T) -> Term<T> {
        fn edge<R: Copy, T: Copy>(e: &Edge<R>, f: &mut impl FnMut(R, Role) -> T) -> Edge<T> {
            Edge { target: e.target, args: e.args.iter().map(|&r| f(r, Role::Use)).collect() }
        }
        match self {
            Term::Jump(e) => Term::Jump(edge(e, f)),
            Term::Branch { cond, then, otherwise } => {
                let (then, otherwise) = (edge(then, f), edge(otherwise, f));
                Term::Branch { cond: *cond, then, otherwise }
            }
            Term::BranchZero { rn, zero, nonzero } => {
                let rn = f(*rn, Role::Use);
                Term::BranchZero { rn, zero: edge(zero, f), nonzero: edge(nonzero, f) }
            }
            Term::Table { rn, targets } => {
                let rn = f(*rn, Role::Use);
                Term::Table { rn, targets: targets.iter().map(|e| edge(e, f)).collect() }
            }
            Term::Return { values } => {
                Term::Return { values: values.iter().map(|&(r, reg)| (f(r, Role::FixedUse(reg)), reg)).collect() }
            }
            Term::TailCall(call) => {
                // The epilogue restores every other register that a target could be in.
                let mut fixed = |r, role| match role {
                    Role::Use => f(r, Role::FixedUse(Reg::R12)),
                    Role::FixedUse(_) | Role::TiedUse(_) | Role::Def | Role::FixedDef(_) | Role::TiedDef(_) => {
                        f(r, role)
                    }
                };
                Term::TailCall(Box::new(call.map(&mut fixed)))
            }
            Term::Trap(code) => Term::Trap(*code),
        }
    }

    /// Calls `f` on every register that the terminator reads, edge arguments included.
    pub fn visit(&self, mut f: impl FnMut(R, Role)) {
        match self {
            // What `map` would make lists of is visited where it is.
            Term::Jump(edge) => edge.args.iter().for_each(|&arg| f(arg, Role::Use)),
            Term::Branch { then, otherwise, .. } => {
                then.args.iter().chain(&otherwise.args).for_each(|&arg| f(arg, Role::Use));
            }
            Term::BranchZero { rn, zero, nonzero } => {
                f(*rn, Role::Use);
                zero.args.iter().chain(&nonzero.args).for_each(|&arg| f(arg, Role::Use));
            }
            Term::Table { rn, targets } => {
                f(*rn, Role::Use);
                targets.iter().flat_map(|edge| &edge.args).for_each(|&arg| f(arg, Role::Use));
            }
            Term::Return { values } => values.iter().for_each(|&(r, reg)| f(r, Role::FixedUse(reg))),
            Term::TailCall(_) => {
                let _: Term<()> = self.map(&mut f);
            }
            Term::Trap(_) => {}
        }
    }
}

impl<R> Term<R> {
    pub fn edges(&self) -> impl Iterator<Item = &Edge<R>> {
        let (first, others): (&[Edge<R>], &[Edge<R>]) = match self {
            Term::Jump(e) => (from_ref(e), &[]),
            Term::Branch { then, otherwise, .. } => (from_ref(then), from_ref(otherwise)),
            Term::BranchZero { zero, nonzero, .. } => (from_ref(zero), from_ref(nonzero)),
            Term::Table { targets, .. } => (targets, &[]),
            Term::Return { .. } | Term::TailCall(_) | Term::Trap(_) => (&[], &[]),
        };
        first.iter().chain(others)
    }

    pub fn edges_mut(&mut self) -> impl Iterator<Item = &mut Edge<R>> {
        let (first, others): (&mut [Edge<R>], &mut [Edge<R>]) = match self {
            Term::Jump(e) => (from_mut(e), &mut []),
            Term::Branch { then, otherwise, .. } => (from_mut(then), from_mut(otherwise)),
            Term::BranchZero { zero, nonzero, .. } => (from_mut(zero), from_mut(nonzero)),
            Term::Table { targets, .. } => (targets, &mut []),
            Term::Return { .. } | Term::TailCall(_) | Term::Trap(_) => (&mut [], &mut []),
        };
        first.iter_mut().chain(others)
    }

    pub fn successors(&self) -> impl Iterator<Item = BlockId> {
        self.edges().map(|e| e.target)
    }
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct BlockData<R> {
    /// Empty after register caching.
    pub params: SmallVec<[R; 4]>,
    pub insts: Vec<Inst<R>>,
    pub term: Term<R>,
    /// How many loops contain the block.
    pub loop_depth: u32,
    /// Not expected to run: it ends in a trap.
    pub cold: bool,
}

/// Targets of a table that are looked at to see whether one is the only way to its block.
const TARGETS: usize = 64;

impl<R: Copy + PartialEq> BlockData<R> {
    /// The register that the choice of edge `n` shows to hold a constant, and that.
    pub fn shown(&self, n: usize) -> Option<(R, u32)> {
        let target = self.term.edges().nth(n)?.target;
        match &self.term {
            Term::Table { rn, targets } => {
                let ways = || targets.iter().filter(|edge| edge.target == target).count();
                (targets.len() <= TARGETS && ways() == 1).then_some((*rn, u32::try_from(n).ok()?))
            }
            Term::BranchZero { rn, zero, nonzero } => {
                (zero.target == target && nonzero.target != target).then_some((*rn, 0))
            }
            Term::Branch { cond, then, otherwise } if then.target != otherwise.target => {
                let at = self.comparison()?;
                let Inst::Test { op: TestOp::Cmp, rn, rhs: Operand2::Imm(imm) } = self.insts[at] else { return None };
                let equal = matches!((cond, n), (Cond::Eq, 0) | (Cond::Ne, 1));
                (equal && self.stays(at, rn)).then_some((rn, imm.value()))
            }
            Term::Branch { .. } | Term::Jump(_) | Term::Return { .. } | Term::TailCall(_) | Term::Trap(_) => None,
        }
    }

    /// The comparison that makes the flags at the end of the block, if nothing else reads them.
    pub fn comparison(&self) -> Option<usize> {
        let at = self.insts.iter().rposition(Inst::writes_flags)?;
        let reads = |inst: &Inst<R>| matches!(inst, Inst::If { .. } | Inst::TrapIf { .. }) || inst.reads_flags();
        (matches!(self.insts[at], Inst::Test { .. }) && !self.insts[at..].iter().any(reads)).then_some(at)
    }

    /// Whether no instruction from number `at` on writes the register.
    pub fn stays(&self, at: usize, reg: R) -> bool {
        let mut stays = true;
        self.insts[at..].iter().for_each(|inst| inst.visit(|r, role| stays &= role.is_use() || r != reg));
        stays
    }
}

/// A function. Block 0 is the entry; it has no predecessors and no parameters. Every block is
/// reachable, and blocks stand in reverse post-order with the blocks of each loop together.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Func<R> {
    pub blocks: Vec<BlockData<R>>,
    /// Values that arrive in registers.
    pub entry: Vec<(R, Reg)>,
    /// How many virtual registers there are (0 after register caching).
    pub vregs: usize,
    /// Bytes of outgoing arguments, the most of any call.
    pub outgoing: u32,
    /// Bytes of addressable locals.
    pub locals: u32,
    /// Bytes of spill slots (0 before register caching).
    pub slots: u32,
    /// Whether the prologue compares sp with the word of `--stack-limit`.
    pub stack_check: bool,
    /// Which vregs are single-precision registers; those past its end are not.
    pub singles: BitVec,
    /// Whether the prologue enlarges the area of incoming arguments.
    pub growth: Option<Growth>,
    /// Whether callers know which registers it changes, and profit from those that it leaves alone.
    pub known: bool,
    /// Whether sp moves in the body: then `FRAME_POINTER` stays where sp is after the prologue, and holds no value.
    pub frame_pointer: bool,
}

/// Where the frame is while sp moves.
pub const FRAME_POINTER: Reg = Reg::R7;

impl Func<VReg> {
    /// A new vreg of the core registers.
    pub fn new_vreg(&mut self) -> VReg {
        self.vregs += 1;
        VReg::new(self.vregs - 1)
    }

    /// A new vreg of the single-precision registers.
    pub fn new_single(&mut self) -> VReg {
        let v = self.new_vreg();
        self.singles.resize(v.index(), false);
        self.singles.push(true);
        v
    }

    pub fn class(&self, v: VReg) -> Class {
        // Most functions have none.
        if self.singles.is_empty() {
            return Class::Core;
        }
        match self.singles.get(v.index()).is_some_and(|single| *single) {
            true => Class::Single,
            false => Class::Core,
        }
    }

    /// Whether any vreg is a single-precision register.
    pub fn has_singles(&self) -> bool {
        !self.singles.is_empty()
    }
}

impl<R> Func<R> {
    /// A function of these blocks that receives nothing and has no frame.
    pub fn new(blocks: Vec<BlockData<R>>) -> Func<R> {
        Func {
            blocks,
            entry: Vec::new(),
            vregs: 0,
            outgoing: 0,
            locals: 0,
            slots: 0,
            stack_check: false,
            singles: BitVec::new(),
            growth: None,
            known: false,
            frame_pointer: false,
        }
    }

    pub fn block_ids(&self) -> impl DoubleEndedIterator<Item = BlockId> + use<R> {
        (0..self.blocks.len()).map(BlockId::new)
    }

    pub fn block(&self, id: BlockId) -> &BlockData<R> {
        &self.blocks[id.index()]
    }

    /// For each block, the blocks that can run just before it; once per edge.
    pub fn predecessors(&self) -> Vec<SmallVec<[BlockId; 2]>> {
        let mut preds: Vec<SmallVec<[BlockId; 2]>> = self.blocks.iter().map(|_| SmallVec::new()).collect();
        for id in self.block_ids() {
            for target in self.block(id).term.successors() {
                preds[target.index()].push(id);
            }
        }
        preds
    }
}
