//! Folds: each function makes one operation, or something equal and cheaper.
//!
//! Canonical forms: a constant or address is the right operand; `x - c` is `x + -c`; comparisons with
//! constants use the condition that compares with 0 where there is one; a CompareLong is `Lt`, `Ge`, `Lo` or `Hs`.

use super::graph::Builder;
use super::ir::{BinOp, FloatUnOp, Op, UnOp, Value};
use crate::isa::{Cond, Symbol};

/// The value of `a op b`, where it is one (division by zero has none).
pub fn evaluate(op: BinOp, a: u32, b: u32) -> Option<u32> {
    let amount = b & 0xff;
    Some(match op {
        BinOp::Add => a.wrapping_add(b),
        BinOp::Sub => a.wrapping_sub(b),
        BinOp::Mul => a.wrapping_mul(b),
        BinOp::DivS if b == 0 => return None,
        BinOp::DivS => a.cast_signed().wrapping_div(b.cast_signed()).cast_unsigned(),
        BinOp::DivU => a.checked_div(b)?,
        BinOp::And => a & b,
        BinOp::Or => a | b,
        BinOp::Xor => a ^ b,
        BinOp::Shl => a.checked_shl(amount).unwrap_or(0),
        BinOp::ShrU => a.checked_shr(amount).unwrap_or(0),
        BinOp::ShrS => (a.cast_signed() >> amount.min(31)).cast_unsigned(),
        BinOp::Rotr => a.rotate_right(amount & 31),
    })
}

/// Sums with addresses of one symbol share a base where the addresses lie in the same block of this size.
const SHARED: i32 = 4096;

fn is_commutative(op: BinOp) -> bool {
    matches!(op, BinOp::Add | BinOp::Mul | BinOp::And | BinOp::Or | BinOp::Xor)
}

impl Builder {
    pub fn binary(&mut self, op: BinOp, a: Value, b: Value) -> Value {
        if let (Some(x), Some(y)) = (self.constant(a), self.constant(b))
            && let Some(value) = evaluate(op, x, y)
        {
            return self.int(value);
        }
        let rank = |value: Value| match self.op(value) {
            Op::Const(_) => 2,
            Op::Address(..) => 1,
            _ => 0,
        };
        let (a, b) = if is_commutative(op) && rank(a) > rank(b) { (b, a) } else { (a, b) };
        match op {
            BinOp::Add => self.add(a, b),
            BinOp::Sub => self.sub(a, b),
            BinOp::Mul => self.mul(a, b),
            BinOp::And => self.and(a, b),
            BinOp::Or => self.or(a, b),
            BinOp::Xor => self.xor(a, b),
            BinOp::Shl | BinOp::ShrS | BinOp::ShrU | BinOp::Rotr => self.shift(op, a, b),
            BinOp::DivU => match self.constant(b) {
                Some(c) if c.is_power_of_two() => {
                    let amount = self.int(c.trailing_zeros());
                    self.binary(BinOp::ShrU, a, amount)
                }
                c => {
                    let quotient = c.filter(|&c| c != 0 && self.is_looping()).and_then(|c| self.divide_unsigned(a, c));
                    quotient.unwrap_or_else(|| self.pure(Op::Binary(op), &[a, b]))
                }
            },
            BinOp::DivS => match self.constant(b).map(u32::cast_signed) {
                Some(1) => a,
                Some(c) if c > 0 && c.count_ones() == 1 => self.divide_by_power(a, c.trailing_zeros()),
                c => {
                    let usual = c.filter(|&c| c != 0 && !c.unsigned_abs().is_power_of_two() && self.is_looping());
                    let quotient = usual.and_then(|c| self.divide_signed(a, c));
                    quotient.unwrap_or_else(|| self.pure(Op::Binary(op), &[a, b]))
                }
            },
        }
    }

    /// `a op c`
    pub fn binary_const(&mut self, op: BinOp, a: Value, c: u32) -> Value {
        let c = self.int(c);
        self.binary(op, a, c)
    }

