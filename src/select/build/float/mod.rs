//! Floating point: values are their bits in one or two words.
//!
//! A core with a floating-point unit makes the operators that are the unit's of single precision (`unit`). Of the others,
//! arithmetic, comparisons of two variables and conversions are the run-time ABI's (RTABI32 4.1.2), square roots libm's.
//! What is exact on bits is made here (`bits`): signs, minimum and maximum, comparisons with constants, the
//! range checks of truncations. Roundings and saturating truncations are routines of the object (`routines`).
//!
//! The run-time ABI's functions return quiet NaNs, whose payload is that of an operand or zero, as wasm's rules ask for
//! (core specification 4.3.3).

mod bits;
mod unit;

use super::{Operand, Walk};
use crate::isa::{Cond, Symbol, TrapCode};
use crate::select::graph::Builder;
use crate::select::ir::Value;
use smallvec::SmallVec;
use wasmparser::Operator;

#[derive(Copy, Clone, PartialEq, Eq, Debug)]
enum Float {
    F32,
    F64,
}

/// An integer type that floats are truncated to.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
struct Integer {
    bits: u32,
    signed: bool,
}

/// A comparison; none but `Ne` holds of a NaN.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
enum Relation {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

impl Relation {
    /// The relation that holds of the operands in the other order.
    fn swapped(self) -> Relation {
        match self {
            Relation::Eq | Relation::Ne => self,
            Relation::Lt => Relation::Gt,
            Relation::Le => Relation::Ge,
            Relation::Gt => Relation::Lt,
            Relation::Ge => Relation::Le,
        }
    }

    /// The run-time ABI's function; of `Ne` that of `Eq`.
    fn library(self, float: Float) -> &'static str {
        match (float, self) {
            (Float::F32, Relation::Eq | Relation::Ne) => "__aeabi_fcmpeq",
            (Float::F32, Relation::Lt) => "__aeabi_fcmplt",
            (Float::F32, Relation::Le) => "__aeabi_fcmple",
            (Float::F32, Relation::Gt) => "__aeabi_fcmpgt",
            (Float::F32, Relation::Ge) => "__aeabi_fcmpge",
            (Float::F64, Relation::Eq | Relation::Ne) => "__aeabi_dcmpeq",
            (Float::F64, Relation::Lt) => "__aeabi_dcmplt",
            (Float::F64, Relation::Le) => "__aeabi_dcmple",
            (Float::F64, Relation::Gt) => "__aeabi_dcmpgt",
            (Float::F64, Relation::Ge) => "__aeabi_dcmpge",
        }
    }
}

/// What one operator does.
enum Action {
    /// Bits of f32 and f64.
    Const(Float, u64),
    Reinterpret,
    Abs,
    Neg,
    Copysign,
    Min(Float),
    Max(Float),
    Compare(Float, Relation),
    /// Of that many operands, with results of that many words.
    Call(Symbol, usize, u8),
    Truncate(Float, Integer),
}

impl Walk<'_> {
    /// Builds an operator on floats; `false` if it is none.
    pub fn float(&mut self, operator: &Operator<'_>) -> bool {
        if self.options.target.has_float_unit() && self.float_unit(operator) {
            return true;
        }
        let Some(action) = classify(operator) else {
            return false;
        };
        match action {
            Action::Const(float, bits) => {
                let value = self.builder.float_const(float, bits);
                self.stack.push(value);
            }
            // Floats and integers of a width are the same words.
            Action::Reinterpret => {}
            Action::Abs => self.unary_float(|b, x| b.float_abs(x)),
            Action::Neg => self.unary_float(|b, x| b.float_negate(x)),
            Action::Copysign => self.binary_float(|b, x, y| b.float_copysign(x, y)),
            Action::Min(float) => self.binary_float(|b, x, y| b.float_extreme(float, false, x, y)),
            Action::Max(float) => self.binary_float(|b, x, y| b.float_extreme(float, true, x, y)),
            Action::Compare(float, relation) => {
                let (b, a) = (self.pop(), self.pop());
                let value = self.builder.float_compare(float, relation, a, b);
                self.push_word(value);
            }
            Action::Call(symbol, operands, words) => {
                let operands = self.pop_many(operands);
                let value = self.builder.float_call(symbol, &operands, words);
                self.stack.push(value);
            }
            Action::Truncate(float, integer) => self.truncate(float, integer),
        }
        true
    }

    fn unary_float(&mut self, f: impl FnOnce(&mut Builder, Operand) -> Operand) {
        let a = self.pop();
        let value = f(&mut self.builder, a);
        self.stack.push(value);
    }

    fn binary_float(&mut self, f: impl FnOnce(&mut Builder, Operand, Operand) -> Operand) {
        let (b, a) = (self.pop(), self.pop());
        let value = f(&mut self.builder, a, b);
        self.stack.push(value);
    }

    /// Truncation with its traps. What the run-time ABI's functions do out of range is not specified.
    fn truncate(&mut self, float: Float, integer: Integer) {
        let a = self.pop();
        let builder = &mut self.builder;
        builder.check_truncation(float, integer, a);
        let name = match (float, integer.bits, integer.signed) {
            (Float::F32, 32, true) => "__aeabi_f2iz",
            (Float::F32, 32, false) => "__aeabi_f2uiz",
            (Float::F32, _, true) => "__aeabi_f2lz",
            (Float::F32, _, false) => "__aeabi_f2ulz",
            (Float::F64, 32, true) => "__aeabi_d2iz",
            (Float::F64, 32, false) => "__aeabi_d2uiz",
            (Float::F64, _, true) => "__aeabi_d2lz",
            (Float::F64, _, false) => "__aeabi_d2ulz",
        };
        let words = (integer.bits / 32) as u8;
        let value = builder.float_call(Symbol::library(name), &[a], words);
        self.stack.push(value);
    }
}

