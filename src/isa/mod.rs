//! The vocabulary that `select`, `regcache` and `emit` share: registers, immediates, instructions and
//! functions of the ARMv7E-M Thumb-2 instruction set (ARMv7-M ARM, chapter A7).
//!
//! Every type that holds registers is generic over them: `Inst<VReg>` before register caching,
//! `Inst<Reg>` after it; only the latter can be encoded.

pub mod bounds;
pub mod callees;
pub mod func;
pub mod imm;
pub mod inst;
pub mod name;
mod operand;
pub mod print;
pub mod reg;
mod short;

pub use bounds::BoundsCounts;
pub use callees::Callees;
pub use func::{BlockData, BlockId, Edge, FRAME_POINTER, Func, Growth, StackArea, Symbol, Term, TrapCode};
pub use imm::{
    FloatImm, Imm12, Imm16, Lsb, ModImm, Offset, PairOffset, ShiftAmount, ShortOffset, SplitLimit, WordOffset,
};
pub use inst::Inst;
pub use name::Name;
pub use operand::{
    Addr, AluOp, Call, CallTarget, Cond, Const, ExtendOp, FloatAddr, FloatAluOp, FloatUnaryOp, MemSize, Operand2, Role,
    Rotation, ShiftOp, TestOp, UnaryOp,
};
pub use reg::{Class, Reg, RegSet, VReg};