    fn add(&mut self, a: Value, b: Value) -> Value {
        if let Some(c) = self.constant(b) {
            if c == 0 {
                return a;
            }
            match self.op(a) {
                Op::Address(symbol, addend) => return self.address(symbol, addend.wrapping_add(c.cast_signed())),
                Op::ResultArea(offset) => return self.pure(Op::ResultArea(offset.wrapping_add(c)), &[]),
                _ => {}
            }
            if let Some((x, d)) = self.as_binary_const(BinOp::Add, a) {
                return self.binary_const(BinOp::Add, x, c.wrapping_add(d));
            }
            if let Some((x, y)) = self.as_binary(BinOp::Sub, a)
                && let Some(d) = self.constant(x)
            {
                let sum = self.int(c.wrapping_add(d));
                return self.binary(BinOp::Sub, sum, y);
            }
        }
        // Next to an address, constant summands move outwards, where accesses take them as offsets.
        if let Some((x, c)) = self.as_binary_const(BinOp::Add, a)
            && matches!(self.op(b), Op::Address(..))
        {
            let sum = self.binary(BinOp::Add, x, b);
            return self.binary_const(BinOp::Add, sum, c);
        }
        // Places of one symbol at the same distance from variable ones share a base.
        if let Op::Address(symbol, addend) = self.op(b) {
            let low = addend.rem_euclid(SHARED);
            if low != 0 {
                let base = self.address(symbol, addend.wrapping_sub(low));
                let sum = self.binary(BinOp::Add, a, base);
                return self.binary_const(BinOp::Add, sum, low.cast_unsigned());
            }
        }
        if let Some((zero, y)) = self.as_binary(BinOp::Sub, b)
            && self.constant(zero) == Some(0)
        {
            return self.binary(BinOp::Sub, a, y);
        }
        // What is taken away from one side is the other.
        for (difference, other) in [(a, b), (b, a)] {
            if let Some((x, y)) = self.as_binary(BinOp::Sub, difference)
                && y == other
            {
                return x;
            }
        }
        if let Some(rotated) = self.rotation(a, b) {
            return rotated;
        }
        self.pure(Op::Binary(BinOp::Add), &[a, b])
    }

    fn sub(&mut self, a: Value, b: Value) -> Value {
        if a == b {
            return self.int(0);
        }
        if let Some(c) = self.constant(b) {
            return self.binary_const(BinOp::Add, a, c.wrapping_neg());
        }
        if let Some((rest, c)) = self.rest_of_sum(a, b) {
            return self.binary_const(BinOp::Add, rest, c);
        }
        self.pure(Op::Binary(BinOp::Sub), &[a, b])
    }

    /// What else a sum consists of, and a constant, if it has a summand.
    fn rest_of_sum(&mut self, sum: Value, summand: Value) -> Option<(Value, u32)> {
        let (sum, c) = self.as_binary_const(BinOp::Add, sum).unwrap_or((sum, 0));
        if sum == summand {
            return Some((self.int(0), c));
        }
        match self.as_binary(BinOp::Add, sum)? {
            (x, y) | (y, x) if y == summand => Some((x, c)),
            _ => None,
        }
    }

    fn mul(&mut self, a: Value, b: Value) -> Value {
        let Some(c) = self.constant(b) else {
            return self.pure(Op::Binary(BinOp::Mul), &[a, b]);
        };
        if c == 0 {
            return b;
        }
        if c == u32::MAX {
            let zero = self.int(0);
            return self.binary(BinOp::Sub, zero, a);
        }
        if let Some((x, d)) = self.as_binary_const(BinOp::Mul, a) {
            return self.binary_const(BinOp::Mul, x, c.wrapping_mul(d));
        }
        let twos = c.trailing_zeros();
        let odd = c >> twos;
        // An addition with a shifted operand costs what a multiplication does, without its constant.
        let product = if odd == 1 {
            a
        } else if (odd - 1).is_power_of_two() {
            let shifted = self.binary_const(BinOp::Shl, a, (odd - 1).trailing_zeros());
            self.binary(BinOp::Add, a, shifted)
        } else if odd.wrapping_add(1).is_power_of_two() {
            let shifted = self.binary_const(BinOp::Shl, a, (odd + 1).trailing_zeros());
            self.binary(BinOp::Sub, shifted, a)
        } else {
            return self.pure(Op::Binary(BinOp::Mul), &[a, b]);
        };
        self.binary_const(BinOp::Shl, product, twos)
    }

    fn and(&mut self, a: Value, b: Value) -> Value {
        if a == b {
            return a;
        }
        if let Some(c) = self.constant(b) {
            if c & self.bits(a) == 0 {
                return self.int(0);
            }
            if !c & self.bits(a) == 0 {
                return a;
            }
            if let Some((x, d)) = self.as_binary_const(BinOp::And, a) {
                return self.binary_const(BinOp::And, x, c & d);
            }
            if let Some((x, amount)) = self.as_binary_const(BinOp::Shl, a)
                && amount < 32
                && c >> amount & self.bits(x) == self.bits(x)
            {
                return a;
            }
            // What the mask removes need not be computed.
            if matches!(self.op(a), Op::Unary(UnOp::Extend8S)) && c & !0xff == 0
                || matches!(self.op(a), Op::Unary(UnOp::Extend16S)) && c & !0xffff == 0
            {
                let inner = self.args(a)[0];
                return self.binary(BinOp::And, inner, b);
            }
        }
        self.pure(Op::Binary(BinOp::And), &[a, b])
    }

