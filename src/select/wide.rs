//! 128-bit arithmetic on four words, lowest first, and the full product of two i64.
//!
//! A product is built from the products of words with `MulAddAdd`, which is exact: the largest `a * b + c + d` is
//! 2^64 - 1 (ARMv7-M ARM A7.7.201, UMAAL).

use super::graph::Builder;
use super::ir::{BinOp, Op, Value};
use super::long::Long;

/// A 128-bit number: four words, the lowest first.
pub type Wide = [Value; 4];

impl Builder {
    fn as_wide_const(&self, wide: Wide) -> Option<u128> {
        wide.iter().rev().try_fold(0, |high, &word| Some(high << 32 | u128::from(self.constant(word)?)))
    }

    fn wide_const(&mut self, c: u128) -> Wide {
        [0, 32, 64, 96].map(|shift| self.int((c >> shift) as u32))
    }

    pub fn add_wide(&mut self, a: Wide, b: Wide) -> Wide {
        let (x, y) = (self.as_wide_const(a), self.as_wide_const(b));
        match (x, y) {
            (Some(x), Some(y)) => return self.wide_const(x.wrapping_add(y)),
            (Some(0), _) => return b,
            (_, Some(0)) => return a,
            _ => {}
        }
        let mut sum = self.wide(Op::AddWide, a, b);
        // A carry is all that comes into columns of zeros.
        if [a[2], a[3], b[2], b[3]].iter().all(|&word| self.constant(word) == Some(0)) {
            sum[3] = self.int(0);
        }
        sum
    }

    pub fn sub_wide(&mut self, a: Wide, b: Wide) -> Wide {
        let (x, y) = (self.as_wide_const(a), self.as_wide_const(b));
        match (x, y) {
            (Some(x), Some(y)) => self.wide_const(x.wrapping_sub(y)),
            (_, Some(0)) => a,
            _ if a == b => self.wide_const(0),
            _ => self.wide(Op::SubWide, a, b),
        }
    }

    fn wide(&mut self, op: Op, a: Wide, b: Wide) -> Wide {
        let low = self.pure(op, &[a, b].concat());
        [0, 1, 2, 3].map(|n| self.result(low, n))
    }

    /// `a * b + c + d` of unsigned words.
    pub fn mul_add_add(&mut self, a: Value, b: Value, c: Value, d: Value) -> Long {
        let zero = self.int(0);
        let is_zero = |value: Value| value == zero;
        if is_zero(a) || is_zero(b) {
            return self.add_long([c, zero], [d, zero]);
        }
        if self.constant(a).is_some() && self.constant(b).is_some() || is_zero(c) || is_zero(d) {
            let product = self.mul_words(false, a, b);
            let sum = self.add_long(product, [c, zero]);
            return self.add_long(sum, [d, zero]);
        }
        let low = self.pure(Op::MulAddAdd, &[a, b, c, d]);
        [low, self.result(low, 1)]
    }

    /// The product of two i64.
    pub fn mul_wide(&mut self, signed: bool, a: Long, b: Long) -> Wide {
        if signed && self.is_sign_extended(a) && self.is_sign_extended(b) {
            let [low, high] = self.mul_words(true, a[0], b[0]);
            let sign = self.sign(high);
            return [low, high, sign, sign];
        }
        let [first, carry] = self.mul_words(false, a[0], b[0]);
        let zero = self.int(0);
        // The second and third products share a column; the first sum of it has room for the carry alone.
        let [middle, upper] = self.mul_add_add(a[0], b[1], carry, zero);
        let [second, carry] = self.mul_add_add(a[1], b[0], middle, zero);
        let high = self.mul_add_add(a[1], b[1], upper, carry);
        if !signed {
            return [first, second, high[0], high[1]];
        }
        // As signed numbers they are less by 2^64 where they are negative.
        let high = self.less_where_negative(high, b, a[1]);
        let high = self.less_where_negative(high, a, b[1]);
        [first, second, high[0], high[1]]
    }

    /// `from - by` where the word `sign` is negative, else `from`.
    fn less_where_negative(&mut self, from: Long, by: Long, sign: Value) -> Long {
        let mask = self.sign(sign);
        let by = self.bitwise_long(BinOp::And, by, [mask, mask]);
        self.sub_long(from, by)
    }
}
