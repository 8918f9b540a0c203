//! Loops whose rounds are decided by constants: an index that serves only addresses and its own test, and states that each round
//! leaves to the next, which a table or comparisons tell apart. All of them end after a known number of rounds.

use super::{Program, Ty};

impl Program<'_, '_> {
    /// A loop that reads and writes at sums of its counter with locals that it leaves alone.
    pub(super) fn indexed_rounds(&mut self) {
        let (counter, label) = (self.local(Ty::I32), self.fresh_label());
        let bases: Vec<usize> = (0..1 + self.pick(3)).map(|_| self.local(Ty::I32)).filter(|&n| n != counter).collect();
        for base in &bases {
            self.line(&format!("local.get {base} i32.const 255 i32.and i32.const 320 i32.add local.set {base}"));
        }
        let step = [1, 2, 4, 8, -1, -4][self.pick(6)];
        let rounds = [1, 2, 3, 5, 8, 13, 40][self.pick(7)];
        let end = [0, 7, -1, 64][self.pick(4)];
        // The counter stays within 320 of 0: sums with a base are from 0 to 960.
        let start = if step * rounds > 256 + end { end - step * 8 } else { end - step * rounds };
        self.line(&format!("i32.const {start} local.set {counter} loop $l{label}"));
        for _ in 0..1 + self.pick(4) {
            let Some(&base) = bases.get(self.pick(bases.len().max(1))) else { break };
            let value = self.local(Ty::I32);
            if value == counter || bases.contains(&value) {
                continue;
            }
            let offset = [0, 0, 1, 4, 100][self.pick(5)];
            let address = format!("local.get {base} local.get {counter} i32.add");
            let suffix = ["", "8", "16"][self.pick(3)];
            let sign = if suffix.is_empty() { "" } else { ["_s", "_u"][self.pick(2)] };
            if self.chance(2) {
                self.line(&format!(
                    "{address} i32.load{suffix}{sign} offset={offset} align=1 local.get {value} i32.xor"
                ));
                self.line(&format!("local.set {value}"));
            } else {
                self.line(&format!("{address} local.get {value} i32.store{suffix} offset={offset} align=1"));
            }
        }
        self.line(&format!("local.get {counter} i32.const {step} i32.add local.tee {counter}"));
        match end {
            0 => self.line(&format!("br_if $l{label} end")),
            _ => self.line(&format!("i32.const {end} i32.ne br_if $l{label} end")),
        }
    }

    /// A loop that goes from state to state.
    pub(super) fn state_machine(&mut self) {
        let (counter, state, head) = (self.local(Ty::I32), self.local(Ty::I32), self.fresh_label());
        if counter == state {
            return;
        }
        let states = 2 + self.pick(5);
        let first = [0, 0, 1, -1][self.pick(4)];
        let rounds = 1 + self.pick(60);
        self.line(&format!("i32.const {} local.set {state} i32.const {rounds} local.set {counter}", first));
        self.line(&format!("loop $l{head}"));
        let latch = self.fresh_label();
        let cases: Vec<u32> = (0..states).map(|_| self.fresh_label()).collect();
        for label in [latch].iter().chain(cases.iter().rev()) {
            self.line(&format!("block $l{label}"));
        }
        if self.chance(2) {
            self.change(counter, state);
        }
        let mut outcomes = String::new();
        cases.iter().for_each(|label| outcomes.push_str(&format!(" $l{label}")));
        if self.chance(2) {
            let shift = if first == 0 { String::new() } else { format!("i32.const {first} i32.sub ") };
            let default = if self.chance(2) { latch } else { cases[0] };
            self.line(&format!("local.get {state} {shift}br_table{outcomes} $l{default}"));
        } else {
            for (n, label) in cases.iter().enumerate().rev() {
                self.line(&format!("local.get {state} i32.const {} i32.eq br_if $l{label}", first + n as i32));
            }
            self.line(&format!("br $l{latch}"));
        }
        for _ in &cases {
            self.line("end");
            if self.chance(2) {
                self.change(counter, state);
            }
            self.transition(state, states as i32, first);
            if self.chance(2) {
                self.line(&format!("br $l{latch}"));
            }
        }
        self.line(&format!("end local.get {counter} i32.const 1 i32.sub local.tee {counter} br_if $l{head} end"));
    }

    /// Sets the state to a constant, to one of two, to something that is none, or not at all.
    fn transition(&mut self, state: usize, states: i32, first: i32) {
        let mut next = || first + self.pick(states as usize) as i32;
        let (a, b) = (next(), next());
        let other = self.local(Ty::I32);
        match self.pick(9) {
            0..=3 => self.line(&format!("i32.const {a} local.set {state}")),
            4 | 5 => {
                self.line(&format!("i32.const {a} i32.const {b} local.get {other} i32.const 64 i32.and"));
                self.line(&format!("select local.set {state}"));
            }
            6 => {
                self.line(&format!("local.get {other} i32.const 5 i32.gt_s if i32.const {a} local.set {state} end"));
            }
            7 => self.line(&format!("local.get {other} i32.const 3 i32.and local.set {state}")),
            _ => {}
        }
    }

    /// Changes some local, but not these.
    fn change(&mut self, counter: usize, state: usize) {
        let (to, from) = (self.local(Ty::I32), self.local(Ty::I32));
        if to != counter && to != state {
            let operator = ["add", "sub", "xor", "mul"][self.pick(4)];
            self.line(&format!("local.get {to} local.get {from} i32.{operator} i32.const 3 i32.add local.set {to}"));
        }
    }
}