    fn or(&mut self, a: Value, b: Value) -> Value {
        if a == b {
            return a;
        }
        match self.constant(b) {
            Some(0) => return a,
            Some(u32::MAX) => return b,
            Some(c) => {
                if let Some((x, d)) = self.as_binary_const(BinOp::Or, a) {
                    return self.binary_const(BinOp::Or, x, c | d);
                }
            }
            None => {}
        }
        if self.is_below_frame_step(a, b) || self.is_below_frame_step(b, a) {
            return self.binary(BinOp::Add, a, b);
        }
        if let Some(rotated) = self.rotation(a, b) {
            return rotated;
        }
        if let Some(reversed) = self.reversed(a, b) {
            return reversed;
        }
        self.pure(Op::Binary(BinOp::Or), &[a, b])
    }

    /// Whether `a` is an address of the frame, whose top is a multiple of 16, that shares no bit with `b`.
    fn is_below_frame_step(&self, a: Value, b: Value) -> bool {
        let offset = match self.op(a) {
            Op::FrameTop => Some(0),
            _ => {
                let sum = self.as_binary_const(BinOp::Add, a);
                sum.filter(|&(x, _)| self.op(x) == Op::FrameTop).map(|(_, c)| c)
            }
        };
        offset.is_some_and(|offset| self.bits(b) <= 15 && self.bits(b) & offset == 0)
    }

    /// `x << c | x >> (32 - c)`, also as a sum.
    fn rotation(&mut self, a: Value, b: Value) -> Option<Value> {
        for (left, right) in [(a, b), (b, a)] {
            if let Some((x, c)) = self.as_binary_const(BinOp::Shl, left)
                && let Some((y, d)) = self.as_binary_const(BinOp::ShrU, right)
                && x == y
                && c + d == 32
            {
                return Some(self.binary_const(BinOp::Rotr, x, d));
            }
        }
        None
    }

    fn xor(&mut self, a: Value, b: Value) -> Value {
        if a == b {
            return self.int(0);
        }
        match self.constant(b) {
            Some(0) => return a,
            Some(1) if self.bits(a) == 1 => {
                let zero = self.int(0);
                return self.compare(Cond::Eq, a, zero);
            }
            Some(c) => {
                if let Some((x, d)) = self.as_binary_const(BinOp::Xor, a) {
                    return self.binary_const(BinOp::Xor, x, c ^ d);
                }
            }
            None => {}
        }
        self.pure(Op::Binary(BinOp::Xor), &[a, b])
    }

    fn shift(&mut self, op: BinOp, a: Value, b: Value) -> Value {
        if self.constant(a) == Some(0) {
            return a;
        }
        let Some(amount) = self.constant(b) else {
            // The masks that wasm puts on amounts are the hardware's own only for rotations.
            if op == BinOp::Rotr
                && let Some((x, mask)) = self.as_binary_const(BinOp::And, b)
                && mask & 31 == 31
            {
                return self.pure(Op::Binary(op), &[a, x]);
            }
            return self.pure(Op::Binary(op), &[a, b]);
        };
        let amount = if op == BinOp::Rotr { amount & 31 } else { amount & 0xff };
        match (op, amount) {
            (_, 0) => a,
            (BinOp::Shl | BinOp::ShrU, 32..) => self.int(0),
            (BinOp::ShrS, 32..) => self.shift_const(op, a, 31),
            _ => self.shift_const(op, a, amount),
        }
    }

