//! `cargo xtask images`: whole images of synth's objects against those of gcc's from the same sources, at -O2 and -Os, linked by the same
//! script with the same library and `--gc-sections`: flash (code, constants, init words and the images of initialised data) and
//! RAM (data and zeroes, without stack and heap). Each image runs and prints what gcc's does.
//!
//! Besides, what is executable in the objects of the program's own files. Needs what `programs` needs, and qemu.

use std::path::{Path, PathBuf};
use std::process::Command;

use object::Endianness;
use object::read::elf::{FileHeader, ProgramHeader};
use synth::options::{Memory, Optimize, Options, Target};

use crate::bench::native::code_bytes;
use crate::boards::{qemu, qemu_with};
use crate::firmware::Outcome;
use crate::image::{cpu, library, run as run_tool};
use crate::programs::{Compiler, Program, STACKS, programs};

/// Where the board's RAM begins.
const RAM: u32 = 0x2000_0000;

/// A level of clang's objects and of gcc, with what counts for synth there.
const LEVELS: [(&str, &str, Optimize); 2] = [("Os", "-Os", Optimize::Size), ("O2", "-O2", Optimize::Speed)];

/// What an image takes, in bytes.
#[derive(Copy, Clone, Default)]
struct Footprint {
    code: u32,
    flash: u32,
    ram: u32,
}

/// Prints the tables.
///
/// # Errors
/// Images that differ in what they print, by name, or whose files cannot be read.
pub fn run() -> Result<bool, String> {
    for (level, gcc, optimize) in LEVELS {
        println!("\n| -{level} | code | gcc | ratio | flash | gcc | difference | RAM | gcc | difference |");
        println!("|---|---|---|---|---|---|---|---|---|---|");
        let mut rows = Vec::new();
        // Its device is not on qemu's board.
        for program in programs().iter().filter(|program| program.name != "registers") {
            let ours = Compiler::Synth(level, Options { optimize, ..Options::default() });
            let (ours, theirs) = (of_program(program, ours)?, of_program(program, Compiler::Gcc(gcc))?);
            if ours.1 != theirs.1 {
                return Err(format!("{} -{level} prints {:?}, gcc's {:?}", program.name, ours.1, theirs.1));
            }
            rows.push((program.name.clone(), ours.0, theirs.0));
        }
        rows.iter().for_each(|(name, ours, theirs)| row(name, ours, theirs));
        summary(&rows);
        let theirs = firmware_image(&Modules::Gcc(gcc))?;
        for (name, bytes) in [("firmware", None), ("firmware, memory of 96 bytes", Some(96))] {
            row(name, &firmware_image(&Modules::Synth(level, optimize, bytes))?, &theirs);
        }
    }
    Ok(true)
}

fn row(name: &str, ours: &Footprint, theirs: &Footprint) {
    let ratio = f64::from(ours.code) / f64::from(theirs.code);
    let difference = |ours: u32, theirs: u32| i64::from(ours) - i64::from(theirs);
    println!(
        "| {name} | {} | {} | {ratio:.2} | {} | {} | {:+} | {} | {} | {:+} |",
        ours.code,
        theirs.code,
        ours.flash,
        theirs.flash,
        difference(ours.flash, theirs.flash),
        ours.ram,
        theirs.ram,
        difference(ours.ram, theirs.ram)
    );
}

/// The sums, with the geometric mean of the ratios of code.
fn summary(rows: &[(String, Footprint, Footprint)]) {
    let sum = |of: fn(&Footprint) -> u32, ours: bool| -> u32 {
        rows.iter().map(|row| of(if ours { &row.1 } else { &row.2 })).sum()
    };
    let logs: f64 = rows.iter().map(|(_, ours, theirs)| (f64::from(ours.code) / f64::from(theirs.code)).ln()).sum();
    let (flash, ram) = ((|f| f.flash) as fn(&Footprint) -> u32, (|f| f.ram) as fn(&Footprint) -> u32);
    println!(
        "| all {} | | | {:.3} | {} | {} | {:+} | {} | {} | {:+} |",
        rows.len(),
        (logs / rows.len() as f64).exp(),
        sum(flash, true),
        sum(flash, false),
        i64::from(sum(flash, true)) - i64::from(sum(flash, false)),
        sum(ram, true),
        sum(ram, false),
        i64::from(sum(ram, true)) - i64::from(sum(ram, false))
    );
}

/// What a program takes, and what it prints.
fn of_program(program: &Program, compiler: Compiler<'_>) -> Result<(Footprint, Outcome), String> {
    let image = program.image(Target::CortexM4, STACKS[0], |_| compiler.clone());
    let executable = image.link();
    Ok((footprint(&bytes_of(&executable)?, &image.own)?, qemu(&executable)))
}

