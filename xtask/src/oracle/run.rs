//! `cargo xtask oracle run`: files or random modules through the oracle, with sums and what reproduces a failure.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use clap::{Args, ValueEnum};
use rayon::prelude::*;
use synth::options::{Alignment, Bounds, Optimize, Options, Target, Trap};

use super::check::{Report, check_module, record_module};
use super::csmith;
use super::generate::{self, Language};
use super::value::Random;
use crate::boards::MachineArgument;
use crate::bounds::BoundsArgument;
use crate::replay::{Recorded, Recording, Replayed};
use crate::target::TargetArgument;

/// Calls of each export of a file, and of a random module.
const FILE_CALLS: u32 = 24;
const RANDOM_CALLS: u32 = 6;
/// The word that prologues compare sp with.
const STACK_LIMIT: &str = "stack_limit";

#[derive(Args, Debug)]
pub struct RunArguments {
    /// Modules, binary or text
    #[arg(required_unless_present_any = ["random", "stress", "csmith"])]
    files: Vec<PathBuf>,
    /// Generate this many modules instead
    #[arg(long, value_name = "N", conflicts_with = "files")]
    random: Option<u64>,
    /// The same with programs that are where compilers break
    #[arg(long, value_name = "N", conflicts_with_all = ["files", "random"])]
    stress: Option<u64>,
    /// The same with random C programs, by csmith and clang
    #[arg(long, value_name = "N", conflicts_with_all = ["files", "random", "stress", "on"])]
    csmith: Option<u64>,
    /// Seed of the generator and of arguments
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// Calls of each export
    #[arg(long, value_name = "N")]
    calls: Option<u32>,
    /// What an out-of-bounds access does
    #[arg(long, value_enum, default_value_t = BoundsArgument::Trap)]
    bounds: BoundsArgument,
    /// What is believed of an access's alignment
    #[arg(long, value_enum, default_value_t = AlignmentArgument::Strict)]
    alignment: AlignmentArgument,
    /// Compile for size where that conflicts with speed
    #[arg(long)]
    size: bool,
    /// How a trap ends
    #[arg(long, value_enum, default_value_t = TrapArgument::Udf)]
    trap: TrapArgument,
    /// Every access to memory happens once, in order
    #[arg(long)]
    volatile_memory: bool,
    /// Prologues compare sp with the end of the stack
    #[arg(long)]
    stack_limit: bool,
    /// The core to compile for
    #[arg(long, value_enum, default_value_t = TargetArgument::CortexM4)]
    target: TargetArgument,
    /// Replay it there, too, on images that ld and lld link; modules have no references then, and random ones no floats
    #[arg(long, value_enum)]
    on: Option<MachineArgument>,
}

#[derive(Copy, Clone, PartialEq, Eq, Debug, ValueEnum)]
enum AlignmentArgument {
    Strict,
    Trust,
    Bytes,
}

#[derive(Copy, Clone, PartialEq, Eq, Debug, ValueEnum)]
enum TrapArgument {
    Udf,
    Call,
}

/// Sums over modules.
#[derive(Default)]
struct Totals {
    passed: u64,
    failed: u64,
    skipped: u64,
    calls: u64,
    returned: u64,
    traps: [u64; 9],
    instructions: u64,
    /// What to replay elsewhere.
    recordings: Vec<Recording>,
}

/// Runs the command; whether nothing failed.
///
/// # Errors
/// An unreadable file, by one line.
pub fn run(arguments: &RunArguments) -> Result<bool, String> {
    let options = Options {
        target: arguments.target.target(),
        bounds: arguments.bounds.bounds(),
        alignment: match arguments.alignment {
            AlignmentArgument::Strict => Alignment::Strict,
            AlignmentArgument::Trust => Alignment::Trust,
            AlignmentArgument::Bytes => Alignment::Bytes,
        },
        trap: match arguments.trap {
            TrapArgument::Udf => Trap::Udf,
            TrapArgument::Call => Trap::Call,
        },
        volatile_memory: arguments.volatile_memory,
        optimize: if arguments.size { Optimize::Size } else { Optimize::Speed },
        stack_limit: arguments.stack_limit.then(|| STACK_LIMIT.to_string()),
        threads: Some(1),
        check: true,
        ..Options::default()
    };
    let totals = match arguments.random.or(arguments.stress).or(arguments.csmith) {
        Some(count) => random(arguments, &options, count),
        None => files(arguments, &options)?,
    };
    println!("traps by code {:?}", totals.traps);
    let trapped: u64 = totals.traps.iter().sum();
    println!(
        "calls {} returned {} trapped {trapped} instructions {}",
        totals.calls, totals.returned, totals.instructions
    );
    println!("{} passed, {} failed, {} skipped", totals.passed, totals.failed, totals.skipped);
    let same = match arguments.on {
        None => true,
        Some(MachineArgument::Qemu) => replay(totals.recordings, options.target)?,
    };
    Ok(totals.failed == 0 && same)
}

