//! What register caching asks of instructions' operands, all derived from `Inst::visit`.

use super::classes::PerClass;
use super::flow::Flow;
use crate::isa::{
    Addr, BlockId, Const, FloatAddr, FloatImm, FloatUnaryOp, Func, Inst, ModImm, Operand2, RegSet, Role, StackArea,
    VReg,
};
use smallvec::SmallVec;
use std::ops::Range;

/// An operand and what it is to its instruction.
pub type Operand = (VReg, Role);

/// The operands of all instructions and terminators of a function, each one's uses first: what every pass reads many
/// times is decoded once.
pub struct Operands {
    list: Vec<Operand>,
    /// Where the operands of each instruction begin, by its position over four.
    first: Vec<u32>,
    /// What kinds of operands each instruction has, by the same.
    kinds: Vec<Kinds>,
}

/// Kinds of operands of an instruction.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
pub struct Kinds {
    /// Some are in given registers, or it destroys registers besides.
    pub fixed: bool,
    /// Some are read where others are written.
    pub tied: bool,
}

impl Kinds {
    fn add(&mut self, role: Role) {
        match role {
            Role::FixedUse(_) | Role::FixedDef(_) => self.fixed = true,
            Role::TiedUse(_) | Role::TiedDef(_) => self.tied = true,
            Role::Use | Role::Def => {}
        }
    }
}

impl Operands {
    pub fn new(func: &Func<VReg>, flow: &Flow) -> Operands {
        let places = (flow.length() / 4) as usize;
        let mut operands = Operands {
            list: Vec::with_capacity(3 * places),
            first: Vec::with_capacity(places + 1),
            kinds: Vec::with_capacity(places + 1),
        };
        for block in &func.blocks {
            // The place of the block's parameters.
            operands.begin(false);
            for inst in &block.insts {
                operands.begin(!inst.clobbers().is_empty());
                inst.visit(|v, role| operands.add(v, role));
            }
            operands.begin(false);
            block.term.visit(|v, role| operands.add(v, role));
        }
        operands.begin(false);
        operands
    }

    fn begin(&mut self, clobbers: bool) {
        self.first.push(u32::try_from(self.list.len()).expect("a function has fewer than 2^32 operands"));
        self.kinds.push(Kinds { fixed: clobbers, tied: false });
    }

    fn add(&mut self, v: VReg, role: Role) {
        self.list.push((v, role));
        self.kinds.last_mut().expect("its instruction has begun").add(role);
    }

    /// The kinds of operands of the instruction at the position.
    pub fn kinds(&self, position: u32) -> Kinds {
        self.kinds[(position / 4) as usize]
    }

    /// How many there are in all.
    pub fn count(&self) -> usize {
        self.list.len()
    }

    /// Which of all operands are those of the instruction at the position.
    pub fn places(&self, position: u32) -> Range<usize> {
        let index = (position / 4) as usize;
        self.first[index] as usize..self.first[index + 1] as usize
    }

    /// The operands of the instruction at the position.
    pub fn at(&self, position: u32) -> &[Operand] {
        &self.list[self.places(position)]
    }

    /// All operands of the block's instructions and terminator.
    pub fn of_block(&self, flow: &Flow, block: BlockId) -> &[Operand] {
        let (start, end) = (flow.start(block) / 4, flow.end(block) / 4);
        &self.list[self.first[start as usize] as usize..self.first[end as usize] as usize]
    }
}

/// The vregs that are read.
pub fn uses(list: &[Operand]) -> impl Iterator<Item = VReg> {
    list.iter().filter(|(_, role)| role.is_use()).map(|&(v, _)| v)
}

/// The vregs that are written.
pub fn defs(list: &[Operand]) -> impl Iterator<Item = VReg> {
    list.iter().filter(|(_, role)| !role.is_use()).map(|&(v, _)| v)
}

