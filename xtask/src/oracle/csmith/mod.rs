//! Random C programs by csmith (Yang et al., "Finding and Understanding Bugs in C Compilers", 2011), as clang compiles them to wasm:
//! code of a shape that generators of wasm do not have, and that nobody has tuned on.
//!
//! Needs csmith with its headers, clang and wasm-ld; `tools/setup` installs them.

use super::value::Random;
use crate::image::run;
use std::path::Path;
use std::process::Command;

const COMPILER: &str = "clang-16";
/// Where Debian has `safe_math.h`.
const HEADERS: &str = "/usr/include/csmith";
/// What stands in the place of csmith's own header, and the one of the C library that programs with floats include.
const OWN_HEADERS: [(&str, &str); 2] = [("csmith.h", include_str!("csmith.h")), ("math.h", include_str!("math.h"))];
const LEVELS: [&str; 6] = ["-O0", "-O1", "-O2", "-O3", "-Os", "-Oz"];

/// Program `index` of a seed, in wasm with an export `run` that returns a checksum over its variables. One of three has floats.
///
/// # Panics
/// If a tool is missing or fails, or no file can be written.
pub fn program(seed: u64, index: u64) -> Vec<u8> {
    let mut random = Random::stream(seed, index);
    let dir = tempfile::tempdir().expect("there is room for a program");
    for (name, text) in OWN_HEADERS {
        std::fs::write(dir.path().join(name), text).expect("there is room for a header");
    }
    // It leaves a file where it runs.
    let mut csmith = Command::new("csmith");
    csmith.current_dir(&dir).args(["--no-argc", "--max-funcs", "6", "--seed", &(random.next() >> 33).to_string()]);
    if random.below(3) == 0 {
        csmith.arg("--float");
    }
    let source = dir.path().join("program.c");
    std::fs::write(&source, run(&mut csmith).stdout).expect("there is room for a program");
    compiled(&source, LEVELS[random.below(LEVELS.len() as u64) as usize], random.below(2) == 0)
}

/// The wasm of a program, beside which the headers stand.
fn compiled(source: &Path, level: &str, bulk_memory: bool) -> Vec<u8> {
    let wasm = source.with_extension("wasm");
    let features = if bulk_memory { "-mbulk-memory" } else { "-mno-bulk-memory" };
    let dir = source.parent().expect("a file is in a directory");
    let mut clang = Command::new(COMPILER);
    clang.args(["--target=wasm32", "-nostdlib", "-ffreestanding", "-w", "-I", HEADERS, "-I"]).arg(dir);
    clang.args([level, features, "-msign-ext"]).arg(source);
    clang
        .args(["-Wl,--no-entry,--gc-sections,--strip-debug,-z,stack-size=16384,--initial-memory=131072", "-o"])
        .arg(&wasm);
    run(&mut clang);
    std::fs::read(wasm).expect("clang has written it")
}
