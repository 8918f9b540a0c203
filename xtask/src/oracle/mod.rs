//! The oracle: executes compiled objects on an emulated Cortex-M4 and compares every observable with a reference engine.
//!
//! A module goes through `interface` (what it shows), `reference` (wasmtime), the compiler, `link` (addresses and stubs;
//! `executable` takes what other linkers made), `machine` (the core and the rules of the standard), and `check` (the
//! sequence of calls) with `compare` (the state after each). `abi` is a second, independent account of the calling
//! convention; `library` and `stub` are what objects import; `functions` and `hosts` are about references; `generate` makes
//! random modules, `program` some of them, `csmith` others from C; `run` is the command.

pub mod abi;
pub mod check;
pub mod compare;
pub mod csmith;
pub mod executable;
pub mod functions;
pub mod generate;
pub mod hosts;
pub mod interface;
pub mod library;
pub mod link;
pub mod machine;
pub mod program;
pub mod reference;
pub mod rewrite;
pub mod run;
pub mod soft_float;
pub mod stub;
pub mod value;

use synth::options::{Alignment, Bounds, Optimize, Options, Target, Trap};

pub use check::{Report, check_module, check_object};

/// Derives a module and options from bytes and checks it: the entry of fuzzers. The bits of the first byte
/// choose bounds, how traps end, alignment, who writes memory, the core, and what counts more. `None` when the bytes make no module.
pub fn check_bytes(bytes: &[u8], language: &generate::Language) -> Option<(Vec<u8>, Report)> {
    let (first, rest) = bytes.split_first()?;
    let bounds = match (first & 1, first & 128) {
        (0, _) => Bounds::Trap,
        (_, 0) => Bounds::None,
        _ => Bounds::Mask,
    };
    let wasm = generate::module(rest, language, bounds)?;
    let options = Options {
        bounds,
        trap: if first & 6 == 6 { Trap::Call } else { Trap::Udf },
        alignment: if first & 24 == 24 { Alignment::Bytes } else { Alignment::Strict },
        volatile_memory: first & 32 != 0,
        target: if first & 64 == 0 { Target::CortexM4 } else { Target::CortexM4F },
        optimize: if first & 128 == 0 { Optimize::Speed } else { Optimize::Size },
        check: true,
        ..Options::default()
    };
    let report = check_module(&wasm, &options, 3, u64::from(*first));
    Some((wasm, report))
}
