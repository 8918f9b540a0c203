//! Immediates as types: each has a private field and one door, so that an operand that the
//! instruction cannot hold cannot be built.

/// A Thumb-2 modified immediate (ARMv7-M ARM A5.3.2): a byte, a byte repeated by one of three
/// patterns, or eight bits with the top one set rotated to any place.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub struct ModImm(u32);

impl ModImm {
    pub fn new(value: u32) -> Option<ModImm> {
        let byte = value & 0xff;
        let repeated = value == byte
            || value == byte << 16 | byte
            || value == byte << 24 | byte << 16 | byte << 8 | byte
            || value == (value & 0xff00) << 16 | (value & 0xff00);
        // A rotated byte is eight bits from its top set bit, not wrapping around bit 0.
        let top = value.leading_zeros();
        let rotated = top < 24 && value << top << 8 == 0;
        (repeated || rotated).then_some(ModImm(value))
    }

    pub fn value(self) -> u32 {
        self.0
    }

    /// The twelve bits `i:imm3:imm8` of the encoding.
    pub fn bits(self) -> u32 {
        let value = self.0;
        let low = value & 0xff;
        let high = value >> 8 & 0xff;
        if value == low {
            low
        } else if value == low << 16 | low {
            0x100 | low
        } else if value == high << 24 | high << 8 {
            0x200 | high
        } else if value == low << 24 | low << 16 | low << 8 | low {
            0x300 | low
        } else {
            let rotation = 8 + value.leading_zeros();
            rotation << 7 | (value >> (32 - rotation)) & 0x7f
        }
    }
}

/// A limit that is no immediate of a comparison, as the sum of two: what is not above the first is not above the limit, and for
/// the few numbers in between the second decides.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub struct SplitLimit {
    first: ModImm,
    rest: ModImm,
    /// Whether the sum is the limit, or the least number above it.
    exact: bool,
}

impl SplitLimit {
    pub fn new(limit: u32) -> Option<SplitLimit> {
        // Five bits leave at most a sixteenth of the numbers below to the second comparison.
        let split = |sum: u32, exact: bool| {
            (5..=8).rev().find_map(|bits: u32| {
                let low = (32 - sum.leading_zeros()).checked_sub(bits)?;
                let first = Some(sum >> low << low).filter(|&first| exact || first < sum)?;
                let (first, rest) = (ModImm::new(first)?, ModImm::new(sum - first)?);
                Some(SplitLimit { first, rest, exact })
            })
        };
        split(limit, true).or_else(|| split(limit.checked_add(1)?, false))
    }

    /// No number up to this one is above the limit.
    pub fn first(self) -> ModImm {
        self.first
    }

    /// What a number is compared with that is above the first and has lost it.
    pub fn rest(self) -> ModImm {
        self.rest
    }

    /// Whether what is equal to the rest is not above the limit.
    pub fn is_exact(self) -> bool {
        self.exact
    }

    pub fn value(self) -> u32 {
        self.first.0 + self.rest.0 - u32::from(!self.exact)
    }
}

/// The immediate of VMOV (ARMv7-M ARM A6.4.1): a sign, three bits of exponent around 0 and four of fraction.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub struct FloatImm(u32);

impl FloatImm {
    /// The immediate for the float with these bits.
    pub fn new(bits: u32) -> Option<FloatImm> {
        let exponent = bits >> 25 & 0x3f;
        (bits & 0x7_ffff == 0 && (exponent == 0x20 || exponent == 0x1f)).then_some(FloatImm(bits))
    }

    /// The bits of the float.
    pub fn value(self) -> u32 {
        self.0
    }

    /// The eight bits `abcdefgh` of the encoding.
    pub fn bits(self) -> u32 {
        (self.0 >> 31) << 7 | (self.0 >> 29 & 1) << 6 | self.0 >> 19 & 0x3f
    }
}

