//! What is exact on the bits of floats (IEEE 754-2019, 3.4): one word of an f32, two of an f64.
//!
//! The order key of a float is a signed integer of its width that orders as floats do, with -0 just below +0, the NaNs
//! outside the infinities: the bits, those below the sign inverted where the sign is set. So a range of floats, which no
//! NaN lies in, is a range of keys.

use super::{Float, Integer, Relation};
use crate::isa::Cond;
use crate::select::build::Operand;
use crate::select::graph::Builder;
use crate::select::ir::{BinOp, Value};

impl Float {
    fn sign(self) -> u64 {
        match self {
            Float::F32 => 1 << 31,
            Float::F64 => 1 << 63,
        }
    }

    fn infinity(self) -> u64 {
        match self {
            Float::F32 => f32::INFINITY.to_bits().into(),
            Float::F64 => f64::INFINITY.to_bits(),
        }
    }

    /// The top bit of the fraction, as it is in the high word: set in quiet NaNs.
    fn quiet(self) -> u32 {
        match self {
            Float::F32 => 1 << 22,
            Float::F64 => 1 << 19,
        }
    }

    /// The order key of these bits, in their width.
    fn key(self, bits: u64) -> i64 {
        match self {
            Float::F32 => {
                let bits = (bits as u32).cast_signed();
                (bits ^ ((bits >> 31) & i32::MAX)).into()
            }
            Float::F64 => {
                let bits = bits.cast_signed();
                bits ^ ((bits >> 63) & i64::MAX)
            }
        }
    }

    /// The bits with this order key: the function is its own inverse.
    fn of_key(self, key: i64) -> u64 {
        let bits = self.key(key.cast_unsigned()).cast_unsigned();
        match self {
            Float::F32 => bits & u64::from(u32::MAX),
            Float::F64 => bits,
        }
    }

    /// The order keys of the infinities.
    fn least(self) -> i64 {
        self.key(self.infinity() | self.sign())
    }

    fn greatest(self) -> i64 {
        self.key(self.infinity())
    }

    /// Bits of the least and of the greatest float whose truncation is a number of the type.
    pub(super) fn limits(self, integer: Integer) -> (u64, u64) {
        let (least, width) = if integer.signed {
            (-((1u128 << (integer.bits - 1)) as f64), integer.bits - 1)
        } else {
            (0.0, integer.bits)
        };
        let past = (1u128 << width) as f64;
        match self {
            Float::F32 => {
                let (least, past) = (least as f32, past as f32);
                let below = least - 1.0;
                let first = if below == least { least } else { below.next_up() };
                (first.to_bits().into(), past.next_down().to_bits().into())
            }
            Float::F64 => {
                let below = least - 1.0;
                let first = if below == least { least } else { below.next_up() };
                (first.to_bits(), past.next_down().to_bits())
            }
        }
    }
}

impl Builder {
    pub(super) fn float_const(&mut self, float: Float, bits: u64) -> Operand {
        match float {
            Float::F32 => Operand::Word(self.int(bits as u32)),
            Float::F64 => Operand::Long(self.long_const(bits)),
        }
    }

    /// The bits of a constant.
    pub(super) fn float_bits(&self, a: Operand) -> Option<u64> {
        match a {
            Operand::Word(value) => self.constant(value).map(u64::from),
            Operand::Long(values) => self.as_long_const(values),
        }
    }

    fn float_binary_high(&mut self, op: BinOp, a: Operand, c: u32) -> Operand {
        match a {
            Operand::Word(value) => Operand::Word(self.binary_const(op, value, c)),
            Operand::Long([lo, hi]) => Operand::Long([lo, self.binary_const(op, hi, c)]),
        }
    }

    pub(super) fn float_abs(&mut self, a: Operand) -> Operand {
        self.float_binary_high(BinOp::And, a, u32::MAX >> 1)
    }

    pub(super) fn float_negate(&mut self, a: Operand) -> Operand {
        self.float_binary_high(BinOp::Xor, a, 1 << 31)
    }

    pub(super) fn float_copysign(&mut self, a: Operand, b: Operand) -> Operand {
        let (Operand::Word(of) | Operand::Long([_, of])) = b;
        let sign = self.binary_const(BinOp::And, of, 1 << 31);
        match self.float_abs(a) {
            Operand::Word(value) => Operand::Word(self.binary(BinOp::Or, value, sign)),
            Operand::Long([lo, hi]) => Operand::Long([lo, self.binary(BinOp::Or, hi, sign)]),
        }
    }

    fn select_operand(&mut self, cond: Value, a: Operand, b: Operand) -> Operand {
        match (a, b) {
            (Operand::Word(a), Operand::Word(b)) => Operand::Word(self.select(cond, a, b)),
            (Operand::Long(a), Operand::Long(b)) => {
                Operand::Long([self.select(cond, a[0], b[0]), self.select(cond, a[1], b[1])])
            }
            _ => unreachable!("both operands are of one type"),
        }
    }

    fn compare_operands(&mut self, cond: Cond, a: Operand, b: Operand) -> Value {
        match (a, b) {
            (Operand::Word(a), Operand::Word(b)) => self.compare(cond, a, b),
            (Operand::Long(a), Operand::Long(b)) => self.compare_long(cond, a, b),
            _ => unreachable!("both operands are of one type"),
        }
    }