/// Modules that share images.
const BATCH: usize = 16;

/// Replays recordings, as many at once as share an image; whether nothing differs.
fn replay(recordings: Vec<Recording>, target: Target) -> Result<bool, String> {
    let mut sum = Replayed::default();
    let base = Recorded { bytes: base(target)?, ..Recorded::default() };
    for batch in recordings.chunks(BATCH) {
        let mut recording = Recording { objects: vec![base.clone()], steps: Vec::new() };
        batch.iter().for_each(|one| recording.append(one.clone()));
        sum.add(recording.replay(target)?);
    }
    print!("{}", sum.report());
    Ok(sum.failures.is_empty())
}

/// The object that all images have: of a module of nothing.
fn base(target: Target) -> Result<Vec<u8>, String> {
    let wasm = wat::parse_str("(module)").map_err(|error| error.to_string())?;
    let options = Options { target, module_name: "base".to_string(), ..Options::default() };
    synth::compile(&wasm, &options).map(|compiled| compiled.object).map_err(|error| error.to_string())
}

/// The options of a module that shares an image with others.
fn named(options: &Options, number: u64) -> Options {
    Options {
        module_name: format!("m{number}"),
        export_name: "{module}.{name}".to_string(),
        import_name: format!("m{number}:{{module}}.{{name}}"),
        ..options.clone()
    }
}

fn files(arguments: &RunArguments, options: &Options) -> Result<Totals, String> {
    let mut totals = Totals::default();
    for path in &arguments.files {
        let name = path.display();
        let bytes = fs::read(path).map_err(|error| format!("{name}: {error}"))?;
        let wasm = wat::parse_bytes(&bytes).map_err(|error| format!("{name}: {error}"))?;
        let calls = arguments.calls.unwrap_or(FILE_CALLS);
        let report = match arguments.on {
            None => check_module(&wasm, options, calls, arguments.seed),
            Some(MachineArgument::Qemu) => {
                let options = named(options, totals.recordings.len() as u64);
                let (report, recording) = record_module(&wasm, &options, calls, arguments.seed);
                totals.recordings.push(recording);
                report
            }
        };
        totals.add(&report);
        if let Some(reason) = &report.skipped {
            println!("{name}: skipped: {reason}");
        }
        if let Some(failure) = &report.failure {
            let command = command(path, arguments, calls, arguments.seed);
            println!("{name}: failed: {failure}\n  reproduce: {command}");
        }
    }
    Ok(totals)
}

/// Checks modules `0..count` of the seed, in parallel; lines come in the order of the modules.
fn random(arguments: &RunArguments, options: &Options, count: u64) -> Totals {
    const CHUNK: u64 = 256;
    let mut totals = Totals::default();
    for start in (0..count).step_by(CHUNK as usize) {
        let end = (start + CHUNK).min(count);
        let results: Vec<(Report, String, Option<Recording>)> =
            (start..end).into_par_iter().map(|index| random_module(arguments, options, index)).collect();
        for (report, lines, recording) in results {
            totals.add(&report);
            totals.recordings.extend(recording);
            print!("{lines}");
        }
    }
    totals
}

