//! i64 arithmetic on pairs of words.

use super::graph::Builder;
use super::ir::{BinOp, Op, UnOp, Value};
use crate::isa::Cond;

/// An i64: low word, high word.
pub type Long = [Value; 2];

impl Builder {
    pub fn long_const(&mut self, c: u64) -> Long {
        [self.int(c as u32), self.int((c >> 32) as u32)]
    }

    pub fn as_long_const(&self, [lo, hi]: Long) -> Option<u64> {
        Some(u64::from(self.constant(hi)?) << 32 | u64::from(self.constant(lo)?))
    }

    pub fn sign(&mut self, value: Value) -> Value {
        self.binary_const(BinOp::ShrS, value, 31)
    }

    pub fn add_long(&mut self, a: Long, b: Long) -> Long {
        let (a, b) = if self.constant(a[0]).is_some() { (b, a) } else { (a, b) };
        if let (Some(x), Some(y)) = (self.as_long_const(a), self.as_long_const(b)) {
            return self.long_const(x.wrapping_add(y));
        }
        // No carry: one low word is 0, or no column of bits has two ones.
        if self.bits(a[0]) & self.bits(b[0]) == 0 {
            let op = if self.constant(b[0]) == Some(0) { BinOp::Add } else { BinOp::Or };
            return [self.binary(op, a[0], b[0]), self.binary(BinOp::Add, a[1], b[1])];
        }
        let lo = self.pure(Op::AddLong, &[a[0], a[1], b[0], b[1]]);
        [lo, self.result(lo, 1)]
    }

    pub fn sub_long(&mut self, a: Long, b: Long) -> Long {
        if let (Some(x), Some(y)) = (self.as_long_const(a), self.as_long_const(b)) {
            return self.long_const(x.wrapping_sub(y));
        }
        if a == b {
            return self.long_const(0);
        }
        if self.constant(b[0]) == Some(0) {
            return [a[0], self.binary(BinOp::Sub, a[1], b[1])];
        }
        if let Some(y) = self.as_long_const(b) {
            let negated = self.long_const(y.wrapping_neg());
            return self.add_long(a, negated);
        }
        let lo = self.pure(Op::SubLong, &[a[0], a[1], b[0], b[1]]);
        [lo, self.result(lo, 1)]
    }

    /// Whether the high word is the sign of the low one.
    pub fn is_sign_extended(&self, [lo, hi]: Long) -> bool {
        match (self.constant(lo), self.constant(hi)) {
            (Some(lo), Some(hi)) => hi == (lo.cast_signed() >> 31).cast_unsigned(),
            (None, Some(0)) => self.bits(lo) >> 31 == 0,
            (None, None) => self.as_binary_const(BinOp::ShrS, hi) == Some((lo, 31)),
            _ => false,
        }
    }

    /// The full product of two words.
    pub fn mul_words(&mut self, signed: bool, a: Value, b: Value) -> Long {
        let (a, b) = if self.constant(a).is_some() { (b, a) } else { (a, b) };
        match (self.constant(a), self.constant(b)) {
            (Some(x), Some(y)) if signed => {
                let product = i64::from(x.cast_signed()) * i64::from(y.cast_signed());
                return self.long_const(product.cast_unsigned());
            }
            (Some(x), Some(y)) => return self.long_const(u64::from(x) * u64::from(y)),
            (_, Some(0)) => return [b, b],
            (_, Some(c)) if !signed && c.is_power_of_two() => {
                let zero = self.int(0);
                return self.shift_long_const(BinOp::Shl, [a, zero], c.trailing_zeros());
            }
            _ => {}
        }
        let lo = self.pure(Op::MulLong { signed }, &[a, b]);
        [lo, self.result(lo, 1)]
    }

    pub fn mul_long(&mut self, a: Long, b: Long) -> Long {
        let (a, b) = if self.as_long_const(a).is_some() { (b, a) } else { (a, b) };
        match self.as_long_const(b) {
            Some(c) if c.is_power_of_two() => {
                return self.shift_long_const(BinOp::Shl, a, c.trailing_zeros());
            }
            Some(u64::MAX) => {
                let zero = self.long_const(0);
                return self.sub_long(zero, a);
            }
            _ => {}
        }
        let zero_extended = self.constant(a[1]) == Some(0) && self.constant(b[1]) == Some(0);
        if !zero_extended && self.is_sign_extended(a) && self.is_sign_extended(b) {
            return self.mul_words(true, a[0], b[0]);
        }
        let [lo, hi] = self.mul_words(false, a[0], b[0]);
        let first = self.binary(BinOp::Mul, a[0], b[1]);
        let second = self.binary(BinOp::Mul, a[1], b[0]);
        let hi = self.binary(BinOp::Add, hi, first);
        [lo, self.binary(BinOp::Add, hi, second)]
    }

    /// The same operation on both halves: and, or, xor.
    pub fn bitwise_long(&mut self, op: BinOp, a: Long, b: Long) -> Long {
        [self.binary(op, a[0], b[0]), self.binary(op, a[1], b[1])]
    }

