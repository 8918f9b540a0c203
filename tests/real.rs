//! Large modules that people ship, compiled by a build that checks itself: with its assertions, and every function replayed
//! after register caching. Such functions have shapes that no random module and no small program has.
//!
//! npm fetches the packages from the registry that it is configured for, at the versions and with the checksums of
//! `tests/real/package-lock.json`; what it has fetched once it keeps in its cache. `tools/setup` installs it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use object::{Object, ObjectSection, ObjectSymbol};
use synth::options::{Optimize, Options, Target};
use wasmparser::{ExternalKind, Parser, Payload};

const ALL: [(Target, Optimize); 4] = [
    (Target::CortexM4, Optimize::Speed),
    (Target::CortexM4, Optimize::Size),
    (Target::CortexM4F, Optimize::Speed),
    (Target::CortexM4F, Optimize::Size),
];
/// Each target and each aim once.
const BOTH: [(Target, Optimize); 2] = [(Target::CortexM4, Optimize::Speed), (Target::CortexM4F, Optimize::Size)];

/// The database SQLite, in C: among its functions is an interpreter of thousands of blocks.
#[test]
fn sql_js() {
    compiles("sql.js/dist/sql-wasm.wasm", &ALL, 1000);
}

/// A renderer in Rust, full of floats.
#[test]
fn resvg() {
    compiles("@resvg/resvg-wasm/index_bg.wasm", &ALL, 1400);
}

/// A bundler in Go, whose functions are state machines.
#[test]
fn esbuild() {
    compiles("esbuild-wasm/esbuild.wasm", &BOTH, 5000);
}

/// Compiles a file of the packages in several ways, each of which has to have code for `least` functions, exports among them.
fn compiles(file: &str, ways: &[(Target, Optimize)], least: usize) {
    let path = MODULES.join(file);
    let wasm = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let exports = exported_functions(&wasm);
    for &(target, optimize) in ways {
        let options = Options { target, optimize, check: true, ..Options::default() };
        let compiled = synth::compile(&wasm, &options);
        let compiled = compiled.unwrap_or_else(|error| panic!("{file} {target:?} {optimize:?}: {error}"));
        let object = object::File::parse(&*compiled.object).expect("it is an object");
        let code = object.sections().filter(|section| section.name().is_ok_and(|name| name.starts_with(".text.")));
        let code = code.filter(|section| section.size() > 0).count();
        assert!(code >= least, "{file} {target:?} {optimize:?}: code of {code} functions");
        let globals = object.symbols().filter(|symbol| symbol.is_global() && symbol.is_definition());
        let globals: BTreeSet<String> = globals.map(|symbol| symbol.name().expect("UTF-8").to_string()).collect();
        let lost: Vec<_> = exports.difference(&globals).collect();
        assert!(lost.is_empty(), "{file} {target:?} {optimize:?}: {lost:?} are not defined");
    }
}

fn exported_functions(wasm: &[u8]) -> BTreeSet<String> {
    let payloads = Parser::new(0).parse_all(wasm).map(|payload| payload.expect("a valid module"));
    let sections = payloads.filter_map(|payload| match payload {
        Payload::ExportSection(exports) => Some(exports),
        _ => None,
    });
    let exports = sections.flatten().map(|export| export.expect("a valid module"));
    exports.filter(|export| export.kind == ExternalKind::Func).map(|export| export.name.to_string()).collect()
}

/// Where the packages are: fetched anew by each run of this test, so that none is there that is not in the lock file.
static MODULES: LazyLock<PathBuf> = LazyLock::new(|| {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("real");
    std::fs::create_dir_all(&directory).expect("target is writable");
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/real");
    for name in ["package.json", "package-lock.json"] {
        std::fs::copy(sources.join(name), directory.join(name)).expect("part of the test");
    }
    let mut npm = Command::new("npm");
    npm.args(["ci", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund"]).current_dir(&directory);
    let output = npm.output().expect("npm is installed; tools/setup does that");
    assert!(
        output.status.success(),
        "npm cannot fetch the packages: {}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    directory.join("node_modules")
});
