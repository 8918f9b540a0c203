//! The limits of what the validator and the formats accept, each at its edge: compiled on a thread with a small stack, and
//! executed where execution makes sense.

use std::thread;

use synth::options::{Bounds, Options};
use xtask::oracle::abi::Standard;
use xtask::oracle::link;
use xtask::oracle::machine::{Answer, Host, Machine, Outcome};
use xtask::oracle::value::{Type, Value};
use xtask::oracle::{Report, check_module};
use xtask::shapes::grow;
use xtask::shapes::{Code, Function, I32, I64, ModuleWriter, Signature, single, word_to_word};

/// Bytes of stack of the thread that compiles: no pass calls itself once for each level of its input.
const STACK: usize = 1 << 20;

/// The most bytes that the validator accepts in a function's body.
const LARGEST_FUNCTION: usize = 7_654_321;

/// Compiles on a small stack, on one thread.
fn compile(wasm: &[u8], options: &Options) -> Result<Vec<u8>, String> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).stack_size(STACK).build().expect("a thread");
    let compiled = pool.install(|| synth::compile(wasm, options));
    compiled.map(|compiled| compiled.object).map_err(|error| error.to_string())
}

fn unchecked() -> Options {
    Options { check: false, ..Options::default() }
}

fn must_compile(name: &str, wasm: &[u8]) {
    if let Err(error) = compile(wasm, &unchecked()) {
        panic!("{name}: {error}");
    }
}

/// Compares some calls of every export with the reference.
fn agree(name: &str, wasm: &[u8], options: &Options) -> Report {
    // The reference compiles recursively.
    let report = thread::scope(|scope| {
        let check = || check_module(wasm, options, 4, 1);
        let thread = thread::Builder::new().stack_size(64 << 20);
        let handle = thread.spawn_scoped(scope, check).expect("a thread");
        handle.join().expect("the oracle does not panic")
    });
    assert!(report.passed(), "{name}: {report:?}");
    assert!(report.returned > 0, "{name}: nothing returned: {report:#?}");
    report
}

fn both(name: &str, wasm: &[u8]) {
    must_compile(name, wasm);
    agree(name, wasm, &unchecked());
}

/// Compiles a module and calls its `f0` on the emulated core, without the reference.
fn runs_to(wasm: &[u8], argument: u32, expected: u32) {
    struct Nobody;
    impl Host for Nobody {
        fn call(&mut self, name: &str, _: &mut Machine) -> Result<Answer, String> {
            Err(format!("{name} is not there"))
        }
    }
    let object = compile(wasm, &unchecked()).unwrap_or_else(|error| panic!("{error}"));
    let image = link::link(&object, &[], |_| false).unwrap_or_else(|error| panic!("{error}"));
    let address = image.symbol("f0").expect("the function is exported");
    let mut machine = Machine::new(image, false, Standard::Base).unwrap_or_else(|error| panic!("{error}"));
    let word = |word: u32| Value::i32(word.cast_signed());
    let outcome = machine.call(address, &[word(argument)], &[Type::I32], 10_000_000, &mut Nobody);
    assert_eq!(outcome, Outcome::Returned(vec![word(expected)]));
}

#[test]
fn fifty_thousand_locals() {
    must_compile("49,999 locals", &grow::locals(49_999));
    let sum = (0..49_999).fold(0, |all, i| all ^ (i + 5));
    runs_to(&grow::locals(49_999), 5, sum);
    let error = compile(&grow::locals(50_000), &unchecked()).expect_err("one local too many");
    assert!(error.contains("too many locals"), "{error}");
}

