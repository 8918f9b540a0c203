//! What came of the directives of scripts, by kind.

use std::collections::BTreeMap;

use super::instance::Stop;

/// What a directive asserts.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Kind {
    Return,
    Trap,
    ModuleTrap,
    Exhaustion,
    Invalid,
    Malformed,
    Unlinkable,
    /// It sets something up: a module, an action, a registration.
    Setup,
}

impl Kind {
    /// All that assert something.
    pub const ASSERTIONS: [Kind; 7] = [
        Kind::Return,
        Kind::Trap,
        Kind::ModuleTrap,
        Kind::Exhaustion,
        Kind::Invalid,
        Kind::Malformed,
        Kind::Unlinkable,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Kind::Return => "return",
            Kind::Trap => "trap",
            Kind::ModuleTrap => "module-trap",
            Kind::Exhaustion => "exhaustion",
            Kind::Invalid => "invalid",
            Kind::Malformed => "malformed",
            Kind::Unlinkable => "unlinkable",
            Kind::Setup => "setup",
        }
    }
}

/// Directives of one kind.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
pub struct Count {
    pub passed: u64,
    pub failed: u64,
    pub skipped: u64,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Failure {
    /// `script:line`
    pub place: String,
    pub kind: Kind,
    pub message: String,
}

#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Tally {
    counts: [Count; 8],
    pub failures: Vec<Failure>,
    /// How many assertions were skipped, by reason.
    pub skips: BTreeMap<String, u64>,
}

impl Tally {
    pub fn record(&mut self, kind: Kind, place: impl Fn() -> String, result: Result<(), Stop>) {
        let count = &mut self.counts[kind as usize];
        match result {
            Ok(()) => count.passed += 1,
            Err(Stop::Skip(reason)) => {
                count.skipped += 1;
                if kind != Kind::Setup {
                    *self.skips.entry(reason).or_default() += 1;
                }
            }
            Err(Stop::Fail(message)) => {
                count.failed += 1;
                let place = place();
                self.failures.push(Failure { place, kind, message });
            }
        }
    }

    pub fn add(&mut self, other: Tally) {
        for (count, other) in self.counts.iter_mut().zip(other.counts) {
            count.passed += other.passed;
            count.failed += other.failed;
            count.skipped += other.skipped;
        }
        self.failures.extend(other.failures);
        for (reason, count) in other.skips {
            *self.skips.entry(reason).or_default() += count;
        }
    }

    pub fn count(&self, kind: Kind) -> Count {
        self.counts[kind as usize]
    }

    /// What passed, by kind.
    pub fn kinds(&self) -> String {
        let kinds = Kind::ASSERTIONS.iter();
        let parts: Vec<String> = kinds.map(|&kind| format!("{} {}", kind.name(), self.count(kind).passed)).collect();
        parts.join(" ")
    }

    /// Assertions of results and traps, which are what calls are for.
    pub fn calls(&self) -> String {
        let (returns, traps) = (self.count(Kind::Return), self.count(Kind::Trap));
        format!(
            "{} passed, {} failed, {} skipped",
            returns.passed + traps.passed,
            returns.failed + traps.failed,
            returns.skipped + traps.skipped
        )
    }
}
