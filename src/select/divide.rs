//! Division by constants as multiplication by reciprocals (Granlund and Montgomery, "Division by Invariant Integers using
//! Multiplication", 1994).
//!
//! With m = ⌈2^(32+s) / d⌉ and e = m·d - 2^(32+s), the high word of m·n, shifted right by s, is ⌊n / d⌋ as long as
//! e·n < 2^(32+s).

use super::graph::Builder;
use super::ir::{BinOp, Value};
use super::known::below;

/// A reciprocal: the multiplier, which may need 33 bits, and the shift.
fn reciprocal(divisor: u32, largest: u32) -> Option<(u64, u32)> {
    (0..32).find_map(|shift| {
        let power = 1u128 << (32 + shift);
        let multiplier = power.div_ceil(u128::from(divisor));
        let error = multiplier * u128::from(divisor) - power;
        let exact = error * u128::from(largest) < power;
        (exact && multiplier < 1 << 33).then_some((multiplier as u64, shift))
    })
}

impl Builder {
    /// `a / c` without a division, `c` neither 0 nor a power of two; `None` where that takes more than some instructions.
    pub fn divide_unsigned(&mut self, a: Value, c: u32) -> Option<Value> {
        let (multiplier, shift) = reciprocal(c, below(self.bits(a)))?;
        let Ok(multiplier) = u32::try_from(multiplier) else {
            return None;
        };
        let multiplier = self.int(multiplier);
        let [_, high] = self.mul_words(false, a, multiplier);
        Some(self.binary_const(BinOp::ShrU, high, shift))
    }

    /// The same of signed numbers, rounded towards zero; |c| is no power of two.
    pub fn divide_signed(&mut self, a: Value, c: i32) -> Option<Value> {
        let (multiplier, shift) = reciprocal(c.unsigned_abs(), 1 << 31)?;
        let multiplier = u32::try_from(multiplier).ok()?;
        let factor = self.int(multiplier);
        let [_, mut quotient] = self.mul_words(true, a, factor);
        if multiplier >> 31 == 1 {
            // It was taken for the number less 2^32.
            quotient = self.binary(BinOp::Add, quotient, a);
        }
        quotient = self.binary_const(BinOp::ShrS, quotient, shift);
        // What was rounded down is rounded up: one more for negative numbers.
        let negative = self.binary_const(BinOp::ShrU, a, 31);
        quotient = self.binary(BinOp::Add, quotient, negative);
        Some(match c < 0 {
            true => {
                let zero = self.int(0);
                self.binary(BinOp::Sub, zero, quotient)
            }
            false => quotient,
        })
    }

    /// `a / 2^exponent` of a signed number, rounded towards zero.
    pub fn divide_by_power(&mut self, a: Value, exponent: u32) -> Value {
        let signs = self.binary_const(BinOp::ShrS, a, 31);
        let correction = self.binary_const(BinOp::ShrU, signs, 32 - exponent);
        let corrected = self.binary(BinOp::Add, a, correction);
        self.binary_const(BinOp::ShrS, corrected, exponent)
    }
}

#[cfg(test)]
mod tests {
    use super::reciprocal;

    #[test]
    fn reciprocals_divide() {
        for divisor in (3..2000).chain([0x7fff_ffff, 0x8000_0001, 0xffff_ffff, 1_000_000_007]) {
            for largest in [0xff, 0xffff, 1 << 31, u32::MAX] {
                let (multiplier, shift) = reciprocal(divisor, largest).expect("there is one of 33 bits");
                let edges = [0, 1, largest / divisor, largest / divisor + 1, largest / divisor / 2];
                let numbers = edges.map(|n| n.saturating_mul(divisor)).into_iter();
                for n in numbers.flat_map(|n| [n.saturating_sub(1), n, n + u32::from(n < u32::MAX)]).chain([largest]) {
                    let n = n.min(largest);
                    let product = u128::from(multiplier) * u128::from(n);
                    assert_eq!((product >> (32 + shift)) as u32, n / divisor, "{n} / {divisor}");
                }
            }
        }
    }
}
