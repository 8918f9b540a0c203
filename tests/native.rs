//! Programs of several C and C++ files, compiled for native memory and linked into images that print what the images of
//! gcc's code print, in qemu, by GNU ld and by lld, at three levels of optimisation; also with one file by synth and the
//! others by gcc, and the other way round.
//!
//! The wasm objects are committed (`tests/native/build.sh` makes them). Needs `arm-none-eabi-gcc` with newlib, lld and
//! `qemu-system-arm`; `tools/setup` installs them.

use std::path::{Path, PathBuf};
use std::process::Command;

use object::{Object, ObjectSection, SectionFlags};
use rayon::prelude::*;
use synth::options::{Memory, Options, Target};
use tempfile::TempDir;
use xtask::boards::{linkers, qemu};
use xtask::firmware;
use xtask::image::run;

/// First stack pointers, of both kinds that AAPCS32 allows and wasm's 16-byte alignment tells apart.
const STACKS: [&str; 2] = ["0x20400000", "0x203ffff8"];

const LEVELS: [&str; 3] = ["O0", "O2", "Os"];

/// By which compiler a file of a program goes.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
enum Compiler {
    Gcc,
    Synth,
}

#[test]
fn programs_print_what_gcc_builds_print() {
    let all = programs();
    // qemu's board has another device there.
    let on_qemu = all.par_iter().filter(|program| program.name != "registers");
    let failures: Vec<String> = on_qemu.flat_map(|program| program.check(Target::CortexM4)).collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn programs_with_floats_in_registers_print_what_gcc_builds_print() {
    let names = ["floats", "variadic", "structs", "dynamic", "frames"];
    let chosen: Vec<Program> = programs().into_iter().filter(|program| names.contains(&&*program.name)).collect();
    let failures: Vec<String> = chosen.par_iter().flat_map(|program| program.check(Target::CortexM4F)).collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// `dispatch` as one object that wasm-ld has made of two.
#[test]
fn linked_objects_print_what_their_parts_print() {
    let all = programs();
    let program = all.iter().find(|program| program.name == "dispatch").expect("it is there");
    let target = Target::CortexM4;
    let image = program.image(target, "O2", STACKS[0], |_| Compiler::Gcc);
    let (_, executable) = image.link(target).remove(0);
    let expected = firmware::run(&std::fs::read(&executable).expect("the linker wrote it"));
    for name in ["linked-relocatable", "linked-relocations"] {
        let empty = Program { name: name.to_string(), files: Vec::new() };
        let image = empty.image(target, "O2", STACKS[0], |_| Compiler::Synth);
        let wasm = std::fs::read(here().join(format!("objects/{name}.o"))).expect("it is committed");
        let compiled = synth::compile(&wasm, &Options { memory: Memory::Native, ..Options::default() });
        let object = compiled.unwrap_or_else(|e| panic!("{name}: {e}")).object;
        std::fs::write(image.directory.path().join("linked.o"), object).expect("the directory is writable");
        for (linker, executable) in image.link(target) {
            let outcome = firmware::run(&std::fs::read(&executable).expect("the linker wrote it"));
            assert_eq!(outcome, expected, "{name} {linker}");
        }
    }
}

/// An interrupt before each instruction finds nothing below sp that is needed later, wherever the first frame starts.
#[test]
fn frames_survive_interrupts_at_every_instruction() {
    let names = ["frames", "dynamic", "recursion", "structs", "noreturn", "virtuals", "variadic", "library"];
    let chosen: Vec<Program> = programs().into_iter().filter(|program| names.contains(&&*program.name)).collect();
    assert_eq!(chosen.len(), names.len());
    chosen.par_iter().for_each(|program| {
        let target = Target::CortexM4;
        for (level, stack) in LEVELS.iter().flat_map(|level| STACKS.map(|stack| (level, stack))) {
            let image = program.image(target, level, stack, |_| Compiler::Synth);
            let (_, executable) = image.link(target).remove(0);
            let elf = std::fs::read(&executable).expect("the linker wrote it");
            let expected = firmware::run(&elf);
            assert!(expected.is_ok(), "{expected:?}");
            assert_eq!(firmware::run_interrupted(&elf), expected, "{} {level} {stack}", program.name);
        }
    });
}

/// The accesses of `registers` to its device are those of gcc's code, loops that wait for it included.
#[test]
fn registers_are_accessed_as_the_source_says() {
    let all = programs();
    let program = all.iter().find(|program| program.name == "registers").expect("it is there");
    let run = |level: &str, compiler: Compiler| {
        let image = program.image(Target::CortexM4, level, STACKS[0], |_| compiler);
        let (_, executable) = image.link(Target::CortexM4).remove(0);
        let elf = std::fs::read(&executable).expect("the linker wrote it");
        firmware::run_with_device(&elf).unwrap_or_else(|e| panic!("{level}: {e}"))
    };
    let expected = run("O2", Compiler::Gcc);
    assert!(expected.1.len() > 40);
    for level in LEVELS {
        let found = run(level, Compiler::Synth);
        assert_eq!(found.0, expected.0, "{level}");
        let first = found.1.iter().zip(&expected.1).position(|(found, expected)| found != expected);
        assert_eq!(first.map(|at| (found.1[at], expected.1[at])), None, "{level}");
        assert_eq!(found.1.len(), expected.1.len(), "{level}");
    }
}

#[test]
fn constants_take_no_ram() {
    let tables = programs().into_iter().find(|program| program.name == "tables").expect("it is there");
    for file in &tables.files {
        let object = tables.synth(file, "O2", Target::CortexM4);
        let object = object::File::parse(&*object).expect("it is an object");
        let writable = |section: &object::Section<'_, '_>| match section.flags() {
            SectionFlags::Elf { sh_flags, .. } => sh_flags.contains(object::elf::SHF_WRITE),
            _ => false,
        };
        let sizes = |writes: bool| object.sections().filter(|s| writable(s) == writes).map(|s| s.size()).sum::<u64>();
        assert_eq!(sizes(true), 0, "{}", file.display());
        assert!(object.sections().any(|s| s.name().is_ok_and(|name| name.starts_with(".rodata"))));
        assert!(sizes(false) > 0);
    }
}

/// A directory of `tests/native`.
struct Program {
    name: String,
    files: Vec<PathBuf>,
}

fn here() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/native")
}

fn programs() -> Vec<Program> {
    let mut programs: Vec<Program> = Vec::new();
    for entry in std::fs::read_dir(here()).expect("the directory is there") {
        let path = entry.expect("the directory can be read").path();
        if !path.is_dir() || path.ends_with("objects") {
            continue;
        }
        let name = path.file_name().expect("it has a name").to_string_lossy().into_owned();
        let entries = std::fs::read_dir(&path).expect("the directory can be read");
        let files = entries.map(|entry| entry.expect("the directory can be read").path());
        let mut files: Vec<PathBuf> =
            files.filter(|file| file.extension().is_some_and(|extension| extension != "h")).collect();
        files.sort();
        programs.push(Program { name, files });
    }
    programs.sort_by(|a, b| a.name.cmp(&b.name));
    assert!(programs.len() >= 20, "programs are missing");
    programs
}

/// What gcc is told of a core.
fn cpu(target: Target) -> &'static [&'static str] {
    match target {
        Target::CortexM4 => &["-mcpu=cortex-m4", "-mthumb"],
        Target::CortexM4F => &["-mcpu=cortex-m4", "-mthumb", "-mfpu=fpv4-sp-d16", "-mfloat-abi=hard"],
    }
}

