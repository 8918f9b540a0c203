//! Numbers that are kept between bounds, which are often those of so many bits, or next to them.

use super::{Program, Ty};

impl Program<'_, '_> {
    pub(super) fn saturated(&mut self) {
        let Some([number, result]) = self.distinct() else { return };
        let width = [0, 1, 7, 8, 10, 15, 16, 23, 30, 31][self.pick(10)];
        let near = [0, 0, 0, 0, 1, -1];
        let most = ((1i64 << width) - 1 + near[self.pick(6)]) as i32;
        let signed = self.chance(2);
        let least = if signed { -(1i64 << width) } else { 0 };
        let least = (least + near[self.pick(6)]) as i32;
        self.get(Ty::I32);
        match self.pick(4) {
            // Around one of the bounds.
            0 | 1 => {
                let bound = [least, most][self.pick(2)];
                self.line(&format!("i32.const 7 i32.and i32.const {} i32.add", bound.wrapping_sub(3)));
            }
            2 => {
                let (operator, amount) = (["shl", "shr_s", "shr_u"][self.pick(3)], 1 + self.pick(31));
                self.line(&format!("i32.const {amount} i32.{operator}"));
            }
            _ => {}
        }
        self.line(&format!("local.set {number}"));
        let mut limits = [(least, true), (most, false)];
        if self.chance(2) {
            limits.swap(0, 1);
        }
        let again = if self.chance(2) { number } else { result };
        self.limited([number, number], limits[0]);
        self.line(&format!("local.set {result}"));
        self.limited([again, result], limits[1]);
        self.line(&format!("local.set {result}"));
    }

    /// Pushes the second of two locals, or a limit where the first is past it.
    fn limited(&mut self, [compared, kept]: [usize; 2], (limit, from_below): (i32, bool)) {
        let bound = limit.wrapping_add([0, 0, 0, 1, -1][self.pick(5)]);
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
