//! Encodings against tables that two assemblers made, and against a disassembler.

use xtask::encodings::{read, tables};

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
        assert_eq!(
            lines.len(),
            expected.len(),
            "{name} has lines that nothing prints"
        );
    }
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
