//! Expressions of one value: operators over operators, with control flow and calls among the operands.

use super::{Program, Ty};

const BINARY: [&str; 15] = [
    "add", "sub", "mul", "and", "or", "xor", "shl", "shr_s", "shr_u", "rotl", "rotr", "div_u", "rem_u", "div_s",
    "rem_s",
];
/// From here on an operator divides.
const FIRST_DIVISION: usize = 11;
const UNARY: [&str; 6] = ["clz", "ctz", "popcnt", "extend8_s", "extend16_s", "extend32_s"];
const COMPARISONS: [&str; 10] = ["eq", "ne", "lt_s", "lt_u", "gt_s", "gt_u", "le_s", "le_u", "ge_s", "ge_u"];
const LOADS: [(&str, u32); 5] = [("load", 0), ("load8_s", 1), ("load8_u", 1), ("load16_s", 2), ("load16_u", 2)];
const WIDE_LOADS: [(&str, u32); 2] = [("load32_s", 4), ("load32_u", 4)];

impl Program<'_, '_> {
    /// Pushes a value of type `ty`.
    pub(super) fn expression(&mut self, ty: Ty, depth: u32) {
        let name = ty.name();
        if depth == 0 || self.budget == 0 {
            return self.leaf(ty);
        }
        self.budget -= 1;
        match self.pick(24) {
            0..=2 => self.leaf(ty),
            3..=11 | 20..=23 if ty.is_reference() => self.reference(ty, depth - 1),
            3..=8 if ty.is_float() => self.float_binary(ty, depth - 1),
            9 if ty.is_float() => self.float_unary(ty, depth - 1),
            10 | 23 if ty.is_float() => self.float_conversion(ty, depth - 1),
            3..=8 => self.binary(ty, depth - 1),
            9 => {
                self.expression(ty, depth - 1);
                let count = if ty == Ty::I64 { UNARY.len() } else { UNARY.len() - 1 };
                let operator = UNARY[self.pick(count)];
                self.line(&format!("{name}.{operator}"));
            }
            10 => self.conversion(ty, depth - 1),
            11 | 20 | 21 => {
                self.address(depth - 1);
                self.load(ty);
            }
            22 => {
                // In bounds by a comparison.
                let local = self.local(Ty::I32);
                let bound = [0x8000, 0x100, 0x7fff][self.pick(3)];
                self.line(&format!("local.get {local} i32.const {bound} i32.lt_u"));
                self.line(&format!("if (result {name}) local.get {local}"));
                self.load(ty);
                self.line("else");
                self.leaf(ty);
                self.line("end");
            }
            23 => self.narrow(ty, depth - 1),
            12 => {
                self.expression(ty, depth - 1);
                self.expression(ty, depth - 1);
                self.condition(depth - 1);
                if ty.is_reference() {
                    self.line(&format!("select (result {name})"));
                } else {
                    self.line("select");
                }
            }
            13 => {
                self.condition(depth - 1);
                self.line(&format!("if (result {name})"));
                self.expression(ty, depth - 1);
                self.line("else");
                self.expression(ty, depth - 1);
                self.line("end");
            }
            14 => self.value_block(ty, depth - 1),
            15 => {
                self.expression(ty, depth - 1);
                let local = self.local(ty);
                self.line(&format!("local.tee {local}"));
            }
            16 => self.call_for(ty, depth - 1),
            17 => self.indirect_call_for(ty, depth - 1),
            18 => match (0..self.globals.len()).find(|&index| self.globals[index] == ty) {
                Some(index) => self.line(&format!("global.get $g{index}")),
                None => self.leaf(ty),
            },
            _ => self.carried(ty, depth - 1),
        }
    }

    /// Replaces the address on the stack by what is there.
    pub(super) fn load(&mut self, ty: Ty) {
        let count = match ty {
            Ty::I32 => 5,
            Ty::I64 => 7,
            Ty::F32 | Ty::F64 => 1,
            Ty::FuncRef | Ty::ExternRef => unreachable!("memories hold no references"),
        };
        let index = self.pick(count);
        let (operator, width) = *LOADS.iter().chain(&WIDE_LOADS).nth(index).expect("7 loads");
        let width = if width == 0 { ty.bits() as u32 / 8 } else { width };
        let memarg = self.memarg(width);
        self.line(&format!("{}.{operator} {memarg}", ty.name()));
    }

