//! Emission of whole functions: every way out of every block leads where the function says.
//!
//! Random graphs of blocks, of sizes around the reach of each kind of branch. Each block starts with
//! its number, loaded from a literal pool, so that running the machine code on a few decoded
//! instructions tells which block control arrives at, and that its literal is the right one.

use std::collections::HashSet;
use synth::emit::{Code, EmitOptions, emit};
use synth::isa::{
    AluOp, BlockData, BlockId, Cond, Const, Edge, Func, Inst, Lsb, Operand2, Reg, Symbol, Term, TrapCode,
};
use synth::options::{Optimize, Trap};

/// xorshift64*
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let bits = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        bits as usize % bound
    }

    fn block(&mut self, count: usize) -> Edge<Reg> {
        Edge::to(BlockId::new(1 + self.below(count - 1)))
    }
}

/// The number of a block in r0, shared by some blocks.
fn marker(block: usize) -> u32 {
    spread(block)
}

/// Numbers far from any immediate and from each other, so that each takes a literal.
fn spread(n: usize) -> u32 {
    (n as u32).wrapping_mul(0xc2b2_ae35).wrapping_add(0x1234_5678)
}

/// The number that `spread` made this of.
fn gathered(spread: u32) -> usize {
    spread.wrapping_sub(0x1234_5678).wrapping_mul(0x7ed1_b41d) as usize
}

/// Where the numbers of fillers start.
const FILLERS: usize = 1_000_000;

/// `count` blocks with up to `padding` instructions each, tables of up to `entries`.
fn random_func(random: &mut Random, count: usize, padding: usize, entries: usize) -> Func<Reg> {
    let blocks = (0..count).map(|id| {
        let value = Const::Int(marker(id));
        let rd = Reg::R0;
        let mut insts = vec![Inst::Const { rd, value }];
        insts.extend((0..random.below(padding + 1)).map(|_| filler(random)));
        let next = || Edge::to(BlockId::new(id + 1));
        let term = match random.below(if id + 1 == count { 2 } else { 24 }) {
            0 => Term::Return { values: [(Reg::R0, Reg::R0)].into_iter().collect() },
            1 => Term::Trap(TrapCode::ALL[random.below(9)]),
            2 | 3 => Term::Jump(random.block(count)),
            4..=6 => Term::Jump(next()),
            7 | 8 if entries > 0 => {
                let targets = (0..1 + random.below(entries)).map(|_| random.block(count));
                let targets = targets.collect();
                let rn = Reg::new([0, 1, 5, 9][random.below(4)]);
                Term::Table { rn, targets }
            }
            9..=14 => Term::BranchZero {
                rn: Reg::new([1, 7, 10][random.below(3)]),
                zero: random.block(count),
                nonzero: next(),
            },
            15..=19 => Term::Branch { cond: Cond::ALL[random.below(14)], then: next(), otherwise: random.block(count) },
            _ => Term::Branch {
                cond: Cond::ALL[random.below(14)],
                then: random.block(count),
                otherwise: random.block(count),
            },
        };
        let cold = random.below(8) == 0;
        // In loops tests would be copied to the ways there, and decided.
        BlockData { params: Default::default(), insts, term, loop_depth: 0, cold }
    });
    Func::new(blocks.collect())
}

/// An instruction of two or four bytes that the machine below knows and has no use for.
fn filler(random: &mut Random) -> Inst<Reg> {
    let (rn, rm) = (Reg::new(2), Reg::new(3));
    match random.below(10) {
        9 => Inst::Const { rd: Reg::single(5), value: Const::Float(0x9abc_0000 + random.below(2000) as u32) },
        0 => Inst::Const { rd: rm, value: Const::Int(spread(FILLERS + random.below(2000))) },
        1..=4 => Inst::BitExtract { signed: false, rd: rn, rn: rm, lsb: Lsb::new(3).expect("a bit"), width: 4 },
        _ => Inst::Alu { op: AluOp::Add, s: false, rd: rn, rn, rhs: Operand2::Reg(rm) },
    }
}

