//! What instructions are made of: conditions, operations, operands, addresses, calls, and the roles of registers in them.

use super::func::{StackArea, Symbol};
use super::imm::{ModImm, Offset, PairOffset, ShiftAmount};
use super::reg::{Reg, RegSet};
use smallvec::SmallVec;

/// A condition on NZCV (ARMv7-M ARM A7.3), without AL.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Hash)]
pub enum Cond {
    Eq,
    Ne,
    Hs,
    Lo,
    Mi,
    Pl,
    Vs,
    Vc,
    Hi,
    Ls,
    Ge,
    Lt,
    Gt,
    Le,
}

impl Cond {
    pub const ALL: [Cond; 14] = [
        Cond::Eq,
        Cond::Ne,
        Cond::Hs,
        Cond::Lo,
        Cond::Mi,
        Cond::Pl,
        Cond::Vs,
        Cond::Vc,
        Cond::Hi,
        Cond::Ls,
        Cond::Ge,
        Cond::Lt,
        Cond::Gt,
        Cond::Le,
    ];

    /// The four bits of the encoding.
    pub fn bits(self) -> u32 {
        self as u32
    }

    /// The condition that holds exactly when this one does not.
    pub fn inverse(self) -> Cond {
        Cond::ALL[self as usize ^ 1]
    }

    /// Whether it holds of the flags of `cmp a, b`.
    pub fn holds(self, a: u32, b: u32) -> bool {
        let (difference, overflow) = a.cast_signed().overflowing_sub(b.cast_signed());
        match self {
            Cond::Eq => a == b,
            Cond::Ne => a != b,
            Cond::Hs => a >= b,
            Cond::Lo => a < b,
            Cond::Mi => difference < 0,
            Cond::Pl => difference >= 0,
            Cond::Vs => overflow,
            Cond::Vc => !overflow,
            Cond::Hi => a > b,
            Cond::Ls => a <= b,
            Cond::Ge => a.cast_signed() >= b.cast_signed(),
            Cond::Lt => a.cast_signed() < b.cast_signed(),
            Cond::Gt => a.cast_signed() > b.cast_signed(),
            Cond::Le => a.cast_signed() <= b.cast_signed(),
        }
    }

    /// The condition on `cmp b, a` that holds exactly when this one does on `cmp a, b`. Only for the
    /// ten conditions that compare two numbers.
    pub fn swapped(self) -> Cond {
        match self {
            Cond::Eq => Cond::Eq,
            Cond::Ne => Cond::Ne,
            Cond::Hs => Cond::Ls,
            Cond::Lo => Cond::Hi,
            Cond::Hi => Cond::Lo,
            Cond::Ls => Cond::Hs,
            Cond::Ge => Cond::Le,
            Cond::Lt => Cond::Gt,
            Cond::Gt => Cond::Lt,
            Cond::Le => Cond::Ge,
            Cond::Mi | Cond::Pl | Cond::Vs | Cond::Vc => {
                unreachable!("{self:?} is no comparison of two numbers")
            }
        }
    }
}

/// Three-operand arithmetic and logic with a flexible second operand.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub enum AluOp {
    And,
    Bic,
    Orr,
    Orn,
    Eor,
    Add,
    Adc,
    Sub,
    Sbc,
    /// `rd = rhs - rn`
    Rsb,
}

/// Comparisons: arithmetic whose only result is NZCV.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub enum TestOp {
    /// flags of `rn - rhs`
    Cmp,
    /// flags of `rn + rhs`
    Cmn,
    /// N and Z of `rn & rhs`
    Tst,
    /// N and Z of `rn ^ rhs`
    Teq,
}

#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub enum ShiftOp {
    Lsl,
    Lsr,
    Asr,
    Ror,
}

#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub enum ExtendOp {
    Uxtb,
    Uxth,
    Sxtb,
    Sxth,
}

/// The rotation to the right that an extension applies to its operand.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub enum Rotation {
    None,
    Ror8,
    Ror16,
    Ror24,
}

#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub enum UnaryOp {
    Clz,
    Rbit,
    Rev,
    Rev16,
    Revsh,
}

/// Three-operand arithmetic on single-precision floats. No operation is contracted with another.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub enum FloatAluOp {
    Add,
    Sub,
    Mul,
    Div,
}

/// Operations from one single-precision register to another.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub enum FloatUnaryOp {
    Mov,
    Abs,
    Neg,
    Sqrt,
    /// From a signed integer in `sm`.
    FromSigned,
    FromUnsigned,
    /// To a signed integer in `sd`, towards zero; the nearest one where it does not fit, and 0 for a NaN.
    ToSigned,
    ToUnsigned,
}

/// The flexible second operand.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub enum Operand2<R> {
    Reg(R),
    Shifted(R, ShiftOp, ShiftAmount),
    Imm(ModImm),
}

/// Width of a single load or store, and how a load extends to 32 bits.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub enum MemSize {
    U8,
    S8,
    U16,
    S16,
    Word,
}

