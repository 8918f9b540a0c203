//! Constant expressions, evaluated as far as they are known before the program runs.

use super::{ConstExpr, Module};
use wasmparser::Operator;

/// A value that is known when the object is made.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Value {
    /// A number: its bits, zero-extended.
    Bits(u64),
    /// The null reference.
    Null,
    /// A reference to function N.
    Function(u32),
}

impl Value {
    /// The number as an unsigned 32-bit address or index; `None` for a reference.
    pub fn as_u32(self) -> Option<u32> {
        match self {
            // An expression of type i32 has no other bits set.
            Value::Bits(bits) => u32::try_from(bits).ok(),
            Value::Null | Value::Function(_) => None,
        }
    }
}

/// The value of a validated expression, where it depends on nothing that is imported.
///
/// `globals` holds the values of the globals that come before it; a global that is not there is unknown.
pub fn evaluate(expr: &ConstExpr<'_>, globals: &[Option<Value>]) -> Option<Value> {
    let mut stack: Vec<Value> = Vec::new();
    for operator in expr.operators() {
        let operator = operator.ok()?;
        let value = match operator {
            Operator::End => break,
            Operator::I32Const { value } => Value::Bits(u64::from(value as u32)),
            Operator::I64Const { value } => Value::Bits(value as u64),
            Operator::F32Const { value } => Value::Bits(u64::from(value.bits())),
            Operator::F64Const { value } => Value::Bits(value.bits()),
            Operator::RefNull { .. } => Value::Null,
            Operator::RefFunc { function_index } => Value::Function(function_index),
            Operator::GlobalGet { global_index } => (*globals.get(global_index as usize)?)?,
            _ => {
                let (Value::Bits(b), Value::Bits(a)) = (stack.pop()?, stack.pop()?) else {
                    return None;
                };
                Value::Bits(binary(&operator, a, b)?)
            }
        };
        stack.push(value);
    }
    stack.pop()
}

/// The binary operators of constant expressions; an i32 is the low half of its operands.
fn binary(operator: &Operator<'_>, a: u64, b: u64) -> Option<u64> {
    let (narrow_a, narrow_b) = (a as u32, b as u32);
    Some(match operator {
        Operator::I32Add => u64::from(narrow_a.wrapping_add(narrow_b)),
        Operator::I32Sub => u64::from(narrow_a.wrapping_sub(narrow_b)),
        Operator::I32Mul => u64::from(narrow_a.wrapping_mul(narrow_b)),
        Operator::I64Add => a.wrapping_add(b),
        Operator::I64Sub => a.wrapping_sub(b),
        Operator::I64Mul => a.wrapping_mul(b),
        _ => return None,
    })
}

/// The value of every global that never changes and is known, by index.
pub fn global_values(module: &Module<'_>) -> Vec<Option<Value>> {
    let mut values = Vec::with_capacity(module.globals.len());
    for global in &module.globals {
        let value = match &global.init {
            Some(init) if !global.ty.mutable => evaluate(init, &values),
            _ => None,
        };
        values.push(value);
    }
    values
}
