//! The floating-point extension: every form at the extremes of its operands, and the lists of VPUSH and VPOP.

use synth::emit::{branches, encode_float};
use synth::isa::{Const, FloatAddr, FloatAluOp, FloatUnaryOp, Inst, PairOffset, Reg, RegSet, print};

use super::{Lines, add};

/// Registers whose numbers differ in all five bits, and their neighbours.
fn singles() -> Vec<Reg> {
    [0, 1, 2, 7, 15, 16, 21, 30, 31].map(Reg::single).to_vec()
}

pub fn instructions() -> Vec<Inst<Reg>> {
    let mut all = vec![Inst::FloatFlags];
    for sd in singles() {
        for sm in singles() {
            for op in [
                FloatUnaryOp::Mov,
                FloatUnaryOp::Abs,
                FloatUnaryOp::Neg,
                FloatUnaryOp::Sqrt,
                FloatUnaryOp::FromSigned,
                FloatUnaryOp::FromUnsigned,
                FloatUnaryOp::ToSigned,
                FloatUnaryOp::ToUnsigned,
            ] {
                all.push(Inst::FloatUnary { op, sd, sm });
            }
            all.push(Inst::FloatCompare { sn: sd, sm: Some(sm) });
            for sn in singles().into_iter().step_by(2) {
                for op in [FloatAluOp::Add, FloatAluOp::Sub, FloatAluOp::Mul, FloatAluOp::Div] {
                    all.push(Inst::FloatAlu { op, sd, sn, sm });
                }
            }
        }
        all.push(Inst::FloatCompare { sn: sd, sm: None });
        for index in (0..13).chain([14]) {
            let rt = Reg::new(index);
            all.extend([Inst::ToFloat { sn: sd, rt }, Inst::ToCore { rt, sn: sd }]);
        }
        for rn in [Reg::R0, Reg::new(9), Reg::R12, Reg::LR] {
            for down in [false, true] {
                all.push(Inst::FloatLoadUpdate { down, sd, rn, old: rn });
                all.push(Inst::FloatStoreUpdate { down, sd, rn, old: rn });
            }
        }
        for base in [Reg::R0, Reg::R7, Reg::new(8), Reg::R12, Reg::SP] {
            for offset in [0, 4, 256, 1020, -4, -1020] {
                let offset = PairOffset::new(offset).expect("an offset");
                let addr = FloatAddr::Offset(base, offset);
                all.extend([Inst::FloatLoad { sd, addr }, Inst::FloatStore { sd, addr }]);
            }
        }
    }
    // All immediates, the sign, exponent and fraction of each in its place.
    for imm in 0..256u32 {
        let exponent = if imm >> 6 & 1 == 1 { 0x1f << 2 } else { 1 << 7 } | imm >> 4 & 3;
        let bits = (imm >> 7) << 31 | exponent << 23 | (imm & 15) << 19;
        all.push(Inst::Const { rd: Reg::single(imm as u8 % 32), value: Const::Float(bits) });
    }
    all
}

/// What no `Inst` is.
pub fn lists_and_literals() -> Lines {
    let mut lines = Lines::new();
    for first in [0, 15, 16, 17, 31] {
        for count in [1, 2, 3, 15, 16] {
            if first + count > 32 {
                continue;
            }
            let regs: RegSet = (first..first + count).map(Reg::single).collect();
            add(&mut lines, print::list("vpush", false, regs), &[encode_float::push(regs)]);
            add(&mut lines, print::list("vpop", false, regs), &[encode_float::pop(regs)]);
        }
    }
    for sd in singles() {
        for offset in [0, 4, 1020, -4, -1020] {
            add(&mut lines, format!("vldr {sd}, [pc, #{offset}]"), &[branches::load_float_literal(sd, offset)]);
        }
    }
    lines
}
