//! Firmware images of compiled modules and C, linked by a real linker for the memories of qemu's mps2-an386.
//!
//! Needs `arm-none-eabi-gcc` with newlib.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use synth::Inspect;
use synth::options::{Options, Target};
use tempfile::TempDir;

use crate::boards;
use crate::firmware::{self, Outcome};

/// The core, as compilers and linkers are told.
pub const CPU: [&str; 2] = ["-mcpu=cortex-m4", "-mthumb"];

/// The same of a target, with what it does with floats.
pub fn cpu(target: Target) -> &'static [&'static str] {
    match target {
        Target::CortexM4 => &CPU,
        Target::CortexM4F => &["-mcpu=cortex-m4", "-mthumb", "-mfpu=fpv4-sp-d16", "-mfloat-abi=hard"],
    }
}

/// A directory of objects and headers that become one executable.
///
/// # Panics
/// Whatever fails is the failure of the test that asks for it.
pub struct Image {
    directory: TempDir,
    repository: PathBuf,
    target: Target,
}

impl Image {
    /// `repository` has `tests/link/startup.c` and `tests/link/image.ld`.
    pub fn new(repository: &Path, target: Target) -> Image {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let image = Image { directory, repository: repository.to_path_buf(), target };
        image.compile_c(&repository.join("tests/link/startup.c"), "startup.o");
        image
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub fn write(&self, name: &str, contents: &[u8]) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, contents).expect("the directory is writable");
        path
    }

    /// Compiles a module, in text or binary, into `<module_name>.wasm.o` and `<module_name>.h`.
    pub fn add_wasm(&self, wasm: &[u8], options: &Options) {
        let name = &options.module_name;
        let wasm = wat::parse_bytes(wasm).unwrap_or_else(|e| panic!("{name}: {e}"));
        let inspect = Inspect { header: true, ..Inspect::default() };
        let compiled = synth::compile_with(&wasm, options, &inspect);
        let compiled = compiled.unwrap_or_else(|e| panic!("{name}: {e}"));
        self.write(&format!("{name}.wasm.o"), &compiled.object);
        self.write(&format!("{name}.h"), compiled.header.as_bytes());
    }

    /// Compiles C text that may include the headers of the modules so far.
    pub fn add_c(&self, name: &str, text: &str) {
        let source = self.write(&format!("{name}.c"), text.as_bytes());
        self.compile_c(&source, &format!("{name}.o"));
    }

    /// Compiles a C or assembler file.
    pub fn compile_c(&self, source: &Path, object: &str) {
        let mut gcc = Command::new("arm-none-eabi-gcc");
        gcc.args(cpu(self.target)).args(["-std=gnu99", "-O1", "-ffreestanding", "-Wall", "-Wextra", "-Werror", "-c"]);
        run(gcc.arg("-I").arg(self.directory.path()).arg(source).arg("-o").arg(self.path(object)));
    }

    /// Links everything with the C library by GNU ld, warnings being errors.
    pub fn link(&self) -> PathBuf {
        self.link_by(&mut Command::new("arm-none-eabi-ld"), "ld")
    }

    /// The same by `linker`, of this name.
    pub fn link_by(&self, linker: &mut Command, name: &str) -> PathBuf {
        let executable = self.path(&format!("{name}.elf"));
        linker.args(["--gc-sections", "--fatal-warnings", "-T"]);
        linker.arg(self.repository.join("tests/link/image.ld")).args(self.objects());
        linker.args(["libm.a", "libc.a", "libgcc.a"].map(|name| library(name, self.target)));
        run(linker.arg("-o").arg(&executable));
        executable
    }

    /// Links with each linker and runs each executable on the emulated core and in qemu, all with the same outcome.
    pub fn run_everywhere(&self, expected: &Outcome) {
        for (name, mut linker) in boards::linkers() {
            let executable = self.link_by(&mut linker, name);
            let elf = std::fs::read(&executable).expect("the linker wrote it");
            assert_eq!(firmware::run(&elf).as_ref(), Ok(expected), "{name}, emulated core");
            assert_eq!(&boards::qemu(&executable), expected, "{name}, qemu");
        }
    }

    /// Links and runs on the emulated core.
    pub fn run(&self) -> Outcome {
        let elf = std::fs::read(self.link()).expect("the linker wrote it");
        firmware::run(&elf).unwrap_or_else(|e| panic!("{e}"))
    }

    /// Everything that is linked.
    pub fn objects(&self) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(self.directory.path()).expect("the directory is there");
        let mut objects: Vec<PathBuf> = entries
            .map(|entry| entry.expect("the directory can be read").path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "o"))
            .collect();
        objects.sort();
        objects
    }
}

/// Runs a tool that must be there and succeed.
///
/// # Panics
/// Where it is not or does not.
pub fn run(command: &mut Command) -> Output {
    let output =
        command.output().unwrap_or_else(|e| panic!("{:?}: {e}; tools/setup installs it", command.get_program()));
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {}\n{message}", output.status);
    output
}

/// A library of the C toolchain for a target.
pub fn library(name: &str, target: Target) -> PathBuf {
    let mut gcc = Command::new("arm-none-eabi-gcc");
    let path = run(gcc.args(cpu(target)).arg(format!("-print-file-name={name}"))).stdout;
    let path = PathBuf::from(String::from_utf8_lossy(&path).trim());
    assert!(path.is_absolute(), "no {name} for this core; tools/setup installs it");
    path
}
