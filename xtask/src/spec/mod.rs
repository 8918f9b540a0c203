//! `cargo xtask spec`: the official test suite on the emulated core.
//!
//! A script is parsed and executed directive by directive by `script`; `interface` reads what a module imports and
//! exports, `compile` and `instance` compile, link and call modules, `pattern` compares values, `suite` has the scripts
//! and `tally` the sums. Scripts are independent of each other and run side by side.

pub mod board;
pub mod compile;
pub mod instance;
pub mod interface;
pub mod pattern;
pub mod script;
pub mod suite;
pub mod tally;

use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use clap::Args;
use synth::options::Options;

use crate::boards::MachineArgument;
use crate::bounds::BoundsArgument;
use crate::target::TargetArgument;

pub use script::Settings;
pub use suite::{Script, Suite};
pub use tally::{Kind, Tally};

#[derive(Args, Debug)]
pub struct Arguments {
    /// Scripts to run instead of a set
    files: Vec<PathBuf>,
    /// The set of the official suite, whose features files are validated with too
    #[arg(long, value_name = "NAME", default_value = suite::CORE)]
    suite: String,
    /// What an out-of-bounds access does
    #[arg(long, value_enum, default_value_t = BoundsArgument::Trap)]
    bounds: BoundsArgument,
    /// The core to compile for
    #[arg(long, value_enum, default_value_t = TargetArgument::CortexM4)]
    target: TargetArgument,
    /// Replay it there, too, on images that ld and lld link
    #[arg(long, value_enum)]
    on: Option<MachineArgument>,
}

/// Runs the command; whether nothing failed.
///
/// # Errors
/// An unreadable file, an unknown set, or a script that is none, by one line.
pub fn run(arguments: &Arguments) -> Result<bool, String> {
    let mut suite = suite::suite(&arguments.suite)?;
    if !arguments.files.is_empty() {
        suite.scripts = read(&arguments.files)?;
    }
    let options = Options {
        target: arguments.target.target(),
        bounds: arguments.bounds.bounds(),
        check: true,
        ..Options::default()
    };
    let settings = Settings { options, features: suite.features, external: None };
    match arguments.on {
        None => {
            let tally = run_all(&suite.scripts, &settings)?;
            print!("{}", report(&tally));
            Ok(tally.failures.is_empty())
        }
        Some(MachineArgument::Qemu) => {
            let board::Boarded { tally, replayed } = board::run_all(&suite.scripts, &settings)?;
            print!("{}{}", report(&tally), replayed.report());
            Ok(tally.failures.is_empty() && replayed.failures.is_empty())
        }
    }
}

fn read(files: &[PathBuf]) -> Result<Vec<Script>, String> {
    let read = |path: &PathBuf| {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|error| format!("{name}: {error}"))?;
        Ok(Script { name, text })
    };
    files.iter().map(read).collect()
}

/// Runs scripts on all cores; the sums are in their order.
///
/// # Errors
/// The first script that cannot be run.
pub fn run_all(scripts: &[Script], settings: &Settings<'_>) -> Result<Tally, String> {
    let results: Vec<Mutex<Option<Result<Tally, String>>>> = scripts.iter().map(|_| Mutex::new(None)).collect();
    let next = AtomicUsize::new(0);
    let work = || {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(script) = scripts.get(index) else {
                break;
            };
            let result = script::run(script, settings);
            *results[index].lock().expect("nobody panics with the lock") = Some(result);
        }
    };
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(work);
        }
    });
    let mut tally = Tally::default();
    for result in results {
        let result = result.into_inner().expect("nobody panics with the lock");
        tally.add(result.expect("every script was run")?);
    }
    Ok(tally)
}

/// Failures, reasons of skips, and the sums in the last two lines.
pub fn report(tally: &Tally) -> String {
    let mut lines = Vec::new();
    for failure in &tally.failures {
        let kind = failure.kind.name();
        lines.push(format!("{}: {kind} failed: {}", failure.place, failure.message));
    }
    let mut skips: Vec<_> = tally.skips.iter().collect();
    skips.sort_by_key(|(reason, count)| (std::cmp::Reverse(**count), reason.as_str()));
    for (reason, count) in skips {
        lines.push(format!("{count} skipped: {reason}"));
    }
    lines.push(tally.kinds());
    lines.push(tally.calls());
    lines.join("\n") + "\n"
}
