//! `cargo xtask bench`: cycles and bytes of the kernels in `bench/kernels`, against gcc.
//!
//! A kernel is C that clang has compiled to wasm (`-O2` and `-Os`, both committed). synth compiles the
//! wasm, gcc the C at the same level, and both run the same workload on an emulated Cortex-M4 that counts
//! cycles (`cycles`). Without gcc at hand its recorded figures are used. A run counts as right when its
//! results, its calls of imported functions and all of its linear memory are those that wasmtime has.

mod added;
mod compile;
mod cycles;
mod figures;
mod kernels;
mod machine;
mod measure;
mod mix;
pub(crate) mod native;
mod reference;
mod report;
mod subject;

use crate::bounds::BoundsArgument;
use added::ADDED;
use figures::{Figures, Record};
use kernels::{DATA, Floats, KERNELS, Kernel};
use measure::{Measured, measure};
use std::path::{Path, PathBuf};
use synth::options::{Alignment, Memory, Optimize, Options};

#[derive(clap::Args, Debug)]
pub struct Arguments {
    /// Where linear memory lives: static, or native, for which the kernels are compiled as clang's objects
    #[arg(long, default_value = "static")]
    memory: MemoryName,
    /// What an out-of-bounds access does
    #[arg(long, default_value = "trap")]
    bounds: BoundsArgument,
    /// What is believed of an access's alignment
    #[arg(long, default_value = "strict")]
    alignment: AlignmentName,
    /// Write every figure to this file
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Print the changes against a file that --json wrote
    #[arg(long, value_name = "FILE")]
    compare: Option<PathBuf>,
    /// Measure the compilation of these modules instead: speed and memory on one core
    #[arg(long, value_name = "FILE", num_args = 1.., conflicts_with_all = ["kernels", "json", "compare"])]
    compile: Vec<PathBuf>,
    /// Kernels to measure; all without any
    #[arg(value_name = "KERNEL")]
    kernels: Vec<String>,
}

#[derive(clap::ValueEnum, Copy, Clone, Debug)]
enum MemoryName {
    Static,
    Native,
}

#[derive(clap::ValueEnum, Copy, Clone, Debug)]
enum AlignmentName {
    Strict,
    Trust,
    Bytes,
}

/// The two optimisation levels at which everything is compiled.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
enum Level {
    Speed,
    Size,
}

impl Level {
    const ALL: [Level; 2] = [Level::Speed, Level::Size];

    fn name(self) -> &'static str {
        match self {
            Level::Speed => "O2",
            Level::Size => "Os",
        }
    }

    /// What counts for who compiles at this level.
    fn optimize(self) -> Optimize {
        match self {
            Level::Speed => Optimize::Speed,
            Level::Size => Optimize::Size,
        }
    }
}

/// A program that ran: its figures, what it executed, and how it went wrong.
struct Outcome {
    figures: Figures,
    mix: mix::Mix,
    wrong: Option<String>,
}

/// Which kernels a mean is about.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
enum Group {
    /// Those for which other compilers' figures are recorded.
    Shared,
    /// Those of other shapes.
    Added,
}

/// A kernel at one level.
struct Row {
    kernel: &'static str,
    group: Group,
    floats: Floats,
    level: Level,
    /// Or why there is no code or no run.
    synth: Result<Outcome, String>,
    gcc: Option<Figures>,
    /// Where gcc was measured in this run.
    gcc_mix: Option<mix::Mix>,
}

