//! Immediates in both directions: exactly the values of a range make one, and what each encodes to decodes to it again.
//!
//! The decoders are the manual's (ARMv7-M ARM A5, A7.7), by format and not by the encoder's code.

use synth::emit::branches;
use synth::emit::encode::{Context, Encoding, encode};
use synth::emit::flags::Flags;
use synth::isa::{
    Addr, Cond, Const, Imm12, Imm16, Inst, Lsb, MemSize, Offset, Operand2, PairOffset, Reg, ShiftAmount, ShiftOp,
    ShortOffset, SplitLimit,
};

/// Where every flag is live, so that most encodings have 32 bits.
const LIVE: Context = Context { live: Flags::ALL, it: None };

/// A value of `low..=high` in steps, and nothing else from -70,000 to 70,000 or with a single bit, is one.
fn accepts(range: std::ops::RangeInclusive<i64>, step: i64, is_one: impl Fn(i64) -> bool) {
    let single = (0..32).map(|bit| 1 << bit);
    for value in (-70_000..=70_000).chain(single) {
        let expected = range.contains(&value) && value % step == 0;
        assert_eq!(is_one(value), expected, "{value}");
    }
}

fn unsigned<T>(new: impl Fn(u32) -> Option<T>) -> impl Fn(i64) -> bool {
    move |value| u32::try_from(value).ok().and_then(&new).is_some()
}

fn signed<T>(new: impl Fn(i32) -> Option<T>) -> impl Fn(i64) -> bool {
    move |value| i32::try_from(value).ok().and_then(&new).is_some()
}

#[test]
fn exactly_the_values_of_a_range_make_an_immediate() {
    accepts(0..=4095, 1, unsigned(Imm12::new));
    accepts(0..=65_535, 1, unsigned(Imm16::new));
    accepts(1..=31, 1, unsigned(ShiftAmount::new));
    accepts(0..=31, 1, unsigned(Lsb::new));
    accepts(-255..=4095, 1, signed(Offset::new));
    accepts(-255..=255, 1, signed(ShortOffset::new));
    accepts(-1020..=1020, 4, signed(PairOffset::new));
}

fn wide(inst: &Inst<Reg>) -> Option<u32> {
    match encode(inst, LIVE).encoding {
        Encoding::Wide(word) => Some(word),
        Encoding::Narrow(_) => None,
    }
}

/// `i:imm3:imm8`
fn split12(word: u32) -> u32 {
    (word >> 26 & 1) << 11 | (word >> 12 & 7) << 8 | word & 0xff
}

#[test]
fn plain_immediates_decode_to_themselves() {
    let (rd, rn) = (Reg::new(9), Reg::new(10));
    for value in 0..=4095 {
        let imm = Imm12::new(value).expect("in range");
        for sub in [false, true] {
            let word = wide(&Inst::AddWide { sub, rd, rn, imm }).expect("high registers");
            assert_eq!(split12(word), value);
        }
    }
    for value in 0..=65_535 {
        let imm = Imm16::new(value).expect("in range");
        let movt = wide(&Inst::Movt { rd, old: rd, imm }).expect("a wide form");
        assert_eq!((movt >> 16 & 15) << 12 | split12(movt), value);
        let constant = Inst::Const { rd, value: Const::Int(value) };
        let word = wide(&constant).expect("a high register");
        if word & 0xfbf0_8000 == 0xf240_0000 {
            assert_eq!((word >> 16 & 15) << 12 | split12(word), value);
        }
    }
}

#[test]
fn shifts_and_bit_fields_decode_to_themselves() {
    let (rd, rn) = (Reg::new(9), Reg::new(10));
    let ops = [ShiftOp::Lsl, ShiftOp::Lsr, ShiftOp::Asr, ShiftOp::Ror];
    for amount in 1..=31 {
        let imm = ShiftAmount::new(amount).expect("in range");
        for (number, op) in (0..).zip(ops) {
            let rhs = Operand2::Shifted(rn, op, imm);
            let s = false;
            let word = wide(&Inst::Mov { s, rd, rhs }).expect("high registers");
            assert_eq!((word >> 12 & 7) << 2 | word >> 6 & 3, amount);
            assert_eq!(word >> 4 & 3, number);
        }
    }
    for low in 0..32u8 {
        let lsb = Lsb::new(u32::from(low)).expect("in range");
        for width in 1..=32 - low {
            let old = rd;
            let clear = Inst::BitClear { rd, old, lsb, width };
            let word = wide(&clear).expect("a wide form");
            assert_eq!((word >> 12 & 7) << 2 | word >> 6 & 3, u32::from(low));
            assert_eq!(word & 31, u32::from(low + width - 1));
            let signed = false;
            let extract = Inst::BitExtract { signed, rd, rn, lsb, width };
            let word = wide(&extract).expect("a wide form");
            if word & 0xfff0_8020 == 0xf3c0_0000 {
                assert_eq!((word >> 12 & 7) << 2 | word >> 6 & 3, u32::from(low));
                assert_eq!(word & 31, u32::from(width - 1));
            }
        }
    }
}

/// The offset of a 32-bit load or store of one register.
fn single_offset(word: u32) -> i32 {
    if word >> 23 & 1 == 1 {
        return (word & 0xfff).cast_signed();
    }
    let distance = (word & 0xff).cast_signed();
    if word >> 9 & 1 == 1 { distance } else { -distance }
}

/// The offset of a 16-bit load or store, from its format.
fn narrow_offset(half: u16) -> i32 {
    let five = i32::from(half >> 6 & 31);
    match half >> 12 {
        6 => five * 4,
        7 => five,
        8 => five * 2,
        9 => i32::from(half & 0xff) * 4,
        format => panic!("no load or store with an immediate: {format}"),
    }
}

