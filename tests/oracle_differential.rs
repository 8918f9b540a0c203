//! The entry of the fuzz target, fed with seeded bytes for some seconds; and that random modules are worth comparing.

use std::time::{Duration, Instant};

use synth::options::{Alignment, Bounds, Optimize, Options, Target};
use wasmparser::{Parser, Payload};
use xtask::oracle::csmith;
use xtask::oracle::generate::Language;
use xtask::oracle::run::{generated, stressful};
use xtask::oracle::value::Random;
use xtask::oracle::{check_bytes, check_module};

#[test]
fn seeded_bytes_agree() {
    let end = Instant::now() + Duration::from_secs(8);
    let mut compared = 0;
    for index in 0.. {
        if Instant::now() > end && index >= 16 {
            break;
        }
        let mut random = Random::stream(0xd1ff, index);
        let length = 300 + random.below(6000) as usize;
        let bytes = random.bytes(length);
        let Some((wasm, report)) = check_bytes(&bytes, &Language::COMPLETE) else {
            continue;
        };
        assert!(report.passed(), "stream {index}, {} bytes of wasm: {report:#?}", wasm.len());
        compared += report.returned + report.trapped();
    }
    assert!(compared > 0, "no call was compared");
}

/// Programs where compilers break agree too, and do more than trap.
#[test]
fn stressful_programs_agree() {
    let (mut calls, mut returned) = (0, 0);
    let modes =
        [(Bounds::Trap, Target::CortexM4), (Bounds::None, Target::CortexM4F), (Bounds::Mask, Target::CortexM4F)];
    for (bounds, target) in modes {
        let options = Options { target, bounds, check: true, ..Options::default() };
        for index in 0..60 {
            let report = check_module(&stressful(12, index, bounds), &options, 3, index);
            assert!(report.passed(), "{bounds:?}, module {index}: {report:#?}");
            calls += report.calls;
            returned += report.returned;
        }
    }
    assert!(returned * 5 >= calls * 4, "{calls} calls, {returned} returned");
}

/// Programs that clang made of random C agree too, and most end.
#[test]
fn c_programs_agree() {
    let (mut calls, mut returned) = (0, 0);
    let modes = [
        (Bounds::Trap, Target::CortexM4, Optimize::Speed),
        (Bounds::None, Target::CortexM4F, Optimize::Size),
        (Bounds::Mask, Target::CortexM4F, Optimize::Speed),
    ];
    for (bounds, target, optimize) in modes {
        let options = Options { target, bounds, optimize, check: true, ..Options::default() };
        for index in 0..10 {
            let report = check_module(&csmith::program(13, index), &options, 2, index);
            assert!(report.passed(), "{bounds:?}, program {index}: {report:#?}");
            calls += report.calls;
            returned += report.returned;
        }
    }
    assert!(returned * 2 >= calls, "{calls} calls, {returned} returned");
}

/// Nearly all calls are compared, most return, and every kind of trap occurs that the generators can cause often.
#[test]
fn random_modules_are_worth_comparing() {
    let modes = [(Bounds::Trap, Target::CortexM4F), (Bounds::Mask, Target::CortexM4), (Bounds::None, Target::CortexM4)];
    for (bounds, target) in modes {
        let options = Options { target, bounds, ..Options::default() };
        let (mut calls, mut returned, mut confined) = (0, 0, 0);
        let mut traps = [0; 9];
        for index in 0..400 {
            let report = check_module(&generated(11, index, bounds), &options, 4, index);
            assert!(report.passed(), "{bounds:?}, module {index}: {report:#?}");
            calls += report.calls;
            returned += report.returned;
            confined += report.confined;
            for (sum, count) in traps.iter_mut().zip(report.traps) {
                *sum += count;
            }
        }
        let compared = returned + confined + traps.iter().sum::<u64>();
        let counts = format!("{bounds:?}: {calls} calls, {returned} returned, traps {traps:?}");
        assert_eq!(confined > 0, bounds == Bounds::Mask, "{counts}");
        assert!(compared * 100 >= calls * 95, "{counts}");
        assert!(returned * 2 >= calls, "{counts}");
        let expected = [0, 1, 2, 3, 5, 7].into_iter().chain((bounds == Bounds::Trap).then_some(4));
        assert!(expected.into_iter().all(|code| traps[code] > 0), "{counts}");
    }
}

