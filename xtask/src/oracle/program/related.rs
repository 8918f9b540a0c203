//! Loops that carry locals which are made of each other before them and again in each round: sums with constants, comparisons, the
//! same, and sums of these.

use super::{Program, Ty};

impl Program<'_, '_> {
    pub(super) fn related_rounds(&mut self) {
        let Some([first, second, third, fourth, sum, budget]) = self.distinct() else { return };
        let locals = [first, second, third, fourth];
        let label = self.fresh_label();
        let relations: Vec<(usize, String)> = (1..4).map(|n| (locals[n], self.relation(&locals[..n]))).collect();
        self.get(Ty::I32);
        self.line(&format!("i32.const 63 i32.and local.set {first}"));
        for (local, relation) in &relations {
            self.line(&format!("{relation} local.set {local}"));
        }
        let rounds = 1 + self.pick(9);
        self.line(&format!("i32.const {rounds} local.set {budget} loop $l{label}"));
        for _ in 0..2 + self.pick(3) {
            let (local, other) = (locals[self.pick(4)], locals[self.pick(4)]);
            match self.pick(4) {
                0 => {
                    self.line(&format!("local.get {local} if local.get {sum} i32.const 7 i32.xor local.set {sum} end"))
                }
                1 => self.line(&format!("local.get {sum} local.get {other} local.get {local} select local.set {sum}")),
                2 => self.line(&format!("local.get {local} i32.const 0xff i32.and i32.load8_u local.set {sum}")),
                _ => {}
            }
            self.line(&format!("local.get {sum} i32.const 3 i32.mul local.get {local} i32.add local.set {sum}"));
        }
        let step = [1, 4, -1, 16][self.pick(4)];
        self.line(&format!("local.get {first} i32.const {step} i32.add local.set {first}"));
        for (n, (local, relation)) in relations.iter().enumerate() {
            // Now and then it is another relation in the rounds, or none.
            let relation = match self.pick(12) {
                0 => self.relation(&locals[..=n]),
                1 => format!("local.get {local} i32.const {step} i32.add"),
                _ => relation.clone(),
            };
            self.line(&format!("{relation} local.set {local}"));
        }
        self.line(&format!("local.get {budget} i32.const 1 i32.sub local.tee {budget} br_if $l{label} end"));
    }

    /// Text that makes a number of some of these locals.
    fn relation(&mut self, of: &[usize]) -> String {
        let (a, b) = (of[self.pick(of.len())], of[self.pick(of.len())]);
        let by = [1, 4, -4, 16, 0, 5000][self.pick(6)];
        let test = ["lt_u", "lt_s", "eq", "ne", "ge_u", "gt_s"][self.pick(6)];
        match self.pick(8) {
            0..=2 => format!("local.get {a} i32.const {by} i32.add"),
            3 => format!("local.get {a} i32.const {by} i32.{test}"),
            4 => format!("local.get {a} local.get {b} i32.{test}"),
            5 => format!("local.get {a} i32.eqz"),
            6 => format!("local.get {a} local.get {b} i32.{test} i32.const {by} i32.add"),
            _ => format!("local.get {a}"),
        }
    }
}
