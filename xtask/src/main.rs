//! `cargo xtask`: the repository's own commands.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use xtask::oracle::run::{RunArguments, run};

#[derive(Parser, Debug)]
#[command(name = "xtask", about = "Commands of the synth repository")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Measure the kernels of bench/ against gcc
    Bench(xtask::bench::Arguments),
    /// Write the tables of encodings with two assemblers, and compare
    Encodings,
    /// Compare whole images of synth's objects with those of gcc's
    Images,
    /// Execute compiled modules on an emulated core and compare them with a reference engine
    #[command(subcommand)]
    Oracle(OracleCommand),
    /// Execute the official test suite on an emulated core
    Spec(xtask::spec::Arguments),
}

#[derive(Subcommand, Debug)]
enum OracleCommand {
    /// Check files, or random modules
    Run(RunArguments),
}

fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Bench(arguments) => xtask::bench::run(&arguments),
        Command::Encodings => xtask::encodings::run(),
        Command::Images => xtask::images::run(),
        Command::Oracle(OracleCommand::Run(arguments)) => run(&arguments),
        Command::Spec(arguments) => xtask::spec::run(&arguments),
    };
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("xtask: error: {error}");
            ExitCode::from(2)
        }
    }
}
