//! The official test suite on images that real linkers make: each module of the core language that imports from nothing but
//! `spectest` is linked with it, and with newlib and libgcc, by `arm-none-eabi-ld` or by lld, every warning an error; its
//! assertions are executed on that image. So float arithmetic is libgcc's and libm's there, and not the host's: the
//! scripts about floats are among these. So are tail
//! calls.
//!
//! Needs `arm-none-eabi-gcc` with newlib, and lld; `tools/setup` installs them.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use synth::options::{Options, Target};
use xtask::image::library;
use xtask::oracle::link::{CODE, CONSTANTS, DATA};
use xtask::oracle::machine;
use xtask::spec::instance::STACK_LIMIT;
use xtask::spec::suite::{CORE, suite};
use xtask::spec::{Kind, Script, Settings, report, run_all};

#[test]
fn images_of_gnu_ld() {
    check(&["arm-none-eabi-ld"], "a program that comes with gcc", 0);
}

#[test]
fn images_of_lld() {
    let lld = ["ld.lld-16", "ld.lld", "ld.lld-14", "ld.lld-15", "ld.lld-17", "ld.lld-18", "ld.lld-19"];
    check(&lld, "lld", 1);
}

/// What exercises the run-time library's floats; between them the two linkers run all.
const FLOATS: [&str; 12] = [
    "f32",
    "f32_bitwise",
    "f32_cmp",
    "f64",
    "f64_bitwise",
    "f64_cmp",
    "float_exprs",
    "float_literals",
    "float_memory",
    "float_misc",
    "conversions",
    "const",
];

/// Every second script of separate modules, from number `first` on, with the first of `names` that is installed.
fn check(names: &[&str], what: &str, first: usize) {
    let answers = |name: &&&str| Command::new(name).arg("--version").output().is_ok();
    let name = names.iter().find(answers);
    let name = name.unwrap_or_else(|| panic!("no {what}; tools/setup installs it"));
    let directory = tempfile::tempdir().expect("a temporary directory");
    let linker = Linker {
        name,
        directory: directory.path(),
        libraries: ["libm.a", "libc.a", "libgcc.a"].map(|name| library(name, Target::CortexM4)),
        images: AtomicUsize::new(0),
    };
    std::fs::write(directory.path().join("image.ld"), layout()).expect("the directory is writable");
    let link = |objects: &[&[u8]]| linker.link(objects);
    let core = suite(CORE).expect("the core language is part of the suite");
    let tail_calls = suite("tail-call").expect("a set of the suite");
    // Instances with an image each share no state.
    let separate = |script: &Script| !script.text.contains("(register ");
    let scripts = core.scripts.into_iter().filter(separate);
    let scripts: Vec<Script> = scripts.collect();
    let is_there = |name: &&str| scripts.iter().any(|script| script.name.ends_with(&format!("/{name}.wast")));
    assert!(FLOATS.iter().all(is_there), "a script about floats is missing");
    let mut scripts: Vec<Script> = scripts.into_iter().skip(first).step_by(2).collect();
    scripts.extend(tail_calls.scripts);
    let text = include_str!("scripts/tail_calls.wast").to_string();
    scripts.push(Script { name: "tail_calls.wast".to_string(), text });
    let options = Options { check: true, ..Options::default() };
    let settings = Settings { options, features: tail_calls.features, external: Some(&link) };
    let tally = run_all(&scripts, &settings).expect("scripts can be run");
    assert!(tally.failures.is_empty(), "{}", report(&tally));
    let images = linker.images.into_inner();
    println!("{name}: {images} images\n{}\n{}", tally.kinds(), tally.calls());
    let executed = tally.count(Kind::Return).passed + tally.count(Kind::Trap).passed;
    assert!(tally.skips.is_empty(), "{}", report(&tally));
    assert!(images > 400 && executed > 8000, "{images} images, {executed} assertions");
}

struct Linker<'a> {
    name: &'a str,
    directory: &'a Path,
    libraries: [PathBuf; 3],
    /// How many were made; the number names the files of the next one.
    images: AtomicUsize,
}

impl Linker<'_> {
    fn link(&self, objects: &[&[u8]]) -> Result<Vec<u8>, String> {
        let image = self.images.fetch_add(1, Ordering::Relaxed);
        let path = |name: String| self.directory.join(name);
        let mut command = Command::new(self.name);
        command.args(["--fatal-warnings", "-T"]).arg(path("image.ld".to_string()));
        for (index, object) in objects.iter().enumerate() {
            let file = path(format!("{image}-{index}.o"));
            std::fs::write(&file, object).map_err(|error| error.to_string())?;
            command.arg(file);
        }
        let executable = path(format!("{image}.elf"));
        command.args(&self.libraries).arg("-o").arg(&executable);
        let output = command.output().map_err(|error| error.to_string())?;
        if !output.status.success() {
            return Err(format!("{}: {}", self.name, String::from_utf8_lossy(&output.stderr)));
        }
        std::fs::read(&executable).map_err(|error| error.to_string())
    }
}

/// Code, constants and data at the addresses of the oracle's own images, each with pages of its own.
fn layout() -> String {
    let limit = machine::STACK_LIMIT;
    format!(
        "ENTRY(m0_init)
        PHDRS {{ code PT_LOAD FLAGS(5); constants PT_LOAD FLAGS(4); data PT_LOAD FLAGS(6); }}
        SECTIONS {{
            . = {CODE:#x};
            .text : {{ *(.text*) }} :code
            . = {CONSTANTS:#x};
            .rodata : {{ {STACK_LIMIT} = .; LONG({limit:#x}) *(.rodata*) }} :constants
            .ARM.exidx : {{ *(.ARM.exidx*) }} :constants
            . = {DATA:#x};
            .data : {{ *(.data*) }} :data
            .bss : {{ *(.bss*) *(COMMON) }} :data
            /DISCARD/ : {{ *(.ARM.extab*) *(.comment) *(.note*) }}
        }}"
    )
}
