//! Every instruction that has operands, at the extremes of its operands.

use synth::isa::{
    Addr, AluOp, Const, ExtendOp, Imm12, Imm16, Inst, Lsb, MemSize, ModImm, Offset, Operand2, PairOffset, Reg,
    Rotation, ShiftAmount, ShiftOp, ShortOffset, TestOp, UnaryOp,
};

const ALU: [AluOp; 10] = [
    AluOp::And,
    AluOp::Bic,
    AluOp::Orr,
    AluOp::Orn,
    AluOp::Eor,
    AluOp::Add,
    AluOp::Adc,
    AluOp::Sub,
    AluOp::Sbc,
    AluOp::Rsb,
];
const SHIFTS: [ShiftOp; 4] = [ShiftOp::Lsl, ShiftOp::Lsr, ShiftOp::Asr, ShiftOp::Ror];
const SIZES: [MemSize; 5] = [MemSize::U8, MemSize::S8, MemSize::U16, MemSize::S16, MemSize::Word];

fn reg(index: u8) -> Reg {
    Reg::new(index)
}

/// Pairs and triples that cover low and high registers, equal and different.
fn pairs() -> Vec<[Reg; 2]> {
    let all = [(0, 0), (0, 1), (7, 0), (3, 3), (0, 8), (8, 0), (8, 8), (12, 14), (7, 14), (14, 7)];
    all.iter().map(|&(a, b)| [reg(a), reg(b)]).collect()
}

fn triples() -> Vec<[Reg; 3]> {
    let all = [
        (0, 0, 0),
        (0, 0, 1),
        (1, 0, 1),
        (7, 1, 2),
        (2, 7, 7),
        (0, 0, 8),
        (8, 0, 8),
        (0, 8, 1),
        (1, 2, 9),
        (9, 10, 14),
        (10, 10, 10),
    ];
    all.iter().map(|&(a, b, c)| [reg(a), reg(b), reg(c)]).collect()
}

fn immediates() -> Vec<ModImm> {
    let all = [
        0,
        1,
        3,
        7,
        8,
        127,
        255,
        256,
        508,
        1020,
        1024,
        4080,
        0xff00,
        0x8000_0000,
        0xff00_0000,
        0x0012_0012,
        0x3400_3400,
        0x5656_5656,
        0xffff_ffff,
        0x0003_fc00,
    ];
    all.iter().map(|&value| ModImm::new(value).expect("an immediate")).collect()
}

fn amounts() -> Vec<ShiftAmount> {
    let all = [1, 2, 3, 4, 15, 31];
    all.iter().map(|&value| ShiftAmount::new(value).expect("an amount")).collect()
}

/// Second operands: all for some registers, a few for the rest.
fn operands(rm: Reg) -> Vec<Operand2<Reg>> {
    let mut all = vec![Operand2::Reg(rm)];
    let is_thorough = [1, 7, 12].contains(&rm.index());
    let (every, step) = if is_thorough { (1, 1) } else { (3, 5) };
    all.extend(immediates().into_iter().step_by(every).map(Operand2::Imm));
    for op in SHIFTS {
        let amounts = amounts().into_iter().step_by(step);
        all.extend(amounts.map(|amount| Operand2::Shifted(rm, op, amount)));
    }
    all
}

pub fn data_processing() -> Vec<Inst<Reg>> {
    let mut all = Vec::new();
    for [rd, rn, rm] in triples() {
        for s in [false, true] {
            for op in ALU {
                let inst = |rhs| Inst::Alu { op, s, rd, rn, rhs };
                all.extend(operands(rm).into_iter().map(inst));
            }
            all.extend(SHIFTS.map(|op| Inst::Shift { op, s, rd, rn, rm }));
        }
    }
    for [rd, rm] in pairs() {
        for rhs in operands(rm) {
            for s in [false, true] {
                all.push(Inst::Mov { s, rd, rhs });
                all.push(Inst::Mvn { s, rd, rhs });
            }
            for op in [TestOp::Cmp, TestOp::Cmn, TestOp::Tst, TestOp::Teq] {
                all.push(Inst::Test { op, rn: rd, rhs });
            }
        }
    }
    all
}

pub fn wide_immediates() -> Vec<Inst<Reg>> {
    let mut all = Vec::new();
    for [rd, rn] in pairs() {
        for value in [0, 1, 7, 8, 255, 256, 257, 2049, 4095] {
            let imm = Imm12::new(value).expect("twelve bits");
            all.extend([false, true].map(|sub| Inst::AddWide { sub, rd, rn, imm }));
        }
        for value in [0, 255, 0x1234, 0x8001, 0xffff] {
            let imm = Imm16::new(value).expect("sixteen bits");
            all.push(Inst::Movt { rd, old: rd, imm });
        }
        for value in [0, 5, 255, 257, 0xfffe, 0xffff, 0xffff_ff00, 0x00ab_00ab, 0x8000_0000] {
            let value = Const::Int(value);
            all.push(Inst::Const { rd, value });
        }
    }
    for offset in [0, 4, 6, 508, 512, 1020, 1024, 4095, 4096, 0x10000] {
        for rd in [reg(0), reg(7), reg(8), Reg::SP] {
            for op in [AluOp::Add, AluOp::Sub] {
                let rn = Reg::SP;
                if let Some(imm) = ModImm::new(offset) {
                    let (s, rhs) = (false, Operand2::Imm(imm));
                    all.push(Inst::Alu { op, s, rd, rn, rhs });
                } else if let Some(imm) = Imm12::new(offset) {
                    let sub = op == AluOp::Sub;
                    all.push(Inst::AddWide { sub, rd, rn, imm });
                }
            }
        }
    }
    all
}