/// What is assumed of the machine's state at the end of a block.
#[derive(Copy, Clone)]
struct Assumption {
    /// The condition that holds, for a block that ends in a branch on flags.
    cond: Option<Cond>,
    /// Whether the register of a branch on zero, or of a comparison with zero, is zero.
    zero: bool,
    /// The index of a table.
    index: usize,
}

#[derive(Copy, Clone, PartialEq, Eq, Debug)]
enum Arrival {
    Block(usize),
    Return,
    Trap(u8),
}

/// Steps through the code on the few instructions that matter here.
struct Machine<'a> {
    code: &'a Code,
    assumption: Assumption,
    /// Whether the flags come from a comparison with zero.
    compared: bool,
}

impl Machine<'_> {
    fn is_data(&self, at: usize) -> bool {
        let mapping = &self.code.mapping;
        let before = mapping.partition_point(|entry| entry.0 as usize <= at);
        mapping[before - 1].1
    }

    fn half(&self, at: usize) -> u32 {
        let bytes = &self.code.bytes;
        u32::from(u16::from_le_bytes([bytes[at], bytes[at + 1]]))
    }

    fn word(&self, at: usize) -> u32 {
        assert!(self.is_data(at) && at.is_multiple_of(4), "a literal at {at:#x}");
        self.half(at) | self.half(at + 2) << 16
    }

    fn holds(&self, bits: u32) -> bool {
        let cond = Cond::ALL[bits as usize];
        if self.compared {
            return (cond == Cond::Eq) == self.assumption.zero;
        }
        let holding = self.assumption.cond.expect("a branch on flags");
        assert!(cond == holding || cond == holding.inverse());
        cond == holding
    }

    /// Runs from `at` to the start of a block, or out of the function; the position after it.
    fn run(&mut self, mut at: usize) -> (Arrival, usize) {
        loop {
            assert!(!self.is_data(at), "execution of data at {at:#x}");
            let half = self.half(at);
            if half >> 11 < 0b11101 {
                match self.narrow(at, half) {
                    Ok(next) => at = next,
                    Err(arrival) => return (arrival, at + 2),
                }
            } else {
                match self.wide(at, half << 16 | self.half(at + 2)) {
                    Ok(next) => at = next,
                    Err(arrival) => return (arrival, at + 4),
                }
            }
        }
    }

    fn marker(&self, literal: usize) -> Arrival {
        Arrival::Block(gathered(self.word(literal)))
    }

    /// A literal of the filler.
    fn other_literal(&self, at: usize) {
        assert!((FILLERS..FILLERS + 2000).contains(&gathered(self.word(at))));
    }

    fn narrow(&mut self, at: usize, half: u32) -> Result<usize, Arrival> {
        let branch = |offset: i32| (at as i32 + 4 + offset) as usize;
        match half {
            0x4770 => Err(Arrival::Return),
            0xde00..0xdf00 => Err(Arrival::Trap(half as u8)),
            0x4800..0x4900 => {
                let base = (at + 4) & !3;
                Err(self.marker(base + 4 * (half as usize & 0xff)))
            }
            0x4b00..0x4c00 => {
                self.other_literal(((at + 4) & !3) + 4 * (half as usize & 0xff));
                Ok(at + 2)
            }
            0x2800..0x3000 => {
                assert_eq!(half & 0xff, 0);
                self.compared = true;
                Ok(at + 2)
            }
            0xd000..0xde00 => {
                let offset = i32::from(half as u8 as i8) * 2;
                let next = at + 2;
                Ok(if self.holds(half >> 8 & 15) { branch(offset) } else { next })
            }
            0xe000..0xe800 => Ok(branch((half << 21) as i32 >> 20)),
            0xb100..0xb400 | 0xb900..0xbc00 if half & 0x500 == 0x100 => {
                let offset = (half >> 9 & 1) << 6 | (half >> 3 & 31) << 1;
                let nonzero = half & 0x800 != 0;
                let next = at + 2;
                Ok(if nonzero != self.assumption.zero { branch(offset as i32) } else { next })
            }
            0xb403 | 0xb40c => Ok(self.word_table(at)),
            // The filler, and padding.
            0x441a | 0x18d2 | 0xbf00 => Ok(at + 2),
            _ => panic!("unexpected instruction {half:#x} at {at:#x}"),
        }
    }

    fn wide(&mut self, at: usize, word: u32) -> Result<usize, Arrival> {
        let branch = |offset: i32| (at as i32 + 4 + offset) as usize;
        let index = self.assumption.index;
        let sign = (word >> 26 & 1) << 31;
        match word {
            // cmp.w rn, #0
            _ if word & 0xfff0_ffff == 0xf1b0_0f00 => {
                self.compared = true;
                Ok(at + 4)
            }
            // ldr.w, literal
            _ if word & 0xff7f_0000 == 0xf85f_0000 => {
                let base = (at + 4) & !3;
                let distance = word as usize & 0xfff;
                let up = word & 0x0080_0000 != 0;
                let literal = if up { base + distance } else { base - distance };
                if word & 0xf000 == 0 {
                    return Err(self.marker(literal));
                }
                self.other_literal(literal);
                Ok(at + 4)
            }
            // vldr s5, literal, which only reaches 1020 bytes
            _ if word & 0xff7f_ff00 == 0xed5f_2a00 => {
                let base = (at + 4) & !3;
                let distance = 4 * (word as usize & 0xff);
                let up = word & 0x0080_0000 != 0;
                assert_eq!(self.word(if up { base + distance } else { base - distance }) >> 16, 0x9abc);
                Ok(at + 4)
            }
            _ if word & 0xffff_fff0 == 0xe8df_f000 => {
                assert!(self.is_data(at + 4));
                Ok(at + 4 + 2 * usize::from(self.code.bytes[at + 4 + index]))
            }
            _ if word & 0xffff_fff0 == 0xe8df_f010 => {
                assert!(self.is_data(at + 4));
                Ok(at + 4 + 2 * self.half(at + 4 + 2 * index) as usize)
            }
            // B, T4
            _ if word & 0xf800_d000 == 0xf000_9000 => {
                let j1 = (!(word >> 13) ^ word >> 26) & 1;
                let j2 = (!(word >> 11) ^ word >> 26) & 1;
                let offset = j1 << 23 | j2 << 22 | (word >> 16 & 0x3ff) << 12;
                let offset = offset | (word & 0x7ff) << 1;
                Ok(branch(((sign as i32) >> 7) | offset as i32))
            }
            // B, T3
            _ if word & 0xf800_d000 == 0xf000_8000 => {
                let (j1, j2) = (word >> 13 & 1, word >> 11 & 1);
                let offset = j2 << 19 | j1 << 18 | (word >> 16 & 0x3f) << 12;
                let offset = offset | (word & 0x7ff) << 1;
                let next = at + 4;
                let taken = branch(((sign as i32) >> 11) | offset as i32);
                Ok(if self.holds(word >> 22 & 15) { taken } else { next })
            }
            // The filler.
            0xf3c3_02c3 => Ok(at + 4),
            _ => panic!("unexpected instruction {word:#x} at {at:#x}"),
        }
    }

    /// push, adr, ldr.w, add, str, pop: where POP goes.
    fn word_table(&self, at: usize) -> usize {
        let adr = self.half(at + 2);
        let table = ((at + 6) & !3) + 4 * (adr as usize & 0xff);
        let distance = self.word(table + 4 * self.assumption.index);
        assert_eq!(distance & 1, 1, "an address for POP has the Thumb bit");
        ((at + 12) as u32).wrapping_add(distance & !1) as usize
    }
}

