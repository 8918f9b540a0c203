//! Loops over words and pairs of words whose alignment is promised: what accesses of several words step through.

use super::{Program, Ty};

impl Program<'_, '_> {
    /// A counted loop that steps a pointer to a multiple of 8 by a multiple of 4 or 8, with accesses at it that promise as much.
    pub(super) fn stepped_words(&mut self) {
        let Some([pointer, count, before]) = self.distinct() else { return };
        let label = self.fresh_label();
        let rounds = 1 + self.pick(6);
        // Nothing is known of what memory has.
        let place = self.pick(0x400);
        self.line(&format!("local.get {pointer} i32.const {place} i32.load i32.xor"));
        self.line(&format!("i32.const 0x3f8 i32.and i32.const 64 i32.add local.set {pointer}"));
        self.line(&format!("i32.const {rounds} local.set {count} loop $l{label}"));
        let step = [8, 8, 8, 8, 16, 12, -8, 4][self.pick(8)];
        let most = if step % 8 == 0 { 8 } else { 4 };
        // Two accesses to neighbouring words, or more of all kinds. Nothing is promised where the pointer is off by two bytes.
        let off = self.chance(6);
        if off {
            self.line(&format!("local.get {pointer} i32.const 2 i32.add local.set {pointer}"));
        }
        // The next word, the last one that the step passes, or another.
        let near = [4, 4, 4, 4, (step - 4).max(0), 8, 0][self.pick(7)];
        let next = format!("local.get {pointer} i32.const {step} i32.add local.set {pointer}");
        // The step may come first, and be stored.
        let steps_first = self.chance(3);
        if steps_first {
            self.line(&format!("local.get {pointer} local.set {before} {next}"));
        }
        let base = if steps_first { before } else { pointer };
        if !off && self.chance(6) {
            (0..1 + self.pick(3)).for_each(|_| self.aligned_access(base, [before, pointer, count], most));
        } else {
            let last = if steps_first && self.chance(2) { pointer } else { self.local(Ty::I32) };
            let values = [self.local(Ty::I32), last];
            self.neighbours(base, values, [before, pointer, count], near, off);
        }
        if !steps_first {
            self.line(&next);
        }
        self.line(&format!("local.get {count} i32.const 1 i32.sub local.tee {count} br_if $l{label} end"));
    }

    /// Loads to what is not in `kept`, or stores, of a word at `base` and of one `near` bytes behind.
    fn neighbours(&mut self, base: usize, values: [usize; 2], kept: [usize; 3], near: i32, off: bool) {
        let align = if off { 2 } else { 4 };
        let is_load = self.chance(2);
        for (value, offset) in values.into_iter().zip([0, near]) {
            let at = format!("offset={offset} align={align}");
            match is_load && !kept.contains(&value) {
                true => self.line(&format!("local.get {base} i32.load {at} local.set {value}")),
                false => self.line(&format!("local.get {base} local.get {value} i32.store {at}")),
            }
        }
    }

    fn aligned_access(&mut self, base: usize, kept: [usize; 3], most: u32) {
        let floats = self.shape.floats;
        let ty = [Ty::I64, Ty::I64, Ty::I32, if floats { Ty::F64 } else { Ty::I64 }][self.pick(4)];
        let align = if ty == Ty::I32 { 4 } else { most };
        let offset = [0, 0, 8, 4 & !(most - 1)][self.pick(4)];
        let at = format!("offset={offset} align={align}");
        let value = self.local(ty);
        let name = ty.name();
        if kept.contains(&value) || self.chance(3) {
            self.line(&format!("local.get {base}"));
            self.get(ty);
            self.canonical(ty);
            self.line(&format!("{name}.store {at}"));
            return;
        }
        self.line(&format!("local.get {base} {name}.load {at}"));
        // Sums of NaNs may have any payload.
        if ty != Ty::F64 && self.chance(2) {
            self.line(&format!("local.get {value} {name}.add"));
        }
        self.line(&format!("local.set {value}"));
    }
}
