//! Loops over bytes as compilers leave them: numbers that are tested before they are shifted or stepped, pointers that some rounds
//! step, truth values beside what they were made of, choices of three ways, and memory of which something is known. All of them
//! end after a known number of rounds.

use super::{Program, Ty};

impl Program<'_, '_> {
    pub(super) fn scanning(&mut self) {
        match self.pick(6) {
            0 => self.shifted_rounds(),
            1 => self.stepped_tests(),
            2 => self.squeezed(),
            3 => self.passed_truths(),
            4 => self.three_ways(),
            _ => self.known_memory(),
        }
    }

    /// Different locals, if there are as many.
    pub(super) fn distinct<const N: usize>(&mut self) -> Option<[usize; N]> {
        let mut found = Vec::new();
        for _ in 0..4 * N {
            let local = self.local(Ty::I32);
            if !found.contains(&local) {
                found.push(local);
            }
        }
        found.truncate(N);
        found.try_into().ok()
    }

    /// A number is tested against a bound and shifted away, 64 rounds at most.
    fn shifted_rounds(&mut self) {
        let ty = [Ty::I32, Ty::I64][self.pick(2)];
        let (number, label) = (self.local(ty), self.fresh_label());
        let Some([sum, more]) = self.distinct().filter(|locals| !locals.contains(&number)) else { return };
        let (name, by) = (ty.name(), [1, 3, 7, 8, 24, 31][self.pick(6)]);
        let bound = (self.pick(3) as i64) << by;
        let bound = bound + [0, 1, (1 << by) - 1][self.pick(3)];
        let test = ["ge_u", "gt_u"][self.pick(2)];
        // No number is below 0: the loop would not end.
        let bound = bound.max(1) & if ty == Ty::I32 { 0x7fff_ffff } else { i64::MAX };
        let low = if ty == Ty::I32 { "" } else { "i32.wrap_i64 " };
        self.line(&format!("loop $l{label} local.get {sum} i32.const 5 i32.mul local.get {number} {low}i32.add"));
        self.line(&format!("local.set {sum} local.get {number} {name}.const {bound} {name}.{test} local.set {more}"));
        self.line(&format!("local.get {number} {name}.const {by} {name}.shr_u local.set {number}"));
        self.line(&format!("local.get {more} br_if $l{label} end"));
    }

    /// A number is tested beside the difference that it is next.
    fn stepped_tests(&mut self) {
        let Some([number, next, sum]) = self.distinct() else { return };
        let (label, by) = (self.fresh_label(), 1 + self.pick(5));
        let test = ["gt_s", "gt_u", "ge_s", "ge_u"][self.pick(4)];
        self.line(&format!("local.get {number} i32.const 63 i32.and local.set {number} loop $l{label}"));
        self.line(&format!("local.get {number} i32.const {by} i32.sub local.set {next}"));
        let read = [number, next][self.pick(2)];
        let times = [1, 3][self.pick(2)];
        self.line(&format!("local.get {sum} i32.const {times} i32.mul local.get {read} i32.add local.set {sum}"));
        if self.chance(2) {
            self.line(&format!("i32.const 320 local.get {next} i32.store8"));
        }
        self.line(&format!("local.get {number} i32.const {by} i32.{test} if local.get {next} local.set {number}"));
        self.line(&format!("br $l{label} end end"));
    }

    /// What some rounds write goes through a pointer that only they step, or that jumps elsewhere.
    fn squeezed(&mut self) {
        let Some([from, to, byte, count]) = self.distinct() else { return };
        let label = self.fresh_label();
        let rounds = 1 + self.pick(14);
        for pointer in [from, to] {
            self.line(&format!("local.get {pointer} i32.const 255 i32.and i32.const 64 i32.add local.set {pointer}"));
        }
        self.line(&format!("i32.const {rounds} local.set {count} loop $l{label}"));
        self.line(&format!("local.get {from} i32.load8_u local.set {byte}"));
        let bit = [1, 2, 128][self.pick(3)];
        self.line(&format!("local.get {byte} i32.const {bit} i32.and if local.get {to} local.get {byte} i32.store8"));
        let step = 1 + self.pick(3);
        self.line(&format!("local.get {to} i32.const {step} i32.add local.set {to}"));
        match self.pick(4) {
            0 => self.line(&format!("else local.get {byte} i32.const 3 i32.mul local.set {to} end")),
            1 => self.line(&format!(
                "else local.get {to} local.get {from} i32.add local.get {byte} i32.store8 offset=1 end"
            )),
            2 => self.line(&format!("else local.get {to} i32.const 2 i32.add local.set {to} end")),
            _ => self.line("end"),
        }
        if self.chance(2) {
            self.line(&format!("local.get {to} local.get {byte} i32.store16 offset=2 align=1"));
        }
        self.line(&format!("local.get {from} i32.const 1 i32.add local.set {from}"));
        self.line(&format!("local.get {count} i32.const 1 i32.sub local.tee {count} br_if $l{label} end"));
    }

