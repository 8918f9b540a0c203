//! Accesses around the ends of a memory of two pages: fields of one address between stores, loops whose pointers pass the end in
//! some round, addresses that stay or have an index of few bits, and addresses of which a comparison or a choice says how large
//! they are. Where one is out of bounds, what came before it has happened.

use super::Program;

/// The bytes of the memory.
const END: i32 = 0x2_0000;

impl Program<'_, '_> {
    pub(super) fn at_edges(&mut self) {
        match self.pick(4) {
            0 => self.fields_at_edge(),
            1 | 2 => self.rounds_to_edge(),
            _ => self.limited_addresses(),
        }
    }

    /// Makes a local an address near an end; most are inside.
    fn near_edge(&mut self, local: usize) -> bool {
        let high = self.chance(2);
        let start = match (high, self.chance(3)) {
            (true, false) => END - 96,
            (true, true) => END - 40,
            (false, false) => 48,
            (false, true) => 0,
        };
        // Of a difference nothing is known.
        let index = format!("local.get {local} i32.const 31 i32.and");
        match self.chance(4) {
            true => self.line(&format!("{index} i32.const {start} i32.add local.set {local}")),
            false => self.line(&format!("i32.const {} {index} i32.sub local.set {local}", start + 31)),
        }
        high
    }

    /// One access at a sum of a local and a constant, which changes the sum or memory.
    fn access_near(&mut self, address: &str, value: usize) {
        let constant = [0, 0, 1, 2, 3, 4, 7, 8, -1, -2, -4, -7][self.pick(12)];
        let address = match constant {
            0 => address.to_string(),
            _ => format!("{address} i32.const {constant} i32.add"),
        };
        let suffix = ["", "8", "16"][self.pick(3)];
        let sign = if suffix.is_empty() { "" } else { ["_s", "_u"][self.pick(2)] };
        let at = format!("offset={} align=1", [0, 0, 1, 4, 5, 12][self.pick(6)]);
        if self.chance(2) {
            self.line(&format!("{address} i32.load{suffix}{sign} {at} local.get {value} i32.const 5 i32.mul i32.add"));
            self.line(&format!("local.set {value}"));
        } else {
            self.line(&format!("{address} local.get {value} i32.store{suffix} {at}"));
        }
    }

    /// Loads and stores around one address, some of them behind a branch.
    fn fields_at_edge(&mut self) {
        let Some([pointer, value, other]) = self.distinct() else { return };
        self.near_edge(pointer);
        let address = format!("local.get {pointer}");
        for _ in 0..2 + self.pick(6) {
            if self.chance(4) {
                self.line(&format!("local.get {value} i32.const 1 i32.and if"));
                self.access_near(&address, value);
                if self.chance(2) {
                    self.line("else");
                    self.access_near(&address, value);
                }
                self.line("end");
            } else {
                self.access_near(&address, value);
            }
        }
        // One of two addresses that have been accessed.
        self.line(&format!(
            "local.get {pointer} local.get {pointer} i32.const 4 i32.add local.get {value} i32.const 2"
        ));
        let offset = [0, 8][self.pick(2)];
        self.line(&format!("i32.and select i32.load offset={offset} align=1 local.set {other}"));
    }

    /// A counted loop at the end of which some pointer may be past memory.
    fn rounds_to_edge(&mut self) {
        let Some([pointer, second, stays, count, value]) = self.distinct() else { return };
        let (label, out) = (self.fresh_label(), self.fresh_label());
        let high = self.near_edge(pointer);
        self.near_edge(second);
        self.near_edge(stays);
        let step = [1, 2, 4, 3, 12][self.pick(5)] * if high { 1 } else { -1 };
        let by = [1, 4, -1, 0][self.pick(4)];
        let rounds = 1 + self.pick(24);
        let (from, to, change) =
            [(rounds as i32, 0, -1), (0, rounds as i32, 1), (3, 3 + 4 * rounds as i32, 4)][self.pick(3)];
        self.line(&format!("i32.const {from} local.set {count}"));
        if self.chance(2) {
            // Not known when it is compiled.
            let more = if change < 0 { [3, 4][self.pick(2)] } else { 0 };
            self.line(&format!(
                "local.get {value} i32.const {more} i32.and local.get {count} i32.add local.set {count}"
            ));
        }
        self.line(&format!("block $l{out} loop $l{label}"));
        for _ in 0..1 + self.pick(5) {
            let address = match self.pick(6) {
                0..=2 => format!("local.get {pointer}"),
                3 => format!("local.get {second}"),
                4 => format!("local.get {stays}"),
                _ => format!("local.get {value} i32.const 3 i32.and i32.const 2 i32.shl local.get {stays} i32.add"),
            };
            match self.pick(5) {
                0 => {
                    self.line(&format!("local.get {value} i32.const 4 i32.and if"));
                    self.access_near(&address, value);
                    self.line("end");
                }
                1 => {
                    self.access_near(&address, value);
                    self.line(&format!("local.get {value} i32.const 63 i32.and i32.const 33 i32.eq br_if $l{out}"));
                }
                _ => self.access_near(&address, value),
            }
        }
        self.line(&format!("local.get {pointer} i32.const {step} i32.add local.set {pointer}"));
        self.line(&format!("local.get {second} i32.const {by} i32.add local.set {second}"));
        self.line(&format!("local.get {count} i32.const {change} i32.add local.tee {count}"));
        match self.pick(2) {
            _ if to == 0 => self.line(&format!("br_if $l{label} end end")),
            0 if change == 1 => self.line(&format!("i32.const {to} i32.lt_u br_if $l{label} end end")),
            _ => self.line(&format!("i32.const {to} i32.ne br_if $l{label} end end")),
        }
        self.line(&format!("local.get {value} local.get {pointer} i32.xor local.set {value}"));
    }

    /// Addresses that a comparison limits, and sums and choices of them.
    fn limited_addresses(&mut self) {
        let Some([index, value]) = self.distinct() else { return };
        let limit = [1, 3, 6, 7][self.pick(4)];
        let test = ["lt_u", "le_u"][self.pick(2)];
        let mask = [7, 15][self.pick(2)];
        self.line(&format!("local.get {index} i32.const {mask} i32.and local.set {index}"));
        self.line(&format!("local.get {index} i32.const {limit} i32.{test} if"));
        for _ in 0..1 + self.pick(3) {
            let past = [-1, 0, 0, 1, 2, 3, 4, 8][self.pick(8)];
            let constant = END - limit - past;
            let address = match self.pick(5) {
                0 => format!("local.get {index} i32.const {constant} i32.add"),
                1 => format!("local.get {index} i32.const 1 i32.shl i32.const {} i32.add", constant - limit),
                2 => format!(
                    "local.get {index} local.get {index} i32.const 3 i32.add local.get {value} i32.const 1 i32.and select i32.const {} i32.add",
                    constant - 3
                ),
                3 => format!(
                    "local.get {value} i32.const 3 i32.and local.get {index} i32.add i32.const {} i32.add",
                    constant - 3
                ),
                _ => format!("local.get {index}"),
            };
            let operator = ["load8_u", "load16_u", "load"][self.pick(3)];
            let offset = if address.ends_with("add") { 0 } else { constant };
            self.line(&format!("{address} i32.{operator} offset={offset} align=1 local.get {value} i32.add"));
            self.line(&format!("local.set {value}"));
        }
        self.line("end");
        if self.chance(2) {
            self.line(&format!("local.get {index} i32.load8_u offset={} local.set {value}", END - limit));
        }
    }
}
