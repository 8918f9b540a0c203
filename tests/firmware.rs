//! `examples/firmware`: builds as its script says, for both targets and by both linkers, and prints in qemu what it should.
//!
//! Needs `arm-none-eabi-gcc` with newlib, lld and `qemu-system-arm`; `tools/setup` installs them.

use std::path::Path;
use std::process::Command;

use xtask::boards;
use xtask::image::run;

/// The exports that the image measures.
const MEASURED: [&str; 5] =
    ["filter_sample(0)", "filter_mean()", "filter_volts(0.5f)", "journal_add(1, 7)", "journal_print(quiet)"];

#[test]
fn the_firmware_example_runs() {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/firmware");
    let expected = std::fs::read_to_string(example.join("expected.txt")).expect("part of the example");
    for target in ["cortex-m4", "cortex-m4f"] {
        for (name, linker) in boards::linkers() {
            let directory = tempfile::tempdir().expect("a temporary directory");
            let arguments = linker.get_args().map(|argument| argument.to_string_lossy().into_owned());
            let words = [vec![linker.get_program().to_string_lossy().into_owned()], arguments.collect()].concat();
            let mut build = Command::new(example.join("build"));
            build.env("SYNTH", env!("CARGO_BIN_EXE_synth")).env("LD", words.join(" "));
            run(build.arg(target).arg(directory.path()));
            let outcome = boards::qemu_with(&directory.path().join("firmware.elf"), &["-icount", "shift=5"]);
            assert_eq!(outcome.status, 0, "{target} {name}: {outcome:?}");
            let table = outcome.output.strip_prefix(&expected);
            let table = table.unwrap_or_else(|| panic!("{target} {name}: {}", outcome.output));
            let lines: Vec<(&str, u32)> = table
                .lines()
                .filter_map(|line| line.strip_prefix("cycles ")?.split_once(": "))
                .map(|(call, cycles)| (call, cycles.parse().expect("a number")))
                .collect();
            assert!(lines.iter().map(|line| line.0).eq(MEASURED), "{table}");
            assert!(lines.iter().all(|line| (2..2000).contains(&line.1)), "{table}");
        }
    }
}
