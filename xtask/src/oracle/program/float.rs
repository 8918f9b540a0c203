//! Expressions over floats, and of integers made from them.
//!
//! The bits of a NaN that an operator makes are not specified (core specification 4.3.3), and no comparison with a reference may
//! depend on them: where bits become visible (stores, reinterpretations, signs that are copied, arguments of imports)
//! the value goes through a function that makes every NaN the same one.

use super::{Program, Ty};

const BINARY: [&str; 6] = ["add", "sub", "mul", "div", "min", "max"];
const UNARY: [&str; 7] = ["abs", "neg", "ceil", "floor", "trunc", "nearest", "sqrt"];
const COMPARISONS: [&str; 6] = ["eq", "ne", "lt", "le", "gt", "ge"];

impl Program<'_, '_> {
    /// The functions that make NaNs the same.
    pub(super) fn canonical_functions(&mut self) {
        for ty in [Ty::F32, Ty::F64] {
            let name = ty.name();
            self.line(&format!("(func $canonical_{name} (param {name}) (result {name})"));
            self.line(&format!("local.get 0 {name}.const nan local.get 0 local.get 0 {name}.eq select)"));
        }
    }

    /// Makes the bits of the value on the stack, if it is a float, fit to be seen.
    pub(super) fn canonical(&mut self, ty: Ty) {
        if ty.is_float() {
            self.line(&format!("call $canonical_{}", ty.name()));
        }
    }

    pub(super) fn float_constant(&mut self, ty: Ty) {
        let value = match self.pick(6) {
            0 | 1 => self.pick(12) as f64 - 4.0,
            2 => (self.pick(64) as f64 - 20.0) / 4.0,
            3 => {
                let values = [0.0, f64::INFINITY, f64::NAN, f64::MAX, f64::MIN_POSITIVE, 0.49];
                values[self.pick(values.len())]
            }
            4 => near_power([31, 32, 63, 64, 24, 53][self.pick(6)], self.pick(3)),
            _ => f64::from_bits(self.input.arbitrary().unwrap_or(0)),
        };
        let value = if self.chance(3) { -value } else { value };
        // As bits, so that every NaN can be written.
        match ty {
            Ty::F32 => {
                let bits: u32 =
                    if self.chance(6) { self.input.arbitrary().unwrap_or(0) } else { (value as f32).to_bits() };
                self.line(&format!("i32.const {bits:#x} f32.reinterpret_i32"));
            }
            Ty::F64 => {
                let bits = value.to_bits();
                self.line(&format!("i64.const {bits:#x} f64.reinterpret_i64"));
            }
            Ty::I32 | Ty::I64 | Ty::FuncRef | Ty::ExternRef => unreachable!("only floats have these constants"),
        }
    }

    pub(super) fn float_binary(&mut self, ty: Ty, depth: u32) {
        let name = ty.name();
        self.expression(ty, depth);
        self.right_operand(ty, depth);
        if self.chance(8) {
            self.canonical(ty);
            return self.line(&format!("{name}.copysign"));
        }
        let operator = BINARY[self.pick(BINARY.len())];
        self.line(&format!("{name}.{operator}"));
    }

    pub(super) fn float_unary(&mut self, ty: Ty, depth: u32) {
        self.expression(ty, depth);
        let operator = UNARY[self.pick(UNARY.len())];
        self.line(&format!("{}.{operator}", ty.name()));
    }

    /// A float from another type.
    pub(super) fn float_conversion(&mut self, ty: Ty, depth: u32) {
        let name = ty.name();
        let (same, other) = match ty {
            Ty::F32 => (Ty::I32, Ty::F64),
            _ => (Ty::I64, Ty::F32),
        };
        match self.pick(5) {
            0 => {
                self.expression(other, depth);
                self.line(match ty {
                    Ty::F32 => "f32.demote_f64",
                    _ => "f64.promote_f32",
                });
            }
            1 => {
                self.expression(same, depth);
                self.line(&format!("{name}.reinterpret_{}", same.name()));
            }
            _ => {
                let from = if self.chance(2) { Ty::I64 } else { Ty::I32 };
                self.expression(from, depth);
                let sign = if self.chance(2) { "s" } else { "u" };
                self.line(&format!("{name}.convert_{}_{sign}", from.name()));
            }
        }
    }

    /// An integer from a float.
    pub(super) fn integer_of_float(&mut self, ty: Ty, depth: u32) {
        let name = ty.name();
        if self.chance(3) {
            let same = if ty == Ty::I32 { Ty::F32 } else { Ty::F64 };
            self.expression(same, depth);
            self.canonical(same);
            return self.line(&format!("{name}.reinterpret_{}", same.name()));
        }
        let from = if self.chance(2) { Ty::F64 } else { Ty::F32 };
        let sign = if self.chance(2) { "s" } else { "u" };
        let traps = self.shape.traps && self.chance(2);
        let operator = if traps { "trunc" } else { "trunc_sat" };
        self.expression(from, depth);
        if traps && self.chance(2) {
            // Small, so that most do not trap.
            let from = from.name();
            self.line(&format!("{from}.const 1e9 {from}.min {from}.abs"));
        }
        self.line(&format!("{name}.{operator}_{}_{sign}", from.name()));
    }

    /// Compares the value on the stack with another.
    pub(super) fn float_comparison(&mut self, ty: Ty, depth: u32) {
        self.right_operand(ty, depth);
        let operator = COMPARISONS[self.pick(COMPARISONS.len())];
        self.line(&format!("{}.{operator}", ty.name()));
    }
}

/// Two to this power, or a neighbour among the floats.
fn near_power(power: i32, step: usize) -> f64 {
    let power = f64::from(power).exp2();
    match step {
        0 => power,
        1 => power.next_down(),
        _ => power.next_up(),
    }
}