    fn leaf(&mut self, ty: Ty) {
        if self.chance(3) {
            self.literal(ty);
        } else {
            let local = self.local(ty);
            self.line(&format!("local.get {local}"));
        }
    }

    /// Pushes a constant.
    fn literal(&mut self, ty: Ty) {
        if ty.is_float() {
            return self.float_constant(ty);
        }
        if ty.is_reference() {
            return self.null(ty);
        }
        let value = self.constant(ty);
        self.line(&format!("{}.const {value}", ty.name()));
    }

    /// A small number, a power of two or its neighbour, an edge, or any.
    pub(super) fn constant(&mut self, ty: Ty) -> i64 {
        let width = ty.bits();
        let value = match self.pick(6) {
            0 | 1 => self.pick(20) as i64 - 3,
            2 => {
                let power = 1i64 << self.pick(width - 1);
                power - self.pick(3) as i64 + 1
            }
            3 => self.pick(0x1_0000) as i64,
            4 => [i64::MIN, i64::MAX, -1, i64::MIN + 1][self.pick(4)] >> (64 - width),
            _ => self.input.arbitrary().unwrap_or(0),
        };
        match ty {
            Ty::I32 => i64::from(value as i32),
            Ty::I64 => value,
            Ty::F32 | Ty::F64 | Ty::FuncRef | Ty::ExternRef => unreachable!("only integers have these constants"),
        }
    }

    fn binary(&mut self, ty: Ty, depth: u32) {
        let name = ty.name();
        let count = if self.chance(4) { BINARY.len() } else { FIRST_DIVISION };
        let index = self.pick(count);
        let divides = index >= FIRST_DIVISION;
        if divides && self.chance(6) {
            self.line(&format!("{name}.const {}", i64::MIN >> (64 - ty.bits())));
        } else if self.chance(3) {
            self.narrow(ty, depth);
        } else {
            self.expression(ty, depth);
        }
        if divides {
            self.divisor(ty, depth);
        } else {
            self.right_operand(ty, depth);
        }
        self.line(&format!("{name}.{}", BINARY[index]));
    }

    pub(super) fn right_operand(&mut self, ty: Ty, depth: u32) {
        match self.pick(5) {
            0 | 1 => self.expression(ty, depth),
            2 | 3 => self.literal(ty),
            _ if ty.is_float() => self.float_unary(ty, depth),
            _ => self.narrow(ty, depth),
        }
    }

    /// Pushes a divisor, which is 0 or -1 only where traps are allowed.
    fn divisor(&mut self, ty: Ty, depth: u32) {
        let name = ty.name();
        let traps = self.shape.traps && self.chance(3);
        if self.chance(2) {
            let value = match self.constant(ty) {
                0 | -1 if !traps => 7,
                value => value,
            };
            return self.line(&format!("{name}.const {value}"));
        }
        self.expression(ty, depth);
        match (traps, self.pick(4)) {
            (true, 0) => self.line(&format!("{name}.const -1 {name}.or")),
            (true, _) => {}
            // Positive and not zero.
            (false, _) => {
                self.line(&format!("{name}.const 0x7fff {name}.and {name}.const 1 {name}.or"));
            }
        }
    }

