//! Blocks compute the same before and after their comparisons are rewritten, and in the forms that
//! the encoder chooses.
//!
//! Random blocks are interpreted on random registers three times: as they are, rewritten, and with
//! the flags that the chosen encodings set. A block reads flags only where they are defined.

use synth::emit::encode::{Context, encode};
use synth::emit::flags::{Flags, refine};
use synth::isa::{AluOp, BlockId, Cond, Edge, Inst, ModImm, Operand2, Reg, ShiftOp, Term, TestOp, TrapCode};

/// xorshift64*
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u32) -> u32 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as u32 % bound
    }

    fn pick<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len() as u32) as usize]
    }

    /// Few registers, so that definitions meet their tests; one of them high.
    fn reg(&mut self) -> Reg {
        Reg::new(self.pick(&[0, 1, 2, 9]))
    }

    fn word(&mut self) -> u32 {
        let any = self.below(1 << 31) << 1 | self.below(2);
        self.pick(&[0, 1, 2, 0x7fff_ffff, 0x8000_0000, u32::MAX, any, any])
    }

    fn operand(&mut self) -> Operand2<Reg> {
        let imm = self.pick(&[0, 0, 1, 5, 200, u32::MAX]);
        match self.below(2) {
            0 => Operand2::Reg(self.reg()),
            _ => Operand2::Imm(ModImm::new(imm).expect("an immediate")),
        }
    }
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct State {
    regs: [u32; 16],
    n: bool,
    z: bool,
    c: bool,
    v: bool,
}

/// How a block ends: by a trap of an instruction, or in the first or second way of its terminator.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
enum End {
    Trap(TrapCode),
    First,
    Second,
}

impl State {
    fn holds(&self, cond: Cond) -> bool {
        match cond {
            Cond::Eq => self.z,
            Cond::Hs => self.c,
            Cond::Mi => self.n,
            Cond::Vs => self.v,
            Cond::Hi => self.c && !self.z,
            Cond::Ge => self.n == self.v,
            Cond::Gt => !self.z && self.n == self.v,
            _ => !self.holds(cond.inverse()),
        }
    }

    fn get(&self, reg: Reg) -> u32 {
        self.regs[reg.index()]
    }

    fn operand(&self, operand: Operand2<Reg>) -> u32 {
        match operand {
            Operand2::Reg(reg) => self.get(reg),
            Operand2::Imm(imm) => imm.value(),
            Operand2::Shifted(..) => unreachable!("not generated"),
        }
    }

    fn logical(&mut self, s: bool, result: u32) -> u32 {
        if s {
            self.n = result >> 31 != 0;
            self.z = result == 0;
        }
        result
    }

    /// AddWithCarry of ARMv7-M ARM A2.2.1.
    fn sum(&mut self, s: bool, a: u32, b: u32, carry: bool) -> u32 {
        let wide = u64::from(a) + u64::from(b) + u64::from(carry);
        let result = wide as u32;
        if s {
            self.logical(true, result);
            self.c = wide >> 32 != 0;
            self.v = (!(a ^ b) & (a ^ result)) >> 31 != 0;
        }
        result
    }

    fn alu(&mut self, op: AluOp, s: bool, a: u32, b: u32) -> u32 {
        let carry = self.c;
        match op {
            AluOp::And => self.logical(s, a & b),
            AluOp::Bic => self.logical(s, a & !b),
            AluOp::Orr => self.logical(s, a | b),
            AluOp::Orn => self.logical(s, a | !b),
            AluOp::Eor => self.logical(s, a ^ b),
            AluOp::Add => self.sum(s, a, b, false),
            AluOp::Adc => self.sum(s, a, b, carry),
            AluOp::Sub => self.sum(s, a, !b, true),
            AluOp::Sbc => self.sum(s, a, !b, carry),
            AluOp::Rsb => self.sum(s, b, !a, true),
        }
    }