    fn shift_const(&mut self, op: BinOp, a: Value, amount: u32) -> Value {
        if let Some((x, d)) = self.as_binary_const(op, a) {
            return match op {
                BinOp::Rotr => self.binary_const(op, x, (amount + d) & 31),
                BinOp::ShrS => self.binary_const(op, x, (amount + d).min(31)),
                _ if amount + d < 32 => self.binary_const(op, x, amount + d),
                _ => self.int(0),
            };
        }
        match op {
            BinOp::Shl => {
                if let Some((x, d)) = self.as_binary_const(BinOp::ShrU, a)
                    && d == amount
                {
                    return self.binary_const(BinOp::And, x, u32::MAX << amount);
                }
            }
            BinOp::ShrU => {
                if self.bits(a) >> amount == 0 {
                    return self.int(0);
                }
                if let Some((x, d)) = self.as_binary_const(BinOp::Shl, a)
                    && d == amount
                {
                    return self.binary_const(BinOp::And, x, u32::MAX >> amount);
                }
                if let Some((x, mask)) = self.as_binary_const(BinOp::And, a) {
                    let shifted = self.binary_const(BinOp::ShrU, x, amount);
                    return self.binary_const(BinOp::And, shifted, mask >> amount);
                }
                if amount == 31
                    && let Some((x, _)) = self.as_binary_const(BinOp::ShrS, a)
                {
                    return self.binary_const(BinOp::ShrU, x, 31);
                }
            }
            BinOp::ShrS => {
                if self.bits(a) >> 31 == 0 {
                    return self.binary_const(BinOp::ShrU, a, amount);
                }
                if let Some((x, d)) = self.as_binary_const(BinOp::Shl, a)
                    && d == amount
                    && (d == 24 || d == 16)
                {
                    let op = if d == 24 { UnOp::Extend8S } else { UnOp::Extend16S };
                    return self.unary(op, x);
                }
            }
            _ => {}
        }
        let amount = self.int(amount);
        self.pure(Op::Binary(op), &[a, amount])
    }

    pub fn unary(&mut self, op: UnOp, a: Value) -> Value {
        if let Some(c) = self.constant(a) {
            return self.int(match op {
                UnOp::Clz => c.leading_zeros(),
                UnOp::Rbit => c.reverse_bits(),
                UnOp::Rev => c.swap_bytes(),
                UnOp::Extend8S => i32::from(c as u8 as i8).cast_unsigned(),
                UnOp::Extend16S => i32::from(c as u16 as i16).cast_unsigned(),
            });
        }
        let masked = |mask: u32| self.as_binary_const(BinOp::And, a).filter(|&(_, c)| c & mask == mask).map(|(x, _)| x);
        match op {
            UnOp::Extend8S if self.bits(a) & !0x7f == 0 => return a,
            UnOp::Extend16S if self.bits(a) & !0x7fff == 0 => return a,
            UnOp::Extend8S => {
                if let Some(x) = masked(0xff) {
                    return self.unary(op, x);
                }
            }
            UnOp::Extend16S => {
                if let Some(x) = masked(0xffff) {
                    return self.unary(op, x);
                }
            }
            UnOp::Clz | UnOp::Rbit | UnOp::Rev => {}
        }
        if matches!(op, UnOp::Rbit | UnOp::Rev) && self.op(a) == Op::Unary(op) {
            return self.args(a)[0];
        }
        if matches!(op, UnOp::Extend8S | UnOp::Extend16S) && self.op(a) == Op::Unary(UnOp::Extend8S) {
            return a;
        }
        self.pure(Op::Unary(op), &[a])
    }

    pub fn float_unary(&mut self, op: FloatUnOp, a: Value) -> Value {
        const SIGN: u32 = 1 << 31;
        match (op, self.op(a)) {
            (FloatUnOp::Abs, Op::Const(c)) => self.int(c & !SIGN),
            (FloatUnOp::Neg, Op::Const(c)) => self.int(c ^ SIGN),
            (FloatUnOp::Neg, Op::FloatUnary(FloatUnOp::Neg)) => self.args(a)[0],
            (FloatUnOp::Abs, Op::FloatUnary(FloatUnOp::Abs)) => a,
            (FloatUnOp::Abs, Op::FloatUnary(FloatUnOp::Neg)) => {
                let inner = self.args(a)[0];
                self.float_unary(op, inner)
            }
            _ => self.pure(Op::FloatUnary(op), &[a]),
        }
    }

    pub fn compare(&mut self, cond: Cond, a: Value, b: Value) -> Value {
        if let (Some(x), Some(y)) = (self.constant(a), self.constant(b)) {
            return self.int(u32::from(cond.holds(x, y)));
        }
        if a == b {
            return self.int(u32::from(cond.holds(0, 0)));
        }
        if self.constant(a).is_some() {
            return self.compare(cond.swapped(), b, a);
        }
        match self.constant(b) {
            Some(c) => self.compare_const(cond, a, c),
            None => self.pure(Op::Compare(cond), &[a, b]),
        }
    }

