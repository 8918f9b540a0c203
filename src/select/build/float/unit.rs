//! Floats of single precision on a core with a floating-point unit: operators that it has instructions for are operations
//! on values, which lowering puts into its registers. Everything else is made as without it.

use super::{Float, Relation, Walk, relation};
use crate::isa::{Cond, Reg, Symbol, TrapCode};
use crate::select::build::control::to;
use crate::select::graph::Builder;
use crate::select::ir::{CallInfo, Callee, FloatBinOp, FloatUnOp, Op, Place, Term, Value};
use smallvec::SmallVec;
use wasmparser::Operator;

impl Relation {
    /// The condition on the flags of VCMP that holds exactly when the relation does.
    fn condition(self) -> Cond {
        match self {
            Relation::Eq => Cond::Eq,
            Relation::Ne => Cond::Ne,
            Relation::Lt => Cond::Mi,
            Relation::Le => Cond::Ls,
            Relation::Gt => Cond::Gt,
            Relation::Ge => Cond::Ge,
        }
    }
}

impl Walk<'_> {
    /// Builds an operator that the unit does; `false` if it is none.
    pub(super) fn float_unit(&mut self, operator: &Operator<'_>) -> bool {
        if let Some(op) = binary(operator) {
            let (b, a) = (self.pop_word(), self.pop_word());
            let value = self.builder.pure(Op::FloatBinary(op), &[a, b]);
            self.push_word(value);
        } else if let Some(op) = unary(operator) {
            let a = self.pop_word();
            let value = self.builder.float_unary(op, a);
            self.push_word(value);
        } else if let Some((Float::F32, relation)) = relation(operator) {
            let (b, a) = (self.pop_word(), self.pop_word());
            let value = self.builder.float_unit_compare(relation, a, b);
            self.push_word(value);
        } else if let Some(signed) = truncation(operator) {
            let a = self.pop_word();
            self.check_unit_truncation(signed, a);
            let op = if signed { FloatUnOp::ToSigned } else { FloatUnOp::ToUnsigned };
            let value = self.builder.float_unary(op, a);
            self.push_word(value);
        } else if matches!(operator, Operator::F64Sqrt) {
            let a = self.pop_long();
            let root = self.builder.double_root(a);
            self.push_long(root);
        } else {
            return false;
        }
        true
    }
}

impl Walk<'_> {
    /// The traps of a truncation: one test where it has a result, and what is wrong out of the way.
    fn check_unit_truncation(&mut self, signed: bool, a: Value) {
        let overflows = self.builder.float_overflows(signed, a);
        let (trap, next) = (self.builder.new_block(), self.builder.new_block());
        self.leave(Term::Branch { cond: overflows, then: to(trap), otherwise: to(next) });
        self.switch_to(trap);
        let is_nan = self.builder.pure(Op::FloatCompare(Cond::Vs), &[a, a]);
        self.builder.trap_if(is_nan, TrapCode::InvalidConversion);
        self.trap(TrapCode::IntegerOverflow);
        self.switch_to(next);
    }
}

impl Builder {
    fn float_unit_compare(&mut self, relation: Relation, a: Value, b: Value) -> Value {
        // Comparison with zero needs no register for it.
        let is_zero = self.constant(a).is_some_and(|c| c << 1 == 0);
        let (relation, a, b) = if is_zero { (relation.swapped(), b, a) } else { (relation, a, b) };
        self.pure(Op::FloatCompare(relation.condition()), &[a, b])
    }

    /// libm's `sqrt`, a C function: it takes and returns d0.
    fn double_root(&mut self, a: [Value; 2]) -> [Value; 2] {
        let words = [Reg::single(0), Reg::single(1)];
        let symbol = Symbol::library("sqrt");
        let call = self.routine(symbol, &a, || CallInfo {
            callee: Callee::Symbol(symbol),
            args: words.map(Place::Reg).to_vec(),
            results: SmallVec::from_slice(&words),
            stack: 0,
            bits: u32::MAX,
        });
        [call, self.result(call, 1)]
    }
}

fn binary(operator: &Operator<'_>) -> Option<FloatBinOp> {
    Some(match operator {
        Operator::F32Add => FloatBinOp::Add,
        Operator::F32Sub => FloatBinOp::Sub,
        Operator::F32Mul => FloatBinOp::Mul,
        Operator::F32Div => FloatBinOp::Div,
        Operator::F32Min => FloatBinOp::Min,
        Operator::F32Max => FloatBinOp::Max,
        _ => return None,
    })
}

fn unary(operator: &Operator<'_>) -> Option<FloatUnOp> {
    Some(match operator {
        Operator::F32Abs => FloatUnOp::Abs,
        Operator::F32Neg => FloatUnOp::Neg,
        Operator::F32Sqrt => FloatUnOp::Sqrt,
        Operator::F32ConvertI32S => FloatUnOp::FromSigned,
        Operator::F32ConvertI32U => FloatUnOp::FromUnsigned,
        Operator::I32TruncSatF32S => FloatUnOp::ToSigned,
        Operator::I32TruncSatF32U => FloatUnOp::ToUnsigned,
        _ => return None,
    })
}

/// Whether a truncation that traps is to signed numbers.
fn truncation(operator: &Operator<'_>) -> Option<bool> {
    match operator {
        Operator::I32TruncF32S => Some(true),
        Operator::I32TruncF32U => Some(false),
        _ => None,
    }
}
