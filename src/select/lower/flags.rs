//! Comparisons whose flags are there already: several selects on one condition, as for both halves of an i64, each bring
//! their own, and a difference of i64 has those of a comparison.

use crate::isa::{AluOp, Inst, TestOp, VReg};

/// The instructions of a block without comparisons that repeat what made the flags last.
pub fn share(insts: Vec<Inst<VReg>>) -> Vec<Inst<VReg>> {
    let comparisons = insts.iter().filter(|inst| matches!(inst, Inst::Test { .. })).count();
    let differs = |inst: &Inst<VReg>| matches!(inst, Inst::Alu { op: AluOp::Sbc, .. });
    if comparisons == 0 || comparisons == 1 && !insts.iter().any(differs) {
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
        if let Some((low, high)) = as_difference(&inst, insts.peek()) {
            insts.next();
            let at = match made {
                // The operands were there.
                Some((at, 2)) if compares(&kept[at..], &low, &high) => at,
                _ => kept.len(),
            };
            kept.splice(at..(at + 2).min(kept.len()), [low, high]);
            made = Some((at, 2));
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
            known == length && compares_low(&inst, &kept[at]) && same_high()
        });
        if !repeats {
            made = Some((kept.len(), length));
            kept.push(inst);
            kept.extend(high);
        }
    }
    kept
}

/// The two instructions of a difference of i64, made to leave its flags.
fn as_difference(low: &Inst<VReg>, high: Option<&Inst<VReg>>) -> Option<(Inst<VReg>, Inst<VReg>)> {
    match (low, high?) {
        (Inst::Alu { op: AluOp::Sub, s: true, .. }, &Inst::Alu { op: AluOp::Sbc, s: _, rd, rn, rhs }) => {
            Some((low.clone(), Inst::Alu { op: AluOp::Sbc, s: true, rd, rn, rhs }))
        }
        _ => None,
    }
}

/// Whether the instructions compare what this difference is of.
fn compares(made: &[Inst<VReg>], low: &Inst<VReg>, high: &Inst<VReg>) -> bool {
    matches!(made, [test, second, ..] if compares_low(test, low) && compares_alike(second, high))
}

/// Whether a comparison makes the same flags as an instruction.
fn compares_low(test: &Inst<VReg>, other: &Inst<VReg>) -> bool {
    match (test, other) {
        (Inst::Test { op: TestOp::Cmp, rn: x, rhs: y }, Inst::Alu { op: AluOp::Sub, s: true, rn: v, rhs: w, .. }) => {
            x == v && y == w
        }
        _ => test == other,
    }
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
