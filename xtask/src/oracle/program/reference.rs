//! References, tables and operations on whole ranges.
//!
//! Table 0 has the functions that `call_indirect` may count on and is never written. Table 1 (functions) and table 2
//! (external references) have [`ENTRIES`] entries at least; indices into them are masked, and what is copied, filled or dropped is
//! chosen so that nothing traps, unless the shape allows it.

use super::{Program, Ty};

/// Entries of the tables that are written, a power of two.
pub(super) const ENTRIES: u32 = 8;
/// Bytes of the passive data segment, and items of the passive element segments.
pub(super) const SEGMENT: usize = 24;
pub(super) const ITEMS: usize = 5;

impl Program<'_, '_> {
    /// The tables that are written, a second memory, and passive segments.
    pub(super) fn more_state(&mut self) {
        if self.shape.bulk {
            let data: String = (0..SEGMENT).map(|_| format!("\\{:02x}", self.pick(256))).collect();
            self.line(&format!("(data $passive \"{data}\")"));
        }
        if self.memories > 1 {
            let size = match self.shape.custom_page_sizes && self.chance(3) {
                true => format!("{} 70000 (pagesize 1)", 0x10000 + self.pick(100)),
                false => "1 2".to_string(),
            };
            self.line(&format!("(memory $m1 (export \"memory1\") {size})"));
            self.line("(data (memory $m1) (i32.const 3) \"second\")");
        }
        if !self.shape.references {
            return;
        }
        let most = ENTRIES as usize + self.pick(20);
        let export = if self.chance(2) { "(export \"table1\")" } else { "" };
        self.line(&format!("(table $t1 {export} {ENTRIES} {most} funcref)"));
        self.line(&format!("(table $t2 {ENTRIES} externref)"));
        let count = self.inner;
        let first = self.pick(count);
        self.line(&format!("(elem $active (table $t1) (i32.const 1) func $f{first})"));
        let items: String = (0..ITEMS)
            .map(|_| match self.pick(3) {
                0 => "(ref.null func) ".to_string(),
                _ => format!("(ref.func $f{}) ", self.pick(count)),
            })
            .collect();
        self.line(&format!("(elem $functions funcref {items})"));
        self.line(&format!("(elem $externals externref {})", "(ref.null extern) ".repeat(ITEMS)));
        let all: String = (0..count).map(|index| format!(" $f{index}")).collect();
        self.line(&format!("(elem declare func{all})"));
    }

    /// Pushes a reference.
    pub(super) fn reference(&mut self, ty: Ty, depth: u32) {
        let table = if ty == Ty::FuncRef { 1 } else { 2 };
        match self.pick(4) {
            0 if ty == Ty::FuncRef => {
                let index = self.pick(self.inner);
                self.line(&format!("ref.func $f{index}"));
            }
            1 if ty == Ty::FuncRef && self.chance(3) => {
                let entry = self.pick(self.table.len() + 1);
                self.line(&format!("i32.const {entry} table.get 0"));
            }
            0..=2 => {
                self.index(depth, ENTRIES - 1);
                self.line(&format!("table.get $t{table}"));
            }
            _ => self.null(ty),
        }
    }

    pub(super) fn null(&mut self, ty: Ty) {
        self.line(if ty == Ty::FuncRef { "ref.null func" } else { "ref.null extern" });
    }

    /// Pushes a number up to `mask`, or a larger one where traps are allowed.
    fn index(&mut self, depth: u32, mask: u32) {
        if self.chance(4) {
            let index = self.pick(mask as usize + 1);
            return self.line(&format!("i32.const {index}"));
        }
        self.expression(Ty::I32, depth);
        let mask = if self.shape.traps && self.chance(4) { 2 * mask + 1 } else { mask };
        self.line(&format!("i32.const {mask} i32.and"));
    }

