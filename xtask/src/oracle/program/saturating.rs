//! Numbers that are kept between bounds, which are often those of so many bits, or next to them.

use super::{Program, Ty};

impl Program<'_, '_> {
    /// Rounds that pass one of the bounds of a number, saturated in several ways.
    pub(super) fn saturated(&mut self) {
        let Some([number, result, other, budget]) = self.distinct() else { return };
        let width = [0, 1, 7, 8, 10, 15, 16, 23, 30, 31][self.pick(10)];
        let is_signed = self.chance(2);
        let exact = [if is_signed { -(1i64 << width) } else { 0 }, (1i64 << width) - 1];
        let label = self.fresh_label();
        self.get(Ty::I32);
        if self.chance(4) {
            let (operator, amount) = (["shl", "shr_s", "shr_u"][self.pick(3)], 1 + self.pick(31));
            self.line(&format!("i32.const {amount} i32.{operator}"));
        } else {
            let bound = exact[self.pick(2)] as i32;
            self.line(&format!("i32.const 3 i32.and i32.const {} i32.add", bound.wrapping_sub(6)));
        }
        self.line(&format!("local.set {number} i32.const 12 local.set {budget} loop $l{label}"));
        for _ in 0..1 + self.pick(5) {
            let near = [0, 0, 0, 0, 0, 0, 1, -1];
            let [least, most] = exact.map(|limit| (limit + near[self.pick(8)]) as i32);
            let mut limits = [(least, true), (most, false)];
            if self.chance(2) {
                limits.swap(0, 1);
            }
            let [first, again] = [[number, number, other], [number, result, other]].map(|of| of[self.pick(7) / 3]);
            if self.chance(6) {
                let amount = 1 + self.pick(31);
                self.line(&format!("local.get {number} i32.const {amount} i32.shr_s local.set {number}"));
            }
            self.limited([first, number], limits[0]);
            self.line(&format!("local.set {result}"));
            self.limited([again, result], limits[1]);
            self.line(&format!("local.tee {result} local.get {other} i32.const 31 i32.mul i32.add local.set {other}"));
        }
        self.line(&format!("local.get {number} i32.const 1 i32.add local.set {number}"));
        self.line(&format!("local.get {budget} i32.const 1 i32.sub local.tee {budget} br_if $l{label} end"));
    }

    /// Pushes the second of two locals, or a limit where the first is past it.
    fn limited(&mut self, [compared, kept]: [usize; 2], (limit, from_below): (i32, bool)) {
        let bound = limit.wrapping_add([0, 0, 1, -1][self.pick(4)]);
        let sign = if self.chance(6) { "u" } else { "s" };
        let strict = self.chance(2);
        // The first arm is what is kept, or the limit.
        let keeps = self.chance(2);
        let name = match (from_below == keeps, strict) {
            (true, true) => "gt",
            (true, false) => "ge",
            (false, true) => "lt",
            (false, false) => "le",
        };
        let arms = [format!("local.get {kept}"), format!("i32.const {limit}")];
        let [first, second] = if keeps { [0, 1] } else { [1, 0] };
        self.line(&format!("{} {} local.get {compared}", arms[first], arms[second]));
        self.line(&format!("i32.const {bound} i32.{name}_{sign} select"));
    }
}