fn options() -> EmitOptions<'static> {
    EmitOptions { trap: Trap::Udf, optimize: Optimize::Speed, identity: None, names: None }
}

/// Follows every way out of every block that can be reached.
fn check(func: &Func<Reg>) -> Code {
    let code = emit(func.clone(), &options()).expect("within the limit");
    let mut found = HashSet::new();
    let run = |at, assumption| {
        let mut machine = Machine { code: &code, assumption, compared: false };
        machine.run(at)
    };
    let neutral = Assumption { cond: None, zero: false, index: 0 };
    let (start, position) = run(code.entry as usize, neutral);
    assert_eq!(start, Arrival::Block(0));
    let mut work = vec![(0, position)];
    found.insert(0);
    while let Some((id, position)) = work.pop() {
        let mut expect = |assumption, expected: Arrival| {
            let (arrival, position) = run(position, assumption);
            assert_eq!(arrival, expected, "from block {id}");
            if let Arrival::Block(next) = arrival
                && found.insert(next)
            {
                work.push((next, position));
            }
        };
        let to = |edge: &Edge<Reg>| Arrival::Block(edge.target.index());
        match &func.blocks[id].term {
            Term::Jump(edge) => expect(neutral, to(edge)),
            Term::Branch { cond, then, otherwise } => {
                for (cond, edge) in [(*cond, then), (cond.inverse(), otherwise)] {
                    let cond = Some(cond);
                    expect(Assumption { cond, ..neutral }, to(edge));
                }
            }
            Term::BranchZero { zero, nonzero, .. } => {
                for (zero, edge) in [(true, zero), (false, nonzero)] {
                    expect(Assumption { zero, ..neutral }, to(edge));
                }
            }
            Term::Table { targets, .. } => {
                for (index, edge) in targets.iter().enumerate() {
                    expect(Assumption { index, ..neutral }, to(edge));
                }
            }
            Term::Return { .. } => expect(neutral, Arrival::Return),
            Term::Trap(code) => expect(neutral, Arrival::Trap(code.number())),
            Term::TailCall(_) => unreachable!("not generated"),
        }
    }
    code
}