    /// Pushes a value whose high bits are known: an extension, a mask, a shift by a constant.
    fn narrow(&mut self, ty: Ty, depth: u32) {
        let name = ty.name();
        match self.pick(5) {
            0 if ty == Ty::I64 => self.conversion(ty, depth),
            0 | 1 => {
                self.expression(ty, depth);
                let mask = [0xff, 0xffff, 1, 0x7fff_ffff, 0xf0, 0x3ff][self.pick(6)];
                self.line(&format!("{name}.const {mask} {name}.and"));
            }
            2 => {
                self.expression(ty, depth);
                let operator = ["shr_u", "shr_s", "shl"][self.pick(3)];
                let amount = self.pick(ty.bits() + 2);
                self.line(&format!("{name}.const {amount} {name}.{operator}"));
            }
            3 => {
                self.expression(ty, depth);
                let operator = UNARY[3 + self.pick(2)];
                self.line(&format!("{name}.{operator}"));
            }
            _ => {
                self.condition(depth);
                if ty == Ty::I64 {
                    self.line("i64.extend_i32_u");
                }
            }
        }
    }

    fn conversion(&mut self, ty: Ty, depth: u32) {
        if self.shape.floats && self.chance(2) {
            return self.integer_of_float(ty, depth);
        }
        match ty {
            Ty::I64 => {
                self.expression(Ty::I32, depth);
                let sign = if self.chance(2) { "s" } else { "u" };
                self.line(&format!("i64.extend_i32_{sign}"));
            }
            Ty::I32 if self.chance(2) => {
                self.expression(Ty::I64, depth);
                self.line("i32.wrap_i64");
            }
            Ty::I32 => self.condition(depth),
            Ty::F32 | Ty::F64 => self.float_conversion(ty, depth),
            Ty::FuncRef | Ty::ExternRef => self.reference(ty, depth),
        }
    }

    /// Pushes an i32 that is often a comparison.
    pub(super) fn condition(&mut self, depth: u32) {
        if depth == 0 || self.budget == 0 || self.chance(4) {
            return self.expression(Ty::I32, depth);
        }
        self.budget -= 1;
        let ty = self.ty();
        self.expression(ty, depth - 1);
        if ty.is_float() {
            return self.float_comparison(ty, depth - 1);
        }
        if ty.is_reference() {
            return self.line("ref.is_null");
        }
        if self.chance(5) {
            return self.line(&format!("{}.eqz", ty.name()));
        }
        self.right_operand(ty, depth - 1);
        let operator = COMPARISONS[self.pick(COMPARISONS.len())];
        self.line(&format!("{}.{operator}", ty.name()));
    }

    /// Pushes an address that is in bounds with the offsets of [`Program::memarg`], unless overruns are allowed.
    pub(super) fn address(&mut self, depth: u32) {
        self.expression(Ty::I32, depth);
        if self.chance(3) {
            // A base and a scaled index.
            let (mask, shift) = [(0xff, 2), (0x7f, 3), (0xfff, 0), (0x3ff, 1)][self.pick(4)];
            self.line(&format!("i32.const {mask} i32.and i32.const {shift} i32.shl"));
            self.expression(Ty::I32, depth);
            self.line("i32.const 0x3fff i32.and i32.add");
        } else if !(self.shape.overruns && self.chance(6)) {
            let mask = [0xff, 0xfff, 0x7fff, 0x7ffc][self.pick(4)];
            self.line(&format!("i32.const {mask} i32.and"));
        }
    }

    pub(super) fn memarg(&mut self, width: u32) -> String {
        let offset = match self.pick(6) {
            0..=2 => 0,
            3 => self.pick(64),
            4 => [255, 256, 1020, 1024, 4095, 4096][self.pick(6)],
            _ if self.shape.overruns => [0x8000, 0xffff, 0x1_0000, 0xffff_fff0][self.pick(4)],
            _ => self.pick(0x7000),
        };
        // Addresses are any numbers: a promise of words would often be broken.
        let align = 1u32 << self.pick(width.min(2).trailing_zeros() as usize + 1);
        let memory = self.pick(self.memories);
        format!("$m{memory} offset={offset} align={align}")
    }

