//! What GNU as and LLVM make of lines of assembly.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use object::{Object, ObjectSection};

use super::hexadecimal;

/// Stands behind each line, so that the bytes of each can be told apart: no instruction at all (ARMv7-M ARM A5.2.5).
const MARK: u32 = 0xb6ff_b6ff;

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
        command.args(["-mcpu=cortex-m4", "-mfpu=fpv4-sp-d16", "-mthumb", "-o"]);
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
        command.args(["--triple=thumbv7em-none-eabihf", "-mcpu=cortex-m4", "-filetype=obj", "-o"]);
        command.arg(object).arg(source);
        command
    })
}

/// A line as LLVM wants it, which differs in three ways:
///
/// - a place is a distance from the program counter, `#n` instead of `. + n + 4`;
/// - the 16-bit addition of 0 to 7 to a register itself has two encodings, of which the one with more bits of immediate
///   (ARMv7-M ARM A7.7.3, T2) is spelled with two operands;
/// - there is no `.w` where the operands alone rule a 16-bit form out.
fn llvm_dialect(line: &str) -> String {
    let (prefix, line) = match line.split_once("; ") {
        Some((it, line)) if it.starts_with("it ") => (format!("{it}; "), line),
        _ => (String::new(), line),
    };
    let (operation, operands) = line.split_once(' ').unwrap_or((line, ""));
    let name = operation.trim_end_matches(".w");
    let root = name.strip_suffix("le").unwrap_or(name);
    let root = root.strip_suffix('s').unwrap_or(root);
    let list: Vec<&str> = operands.split(", ").collect();
    let distance = place(list[list.len() - 1]);
    let is_number = |operand: &str| operand.starts_with('#');
    prefix
        + &match (root, &list[..]) {
            (_, [register @ .., _]) if distance.is_some() => {
                let number = format!("#{}", distance.unwrap_or_default());
                let operands: Vec<&str> = register.iter().copied().chain([&*number]).collect();
                format!("{operation} {}", operands.join(", "))
            }
            ("add" | "sub", [rd, rn, imm]) if rd == rn && is_number(imm) && operation == name => {
                format!("{operation} {rd}, {imm}")
            }
            ("adc" | "sbc", [_, _, imm]) if is_number(imm) => format!("{name} {operands}"),
            ("mul", _) => format!("{name} {operands}"),
            (root, [.., last])
                if (root.starts_with("ldr") || root.starts_with("str"))
                    && last.starts_with("#-")
                    && !operands.contains("[pc") =>
            {
                format!("{name} {operands}")
            }
            _ => line.to_string(),
        }
}

/// The distance from the program counter to `. + n` or `. - n`.
fn place(operand: &str) -> Option<i32> {
    let (sign, number) = operand.strip_prefix(". ")?.split_once(' ')?;
    let number: i32 = number.parse().ok()?;
    Some(if sign == "-" { -number - 4 } else { number - 4 })
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
    let ran = command.output().map_err(|error| format!("{name}: {error}"))?;
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
        let length = rest.windows(4).position(|window| window == MARK.to_le_bytes())?;
        answers.insert(line.clone(), hexadecimal(&rest[..length]));
        start = (start + length + 4).next_multiple_of(4);
    }
    Some(answers)
}