    pub fn compare_const(&mut self, cond: Cond, a: Value, c: u32) -> Value {
        const MIN: u32 = 1 << 31;
        let most = self.bits(a);
        // Bounds that make the answer certain, and conditions that say the same of a rounder constant.
        let (cond, c) = match (cond, c) {
            (Cond::Lo, 0) | (Cond::Hi, u32::MAX) => return self.int(0),
            (Cond::Hs, 0) | (Cond::Ls, u32::MAX) => return self.int(1),
            (Cond::Lo, 1) | (Cond::Ls, 0) => (Cond::Eq, 0),
            (Cond::Hs, 1) | (Cond::Hi, 0) => (Cond::Ne, 0),
            (Cond::Lt, MIN) => return self.int(0),
            (Cond::Ge, MIN) => return self.int(1),
            (Cond::Gt, u32::MAX) => (Cond::Ge, 0),
            (Cond::Le, u32::MAX) => (Cond::Lt, 0),
            (Cond::Lt, 1) => (Cond::Le, 0),
            (Cond::Ge, 1) => (Cond::Gt, 0),
            other => other,
        };
        let certain = match cond {
            Cond::Lo if most < c => Some(true),
            Cond::Ls if most <= c => Some(true),
            Cond::Hs if most < c => Some(false),
            Cond::Hi if most <= c => Some(false),
            Cond::Eq if c & !most != 0 => Some(false),
            Cond::Ne if c & !most != 0 => Some(true),
            Cond::Eq if c == 0 && self.is_reference(a) => Some(false),
            Cond::Ne if c == 0 && self.is_reference(a) => Some(true),
            Cond::Lt if c == 0 && most < MIN => Some(false),
            Cond::Ge if c == 0 && most < MIN => Some(true),
            _ => None,
        };
        if let Some(answer) = certain {
            return self.int(u32::from(answer));
        }
        if matches!(cond, Cond::Eq | Cond::Ne) {
            return self.compare_equal(cond, a, c);
        }
        let c = self.int(c);
        self.pure(Op::Compare(cond), &[a, c])
    }

    fn compare_equal(&mut self, cond: Cond, a: Value, c: u32) -> Value {
        if c == 1 && self.bits(a) == 1 {
            return self.compare_const(cond.inverse(), a, 0);
        }
        if c == 0 {
            let inner = self.graph.node(a).clone();
            match inner.op {
                Op::Compare(_) | Op::CompareLong(_) | Op::FloatCompare(_) if cond == Cond::Ne => return a,
                Op::FloatCompare(of) => return self.pure(Op::FloatCompare(of.inverse()), &inner.args),
                Op::Compare(of) => return self.pure(Op::Compare(of.inverse()), &inner.args),
                Op::CompareLong(of) => {
                    return self.pure(Op::CompareLong(of.inverse()), &inner.args);
                }
                Op::Binary(BinOp::Xor | BinOp::Sub) => {
                    return self.compare(cond, inner.args[0], inner.args[1]);
                }
                _ if cond == Cond::Ne && self.bits(a) == 1 => return a,
                _ => {}
            }
        }
        let c = self.int(c);
        self.pure(Op::Compare(cond), &[a, c])
    }

    /// Whether the value is the address of a function, which is never null.
    fn is_reference(&self, value: Value) -> bool {
        matches!(self.op(value), Op::Address(Symbol::FunctionReference(_), 0))
    }

    /// A value that is 0 exactly where this one is: what a branch, a trap or a select needs of a condition.
    pub fn truth(&mut self, cond: Value) -> Value {
        if self.op(cond) == Op::Compare(Cond::Ne) && self.constant(self.args(cond)[1]) == Some(0) {
            let inner = self.args(cond)[0];
            return self.truth(inner);
        }
        cond
    }

    /// The operand of `operand == 0`, if that is what the condition is.
    pub fn negated(&self, cond: Value) -> Option<Value> {
        (self.op(cond) == Op::Compare(Cond::Eq) && self.constant(self.args(cond)[1]) == Some(0))
            .then(|| self.args(cond)[0])
    }

    pub fn select(&mut self, cond: Value, a: Value, b: Value) -> Value {
        if a == b {
            return a;
        }
        let cond = self.truth(cond);
        if let Some(c) = self.constant(cond) {
            return if c != 0 { a } else { b };
        }
        if let Some(inner) = self.negated(cond) {
            return self.select(inner, b, a);
        }
        match (self.constant(a), self.constant(b)) {
            (Some(1), Some(0)) => return self.compare_const(Cond::Ne, cond, 0),
            (Some(0), Some(1)) => return self.compare_const(Cond::Eq, cond, 0),
            _ => {}
        }
        self.pure(Op::Select, &[cond, a, b])
    }
}
