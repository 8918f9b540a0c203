//! `--compile`: how fast modules compile on one core, and how much memory that takes.
//!
//! Time is what the process ran, memory the most that was resident over what was before (proc(5): `stat`, `status`, and
//! `clear_refs`, which starts the latter afresh). Both are the build's of this program: figures are those of a release.

use std::fs;
use std::path::{Path, PathBuf};
use synth::options::Options;

/// Seconds below which the clock, which ticks a hundred times a second, says nothing of a speed.
const LEAST: f64 = 0.2;

/// What one module costs.
struct Cost {
    bytes: usize,
    seconds: f64,
    /// Bytes at the most.
    memory: f64,
}

/// Compiles each file and prints what that cost; whether all of them were compiled. `warm_up` is compiled before, so that the
/// compiler's own code is resident and does not count.
///
/// # Errors
/// A file that cannot be read.
pub fn run(files: &[PathBuf], warm_up: &Path, options: &Options) -> Result<bool, String> {
    synth::allocation::give_back_large_blocks();
    println!("{:<32} {:>8} {:>8} {:>8} {:>8}", "module", "MB", "seconds", "MB/s", "memory");
    // The checker runs in builds for tests alone.
    let options = Options { threads: Some(1), check: false, ..options.clone() };
    let _ = cost(warm_up, &options)?;
    let mut all = true;
    for path in files {
        let name =
            path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().to_string());
        match cost(path, &options)? {
            Ok(Cost { bytes, seconds, memory }) => {
                let size = bytes as f64;
                let speed = if seconds < LEAST { "-".to_string() } else { format!("{:.2}", size * 1e-6 / seconds) };
                let (megabytes, memory) = (size * 1e-6, memory / size);
                println!("{name:<32} {megabytes:>8.3} {seconds:>8.2} {speed:>8} {memory:>7.1}x");
            }
            Err(refused) => {
                println!("{name:<32} refused: {refused}");
                all = false;
            }
        }
    }
    Ok(all)
}

fn cost(path: &Path, options: &Options) -> Result<Result<Cost, String>, String> {
    let bytes = fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    synth::allocation::give_back_free();
    fs::write("/proc/self/clear_refs", "5").map_err(|error| format!("/proc/self/clear_refs: {error}"))?;
    let (memory, start) = (resident("VmRSS:")?, seconds()?);
    let compiled = synth::compile(&bytes, options);
    let (memory, seconds) = ((resident("VmHWM:")? - memory).max(0.0), seconds()? - start);
    Ok(match compiled {
        Ok(_) => Ok(Cost { bytes: bytes.len(), seconds, memory }),
        Err(error) => Err(error.to_string()),
    })
}

/// A size of `/proc/self/status` in bytes.
fn resident(name: &str) -> Result<f64, String> {
    let text = fs::read_to_string("/proc/self/status").map_err(|error| format!("/proc/self/status: {error}"))?;
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
    kilobytes.map(|kilobytes| kilobytes * 1024.0).ok_or_else(|| format!("/proc/self/status has no {name}"))
}

/// Seconds that the process has run, in its own code and the system's.
fn seconds() -> Result<f64, String> {
    const TICK: f64 = 0.01;
    let text = fs::read_to_string("/proc/self/stat").map_err(|error| format!("/proc/self/stat: {error}"))?;
    // The name of the program, in parentheses, may hold anything; the times are fields 14 and 15.
    let fields = text.rsplit(')').next().unwrap_or_default().split_whitespace().skip(11);
    let ticks: Option<Vec<f64>> = fields.take(2).map(|field| field.parse().ok()).collect();
    let ticks = ticks.ok_or("/proc/self/stat has no times")?;
    Ok(ticks.iter().sum::<f64>() * TICK)
}
