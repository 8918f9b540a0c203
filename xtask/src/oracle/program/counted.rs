//! Loops of one block that are counted: what compilers unroll. Locals change places in them, addresses follow the counter, and
//! all of it is read behind them.

use super::{Program, Ty};

impl Program<'_, '_> {
    /// A loop whose rounds follow from the counter's start, end and step alone, at most 40 of them.
    pub(super) fn counted_rounds(&mut self) {
        let (counter, label) = (self.local(Ty::I32), self.fresh_label());
        let step = [1, -1, 2, -2, 4, -4, 8][self.pick(7)];
        let to_zero = self.chance(3);
        let rounds = [1, 2, 3, 4, 6, 8, 9, 12, 16, 17, 40][self.pick(11)];
        let end: i32 = if to_zero { 0 } else { [0, 7, -1, 1024, 0x7fff_fffe, -0x7fff_ffff][self.pick(6)] };
        if self.chance(2) {
            self.line(&format!("i32.const {}", end.wrapping_sub(step * rounds)));
        } else {
            // A number of rounds that is not known: 1 to 16, or 1 to 32.
            let most = [15, 31][self.pick(2)];
            self.line(&format!("i32.const {end}"));
            self.get(Ty::I32);
            self.line(&format!("i32.const {most} i32.and i32.const 1 i32.add i32.const {step} i32.mul i32.sub"));
        }
        self.line(&format!("local.set {counter}"));
        // Another that changes by the same step, or nearly.
        let beside = self.local(Ty::I32);
        let beside = (self.chance(2) && beside != counter).then_some((beside, step + [0, 0, 0, 1][self.pick(4)]));
        if let Some((beside, _)) = beside {
            let distance = [1, 4, -4, 16, 255, 4096, -1][self.pick(7)];
            self.line(&format!("local.get {counter} i32.const {distance} i32.add local.set {beside}"));
        }
        self.line(&format!("loop $l{label}"));
        for _ in 0..1 + self.pick(4) {
            match self.pick(4) {
                0 => self.rotate(counter),
                1 => self.access_at(counter, step),
                _ => self.mix(counter),
            }
        }
        if let Some((beside, step)) = beside {
            self.mix(counter);
            self.line(&format!("local.get {beside} i32.const {step} i32.add local.set {beside}"));
        }
        self.line(&format!("local.get {counter} i32.const {step} i32.add local.tee {counter}"));
        match (to_zero, self.pick(3)) {
            (true, 0) => {}
            // It meets the end, and may be past it before.
            (_, 2) => {
                let sign = ["s", "u"][self.pick(2)];
                self.line(&format!("i32.const {end} i32.{}_{sign}", if step > 0 { "lt" } else { "gt" }));
            }
            (_, 0) => self.line(&format!("i32.const {end} i32.ne")),
            _ => self.line(&format!("i32.const {end} i32.eq i32.eqz")),
        }
        self.line(&format!("br_if $l{label} end"));
    }