/// What makes the two modules of `examples/firmware`.
enum Modules {
    Gcc(&'static str),
    /// The level of clang's object, what counts, and the bytes that the module with a memory reserves.
    Synth(&'static str, Optimize, Option<u64>),
}

/// The image of `examples/firmware`, of which all but the modules is as its script builds it.
fn firmware_image(modules: &Modules) -> Result<Footprint, String> {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask is in the repository");
    let example = repository.join("examples/firmware");
    let directory = tempfile::tempdir().map_err(|e| e.to_string())?;
    let path = |name: &str| directory.path().join(name);
    let gcc = |source: PathBuf, object: &str, level: &str| {
        let mut gcc = Command::new("arm-none-eabi-gcc");
        gcc.args(cpu(Target::CortexM4)).args(["-std=gnu11", level, "-ffunction-sections", "-fdata-sections", "-I"]);
        run_tool(gcc.arg(directory.path()).arg("-I").arg(&example).arg("-c").arg(source).arg("-o").arg(path(object)));
    };
    let filter = synth_filter(&example, modules)?;
    std::fs::write(path("filter.h"), &filter.header).map_err(|e| e.to_string())?;
    for file in ["start", "cycles", "main"] {
        gcc(example.join(format!("{file}.c")), &format!("{file}.o"), "-O2");
    }
    match modules {
        Modules::Gcc(level) => {
            gcc(repository.join("bench/images/filter.c"), "filter.o", level);
            gcc(example.join("journal.c"), "journal.o", level);
        }
        Modules::Synth(level, optimize, _) => {
            let journal = match *level {
                "Os" => repository.join("bench/images/journal-Os.o"),
                _ => example.join("journal.wasm.o"),
            };
            let options = Options { memory: Memory::Native, optimize: *optimize, ..Options::default() };
            let journal = synth::compile(&bytes_of(&journal)?, &options).map_err(|e| e.to_string())?.object;
            std::fs::write(path("filter.o"), &filter.object).map_err(|e| e.to_string())?;
            std::fs::write(path("journal.o"), journal).map_err(|e| e.to_string())?;
        }
    }
    let mut linker = Command::new("arm-none-eabi-ld");
    linker.args(["--gc-sections", "--fatal-warnings", "-T"]).arg(example.join("firmware.ld"));
    linker.args(["start.o", "cycles.o", "main.o", "filter.o", "journal.o"].map(path));
    linker.args(["libc.a", "libgcc.a"].map(|name| library(name, Target::CortexM4)));
    run_tool(linker.arg("-o").arg(path("firmware.elf")));
    let expected = bytes_of(&example.join("expected.txt"))?;
    let outcome = qemu_with(&path("firmware.elf"), &["-icount", "shift=5"]);
    if outcome.status != 0 || !outcome.output.as_bytes().starts_with(&expected) {
        return Err(format!("firmware: {outcome:?}"));
    }
    footprint(&bytes_of(&path("firmware.elf"))?, &["filter.o", "journal.o"].map(path))
}

/// The module with a memory, compiled; gcc's images only need its header.
fn synth_filter(example: &Path, modules: &Modules) -> Result<synth::Compiled, String> {
    let (optimize, memory) = match *modules {
        Modules::Gcc(_) => (Optimize::Speed, None),
        Modules::Synth(_, optimize, memory) => (optimize, memory),
    };
    let mut options = Options { optimize, module_name: "filter".to_string(), ..Options::default() };
    options.memory_size.extend(memory.map(|bytes| (0, bytes)));
    let wasm = wat::parse_file(example.join("filter.wat")).map_err(|e| e.to_string())?;
    let inspect = synth::Inspect { header: true, ..synth::Inspect::default() };
    synth::compile_with(&wasm, &options, &inspect).map_err(|e| e.to_string())
}

/// What an executable takes, and the code in the objects of its own.
fn footprint(elf: &[u8], own: &[PathBuf]) -> Result<Footprint, String> {
    let malformed = |e: object::Error| e.to_string();
    let mut found = Footprint::default();
    let header = object::elf::FileHeader32::<Endianness>::parse(elf).map_err(malformed)?;
    let endian = header.endian().map_err(malformed)?;
    for segment in header.program_headers(endian, elf).map_err(malformed)? {
        if segment.p_type(endian) == object::elf::PT_LOAD {
            found.flash += segment.p_filesz(endian);
            found.ram += if segment.p_vaddr(endian) >= RAM { segment.p_memsz(endian) } else { 0 };
        }
    }
    for object in own {
        found.code += code_bytes(&bytes_of(object)?, "")?;
    }
    Ok(found)
}

fn bytes_of(path: &Path) -> Result<Vec<u8>, String> {
    std::fs::read(path).map_err(|e| format!("{}: {e}", path.display()))
}
