//! The official test suite on the emulated core: every assertion of the second version of the core language without SIMD,
//! and of the proposals that are compiled, holds.

use synth::options::{Bounds, Options, Target};
use xtask::spec::suite::{CORE, suite};
use xtask::spec::{Kind, Settings, Tally, report, run_all};

#[test]
fn the_core_language() {
    let tally = run(CORE, Bounds::Trap);
    all(&tally, &[(Kind::Return, 21453), (Kind::Trap, 2354), (Kind::ModuleTrap, 34)]);
    all(&tally, &[(Kind::Exhaustion, 15), (Kind::Unlinkable, 83)]);
    all(&tally, &[(Kind::Invalid, 1471), (Kind::Malformed, 1300)]);
    is_whole(&tally);
}

#[test]
fn the_core_language_with_a_floating_point_unit() {
    let tally = run_on(Target::CortexM4F, CORE, Bounds::Trap);
    all(&tally, &[(Kind::Return, 21453), (Kind::Trap, 2354), (Kind::ModuleTrap, 34), (Kind::Exhaustion, 15)]);
    is_whole(&tally);
}

#[test]
fn the_core_language_without_bounds_checks() {
    let tally = run(CORE, Bounds::None);
    all(&tally, &[(Kind::Return, 21453), (Kind::ModuleTrap, 34)]);
    // What is left are accesses to memories out of bounds.
    let traps = tally.count(Kind::Trap);
    assert_eq!((traps.passed, traps.skipped), (2065, 289), "{}", report(&tally));
}

#[test]
fn several_memories() {
    let tally = run("multi-memory", Bounds::Trap);
    all(&tally, &[(Kind::Return, 484), (Kind::Trap, 238), (Kind::ModuleTrap, 20)]);
    all(&tally, &[(Kind::Unlinkable, 22), (Kind::Invalid, 2), (Kind::Malformed, 2)]);
    is_whole(&tally);
}

#[test]
fn extended_constant_expressions() {
    let tally = run("extended-const", Bounds::Trap);
    all(&tally, &[(Kind::Return, 88), (Kind::Trap, 8), (Kind::ModuleTrap, 26)]);
    all(&tally, &[(Kind::Invalid, 83), (Kind::Malformed, 7)]);
    is_whole(&tally);
}

/// The memories of `memory_max.wast` and `memory_max_i64.wast`, which no core has the addresses for, are in modules that
/// are only defined: those are validated and not compiled.
#[test]
fn custom_page_sizes() {
    let tally = run("custom-page-sizes", Bounds::Trap);
    all(&tally, &[(Kind::Return, 27), (Kind::Trap, 4), (Kind::Unlinkable, 2)]);
    all(&tally, &[(Kind::Invalid, 19), (Kind::Malformed, 112)]);
    is_whole(&tally);
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

fn run(name: &str, bounds: Bounds) -> Tally {
    run_on(Target::CortexM4, name, bounds)
}

/// Runs a set, in which nothing may fail.
fn run_on(target: Target, name: &str, bounds: Bounds) -> Tally {
    let suite = suite(name).expect("the set is part of the suite");
    assert!(!suite.scripts.is_empty(), "{name} has no scripts");
    let options = Options { target, bounds, check: true, ..Options::default() };
    let settings = Settings { options, features: suite.features, external: None };
    let tally = run_all(&suite.scripts, &settings).expect("scripts can be run");
    assert!(tally.failures.is_empty(), "{name}:\n{}", report(&tally));
    tally
}

fn all(tally: &Tally, counts: &[(Kind, u64)]) {
    for &(kind, count) in counts {
        let found = tally.count(kind);
        assert_eq!((found.passed, found.skipped), (count, 0), "{}", kind.name());
    }
}

/// Nothing was left out, not even a module without assertions.
fn is_whole(tally: &Tally) {
    assert!(tally.skips.is_empty() && tally.count(Kind::Setup).skipped == 0, "{}", report(tally));
}