    /// A loop whose counter starts, steps and ends anywhere, and that another one ends after at most 12 rounds. What is read of the
    /// counter tells which of its bits were believed to be 0.
    pub(super) fn far_counter(&mut self) {
        let Some([counter, budget, seen]) = self.distinct() else { return };
        let (out, label) = (self.fresh_label(), self.fresh_label());
        let step: i32 = [1, -1, 3, -3, 4, -7, 8, 0x1000_0000, -0x4000_0000, 0x7fff_ffff, i32::MIN][self.pick(11)];
        let end: i32 = [0, 1, 7, 31, 32, 40, 255, -1, 0x7fff_fffe, -0x7fff_ffff][self.pick(10)];
        let starts =
            [0, 1, 30, 250, end, end.wrapping_sub(step), end.wrapping_sub(step.wrapping_mul(5)), i32::MAX, i32::MIN];
        let start = starts[self.pick(starts.len())];
        self.line(&format!("i32.const {start} local.set {counter}"));
        if self.chance(3) {
            let other = starts[self.pick(starts.len())];
            self.condition(1);
            self.line(&format!("if i32.const {other} local.set {counter} end"));
        }
        let rounds = 2 + self.pick(11);
        self.line(&format!("i32.const {rounds} local.set {budget} block $l{out} loop $l{label}"));
        for _ in 0..1 + self.pick(3) {
            let mask = [1, 31, 63, 255, 0xffff, 0x7fff_ffff, -1][self.pick(7)];
            let operator = ["shl", "shr_u", "rotl", "xor", "add"][self.pick(5)];
            self.line(&format!("local.get {seen} i32.const 5 i32.mul i32.const 0x1234567 i32.add"));
            self.line(&format!("local.get {counter} i32.const {mask} i32.and i32.{operator} local.set {seen}"));
        }
        let next = format!("local.get {counter} i32.const {step} i32.add");
        let name = ["ne", "lt_s", "lt_u", "le_s", "le_u", "gt_s", "gt_u", "ge_s", "ge_u"][self.pick(9)];
        let test = format!("i32.const {end} i32.{name}");
        let spent = format!("local.get {budget} i32.const 1 i32.sub local.tee {budget} i32.eqz br_if $l{out}");
        let round = match self.pick(4) {
            // Tested before it changes.
            0 => format!("{spent} local.get {counter} {test} {next} local.set {counter} br_if $l{label}"),
            1 => format!(
                "local.get {counter} {test} i32.eqz br_if $l{out} {next} local.set {counter} {spent} br $l{label}"
            ),
            2 => format!("{next} local.tee {counter} {test} i32.eqz br_if $l{out} {spent} br $l{label}"),
            _ => format!("{spent} {next} local.tee {counter} {test} br_if $l{label}"),
        };
        self.line(&round);
        self.line("end end");
    }

    /// Two or three locals of a type take each other's place, the counter excepted.
    fn rotate(&mut self, counter: usize) {
        let ty = [Ty::I32, Ty::I32, Ty::I64][self.pick(3)];
        let places: Vec<usize> = (0..2 + self.pick(2)).map(|_| self.local(ty)).collect();
        if places.contains(&counter) {
            return;
        }
        let gets: Vec<String> = places.iter().map(|place| format!("local.get {place}")).collect();
        self.line(&gets.join(" "));
        let sets: Vec<String> = places.iter().map(|place| format!("local.set {place}")).collect();
        self.line(&sets.join(" "));
    }

    /// One local changes by another, and by the counter.
    fn mix(&mut self, counter: usize) {
        let (to, from) = (self.local(Ty::I32), self.local(Ty::I32));
        if to == counter {
            return;
        }
        let operator = ["add", "sub", "xor", "mul", "shl", "shr_u", "rotl", "shr_s"][self.pick(8)];
        let other = if self.chance(3) { counter } else { from };
        self.line(&format!("local.get {to} local.get {other} i32.{operator} local.set {to}"));
    }

    /// A load or store at an address that follows the counter.
    fn access_at(&mut self, counter: usize, step: i32) {
        let value = self.local(Ty::I32);
        if value == counter {
            return;
        }
        let width = [1, 2, 4][self.pick(3)].min(step.abs());
        let suffix = if width == 4 { "" } else { ["8", "16"][width as usize / 2] };
        let sign = if width == 4 { "" } else { "_u" };
        // Where the counter passes zero, addresses near the end of the number range trap or not, as `--bounds` says.
        let address = format!("local.get {counter} i32.const 0x3ff i32.and");
        if self.chance(2) {
            self.line(&format!("{address} i32.load{suffix}{sign} offset=256 align=1 local.get {value} i32.add"));
            self.line(&format!("local.set {value}"));
        } else {
            self.line(&format!("{address} local.get {value} i32.store{suffix} offset=260 align=1"));
        }
    }
}
