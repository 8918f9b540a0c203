//! Sums and differences with a value or nothing, as compilers leave what was a branch: divisions bit by bit, square roots, greatest
//! and least of what is counted. All of them choose by comparisons, of what they add or of something else. And summands that are
//! taken away from their sums again, as distances of pointers are made.

use super::{Program, Ty};

impl Program<'_, '_> {
    pub(super) fn conditional_sums(&mut self) {
        let ty = [Ty::I32, Ty::I64, Ty::I64][self.pick(3)];
        let (name, chosen) = (ty.name(), self.local(Ty::I32));
        let [x, y, z] = [self.local(ty), self.local(ty), self.local(ty)];
        if self.chance(3) {
            // Small enough that either outcome is common.
            self.line(&format!("local.get {x} {name}.const 31 {name}.and local.set {x}"));
            for local in [y, z] {
                self.line(&format!("local.get {local} {name}.const 15 {name}.and local.set {local}"));
            }
        }
        let other = if self.chance(3) { z } else { y };
        let test = ["ge_u", "lt_u", "gt_u", "le_s", "ge_s", "eq"][self.pick(6)];
        self.line(&format!("local.get {x} local.get {other} {name}.{test} local.set {chosen}"));
        for _ in 0..3 + self.pick(6) {
            match self.pick(5) {
                0..=2 => self.sum_or_not(ty, x, y, chosen),
                3 => self.bit_or_not(ty, z, chosen),
                _ => self.line(&format!("local.get {z} {name}.const 1 {name}.shl local.set {z}")),
            }
        }
    }

    /// `to` and `part`, or `to` alone.
    fn sum_or_not(&mut self, ty: Ty, to: usize, part: usize, chosen: usize) {
        let name = ty.name();
        let operator = ["sub", "sub", "add", "or"][self.pick(4)];
        // What is compared may be needed again.
        let result = if self.chance(2) { self.local(ty) } else { to };
        self.line(&format!("local.get {to}"));
        match ty {
            // Halves that may be chosen by different outcomes.
            Ty::I64 if self.chance(2) => {
                self.line(&format!("local.get {part} i32.wrap_i64"));
                self.or_nothing(Ty::I32, chosen);
                self.line(&format!("i64.extend_i32_u local.get {part} i64.const 32 i64.shr_u i32.wrap_i64"));
                self.or_nothing(Ty::I32, chosen);
                self.line("i64.extend_i32_u i64.const 32 i64.shl i64.or");
            }
            _ => {
                self.line(&format!("local.get {part}"));
                self.or_nothing(ty, chosen);
            }
        }
        self.line(&format!("{name}.{operator} local.set {result}"));
    }

    /// What a sum or difference is made of, taken off or added again.
    pub(super) fn taken_away(&mut self) {
        let ty = [Ty::I32, Ty::I32, Ty::I64][self.pick(3)];
        let name = ty.name();
        for _ in 0..1 + self.pick(3) {
            let [x, y, result] = [self.local(ty), self.local(ty), self.local(ty)];
            let operator = ["add", "add", "sub"][self.pick(3)];
            self.line(&format!("local.get {x} local.get {y} {name}.{operator}"));
            if self.chance(2) {
                let c = self.pick(64) as i32 - 32;
                self.line(&format!("{name}.const {c} {name}.add"));
            }
            let other = [x, y, y][self.pick(3)];
            let operator = ["sub", "sub", "add"][self.pick(3)];
            self.line(&format!("local.get {other} {name}.{operator} local.set {result}"));
        }
    }

    /// Makes 0 of what is on the stack, by either outcome.
    fn or_nothing(&mut self, ty: Ty, chosen: usize) {
        let inverse = if self.chance(2) { " i32.eqz" } else { "" };
        self.line(&format!("{}.const 0 local.get {chosen}{inverse} select", ty.name()));
    }

    /// The next bit of `to`, or of its double, is the truth value.
    fn bit_or_not(&mut self, ty: Ty, to: usize, chosen: usize) {
        let name = ty.name();
        let doubled = if self.chance(2) { format!(" {name}.const 1 {name}.shl") } else { String::new() };
        let extended = if ty == Ty::I64 { " i64.extend_i32_u" } else { "" };
        let operator = ["or", "xor", "add"][self.pick(3)];
        self.line(&format!("local.get {to}{doubled} local.get {chosen}{extended} {name}.{operator} local.set {to}"));
    }
}
