//! The official test suite on the emulated core: every assertion holds whose module is compiled.
//!
//! Which modules are not is the compiler's word; the bounds below keep it from refusing what it has once compiled.

use synth::options::{Bounds, Options};
use xtask::spec::suite::{CORE, suite};
use xtask::spec::{Kind, Settings, Tally, report, run_all};

#[test]
fn the_core_language() {
    let tally = run(CORE, Bounds::Trap);
    at_least(&tally, &[(Kind::Return, 16371), (Kind::Trap, 571), (Kind::ModuleTrap, 34)]);
    at_least(&tally, &[(Kind::Exhaustion, 15), (Kind::Unlinkable, 83)]);
    all(&tally, &[(Kind::Invalid, 1471), (Kind::Malformed, 1300)]);
}

#[test]
fn the_core_language_without_bounds_checks() {
    let tally = run(CORE, Bounds::None);
    at_least(&tally, &[(Kind::Return, 16371), (Kind::Trap, 329), (Kind::ModuleTrap, 34)]);
}

#[test]
fn several_memories() {
    let tally = run("multi-memory", Bounds::Trap);
    at_least(&tally, &[(Kind::Return, 439), (Kind::Trap, 227), (Kind::ModuleTrap, 20)]);
    at_least(&tally, &[(Kind::Unlinkable, 22)]);
}

#[test]
fn extended_constant_expressions() {
    let tally = run("extended-const", Bounds::Trap);
    at_least(&tally, &[(Kind::Return, 80), (Kind::Trap, 6), (Kind::ModuleTrap, 26)]);
    all(&tally, &[(Kind::Invalid, 83), (Kind::Malformed, 7)]);
}

#[test]
fn custom_page_sizes() {
    let tally = run("custom-page-sizes", Bounds::Trap);
    at_least(&tally, &[(Kind::Return, 20), (Kind::Trap, 4), (Kind::Unlinkable, 2)]);
    all(&tally, &[(Kind::Invalid, 19), (Kind::Malformed, 112)]);
}

#[test]
fn tail_calls() {
    let tally = run("tail-call", Bounds::Trap);
    all(&tally, &[(Kind::Return, 71), (Kind::Trap, 7), (Kind::Invalid, 24), (Kind::Malformed, 11)]);
}

#[test]
fn wide_arithmetic() {
    let tally = run("wide-arithmetic", Bounds::Trap);
    all(&tally, &[(Kind::Return, 99), (Kind::Invalid, 8)]);
}

/// Runs a set, in which nothing may fail.
fn run(name: &str, bounds: Bounds) -> Tally {
    let suite = suite(name).expect("the set is part of the suite");
    assert!(!suite.scripts.is_empty(), "{name} has no scripts");
    let options = Options { bounds, check: true, ..Options::default() };
    let settings = Settings { options, features: suite.features, external: None };
    let tally = run_all(&suite.scripts, &settings).expect("scripts can be run");
    assert!(tally.failures.is_empty(), "{name}:\n{}", report(&tally));
    tally
}

fn at_least(tally: &Tally, bounds: &[(Kind, u64)]) {
    for &(kind, bound) in bounds {
        let passed = tally.count(kind).passed;
        assert!(passed >= bound, "{}: {passed} of {bound}\n{}", kind.name(), report(tally));
    }
}

fn all(tally: &Tally, counts: &[(Kind, u64)]) {
    for &(kind, count) in counts {
        let found = tally.count(kind);
        assert_eq!((found.passed, found.skipped), (count, 0), "{}", kind.name());
    }
}