#[test]
fn a_thousand_parameters_and_results() {
    for ty in [I32, I64] {
        let n = 1000;
        let mut code = Code::default();
        (0..n).for_each(|i| {
            code.get((i * 7 + 3) % n);
        });
        let echo = Function { signature: 0, locals: Vec::new(), code };
        let mut code = Code::default();
        (0..n).for_each(|i| {
            code.get((i * 3 + 1) % n);
        });
        let calls = Function { signature: 0, locals: Vec::new(), code: code.call(0).call(1).clone() };
        let module = ModuleWriter {
            signatures: vec![Signature(vec![ty; n], vec![ty; n])],
            imports: vec![0],
            functions: vec![echo, calls],
            ..ModuleWriter::default()
        };
        both("1,000 parameters and results", &module.finish());
    }
    let past = Signature(vec![I32; 1001], Vec::new());
    let past = single(past, Vec::new(), Code::default()).finish();
    let error = compile(&past, &unchecked()).expect_err("one parameter too many");
    assert!(error.contains("out of bounds"), "{error}");
}

#[test]
fn nesting_without_recursion() {
    both("blocks", &grow::nested_blocks(100_000));
    must_compile("ifs", &grow::nested_ifs(100_000));
    must_compile("else arms", &grow::else_chain(100_000));
    must_compile("loops", &grow::nested_loops(20_000));
    agree("ifs", &grow::nested_ifs(2_000), &unchecked());
    agree("else arms", &grow::else_chain(2_000), &unchecked());
    agree("loops", &grow::nested_loops(300), &unchecked());
}

#[test]
fn tables_of_every_size() {
    // Around the entries that TBB and TBH reach, and beyond them.
    for (entries, targets) in [(4, 2), (255, 40), (256, 60), (5_000, 5_000), (40_000, 40)] {
        let name = format!("table of {entries} entries and {targets} targets");
        both(&name, &grow::table(entries, targets));
    }
    for (entries, targets) in [(30_000, 20_000), (1_000_000, 1_000)] {
        let wasm = grow::table(entries, targets);
        for x in [0usize, 1, 4711, entries - 1, entries, 0xffff_ffff] {
            let target = grow::table_target(x, entries, targets);
            let sum = (target..targets).fold(x as u32, |sum, i| sum.wrapping_add(i as u32 * 5));
            runs_to(&wasm, x as u32, sum);
        }
    }
}

#[test]
fn the_largest_function() {
    let mut code = Code::default();
    let mut sizes = Vec::new();
    // As many repetitions of a piece of arithmetic as fit, and the rest of the body nops.
    while code.0.len() < LARGEST_FUNCTION - 100 {
        let i = sizes.len();
        code.get(i % 3).int((i * 7919 % 65536) as i32);
        code.op([0x6a, 0x6c, 0x73, 0x71][i % 4]);
        code.get((i + 1) % 3).add().set(i % 3);
        sizes.push(());
    }
    code.get(0);
    // The body besides: one byte of declarations, two of one declaration, the end.
    while code.0.len() < LARGEST_FUNCTION - 4 {
        code.op(0x01);
    }
    let module = |code: Code| single(word_to_word(), vec![(2, I32)], code).finish();
    must_compile("the largest function", &module(code.clone()));
    let past = module(code.op(0x01).clone());
    let error = compile(&past, &unchecked()).expect_err("one byte too many");
    assert!(error.contains("size"), "{error}");
}

/// Values that are all live at once, on the stack of operands: `words` words of frame and more.
fn deep_stack(values: usize, ty: u8) -> Vec<u8> {
    let mut code = Code::default();
    for i in 0..values {
        code.get(0).int(i as i32).add();
        if ty == I64 {
            code.op(0xac);
        }
    }
    (1..values).for_each(|_| {
        code.op(if ty == I64 { 0x85 } else { 0x73 });
    });
    single(Signature(vec![I32], vec![ty]), Vec::new(), code).finish()
}

#[test]
fn frames_at_the_reach_of_every_form() {
    // Frames around 508, 1,020, 4,095 and 65,535 bytes, and of hundreds of thousands.
    let small = [120, 127, 128, 250, 255, 256, 1010, 1023, 1024, 1030];
    for words in small {
        both(&format!("{words} live words"), &deep_stack(words, I32));
    }
    // The reference takes long for these.
    for values in [16_383, 16_390, 120_000] {
        for x in [0u32, 0x8765_4321] {
            let sums = (0..values as u32).map(|i| i.wrapping_add(x));
            let expected = sums.fold(0, |all, sum| all ^ sum);
            runs_to(&deep_stack(values, I32), x, expected);
        }
    }
    must_compile("live pairs", &deep_stack(100_000, I64));
    must_compile("a frame of a megabyte", &deep_stack(262_144, I32));
}

