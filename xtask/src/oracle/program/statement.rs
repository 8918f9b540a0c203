//! Statements: they leave the operand stack as it is.

use super::{Program, Ty};

/// Those of floats last.
const STORES: [(Ty, &str, u32); 9] = [
    (Ty::I32, "store", 4),
    (Ty::I32, "store8", 1),
    (Ty::I32, "store16", 2),
    (Ty::I64, "store", 8),
    (Ty::I64, "store8", 1),
    (Ty::I64, "store16", 2),
    (Ty::I64, "store32", 4),
    (Ty::F32, "store", 4),
    (Ty::F64, "store", 8),
];

impl Program<'_, '_> {
    pub(super) fn statement(&mut self, depth: u32) {
        if depth == 0 || self.budget == 0 {
            return self.assignment(1);
        }
        self.budget -= 1;
        if self.shape.stress && !self.chance(3) {
            return self.stress(depth - 1);
        }
        match self.pick(20) {
            17 | 18 if self.shape.references => self.table_statement(),
            18 | 19 if self.shape.bulk => self.bulk_statement(),
            17..=19 => self.assignment(4),
            0..=3 => self.assignment(4),
            4 | 14 | 15 => self.store(),
            16 => self.fields(),
            5 => {
                self.condition(3);
                self.line("if");
                self.statements(depth - 1);
                if self.chance(2) {
                    self.line("else");
                    self.statements(depth - 1);
                }
                self.line("end");
            }
            6 => self.counted(depth - 1),
            7 => self.block(depth - 1),
            8 => self.switch(depth - 1),
            9 => self.call(),
            10 => self.exchange(),
            11 => match self.globals.len() {
                0 => self.store(),
                count => {
                    let index = self.pick(count);
                    self.expression(self.globals[index], 3);
                    self.line(&format!("global.set $g{index}"));
                }
            },
            12 => self.leave(),
            _ => {
                if self.chance(2) {
                    let pages = self.pick(3);
                    let memory = self.pick(self.memories);
                    self.line(&format!("i32.const {pages} memory.grow $m{memory}"));
                } else {
                    let memory = self.pick(self.memories);
                    self.line(&format!("memory.size $m{memory}"));
                }
                let local = self.local(Ty::I32);
                self.line(&format!("local.set {local}"));
            }
        }
    }

    fn statements(&mut self, depth: u32) {
        for _ in 0..1 + self.pick(4) {
            self.statement(depth);
        }
    }

    fn assignment(&mut self, depth: u32) {
        let ty = self.ty();
        let local = self.local(ty);
        self.expression(ty, depth);
        self.line(&format!("local.set {local}"));
    }

    /// A kind of store: type of the value, operator, bytes.
    fn store_kind(&mut self) -> (Ty, &'static str, u32) {
        let count = if self.shape.floats { 9 } else { 7 };
        STORES[self.pick(count)]
    }

    fn store(&mut self) {
        let (ty, operator, width) = self.store_kind();
        self.address(2);
        self.expression(ty, 3);
        self.canonical(ty);
        let memarg = self.memarg(width);
        self.line(&format!("{}.{operator} {memarg}", ty.name()));
    }

    /// Reads and writes around one address, as of a structure.
    fn fields(&mut self) {
        let pointer = self.local(Ty::I32);
        self.address(2);
        self.line(&format!("local.set {pointer}"));
        for _ in 0..1 + self.pick(4) {
            let (ty, operator, width) = self.store_kind();
            let memarg = self.memarg(width);
            self.line(&format!("local.get {pointer} local.get {pointer}"));
            self.load(ty);
            self.expression(ty, 2);
            self.line(&format!("{}.add", ty.name()));
            self.canonical(ty);
            self.line(&format!("{}.{operator} {memarg}", ty.name()));
        }
    }

    /// A loop of some iterations.
    fn counted(&mut self, depth: u32) {
        let (exit, head) = (self.fresh_label(), self.fresh_label());
        self.line(&format!("block $l{exit} loop $l{head}"));
        self.labels.push(exit);
        self.statements(depth);
        self.labels.pop();
        self.line("global.get $fuel i32.const 1 i32.sub global.set $fuel");
        self.line(&format!("global.get $fuel i32.const 0 i32.le_s br_if $l{exit}"));
        self.condition(3);
        self.line(&format!("br_if $l{head} end end"));
    }

    fn block(&mut self, depth: u32) {
        let exit = self.fresh_label();
        self.line(&format!("block $l{exit}"));
        self.labels.push(exit);
        self.statements(depth);
        self.condition(3);
        self.line(&format!("br_if $l{exit}"));
        self.statements(depth);
        self.labels.pop();
        self.line("end");
    }

    /// Nested blocks that a table of branches leaves.
    fn switch(&mut self, depth: u32) {
        let cases: Vec<u32> = (0..2 + self.pick(6)).map(|_| self.fresh_label()).collect();
        for label in cases.iter().rev() {
            self.line(&format!("block $l{label}"));
        }
        self.expression(Ty::I32, 3);
        if self.chance(2) {
            self.line("i32.const 7 i32.and");
        }
        let entries = self.pick(9);
        let mut targets = String::new();
        for _ in 0..=entries {
            targets.push_str(&format!(" $l{}", cases[self.pick(cases.len())]));
        }
        self.line(&format!("br_table{targets}"));
        for (index, _) in cases.iter().enumerate() {
            self.line("end");
            self.labels.extend(&cases[index + 1..]);
            self.statement(depth);
            if index + 1 < cases.len() && self.chance(2) {
                let last = cases[cases.len() - 1];
                self.line(&format!("br $l{last}"));
            }
            self.labels.truncate(self.labels.len() - (cases.len() - index - 1));
        }
    }

    /// A call whose results go to locals.
    pub(super) fn call(&mut self) {
        let Some(index) = self.callee() else { return };
        let signature = self.functions[index].clone();
        self.arguments(index, 2);
        self.line(&format!("call $f{index}"));
        for &result in signature.results.iter().rev() {
            let local = self.local(result);
            self.line(&format!("local.set {local}"));
        }
    }

    /// Two or three locals change places.
    pub(super) fn exchange(&mut self) {
        let ty = self.ty();
        let locals: Vec<usize> = (0..2 + self.pick(2)).map(|_| self.local(ty)).collect();
        for local in &locals {
            self.line(&format!("local.get {local}"));
        }
        for local in locals.iter().cycle().skip(1).take(locals.len()) {
            self.line(&format!("local.set {local}"));
        }
    }

    /// A conditional return, or a trap where those are allowed.
    fn leave(&mut self) {
        self.condition(3);
        self.line("if");
        if self.shape.traps && self.chance(3) {
            self.line("unreachable");
        } else if !(self.chance(3) && self.tail_call(2)) {
            for ty in self.results.clone() {
                self.expression(ty, 2);
            }
            self.line("return");
        }
        self.line("end");
    }
}