fn check_many(seed: u64, runs: usize, count: usize, padding: usize, entries: usize) {
    let mut random = Random(seed);
    for _ in 0..runs {
        let count = 2 + random.below(count);
        let padding = random.below(padding + 1);
        check(&random_func(&mut random, count, padding, entries));
    }
}

#[test]
fn small_functions_go_where_they_should() {
    check_many(1, 3000, 20, 6, 5);
}

#[test]
fn branches_around_the_reach_of_short_forms() {
    check_many(2, 300, 60, 60, 10);
    check_many(3, 30, 400, 20, 300);
}

#[test]
fn pools_stay_in_reach_in_long_functions() {
    check_many(4, 4, 2000, 60, 0);
    let mut random = Random(5);
    let without_gaps = |random: &mut Random| random_func(random, 2, 30_000, 0);
    for _ in 0..4 {
        let func = without_gaps(&mut random);
        check(&func);
    }
}

#[test]
fn branches_beyond_a_megabyte() {
    let mut random = Random(6);
    let code = check(&random_func(&mut random, 2000, 1400, 20));
    assert!(code.bytes.len() > 5 << 19, "{}", code.bytes.len());
}

#[test]
fn tables_of_every_width() {
    let mut random = Random(7);
    for (count, entries) in [(40, 2000), (2000, 40_000), (20_000, 80_000), (30, 1_000_000)] {
        let mut func = random_func(&mut random, count, 1, 3);
        let targets = (0..entries).map(|_| random.block(count)).collect();
        let rn = Reg::new(1);
        func.blocks[0].term = Term::Table { rn, targets };
        let code = check(&func);
        assert!(code.bytes.len() >= entries);
    }
}

#[test]
fn an_identity_stands_before_the_entry() {
    let func = random_func(&mut Random(8), 5, 3, 0);
    for identity in [Const::Int(0x1122_3344), Const::Address(Symbol::Signature(3), 0)] {
        let identity = Some(identity);
        let code = emit(func.clone(), &EmitOptions { identity, ..options() }).expect("small");
        assert_eq!((code.entry, code.align), (4, 4));
        assert_eq!(code.mapping[..2], [(0, true), (4, false)]);
        match identity {
            Some(Const::Int(_)) => assert_eq!(code.bytes[..4], [0x44, 0x33, 0x22, 0x11]),
            _ => assert_eq!(code.relocs[0].symbol, Symbol::Signature(3)),
        }
    }
}
