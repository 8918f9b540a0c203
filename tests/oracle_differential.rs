//! The entry of the fuzz target, fed with seeded bytes for some seconds; and that random modules are worth comparing.

use std::time::{Duration, Instant};

use synth::options::{Bounds, Options};
use wasmparser::{Parser, Payload};
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
    for bounds in [Bounds::Trap, Bounds::None] {
        let options = Options { bounds, check: true, ..Options::default() };
        for index in 0..60 {
            let report = check_module(&stressful(12, index, bounds), &options, 3, index);
            assert!(report.passed(), "{bounds:?}, module {index}: {report:#?}");
            calls += report.calls;
            returned += report.returned;
        }
    }
    assert!(returned * 5 >= calls * 4, "{calls} calls, {returned} returned");
}

/// Nearly all calls are compared, most return, and every kind of trap occurs that the generators can cause often.
#[test]
fn random_modules_are_worth_comparing() {
    for bounds in [Bounds::Trap, Bounds::None] {
        let options = Options { bounds, ..Options::default() };
        let (mut calls, mut returned) = (0, 0);
        let mut traps = [0; 9];
        for index in 0..400 {
            let report = check_module(&generated(11, index, bounds), &options, 4, index);
            assert!(report.passed(), "{bounds:?}, module {index}: {report:#?}");
            calls += report.calls;
            returned += report.returned;
            for (sum, count) in traps.iter_mut().zip(report.traps) {
                *sum += count;
            }
        }
        let compared = returned + traps.iter().sum::<u64>();
        let counts = format!("{bounds:?}: {calls} calls, {returned} returned, traps {traps:?}");
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