fn random_module(arguments: &RunArguments, options: &Options, index: u64) -> (Report, String, Option<Recording>) {
    // References are addresses, which are others elsewhere; libraries differ in payloads of NaNs, which programs of stress
    // do not look at.
    let here = arguments.on.is_none();
    let floats = here || arguments.stress.is_some();
    let language = Language { references: here, floats, ..Language::COMPLETE };
    let wasm = if arguments.csmith.is_some() {
        csmith::program(arguments.seed, index)
    } else if arguments.stress.is_some() {
        stressful_in(&language, arguments.seed, index, options.bounds)
    } else {
        generated_in(&language, arguments.seed, index, options.bounds)
    };
    let calls = arguments.calls.unwrap_or(RANDOM_CALLS);
    let seed = Random::stream(arguments.seed, index).next() >> 32;
    let (mut report, recording) = match arguments.on {
        None => (check_module(&wasm, options, calls, seed), None),
        Some(MachineArgument::Qemu) => {
            let (report, recording) = record_module(&wasm, &named(options, index), calls, seed);
            (report, Some(recording))
        }
    };
    // Nothing that is generated may be left out.
    if let Some(reason) = report.skipped.take() {
        report.failure = Some(format!("skipped: {reason}"));
    }
    let mut lines = String::new();
    if let Some(failure) = &report.failure {
        let command = match save(&wasm, arguments.seed, index) {
            Ok(path) => command(&path, arguments, calls, seed),
            Err(error) => format!("the module could not be saved: {error}"),
        };
        // Writing to a string does not fail.
        let _ = writeln!(lines, "module {index}: failed: {failure}\n  reproduce: {command}");
    }
    (report, lines, recording)
}

/// Program `index` of a seed that is where compilers break.
pub fn stressful(seed: u64, index: u64, bounds: Bounds) -> Vec<u8> {
    stressful_in(&Language::COMPLETE, seed, index, bounds)
}

fn stressful_in(language: &Language, seed: u64, index: u64, bounds: Bounds) -> Vec<u8> {
    let mut random = Random::stream(seed, index);
    let length = (512 << random.below(6)) + random.below(512);
    generate::stress(&random.bytes(length as usize), language, bounds)
}

/// Module `index` of a seed. Bytes that make no module (they ran out) are followed by the next ones.
pub fn generated(seed: u64, index: u64, bounds: Bounds) -> Vec<u8> {
    generated_in(&Language::COMPLETE, seed, index, bounds)
}

fn generated_in(language: &Language, seed: u64, index: u64, bounds: Bounds) -> Vec<u8> {
    let mut random = Random::stream(seed, index);
    loop {
        let length = (512 << random.below(5)) + random.below(512);
        let bytes = random.bytes(length as usize);
        if let Some(wasm) = generate::module(&bytes, language, bounds) {
            return wasm;
        }
    }
}

fn save(wasm: &[u8], seed: u64, index: u64) -> std::io::Result<PathBuf> {
    let time = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let directory = std::env::temp_dir().join("synth-oracle");
    fs::create_dir_all(&directory)?;
    let path = directory.join(format!("seed{seed}-module{index}-{}.wasm", time.as_nanos()));
    fs::write(&path, wasm)?;
    Ok(path)
}

fn command(path: &Path, arguments: &RunArguments, calls: u32, seed: u64) -> String {
    let bounds = arguments.bounds.name();
    let target = arguments.target.name();
    let path = path.display();
    let mut command =
        format!("cargo xtask oracle run {path} --target {target} --bounds {bounds} --calls {calls} --seed {seed}");
    let flags = [
        (arguments.alignment == AlignmentArgument::Bytes, " --alignment bytes"),
        (arguments.alignment == AlignmentArgument::Trust, " --alignment trust"),
        (arguments.size, " --size"),
        (arguments.trap == TrapArgument::Call, " --trap call"),
        (arguments.volatile_memory, " --volatile-memory"),
        (arguments.stack_limit, " --stack-limit"),
    ];
    flags.iter().filter(|(given, _)| *given).for_each(|(_, flag)| command.push_str(flag));
    command
}

impl Totals {
    fn add(&mut self, report: &Report) {
        self.passed += u64::from(report.passed());
        self.failed += u64::from(report.failure.is_some());
        self.skipped += u64::from(report.skipped.is_some());
        self.calls += report.calls;
        self.returned += report.returned;
        for (sum, count) in self.traps.iter_mut().zip(report.traps) {
            *sum += count;
        }
        self.instructions += report.instructions;
    }
}