#[test]
fn offsets_at_the_reach_of_every_form() {
    let edges = [
        0u32,
        1,
        2,
        4,
        31,
        32,
        62,
        64,
        124,
        128,
        254,
        255,
        256,
        257,
        1019,
        1020,
        1021,
        1024,
        4091,
        4092,
        4094,
        4095,
        4096,
        4097,
        65_534,
        65_535,
        65_536,
        65_537,
        0x7fff_ffff,
        0x8000_0000,
        0xffff_0000,
        0xffff_fffc,
        0xffff_ffff,
    ];
    let loads = [0x28, 0x29, 0x2c, 0x2d, 0x2e, 0x2f, 0x30, 0x31, 0x32, 0x33, 0x34, 0x35];
    let stores = [0x36, 0x37, 0x3a, 0x3b, 0x3c, 0x3d, 0x3e];
    let mut module = ModuleWriter {
        signatures: vec![
            Signature(vec![I32], vec![I32]),
            Signature(vec![I32], vec![I64]),
            Signature(vec![I32, I32], vec![]),
            Signature(vec![I32, I64], vec![]),
        ],
        memory: Some(2),
        ..ModuleWriter::default()
    };
    for opcode in loads {
        for offset in edges {
            let mut code = Code::default();
            code.get(0).access(opcode, offset);
            let long = !matches!(opcode, 0x28 | 0x2c..=0x2f);
            module.functions.push(Function { signature: usize::from(long), locals: Vec::new(), code });
        }
    }
    for opcode in stores {
        for offset in edges {
            let mut code = Code::default();
            code.get(0).get(1).access(opcode, offset);
            let long = !matches!(opcode, 0x36 | 0x3a | 0x3b);
            module.functions.push(Function { signature: 2 + usize::from(long), locals: Vec::new(), code });
        }
    }
    let wasm = module.finish();
    for bounds in [Bounds::Trap, Bounds::None] {
        let options = Options { bounds, ..unchecked() };
        agree("offsets", &wasm, &options);
    }
}

/// A function in which literals and branches stand at growing distances: between two arms and around a loop there are
/// `padding` operations with literals of their own.
fn distances(padding: usize) -> Vec<u8> {
    let mut code = Code::default();
    let fill = |code: &mut Code, salt: usize| {
        for i in 0..padding {
            let literal = (i * 0x0123_4567 + salt * 0x1357_9bd1) as u32 | 0x0101_0000;
            code.get(1).int(literal.cast_signed());
            code.op([0x6a, 0x73, 0x6b][i % 3]).set(1);
        }
    };
    code.get(0).int(3).op(0x71).set(2);
    code.open(0x03);
    code.get(0).open(0x04);
    fill(&mut code, 1);
    code.op(0x05);
    fill(&mut code, 2);
    code.end();
    code.open(0x02).open(0x02).open(0x02).open(0x02).open(0x02);
    code.get(2).table([0, 1, 2, 3].into_iter(), 4);
    for salt in 3..8 {
        code.end();
        code.get(1).int(salt as i32).add().set(1);
        if salt == 5 {
            fill(&mut code, salt);
        }
    }
    code.get(2).int(1).op(0x6b).tee(2).int(0).op(0x4a);
    code.branch_if(0).end();
    code.get(1);
    single(word_to_word(), vec![(2, I32)], code).finish()
}

#[test]
fn branches_and_literals_across_islands() {
    // CBZ reaches 126 bytes, B 254 and 2,046, LDR 1,020 and 4,095, TBB 510, TBH 131,070, B.W 1,048,574.
    for padding in [0, 5, 12, 20, 30, 60, 100, 110, 250, 260, 500, 520, 8_000, 16_000] {
        let name = format!("{padding} operations between");
        both(&name, &distances(padding));
    }
    both("beyond the reach of a conditional branch", &distances(120_000));
}