    /// A shift or rotation by a constant below 64.
    pub fn shift_long_const(&mut self, op: BinOp, a: Long, amount: u32) -> Long {
        let [lo, hi] = a;
        if amount == 0 {
            return a;
        }
        if op == BinOp::Rotr {
            let (lo, hi) = if amount >= 32 { (hi, lo) } else { (lo, hi) };
            return match amount % 32 {
                0 => [lo, hi],
                rest => [self.funnel(lo, hi, rest), self.funnel(hi, lo, rest)],
            };
        }
        let zero = self.int(0);
        match (op, amount) {
            // A carry takes less than a bit that is shifted out of one word and into the other.
            (BinOp::Shl, 1) if self.constant(lo).is_none() && self.constant(hi).is_none() => self.add_long(a, a),
            (BinOp::Shl, 32..) => [zero, self.binary_const(BinOp::Shl, lo, amount - 32)],
            (BinOp::Shl, _) => [self.binary_const(BinOp::Shl, lo, amount), self.funnel(lo, hi, 32 - amount)],
            (BinOp::ShrU, 32..) => [self.binary_const(BinOp::ShrU, hi, amount - 32), zero],
            (BinOp::ShrS, 32..) => [self.binary_const(BinOp::ShrS, hi, amount - 32), self.sign(hi)],
            _ => [self.funnel(lo, hi, amount), self.binary_const(op, hi, amount)],
        }
    }

    /// `low >> amount | high << (32 - amount)`, for amounts 1–31.
    fn funnel(&mut self, low: Value, high: Value, amount: u32) -> Value {
        let low = self.binary_const(BinOp::ShrU, low, amount);
        let high = self.binary_const(BinOp::Shl, high, 32 - amount);
        self.binary(BinOp::Or, low, high)
    }

    /// A shift by a variable amount, modulo 64. Of the three parts of the crossing word, those whose amount
    /// is negative or more than 31 vanish, since Arm shifts by the bottom byte.
    pub fn shift_long(&mut self, op: BinOp, a: Long, amount: Value) -> Long {
        if let Some(c) = self.constant(amount) {
            return self.shift_long_const(op, a, c & 63);
        }
        let amount = self.binary_const(BinOp::And, amount, 63);
        let thirty_two = self.int(32);
        let less = self.binary(BinOp::Sub, thirty_two, amount);
        let more = self.binary_const(BinOp::Add, amount, 32u32.wrapping_neg());
        let [lo, hi] = a;
        match op {
            BinOp::Shl => {
                let own = self.binary(op, hi, amount);
                let crossing = self.binary(BinOp::ShrU, lo, less);
                let far = self.binary(op, lo, more);
                let hi = self.binary(BinOp::Or, own, crossing);
                [self.binary(op, lo, amount), self.binary(BinOp::Or, hi, far)]
            }
            BinOp::ShrU => {
                let own = self.binary(op, lo, amount);
                let crossing = self.binary(BinOp::Shl, hi, less);
                let far = self.binary(op, hi, more);
                let lo = self.binary(BinOp::Or, own, crossing);
                [self.binary(BinOp::Or, lo, far), self.binary(op, hi, amount)]
            }
            BinOp::ShrS => {
                let own = self.binary(BinOp::ShrU, lo, amount);
                let crossing = self.binary(BinOp::Shl, hi, less);
                let near = self.binary(BinOp::Or, own, crossing);
                let far = self.binary(op, hi, more);
                // Shifted by a negative amount, the sign does not vanish.
                let is_far = self.compare_const(Cond::Hs, amount, 32);
                [self.select(is_far, far, near), self.binary(op, hi, amount)]
            }
            _ => unreachable!("{op:?} is no shift"),
        }
    }

    /// A rotation to the left by a variable amount, modulo 64.
    pub fn rotl_long(&mut self, [lo, hi]: Long, amount: Value) -> Long {
        if let Some(c) = self.constant(amount) {
            return self.shift_long_const(BinOp::Rotr, [lo, hi], c.wrapping_neg() & 63);
        }
        let swap = self.binary_const(BinOp::And, amount, 32);
        let near = self.binary_const(BinOp::And, amount, 31);
        let thirty_two = self.int(32);
        let less = self.binary(BinOp::Sub, thirty_two, near);
        let (a, b) = (self.select(swap, hi, lo), self.select(swap, lo, hi));
        let mut half = |own: Value, other: Value| {
            let own = self.binary(BinOp::Shl, own, near);
            let other = self.binary(BinOp::ShrU, other, less);
            self.binary(BinOp::Or, own, other)
        };
        [half(a, b), half(b, a)]
    }

