//! Time and memory of a compilation grow with the input and not faster.
//!
//! Each shape is compiled at two sizes, one four times the other. Time is the number of instructions that the compiler executes,
//! as valgrind counts them: it does not depend on what else the machine does, nor on the sizes of its caches. Memory is the most
//! bytes that were allocated at once.

use std::alloc::{GlobalAlloc, Layout, System};
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;
use synth::Compiled;
use synth::options::Options;
use xtask::shapes::grow::SHAPES;

/// How much more the double size may take.
const RATIO: f64 = 2.5;

/// Counts the bytes that are allocated now, and the most that were.
struct Counting;

static NOW: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);

#[global_allocator]
static ALLOCATOR: Counting = Counting;

// SAFETY: every call goes on to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let now = NOW.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
        MOST.fetch_max(now, Ordering::Relaxed);
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        NOW.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(pointer, layout) }
    }
}

/// Names the module that a run of this test under valgrind compiles: the command line of builds for tests would check it, which takes
/// longer than to compile it.
const MODULE: &str = "GROWTH_MODULE";
/// How such a run ends, which is no success: nobody can pass the test by setting the variable.
const COMPILED: i32 = 86;

/// Compiles on one thread: what waits for work executes instructions too.
fn compile(wasm: &[u8]) -> Compiled {
    let options = Options { threads: Some(1), check: false, ..Options::default() };
    synth::compile(wasm, &options).unwrap_or_else(|error| panic!("{error}"))
}

/// Instructions that compiling the file takes, in a process of its own.
fn instructions(wasm: &Path) -> f64 {
    let valgrind = Command::new("valgrind")
        .args(["--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"])
        .arg(std::env::current_exe().expect("this test"))
        .env(MODULE, wasm)
        .output()
        .expect("valgrind, which tools/setup installs");
    let text = String::from_utf8_lossy(&valgrind.stderr);
    assert_eq!(valgrind.status.code(), Some(COMPILED), "{}: {text}", wasm.display());
    let count = text.lines().find_map(|line| line.split_once("refs:")).expect("a count of instructions").1;
    count.trim().replace(',', "").parse().expect("a number")
}

/// The most bytes that are allocated at once.
fn memory(wasm: &[u8]) -> f64 {
    let before = NOW.load(Ordering::Relaxed);
    MOST.store(before, Ordering::Relaxed);
    let compiled = compile(wasm);
    let most = MOST.load(Ordering::Relaxed);
    drop(compiled);
    (most - before) as f64
}

/// The growth from a size to its double, of what was measured at a size and at four times that.
fn growth(values: [f64; 2]) -> f64 {
    (values[1] / values[0]).sqrt()
}

#[test]
fn twice_the_input_takes_at_most_little_more_than_twice_the_time_and_memory() {
    if let Some(module) = std::env::var_os(MODULE) {
        compile(&std::fs::read(module).expect("the module"));
        std::process::exit(COMPILED);
    }
    let directory = tempfile::tempdir().expect("a directory");
    let inputs = SHAPES.map(|(name, shape, size)| (name, [size, 4 * size].map(shape)));
    // One after the other: all share the counter.
    let bytes = inputs.each_ref().map(|(_, wasms)| wasms.each_ref().map(|wasm| memory(wasm)));
    let counts: Vec<[f64; 2]> = (inputs.par_iter().enumerate())
        .map(|(shape, (_, wasms))| {
            [0, 1].map(|n| {
                let file = directory.path().join(format!("{shape}-{n}.wasm"));
                std::fs::write(&file, &wasms[n]).expect("a file");
                instructions(&file)
            })
        })
        .collect();
    let mut wrong = Vec::new();
    for (((name, wasms), bytes), counts) in inputs.iter().zip(bytes).zip(counts) {
        let (time, memory, length) = (growth(counts), growth(bytes), wasms[1].len() as f64);
        let (count, byte) = (counts[1] / length, bytes[1] / length);
        let line = format!(
            "{name}: time ×{time:.2} ({count:.0} instructions per byte), memory ×{memory:.2} ({byte:.0} bytes per byte)"
        );
        println!("{line}");
        wrong.extend((time > RATIO || memory > RATIO).then_some(line));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