/// Measures, prints, and answers whether every kernel was right.
///
/// # Errors
/// An unknown kernel, an unreadable file, or gcc's own code going wrong.
pub fn run(arguments: &Arguments) -> Result<bool, String> {
    let bench = Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("bench");
    if !arguments.compile.is_empty() {
        let warm_up = Files::of(&bench, "json_tok", Level::Speed).wasm;
        return compile::run(&arguments.compile, &warm_up, &options(arguments));
    }
    let shared = KERNELS.iter().map(|kernel| (Group::Shared, kernel));
    let all: Vec<(Group, &Kernel)> = shared.chain(ADDED.iter().map(|kernel| (Group::Added, kernel))).collect();
    let unknown = arguments.kernels.iter().find(|name| all.iter().all(|(_, known)| known.name != **name));
    if let Some(unknown) = unknown {
        return Err(format!("no kernel is called {unknown}"));
    }
    let recorded = Record::read(&bench.join("recorded.json"))?;
    let earlier = arguments.compare.as_deref().map(Record::read).transpose()?;
    let gcc = native::is_available();
    println!("gcc: {}", if gcc { "measured now" } else { "recorded figures" });

    let mut rows = Vec::new();
    let selected = |name: &str| arguments.kernels.is_empty() || arguments.kernels.iter().any(|other| other == name);
    for (group, kernel) in all.into_iter().filter(|(_, kernel)| selected(kernel.name)) {
        if kernel.floats == Floats::Library && !gcc {
            println!("{}: not measured: it needs gcc's library", kernel.name);
            continue;
        }
        for level in Level::ALL {
            let files = Files::of(&bench, kernel.function, level);
            let mut row = row(group, kernel, level, &files, arguments, gcc)?;
            let column = format!("gcc-{}", level.name());
            row.gcc = row.gcc.or_else(|| recorded.get(kernel.name, &column));
            rows.push(row);
        }
    }
    if let Some(path) = &arguments.json {
        report::record(&rows).write(path)?;
    }
    report::print(&rows, earlier.as_ref());
    Ok(rows.iter().all(Row::is_right))
}

struct Files {
    wasm: PathBuf,
    /// What clang makes before wasm-ld.
    object: PathBuf,
    source: PathBuf,
}

impl Files {
    fn of(bench: &Path, kernel: &str, level: Level) -> Files {
        let kernels = bench.join("kernels");
        let wasm = kernels.join(format!("{kernel}-{}.wasm", level.name()));
        let object = kernels.join(format!("objects/{kernel}-{}.o", level.name()));
        Files { wasm, object, source: kernels.join(format!("{kernel}.c")) }
    }
}

fn row(
    group: Group,
    kernel: &Kernel,
    level: Level,
    files: &Files,
    arguments: &Arguments,
    gcc: bool,
) -> Result<Row, String> {
    let Kernel { name, function, floats, .. } = *kernel;
    let workload = &(kernel.workload)();
    let target = kernel.target();
    let at = |e: std::io::Error| format!("{}: {e}", files.wasm.display());
    let wasm = std::fs::read(&files.wasm).map_err(at)?;
    let reference = reference::observe(&wasm, function, workload)?;
    let options = Options { target, optimize: level.optimize(), ..options(arguments) };
    let synth = match options.memory {
        Memory::Static => subject::build(&wasm, function, &options, floats, &workload.imports).and_then(|s| {
            let run = measure(&s.image, function, Some(&s.init), s.memory, workload)?;
            Ok(outcome(run, s.bytes, &reference, 0))
        }),
        Memory::Native => native::of_object(&files.object, &options, &workload.imports).and_then(|native| {
            let run = measure(&native.image, function, None, 0, workload)?;
            Ok(outcome(run, native.bytes, &reference, DATA as usize))
        }),
    };
    let mut row = Row { kernel: name, group, floats, level, synth, gcc: None, gcc_mix: None };
    if gcc {
        let flag = format!("-{}", level.name());
        let native = native::build(&files.source, target, &flag, &workload.imports)?;
        let run = measure(&native.image, function, None, 0, workload)?;
        let outcome = outcome(run, native.bytes, &reference, DATA as usize);
        if let Some(wrong) = outcome.wrong {
            return Err(format!("{name} as gcc {flag} compiles it: {wrong}"));
        }
        (row.gcc, row.gcc_mix) = (Some(outcome.figures), Some(outcome.mix));
    }
    Ok(row)
}

fn outcome(run: Measured, bytes: u32, reference: &reference::Observed, from: usize) -> Outcome {
    Outcome {
        figures: Figures { cycles: run.cycles, instructions: run.instructions, bytes },
        mix: run.mix,
        wrong: reference.difference(&run.observed, from),
    }
}

fn options(arguments: &Arguments) -> Options {
    Options {
        module_name: "kernel".to_string(),
        memory: match arguments.memory {
            MemoryName::Static => Memory::Static,
            MemoryName::Native => Memory::Native,
        },
        bounds: arguments.bounds.bounds(),
        alignment: match arguments.alignment {
            AlignmentName::Strict => Alignment::Strict,
            AlignmentName::Trust => Alignment::Trust,
            AlignmentName::Bytes => Alignment::Bytes,
        },
        ..Options::default()
    }
}

impl Row {
    fn is_right(&self) -> bool {
        self.synth.as_ref().is_ok_and(|outcome| outcome.wrong.is_none())
    }
}