    /// A block that several exits leave with a value.
    fn value_block(&mut self, ty: Ty, depth: u32) {
        let (outer, inner) = (self.fresh_label(), self.fresh_label());
        let name = ty.name();
        self.line(&format!("block $l{outer} (result {name}) block $l{inner} (result {name})"));
        for _ in 0..1 + self.pick(2) {
            self.expression(ty, depth);
            self.condition(depth);
            let label = if self.chance(2) { outer } else { inner };
            self.line(&format!("br_if $l{label}"));
            self.exit(depth);
            if self.chance(2) {
                self.line("drop");
            } else {
                let local = self.local(ty);
                self.line(&format!("local.set {local}"));
            }
        }
        self.expression(ty, depth);
        if self.chance(3) {
            self.expression(Ty::I32, depth);
            self.line(&format!("br_table $l{inner} $l{outer} $l{inner}"));
        }
        self.line("end");
        self.expression(ty, depth);
        let operator = if ty.is_reference() { "drop".to_string() } else { format!("{name}.add") };
        self.line(&format!("{operator} end"));
    }

    /// Sometimes leaves an enclosing block with operands on the stack.
    fn exit(&mut self, depth: u32) {
        if !self.labels.is_empty() && self.chance(3) {
            self.condition(depth);
            let index = self.pick(self.labels.len());
            let label = self.labels[index];
            self.line(&format!("br_if $l{label}"));
        }
    }

    /// A call of a function whose first result is wanted; the others are dropped.
    pub(super) fn call_for(&mut self, ty: Ty, depth: u32) {
        let fitting: Vec<usize> =
            self.callable.clone().filter(|&index| self.functions[index].results.first() == Some(&ty)).collect();
        if fitting.is_empty() {
            return self.leaf(ty);
        }
        let index = fitting[self.pick(fitting.len())];
        let signature = self.functions[index].clone();
        self.arguments(index, depth);
        self.line(&format!("call $f{index}"));
        self.line(&"drop ".repeat(signature.results.len() - 1));
    }

    fn indirect_call_for(&mut self, ty: Ty, depth: u32) {
        let fitting: Vec<usize> = (0..self.table.len())
            .filter(|&entry| self.functions[self.table[entry]].results.first() == Some(&ty))
            .collect();
        if fitting.is_empty() {
            return self.leaf(ty);
        }
        let entry = fitting[self.pick(fitting.len())];
        let signature = self.functions[self.table[entry]].clone();
        self.arguments(self.table[entry], depth);
        if self.shape.traps && self.chance(4) {
            self.expression(Ty::I32, depth);
            if self.chance(2) {
                // The entry that stays null, or the one past the end.
                let null = self.table.len();
                self.line(&format!("i32.const 1 i32.and i32.const {null} i32.add"));
            } else {
                self.line("i32.const 7 i32.and");
            }
        } else {
            // The entry, in a way that is not a constant.
            self.expression(Ty::I32, depth);
            self.line(&format!("i32.const 0 i32.and i32.const {entry} i32.or"));
        }
        // Table 1 has other functions, if any.
        let table = if self.shape.references && self.shape.traps && self.chance(4) { 1 } else { 0 };
        self.line(&format!("call_indirect {table} {}", signature.clause()));
        self.line(&"drop ".repeat(signature.results.len() - 1));
    }

    /// A loop that carries two values around, exchanged or not, and leaves with one.
    fn carried(&mut self, ty: Ty, depth: u32) {
        // The type of the block would differ in the references alone from another's.
        if ty == Ty::ExternRef {
            return self.leaf(ty);
        }
        let label = self.fresh_label();
        let name = ty.name();
        self.expression(ty, depth);
        self.expression(ty, depth);
        self.line(&format!("loop $l{label} (param {name} {name}) (result {name})"));
        let (first, second) = (self.local(ty), self.local(ty));
        self.line(&format!("local.set {second} local.set {first}"));
        self.expression(ty, depth);
        self.expression(ty, depth);
        self.condition(depth);
        self.line("global.get $fuel i32.const 1 i32.sub global.set $fuel");
        self.line("global.get $fuel i32.const 0 i32.gt_s i32.and");
        let operator = match ty {
            Ty::I32 | Ty::I64 => format!("{name}.xor"),
            Ty::F32 | Ty::F64 => format!("{name}.sub"),
            Ty::FuncRef | Ty::ExternRef => "drop".to_string(),
        };
        self.line(&format!("br_if $l{label} {operator} end"));
    }
}
