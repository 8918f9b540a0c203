//! What kinds of instructions a run executed.

use super::cycles::Step;
use std::collections::BTreeMap;

/// One kind of executed instruction.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Kind {
    /// Loads and stores relative to sp, apart from push and pop.
    Spill,
    /// PUSH, POP and the adjustments of sp.
    Frame,
    /// Other loads and stores of data.
    Memory,
    Alu,
    Compare,
    Branch,
    /// An IT block that turns a condition into 0 or 1.
    Condition,
    /// Other IT instructions.
    It,
    /// Constants: moved into registers or read from literal pools.
    Constant,
    /// Register moves.
    Move,
}

impl Kind {
    pub const ALL: [Kind; 10] = [
        Kind::Spill,
        Kind::Frame,
        Kind::Memory,
        Kind::Alu,
        Kind::Compare,
        Kind::Branch,
        Kind::Condition,
        Kind::It,
        Kind::Constant,
        Kind::Move,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Kind::Spill => "spill",
            Kind::Frame => "frame",
            Kind::Memory => "memory",
            Kind::Alu => "alu",
            Kind::Compare => "compare",
            Kind::Branch => "branch",
            Kind::Condition => "condition",
            Kind::It => "it",
            Kind::Constant => "constant",
            Kind::Move => "move",
        }
    }
}

/// Executions by kind.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Mix {
    pub counts: BTreeMap<Kind, u64>,
    /// An access relative to sp that ran more than once in one call, so inside a loop.
    pub spill_in_loop: Option<String>,
}

impl Mix {
    /// Adds the executions of one call, by address.
    pub fn add(&mut self, profile: &BTreeMap<u32, (Step, u64)>) {
        let steps: Vec<&(Step, u64)> = profile.values().collect();
        for (n, (step, count)) in steps.iter().enumerate() {
            let after: Vec<&Step> = steps[n + 1..].iter().take(2).map(|s| &s.0).collect();
            let kind = kind(step, &after);
            *self.counts.entry(kind).or_default() += count;
            // The two moves that an IT of this kind covers belong to it.
            if kind == Kind::Spill && *count > 1 {
                let text = format!("{} {}", step.mnemonic, step.operands);
                self.spill_in_loop.get_or_insert(text);
            }
        }
    }
}

/// `after`: the next two instructions in address order, which an IT may cover.
fn kind(step: &Step, after: &[&Step]) -> Kind {
    let name = step.mnemonic.split('.').next().unwrap_or_default();
    let operands = step.operands.as_str();
    match name {
        "push" | "pop" => Kind::Frame,
        "add" | "sub" if operands.starts_with("sp,") => Kind::Frame,
        _ if is_access(name) && operands.contains("[pc") => Kind::Constant,
        _ if is_access(name) && operands.contains("[sp") => Kind::Spill,
        _ if is_access(name) => Kind::Memory,
        "cmp" | "cmn" | "tst" | "teq" => Kind::Compare,
        "cbz" | "cbnz" | "bl" | "blx" | "bx" | "tbb" | "tbh" => Kind::Branch,
        _ if is_branch(name) => Kind::Branch,
        _ if name.starts_with("it") && name[2..].bytes().all(|b| b == b't' || b == b'e') => {
            let makes_truth = !after.is_empty() && after.iter().all(|s| sets_truth(s));
            if makes_truth { Kind::Condition } else { Kind::It }
        }
        _ if sets_truth(step) => truth_or_constant(name),
        _ if name.starts_with("mov") || name.starts_with("mvn") => move_kind(operands),
        _ => Kind::Alu,
    }
}

fn is_access(name: &str) -> bool {
    ["ldr", "str", "ldm", "stm", "vldr", "vstr"].iter().any(|p| name.starts_with(p))
}

fn is_branch(name: &str) -> bool {
    name == "b" || (name.len() == 3 && name.starts_with('b') && name != "bic" && name != "bfi" && name != "bfc")
}

/// `mov<cond> rd, #0` or `#1`
fn sets_truth(step: &Step) -> bool {
    let name = step.mnemonic.split('.').next().unwrap_or_default();
    name.starts_with("mov") && (step.operands.ends_with("#0") || step.operands.ends_with("#1"))
}

fn truth_or_constant(name: &str) -> Kind {
    match name {
        "mov" | "movs" | "movw" | "movt" => Kind::Constant,
        _ => Kind::Condition,
    }
}

fn move_kind(operands: &str) -> Kind {
    let immediate = operands.contains('#');
    let shifted = ["lsl", "lsr", "asr", "ror"].iter().any(|s| operands.contains(s));
    match (immediate, shifted) {
        (_, true) => Kind::Alu,
        (true, _) => Kind::Constant,
        _ => Kind::Move,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::cycles::Flow;

    fn step(mnemonic: &str, operands: &str) -> Step {
        let (mnemonic, operands) = (mnemonic.to_string(), operands.to_string());
        Step { address: 0, mnemonic, operands, cycles: 1, flow: Flow::Next }
    }

    #[test]
    fn kinds() {
        let of = |m: &str, o: &str| kind(&step(m, o), &[]);
        assert_eq!(of("ldr", "r0, [sp, #4]"), Kind::Spill);
        assert_eq!(of("ldr.w", "r0, [pc, #4]"), Kind::Constant);
        assert_eq!(of("ldrb", "r0, [r1]"), Kind::Memory);
        assert_eq!(of("pop.w", "{r4, pc}"), Kind::Frame);
        assert_eq!(of("bls", "#4"), Kind::Branch);
        assert_eq!(of("bic", "r0, r1, r2"), Kind::Alu);
        assert_eq!(of("movs", "r0, #7"), Kind::Constant);
        assert_eq!(of("moveq", "r0, #1"), Kind::Condition);
        assert_eq!(of("movs", "r0, #1"), Kind::Constant);
        assert_eq!(of("movge", "r0, r1"), Kind::Move);
        let (yes, no) = (step("moveq", "r0, #1"), step("movne", "r0, #0"));
        assert_eq!(kind(&step("ite", "eq"), &[&yes, &no]), Kind::Condition);
        assert_eq!(kind(&step("it", "ge"), &[&step("movge", "r0, r1")]), Kind::It);
    }
}