    /// One instruction, setting flags if `s`; the trap that it takes.
    fn step(&mut self, inst: &Inst<Reg>, s: bool) -> Option<End> {
        match *inst {
            Inst::Alu { op, rd, rn, rhs, .. } => {
                let (a, b) = (self.get(rn), self.operand(rhs));
                self.regs[rd.index()] = self.alu(op, s, a, b);
            }
            Inst::Mov { rd, rhs, .. } => {
                let value = self.operand(rhs);
                self.regs[rd.index()] = self.logical(s, value);
            }
            Inst::Mvn { rd, rhs, .. } => {
                let value = !self.operand(rhs);
                self.regs[rd.index()] = self.logical(s, value);
            }
            Inst::Shift { rd, rn, rm, .. } => {
                // LSL, whose carry no generated block reads.
                let (value, amount) = (self.get(rn), self.get(rm) & 0xff);
                let result = value.checked_shl(amount).unwrap_or(0);
                if s && amount != 0 {
                    self.c = amount <= 32 && value >> (32 - amount) & 1 != 0;
                }
                self.regs[rd.index()] = self.logical(s, result);
            }
            Inst::Mul { rd, rn, rm } => {
                let result = self.get(rn).wrapping_mul(self.get(rm));
                self.regs[rd.index()] = self.logical(s, result);
            }
            Inst::Extend { rd, rm, .. } => self.regs[rd.index()] = self.get(rm) & 0xff,
            Inst::Test { op, rn, rhs } => {
                let (a, b) = (self.get(rn), self.operand(rhs));
                let op = match op {
                    TestOp::Cmp => AluOp::Sub,
                    TestOp::Cmn => AluOp::Add,
                    TestOp::Tst => AluOp::And,
                    TestOp::Teq => AluOp::Eor,
                };
                self.alu(op, true, a, b);
            }
            Inst::If { cond, ref inst, .. } => {
                if self.holds(cond) {
                    self.step(inst, false);
                }
            }
            Inst::TrapIf { cond, code } => {
                return self.holds(cond).then_some(End::Trap(code));
            }
            Inst::TrapIfZero { nonzero, rn, code } => {
                let traps = (self.get(rn) == 0) != nonzero;
                // The flags may be anything afterwards.
                (self.n, self.z, self.c, self.v) = (true, true, false, true);
                return traps.then_some(End::Trap(code));
            }
            _ => unreachable!("not generated"),
        }
        None
    }

    fn end(&self, term: &Term<Reg>) -> End {
        let first = match *term {
            Term::Branch { cond, .. } => self.holds(cond),
            Term::BranchZero { rn, .. } => self.get(rn) == 0,
            _ => true,
        };
        if first { End::First } else { End::Second }
    }
}

/// What a generator knows of the flags: which conditions may be read.
const NOTHING: &[Cond] = &[];
const SIGNS: &[Cond] = &[Cond::Eq, Cond::Ne, Cond::Mi, Cond::Pl];

