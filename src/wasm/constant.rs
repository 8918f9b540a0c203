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

/// The value of every global that never changes and is known, by index. A global never changes if it is
/// immutable, or not among the `written` ones.
pub fn global_values(module: &Module<'_>, written: &[bool]) -> Vec<Option<Value>> {
    let mut values = Vec::with_capacity(module.globals.len());
    for (index, global) in module.globals.iter().enumerate() {
        let fixed = !global.ty.mutable || !written[index];
        let value = match &global.init {
            Some(init) if fixed => evaluate(init, &values),
            Some(_) | None => None,
        };
        values.push(value);
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wasm::parse;

    fn values(globals: &str) -> Vec<Option<Value>> {
        let wasm = wat::parse_str(format!("(module {globals})")).expect("the text is a module");
        let module = parse(&wasm).expect("the module is valid");
        global_values(&module, &vec![false; module.globals.len()])
    }

    #[test]
    fn numbers_are_zero_extended_bits() {
        let found = values(
            "(global i32 (i32.const -1)) (global i64 (i64.const -1))
             (global f32 (f32.const -0)) (global f64 (f64.const 1))",
        );
        let bits = [0xffff_ffff, u64::MAX, 0x8000_0000, 0x3ff0_0000_0000_0000];
        assert_eq!(found, bits.map(|bits| Some(Value::Bits(bits))));
    }

    #[test]
    fn arithmetic_wraps_at_its_width() {
        let found = values(
            "(global i32 (i32.sub (i32.const 0) (i32.mul (i32.const 3) (i32.const 5))))
             (global i32 (i32.add (global.get 0) (i32.const 16)))
             (global i64 (i64.sub (i64.const 0) (i64.mul (i64.const 3) (i64.const 5))))
             (global i64 (i64.add (global.get 2) (i64.const 14)))",
        );
        let bits = [0xffff_fff1, 1, 0u64.wrapping_sub(15), u64::MAX];
        assert_eq!(found, bits.map(|bits| Some(Value::Bits(bits))));
    }

    #[test]
    fn imports_are_unknown_and_so_is_what_depends_on_them() {
        let found = values(
            r#"(import "env" "g" (global i32)) (global i32 (global.get 0))
               (global i32 (i32.add (i32.const 1) (global.get 0)))
               (global funcref (ref.func 0)) (global externref (ref.null extern)) (func)"#,
        );
        let known = [None, None, None, Some(Value::Function(0)), Some(Value::Null)];
        assert_eq!(found, known);
    }
}
