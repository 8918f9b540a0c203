//! Encodings against tables that two assemblers made, and against a disassembler.

use std::path::Path;

use synth::options::{Alignment, Bounds, Options, Target};
use xtask::encodings::{read, read_back, tables};

#[test]
fn every_form_is_what_the_assemblers_make() {
    let mut wrong = Vec::new();
    for (name, lines) in tables() {
        let expected = read(name).unwrap_or_else(|error| panic!("{error}"));
        for (line, bytes) in &lines {
            match expected.get(line) {
                Some(expected) if expected == bytes => {}
                other => wrong.push(format!("{line}: {bytes}, assemblers {other:?}")),
            }
        }
        assert_eq!(lines.len(), expected.len(), "{name} has lines that nothing prints");
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_instruction_of_the_corpus_is_what_a_disassembler_reads() {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (mut count, mut wrong) = (0, Vec::new());
    for directory in ["tests/corpus/wasm", "bench/kernels"] {
        let entries = std::fs::read_dir(repository.join(directory)).expect("part of the repository");
        let paths = entries.map(|entry| entry.expect("a readable directory").path());
        for path in paths.filter(|path| path.extension().is_some_and(|e| e == "wasm")) {
            let wasm = std::fs::read(&path).expect("a readable file");
            let trap = (Bounds::Trap, Target::CortexM4);
            for (bounds, target) in [trap, (Bounds::None, Target::CortexM4), (Bounds::None, Target::CortexM4F)] {
                let alignment = Alignment::Trust;
                let options = Options { target, bounds, alignment, check: false, ..Options::default() };
                let compared = read_back::compare(&wasm, &options);
                let (instructions, differences) = compared.unwrap_or_else(|error| panic!("{path:?}: {error}"));
                count += instructions;
                wrong.extend(differences);
            }
        }
    }
    wrong.sort_unstable();
    wrong.dedup();
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(count > 50_000, "only {count} instructions");
}
