//! Integer arithmetic, comparisons and conversions.

use super::Walk;
use crate::isa::{Cond, Symbol, TrapCode};
use crate::select::ir::{BinOp, UnOp, Value};
use crate::select::long::Long;
use wasmparser::Operator;

/// What one operator does; the rest of the walk needs not to know which of both widths it has.
enum Numeric {
    Const32(u32),
    Const64(u64),
    Binary32(BinOp),
    Binary64(BinOp),
    /// Shifts: the amount is modulo the width.
    Shift32(BinOp),
    Shift64(BinOp),
    Compare32(Cond),
    Compare64(Cond),
    Divide32 {
        signed: bool,
        remainder: bool,
    },
    Divide64 {
        signed: bool,
        remainder: bool,
    },
    Unary32(fn(&mut Walk<'_>, Value) -> Value),
    Unary64(fn(&mut Walk<'_>, Long) -> Long),
    Rotl32,
    Rotl64,
    Rotr64,
    Eqz64,
    Wrap,
    Extend {
        signed: bool,
    },
}

impl Walk<'_> {
    /// Builds an arithmetic operator; `false` if it is none.
    pub fn numeric(&mut self, operator: &Operator<'_>) -> bool {
        if self.wide(operator) {
            return true;
        }
        let Some(numeric) = classify(operator) else {
            return false;
        };
        match numeric {
            Numeric::Const32(c) => {
                let value = self.builder.int(c);
                self.push_word(value);
            }
            Numeric::Const64(c) => {
                let value = self.builder.long_const(c);
                self.push_long(value);
            }
            Numeric::Binary32(op) => self.binary(|b, x, y| b.binary(op, x, y)),
            Numeric::Compare32(cond) => self.binary(|b, x, y| b.compare(cond, x, y)),
            Numeric::Shift32(op) => self.binary(|b, x, y| {
                let amount = b.binary_const(BinOp::And, y, 31);
                b.binary(op, x, amount)
            }),
            Numeric::Rotl32 => self.binary(|b, x, y| {
                let zero = b.int(0);
                let right = b.binary(BinOp::Sub, zero, y);
                b.binary(BinOp::Rotr, x, right)
            }),
            Numeric::Divide32 { signed, remainder } => self.divide(signed, remainder),
            Numeric::Divide64 { signed, remainder } => self.divide_long(signed, remainder),
            Numeric::Binary64(op) => self.binary_long(|b, x, y| match op {
                BinOp::Add => b.add_long(x, y),
                BinOp::Sub => b.sub_long(x, y),
                BinOp::Mul => b.mul_long(x, y),
                _ => b.bitwise_long(op, x, y),
            }),
            Numeric::Shift64(op) => self.binary_long(|b, x, y| b.shift_long(op, x, y[0])),
            Numeric::Rotr64 => self.binary_long(|b, x, y| {
                let zero = b.int(0);
                let left = b.binary(BinOp::Sub, zero, y[0]);
                b.rotl_long(x, left)
            }),
            Numeric::Rotl64 => self.binary_long(|b, x, y| b.rotl_long(x, y[0])),
            Numeric::Compare64(cond) => {
                let (b, a) = (self.pop_long(), self.pop_long());
                let value = self.builder.compare_long(cond, a, b);
                self.push_word(value);
            }
            Numeric::Unary32(f) => {
                let a = self.pop_word();
                let value = f(self, a);
                self.push_word(value);
            }
            Numeric::Unary64(f) => {
                let a = self.pop_long();
                let value = f(self, a);
                self.push_long(value);
            }
            Numeric::Eqz64 => {
                let [lo, hi] = self.pop_long();
                let both = self.builder.binary(BinOp::Or, lo, hi);
                let value = self.builder.compare_const(Cond::Eq, both, 0);
                self.push_word(value);
            }
            Numeric::Wrap => {
                let [lo, _] = self.pop_long();
                self.push_word(lo);
            }
            Numeric::Extend { signed } => {
                let lo = self.pop_word();
                let hi = if signed { self.builder.sign(lo) } else { self.builder.int(0) };
                self.push_long([lo, hi]);
            }
        }
        true
    }

    /// Builds an operator with a 128-bit result; `false` if it is none.
    fn wide(&mut self, operator: &Operator<'_>) -> bool {
        let [a, b, c, d] = match operator {
            Operator::I64Add128 | Operator::I64Sub128 => {
                let ([b2, b3], [b0, b1]) = (self.pop_long(), self.pop_long());
                let ([a2, a3], [a0, a1]) = (self.pop_long(), self.pop_long());
                let (a, b) = ([a0, a1, a2, a3], [b0, b1, b2, b3]);
                match operator {
                    Operator::I64Add128 => self.builder.add_wide(a, b),
                    _ => self.builder.sub_wide(a, b),
                }
            }
            Operator::I64MulWideS | Operator::I64MulWideU => {
                let (b, a) = (self.pop_long(), self.pop_long());
                self.builder.mul_wide(matches!(operator, Operator::I64MulWideS), a, b)
            }
            _ => return false,
        };
        self.push_long([a, b]);
        self.push_long([c, d]);
        true
    }

    fn binary(&mut self, f: impl FnOnce(&mut super::Builder, Value, Value) -> Value) {
        let (b, a) = (self.pop_word(), self.pop_word());
        let value = f(&mut self.builder, a, b);
        self.push_word(value);
    }

    fn binary_long(&mut self, f: impl FnOnce(&mut super::Builder, Long, Long) -> Long) {
        let (b, a) = (self.pop_long(), self.pop_long());
        let value = f(&mut self.builder, a, b);
        self.push_long(value);
    }

    fn divide(&mut self, signed: bool, remainder: bool) {
        let (b, a) = (self.pop_word(), self.pop_word());
        let builder = &mut self.builder;
        if builder.constant(b) == Some(0) {
            return self.trap(TrapCode::DivideByZero);
        }
        let is_zero = builder.compare_const(Cond::Eq, b, 0);
        builder.trap_if(is_zero, TrapCode::DivideByZero);
        let least = 1 << 31;
        let may_overflow =
            builder.constant(b).is_none_or(|c| c == u32::MAX) && builder.constant(a).is_none_or(|c| c == least);
        if signed && !remainder && may_overflow {
            // Zero exactly for the least number and -1.
            let dividend = builder.binary_const(BinOp::Xor, a, least);
            let divisor = builder.binary_const(BinOp::Xor, b, u32::MAX);
            let both = builder.binary(BinOp::Or, dividend, divisor);
            let overflows = builder.compare_const(Cond::Eq, both, 0);
            builder.trap_if(overflows, TrapCode::IntegerOverflow);
        }
        let value = match (signed, remainder) {
            (true, false) => builder.binary(BinOp::DivS, a, b),
            (false, false) => builder.binary(BinOp::DivU, a, b),
            (true, true) => builder.remainder(BinOp::DivS, a, b),
            (false, true) => builder.remainder(BinOp::DivU, a, b),
        };
        self.push_word(value);
    }

    fn divide_long(&mut self, signed: bool, remainder: bool) {
        let (b, a) = (self.pop_long(), self.pop_long());
        let builder = &mut self.builder;
        let divisor = builder.as_long_const(b);
        if divisor == Some(0) {
            return self.trap(TrapCode::DivideByZero);
        }
        let bits = builder.binary(BinOp::Or, b[0], b[1]);
        let is_zero = builder.compare_const(Cond::Eq, bits, 0);
        builder.trap_if(is_zero, TrapCode::DivideByZero);
        if let Some(value) = builder.divide_long_exact(signed, remainder, a, divisor) {
            return self.push_long(value);
        }
        let mut b = b;
        if signed && divisor.is_none_or(|c| c == u64::MAX) {
            let ones = builder.binary(BinOp::And, b[0], b[1]);
            if remainder {
                // What the routine does on overflow is not specified; x % -1 is x % 1.
                let is_minus_one = builder.compare_const(Cond::Eq, ones, u32::MAX);
                let [one, zero] = builder.long_const(1);
                b = [builder.select(is_minus_one, one, b[0]), builder.select(is_minus_one, zero, b[1])];
            } else {
                let inverted = builder.binary_const(BinOp::Xor, ones, u32::MAX);
                let high = builder.binary_const(BinOp::Xor, a[1], 1 << 31);
                let dividend = builder.binary(BinOp::Or, a[0], high);
                let both = builder.binary(BinOp::Or, dividend, inverted);
                let overflows = builder.compare_const(Cond::Eq, both, 0);
                builder.trap_if(overflows, TrapCode::IntegerOverflow);
            }
        }
        let name = if signed { "__aeabi_ldivmod" } else { "__aeabi_uldivmod" };
        // Quotient in r0 and r1, remainder in r2 and r3 (RTABI32 4.3.1).
        let operands = [a[0], a[1], b[0], b[1]];
        let call = builder.routine_call(Symbol::library(name), &operands, 4, u32::MAX);
        let first = if remainder { 2 } else { 0 };
        let value = [builder.result(call, first), builder.result(call, first + 1)];
        self.push_long(value);
    }
}

impl super::Builder {
    fn remainder(&mut self, op: BinOp, a: Value, b: Value) -> Value {
        if op == BinOp::DivU
            && let Some(c) = self.constant(b)
            && c.is_power_of_two()
        {
            return self.binary_const(BinOp::And, a, c - 1);
        }
        let quotient = self.binary(op, a, b);
        let product = self.binary(BinOp::Mul, quotient, b);
        self.binary(BinOp::Sub, a, product)
    }

    /// Division by a divisor that needs no routine: unsigned by a power of two, or of words.
    fn divide_long_exact(&mut self, signed: bool, remainder: bool, a: Long, divisor: Option<u64>) -> Option<Long> {
        let c = divisor.filter(|_| !signed)?;
        if c.is_power_of_two() {
            return Some(if remainder {
                let mask = self.long_const(c - 1);
                self.bitwise_long(BinOp::And, a, mask)
            } else {
                self.shift_long_const(BinOp::ShrU, a, c.trailing_zeros())
            });
        }
        let narrow = u32::try_from(c).ok().filter(|_| self.constant(a[1]) == Some(0))?;
        let divisor = self.int(narrow);
        let word = if remainder {
            self.remainder(BinOp::DivU, a[0], divisor)
        } else {
            self.binary(BinOp::DivU, a[0], divisor)
        };
        Some([word, a[1]])
    }
}

fn classify(operator: &Operator<'_>) -> Option<Numeric> {
    Some(match *operator {
        Operator::I32Const { value } => Numeric::Const32(value.cast_unsigned()),
        Operator::I64Const { value } => Numeric::Const64(value.cast_unsigned()),
        Operator::I32WrapI64 => Numeric::Wrap,
        Operator::I64ExtendI32S => Numeric::Extend { signed: true },
        Operator::I64ExtendI32U => Numeric::Extend { signed: false },
        _ => return classify_word(operator).or_else(|| classify_long(operator)),
    })
}

fn classify_word(operator: &Operator<'_>) -> Option<Numeric> {
    Some(match operator {
        Operator::I32Eqz => Numeric::Unary32(|walk, a| walk.builder.compare_const(Cond::Eq, a, 0)),
        Operator::I32Eq => Numeric::Compare32(Cond::Eq),
        Operator::I32Ne => Numeric::Compare32(Cond::Ne),
        Operator::I32LtS => Numeric::Compare32(Cond::Lt),
        Operator::I32LtU => Numeric::Compare32(Cond::Lo),
        Operator::I32GtS => Numeric::Compare32(Cond::Gt),
        Operator::I32GtU => Numeric::Compare32(Cond::Hi),
        Operator::I32LeS => Numeric::Compare32(Cond::Le),
        Operator::I32LeU => Numeric::Compare32(Cond::Ls),
        Operator::I32GeS => Numeric::Compare32(Cond::Ge),
        Operator::I32GeU => Numeric::Compare32(Cond::Hs),
        Operator::I32Clz => Numeric::Unary32(|walk, a| walk.builder.unary(UnOp::Clz, a)),
        Operator::I32Ctz => Numeric::Unary32(|walk, a| walk.builder.ctz(a)),
        Operator::I32Popcnt => Numeric::Unary32(|walk, a| walk.builder.popcnt(a)),
        Operator::I32Extend8S => Numeric::Unary32(|walk, a| walk.builder.unary(UnOp::Extend8S, a)),
        Operator::I32Extend16S => Numeric::Unary32(|walk, a| walk.builder.unary(UnOp::Extend16S, a)),
        Operator::I32Add => Numeric::Binary32(BinOp::Add),
        Operator::I32Sub => Numeric::Binary32(BinOp::Sub),
        Operator::I32Mul => Numeric::Binary32(BinOp::Mul),
        Operator::I32DivS => Numeric::Divide32 { signed: true, remainder: false },
        Operator::I32DivU => Numeric::Divide32 { signed: false, remainder: false },
        Operator::I32RemS => Numeric::Divide32 { signed: true, remainder: true },
        Operator::I32RemU => Numeric::Divide32 { signed: false, remainder: true },
        Operator::I32And => Numeric::Binary32(BinOp::And),
        Operator::I32Or => Numeric::Binary32(BinOp::Or),
        Operator::I32Xor => Numeric::Binary32(BinOp::Xor),
        Operator::I32Shl => Numeric::Shift32(BinOp::Shl),
        Operator::I32ShrS => Numeric::Shift32(BinOp::ShrS),
        Operator::I32ShrU => Numeric::Shift32(BinOp::ShrU),
        Operator::I32Rotr => Numeric::Binary32(BinOp::Rotr),
        Operator::I32Rotl => Numeric::Rotl32,
        _ => return None,
    })
}

fn classify_long(operator: &Operator<'_>) -> Option<Numeric> {
    Some(match operator {
        Operator::I64Eqz => Numeric::Eqz64,
        Operator::I64Eq => Numeric::Compare64(Cond::Eq),
        Operator::I64Ne => Numeric::Compare64(Cond::Ne),
        Operator::I64LtS => Numeric::Compare64(Cond::Lt),
        Operator::I64LtU => Numeric::Compare64(Cond::Lo),
        Operator::I64GtS => Numeric::Compare64(Cond::Gt),
        Operator::I64GtU => Numeric::Compare64(Cond::Hi),
        Operator::I64LeS => Numeric::Compare64(Cond::Le),
        Operator::I64LeU => Numeric::Compare64(Cond::Ls),
        Operator::I64GeS => Numeric::Compare64(Cond::Ge),
        Operator::I64GeU => Numeric::Compare64(Cond::Hs),
        Operator::I64Clz => Numeric::Unary64(|walk, a| {
            let count = walk.builder.clz_long(a);
            [count, walk.builder.int(0)]
        }),
        Operator::I64Ctz => Numeric::Unary64(|walk, a| {
            let count = walk.builder.ctz_long(a);
            [count, walk.builder.int(0)]
        }),
        Operator::I64Popcnt => Numeric::Unary64(|walk, a| {
            let count = walk.builder.popcnt_long(a);
            [count, walk.builder.int(0)]
        }),
        Operator::I64Extend8S => Numeric::Unary64(|walk, a| {
            let lo = walk.builder.unary(UnOp::Extend8S, a[0]);
            [lo, walk.builder.sign(lo)]
        }),
        Operator::I64Extend16S => Numeric::Unary64(|walk, a| {
            let lo = walk.builder.unary(UnOp::Extend16S, a[0]);
            [lo, walk.builder.sign(lo)]
        }),
        Operator::I64Extend32S => Numeric::Unary64(|walk, a| [a[0], walk.builder.sign(a[0])]),
        Operator::I64Add => Numeric::Binary64(BinOp::Add),
        Operator::I64Sub => Numeric::Binary64(BinOp::Sub),
        Operator::I64Mul => Numeric::Binary64(BinOp::Mul),
        Operator::I64DivS => Numeric::Divide64 { signed: true, remainder: false },
        Operator::I64DivU => Numeric::Divide64 { signed: false, remainder: false },
        Operator::I64RemS => Numeric::Divide64 { signed: true, remainder: true },
        Operator::I64RemU => Numeric::Divide64 { signed: false, remainder: true },
        Operator::I64And => Numeric::Binary64(BinOp::And),
        Operator::I64Or => Numeric::Binary64(BinOp::Or),
        Operator::I64Xor => Numeric::Binary64(BinOp::Xor),
        Operator::I64Shl => Numeric::Shift64(BinOp::Shl),
        Operator::I64ShrS => Numeric::Shift64(BinOp::ShrS),
        Operator::I64ShrU => Numeric::Shift64(BinOp::ShrU),
        Operator::I64Rotl => Numeric::Rotl64,
        Operator::I64Rotr => Numeric::Rotr64,
        _ => return None,
    })
}