impl Program {
    /// Every way to build it; what is wrong with each.
    fn check(&self, target: Target) -> Vec<String> {
        let gcc = self.image(target, "O2", STACKS[0], |_| Compiler::Gcc);
        let (_, executable) = gcc.link(target).remove(0);
        let expected = qemu(&executable);
        assert!(expected.output.len() > 10, "{}: gcc's image prints nothing", self.name);
        let mut failures = Vec::new();
        let mut run = |what: String, image: &Image| {
            for (linker, executable) in image.link(target) {
                let outcome = qemu(&executable);
                if outcome != expected {
                    failures.push(format!("{} {what} {linker}: {outcome:#?}, not {expected:#?}", self.name));
                }
            }
        };
        for level in LEVELS {
            for stack in STACKS {
                run(format!("{level} {stack}"), &self.image(target, level, stack, |_| Compiler::Synth));
            }
        }
        // What both compilers agree on is C; functions with variable arguments of its own are what they do not.
        let is_c = |file: &PathBuf| file.extension().is_some_and(|extension| extension == "c");
        if self.files.iter().all(is_c) && self.name != "variadic" {
            for first in [Compiler::Synth, Compiler::Gcc] {
                let other = if first == Compiler::Gcc { Compiler::Synth } else { Compiler::Gcc };
                let image = self.image(target, "O2", STACKS[0], |n| if n == 0 { first } else { other });
                run(format!("first file by {first:?}"), &image);
            }
        }
        failures
    }