impl Builder {
    /// The traps of a truncation.
    fn check_truncation(&mut self, float: Float, integer: Integer, a: Operand) {
        let is_nan = self.float_is_nan(float, a);
        self.trap_if(is_nan, TrapCode::InvalidConversion);
        let (first, last) = float.limits(integer);
        let fits = self.float_in_range(float, a, first, last);
        let overflows = self.compare_const(Cond::Eq, fits, 0);
        self.trap_if(overflows, TrapCode::IntegerOverflow);
    }

    /// A pure routine in the base standard's core registers: a word or an even pair for each operand.
    fn float_call(&mut self, symbol: Symbol, operands: &[Operand], words: u8) -> Operand {
        let args: SmallVec<[Value; 4]> = operands.iter().flat_map(Operand::words).copied().collect();
        let call = self.routine_call(symbol, &args, words, u32::MAX);
        match words {
            1 => Operand::Word(call),
            _ => Operand::Long([call, self.result(call, 1)]),
        }
    }

    fn float_compare(&mut self, float: Float, relation: Relation, a: Operand, b: Operand) -> Value {
        if relation == Relation::Ne {
            let equal = self.float_compare(float, Relation::Eq, a, b);
            return self.compare_const(Cond::Eq, equal, 0);
        }
        if a == b {
            let is_nan = self.float_is_nan(float, a);
            return match relation {
                Relation::Eq | Relation::Le | Relation::Ge => self.compare_const(Cond::Eq, is_nan, 0),
                Relation::Ne | Relation::Lt | Relation::Gt => self.int(0),
            };
        }
        if let Some(c) = self.float_bits(b) {
            return self.float_compare_const(float, relation, a, c);
        }
        if let Some(c) = self.float_bits(a) {
            return self.float_compare_const(float, relation.swapped(), b, c);
        }
        let symbol = Symbol::library(relation.library(float));
        let args: SmallVec<[Value; 4]> = a.words().iter().chain(b.words()).copied().collect();
        self.routine_call(symbol, &args, 1, 1)
    }
}

fn classify(operator: &Operator<'_>) -> Option<Action> {
    use Float::{F32, F64};
    Some(match *operator {
        Operator::F32Const { value } => Action::Const(F32, value.bits().into()),
        Operator::F64Const { value } => Action::Const(F64, value.bits()),
        Operator::I32ReinterpretF32
        | Operator::I64ReinterpretF64
        | Operator::F32ReinterpretI32
        | Operator::F64ReinterpretI64 => Action::Reinterpret,
        Operator::F32Abs | Operator::F64Abs => Action::Abs,
        Operator::F32Neg | Operator::F64Neg => Action::Neg,
        Operator::F32Copysign | Operator::F64Copysign => Action::Copysign,
        Operator::F32Min => Action::Min(F32),
        Operator::F64Min => Action::Min(F64),
        Operator::F32Max => Action::Max(F32),
        Operator::F64Max => Action::Max(F64),
        _ => {
            return relation(operator)
                .map(|(float, relation)| Action::Compare(float, relation))
                .or_else(|| library(operator))
                .or_else(|| truncation(operator))
                .or_else(|| routine(operator));
        }
    })
}

