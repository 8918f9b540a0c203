//! The official test suite and random programs on images of real linkers in qemu: a sample of what `cargo xtask spec --on qemu`
//! and `cargo xtask oracle run --on qemu` do with all; and that replays notice what differs.
//!
//! Needs `arm-none-eabi-gcc` with newlib, lld and `qemu-system-arm`; `tools/setup` installs them.

use synth::options::{Options, Target};
use xtask::oracle::abi::Standard;
use xtask::oracle::machine::Outcome;
use xtask::oracle::value::{Type, Value};
use xtask::replay::{Import, Kind, Recorded, Recording, Step};
use xtask::spec::suite::{CORE, suite};
use xtask::spec::{Script, Settings, board};

/// Scripts about calls, modules that share state, traps, floats and memory.
const SAMPLE: [&str; 12] = [
    "i32",
    "i64",
    "f32",
    "conversions",
    "float_exprs",
    "call_indirect",
    "linking",
    "imports",
    "memory_trap",
    "traps",
    "br_table",
    "bulk",
];

fn sample(target: Target) {
    let core = suite(CORE).expect("the core language is part of the suite");
    let is_sample = |script: &Script| SAMPLE.iter().any(|name| script.name.ends_with(&format!("/{name}.wast")));
    let scripts: Vec<Script> = core.scripts.into_iter().filter(is_sample).collect();
    assert_eq!(scripts.len(), SAMPLE.len());
    let options = Options { check: true, target, ..Options::default() };
    let settings = Settings { options, features: core.features, external: None };
    let done = board::run_all(&scripts, &settings).expect("scripts can be run");
    assert!(done.tally.failures.is_empty(), "{:?}", done.tally.failures);
    let replayed = &done.replayed;
    assert!(replayed.failures.is_empty() && replayed.too_large.len() < 3, "{}", replayed.report());
    assert!(replayed.steps > 5000 && replayed.images >= 2 * SAMPLE.len(), "{}", replayed.report());
}

#[test]
fn a_sample_of_the_suite() {
    sample(Target::CortexM4);
}

#[test]
fn a_sample_of_the_suite_with_a_floating_point_unit() {
    sample(Target::CortexM4F);
}

const MODULE: &str = r#"(module
    (import "env" "f" (func $f (param i32 f64) (result i64)))
    (global (export "g") (mut i32) (i32.const 5))
    (func (export "sum") (param i32 i64 f32) (result f32 i64)
      (f32.add (local.get 2) (f32.const 1)) (i64.add (local.get 1) (i64.extend_i32_u (local.get 0))))
    (func (export "ask") (param i32) (result i64) (call $f (local.get 0) (f64.const 0.5)))
    (func (export "trap") (param i32) (result i32) (i32.div_u (i32.const 1) (local.get 0))))"#;

/// Steps that are right, with what `change` makes of them; what is wrong in qemu.
fn failures(target: Target, change: impl Fn(&mut Vec<Step>)) -> Vec<String> {
    let options = Options { target, import_name: "t.import0".to_string(), ..Options::default() };
    let wasm = wat::parse_str(MODULE).expect("the text is a module");
    let bytes = synth::compile(&wasm, &options).expect("the module compiles").object;
    let step = |symbol: &str, kind, imports| Step {
        object: 1,
        symbol: symbol.to_string(),
        kind,
        imports,
        label: symbol.to_string(),
    };
    let call = |arguments: &[Value], results: &[Type], outcome| Kind::Call {
        arguments: arguments.to_vec(),
        results: results.to_vec(),
        outcome,
    };
    let sum = Outcome::Returned(vec![f32(3.5), Value::i64(1 << 40 | 7)]);
    let import = Import { number: 0, arguments: vec![Value::i32(9), f64(0.5)], results: vec![Value::i64(-2)] };
    let mut steps = vec![
        step("module_init", call(&[], &[], Outcome::Returned(Vec::new())), Vec::new()),
        step("g", Kind::Value(Value::i32(5)), Vec::new()),
        step("sum", call(&[Value::i32(7), Value::i64(1 << 40), f32(2.5)], &[Type::F32, Type::I64], sum), Vec::new()),
        step("ask", call(&[Value::i32(9)], &[Type::I64], Outcome::Returned(vec![Value::i64(-2)])), vec![import]),
        step("trap", call(&[Value::i32(0)], &[Type::I32], Outcome::Trapped(1)), Vec::new()),
        step("trap", call(&[Value::i32(1)], &[Type::I32], Outcome::Returned(vec![Value::i32(1)])), Vec::new()),
    ];
    change(&mut steps);
    let empty = Recorded { bytes: empty_object(target), ..Recorded::default() };
    let object = Recorded { bytes, imports: vec![(0, "t.import0".to_string())], ..Recorded::default() };
    let recording = Recording { objects: vec![empty, object], steps };
    let replayed = recording.replay(target).expect("an image can be made");
    assert_eq!((replayed.steps, replayed.images), (6, 2));
    replayed.failures.into_iter().map(|(label, _)| label).collect()
}

fn f32(x: f32) -> Value {
    Value::new(Type::F32, x.to_bits().into())
}

fn f64(x: f64) -> Value {
    Value::new(Type::F64, x.to_bits())
}

fn empty_object(target: Target) -> Vec<u8> {
    let wasm = wat::parse_str("(module)").expect("the text is a module");
    let options = Options { target, module_name: "empty".to_string(), ..Options::default() };
    synth::compile(&wasm, &options).expect("the module compiles").object
}

fn outcome(step: &mut Step) -> &mut Outcome {
    match &mut step.kind {
        Kind::Call { outcome, .. } => outcome,
        Kind::Write(_) | Kind::Value(_) | Kind::Bytes { .. } => panic!("a call"),
    }
}

#[test]
fn replays_notice_what_differs() {
    for target in [Target::CortexM4, Target::CortexM4F] {
        assert_eq!(Standard::of(target) == Standard::Vfp, target == Target::CortexM4F);
        assert_eq!(failures(target, |_| ()), [""; 0]);
        let both = |label: &str| [label.to_string(), label.to_string()];
        let other = |value: Value, n: usize| {
            move |steps: &mut Vec<Step>| {
                if let Outcome::Returned(values) = outcome(&mut steps[2]) {
                    values[n] = value;
                }
            }
        };
        assert_eq!(failures(target, other(Value::new(Type::F32, 0), 0)), both("sum"));
        assert_eq!(failures(target, other(Value::i64(7), 1)), both("sum"));
        assert_eq!(failures(target, |steps| steps[1].kind = Kind::Value(Value::i32(6))), both("g"));
        assert_eq!(failures(target, |steps| *outcome(&mut steps[4]) = Outcome::Trapped(2)), both("trap"));
        assert_eq!(failures(target, |steps| *outcome(&mut steps[5]) = Outcome::Trapped(1)), both("trap"));
        assert_eq!(
            failures(target, |steps| steps[3].imports[0].arguments[1] = f64(0.25)).first().map(String::as_str),
            Some("ask")
        );
        assert!(failures(target, |steps| steps[3].imports.clear()).contains(&"ask".to_string()));
        let again = |steps: &mut Vec<Step>| {
            let import = steps[3].imports[0].clone();
            steps[3].imports.push(import);
        };
        assert_eq!(failures(target, again), both("ask"));
    }
}
