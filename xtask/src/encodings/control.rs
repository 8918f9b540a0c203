//! Lines for what `Inst` has no variant for: branches, literals, PUSH and POP, IT blocks.

use synth::emit::branches;
use synth::emit::encode::{self, Context};
use synth::emit::flags::Flags;
use synth::isa::print;
use synth::isa::{Cond, Inst, Operand2, Reg, RegSet};

use super::{Lines, add};

pub fn lines() -> Lines {
    let mut lines = Lines::new();
    register_lists(&mut lines);
    registers(&mut lines);
    it_blocks(&mut lines);
    branch_offsets(&mut lines);
    literals(&mut lines);
    lines
}

/// Each register alone, all low ones, all, with lr or pc and without.
fn register_lists(lines: &mut Lines) {
    let single = (0..13).map(|index| 1 << index);
    let sets = single.chain([0x03, 0x0f, 0xf0, 0xff, 0x181, 0xff0, 0x1ff0, 0x1fff]);
    for bits in sets {
        for (name, link) in [("push", 1 << 14), ("pop", 1 << 15), ("pop", 1 << 14)] {
            for bits in [bits, bits | link] {
                let regs = RegSet::from_bits(bits);
                let encoding = match name {
                    "push" => encode::push(regs),
                    _ => encode::pop(regs),
                };
                let line = print::list(name, encoding.is_wide(), regs);
                add(lines, line, &[encoding]);
            }
        }
    }
}

fn registers(lines: &mut Lines) {
    for index in (0..13).chain([14]) {
        let rm = Reg::new(index);
        add(lines, format!("bx {rm}"), &[encode::bx(rm)]);
        add(lines, format!("blx {rm}"), &[encode::blx(rm)]);
        add(lines, format!("tbb [pc, {rm}]"), &[branches::table(true, rm)]);
        let line = format!("tbh [pc, {rm}, lsl #1]");
        add(lines, line, &[branches::table(false, rm)]);
    }
    for number in 0..=u8::MAX {
        add(lines, format!("udf #{number}"), &[encode::udf(number)]);
    }
}

/// Every condition with every pattern of one to four slots.
fn it_blocks(lines: &mut Lines) {
    for cond in Cond::ALL {
        for pattern in 0..15u32 {
            // 0; 1x; 2x; 3x: as many further slots as the pattern has digits behind its leading one.
            let digits = (pattern + 1).ilog2();
            let same: Vec<bool> = (0..digits).map(|n| (pattern + 1) >> n & 1 == 1).collect();
            let letters = same.iter().map(|&same| if same { 't' } else { 'e' });
            let letters: String = letters.collect();
            let mut line = format!("it{letters} {cond}");
            let mut encodings = vec![encode::it(cond, &same)];
            for slot in [true].iter().chain(&same) {
                let it = Some(if *slot { cond } else { cond.inverse() });
                let live = Flags::ALL;
                let context = Context { live, it };
                let (s, rd, rhs) = (false, Reg::R1, Operand2::Reg(Reg::R2));
                let form = encode::encode(&Inst::Mov { s, rd, rhs }, context);
                line += "; ";
                line += &form.text(context, &|_| unreachable!("no operand is a symbol"));
                encodings.push(form.encoding);
            }
            add(lines, line, &encodings);
        }
    }
}

/// Every power of two and its neighbours within a range, and its ends.
fn offsets(range: std::ops::RangeInclusive<i32>, step: i32) -> Vec<i32> {
    let powers = (0..26).map(|bit| 1 << bit);
    let around = powers.flat_map(|power: i32| [power - step, power, power + step, power / 2 * 3]);
    let signed = around.flat_map(|offset| [offset, -offset]);
    let ends = [*range.start(), *range.end(), 0];
    let mut all: Vec<i32> = signed.chain(ends).collect();
    all.retain(|offset| offset % step == 0 && range.contains(offset));
    all.sort_unstable();
    all.dedup();
    all
}

/// A place by its distance from the program counter, which is 4 ahead.
fn place(offset: i32) -> String {
    format!(". {} {}", if offset < -4 { '-' } else { '+' }, (offset + 4).abs())
}

fn branch_offsets(lines: &mut Lines) {
    for offset in offsets(-2048..=2046, 2) {
        let encoding = branches::branch(offset.cast_unsigned());
        add(lines, format!("b {}", place(offset)), &[encoding]);
    }
    for offset in offsets(-16_777_216..=16_777_214, 2) {
        let encoding = branches::branch_wide(offset.cast_unsigned());
        add(lines, format!("b.w {}", place(offset)), &[encoding]);
    }
    for cond in Cond::ALL {
        for offset in offsets(-256..=254, 2) {
            let encoding = branches::conditional(cond, offset.cast_unsigned());
            add(lines, format!("b{cond} {}", place(offset)), &[encoding]);
        }
        for offset in offsets(-1_048_576..=1_048_574, 2) {
            let encoding = branches::conditional_wide(cond, offset.cast_unsigned());
            add(lines, format!("b{cond}.w {}", place(offset)), &[encoding]);
        }
    }
    for index in 0..8 {
        for offset in offsets(0..=126, 2) {
            for (nonzero, name) in [(false, "cbz"), (true, "cbnz")] {
                let rn = Reg::new(index);
                let encoding = branches::compare_zero(nonzero, rn, offset.cast_unsigned());
                add(lines, format!("{name} {rn}, {}", place(offset)), &[encoding]);
            }
        }
    }
}

fn literals(lines: &mut Lines) {
    for index in (0..13).chain([14]) {
        let rd = Reg::new(index);
        for offset in offsets(0..=1020, 4).into_iter().filter(|_| rd.is_low()) {
            let encoding = branches::load_literal(false, rd, offset.cast_unsigned());
            add(lines, format!("ldr {rd}, [pc, #{offset}]"), &[encoding]);
            let encoding = branches::address(rd, offset.cast_unsigned());
            add(lines, format!("adr {rd}, {}", place(offset)), &[encoding]);
        }
        for offset in offsets(-4095..=4095, 1) {
            let encoding = branches::load_literal(true, rd, offset.cast_unsigned());
            add(lines, format!("ldr.w {rd}, [pc, #{offset}]"), &[encoding]);
        }
    }
}
