//! Comparisons whose flags are there already: several selects on one condition, as for both halves of an i64, each bring
//! their own.

use crate::isa::{AluOp, Inst, VReg};

/// The instructions of a block without comparisons that repeat what made the flags last.
pub fn share(insts: Vec<Inst<VReg>>) -> Vec<Inst<VReg>> {
    let comparisons = insts.iter().filter(|inst| matches!(inst, Inst::Test { .. }));
    if comparisons.count() < 2 {
        return insts;
    }
    let mut kept: Vec<Inst<VReg>> = Vec::with_capacity(insts.len());
    // Where in `kept` the comparison stands that made the flags, and how many instructions it is.
    let mut made: Option<(usize, usize)> = None;
    let mut insts = insts.into_iter().peekable();
    while let Some(inst) = insts.next() {
        if !inst.writes_flags() {
            kept.push(inst);
            continue;
        }
        if !matches!(inst, Inst::Test { .. }) {
            made = None;
            kept.push(inst);
            continue;
        }
        let high = insts.next_if(is_high_comparison);
        let length = 1 + usize::from(high.is_some());
        let repeats = made.is_some_and(|(at, known)| {
            let same_high = || high.as_ref().is_none_or(|high| compares_alike(high, &kept[at + 1]));
            known == length && kept[at] == inst && same_high()
        });
        if !repeats {
            made = Some((kept.len(), length));
            kept.push(inst);
            kept.extend(high);
        }
    }
    kept
}

/// The second instruction of a comparison of i64, for its flags alone: behind a comparison of the low words nothing else
/// takes their borrow.
fn is_high_comparison(inst: &Inst<VReg>) -> bool {
    matches!(inst, Inst::Alu { op: AluOp::Sbc, s: true, .. })
}

/// Whether two such compare the same.
fn compares_alike(a: &Inst<VReg>, b: &Inst<VReg>) -> bool {
    match (a, b) {
        (Inst::Alu { rn: x, rhs: y, .. }, Inst::Alu { rn: v, rhs: w, .. }) => x == v && y == w,
        _ => false,
    }
}
