//! Tail calls of any shape and depth on the emulated core, whose stack is too small for one that keeps anything.

use synth::options::Options;
use wasmparser::WasmFeatures;
use xtask::spec::instance::STACK_LIMIT;
use xtask::spec::{Kind, Script, Settings, report, run_all};

#[test]
fn chains_of_calls_that_pass_more_than_they_got() {
    chains(None);
}

#[test]
fn chains_of_calls_that_compare_sp_with_a_limit() {
    chains(Some(STACK_LIMIT.to_string()));
}

fn chains(stack_limit: Option<String>) {
    let text = include_str!("scripts/tail_calls.wast").to_string();
    let script = Script { name: "tail_calls.wast".to_string(), text };
    let features = WasmFeatures::WASM2.union(WasmFeatures::TAIL_CALL);
    let options = Options { check: true, stack_limit, ..Options::default() };
    let tally = run_all(&[script], &Settings { options, features, external: None }).expect("the script can be run");
    assert!(tally.failures.is_empty(), "{}", report(&tally));
    assert!(tally.count(Kind::Return).passed >= 16, "{}", report(&tally));
}