    /// `a + c`, of the bits.
    fn add_operand(&mut self, float: Float, a: Operand, c: u64) -> Operand {
        match (a, self.float_const(float, c)) {
            (Operand::Word(a), Operand::Word(c)) => Operand::Word(self.binary(BinOp::Add, a, c)),
            (Operand::Long(a), Operand::Long(c)) => Operand::Long(self.add_long(a, c)),
            _ => unreachable!("a constant has its type's words"),
        }
    }

    /// The bits without the sign are past infinity's.
    pub(super) fn float_is_nan(&mut self, float: Float, a: Operand) -> Value {
        match a {
            // The shift folds into the comparison.
            Operand::Word(value) => {
                let shifted = self.binary_const(BinOp::Shl, value, 1);
                self.compare_const(Cond::Hi, shifted, (float.infinity() as u32) << 1)
            }
            Operand::Long(_) => {
                let magnitude = self.float_abs(a);
                let infinity = self.float_const(float, float.infinity());
                self.compare_operands(Cond::Hi, magnitude, infinity)
            }
        }
    }

    fn float_key(&mut self, a: Operand) -> Operand {
        let (Operand::Word(high) | Operand::Long([_, high])) = a;
        let sign = self.sign(high);
        let below = self.binary_const(BinOp::ShrU, sign, 1);
        match a {
            Operand::Word(value) => Operand::Word(self.binary(BinOp::Xor, value, below)),
            Operand::Long([lo, hi]) => {
                Operand::Long([self.binary(BinOp::Xor, lo, sign), self.binary(BinOp::Xor, hi, below)])
            }
        }
    }

    /// The greatest of two floats or the least, -0 being below +0; a NaN among them, made quiet, instead.
    ///
    /// Counted from the infinity that loses, all NaNs are unsigned numbers past the other infinity's: they win.
    pub(super) fn float_extreme(&mut self, float: Float, greatest: bool, a: Operand, b: Operand) -> Operand {
        let mut rank = |operand| {
            let key = self.float_key(operand);
            if greatest {
                return self.add_operand(float, key, float.least().wrapping_neg().cast_unsigned());
            }
            let infinity = self.float_const(float, float.infinity());
            match (infinity, key) {
                (Operand::Word(a), Operand::Word(b)) => Operand::Word(self.binary(BinOp::Sub, a, b)),
                (Operand::Long(a), Operand::Long(b)) => Operand::Long(self.sub_long(a, b)),
                _ => unreachable!("a constant has its type's words"),
            }
        };
        let (x, y) = (rank(a), rank(b));
        let wins = self.compare_operands(Cond::Hi, x, y);
        let winner = self.select_operand(wins, a, b);
        let is_nan = self.float_is_nan(float, winner);
        let quiet = self.float_binary_high(BinOp::Or, winner, float.quiet());
        self.select_operand(is_nan, quiet, winner)
    }

    /// A relation that is not `Ne` to the constant with these bits.
    pub(super) fn float_compare_const(&mut self, float: Float, relation: Relation, a: Operand, c: u64) -> Value {
        let magnitude = c & !float.sign();
        if magnitude > float.infinity() {
            return self.int(0);
        }
        // Both zeros are equal: the range has both or none.
        let is_zero = magnitude == 0;
        let (negative, positive) = if is_zero { (float.sign(), 0) } else { (c, c) };
        let (first, last) = match relation {
            Relation::Eq | Relation::Ne if is_zero => {
                let zero = self.float_const(float, 0);
                let magnitude = match a {
                    Operand::Word(value) => Operand::Word(self.binary_const(BinOp::Shl, value, 1)),
                    Operand::Long([lo, hi]) => Operand::Long([lo, self.binary_const(BinOp::Shl, hi, 1)]),
                };
                return self.compare_operands(Cond::Eq, magnitude, zero);
            }
            Relation::Eq | Relation::Ne => {
                let constant = self.float_const(float, c);
                return self.compare_operands(Cond::Eq, a, constant);
            }
            Relation::Lt => (float.least(), float.key(negative) - 1),
            Relation::Le => (float.least(), float.key(positive)),
            Relation::Gt => (float.key(positive) + 1, float.greatest()),
            Relation::Ge => (float.key(negative), float.greatest()),
        };
        if first > last {
            return self.int(0);
        }
        self.float_in_range(float, a, float.of_key(first), float.of_key(last))
    }

    /// Whether `a` is not below `first` and not above `last`, given as bits.
    pub(super) fn float_in_range(&mut self, float: Float, a: Operand, first: u64, last: u64) -> Value {
        // Floats of one sign are in order already, the negative ones backwards.
        let (value, start, length) = if first & float.sign() == 0 {
            (a, first, last - first)
        } else if last & float.sign() != 0 {
            (a, last, first - last)
        } else {
            let start = float.key(first);
            let length = float.key(last).wrapping_sub(start);
            (self.float_key(a), start.cast_unsigned(), length.cast_unsigned())
        };
        let distance = self.add_operand(float, value, start.wrapping_neg());
        let length = self.float_const(float, length);
        self.compare_operands(Cond::Ls, distance, length)
    }
}