fn random_inst(random: &mut Random, readable: &mut &'static [Cond]) -> Inst<Reg> {
    let (rd, rn, rm) = (random.reg(), random.reg(), random.reg());
    let rhs = random.operand();
    let s = random.below(5) == 0;
    let logical = [AluOp::And, AluOp::Bic, AluOp::Orr, AluOp::Eor, AluOp::Orn];
    let arithmetic = [AluOp::Add, AluOp::Sub, AluOp::Rsb, AluOp::Add, AluOp::Sub];
    let code = random.pick(&TrapCode::ALL);
    match random.below(14) {
        0 | 1 => {
            let op = random.pick(&logical);
            *readable = if s { SIGNS } else { readable };
            Inst::Alu { op, s, rd, rn, rhs }
        }
        2..=4 => {
            let op = random.pick(&arithmetic);
            *readable = if s { &Cond::ALL } else { readable };
            Inst::Alu { op, s, rd, rn, rhs }
        }
        5 if readable.len() == Cond::ALL.len() => {
            let op = random.pick(&[AluOp::Adc, AluOp::Sbc]);
            Inst::Alu { op, s, rd, rn, rhs }
        }
        6 => {
            *readable = if s { SIGNS } else { readable };
            let op = ShiftOp::Lsl;
            Inst::Shift { op, s, rd, rn, rm }
        }
        7 => Inst::Mul { rd, rn, rm },
        8 => {
            let op = random.pick(&[TestOp::Tst, TestOp::Teq]);
            *readable = SIGNS;
            let rhs = random.pick(&[Operand2::Reg(rn), rhs]);
            Inst::Test { op, rn, rhs }
        }
        9 | 10 => {
            let op = random.pick(&[TestOp::Cmp, TestOp::Cmp, TestOp::Cmn]);
            *readable = &Cond::ALL;
            Inst::Test { op, rn, rhs }
        }
        11 if !readable.is_empty() => Inst::TrapIf { cond: random.pick(readable), code },
        12 if !readable.is_empty() => {
            let cond = random.pick(readable);
            let s = false;
            let inst = Box::new(Inst::Mov { s, rd, rhs });
            let old = rd;
            Inst::If { cond, old, inst }
        }
        13 => {
            *readable = NOTHING;
            let nonzero = random.below(2) == 0;
            Inst::TrapIfZero { nonzero, rn, code }
        }
        _ => Inst::Mov { s: false, rd, rhs: random.pick(&[Operand2::Reg(rm), rhs]) },
    }
}

fn random_block(random: &mut Random) -> (Vec<Inst<Reg>>, Term<Reg>) {
    let mut readable = NOTHING;
    let count = random.below(10);
    let insts = (0..count).map(|_| random_inst(random, &mut readable)).collect();
    let (first, second) = (Edge::to(BlockId::new(1)), Edge::to(BlockId::new(2)));
    let term = match random.below(3) {
        0 => Term::Jump(first),
        1 if !readable.is_empty() => Term::Branch { cond: random.pick(readable), then: first, otherwise: second },
        _ => Term::BranchZero { rn: random.reg(), zero: first, nonzero: second },
    };
    (insts, term)
}

fn sets_flags(inst: &Inst<Reg>) -> bool {
    inst.writes_flags() && !matches!(inst, Inst::Test { .. })
}

#[test]
fn rewritten_blocks_compute_the_same() {
    let mut random = Random(1);
    let mut dropped = 0;
    for _ in 0..60_000 {
        let (insts, term) = random_block(&mut random);
        let refined = refine(&insts, &term, Flags::NONE);
        dropped += insts.len() - refined.insts.len();
        assert_eq!(refined.insts.len(), refined.live.len());
        for _ in 0..6 {
            let start = State {
                regs: [(); 16].map(|()| random.word()),
                n: false,
                z: false,
                c: random.below(2) == 0,
                v: random.below(2) == 0,
            };
            let run = |start: &State, insts: Vec<(Inst<Reg>, bool)>, term| {
                let mut state = start.clone();
                let trap = insts.iter().find_map(|(inst, s)| state.step(inst, *s));
                (trap.unwrap_or_else(|| state.end(term)), state.regs)
            };
            let plain = |inst: &Inst<Reg>| (inst.clone(), sets_flags(inst));
            let expected = run(&start, insts.iter().map(plain).collect(), &term);
            let rewritten = run(&start, refined.insts.iter().map(plain).collect(), &refined.term);
            assert_eq!(rewritten, expected, "{insts:?} {term:?}");
            let forms = refined.insts.iter().zip(&refined.live).map(|(inst, &live)| match inst {
                Inst::If { .. } | Inst::TrapIf { .. } | Inst::TrapIfZero { .. } => plain(inst),
                _ => {
                    let form = encode(inst, Context { live, it: None });
                    (form.inst, form.s)
                }
            });
            let encoded = run(&start, forms.collect(), &refined.term);
            assert_eq!(encoded, expected, "encoded: {insts:?} {term:?}");
        }
    }
    assert!(dropped > 10_000, "only {dropped} comparisons were dropped");
}