pub fn multiplications() -> Vec<Inst<Reg>> {
    let mut all = Vec::new();
    for [rd, rn, rm] in triples() {
        all.push(Inst::Mul { rd, rn, rm });
        for flag in [false, true] {
            for ra in [rd, reg(11)] {
                let sub = flag;
                all.push(Inst::MulAdd { sub, rd, rn, rm, ra });
            }
            let signed = flag;
            all.push(Inst::Div { signed, rd, rn, rm });
            for [rdlo, rdhi] in pairs().into_iter().filter(|[lo, hi]| lo != hi) {
                let (oldlo, oldhi) = (rdlo, rdhi);
                all.push(Inst::MulLong { signed, rdlo, rdhi, rn, rm });
                all.push(Inst::MulAddLong { signed, rdlo, rdhi, oldlo, oldhi, rn, rm });
                all.push(Inst::MulAddAddLong { rdlo, rdhi, oldlo, oldhi, rn, rm });
            }
        }
    }
    all
}

pub fn bits_and_extensions() -> Vec<Inst<Reg>> {
    let mut all = Vec::new();
    let rotations = [Rotation::None, Rotation::Ror8, Rotation::Ror16, Rotation::Ror24];
    let extends = [ExtendOp::Uxtb, ExtendOp::Uxth, ExtendOp::Sxtb, ExtendOp::Sxth];
    for [rd, rn] in pairs() {
        let rm = rn;
        for op in extends {
            for rotation in rotations {
                all.push(Inst::Extend { op, rd, rm, rotation });
                let rn = reg(5);
                all.push(Inst::ExtendAdd { op, rd, rn, rm, rotation });
            }
        }
        for op in [UnaryOp::Clz, UnaryOp::Rbit, UnaryOp::Rev, UnaryOp::Rev16, UnaryOp::Revsh] {
            all.push(Inst::Unary { op, rd, rm });
        }
        for (lsb, width) in [(0, 1), (0, 8), (0, 16), (0, 32), (3, 5), (7, 25), (24, 8), (31, 1)] {
            let lsb = Lsb::new(lsb).expect("a bit");
            let old = rd;
            for signed in [false, true] {
                all.push(Inst::BitExtract { signed, rd, rn, lsb, width });
            }
            all.push(Inst::BitInsert { rd, old, rn, lsb, width });
            all.push(Inst::BitClear { rd, old, lsb, width });
        }
        let mut shifts = vec![None];
        for op in [ShiftOp::Lsl, ShiftOp::Asr] {
            shifts.extend(amounts().into_iter().map(|amount| Some((op, amount))));
        }
        for shift in shifts {
            for bits in [1, 8, 16, 31] {
                for signed in [false, true] {
                    all.push(Inst::Saturate { signed, rd, bits, rn, shift });
                }
            }
            all.push(Inst::Saturate { signed: true, rd, bits: 32, rn, shift });
            all.push(Inst::Saturate { signed: false, rd, bits: 0, rn, shift });
        }
    }
    all
}

pub fn accesses() -> Vec<Inst<Reg>> {
    let mut all = Vec::new();
    let mut both = |size, rt, addr| {
        all.push(Inst::Load { size, rt, addr });
        all.push(Inst::Store { size, rt, addr });
    };
    let offsets = [0, 1, 2, 3, 4, 31, 32, 62, 64, 124, 128, 255, 256, 1020, 1024, 4095, -1, -4, -255];
    for size in SIZES {
        for [rt, rn] in pairs().into_iter().chain([[reg(2), Reg::SP], [reg(9), Reg::SP]]) {
            for offset in offsets {
                let offset = Offset::new(offset).expect("an offset");
                both(size, rt, Addr::Offset(rn, offset));
            }
        }
        for [rt, rn, rm] in triples() {
            (0..4).for_each(|shift| both(size, rt, Addr::Index(rn, rm, shift)));
            both(size, rt, Addr::Index(Reg::SP, rm, 0));
        }
    }
    for [rt, rn] in pairs().into_iter().filter(|[rt, rn]| rt != rn) {
        for offset in [1, 4, 255, -1, -4, -255] {
            let offset = ShortOffset::new(offset).expect("an offset");
            for pre in [false, true] {
                for size in SIZES {
                    let old = rn;
                    all.push(Inst::LoadUpdate { size, pre, rt, rn, old, offset });
                    all.push(Inst::StoreUpdate { size, pre, rt, rn, old, offset });
                }
            }
        }
        for offset in [0, 4, 1020, -4, -1020] {
            let offset = PairOffset::new(offset).expect("an offset");
            let rt2 = reg(6);
            all.push(Inst::LoadPair { rt, rt2, rn, offset });
            all.push(Inst::StorePair { rt, rt2, rn, offset });
        }
    }
    for [rt, rt2, rn] in triples().into_iter().filter(|[rt, rt2, rn]| rt != rt2 && rt != rn && rt2 != rn) {
        let old = rn;
        all.push(Inst::LoadPairUpdate { rt, rt2, rn, old });
        all.push(Inst::StorePairUpdate { rt, rt2, rn, old });
    }
    all
}
