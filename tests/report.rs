//! Reports count what is there: figures against the listing and the sections of objects, reasons why checks are gone, and
//! comparisons.

use std::path::{Path, PathBuf};

use object::{Object, ObjectSection, SectionKind};
use synth::options::{Bounds, Options, Target};
use synth::report::{Figure, Figures, Report, compare};
use synth::{Compiled, Inspect};

fn compile(wasm: &[u8], options: &Options) -> Compiled {
    let inspect = Inspect { listing: true, ..Inspect::default() };
    synth::compile_with(wasm, options, &inspect).expect("the module compiles")
}

fn compile_text(text: &str, bounds: Bounds) -> Report {
    let wasm = wat::parse_str(text).expect("the text is a module");
    compile(&wasm, &Options { bounds, ..Options::default() }).report
}

fn modules() -> Vec<PathBuf> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/wasm");
    let entries = std::fs::read_dir(directory).expect("the directory is part of the repository");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("the directory can be read").path()).collect();
    files.sort();
    files
}

/// The figures that a listing shows, by the mnemonics alone.
fn listed(listing: &str) -> Vec<(Figure, u64)> {
    let lines = listing.lines().filter_map(|line| line.strip_prefix("    ")).filter(|line| !line.starts_with('.'));
    let lines: Vec<(&str, &str)> = lines.map(|line| line.split_once(' ').unwrap_or((line, ""))).collect();
    let count = |is: &dyn Fn(&str, &str) -> bool| lines.iter().filter(|(name, rest)| is(name, rest)).count() as u64;
    let starts = |name: &str, stems: &[&str]| stems.iter().any(|stem| name.starts_with(stem));
    let is_frame = |rest: &str| rest.contains("[sp");
    let is_literal = |rest: &str| rest.contains('=');
    vec![
        (
            Figure::Loads,
            count(&|name, rest| starts(name, &["ldr", "vldr", "vldm"]) && !is_frame(rest) && !is_literal(rest)),
        ),
        (Figure::Stores, count(&|name, rest| starts(name, &["str", "vstr", "vstm"]) && !is_frame(rest))),
        (Figure::FrameLoads, count(&|name, rest| starts(name, &["ldr", "vldr"]) && is_frame(rest))),
        (Figure::FrameStores, count(&|name, rest| starts(name, &["str", "vstr"]) && is_frame(rest))),
        (Figure::Saves, count(&|name, _| starts(name, &["push", "pop", "vpush", "vpop"]))),
        (
            Figure::Calls,
            count(&|name, rest| {
                ["bl", "blx"].contains(&name)
                    || name == "b.w" && !rest.starts_with(".L")
                    || name == "bx" && rest != "lr"
            }),
        ),
        (Figure::Traps, count(&|name, _| name == "udf")),
        (Figure::Conditions, count(&|name, _| name.starts_with("it") && name.trim_matches(['i', 't', 'e']).is_empty())),
        (Figure::Checks, count(&|name, rest| starts(name, &["b", "cb"]) && name != "b" && rest.ends_with(".Ltrap4"))),
        (Figure::Instructions, lines.len() as u64),
    ]
}

#[test]
fn figures_are_those_of_listing_and_sections() {
    for path in modules() {
        let wasm = std::fs::read(&path).expect("the module was listed");
        for (bounds, target) in [(Bounds::Trap, Target::CortexM4), (Bounds::None, Target::CortexM4F)] {
            let compiled = compile(&wasm, &Options { bounds, target, ..Options::default() });
            let sum = compiled.report.sum();
            let object = object::File::parse(&*compiled.object).expect("it is an object");
            let code = object.sections().filter(|section| section.kind() == SectionKind::Text);
            let name = path.display();
            assert_eq!(sum.get(Figure::Bytes), code.map(|section| section.size()).sum::<u64>(), "{name}");
            for (figure, number) in listed(&compiled.listing) {
                // Padding before data has no line.
                let unlisted = if figure == Figure::Instructions { sum.get(Figure::Padding) } else { 0 };
                assert_eq!(sum.get(figure), number + unlisted, "{name} {bounds:?} {figure:?}");
            }
            let names: Vec<&String> = compiled.report.functions.iter().map(|(name, _)| name).collect();
            assert!(names.iter().any(|name| name.as_str() == "module_init"), "{names:?}");
        }
    }
}

