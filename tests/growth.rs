//! Time and memory of a compilation grow with the input and not faster.
//!
//! Each shape is compiled at three sizes, each twice the one before, on one thread. Time is what the scheduler says that
//! the thread ran, memory the most bytes that were allocated at once. Other programs on the machine slow some runs down, so the
//! best of several counts, and there are as many as it takes up to a bound: what grows faster always does.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

use synth::options::Options;
use xtask::shapes::grow::SHAPES;

/// How much more the double size may take.
const RATIO: f64 = 2.3;
const ROUNDS: usize = 8;
/// How often a shape may seem to grow faster before it counts.
const ATTEMPTS: usize = 3;

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

/// Seconds that this thread has run (proc(5), `schedstat`).
fn thread_seconds() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").expect("Linux");
    let nanoseconds = text.split(' ').next().and_then(|first| first.parse().ok());
    let nanoseconds: f64 = nanoseconds.expect("the first field is a number");
    nanoseconds * 1e-9
}

/// Seconds and bytes of one compilation.
fn measure(wasm: &[u8], options: &Options) -> (f64, f64) {
    let before = NOW.load(Ordering::Relaxed);
    MOST.store(before, Ordering::Relaxed);
    let start = thread_seconds();
    let compiled = synth::compile(wasm, options).unwrap_or_else(|error| panic!("{error}"));
    let seconds = thread_seconds() - start;
    drop(compiled);
    (seconds, (MOST.load(Ordering::Relaxed) - before) as f64)
}

/// The mean growth from one size to the next, over both steps: a single one may cross the size of a cache.
fn growth(values: &[f64; 3]) -> f64 {
    (values[2] / values[0]).sqrt()
}

/// Compiles the inputs, and says how time and memory grow and whether that is too much.
fn grows(name: &str, inputs: &[Vec<u8>; 3], options: &Options) -> (String, bool) {
    let (mut seconds, mut bytes) = ([f64::MAX; 3], [0.0; 3]);
    for round in 0..ROUNDS {
        for (n, wasm) in inputs.iter().enumerate() {
            let (time, memory) = measure(wasm, options);
            seconds[n] = time.min(seconds[n]);
            bytes[n] = memory;
        }
        if round > 0 && growth(&seconds) <= RATIO {
            break;
        }
    }
    let (time, memory) = (growth(&seconds), growth(&bytes));
    let speed = inputs[2].len() as f64 / seconds[2] * 1e-6;
    let line = format!(
        "{name}: time ×{time:.2} ({seconds:.3?} s, {speed:.2} MB/s), memory ×{memory:.2} ({:.0?} bytes per byte)",
        bytes[2] / inputs[2].len() as f64
    );
    (line, time > RATIO || memory > RATIO)
}

#[test]
fn twice_the_input_takes_at_most_little_more_than_twice_the_time_and_memory() {
    // A pool of one thread, on which `compile` then runs, so that its time is that of the thread.
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a thread");
    let options = Options { check: false, ..Options::default() };
    let mut wrong = Vec::new();
    for (name, shape, size) in SHAPES {
        let inputs = [size, 2 * size, 4 * size].map(shape);
        // What grows faster does so each time; what other programs cause does not.
        let result = (0..ATTEMPTS).try_fold(String::new(), |_, _| {
            let (line, slow) = pool.install(|| grows(name, &inputs, &options));
            println!("{line}");
            if slow { Ok(line) } else { Err(()) }
        });
        wrong.extend(result.ok());
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