#[test]
fn offsets_decode_to_themselves() {
    let sizes = [MemSize::U8, MemSize::S8, MemSize::U16, MemSize::S16, MemSize::Word];
    for (rt, rn) in [(0, 1), (9, 10), (2, 13), (12, 13)] {
        let (rt, rn) = (Reg::new(rt), Reg::new(rn));
        for value in -255..=4095 {
            let offset = Offset::new(value).expect("in range");
            let addr = Addr::Offset(rn, offset);
            for size in sizes {
                for inst in [Inst::Load { size, rt, addr }, Inst::Store { size, rt, addr }] {
                    let decoded = match encode(&inst, LIVE).encoding {
                        Encoding::Wide(word) => single_offset(word),
                        Encoding::Narrow(half) => narrow_offset(half),
                    };
                    assert_eq!(decoded, value, "{inst}");
                }
            }
        }
    }
    let (rt, rt2, rn) = (Reg::new(3), Reg::new(9), Reg::new(10));
    for value in -255..=255 {
        let offset = ShortOffset::new(value).expect("in range");
        for (size, pre) in sizes.into_iter().flat_map(|size| [(size, false), (size, true)]) {
            let old = rn;
            let inst = Inst::LoadUpdate { size, pre, rt, rn, old, offset };
            assert_eq!(single_offset(wide(&inst).expect("a wide form")), value);
        }
    }
    for value in (-1020..=1020).step_by(4) {
        let offset = PairOffset::new(value).expect("in range");
        let inst = Inst::LoadPair { rt, rt2, rn, offset };
        let word = wide(&inst).expect("a wide form");
        let distance = (word & 0xff).cast_signed() * 4;
        let decoded = if word >> 23 & 1 == 1 { distance } else { -distance };
        assert_eq!(decoded, value);
    }
}

/// `bits` low bits as a two's complement number.
fn extended(value: u32, bits: u32) -> i32 {
    (value << (32 - bits)).cast_signed() >> (32 - bits)
}

#[test]
fn split_limits_decide_as_the_limit() {
    let mut split = 0;
    for pages in [1, 2, 3, 4, 5, 8, 16, 64] {
        for end in 1..600 {
            let limit = 0x1_0000 * pages - end;
            let Some(of) = SplitLimit::new(limit) else { continue };
            split += 1;
            assert_eq!(of.value(), limit);
            let (first, rest) = (of.first().value(), of.rest().value());
            assert!(first <= limit && limit - first <= limit / 16);
            for number in
                [0, 1, first - 1, first, first + 1, limit - 1, limit, limit + 1, limit + 2, u32::MAX - 1, u32::MAX]
            {
                let left = number.wrapping_sub(first);
                let passes = number > first && if of.is_exact() { left > rest } else { left >= rest };
                assert_eq!(passes, number > limit, "{number:#x} and {limit:#x}");
            }
        }
    }
    assert!(split > 2000, "{split}");
}

#[test]
fn branches_decode_to_their_offsets() {
    for offset in (-2048..=2046).step_by(2) {
        let Encoding::Narrow(half) = branches::branch(i32::cast_unsigned(offset)) else { panic!("a 16-bit form") };
        assert_eq!(extended(u32::from(half & 0x7ff) << 1, 12), offset);
    }
    for offset in (-256..=254).step_by(2) {
        let Encoding::Narrow(half) = branches::conditional(Cond::Gt, i32::cast_unsigned(offset)) else {
            panic!("a 16-bit form")
        };
        assert_eq!(extended(u32::from(half & 0xff) << 1, 9), offset);
    }
    for offset in (0..=126).step_by(2) {
        let Encoding::Narrow(half) = branches::compare_zero(true, Reg::R7, offset) else { panic!("a 16-bit form") };
        assert_eq!(u32::from(half >> 9 & 1) << 6 | u32::from(half >> 3 & 31) << 1, offset);
    }
    for offset in (-1_048_576..=1_048_574).step_by(2) {
        let encoding = branches::conditional_wide(Cond::Gt, i32::cast_unsigned(offset));
        let Encoding::Wide(word) = encoding else { panic!("a 32-bit form") };
        let (s, j1, j2) = (word >> 26 & 1, word >> 13 & 1, word >> 11 & 1);
        let bits = s << 20 | j2 << 19 | j1 << 18 | (word >> 16 & 0x3f) << 12 | (word & 0x7ff) << 1;
        assert_eq!(extended(bits, 21), offset);
    }
    for offset in (-16_777_216..=16_777_214).step_by(2) {
        let Encoding::Wide(word) = branches::branch_wide(i32::cast_unsigned(offset)) else { panic!("a 32-bit form") };
        let (s, j1, j2) = (word >> 26 & 1, word >> 13 & 1, word >> 11 & 1);
        let (i1, i2) = (!(j1 ^ s) & 1, !(j2 ^ s) & 1);
        let bits = s << 24 | i1 << 23 | i2 << 22 | (word >> 16 & 0x3ff) << 12 | (word & 0x7ff) << 1;
        assert_eq!(extended(bits, 25), offset);
    }
    for offset in -4095..=4095 {
        let encoding = branches::load_literal(true, Reg::R4, i32::cast_unsigned(offset));
        let Encoding::Wide(word) = encoding else { panic!("a 32-bit form") };
        let distance = (word & 0xfff).cast_signed();
        let up = word >> 23 & 1 == 1;
        assert_eq!(if up { distance } else { -distance }, offset);
    }
}