    /// A truth value leaves a loop on several ways beside the numbers that it compares.
    fn passed_truths(&mut self) {
        let Some([number, bound, other, more, sum]) = self.distinct() else { return };
        let (label, out) = (self.fresh_label(), self.fresh_label());
        let test = ["lt_u", "lt_s", "le_u"][self.pick(3)];
        for local in [bound, other] {
            self.line(&format!("local.get {local} i32.const 31 i32.and local.set {local}"));
        }
        let past = self.fresh_label();
        self.line(&format!("i32.const 0 local.set {number} block $l{past} block $l{out} loop $l{label}"));
        self.line(&format!("local.get {number} i32.const 1 i32.add local.tee {number} local.get {bound} i32.{test}"));
        self.line(&format!("local.set {more} local.get {number} i32.load8_u offset=64 local.get {sum} i32.add"));
        self.line(&format!("local.set {sum}"));
        for bit in [1, 2] {
            let against = if self.chance(3) { other } else { bound };
            self.line(&format!("local.get {sum} i32.const {bit} i32.and if"));
            self.line(&format!("local.get {number} local.get {against} i32.{test} local.set {more} br $l{out} end"));
        }
        self.line(&format!("local.get {more} br_if $l{label} end br $l{past} end"));
        self.line(&format!("local.get {more} if local.get {sum} local.get {number} i32.sub local.set {sum} end end"));
    }

    /// Two numbers are compared, and compared again where the first comparison leads.
    fn three_ways(&mut self) {
        let Some([a, b, sum]) = self.distinct() else { return };
        let tests = ["eq", "ne", "lt_s", "lt_u", "gt_s", "gt_u", "le_s", "ge_u"];
        let (first, second) = (tests[self.pick(8)], tests[self.pick(8)]);
        let right = match self.pick(4) {
            0 => {
                self.line(&format!("local.get {a} local.get {sum} i32.sub local.set {a}"));
                "i32.const 0".to_string()
            }
            1 => "i32.const 17".to_string(),
            _ => format!("local.get {b}"),
        };
        self.line(&format!("local.get {a} {right} i32.{first} if local.get {sum} i32.const 3 i32.shl"));
        self.line(&format!("local.set {sum} else local.get {sum} local.get {b} i32.add local.set {sum}"));
        if self.chance(4) {
            let changed = [a, b][self.pick(2)];
            self.line(&format!("local.get {changed} i32.const 1 i32.add local.set {changed}"));
        }
        let compared = if self.chance(2) { format!("local.get {a} {right}") } else { format!("{right} local.get {a}") };
        let value = if self.chance(2) { "i32.const 9".to_string() } else { format!("local.get {sum} i32.const 9") };
        match value.starts_with("local") {
            true => self.line(&format!("{value} i32.xor local.get {sum} {compared} i32.{second} select")),
            false => self.line(&format!("{compared} i32.{second} if (result i32) {value} else local.get {b} end")),
        }
        self.line(&format!("local.set {sum} end"));
    }

    /// Stores and loads around one address, of all widths, some behind a branch.
    fn known_memory(&mut self) {
        let Some([p, q, sum]) = self.distinct() else { return };
        self.line(&format!("local.get {p} i32.const 252 i32.and i32.const 64 i32.add local.set {p}"));
        let apart = self.pick(4);
        self.line(&format!("local.get {p} i32.const {apart} i32.add local.set {q}"));
        let branches = self.chance(2);
        let count = 6 + self.pick(12);
        for n in 0..count {
            if branches && n == count / 2 {
                self.line(&format!("local.get {sum} i32.const 1 i32.and if"));
            }
            let base = [p, p, q][self.pick(3)];
            let offset = [0, 0, 1, 2, 4][self.pick(5)];
            let width = ["", "8", "16"][self.pick(3)];
            let sign = if width.is_empty() { "" } else { ["_u", "_s"][self.pick(2)] };
            let at = format!("offset={offset} align=1");
            match self.pick(5) {
                0 | 1 => self.line(&format!("local.get {base} local.get {sum} i32.store{width} {at}")),
                2 => {
                    let to = [p, q][self.pick(2)];
                    self.line(&format!("local.get {to} local.get {base} i32.load{width}{sign} {at}"));
                    let stored = ["", "8", "16"][self.pick(3)];
                    self.line(&format!("i32.store{stored} offset=1 align=1"));
                }
                _ => {
                    self.line(&format!("local.get {base} i32.load{width}{sign} {at} local.get {sum}"));
                    self.line(&format!("i32.const 7 i32.mul i32.add local.set {sum}"));
                }
            }
        }
        if branches {
            self.line("end");
        }
    }
}
