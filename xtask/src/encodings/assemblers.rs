//! What GNU as and LLVM make of lines of assembly.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use object::{Object, ObjectSection};

use super::hexadecimal;

/// Stands behind each line, so that the bytes of each can be told apart.
const MARK: u32 = 0xdefe_defe;

/// Bytes in hexadecimal by line.
type Answers = BTreeMap<String, String>;

/// The bytes of each line by `arm-none-eabi-as`.
///
/// # Errors
/// If it does not run, or does not accept a line.
pub fn gnu<'a>(lines: impl Iterator<Item = &'a String>) -> Result<Answers, String> {
    let lines: Vec<&String> = lines.collect();
    let dialect = lines.iter().map(|line| line.to_string()).collect();
    assemble(&lines, dialect, |source, object| {
        let mut command = Command::new("arm-none-eabi-as");
        command.args(["-mcpu=cortex-m4", "-mthumb", "-o"]);
        command.arg(object).arg(source);
        command
    })
}

/// The bytes of each line by `llvm-mc`.
///
/// # Errors
/// If it does not run, or does not accept a line.
pub fn llvm<'a>(lines: impl Iterator<Item = &'a String>) -> Result<Answers, String> {
    let lines: Vec<&String> = lines.collect();
    let dialect = lines.iter().map(|line| llvm_dialect(line)).collect();
    assemble(&lines, dialect, |source, object| {
        let mut command = Command::new("llvm-mc-16");
        command.args(["--triple=thumbv7em-none-eabi", "-filetype=obj", "-o"]);
        command.arg(object).arg(source);
        command
    })
}

/// Operations that LLVM takes to have no 16-bit form with operands for which GNU as has none either: it knows no `.w` there.
fn llvm_dialect(line: &str) -> String {
    let (prefix, line) = match line.split_once("; ") {
        Some((it, line)) if it.starts_with("it ") => (format!("{it}; "), line),
        _ => (String::new(), line),
    };
    let bare = |line: &str| line.replacen(".w ", " ", 1);
    let operation = line.split(['.', ' ']).next().unwrap_or_default();
    let root = operation.strip_suffix("le").unwrap_or(operation);
    let root = root.strip_suffix('s').unwrap_or(root);
    let immediate = line.contains(", #");
    let shifted = ["lsl #", "lsr #", "asr #", "ror #"]
        .iter()
        .any(|shift| line.contains(shift));
    let negative = line.contains(", #-");
    let none = match root {
        "mul" => true,
        "adc" | "sbc" => immediate && !shifted,
        _ if root.starts_with("ldr") || root.starts_with("str") => negative,
        _ => false,
    };
    prefix + &if none { bare(line) } else { line.to_string() }
}

/// The bytes of each of `lines`, written as `dialect` says.
fn assemble(
    lines: &[&String],
    dialect: Vec<String>,
    command: impl Fn(&Path, &Path) -> Command,
) -> Result<Answers, String> {
    let directory = tempfile::tempdir().map_err(|error| error.to_string())?;
    let (source, output) = (directory.path().join("a.s"), directory.path().join("a.o"));
    let mut text = String::from(".syntax unified\n.thumb\n");
    for line in &dialect {
        // Writing to a string does not fail. Pools are far from what loads by offset.
        let _ = writeln!(text, ".balign 4\n{line}\n.4byte {MARK:#x}");
    }
    std::fs::write(&source, text).map_err(|error| error.to_string())?;
    let mut command = command(&source, &output);
    let name = command.get_program().to_string_lossy().into_owned();
    let ran = command
        .output()
        .map_err(|error| format!("{name}: {error}"))?;
    if !ran.status.success() {
        let errors = String::from_utf8_lossy(&ran.stderr);
        let first: Vec<&str> = errors.lines().take(12).collect();
        return Err(format!("{name}: {}", first.join("\n")));
    }
    let bytes = std::fs::read(&output).map_err(|error| error.to_string())?;
    let file = object::File::parse(&*bytes).map_err(|error| error.to_string())?;
    let section = file.section_by_name(".text").ok_or("no code")?;
    let code = section.data().map_err(|error| error.to_string())?;
    answers(lines, code).ok_or_else(|| format!("{name}: the output has too few lines"))
}

/// Splits code at the marks. What follows a mark starts on a multiple of 4.
fn answers(lines: &[&String], code: &[u8]) -> Option<Answers> {
    let mut answers = Answers::new();
    let mut start = 0;
    for &line in lines {
        let rest = code.get(start..)?;
        let length = rest
            .windows(4)
            .position(|window| window == MARK.to_le_bytes())?;
        answers.insert(line.clone(), hexadecimal(&rest[..length]));
        start = (start + length + 4).next_multiple_of(4);
    }
    Some(answers)
}
