//! Functions of one object that lie farther apart than BL reaches: linkers put veneers between them, which use r12.
//!
//! Half of the functions of a ring of calls are placed in flash, half in a RAM half a gigabyte away, by
//! `arm-none-eabi-ld` and by lld, and run on the emulated core.

use std::path::{Path, PathBuf};
use std::process::Command;

use object::{Object, ObjectSymbol};
use synth::options::{Bounds, Options};
use xtask::firmware;
use xtask::shapes::{Code, Function, I32, ModuleWriter, word_to_word};

const FUNCTIONS: usize = 8;
const DEPTH: u32 = 50;

/// Functions that call the next one, with values that live across the call.
fn ring() -> Vec<u8> {
    let functions = (0..FUNCTIONS).map(|i| {
        let mut code = Code::default();
        code.get(0).int(1).op(0x6b).tee(1).open(0x04);
        code.get(1).call((i + 1) % FUNCTIONS);
        code.get(0).add().get(1).xor();
        code.get(0).int(i as i32).op(0x6c).add().set(2).end();
        code.get(2).get(0).int(i as i32 + 3).op(0x6c).add();
        Function { signature: 0, locals: vec![(2, I32)], code }
    });
    ModuleWriter { signatures: vec![word_to_word()], functions: functions.collect(), ..ModuleWriter::default() }
        .finish()
}

/// Functions that end in a call of the next one, with one less and another constant added, until nothing is left.
fn chain() -> Vec<u8> {
    let functions = (0..FUNCTIONS).map(|i| {
        let mut code = Code::default();
        code.get(0).int(0xff).op(0x71).op(0x45).open(0x04);
        code.get(0).op(0x0f).end();
        code.get(0).int((i as i32 + 1) * 0x100 - 1).add().call((i + 1) % FUNCTIONS);
        Function { signature: 0, locals: vec![], code }
    });
    ModuleWriter { signatures: vec![word_to_word()], functions: functions.collect(), ..ModuleWriter::default() }
        .finish()
}

/// What function 0 of the chain answers for the depth.
fn expected_of_chain() -> u32 {
    (0..DEPTH).fold(DEPTH, |x, n| x + (n % FUNCTIONS as u32 + 1) * 0x100 - 1)
}

/// What function `i` of the ring answers.
fn expected(i: usize, x: u32) -> u32 {
    let less = x.wrapping_sub(1);
    let sum = if less == 0 {
        0
    } else {
        let result = expected((i + 1) % FUNCTIONS, less);
        (result.wrapping_add(x) ^ less).wrapping_add(x.wrapping_mul(i as u32))
    };
    sum.wrapping_add(x.wrapping_mul(i as u32 + 3))
}

/// The script of the other images, with the functions of odd numbers in the small RAM behind the stack.
fn script() -> String {
    let path = repository().join("tests/link/image.ld");
    let script = std::fs::read_to_string(path).expect("part of the repository");
    let odd = (1..FUNCTIONS).step_by(2);
    let sections: String = odd.map(|i| format!(" KEEP(*(.text.f{i}))")).collect();
    script
        .replacen("MEMORY {", "MEMORY {\n  FAR (rwx) : ORIGIN = 0x20200000, LENGTH = 1M", 1)
        .replacen("PHDRS {", "PHDRS {\n  far PT_LOAD FLAGS(5);", 1)
        .replacen("SECTIONS {", &format!("SECTIONS {{\n  .far : {{{sections} }} > FAR :far"), 1)
}

fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn run(command: &mut Command) {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {message}");
}

fn compile_c(source: &Path, object: &Path) {
    let mut gcc = Command::new("arm-none-eabi-gcc");
    gcc.args(["-mcpu=cortex-m4", "-mthumb", "-O1", "-ffreestanding", "-c"]);
    run(gcc.arg(source).arg("-o").arg(object));
}

#[test]
fn calls_between_distant_functions_return() {
    check(&ring(), expected(0, DEPTH));
}

#[test]
fn tail_calls_between_distant_functions_arrive() {
    check(&chain(), expected_of_chain());
}

/// Links a module whose functions are in turn near and far, and runs function 0.
fn check(wasm: &[u8], answer: u32) {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let path = |name: &str| directory.path().join(name);
    let options = Options { bounds: Bounds::None, ..Options::default() };
    let compiled = synth::compile(wasm, &options).unwrap_or_else(|error| panic!("{error}"));
    let write = |name: &str, bytes: &[u8]| {
        std::fs::write(path(name), bytes).expect("a writable directory");
    };
    write("ring.o", &compiled.object);
    write("image.ld", script().as_bytes());
    let main = format!("unsigned f0(unsigned);\nint main(void) {{ return f0({DEPTH}) == {answer}u ? 0 : 1; }}\n");
    write("main.c", main.as_bytes());
    compile_c(&path("main.c"), &path("main.o"));
    let startup = repository().join("tests/link/startup.c");
    compile_c(&startup, &path("startup.o"));
    for (linker, emulation) in [("arm-none-eabi-ld", None), ("ld.lld-16", Some("armelf"))] {
        let mut command = Command::new(linker);
        emulation.iter().for_each(|name| {
            command.args(["-m", name]);
        });
        let executable = path(linker);
        command.arg("-T").arg(path("image.ld")).arg("-o").arg(&executable);
        run(command.args(["startup.o", "main.o", "ring.o"].map(path)));
        let elf = std::fs::read(&executable).expect("the linker wrote it");
        let file = object::File::parse(&*elf).expect("an executable");
        let place = |name| {
            let symbol = file.symbol_by_name(name);
            symbol.expect("an exported function").address()
        };
        assert!(place("f1") - place("f0") > 16 << 20, "{linker}: nothing is far");
        let outcome = firmware::run(&elf).unwrap_or_else(|error| panic!("{linker}: {error}"));
        assert_eq!((outcome.status, &*outcome.output), (0, ""), "{linker}");
    }
}
