//! Programs of several C and C++ files, compiled for native memory and linked into images that print what the images of
//! gcc's code print, in qemu, by GNU ld and by lld, at three levels of optimisation; also with one file by synth and the
//! others by gcc, and the other way round.
//!
//! The wasm objects are committed (`tests/native/build.sh` makes them). Needs `arm-none-eabi-gcc` with newlib, lld and
//! `qemu-system-arm`; `tools/setup` installs them.

use std::path::PathBuf;

use object::{Object, ObjectSection, SectionFlags};
use rayon::prelude::*;
use synth::options::{Memory, Options, Target};
use xtask::boards::qemu;
use xtask::firmware;
use xtask::programs::{Compiler, LEVELS, Program, ProgramImage, STACKS, directory, programs};

const GCC: Compiler<'static> = Compiler::Gcc("-O2");

/// synth with its usual options.
fn synth(level: &str) -> Compiler<'_> {
    Compiler::Synth(level, Options::default())
}

#[test]
fn programs_print_what_gcc_builds_print() {
    let all = programs();
    // qemu's board has another device there.
    let on_qemu = all.par_iter().filter(|program| program.name != "registers");
    let failures: Vec<String> = on_qemu.flat_map(|program| check(program, Target::CortexM4)).collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn programs_with_floats_in_registers_print_what_gcc_builds_print() {
    let names = ["floats", "variadic", "structs", "dynamic", "frames"];
    let chosen: Vec<Program> = programs().into_iter().filter(|program| names.contains(&&*program.name)).collect();
    let failures: Vec<String> = chosen.par_iter().flat_map(|program| check(program, Target::CortexM4F)).collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// `dispatch` as one object that wasm-ld has made of two.
#[test]
fn linked_objects_print_what_their_parts_print() {
    let all = programs();
    let program = all.iter().find(|program| program.name == "dispatch").expect("it is there");
    let target = Target::CortexM4;
    let image = program.image(target, STACKS[0], |_| GCC);
    let expected = firmware::run(&std::fs::read(image.link()).expect("the linker wrote it"));
    for name in ["linked-relocatable", "linked-relocations"] {
        let empty = Program { name: name.to_string(), files: Vec::new() };
        let mut image = empty.image(target, STACKS[0], |_| GCC);
        let wasm = std::fs::read(directory().join(format!("objects/{name}.o"))).expect("it is committed");
        let compiled = synth::compile(&wasm, &Options { memory: Memory::Native, ..Options::default() });
        let object = compiled.unwrap_or_else(|e| panic!("{name}: {e}")).object;
        image.add("linked.o", &object);
        for (linker, executable) in image.link_all() {
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
            let image = program.image(target, stack, |_| synth(level));
            let elf = std::fs::read(image.link()).expect("the linker wrote it");
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
    let run = |compiler: Compiler| {
        let image = program.image(Target::CortexM4, STACKS[0], |_| compiler.clone());
        let elf = std::fs::read(image.link()).expect("the linker wrote it");
        firmware::run_with_device(&elf).unwrap_or_else(|e| panic!("{compiler:?}: {e}"))
    };
    let expected = run(GCC);
    assert!(expected.1.len() > 40);
    for level in LEVELS {
        let found = run(synth(level));
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
        let object = tables.synth(file, "O2", &Options::default());
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

/// Every way to build a program; what is wrong with each.
fn check(program: &Program, target: Target) -> Vec<String> {
    let expected = qemu(&program.image(target, STACKS[0], |_| GCC).link());
    assert!(expected.output.len() > 10, "{}: gcc's image prints nothing", program.name);
    let mut failures = Vec::new();
    let mut run = |what: String, image: &ProgramImage| {
        for (linker, executable) in image.link_all() {
            let outcome = qemu(&executable);
            if outcome != expected {
                failures.push(format!("{} {what} {linker}: {outcome:#?}, not {expected:#?}", program.name));
            }
        }
    };
    for level in LEVELS {
        for stack in STACKS {
            run(format!("{level} {stack}"), &program.image(target, stack, |_| synth(level)));
        }
    }
    // What both compilers agree on is C; functions with variable arguments of its own are what they do not.
    let is_c = |file: &PathBuf| file.extension().is_some_and(|extension| extension == "c");
    if program.files.iter().all(is_c) && program.name != "variadic" {
        for (first, rest) in [(synth("O2"), GCC), (GCC, synth("O2"))] {
            let what = format!("first file by {first:?}");
            let image = program.image(target, STACKS[0], |n| if n == 0 { first.clone() } else { rest.clone() });
            run(what, &image);
        }
    }
    failures
}