pub fn defs_of(inst: &Inst<VReg>) -> SmallVec<[VReg; 2]> {
    let mut defs = SmallVec::new();
    inst.visit(|v, role| {
        if !role.is_use() {
            defs.push(v);
        }
    });
    defs
}

/// The registers that operands must be read in.
fn fixed_uses(list: &[Operand]) -> RegSet {
    let fixed = list.iter().filter_map(|&(_, role)| match role {
        Role::FixedUse(reg) => Some(reg),
        Role::Use | Role::TiedUse(_) | Role::Def | Role::FixedDef(_) | Role::TiedDef(_) => None,
    });
    fixed.collect()
}

/// How many values can stay in registers over the instruction, of those in `allocatable`.
pub fn survivors(inst: &Inst<VReg>, list: &[Operand], kinds: Kinds, allocatable: RegSet) -> usize {
    if !kinds.fixed {
        return allocatable.len();
    }
    allocatable.minus(inst.clobbers()).minus(fixed_uses(list)).len()
}

/// Whether the tied use at `index` must be read from a copy, because the definition that it is tied to
/// would destroy a value that is needed: after the instruction (`stays`), for another tied operand, or as
/// the data of a store that updates its address (ARMv7-M ARM A7.7.161: unpredictable if both are one register).
pub fn needs_copy(inst: &Inst<VReg>, list: &[Operand], index: usize, stays: bool) -> bool {
    let v = list[index].0;
    let tied_before = list[..index].iter().any(|&(w, role)| w == v && matches!(role, Role::TiedUse(_)));
    let stored = matches!(*inst, Inst::StoreUpdate { rt, .. } if rt == v);
    stays || tied_before || stored
}

/// How many registers of each class besides those of its operands the instruction needs for copies of tied uses.
pub fn extra_registers(
    func: &Func<VReg>,
    inst: &Inst<VReg>,
    list: &[Operand],
    kinds: Kinds,
    stays: impl Fn(VReg) -> bool,
) -> PerClass<usize> {
    let mut extra = PerClass::default();
    if !kinds.tied {
        return extra;
    }
    for (index, &(v, role)) in list.iter().enumerate() {
        if matches!(role, Role::TiedUse(_)) && needs_copy(inst, list, index, stays(v)) {
            extra[func.class(v)] += 1;
        }
    }
    extra
}

/// Whether the instruction can be issued again anywhere instead of reloading its result: it reads no
/// register and nothing that is ever written, and does nothing else.
pub fn can_rematerialise(inst: &Inst<VReg>) -> bool {
    rematerialisation_cost(inst).is_some()
}

/// Cycles of issuing the instruction again where that is possible. A constant that no single instruction
/// builds is loaded.
pub fn rematerialisation_cost(inst: &Inst<VReg>) -> Option<f32> {
    match *inst {
        Inst::Const { value: Const::Int(value), .. } => {
            let single = value < 1 << 16 || ModImm::new(value).is_some() || ModImm::new(!value).is_some();
            Some(if single { 1.0 } else { 2.0 })
        }
        Inst::Const { value: Const::Float(bits), .. } => Some(if FloatImm::new(bits).is_some() { 1.0 } else { 2.0 }),
        Inst::Const { value: Const::Address(..), .. } => Some(2.0),
        Inst::StackAddr { .. } => Some(1.0),
        // Not those words that a tail call replaces.
        Inst::Load { addr: Addr::Stack(StackArea::Incoming, _), .. }
        | Inst::FloatLoad { addr: FloatAddr::Stack(StackArea::Incoming, _), .. } => Some(2.0),
        _ => None,
    }
}

/// The source and destination of a plain register move.
pub fn as_move<R: Copy>(inst: &Inst<R>) -> Option<(R, R)> {
    match *inst {
        Inst::Mov { s: false, rd, rhs: Operand2::Reg(rm) } => Some((rm, rd)),
        Inst::FloatUnary { op: FloatUnaryOp::Mov, sd, sm } => Some((sm, sd)),
        _ => None,
    }
}
