//! Expected code: each `tests/filetests/*.wat` says how it is compiled and what comes out.
//!
//! ```text
//! ;; options: --bounds none        command line options, several of these lines add up
//! ;; input: examples/sem_give.wat  compile that file instead of this one
//! ;; init                          the listing includes the module's initialisation
//! ;; bytes <= 84                   of executable code without the initialisation
//! ;; no-sp-memory                  no load or store relative to sp besides push and pop
//! (module …)
//! ;; ----
//! ;; func[0] f:                    the assembly, as --emit asm prints it
//! ;;     bx lr
//! ```
//!
//! Directives stand before the first line that is no comment; other comments there are prose. `BLESS=1 cargo test --test
//! filetests` rewrites what stands below the marker. A file that is refused has `error: …` there.

use std::path::{Path, PathBuf};
use std::process::Command;

use object::{Object, ObjectSection, SectionFlags};

const MARKER: &str = ";; ----";
/// Name of every module, whatever its file.
const MODULE: &str = "m";

#[test]
fn expected_code() {
    let directory = repository().join("tests/filetests");
    let mut cases: Vec<PathBuf> = std::fs::read_dir(&directory)
        .expect("the directory is part of the repository")
        .map(|entry| entry.expect("the directory can be read").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "wat"))
        .collect();
    cases.sort();
    assert!(!cases.is_empty(), "no case in {}", directory.display());
    // What is written has to be read, and passes the next time.
    let bless = std::env::var_os("BLESS").is_some_and(|value| value == "1");
    let wrong: Vec<String> = cases
        .iter()
        .filter_map(|case| run(case, bless).err().map(|why| format!("{}: {why}", case.display())))
        .collect();
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

/// What the head of a case asks for.
#[derive(Default)]
struct Directives {
    options: Vec<String>,
    input: Option<PathBuf>,
    init: bool,
    bytes: Option<u64>,
    no_sp_memory: bool,
}

fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn run(case: &Path, bless: bool) -> Result<(), String> {
    let text = std::fs::read_to_string(case).map_err(|error| error.to_string())?;
    let (source, expected) = match text.split_once(&format!("{MARKER}\n")) {
        Some((source, expected)) => (source, expected),
        None if bless => (text.as_str(), ""),
        None => return Err(format!("no line {MARKER}; BLESS=1 adds it")),
    };
    let directives = directives(source)?;
    let input = directives.input.clone().unwrap_or_else(|| case.to_path_buf());
    let compiled = compile(&input, &directives.options);
    let listing = match &compiled {
        Ok((listing, _)) => visible(listing, directives.init),
        Err(message) => format!("{message}\n"),
    };
    let actual: String = listing.lines().map(|line| format!(";; {line}").trim_end().to_string() + "\n").collect();
    if actual != expected {
        if bless {
            let blessed = format!("{source}{MARKER}\n{actual}");
            std::fs::write(case, blessed).map_err(|error| error.to_string())?;
            return Err("written".to_string());
        }
        return Err(difference(expected, &actual));
    }
    match &compiled {
        Ok((_, object)) => check(&directives, &listing, object),
        Err(_) => Ok(()),
    }
}

fn directives(source: &str) -> Result<Directives, String> {
    let mut directives = Directives::default();
    for line in source.lines().map_while(|line| line.strip_prefix(";;")).map(str::trim) {
        if let Some(options) = line.strip_prefix("options:") {
            directives.options.extend(options.split_whitespace().map(str::to_string));
        } else if let Some(path) = line.strip_prefix("input:") {
            directives.input = Some(repository().join(path.trim()));
        } else if let Some(limit) = line.strip_prefix("bytes <=") {
            let limit = limit.trim().parse().map_err(|_| format!("no number in `{line}`"))?;
            directives.bytes = Some(limit);
        } else if line == "init" {
            directives.init = true;
        } else if line == "no-sp-memory" {
            directives.no_sp_memory = true;
        }
    }
    Ok(directives)
}

/// The listing and the object of a file, or the compiler's message.
fn compile(input: &Path, options: &[String]) -> Result<(String, Vec<u8>), String> {
    let directory = tempfile::tempdir().map_err(|error| error.to_string())?;
    let output = |kind: &str| -> Result<Vec<u8>, String> {
        let path = directory.path().join(kind);
        let result = Command::new(env!("CARGO_BIN_EXE_synth"))
            .args(["compile", "--module-name", MODULE, "--emit", kind])
            .args(options)
            .arg(input)
            .arg("-o")
            .arg(&path)
            .output()
            .map_err(|error| error.to_string())?;
        if !result.status.success() {
            let message = String::from_utf8_lossy(&result.stderr);
            let message = message.trim().replace(&format!("{}: ", input.display()), "");
            return Err(message.trim_start_matches("synth: ").to_string());
        }
        std::fs::read(&path).map_err(|error| error.to_string())
    };
    let listing = String::from_utf8(output("asm")?).map_err(|error| error.to_string())?;
    Ok((listing, output("obj")?))
}

/// The paragraphs of the listing, one per function.
fn visible(listing: &str, init: bool) -> String {
    let title = format!("{MODULE}_init:");
    let paragraphs = listing.trim_end().split("\n\n").filter(|p| init || !p.starts_with(&title));
    paragraphs.map(|p| format!("{}\n", p.trim_end())).collect::<Vec<_>>().join("\n")
}

/// The first line that differs.
fn difference(expected: &str, actual: &str) -> String {
    let lines = expected.lines().count().max(actual.lines().count());
    let at = |text: &str, n| text.lines().nth(n).unwrap_or("(nothing)").to_string();
    let first = (0..lines).find(|&n| at(expected, n) != at(actual, n)).unwrap_or(0);
    let (expected, actual) = (at(expected, first), at(actual, first));
    format!("line {} of the listing\n  expected {expected}\n  got      {actual}", first + 1)
}

fn check(directives: &Directives, listing: &str, object: &[u8]) -> Result<(), String> {
    if let Some(limit) = directives.bytes {
        let bytes = code_bytes(object)?;
        if bytes > limit {
            return Err(format!("{bytes} bytes of code, not {limit} or less"));
        }
    }
    let is_access = |line: &&str| {
        let line = line.trim();
        (line.starts_with("ldr") || line.starts_with("str")) && line.contains("[sp")
    };
    match listing.lines().find(is_access) {
        Some(line) if directives.no_sp_memory => Err(format!("has `{}`", line.trim())),
        _ => Ok(()),
    }
}

fn code_bytes(object: &[u8]) -> Result<u64, String> {
    let file = object::File::parse(object).map_err(|error| error.to_string())?;
    let is_code = |flags| match flags {
        SectionFlags::Elf { sh_flags, .. } => sh_flags.contains(object::elf::SHF_EXECINSTR),
        _ => false,
    };
    let init = format!(".text.{MODULE}_init");
    let code = file.sections().filter(|s| is_code(s.flags()) && s.name() != Ok(init.as_str()));
    Ok(code.map(|section| section.size()).sum())
}
