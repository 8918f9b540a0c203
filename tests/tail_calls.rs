//! Tail calls of any shape and depth on the emulated core, whose stack is too small for one that keeps anything.

use synth::options::Options;
use wasmparser::WasmFeatures;
use xtask::spec::{Kind, Script, Settings, report, run_all};

#[test]
fn chains_of_calls_that_pass_more_than_they_got() {
    let text = include_str!("scripts/tail_calls.wast").to_string();
    let script = Script { name: "tail_calls.wast".to_string(), text };
    let features = WasmFeatures::WASM2.union(WasmFeatures::TAIL_CALL);
    let settings = Settings { options: Options { check: true, ..Options::default() }, features, external: None };
    let tally = run_all(&[script], &settings).expect("the script can be run");
    assert!(tally.failures.is_empty(), "{}", report(&tally));
    assert!(tally.count(Kind::Return).passed >= 16, "{}", report(&tally));
}