/// Random modules have every operator on references, tables and memories as a whole.
#[test]
fn random_modules_have_bulk_operations_and_references() {
    let names = [
        "RefNull",
        "RefFunc",
        "RefIsNull",
        "TypedSelect",
        "TableGet",
        "TableSet",
        "TableSize",
        "TableGrow",
        "TableFill",
        "TableCopy",
        "TableInit",
        "ElemDrop",
        "MemoryCopy",
        "MemoryFill",
        "MemoryInit",
        "DataDrop",
        "CallIndirect",
    ];
    for bounds in [Bounds::Trap, Bounds::None] {
        let mut counts = [0; 17];
        for index in 0..400 {
            for operator in operators(&generated(11, index, bounds)) {
                let counted = names.iter().position(|name| operator.starts_with(name));
                counted.into_iter().for_each(|place| counts[place] += 1);
            }
        }
        let counts: Vec<(&str, u32)> = names.into_iter().zip(counts).collect();
        assert!(counts.iter().all(|&(_, count)| count >= 20), "{bounds:?}: {counts:?}");
    }
}

/// The operators of all bodies, as they are called in `wasmparser`.
fn operators(wasm: &[u8]) -> Vec<String> {
    let mut operators = Vec::new();
    for payload in Parser::new(0).parse_all(wasm) {
        if let Payload::CodeSectionEntry(body) = payload.expect("the module decodes") {
            let reader = body.get_operators_reader().expect("the module decodes");
            operators.extend(reader.into_iter().map(|operator| format!("{:?}", operator.expect("the module decodes"))));
        }
    }
    operators
}

/// A start function grows what was created empty no further than any other function.
#[test]
fn start_functions_grow_within_the_reserves() {
    let text = r#"(module (memory (export "m") 0) (table (export "t") 0 funcref) (global (export "g") (mut i32) (i32.const 0))
        (func $start (global.set 0 (i32.add (memory.grow (i32.const 9)) (table.grow (ref.null func) (i32.const 900)))))
        (start $start) (func (export "f") (result i32 i32) (memory.grow (i32.const 2)) (table.grow (ref.null func) (i32.const 9))))"#;
    let wasm = wat::parse_str(text).expect("the text is a module");
    let report = check_module(&wasm, &Options::default(), 4, 1);
    assert!(report.passed() && report.returned == 4, "{report:?}");
}

/// Copies and fills of every constant length that may be made in place, from places that overlap.
#[test]
fn constant_lengths_of_copies_and_fills() {
    let data: String = (0..=255u8).map(|n| format!("\\{:02x}", n.wrapping_mul(167))).collect();
    let near = "(i32.and (local.get 0) (i32.const 63)) (i32.and (local.get 1) (i32.const 63))";
    let functions: String = (0..=66)
        .map(|n| {
            format!(
                r#"(func (export "copy{n}") (param i32 i32) (memory.copy {near} (i32.const {n})))
                (func (export "fill{n}") (param i32 i32) (memory.fill {near} (i32.const {n})))
                (func (export "init{n}") (param i32 i32) (memory.init $d {near} (i32.const {n})))"#
            )
        })
        .collect();
    for alignment in [Alignment::Strict, Alignment::Bytes] {
        for seed in 0..3 {
            let text = format!(
                r#"(module (memory (export "m") 1 1) (data (i32.const 0) "{data}") (data $d "{data}") {functions})"#
            );
            let wasm = wat::parse_str(text).expect("the text is a module");
            let options = Options { alignment, ..Options::default() };
            let report = check_module(&wasm, &options, 2, seed);
            assert!(report.passed() && report.returned > 350, "{alignment:?}: {report:?}");
        }
    }
}
