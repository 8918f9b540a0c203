//! A small builder of SSA functions for tests, and a source of random numbers.

use crate::isa::{
    BlockData, BlockId, Call, CallTarget, Class, Edge, Func, Inst, Reg, RegSet, Symbol, Term, TrapCode, VReg,
};
use smallvec::SmallVec;

/// Marsaglia's xorshift.
pub struct Rng(u64);

impl Rng {
    pub fn new(seed: u64) -> Rng {
        Rng(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) as usize % n
    }

    pub fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }
}

pub struct Builder {
    pub func: Func<VReg>,
    /// The block that instructions are added to.
    pub at: BlockId,
}

impl Builder {
    /// A function with `args` values arriving in r0 and up, and its entry block.
    pub fn new(args: u8) -> (Builder, Vec<VReg>) {
        let mut func = Func::new(Vec::new());
        for reg in (0..args).map(Reg::new) {
            let v = func.new_vreg();
            func.entry.push((v, reg));
        }
        let args = func.entry.iter().map(|&(v, _)| v).collect();
        let mut builder = Builder { func, at: BlockId::ENTRY };
        builder.block(0, 0);
        (builder, args)
    }

    /// Starts a block with this many parameters in core registers.
    pub fn block(&mut self, params: usize, loop_depth: u32) -> (BlockId, Vec<VReg>) {
        self.block_of(&vec![Class::Core; params], loop_depth)
    }

    /// A new vreg of a class.
    pub fn vreg(&mut self, class: Class) -> VReg {
        match class {
            Class::Core => self.func.new_vreg(),
            Class::Single => self.func.new_single(),
        }
    }

    /// Starts a block with parameters of these classes.
    pub fn block_of(&mut self, classes: &[Class], loop_depth: u32) -> (BlockId, Vec<VReg>) {
        let params: Vec<VReg> = classes.iter().map(|&class| self.vreg(class)).collect();
        self.func.blocks.push(BlockData {
            params: SmallVec::from_slice(&params),
            insts: Vec::new(),
            term: Term::Trap(TrapCode::Unreachable),
            loop_depth,
            cold: false,
        });
        self.at = BlockId::new(self.func.blocks.len() - 1);
        (self.at, params)
    }

    pub fn push(&mut self, inst: Inst<VReg>) {
        self.func.blocks[self.at.index()].insts.push(inst);
    }

    /// Adds the instruction that `make` makes of its definition.
    pub fn def(&mut self, make: impl FnOnce(VReg) -> Inst<VReg>) -> VReg {
        let v = self.func.new_vreg();
        self.push(make(v));
        v
    }

    /// Ends block `at`.
    pub fn end(&mut self, at: BlockId, term: Term<VReg>) {
        self.func.blocks[at.index()].term = term;
    }

    /// A call by the procedure call standard with one result.
    pub fn call(&mut self, function: u32, args: &[VReg]) -> VReg {
        self.def(|result| {
            Inst::Call(Box::new(Call {
                target: CallTarget::Symbol(Symbol::Function(function)),
                args: args.iter().zip(0..).map(|(&v, n)| (v, Reg::new(n))).collect(),
                results: SmallVec::from_iter([(result, Reg::R0)]),
                clobbers: RegSet::CALLER_SAVED,
            }))
        })
    }

    /// The first registers of their classes for values.
    pub fn places(&self, values: &[VReg]) -> Vec<(VReg, Reg)> {
        let (mut cores, mut singles) = ((0..13).map(Reg::new), (0..16).map(Reg::single));
        let mut next = |v| match self.func.class(v) {
            Class::Core => cores.next(),
            Class::Single => singles.next(),
        };
        values.iter().map(|&v| (v, next(v).expect("few enough values"))).collect()
    }

    pub fn ret(&mut self, values: &[VReg]) {
        let values = self.places(values).into_iter().collect();
        self.end(self.at, Term::Return { values });
    }
}

pub fn jump(target: BlockId, args: &[VReg]) -> Term<VReg> {
    Term::Jump(Edge { target, args: SmallVec::from_slice(args) })
}
