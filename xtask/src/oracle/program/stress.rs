//! Statements where compilers break, each of one kind: pressure over calls and loops, swaps at joins, several exits with values,
//! tables of branches with values, amounts and masks at the edges of words, offsets at the edges of encodings, accesses that
//! overlap, induction variables that wrap around, operands that are overwritten while they wait, carries over four words. Loops
//! that are counted are in `counted`, those that go from state to state in `rounds`, those over bytes in `scanning`, those over
//! aligned words in `stepping`, those whose locals are made of each other in `related`; numbers kept between bounds in `saturating`;
//! sums with a value or nothing, and what is taken away from them, in `sums`; accesses at the ends of memory in `edges`.
//!
//! They leave the operand stack as it is and end like all of the program: by fuel.

use super::{Program, Ty};

/// Amounts at and around the widths of words.
const AMOUNTS: [i64; 16] = [0, 1, 7, 8, 15, 16, 24, 30, 31, 32, 33, 47, 62, 63, 64, 65];
/// Masks of runs of ones, and neighbours of them.
const MASKS: [i64; 14] = [
    1,
    3,
    0xff,
    0x100,
    0xfff,
    0xffff,
    0x1_0000,
    0x00ff_ff00,
    0x7fff_ffff,
    0x8000_0000,
    0xffff_fffe,
    0xff00_00ff,
    0x0f0f_0f0f,
    0xff00_ff00,
];
/// Offsets at the ends of what addresses hold in an instruction, all below two pages with 16 bits to spare.
const OFFSETS: [u32; 22] =
    [0, 1, 2, 3, 4, 124, 125, 127, 128, 254, 255, 256, 257, 1019, 1020, 1024, 4091, 4092, 4095, 4096, 65_532, 65_536];
const ACCESSES: [(Ty, &str, &str); 11] = [
    (Ty::I32, "load", "store"),
    (Ty::I32, "load8_u", "store8"),
    (Ty::I32, "load8_s", "store8"),
    (Ty::I32, "load16_u", "store16"),
    (Ty::I32, "load16_s", "store16"),
    (Ty::I64, "load", "store"),
    (Ty::I64, "load8_s", "store8"),
    (Ty::I64, "load16_u", "store16"),
    (Ty::I64, "load32_s", "store32"),
    (Ty::I64, "load32_u", "store32"),
    (Ty::I64, "load8_u", "store8"),
];

impl Program<'_, '_> {
    pub(super) fn stress(&mut self, depth: u32) {
        if self.shape.overruns && self.chance(3) {
            return self.at_edges();
        }
        match self.pick(32) {
            0 => self.pressure(depth),
            1 => self.permutation_at_join(depth),
            2 => self.several_exits(depth),
            3 => self.table_with_values(),
            4 => self.calls_with_longs(),
            5 => self.edges_of_shifts(),
            6 => self.edges_of_offsets(),
            7 => self.overlaps(),
            8 => self.wrapping_induction(depth),
            9 => self.conditions_as_values(),
            10 => self.written_while_waiting(),
            11 => self.one_arm(depth),
            12 | 13 => self.counted_rounds(),
            14 => self.indexed_rounds(),
            15 | 16 => self.state_machine(),
            17..=19 => self.scanning(),
            20 | 21 => self.conditional_sums(),
            22 => self.taken_away(),
            23 | 24 => self.stepped_words(),
            25 | 26 => self.saturated(),
            27 | 28 => self.far_counter(),
            29 | 30 => self.related_rounds(),
            _ => self.carries(),
        }
    }

    fn integer(&mut self) -> Ty {
        if self.chance(2) { Ty::I64 } else { Ty::I32 }
    }

    /// An integer or, where there are floats, often one.
    fn number(&mut self) -> Ty {
        match self.shape.floats && self.chance(2) {
            true => [Ty::F32, Ty::F64][self.pick(2)],
            false => self.integer(),
        }
    }