macro_rules! ranged {
    ($(#[$doc:meta])* $name:ident: $int:ty, $range:expr $(, multiples of $step:literal)?) => {
        $(#[$doc])*
        #[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
        pub struct $name($int);

        impl $name {
            pub fn new(value: $int) -> Option<$name> {
                ($range.contains(&value) $(&& value % $step == 0)?).then_some($name(value))
            }

            pub fn value(self) -> $int {
                self.0
            }
        }
    };
}

ranged!(
    /// The plain immediate of ADDW and SUBW.
    Imm12: u32, 0..=4095
);
ranged!(
    /// The immediate of MOVW and MOVT.
    Imm16: u32, 0..=65535
);
ranged!(
    /// A constant shift of an operand. LSL and ROR take 1–31; 32 is for LSR and ASR alone and is
    /// never needed: wasm masks its amounts.
    ShiftAmount: u32, 1..=31
);
ranged!(
    /// The lowest bit of a bit field.
    Lsb: u32, 0..=31
);
ranged!(
    /// The offset of a single load or store: twelve bits up, eight bits down.
    Offset: i32, -255..=4095
);
ranged!(
    /// The offset of a pre- or post-indexed load or store.
    ShortOffset: i32, -255..=255
);
ranged!(
    /// The offset of LDRD and STRD, VLDR and VSTR.
    PairOffset: i32, -1020..=1020, multiples of 4
);
ranged!(
    /// An offset from sp in words, as bytes.
    WordOffset: u32, 0..=u32::MAX, multiples of 4
);

#[cfg(test)]
mod tests {
    use super::*;

    /// ThumbExpandImm of ARMv7-M ARM A5.3.2.
    fn expand(bits: u32) -> Option<u32> {
        let byte = bits & 0xff;
        match bits >> 8 {
            0 => Some(byte),
            1 => (byte != 0).then_some(byte << 16 | byte),
            2 => (byte != 0).then_some(byte << 24 | byte << 8),
            3 => (byte != 0).then_some(byte << 24 | byte << 16 | byte << 8 | byte),
            _ => Some((0x80 | bits & 0x7f).rotate_right(bits >> 7)),
        }
    }

    #[test]
    fn every_modified_immediate_goes_both_ways() {
        for bits in 0..4096 {
            let Some(value) = expand(bits) else { continue };
            let imm = ModImm::new(value).expect("an expanded immediate is representable");
            assert_eq!(expand(imm.bits()), Some(value), "{value:#x}");
        }
    }

    #[test]
    fn nothing_else_is_a_modified_immediate() {
        let all: std::collections::HashSet<u32> = (0..4096).filter_map(expand).collect();
        let near = all.iter().flat_map(|&v| (0..32).map(move |bit| v ^ 1 << bit));
        for value in near.chain(0..70_000) {
            assert_eq!(ModImm::new(value).is_some(), all.contains(&value), "{value:#x}");
        }
    }

    /// VFPExpandImm of ARMv7-M ARM A6.4.1.
    fn expand_float(imm: u32) -> u32 {
        let b = imm >> 6 & 1;
        let exponent = (1 - b) << 7 | (if b == 1 { 0x1f } else { 0 }) << 2 | imm >> 4 & 3;
        (imm >> 7) << 31 | exponent << 23 | (imm & 15) << 19
    }

    #[test]
    fn float_immediates_go_both_ways_and_nothing_else_is_one() {
        let all: Vec<u32> = (0..256).map(expand_float).collect();
        for (imm, &value) in (0..).zip(&all) {
            assert_eq!(FloatImm::new(value).map(FloatImm::bits), Some(imm), "{value:#x}");
            for near in (0..32).map(|bit| value ^ 1 << bit) {
                assert_eq!(FloatImm::new(near).is_some(), all.contains(&near), "{near:#x}");
            }
        }
        assert_eq!(FloatImm::new(0), None);
        assert!(FloatImm::new(1f32.to_bits()).is_some() && FloatImm::new((-31f32).to_bits()).is_some());
    }

    #[test]
    fn ranges_end_where_the_manual_says() {
        assert!(Offset::new(4095).is_some() && Offset::new(4096).is_none());
        assert!(Offset::new(-255).is_some() && Offset::new(-256).is_none());
        assert!(PairOffset::new(1020).is_some() && PairOffset::new(1022).is_none());
        assert!(PairOffset::new(-1020).is_some() && PairOffset::new(1024).is_none());
        assert!(ShiftAmount::new(0).is_none() && ShiftAmount::new(32).is_none());
        assert!(ShortOffset::new(256).is_none() && Imm16::new(65536).is_none());
    }
}
