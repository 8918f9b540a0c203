//! Real linkers, and qemu as a machine that runs what they make.
//!
//! Needs `arm-none-eabi-ld`, lld and `qemu-system-arm`; `tools/setup` installs them.

use crate::firmware::Outcome;
use crate::image::run;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where images run besides the emulated core, as an argument of commands.
#[derive(Copy, Clone, PartialEq, Eq, Debug, clap::ValueEnum)]
pub enum MachineArgument {
    Qemu,
}

/// The linkers that images are made with, by name.
///
/// # Panics
/// Where there is no lld.
pub fn linkers() -> Vec<(&'static str, Command)> {
    let mut lld = lld();
    lld.args(["-m", "armelf"]);
    vec![("ld", Command::new("arm-none-eabi-ld")), ("lld", lld)]
}

/// `ld.lld` under its usual names, else the one that comes with rustc.
fn lld() -> Command {
    let names = ["ld.lld-16", "ld.lld", "ld.lld-14", "ld.lld-15", "ld.lld-17", "ld.lld-18", "ld.lld-19"];
    let answers = |name: &&str| Command::new(name).arg("--version").output().is_ok();
    if let Some(name) = names.iter().find(|name| answers(name)) {
        return Command::new(name);
    }
    let sysroot = run(Command::new("rustc").args(["--print", "sysroot"])).stdout;
    let sysroot = PathBuf::from(String::from_utf8_lossy(&sysroot).trim());
    let hosts = std::fs::read_dir(sysroot.join("lib/rustlib")).expect("a toolchain has rustlib");
    let rust_lld = hosts.flatten().map(|host| host.path().join("bin/rust-lld")).find(|p| p.exists());
    let mut command = Command::new(rust_lld.expect("no ld.lld and no rust-lld; tools/setup installs lld"));
    command.args(["-flavor", "gnu"]);
    command
}

/// Runs an executable in qemu's mps2-an386 until it exits, for two minutes at most.
///
/// # Panics
/// Where there is no qemu.
pub fn qemu(executable: &Path) -> Outcome {
    qemu_with(executable, &[])
}

/// The same with more arguments.
///
/// # Panics
/// As `qemu`.
pub fn qemu_with(executable: &Path, arguments: &[&str]) -> Outcome {
    let mut qemu = Command::new("timeout");
    qemu.args(["120", "qemu-system-arm", "-M", "mps2-an386", "-display", "none", "-monitor", "none"]);
    qemu.args(["-serial", "none", "-semihosting-config", "enable=on,target=native", "-kernel"]);
    let result = qemu.arg(executable).args(arguments).output().expect("coreutils are installed");
    let status = result.status.code().expect("timeout exits");
    assert_ne!(status, 127, "no qemu-system-arm; tools/setup installs it");
    // Semihosting writes to the console, which is standard error or output by version.
    let output = [result.stdout, result.stderr].concat();
    Outcome { output: String::from_utf8_lossy(&output).into_owned(), status: status as u32 }
}