    /// Pushes a constant and combines it with what is on the stack, by an operator of `of_integers` if it is one.
    fn combine_constant(&mut self, ty: Ty, of_integers: &[&'static str]) {
        match ty {
            Ty::F32 | Ty::F64 => self.float_constant(ty),
            Ty::I32 | Ty::I64 | Ty::FuncRef | Ty::ExternRef => {
                let c = self.constant(ty);
                self.line(&format!("{}.const {c}", ty.name()));
            }
        }
        self.combine(ty, of_integers);
    }

    /// Combines two numbers.
    fn combine(&mut self, ty: Ty, of_integers: &[&'static str]) {
        let of_floats = ["add", "sub", "mul", "min", "max"];
        let names = if matches!(ty, Ty::F32 | Ty::F64) { &of_floats[..] } else { of_integers };
        let name = names[self.pick(names.len())];
        self.line(&format!("{}.{name}", ty.name()));
    }

    pub(super) fn get(&mut self, ty: Ty) {
        let local = self.local(ty);
        self.line(&format!("local.get {local}"));
    }

    fn set(&mut self, ty: Ty) {
        let local = self.local(ty);
        self.line(&format!("local.set {local}"));
    }

    /// Many values on the stack, over a loop or a call, and then used from the last to the first.
    fn pressure(&mut self, depth: u32) {
        let ty = self.number();
        let count = 5 + self.pick(16);
        for n in 0..count {
            self.get(ty);
            self.combine_constant(ty, &["add", "xor", "mul", "sub", "rotl"]);
            if n % 5 == 4 {
                let local = self.local(ty);
                self.line(&format!("local.tee {local}"));
            }
        }
        if depth > 0 && self.chance(2) {
            let label = self.fresh_label();
            self.line(&format!("loop $l{label}"));
            self.exchange();
            self.call();
            self.again(label);
        } else {
            self.call();
        }
        for _ in 1..count {
            self.combine(ty, &["sub", "xor", "add", "and", "or", "shl"]);
        }
        self.set(ty);
    }

    /// Goes back to `label` while there is fuel and a condition holds.
    fn again(&mut self, label: u32) {
        self.line("global.get $fuel i32.const 1 i32.sub global.set $fuel");
        self.condition(2);
        self.line(&format!("global.get $fuel i32.const 0 i32.gt_s i32.and br_if $l{label} end"));
    }

    /// A loop in which each arm exchanges other locals.
    fn permutation_at_join(&mut self, depth: u32) {
        let label = self.fresh_label();
        self.line(&format!("loop $l{label}"));
        self.condition(2);
        self.line("if");
        self.exchange();
        self.exchange();
        self.line("else");
        self.exchange();
        if depth > 0 {
            self.statement(depth - 1);
        }
        self.line("end");
        self.again(label);
    }

    /// Three values that leave a block by several exits, some of them still needed behind it.
    fn several_exits(&mut self, depth: u32) {
        let types: Vec<Ty> = (0..1 + self.pick(3)).map(|_| self.number()).collect();
        let names: Vec<&str> = types.iter().map(|ty| ty.name()).collect();
        let (outer, inner) = (self.fresh_label(), self.fresh_label());
        let result = format!("(result {})", names.join(" "));
        self.line(&format!("block $l{outer} {result} block $l{inner} {result}"));
        for _ in 0..2 + self.pick(3) {
            types.iter().for_each(|&ty| self.expression(ty, 2));
            self.condition(2);
            let label = [outer, inner][self.pick(2)];
            self.line(&format!("br_if $l{label}"));
            types.iter().rev().for_each(|&ty| self.set(ty));
        }
        types.iter().for_each(|&ty| self.get(ty));
        if depth > 0 && self.chance(2) {
            self.condition(2);
            self.line(&format!("if (param {}) {result}", names.join(" ")));
            types.iter().rev().for_each(|&ty| self.set(ty));
            types.iter().for_each(|&ty| self.expression(ty, 2));
            self.line(&format!("br $l{outer} end"));
        }
        self.line("end");
        let last = types[types.len() - 1];
        self.expression(last, 1);
        self.combine(last, &["xor"]);
        self.line("end");
        types.iter().rev().for_each(|&ty| self.set(ty));
    }

    /// A table of branches that all carry the same values to different places.
    fn table_with_values(&mut self) {
        let types = [self.number(), self.number()];
        let [a, b] = types.map(Ty::name);
        let labels: Vec<u32> = (0..2 + self.pick(4)).map(|_| self.fresh_label()).collect();
        for label in &labels {
            self.line(&format!("block $l{label} (result {a} {b})"));
        }
        types.iter().for_each(|&ty| self.expression(ty, 2));
        self.expression(Ty::I32, 2);
        if self.chance(2) {
            self.line("i32.const 7 i32.and");
            if self.chance(2) {
                let first = 1 + self.pick(3);
                self.line(&format!("i32.const {first} i32.sub"));
            }
        }
        let entries = self.pick(12);
        // Often most of the targets are one.
        let others = if self.chance(2) { 4 } else { 1 };
        let mut targets = String::new();
        for _ in 0..=entries {
            let label = if self.chance(others) { self.pick(labels.len()) } else { 0 };
            targets.push_str(&format!(" $l{}", labels[label]));
        }
        self.line(&format!("br_table{targets}"));
        for _ in &labels {
            self.line("end");
            self.combine_constant(types[1], &["add", "xor", "rotr"]);
        }
        types.iter().rev().for_each(|&ty| self.set(ty));
    }

    /// Calls inside arguments of a call, whose values wait meanwhile.
    fn calls_with_longs(&mut self) {
        let Some(index) = self.callee() else { return };
        let signature = self.functions[index].clone();
        for &ty in &signature.parameters {
            match self.pick(3) {
                0 => self.call_for(ty, 1),
                1 => self.get(ty),
                _ => self.expression(ty, 2),
            }
            if index < self.imports {
                self.canonical(ty);
            }
        }
        self.line(&format!("call $f{index}"));
        signature.results.iter().rev().for_each(|&ty| self.set(ty));
    }

    fn edges_of_shifts(&mut self) {
        let ty = self.integer();
        let name = ty.name();
        self.get(ty);
        for _ in 0..1 + self.pick(5) {
            match self.pick(5) {
                0 => {
                    let mask = MASKS[self.pick(MASKS.len())];
                    let mask = if ty == Ty::I64 && self.chance(2) { mask << 32 | mask >> 3 } else { mask };
                    let operator = ["and", "or", "xor"][self.pick(3)];
                    self.line(&format!("{name}.const {mask:#x} {name}.{operator}"));
                }
                1 => {
                    self.get(ty);
                    let amount = AMOUNTS[self.pick(AMOUNTS.len())];
                    let operator = ["add", "and", "sub"][self.pick(3)];
                    self.line(&format!("{name}.const {amount} {name}.{operator}"));
                    self.shift(ty);
                }
                _ => {
                    let amount = AMOUNTS[self.pick(AMOUNTS.len())];
                    self.line(&format!("{name}.const {amount}"));
                    self.shift(ty);
                }
            }
        }
        self.set(ty);
    }

    fn shift(&mut self, ty: Ty) {
        let operator = ["shl", "shr_s", "shr_u", "rotl", "rotr"][self.pick(5)];
        self.line(&format!("{}.{operator}", ty.name()));
    }

    /// Pushes an address below 1024 plus the smallest offset of the list.
    fn low_address(&mut self) {
        self.get(Ty::I32);
        let mask = [0x3ff, 0x3fc, 0x7, 0xff][self.pick(4)];
        self.line(&format!("i32.const {mask} i32.and"));
    }

    fn offset(&mut self) -> u32 {
        OFFSETS[self.pick(OFFSETS.len())]
    }

    /// Loads and stores around one base, at all distances.
    fn edges_of_offsets(&mut self) {
        self.low_address();
        let pointer = self.local(Ty::I32);
        self.line(&format!("local.set {pointer}"));
        for _ in 0..2 + self.pick(5) {
            let (ty, load, store) = ACCESSES[self.pick(ACCESSES.len())];
            let (name, from, to) = (ty.name(), self.offset(), self.offset());
            if self.chance(3) {
                let step = [4, 1, -4, 255, -255, 256][self.pick(6)];
                self.line(&format!("local.get {pointer} i32.const {step} i32.add i32.const 0x3ff i32.and"));
                self.line(&format!("local.set {pointer}"));
            }
            self.line(&format!("local.get {pointer} local.get {pointer} {name}.{load} offset={from} align=1"));
            self.get(ty);
            self.line(&format!("{name}.add {name}.{store} offset={to} align=1"));
        }
    }

    /// Stores through two pointers that may be equal or near, and loads of what they may have changed.
    fn overlaps(&mut self) {
        let (first, second) = (self.local(Ty::I32), self.local(Ty::I32));
        self.low_address();
        let distance = self.pick(5);
        self.line(&format!("local.tee {first} i32.const {distance} i32.add local.set {second}"));
        if self.chance(4) {
            self.low_address();
            self.line(&format!("local.set {second}"));
        }
        let base = [0, 0, 255, 4094][self.pick(4)];
        for _ in 0..3 + self.pick(5) {
            let (ty, load, store) = ACCESSES[self.pick(ACCESSES.len())];
            let name = ty.name();
            let pointer = [first, second][self.pick(2)];
            let offset = base + self.pick(8);
            if self.chance(2) {
                self.line(&format!(
                    "local.get {pointer} i32.const 0x7ff i32.and {name}.{load} offset={offset} align=1"
                ));
                // The pointers stay what they are.
                let result = self.local(ty);
                if [first, second].contains(&result) {
                    self.line("drop");
                } else {
                    self.line(&format!("local.get {result} {name}.xor local.set {result}"));
                }
            } else {
                self.line(&format!("local.get {pointer} i32.const 0x7ff i32.and"));
                self.get(ty);
                self.line(&format!("{name}.{store} offset={offset} align=1"));
            }
        }
    }

    /// A loop over an induction variable that passes the end of its type, and addresses made from it.
    fn wrapping_induction(&mut self, depth: u32) {
        let ty = self.integer();
        let name = ty.name();
        let (variable, label) = (self.local(ty), self.fresh_label());
        let start = match self.pick(5) {
            0 => 0,
            1 => -3 - self.pick(9) as i64,
            2 => (i64::MAX >> (64 - ty.bits())) - self.pick(6) as i64,
            3 => (i64::MIN >> (64 - ty.bits())) + self.pick(6) as i64,
            _ => 10 - self.pick(20) as i64,
        };
        let step = [1, -1, 2, 4, -4, 3, 0x1000_0000, -7, 0x4000_0000][self.pick(9)];
        self.line(&format!("{name}.const {start} local.set {variable} loop $l{label}"));
        for _ in 0..1 + self.pick(3) {
            let (of, load, store) = ACCESSES[self.pick(ACCESSES.len())];
            let scale = self.pick(4);
            let wrap = if ty == Ty::I64 { "i32.wrap_i64" } else { "" };
            let mask = [0xfff, 0xfffc, 0x7ff8, 0x3fff][self.pick(4)];
            let address = format!("local.get {variable} {wrap} i32.const {scale} i32.shl i32.const {mask} i32.and");
            let offset = [0, 4, 252, 256, 4092][self.pick(5)];
            let of_name = of.name();
            self.line(&format!("{address} {address} {of_name}.{load} offset={offset} align=1"));
            self.get(of);
            let operator = ["add", "xor", "sub"][self.pick(3)];
            self.line(&format!("{of_name}.{operator} {of_name}.{store} offset={offset} align=1"));
        }
        if depth > 0 && self.chance(3) {
            self.statement(depth - 1);
        }
        self.line("global.get $fuel i32.const 1 i32.sub global.set $fuel");
        self.line(&format!("local.get {variable} {name}.const {step} {name}.add local.tee {variable}"));
        let end = start.wrapping_add(step * (1 + self.pick(20) as i64));
        let end = if ty == Ty::I32 { i64::from(end as i32) } else { end };
        let operator = ["ne", "lt_s", "lt_u", "gt_s", "gt_u", "le_s", "ge_u"][self.pick(7)];
        self.line(&format!("{name}.const {end} {name}.{operator} global.get $fuel i32.const 0 i32.gt_s i32.and"));
        self.line(&format!("br_if $l{label} end"));
    }

    /// Sums, masks and selections of comparisons.
    fn conditions_as_values(&mut self) {
        self.condition(2);
        for _ in 0..1 + self.pick(4) {
            self.condition(2);
            let operator = ["add", "sub", "xor", "and", "or", "mul", "eq", "lt_s", "shl"][self.pick(9)];
            self.line(&format!("i32.{operator}"));
        }
        if self.chance(2) {
            let ty = self.number();
            let condition = self.local(Ty::I32);
            self.line(&format!("local.set {condition}"));
            self.expression(ty, 1);
            self.get(ty);
            self.line(&format!("local.get {condition} select"));
            self.set(ty);
        } else {
            self.set(Ty::I32);
        }
    }

    /// Values of a local on the stack from before and after it is written, and in between.
    fn written_while_waiting(&mut self) {
        let ty = self.integer();
        let name = ty.name();
        let (a, b) = (self.local(ty), self.local(ty));
        self.line(&format!("local.get {a} local.get {b} local.get {a}"));
        let c = self.constant(ty);
        self.line(&format!(
            "{name}.const {c} {name}.add local.tee {a} local.get {b} local.get {a} {name}.sub local.tee {b}"
        ));
        for _ in 0..3 {
            let operator = ["sub", "xor", "add", "mul"][self.pick(4)];
            self.line(&format!("{name}.{operator}"));
        }
        self.set(ty);
    }

    /// Locals that only one arm writes, or writes by way of a value that the other reads.
    fn one_arm(&mut self, depth: u32) {
        let ty = self.number();
        let (a, b) = (self.local(ty), self.local(ty));
        self.condition(2);
        self.line("if");
        self.line(&format!("local.get {a} local.get {b} local.set {a}"));
        if depth > 0 {
            self.statement(depth - 1);
        }
        self.line(&format!("local.set {b}"));
        if self.chance(2) {
            self.line("else");
            self.line(&format!("local.get {a} local.set {b}"));
        }
        self.line("end");
        self.line(&format!("local.get {a} local.get {b} {}.sub local.set {a}", ty.name()));
    }

    /// 128-bit sums, differences and products of i64.
    fn carries(&mut self) {
        if !self.shape.wide_arithmetic {
            return self.edges_of_shifts();
        }
        self.expression(Ty::I64, 2);
        self.get(Ty::I64);
        for _ in 0..1 + self.pick(3) {
            if self.chance(2) {
                let operator = ["mul_wide_s", "mul_wide_u"][self.pick(2)];
                self.line(&format!("i64.{operator}"));
            } else {
                self.get(Ty::I64);
                match self.pick(3) {
                    0 => self.line("i64.const 0"),
                    1 => self.line("i64.const -1"),
                    _ => self.get(Ty::I64),
                }
                let operator = ["add128", "sub128"][self.pick(2)];
                self.line(&format!("i64.{operator}"));
            }
        }
        self.set(Ty::I64);
        self.set(Ty::I64);
    }
}