    /// The wasm object of a file as an object of synth.
    fn synth(&self, file: &Path, level: &str, target: Target) -> Vec<u8> {
        let stem = file.file_stem().expect("a source has a name").to_string_lossy();
        let path = here().join(format!("objects/{}-{stem}-{level}.o", self.name));
        let wasm = std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let options = Options { memory: Memory::Native, target, ..Options::default() };
        let compiled = synth::compile(&wasm, &options);
        compiled.unwrap_or_else(|e| panic!("{}: {e}", path.display())).object
    }

    fn image(&self, target: Target, level: &str, stack: &str, compiler: impl Fn(usize) -> Compiler) -> Image {
        let image = Image { directory: tempfile::tempdir().expect("a temporary directory") };
        for support in ["startup.c", "support.c"] {
            let object = image.directory.path().join(format!("{support}.o"));
            gcc(&here().join(support), &object, target, &[&format!("-DSTACK={stack}")]);
        }
        for (n, file) in self.files.iter().enumerate() {
            let name = file.file_name().expect("a source has a name").to_string_lossy();
            let object = image.directory.path().join(format!("{name}.o"));
            match compiler(n) {
                Compiler::Gcc => gcc(file, &object, target, &[]),
                Compiler::Synth => {
                    std::fs::write(object, self.synth(file, level, target)).expect("the directory is writable");
                }
            }
        }
        image
    }
}

/// Compiles with the sign that characters have on wasm32.
fn gcc(source: &Path, object: &Path, target: Target, flags: &[&str]) {
    let mut gcc = Command::new("arm-none-eabi-gcc");
    gcc.args(cpu(target)).args(["-O2", "-fsigned-char", "-ffunction-sections", "-fdata-sections"]);
    gcc.args(["-w", "-c"]).args(flags);
    if source.extension().is_some_and(|extension| extension == "cpp") {
        gcc.args(["-std=c++17", "-fno-exceptions", "-fno-rtti"]);
    }
    run(gcc.arg(source).arg("-o").arg(object));
}

/// Objects that become executables.
struct Image {
    directory: TempDir,
}

impl Image {
    /// The executables of both linkers.
    fn link(&self, target: Target) -> Vec<(&'static str, PathBuf)> {
        let entries = std::fs::read_dir(self.directory.path()).expect("the directory is there");
        let paths = entries.map(|entry| entry.expect("the directory can be read").path());
        let mut objects: Vec<PathBuf> =
            paths.filter(|path| path.extension().is_some_and(|extension| extension == "o")).collect();
        objects.sort();
        let linked = linkers().into_iter().map(|(linker, mut command)| {
            let executable = self.directory.path().join(format!("{linker}.elf"));
            command.args(["--gc-sections", "--fatal-warnings", "-T"]).arg(here().join("image.ld")).args(&objects);
            command.arg("--start-group").args(["libm.a", "libc.a", "libgcc.a"].map(|name| library(name, target)));
            run(command.arg("--end-group").arg("-o").arg(&executable));
            (linker, executable)
        });
        linked.collect()
    }
}

/// A library of the C toolchain for a core.
fn library(name: &str, target: Target) -> PathBuf {
    let mut gcc = Command::new("arm-none-eabi-gcc");
    let path = run(gcc.args(cpu(target)).arg(format!("-print-file-name={name}"))).stdout;
    let path = PathBuf::from(String::from_utf8_lossy(&path).trim());
    assert!(path.is_absolute(), "no {name} for this core; tools/setup installs it");
    path
}