    /// A statement on tables.
    pub(super) fn table_statement(&mut self) {
        let (table, ty) = [(1, Ty::FuncRef), (2, Ty::ExternRef)][self.pick(2)];
        let half = ENTRIES / 2 - 1;
        match self.pick(8) {
            0..=2 => {
                self.index(2, ENTRIES - 1);
                self.expression(ty, 2);
                self.line(&format!("table.set $t{table}"));
            }
            3 => {
                self.expression(ty, 2);
                let delta = self.pick(4);
                self.line(&format!("i32.const {delta} table.grow $t{table}"));
                let local = self.local(Ty::I32);
                self.line(&format!("local.set {local}"));
            }
            4 => {
                self.index(2, half);
                self.expression(ty, 2);
                self.index(1, half);
                self.line(&format!("table.fill $t{table}"));
            }
            5 => {
                self.index(2, half);
                let from = if ty == Ty::FuncRef && self.chance(3) { 0 } else { table };
                if from == 0 {
                    self.line("i32.const 0");
                } else {
                    self.index(1, half);
                }
                self.index(1, if from == 0 { 1 } else { half });
                self.line(&format!("table.copy $t{table} {from}"));
            }
            6 => {
                let segment = if ty == Ty::FuncRef { "$functions" } else { "$externals" };
                let segment = if ty == Ty::FuncRef && self.shape.traps && self.chance(4) { "$active" } else { segment };
                self.index(2, half);
                let from = self.pick(ITEMS);
                let count = self.pick(ITEMS - from + 1).min(4);
                self.line(&format!("i32.const {from} i32.const {count} table.init $t{table} {segment}"));
                if self.shape.traps && self.chance(4) {
                    self.line(&format!("elem.drop {segment}"));
                }
            }
            _ => {
                self.line(&format!("table.size $t{table}"));
                let local = self.local(Ty::I32);
                self.line(&format!("local.set {local}"));
            }
        }
    }

    /// A statement on a range of memory.
    pub(super) fn bulk_statement(&mut self) {
        let (to, from) = (self.pick(self.memories), self.pick(self.memories));
        self.address(2);
        match self.pick(5) {
            0 => {
                self.address(2);
                self.count();
                self.line(&format!("memory.copy {to} {from}"));
            }
            1 => {
                // From a little before or behind, where something is.
                let (local, before, behind) = (self.local(Ty::I32), self.pick(24), self.pick(24));
                self.line(&format!("local.set {local}"));
                for offset in [0, 8, 16, 24] {
                    let value = self.input.arbitrary().unwrap_or(0x0123_4567_89ab_cdefi64);
                    self.line(&format!("local.get {local} i64.const {value} i64.store $m{to} offset={offset}"));
                }
                self.line(&format!("local.get {local} i32.const {behind} i32.add"));
                self.line(&format!("local.get {local} i32.const {before} i32.add"));
                self.count();
                self.line(&format!("memory.copy {to} {to}"));
            }
            2 | 3 => {
                self.expression(Ty::I32, 2);
                self.count();
                self.line(&format!("memory.fill {to}"));
            }
            _ => {
                let from = self.pick(SEGMENT);
                let count = self.pick(SEGMENT - from + 1);
                // Without checks of memories there is none of what is left of a segment.
                if self.shape.overruns && self.chance(4) {
                    self.expression(Ty::I32, 1);
                    self.line(&format!("i32.const 31 i32.and i32.const {count}"));
                } else {
                    self.line(&format!("i32.const {from} i32.const {count}"));
                }
                self.line(&format!("memory.init {to} $passive"));
                if self.shape.overruns && self.chance(4) {
                    self.line("data.drop $passive");
                }
            }
        }
    }

    /// Pushes a count that stays in bounds of what [`Program::address`] pushes.
    fn count(&mut self) {
        if self.chance(2) {
            let count = [0, 1, 2, 4, 7, 8, 15, 16, 31, 32, 33, 100][self.pick(12)];
            return self.line(&format!("i32.const {count}"));
        }
        self.expression(Ty::I32, 2);
        let mask = [0x3f, 0xff, 0xfff][self.pick(3)];
        self.line(&format!("i32.const {mask} i32.and"));
    }
}