impl MemSize {
    pub fn bytes(self) -> u32 {
        match self {
            MemSize::U8 | MemSize::S8 => 1,
            MemSize::U16 | MemSize::S16 => 2,
            MemSize::Word => 4,
        }
    }
}

/// The address of a single load or store.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub enum Addr<R> {
    /// `[rn, #offset]`
    Offset(R, Offset),
    /// `[rn, rm, lsl #shift]`, shift 0–3
    Index(R, R, u8),
    /// A word of the function's own frame, or of the caller's outgoing arguments.
    Stack(StackArea, u32),
}

/// The address of a load or store of a single-precision register, a multiple of 4.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub enum FloatAddr<R> {
    /// `[rn, #offset]`
    Offset(R, PairOffset),
    /// As of `Addr`.
    Stack(StackArea, u32),
}

/// A value that an instruction can build from nothing: an integer or an address of the object, in a core register, or
/// the bits of a float, in a single-precision one.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Hash)]
pub enum Const {
    Int(u32),
    Float(u32),
    /// symbol + addend
    Address(Symbol, i32),
}

#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub enum CallTarget<R> {
    Symbol(Symbol),
    Register(R),
}

/// A call: its arguments and results in the registers that the convention names.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Call<R> {
    pub target: CallTarget<R>,
    pub args: SmallVec<[(R, Reg); 4]>,
    pub results: SmallVec<[(R, Reg); 2]>,
    /// What the callee may change, results included; r12 always.
    pub clobbers: RegSet,
}

/// What an operand is to its instruction. Uses are read before any definition is written.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub enum Role {
    Use,
    /// Read in this register.
    FixedUse(Reg),
    /// Read in the register that the `TiedDef` of the same number is written to.
    TiedUse(u8),
    Def,
    /// Written to this register.
    FixedDef(Reg),
    TiedDef(u8),
}

impl Role {
    pub fn is_use(self) -> bool {
        matches!(self, Role::Use | Role::FixedUse(_) | Role::TiedUse(_))
    }

    /// What an operand of an instruction is to the one that puts a condition on it.
    pub(super) fn under_condition(self) -> Role {
        match self {
            Role::Def => Role::TiedDef(0),
            Role::Use => Role::Use,
            Role::FixedUse(_) | Role::TiedUse(_) | Role::FixedDef(_) | Role::TiedDef(_) => {
                unreachable!("a conditional instruction has plain operands")
            }
        }
    }
}

impl<R: Copy> Operand2<R> {
    pub(super) fn map<T>(&self, f: &mut impl FnMut(R, Role) -> T) -> Operand2<T> {
        match *self {
            Operand2::Reg(rm) => Operand2::Reg(f(rm, Role::Use)),
            Operand2::Shifted(rm, op, amount) => Operand2::Shifted(f(rm, Role::Use), op, amount),
            Operand2::Imm(imm) => Operand2::Imm(imm),
        }
    }
}

impl<R: Copy> Addr<R> {
    pub(super) fn map<T>(&self, f: &mut impl FnMut(R, Role) -> T) -> Addr<T> {
        match *self {
            Addr::Offset(rn, offset) => Addr::Offset(f(rn, Role::Use), offset),
            Addr::Index(rn, rm, shift) => {
                let rn = f(rn, Role::Use);
                Addr::Index(rn, f(rm, Role::Use), shift)
            }
            Addr::Stack(area, offset) => Addr::Stack(area, offset),
        }
    }
}

impl<R: Copy> FloatAddr<R> {
    pub(super) fn map<T>(&self, f: &mut impl FnMut(R, Role) -> T) -> FloatAddr<T> {
        match *self {
            FloatAddr::Offset(rn, offset) => FloatAddr::Offset(f(rn, Role::Use), offset),
            FloatAddr::Stack(area, offset) => FloatAddr::Stack(area, offset),
        }
    }
}

impl<R: Copy> Call<R> {
    pub fn map<T>(&self, f: &mut impl FnMut(R, Role) -> T) -> Call<T> {
        let target = match self.target {
            CallTarget::Symbol(symbol) => CallTarget::Symbol(symbol),
            CallTarget::Register(r) => CallTarget::Register(f(r, Role::Use)),
        };
        let args = self.args.iter().map(|&(r, reg)| (f(r, Role::FixedUse(reg)), reg)).collect();
        let results = self.results.iter().map(|&(r, reg)| (f(r, Role::FixedDef(reg)), reg)).collect();
        Call { target, args, results, clobbers: self.clobbers }
    }

    /// Calls `f` on every operand as `map` does.
    pub fn visit(&self, mut f: impl FnMut(R, Role)) {
        if let CallTarget::Register(r) = self.target {
            f(r, Role::Use);
        }
        self.args.iter().for_each(|&(r, reg)| f(r, Role::FixedUse(reg)));
        self.results.iter().for_each(|&(r, reg)| f(r, Role::FixedDef(reg)));
    }
}