#[test]
fn reports_do_not_depend_on_threads() {
    for path in modules().iter().step_by(7) {
        let wasm = std::fs::read(path).expect("the module was listed");
        let report =
            |threads| compile(&wasm, &Options { threads: Some(threads), ..Options::default() }).report.to_json();
        assert_eq!(report(1), report(2), "{}", path.display());
    }
}

fn figures(report: &Report, name: &str) -> Figures {
    report.functions.iter().find(|(other, _)| other == name).expect("the function is there").1
}

#[test]
fn checks_are_counted_by_why_they_are_gone() {
    let text = r#"(module (memory 1)
        (func (export "constant") (result i32) (i32.load (i32.const 16)))
        (func (export "small") (param i32) (result i32) (i32.load (i32.and (local.get 0) (i32.const 255))))
        (func (export "implied") (param i32) (result i32)
          (i32.store offset=8 (local.get 0) (i32.const 1)) (i32.load (local.get 0)))
        (func (export "merged") (param i32) (result i32)
          (i32.add (i32.load (local.get 0)) (i32.load offset=8 (local.get 0))))
        (func (export "moved") (param i32 i32)
          (loop $l
            (i32.store (local.get 0) (i32.const 0))
            (local.set 0 (i32.add (local.get 0) (i32.const 4)))
            (br_if $l (local.tee 1 (i32.sub (local.get 1) (i32.const 1))))))
        (func (export "kept") (param i32) (result i32) (i32.load (local.get 0)))
        (func (export "range") (param i32 i32) (memory.fill (local.get 0) (i32.const 0) (local.get 1))))"#;
    let report = compile_text(text, Bounds::Trap);
    for (name, wanted, why, emitted) in [
        ("constant", 1, Some(Figure::ChecksConstant), 0),
        ("small", 1, Some(Figure::ChecksRange), 0),
        ("implied", 2, Some(Figure::ChecksImplied), 1),
        ("merged", 2, Some(Figure::ChecksMerged), 1),
        ("kept", 1, None, 1),
        ("range", 2, None, 2),
    ] {
        let figures = figures(&report, name);
        assert_eq!(figures.get(Figure::ChecksWanted), wanted, "{name}");
        assert_eq!(figures.get(Figure::Checks), emitted, "{name}");
        for figure in REASONS {
            assert_eq!(figures.get(figure), u64::from(why == Some(figure)), "{name} {figure:?}");
        }
    }
    let moved = figures(&report, "moved");
    assert_eq!((moved.get(Figure::ChecksWanted), moved.get(Figure::ChecksHoisted)), (1, 1));
    let masked = compile_text(text, Bounds::Mask);
    let masks = |name| (figures(&masked, name).get(Figure::Masked), figures(&masked, name).get(Figure::Unmasked));
    assert_eq!(["constant", "small", "implied", "kept"].map(masks), [(0, 1), (0, 1), (2, 0), (1, 0)]);
    assert_eq!(figures(&compile_text(text, Bounds::None), "kept").get(Figure::Checks), 0);
}

const REASONS: [Figure; 5] =
    [Figure::ChecksConstant, Figure::ChecksRange, Figure::ChecksImplied, Figure::ChecksMerged, Figure::ChecksHoisted];

#[test]
fn differences_are_by_function_and_in_sum() {
    let module = |functions: &str| compile_text(&format!("(module {functions})"), Bounds::Trap);
    let same = r#"(func (export "same") (param i32) (result i32) (local.get 0))"#;
    let small = r#"(func (export "f") (result i32) (i32.const 1))"#;
    let large = r#"(func (export "f") (param i32 i32) (result i32) (i32.mul (i32.add (local.get 0) (local.get 1)) (i32.const 7)))"#;
    let other = r#"(func (export "g") (result i32) (i32.const 2))"#;
    let (a, b, c) = (module(&(same.to_string() + small)), module(&(same.to_string() + large)), module(other));
    let none = compare(&a, &a);
    assert_eq!((none.text.as_str(), none.grew), ("sum: no difference\n", false));
    let grown = compare(&a, &b);
    assert!(grown.grew && !compare(&b, &a).grew, "{grown:?}");
    let lines: Vec<&str> = grown.text.lines().collect();
    assert!(
        matches!(lines[..], [f, sum] if f.starts_with("f: bytes 4 -> ") && sum.starts_with("sum: bytes ")),
        "{lines:?}"
    );
    let text = compare(&a, &c).text;
    assert!(text.starts_with("g: new, 4 bytes, 2 instructions\n") && text.contains("same: gone, 2 bytes"), "{text}");
}
