//! The programs of `tests/native`, each of several C and C++ files, as images of what gcc makes of the files or of what synth makes of
//! their wasm objects, which are committed (`tests/native/build.sh`).
//!
//! Needs `arm-none-eabi-gcc` with newlib, and lld; `tools/setup` installs them.

use std::path::{Path, PathBuf};
use std::process::Command;

use synth::options::{Memory, Options, Target};
use tempfile::TempDir;

use crate::boards::linkers;
use crate::image::{cpu, library, run};

/// First stack pointers, of both kinds that AAPCS32 allows and wasm's 16-byte alignment tells apart.
pub const STACKS: [&str; 2] = ["0x20400000", "0x203ffff8"];

/// What clang optimised the committed objects for.
pub const LEVELS: [&str; 3] = ["O0", "O2", "Os"];

/// By what a file of a program is compiled, and how.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Compiler<'a> {
    /// With a level as gcc calls it, `-O2`.
    Gcc(&'a str),
    /// The wasm object of a level, with these options besides those for native memory.
    Synth(&'a str, Options),
}

/// A directory of `tests/native`.
pub struct Program {
    pub name: String,
    /// Its sources without headers, in the order of their names.
    pub files: Vec<PathBuf>,
}

/// Where programs, their start-up code and their linker script are.
pub fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask is in the repository").join("tests/native")
}

/// All programs, by name.
///
/// # Panics
/// Where the directory cannot be read.
pub fn programs() -> Vec<Program> {
    let entries = std::fs::read_dir(directory()).expect("the directory is there");
    let paths = entries.map(|entry| entry.expect("the directory can be read").path());
    let is_program = |path: &PathBuf| path.join("main.c").exists() || path.join("main.cpp").exists();
    let mut programs: Vec<Program> = paths.filter(is_program).map(read).collect();
    programs.sort_by(|a, b| a.name.cmp(&b.name));
    assert!(programs.len() >= 20, "programs are missing");
    programs
}

fn read(path: PathBuf) -> Program {
    let name = path.file_name().expect("it has a name").to_string_lossy().into_owned();
    let entries = std::fs::read_dir(&path).expect("the directory can be read");
    let files = entries.map(|entry| entry.expect("the directory can be read").path());
    let is_source = |file: &PathBuf| file.extension().is_some_and(|extension| extension == "c" || extension == "cpp");
    let mut files: Vec<PathBuf> = files.filter(is_source).collect();
    files.sort();
    Program { name, files }
}

impl Program {
    /// The wasm object of a file as an object of synth.
    ///
    /// # Panics
    /// Where it is missing or refused.
    pub fn synth(&self, file: &Path, level: &str, options: &Options) -> Vec<u8> {
        let stem = file.file_stem().expect("a source has a name").to_string_lossy();
        let path = directory().join(format!("objects/{}-{stem}-{level}.o", self.name));
        let wasm = std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let options = Options { memory: Memory::Native, ..options.clone() };
        let compiled = synth::compile(&wasm, &options);
        compiled.unwrap_or_else(|e| panic!("{}: {e}", path.display())).object
    }

    /// Its objects with those that every image has, not yet linked. `compiler` says which one a file has, by its position.
    ///
    /// # Panics
    /// Where a compiler fails.
    pub fn image<'a>(&self, target: Target, stack: &str, compiler: impl Fn(usize) -> Compiler<'a>) -> ProgramImage {
        let image = ProgramImage {
            directory: tempfile::tempdir().expect("a temporary directory"),
            target,
            own: Vec::new(),
            support: Vec::new(),
        };
        let mut image = image;
        for support in ["startup.c", "support.c"] {
            let object = image.path(&format!("{support}.o"));
            gcc(&directory().join(support), &object, target, &["-O2", &format!("-DSTACK={stack}")]);
            image.support.push(object);
        }
        for (n, file) in self.files.iter().enumerate() {
            let name = file.file_name().expect("a source has a name").to_string_lossy();
            let object = image.path(&format!("{name}.o"));
            match compiler(n) {
                Compiler::Gcc(level) => gcc(file, &object, target, &[level]),
                Compiler::Synth(level, options) => {
                    let bytes = self.synth(file, level, &Options { target, ..options });
                    std::fs::write(&object, bytes).expect("the directory is writable");
                }
            }
            image.own.push(object);
        }
        image
    }
}

/// Compiles with the sign that characters have on wasm32.
fn gcc(source: &Path, object: &Path, target: Target, flags: &[&str]) {
    let mut gcc = Command::new("arm-none-eabi-gcc");
    gcc.args(cpu(target)).args(["-fsigned-char", "-ffunction-sections", "-fdata-sections"]);
    gcc.args(["-w", "-c"]).args(flags);
    if source.extension().is_some_and(|extension| extension == "cpp") {
        gcc.args(["-std=c++17", "-fno-exceptions", "-fno-rtti"]);
    }
    run(gcc.arg(source).arg("-o").arg(object));
}

/// Objects that become executables.
pub struct ProgramImage {
    directory: TempDir,
    target: Target,
    /// Objects of the program's own files.
    pub own: Vec<PathBuf>,
    support: Vec<PathBuf>,
}

impl ProgramImage {
    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Adds an object to the program's own.
    ///
    /// # Panics
    /// Where the directory cannot be written.
    pub fn add(&mut self, name: &str, object: &[u8]) {
        let path = self.path(name);
        std::fs::write(&path, object).expect("the directory is writable");
        self.own.push(path);
    }

    /// Adds C text, compiled by gcc, which is no part of the program.
    ///
    /// # Panics
    /// Where it does not compile.
    pub fn add_c(&mut self, name: &str, text: &str) {
        let source = self.path(&format!("{name}.c"));
        std::fs::write(&source, text).expect("the directory is writable");
        let object = self.path(&format!("{name}.o"));
        gcc(&source, &object, self.target, &["-O1"]);
        self.support.push(object);
    }

    /// The executable that GNU ld makes.
    ///
    /// # Panics
    /// Where linking fails or warns.
    pub fn link(&self) -> PathBuf {
        self.link_by("ld", Command::new("arm-none-eabi-ld"))
    }

    /// The executables of all linkers, by the linkers' names.
    ///
    /// # Panics
    /// As `link`.
    pub fn link_all(&self) -> Vec<(&'static str, PathBuf)> {
        linkers().into_iter().map(|(linker, command)| (linker, self.link_by(linker, command))).collect()
    }

    fn link_by(&self, name: &str, mut linker: Command) -> PathBuf {
        let executable = self.path(&format!("{name}.elf"));
        linker.args(["--gc-sections", "--fatal-warnings", "-T"]).arg(directory().join("image.ld"));
        linker.args(&self.support).args(&self.own);
        linker.arg("--start-group").args(["libm.a", "libc.a", "libgcc.a"].map(|name| library(name, self.target)));
        run(linker.arg("--end-group").arg("-o").arg(&executable));
        executable
    }
}
