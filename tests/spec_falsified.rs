//! The runner of the test suite sees what is wrong: in copies of scripts with falsified assertions exactly those fail.
//!
//! An integer result gets another value, a trap another kind, and a module that must be refused becomes one that is not.
//! Scripts are used in which nothing is skipped, so that every falsified assertion is executed.

use std::collections::BTreeSet;

use synth::options::Options;
use wast::core::WastRetCore;
use wast::lexer::Lexer;
use wast::parser::{self, ParseBuffer};
use wast::{Wast, WastDirective, WastExecute, WastRet};
use xtask::spec::suite::{CORE, suite};
use xtask::spec::{Kind, Script, Settings, report, run_all};

/// What takes the place of a part of a script.
struct Change {
    line: usize,
    kind: Kind,
    range: std::ops::Range<usize>,
    text: String,
}

#[test]
fn exactly_the_falsified_assertions_fail() {
    let suite = suite(CORE).expect("the core language is part of the suite");
    let options = Options { check: true, ..Options::default() };
    let settings = Settings { options, features: suite.features, external: None };
    let mut falsified = [0usize; Kind::ASSERTIONS.len()];
    for script in &suite.scripts {
        let honest = run_all(std::slice::from_ref(script), &settings).expect(&script.name);
        assert!(honest.failures.is_empty(), "{}", report(&honest));
        if !honest.skips.is_empty() {
            continue;
        }
        for (stride, offset) in [(1, 0), (2, 1), (7, 3)] {
            let changes: Vec<Change> = changes(script).into_iter().skip(offset).step_by(stride).collect();
            for change in &changes {
                falsified[change.kind as usize] += 1;
            }
            let expected: Vec<(String, Kind)> =
                changes.iter().map(|change| (format!("{}:{}", script.name, change.line), change.kind)).collect();
            let copy = Script { name: script.name.clone(), text: apply(&script.text, changes) };
            let tally = run_all(&[copy], &settings).expect(&script.name);
            let failed: Vec<(String, Kind)> =
                tally.failures.iter().map(|failure| (failure.place.clone(), failure.kind)).collect();
            assert_eq!(failed, expected, "{}", report(&tally));
        }
    }
    for kind in Kind::ASSERTIONS {
        let count = falsified[kind as usize];
        assert!(count > 0, "no {} was falsified", kind.name());
    }
    assert!(falsified.iter().sum::<usize>() > 3000, "{falsified:?}");
}

/// A falsification for each assertion that has one, in the order of the script and at most one on a line.
fn changes(script: &Script) -> Vec<Change> {
    let mut lexer = Lexer::new(&script.text);
    lexer.allow_confusing_unicode(true);
    let buffer = ParseBuffer::new_with_lexer(lexer).expect(&script.name);
    let directives = parser::parse::<Wast<'_>>(&buffer).expect(&script.name).directives;
    let starts: Vec<usize> = directives.iter().map(|directive| start(&script.text, directive)).collect();
    let ends = starts.iter().map(|&start| start + form(&script.text[start..]));
    let mut lines = BTreeSet::new();
    let mut changes = Vec::new();
    for ((directive, &start), end) in directives.iter().zip(&starts).zip(ends) {
        let line = directive.span().linecol_in(&script.text).0 + 1;
        let Some((kind, range, text)) = falsify(&script.text, directive, start..end) else {
            continue;
        };
        if lines.insert(line) {
            changes.push(Change { line, kind, range, text });
        }
    }
    changes
}

/// Where the parenthesis of a directive is; its span begins there or at the word behind.
fn start(text: &str, directive: &WastDirective<'_>) -> usize {
    let span = directive.span().offset();
    text[..=span].rfind('(').unwrap_or(span)
}

/// Bytes of the form in parentheses at the start of a text, without comments behind it.
fn form(text: &str) -> usize {
    let (mut depth, mut quoted, mut escaped, mut comment) = (0, false, false, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if comment => comment = byte != b'\n',
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            _ if quoted => {}
            b';' => comment = text[at..].starts_with(";;"),
            b'(' => depth += 1,
            b')' if depth == 1 => return at + 1,
            b')' => depth -= 1,
            _ => {}
        }
    }
    text.len()
}

/// What to put where, so that the assertion does not hold.
fn falsify(
    text: &str,
    directive: &WastDirective<'_>,
    range: std::ops::Range<usize>,
) -> Option<(Kind, std::ops::Range<usize>, String)> {
    let part = &text[range.clone()];
    let at = |found: std::ops::Range<usize>| range.start + found.start..range.start + found.end;
    match directive {
        WastDirective::AssertReturn { results, .. } => {
            let (name, value) = match results.as_slice() {
                [WastRet::Core(WastRetCore::I32(value))] => ("i32.const", i64::from(value ^ 4)),
                [WastRet::Core(WastRetCore::I64(value))] => ("i64.const", value ^ (1 << 40)),
                _ => return None,
            };
            let found = last(part, &format!("({name}"), ")")?;
            Some((Kind::Return, at(found), format!("({name} {value})")))
        }
        WastDirective::AssertTrap { exec, message, .. } => {
            let kind = match exec {
                WastExecute::Wat(_) => Kind::ModuleTrap,
                WastExecute::Invoke(_) | WastExecute::Get { .. } => Kind::Trap,
            };
            let other = match *message {
                "integer overflow" => "integer divide by zero",
                "out of bounds memory access" => "out of bounds table access",
                _ => "integer overflow",
            };
            Some((kind, at(quoted(part, message)?), format!("\"{other}\"")))
        }
        WastDirective::AssertExhaustion { message, .. } => {
            let other = "\"unreachable\"".to_string();
            Some((Kind::Exhaustion, at(quoted(part, message)?), other))
        }
        WastDirective::AssertInvalid { message, .. } => {
            Some((Kind::Invalid, range, accepted("assert_invalid", part, message)))
        }
        WastDirective::AssertMalformed { message, .. } => {
            Some((Kind::Malformed, range, accepted("assert_malformed", part, message)))
        }
        WastDirective::AssertUnlinkable { message, .. } => {
            Some((Kind::Unlinkable, range, accepted("assert_unlinkable", part, message)))
        }
        _ => None,
    }
}

/// The last part from `open` to the next `close`.
fn last(text: &str, open: &str, close: &str) -> Option<std::ops::Range<usize>> {
    let start = text.rfind(open)?;
    let end = start + text[start..].find(close)? + close.len();
    Some(start..end)
}

fn quoted(text: &str, message: &str) -> Option<std::ops::Range<usize>> {
    let quoted = format!("\"{message}\"");
    text.rfind(&quoted).map(|start| start..start + quoted.len())
}

/// A directive about a module that nothing is wrong with, on as many lines.
fn accepted(name: &str, part: &str, message: &str) -> String {
    let lines = "\n".repeat(part.matches('\n').count());
    format!("({name} (module) {message:?}){lines}")
}

fn apply(text: &str, changes: Vec<Change>) -> String {
    let mut copy = text.to_string();
    for change in changes.into_iter().rev() {
        copy.replace_range(change.range, &change.text);
    }
    copy
}