fn relation(operator: &Operator<'_>) -> Option<(Float, Relation)> {
    use Float::{F32, F64};
    Some(match operator {
        Operator::F32Eq => (F32, Relation::Eq),
        Operator::F32Ne => (F32, Relation::Ne),
        Operator::F32Lt => (F32, Relation::Lt),
        Operator::F32Le => (F32, Relation::Le),
        Operator::F32Gt => (F32, Relation::Gt),
        Operator::F32Ge => (F32, Relation::Ge),
        Operator::F64Eq => (F64, Relation::Eq),
        Operator::F64Ne => (F64, Relation::Ne),
        Operator::F64Lt => (F64, Relation::Lt),
        Operator::F64Le => (F64, Relation::Le),
        Operator::F64Gt => (F64, Relation::Gt),
        Operator::F64Ge => (F64, Relation::Ge),
        _ => return None,
    })
}

/// Functions of the run-time ABI and of libm.
fn library(operator: &Operator<'_>) -> Option<Action> {
    let (name, operands, words) = match operator {
        Operator::F32Add => ("__aeabi_fadd", 2, 1),
        Operator::F32Sub => ("__aeabi_fsub", 2, 1),
        Operator::F32Mul => ("__aeabi_fmul", 2, 1),
        Operator::F32Div => ("__aeabi_fdiv", 2, 1),
        Operator::F64Add => ("__aeabi_dadd", 2, 2),
        Operator::F64Sub => ("__aeabi_dsub", 2, 2),
        Operator::F64Mul => ("__aeabi_dmul", 2, 2),
        Operator::F64Div => ("__aeabi_ddiv", 2, 2),
        Operator::F32Sqrt => ("sqrtf", 1, 1),
        Operator::F64Sqrt => ("sqrt", 1, 2),
        Operator::F32DemoteF64 => ("__aeabi_d2f", 1, 1),
        Operator::F64PromoteF32 => ("__aeabi_f2d", 1, 2),
        Operator::F32ConvertI32S => ("__aeabi_i2f", 1, 1),
        Operator::F32ConvertI32U => ("__aeabi_ui2f", 1, 1),
        Operator::F32ConvertI64S => ("__aeabi_l2f", 1, 1),
        Operator::F32ConvertI64U => ("__aeabi_ul2f", 1, 1),
        Operator::F64ConvertI32S => ("__aeabi_i2d", 1, 2),
        Operator::F64ConvertI32U => ("__aeabi_ui2d", 1, 2),
        Operator::F64ConvertI64S => ("__aeabi_l2d", 1, 2),
        Operator::F64ConvertI64U => ("__aeabi_ul2d", 1, 2),
        _ => return None,
    };
    Some(Action::Call(Symbol::library(name), operands, words))
}

fn truncation(operator: &Operator<'_>) -> Option<Action> {
    use Float::{F32, F64};
    let (float, bits, signed) = match operator {
        Operator::I32TruncF32S => (F32, 32, true),
        Operator::I32TruncF32U => (F32, 32, false),
        Operator::I32TruncF64S => (F64, 32, true),
        Operator::I32TruncF64U => (F64, 32, false),
        Operator::I64TruncF32S => (F32, 64, true),
        Operator::I64TruncF32U => (F32, 64, false),
        Operator::I64TruncF64S => (F64, 64, true),
        Operator::I64TruncF64U => (F64, 64, false),
        _ => return None,
    };
    Some(Action::Truncate(float, Integer { bits, signed }))
}

/// Routines of the object.
fn routine(operator: &Operator<'_>) -> Option<Action> {
    let (name, words) = match operator {
        Operator::F32Ceil => ("f32_ceil", 1),
        Operator::F32Floor => ("f32_floor", 1),
        Operator::F32Trunc => ("f32_trunc", 1),
        Operator::F32Nearest => ("f32_nearest", 1),
        Operator::F64Ceil => ("f64_ceil", 2),
        Operator::F64Floor => ("f64_floor", 2),
        Operator::F64Trunc => ("f64_trunc", 2),
        Operator::F64Nearest => ("f64_nearest", 2),
        Operator::I32TruncSatF32S => ("i32_trunc_sat_f32_s", 1),
        Operator::I32TruncSatF32U => ("i32_trunc_sat_f32_u", 1),
        Operator::I32TruncSatF64S => ("i32_trunc_sat_f64_s", 1),
        Operator::I32TruncSatF64U => ("i32_trunc_sat_f64_u", 1),
        Operator::I64TruncSatF32S => ("i64_trunc_sat_f32_s", 2),
        Operator::I64TruncSatF32U => ("i64_trunc_sat_f32_u", 2),
        Operator::I64TruncSatF64S => ("i64_trunc_sat_f64_s", 2),
        Operator::I64TruncSatF64U => ("i64_trunc_sat_f64_u", 2),
        _ => return None,
    };
    Some(Action::Call(Symbol::routine(name), 1, words))
}
