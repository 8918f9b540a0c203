//! What register caching asks of a single instruction's operands, all derived from `Inst::map`.

use super::classes::PerClass;
use crate::isa::{
    Addr, Const, FloatAddr, FloatImm, FloatUnaryOp, Func, Inst, ModImm, Operand2, RegSet, Role, StackArea, VReg,
};
use smallvec::SmallVec;

/// Operands with their roles, uses first.
pub type Operands = SmallVec<[(VReg, Role); 6]>;

pub fn operands(inst: &Inst<VReg>) -> Operands {
    let mut list = Operands::new();
    inst.visit(|v, role| list.push((v, role)));
    list
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
pub fn fixed_uses(inst: &Inst<VReg>) -> RegSet {
    let mut set = RegSet::EMPTY;
    inst.visit(|_, role| {
        if let Role::FixedUse(reg) = role {
            set.insert(reg);
        }
    });
    set
}

/// How many values can stay in registers over the instruction, of those in `allocatable`.
pub fn survivors(inst: &Inst<VReg>, allocatable: RegSet) -> usize {
    allocatable.minus(inst.clobbers()).minus(fixed_uses(inst)).len()
}

/// Whether the tied use at `index` must be read from a copy, because the definition that it is tied to
/// would destroy a value that is needed: after the instruction (`stays`), for another tied operand, or as
/// the data of a store that updates its address (ARMv7-M ARM A7.7.161: unpredictable if both are one register).
pub fn needs_copy(inst: &Inst<VReg>, list: &Operands, index: usize, stays: bool) -> bool {
    let v = list[index].0;
    let tied_before = list[..index].iter().any(|&(w, role)| w == v && matches!(role, Role::TiedUse(_)));
    let stored = matches!(*inst, Inst::StoreUpdate { rt, .. } if rt == v);
    stays || tied_before || stored
}

/// How many registers of each class besides those of its operands the instruction needs for copies of tied uses.
pub fn extra_registers(func: &Func<VReg>, inst: &Inst<VReg>, stays: impl Fn(VReg) -> bool) -> PerClass<usize> {
    let list = operands(inst);
    let mut extra = PerClass::default();
    for (index, &(v, role)) in list.iter().enumerate() {
        if matches!(role, Role::TiedUse(_)) && needs_copy(inst, &list, index, stays(v)) {
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
