//! The command line: arguments, files, messages and exit statuses.

mod arguments;
mod output;

use arguments::{Arguments, Command, Compare, Compile, Emit, ReportForm};
use clap::Parser;
use std::fmt::Display;
use std::path::Path;
use std::process::ExitCode;
use synth::Inspect;
use synth::error::OneLine;
use synth::report::{self, Report};

/// The input is refused.
const REFUSED: u8 = 1;
/// A report has greater costs than the one before.
const GREW: u8 = 1;
/// Wrong usage, or a file that cannot be read or written.
const USAGE: u8 = 2;

fn main() -> ExitCode {
    synth::allocation::give_back_large_blocks();
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) if error.use_stderr() => {
            return fail(USAGE, arguments::message(&error));
        }
        Err(help) => {
            // A reader that closes the pipe has read enough.
            let _ = help.print();
            return ExitCode::SUCCESS;
        }
    };
    match arguments.command {
        Command::Compile(compile) => run(&compile),
        Command::Report(reports) => compare(&reports),
    }
}

/// One line on stderr.
fn fail(status: u8, message: impl Display) -> ExitCode {
    eprintln!("synth: error: {message}");
    ExitCode::from(status)
}

fn run(arguments: &Compile) -> ExitCode {
    let input = &arguments.input;
    let name = input.display().to_string();
    let name = OneLine(&name);
    let bytes = match std::fs::read(input) {
        Ok(bytes) => bytes,
        Err(error) => return fail(USAGE, format_args!("{name}: {}", output::describe(&error))),
    };
    let wasm = match binary(input, bytes) {
        Ok(wasm) => wasm,
        Err(message) => return fail(REFUSED, format_args!("{name}: {message}")),
    };
    let listing = arguments.emit == Emit::Asm;
    let inspect = Inspect { header: arguments.header.is_some(), listing, stages: arguments.dump.clone() };
    let compiled = match synth::compile_with(&wasm, &arguments.options(), &inspect) {
        Ok(compiled) => compiled,
        Err(error) => return fail(REFUSED, format_args!("{name}: {error}")),
    };
    let contents = match arguments.emit {
        Emit::Obj => compiled.object.as_slice(),
        Emit::Asm => compiled.listing.as_bytes(),
    };
    let mut files = vec![(arguments.output.as_path(), contents)];
    if let Some(header) = &arguments.header {
        files.push((header.as_path(), compiled.header.as_bytes()));
    }
    if let Err((path, error)) = output::write(&files) {
        let path = path.display().to_string();
        return fail(USAGE, format_args!("{}: {}", OneLine(&path), output::describe(&error)));
    }
    let report = match arguments.report {
        Some(ReportForm::Text) => compiled.report.to_string(),
        Some(ReportForm::Json) => compiled.report.to_json(),
        None => String::new(),
    };
    print(&(compiled.dump + &report), ExitCode::SUCCESS)
}

/// Prints to standard output and ends with `status`.
fn print(text: &str, status: ExitCode) -> ExitCode {
    match output::print(text) {
        Ok(()) => status,
        Err(error) => fail(USAGE, format_args!("standard output: {}", output::describe(&error))),
    }
}

fn compare(arguments: &Compare) -> ExitCode {
    let mut reports = Vec::new();
    for path in &arguments.compare {
        let text = std::fs::read_to_string(path).map_err(|error| output::describe(&error));
        match text.and_then(|text| Report::from_json(&text)) {
            Ok(report) => reports.push(report),
            Err(message) => {
                let path = path.display().to_string();
                return fail(USAGE, format_args!("{}: {message}", OneLine(&path)));
            }
        }
    }
    let difference = report::compare(&reports[0], &reports[1]);
    print(&difference.text, ExitCode::from(if difference.grew { GREW } else { 0 }))
}

/// The binary module that the file holds or, if it is a `.wat`, describes.
fn binary(path: &Path, bytes: Vec<u8>) -> Result<Vec<u8>, String> {
    if path.extension().is_none_or(|extension| extension != "wat") {
        return Ok(bytes);
    }
    let text = String::from_utf8(bytes)
        .map_err(|error| format!("byte {:#x} is not UTF-8", error.utf8_error().valid_up_to()))?;
    wat::parse_str(&text).map_err(|error| {
        // The first two lines say what and where; the rest is a picture of the source.
        let text = error.to_string();
        let lines: Vec<&str> = text.lines().map(str::trim).take(2).collect();
        lines.join(" ").replace(" --> <anon>:", " at line ")
    })
}
