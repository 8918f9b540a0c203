//! Programs that clang has compiled to wasm, at four levels, and the kernels of `bench/`: every export is executed on the
//! emulated core and compared with the reference engine, with bounds checks and without.
//!
//! Sources and the script that rebuilds the modules are in `tests/corpus`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use synth::options::{Bounds, Options};
use wasmparser::{ExternalKind, Parser, Payload};
use xtask::oracle::{Report, check_module};

/// Calls of each export.
const CALLS: u32 = 10;
const LEVELS: [&str; 4] = ["O0", "O1", "O2", "Os"];
/// Unoptimised code keeps NaNs in memory, whose payloads are not specified; `tests/link.rs` runs it.
const VISIBLE_NANS: &str = "floats-O0.wasm";
/// Kernels that arbitrary arguments seldom lead out of bounds, or into loops without an end that the reference notices; the bench
/// calls all of them with sensible ones.
const KERNELS: [&str; 20] = [
    "aes",
    "chacha",
    "crc32_tab",
    "crc_slice",
    "dct8",
    "div64",
    "dot_f64",
    "fir_i32",
    "heapsort",
    "json_tok",
    "lz",
    "matmul16",
    "msgq_put",
    "pid_step",
    "q31mul",
    "quicksort",
    "schedule",
    "sem_give",
    "strings",
    "xtea",
];

#[test]
fn programs_with_bounds_checks() {
    check(&comparable_programs(), Bounds::Trap);
}

#[test]
fn programs_without_bounds_checks() {
    check(&comparable_programs(), Bounds::None);
}

#[test]
fn kernels_with_bounds_checks() {
    check(&kernels(), Bounds::Trap);
}

#[test]
fn kernels_without_bounds_checks() {
    check(&kernels(), Bounds::None);
}

/// Every source is there at every level, and exports `run`.
#[test]
fn the_corpus_is_complete() {
    let sources = files(&directory().join("tests/corpus"), "c");
    assert!(sources.len() >= 25, "{} programs", sources.len());
    let mut levels: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for path in programs() {
        let stem = path.file_stem().expect("a module has a name").to_string_lossy().into_owned();
        let (name, level) = stem.rsplit_once('-').expect("NAME-LEVEL.wasm");
        levels.entry(name.to_string()).or_default().push(level.to_string());
        let wasm = std::fs::read(&path).expect("the module was listed");
        assert!(exports_run(&wasm), "{stem} does not export run");
    }
    let names: Vec<String> = sources.iter().map(|p| p.file_stem().unwrap().to_string_lossy().into_owned()).collect();
    assert_eq!(levels.keys().cloned().collect::<Vec<_>>(), names, "tests/corpus/build.sh");
    for (name, built) in levels {
        assert_eq!(built, LEVELS, "{name}");
    }
}

fn directory() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn programs() -> Vec<PathBuf> {
    files(&directory().join("tests/corpus/wasm"), "wasm")
}

fn comparable_programs() -> Vec<PathBuf> {
    let mut programs = programs();
    programs.retain(|path| !path.ends_with(VISIBLE_NANS));
    programs
}

fn kernels() -> Vec<PathBuf> {
    let mut kernels = files(&directory().join("bench/kernels"), "wasm");
    let name = |path: &Path| path.file_stem().expect("a module has a name").to_string_lossy().into_owned();
    kernels.retain(|path| name(path).rsplit_once('-').is_some_and(|(name, _)| KERNELS.contains(&name)));
    assert_eq!(kernels.len(), 2 * KERNELS.len());
    kernels
}

/// The files of a directory with an extension, by name.
fn files(directory: &Path, extension: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory).expect("the directory is part of the repository");
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.expect("the directory can be read").path())
        .filter(|path| path.extension().is_some_and(|e| e == extension))
        .collect();
    files.sort();
    files
}

fn exports_run(wasm: &[u8]) -> bool {
    Parser::new(0).parse_all(wasm).any(|payload| match payload {
        Ok(Payload::ExportSection(exports)) => {
            exports.into_iter().any(|export| export.is_ok_and(|e| e.name == "run" && e.kind == ExternalKind::Func))
        }
        _ => false,
    })
}

fn check(modules: &[PathBuf], bounds: Bounds) {
    let options = Options { bounds, threads: Some(1), check: true, ..Options::default() };
    let reports: Vec<(String, Report)> = modules
        .par_iter()
        .map(|path| {
            let wasm = std::fs::read(path).expect("the module was listed");
            (path.display().to_string(), check_module(&wasm, &options, CALLS, 1))
        })
        .collect();
    let wrong: Vec<String> = reports
        .iter()
        .filter(|(_, report)| !report.passed() || report.returned == 0)
        .map(|(name, report)| format!("{name}: {report:?}"))
        .collect();
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), reports.len(), wrong.join("\n"));
}
