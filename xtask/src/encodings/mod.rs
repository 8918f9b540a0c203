//! Encodings against two assemblers and a disassembler.
//!
//! Each form that the encoder can emit is encoded at the extremes of its operands and printed: a line of assembly and
//! bytes. `cargo xtask encodings` has the lines assembled by GNU as and by LLVM, which must agree, and writes line and bytes
//! into tables under `tests/encodings/`; a test compares them with the encoder, for which no assembler is needed.
//! `read_back` lets capstone disassemble what whole modules compile to, and compares that with our own listing.

mod assemblers;
mod control;
mod floats;
mod forms;
pub mod read_back;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use synth::emit::encode::{self, Context, Encoding, encode};
use synth::emit::flags::Flags;
use synth::isa::{Cond, Inst, Reg};

/// Lines of assembly and the bytes that they stand for, in hexadecimal.
pub type Lines = BTreeMap<String, String>;

/// The name of each table, and the lines that the encoder and the printer make.
pub fn tables() -> Vec<(&'static str, Lines)> {
    vec![
        ("data_processing", lines(&forms::data_processing())),
        ("wide_immediates", lines(&forms::wide_immediates())),
        ("multiplications", lines(&forms::multiplications())),
        ("bits_and_extensions", lines(&forms::bits_and_extensions())),
        ("accesses", lines(&forms::accesses())),
        ("control", control::lines()),
        ("floats", lines(&floats::instructions())),
        ("float_lists", floats::lists_and_literals()),
    ]
}

/// Where a table is kept.
pub fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("tests").join("encodings").join(name).with_extension("txt")
}

/// Reads a table.
///
/// # Errors
/// If it cannot be read, or a line is not `assembly = bytes`.
pub fn read(name: &str) -> Result<Lines, String> {
    let path = path(name);
    let text = std::fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
    let entries = text.lines().map(|line| {
        let (line, bytes) = line.split_once(" = ")?;
        Some((line.to_string(), bytes.to_string()))
    });
    let lines: Option<Lines> = entries.collect();
    lines.ok_or_else(|| format!("{}: a line is not `assembly = bytes`", path.display()))
}

/// Writes the tables anew; whether the assemblers agree with each other and with the encoder.
///
/// # Errors
/// If an assembler is not there, or a table cannot be written.
pub fn run() -> Result<bool, String> {
    let mut differences = 0;
    let mut count = 0;
    for (name, lines) in tables() {
        let gnu = assemblers::gnu(lines.keys())?;
        let llvm = assemblers::llvm(lines.keys())?;
        let mut table = String::new();
        for (line, bytes) in &lines {
            let (gnu, llvm) = (&gnu[line], &llvm[line]);
            if gnu != bytes || llvm != bytes {
                println!("{line}: {bytes}, GNU as {gnu}, LLVM {llvm}");
                differences += 1;
            }
            // Writing to a string does not fail.
            let _ = writeln!(table, "{line} = {gnu}");
        }
        count += lines.len();
        let path = path(name);
        std::fs::write(&path, table).map_err(|e| format!("{}: {e}", path.display()))?;
    }
    println!("{count} lines, {differences} differences");
    Ok(differences == 0)
}

/// Each instruction where flags are live, where they are not, and in an IT slot.
fn lines(insts: &[Inst<Reg>]) -> Lines {
    let mut lines = Lines::new();
    let names = |_| unreachable!("no operand here is a symbol");
    for inst in insts {
        let is_test = matches!(inst, Inst::Test { .. });
        let keeps = !inst.writes_flags() || is_test;
        for (live, it) in [(Flags::NONE, None), (Flags::ALL, None), (Flags::ALL, Some(Cond::Le))] {
            if it.is_some() && !keeps {
                continue;
            }
            let context = Context { live, it };
            let form = encode(inst, context);
            let text = form.text(context, &names);
            match it {
                Some(cond) => add(&mut lines, format!("it {cond}; {text}"), &[encode::it(cond, &[]), form.encoding]),
                None => add(&mut lines, text, &[form.encoding]),
            }
        }
    }
    lines
}

/// Adds a line for one or more instructions.
///
/// # Panics
/// If the same line has stood for other bytes.
fn add(lines: &mut Lines, line: String, encodings: &[Encoding]) {
    let mut bytes = Vec::new();
    encodings.iter().for_each(|encoding| encoding.write(&mut bytes));
    let bytes = hexadecimal(&bytes);
    if let Some(other) = lines.insert(line.clone(), bytes.clone()) {
        assert_eq!(other, bytes, "one line, two encodings: {line}");
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut hex, byte| {
        // Writing to a string does not fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