    pub fn compare_long(&mut self, cond: Cond, a: Long, b: Long) -> Value {
        if let (Some(x), Some(y)) = (self.as_long_const(a), self.as_long_const(b)) {
            let high = (x >> 32) as u32 != (y >> 32) as u32;
            let unsigned = match cond {
                Cond::Lt => Cond::Lo,
                Cond::Le => Cond::Ls,
                Cond::Gt => Cond::Hi,
                Cond::Ge => Cond::Hs,
                other => other,
            };
            let answer = match cond {
                Cond::Eq => x == y,
                Cond::Ne => x != y,
                _ if high => cond.holds((x >> 32) as u32, (y >> 32) as u32),
                _ => unsigned.holds(x as u32, y as u32),
            };
            return self.int(u32::from(answer));
        }
        if matches!(cond, Cond::Eq | Cond::Ne) {
            let lo = self.binary(BinOp::Xor, a[0], b[0]);
            let hi = self.binary(BinOp::Xor, a[1], b[1]);
            let both = self.binary(BinOp::Or, lo, hi);
            return self.compare_const(cond, both, 0);
        }
        if self.as_long_const(a).is_some() {
            return self.compare_long(cond.swapped(), b, a);
        }
        self.compare_long_order(cond, a, b)
    }

    fn compare_long_order(&mut self, cond: Cond, a: Long, b: Long) -> Value {
        // The high words are equal: the low ones decide, unsigned.
        if a[1] == b[1] {
            let cond = match cond {
                Cond::Lt => Cond::Lo,
                Cond::Le => Cond::Ls,
                Cond::Gt => Cond::Hi,
                Cond::Ge => Cond::Hs,
                other => other,
            };
            return self.compare(cond, a[0], b[0]);
        }
        // `a > c` is `a >= c + 1`, and only `<` and `>=` can be read off a subtraction with borrow.
        if let Some(c) = self.as_long_const(b) {
            let (cond, past) = match cond {
                Cond::Gt if c != i64::MAX.cast_unsigned() => (Cond::Ge, c.wrapping_add(1)),
                Cond::Le if c != i64::MAX.cast_unsigned() => (Cond::Lt, c.wrapping_add(1)),
                Cond::Hi if c != u64::MAX => (Cond::Hs, c.wrapping_add(1)),
                Cond::Ls if c != u64::MAX => (Cond::Lo, c.wrapping_add(1)),
                other => (other, c),
            };
            match cond {
                Cond::Gt | Cond::Hi => return self.int(0),
                Cond::Le | Cond::Ls => return self.int(1),
                _ => {}
            }
            // Of a constant without low bits only the high word counts.
            if past as u32 == 0 {
                return self.compare_const(cond, a[1], (past >> 32) as u32);
            }
            let b = self.long_const(past);
            return self.pure(Op::CompareLong(cond), &[a[0], a[1], b[0], b[1]]);
        }
        match cond {
            Cond::Gt | Cond::Le | Cond::Hi | Cond::Ls => {
                self.pure(Op::CompareLong(cond.swapped()), &[b[0], b[1], a[0], a[1]])
            }
            _ => self.pure(Op::CompareLong(cond), &[a[0], a[1], b[0], b[1]]),
        }
    }

    /// Leading zeros of an i64, as its low word.
    pub fn clz_long(&mut self, [lo, hi]: Long) -> Value {
        let of_low = self.unary(UnOp::Clz, lo);
        let below = self.binary_const(BinOp::Add, of_low, 32);
        let of_high = self.unary(UnOp::Clz, hi);
        self.select(hi, of_high, below)
    }

    pub fn ctz(&mut self, value: Value) -> Value {
        let reversed = self.unary(UnOp::Rbit, value);
        self.unary(UnOp::Clz, reversed)
    }

    /// Trailing zeros of an i64, as its low word.
    pub fn ctz_long(&mut self, [lo, hi]: Long) -> Value {
        let of_high = self.ctz(hi);
        let above = self.binary_const(BinOp::Add, of_high, 32);
        let of_low = self.ctz(lo);
        self.select(lo, of_low, above)
    }

    /// How many bits are set in each byte of a word: sums of neighbours, twice.
    fn nibble_counts(&mut self, value: Value) -> Value {
        let shifted = self.binary_const(BinOp::ShrU, value, 1);
        let odd = self.binary_const(BinOp::And, shifted, 0x5555_5555);
        let pairs = self.binary(BinOp::Sub, value, odd);
        let shifted = self.binary_const(BinOp::ShrU, pairs, 2);
        let high = self.binary_const(BinOp::And, shifted, 0x3333_3333);
        let low = self.binary_const(BinOp::And, pairs, 0x3333_3333);
        self.binary(BinOp::Add, high, low)
    }

    pub fn popcnt(&mut self, value: Value) -> Value {
        let counts = self.nibble_counts(value);
        let shifted = self.binary_const(BinOp::ShrU, counts, 4);
        let sum = self.binary(BinOp::Add, counts, shifted);
        let bytes = self.binary_const(BinOp::And, sum, 0x0f0f_0f0f);
        let total = self.binary_const(BinOp::Mul, bytes, 0x0101_0101);
        self.binary_const(BinOp::ShrU, total, 24)
    }

    /// Set bits of an i64, as its low word.
    pub fn popcnt_long(&mut self, [lo, hi]: Long) -> Value {
        let (lo, hi) = (self.popcnt(lo), self.popcnt(hi));
        self.binary(BinOp::Add, lo, hi)
    }
}
