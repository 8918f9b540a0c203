//! The command line as its users meet it: exit statuses, messages, and what is written.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

const GOOD: &str = r#"(module (memory 1) (func (export "f") (param i32) (result i32) (local.get 0)))"#;
const INVALID: &str = r#"(module (func (export "f") (result i32)))"#;
const UNSUPPORTED: &str = "(module (memory i64 1))";

/// A folder with files in it, in which the compiler runs.
struct Folder(TempDir);

impl Folder {
    fn new(files: &[(&str, &[u8])]) -> Folder {
        let folder = TempDir::new().expect("a temporary folder");
        for (name, contents) in files {
            std::fs::write(folder.path().join(name), contents).expect("a new file");
        }
        Folder(folder)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn synth(&self, arguments: &[&str]) -> Run {
        let mut command = Command::new(env!("CARGO_BIN_EXE_synth"));
        let command = command.args(arguments).current_dir(self.0.path());
        let Output { status, stdout, stderr } = command.output().expect("the compiler runs");
        let text = |bytes| String::from_utf8(bytes).expect("messages are UTF-8");
        Run { status: status.code().expect("no signal"), stdout: text(stdout), stderr: text(stderr) }
    }

    /// The names of all files.
    fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.0.path()).expect("the folder is there");
        let mut names: Vec<String> = entries
            .map(|entry| {
                let name = entry.expect("an entry").file_name();
                name.to_string_lossy().into_owned()
            })
            .collect();
        names.sort();
        names
    }
}

#[derive(Debug)]
struct Run {
    status: i32,
    stdout: String,
    stderr: String,
}

impl Run {
    /// Checks that it failed with this status and one line that contains `message`.
    fn refused(&self, status: i32, message: &str) {
        assert_eq!(self.status, status, "{self:?}");
        assert!(self.stderr.starts_with("synth: error: "), "{self:?}");
        assert_eq!(self.stderr.lines().count(), 1, "{self:?}");
        assert!(self.stderr.contains(message), "{self:?}");
        assert_eq!(self.stdout, "");
    }
}

fn read(path: &Path) -> Vec<u8> {
    std::fs::read(path).expect("the file is there")
}

#[test]
fn text_and_binary_modules_become_the_same_object() {
    let wasm = wat::parse_str(GOOD).expect("the text is a module");
    let folder = Folder::new(&[("m.wat", GOOD.as_bytes()), ("m.wasm", &wasm)]);
    let run = folder.synth(&["compile", "m.wat", "-o", "text.o"]);
    assert_eq!((run.status, run.stdout.as_str(), run.stderr.as_str()), (0, "", ""));
    let run = folder.synth(&["compile", "--relocatable", "m.wasm", "-o", "binary.o"]);
    assert_eq!(run.status, 0, "{run:?}");
    assert_eq!(read(&folder.path("text.o")), read(&folder.path("binary.o")));
    assert_eq!(folder.names(), ["binary.o", "m.wasm", "m.wat", "text.o"]);
}

#[test]
fn refused_inputs_say_where_and_leave_the_output_alone() {
    let cases = [
        ("invalid.wat", INVALID, "invalid.wat: function 0 at 0x"),
        ("unsupported.wat", UNSUPPORTED, "a 64-bit memory is not supported"),
        ("broken.wat", "(module (func) (fun))", "broken.wat: expected valid module field at line 1:17"),
        ("broken.wasm", "not a module", "broken.wasm: at 0x0: this is not a WebAssembly binary"),
        ("empty.wasm", "", "empty.wasm: at 0x0: this is not a WebAssembly binary"),
    ];
    for (name, text, message) in cases {
        let folder = Folder::new(&[(name, text.as_bytes()), ("_old.o", b"old contents")]);
        let compile = |output| folder.synth(&["compile", name, "-o", output]);
        compile("new.o").refused(1, message);
        compile("_old.o").refused(1, message);
        assert_eq!(read(&folder.path("_old.o")), b"old contents");
        assert_eq!(folder.names(), ["_old.o", name]);
    }
}

#[test]
fn text_errors_name_line_and_column() {
    let cases: [(&[u8], &str); 2] = [(b"(module\n  (fun))", "at line 2:4"), (b"(module)\xff", "byte 0x8 is not UTF-8")];
    for (text, message) in cases {
        let folder = Folder::new(&[("m.wat", text)]);
        let run = folder.synth(&["compile", "m.wat", "-o", "m.o"]);
        run.refused(1, message);
    }
}

#[test]
fn colliding_symbols_are_refused_with_the_option_that_helps() {
    let text = br#"(module (import "a" "f" (func)) (import "b" "f" (func)))"#;
    let folder = Folder::new(&[("m.wat", text)]);
    let compile = ["compile", "m.wat", "-o", "m.o"];
    let message = "import a.f and import b.f both have the symbol f (--import-name)";
    folder.synth(&compile).refused(1, message);
    let renamed = [&compile[..], &["--import-name", "{module}_{name}"]].concat();
    let run = folder.synth(&renamed);
    assert_eq!(run.status, 0, "{run:?}");
}

#[test]
fn too_small_a_memory_is_refused_and_a_segment_outside_is_not() {
    let folder = Folder::new(&[
        ("data.wat", br#"(module (memory 1) (data (i32.const 100) "abcd"))"#),
        ("outside.wat", br#"(module (memory 1) (data (i32.const 65535) "abcd"))"#),
    ]);
    let compile = |input, size| folder.synth(&["compile", input, "-o", "m.o", "--memory-size", size]);
    compile("data.wat", "103").refused(1, "(--memory-size)");
    assert_eq!(compile("data.wat", "0=0x68").status, 0);
    assert_eq!(compile("outside.wat", "103").status, 0);
    compile("data.wat", "1=103").refused(1, "memory 1");
}

#[test]
fn files_that_cannot_be_read_or_written_are_another_status() {
    let folder = Folder::new(&[("m.wat", GOOD.as_bytes())]);
    let compile = |input, output| folder.synth(&["compile", input, "-o", output]);
    compile("none.wat", "m.o").refused(2, "none.wat: no such file or directory");
    compile(".", "m.o").refused(2, "directory");
    compile("m.wat", "none/m.o").refused(2, "none/m.o: no such file or directory");
    compile("m.wat", ".").refused(2, "directory");
    assert_eq!(folder.names(), ["m.wat"]);
}

#[test]
fn wrong_usage_is_one_line() {
    let folder = Folder::new(&[("m.wat", GOOD.as_bytes())]);
    let refused = |more: &[&str], message: &str| {
        let arguments = [&["compile", "m.wat", "-o", "m.o"], more].concat();
        folder.synth(&arguments).refused(2, message);
    };
    refused(&["--memory", "far"], "expected static or native");
    refused(&["--variadic", "printf"], "expected NAME=VNAME");
    refused(&["--target", "cortex-m7"], "expected cortex-m4 or cortex-m4f");
    refused(&["--bounds", "never"], "expected trap or mask or none");
    refused(&["--emit", "llvm"], "--emit");
    refused(&["--dump", "asm,tokens"], "--dump");
    refused(&["--import-name", "{nam}"], "--import-name");
    refused(&["--module-name", "a-b"], "--module-name");
    refused(&["--memory-size", "many"], "--memory-size");
    refused(&["--memory-size", "0=+1"], "--memory-size");
    refused(&["--no-such-option"], "--no-such-option");
    folder.synth(&["compile", "m.wat"]).refused(2, "--output");
    folder.synth(&["link"]).refused(2, "link");
    assert_eq!(folder.names(), ["m.wat"]);
}

#[test]
fn reports_are_printed_and_compared() {
    let folder = Folder::new(&[("m.wat", GOOD.as_bytes()), ("none.json", b"{}")]);
    let report = |form: &str, more: &[&str]| {
        let arguments = [&["compile", "m.wat", "-o", "m.o", "--report", form], more].concat();
        let run = folder.synth(&arguments);
        assert!(run.status == 0 && run.stderr.is_empty(), "{run:?}");
        run.stdout
    };
    let plain = folder.synth(&["compile", "m.wat", "-o", "plain.o"]);
    assert!(plain.status == 0 && plain.stdout.is_empty(), "{plain:?}");
    assert!(report("text", &[]).contains(" f\n"));
    assert_eq!(read(&folder.path("m.o")), read(&folder.path("plain.o")));
    let old = report("json", &[]);
    assert!(old.starts_with("{\"module\": \"m\", ") && old.contains("{\"name\": \"f\", \"bytes\": 2, "), "{old}");
    std::fs::write(folder.path("old.json"), &old).expect("a new file");
    let new = report("json", &["--stack-limit", "limit"]);
    std::fs::write(folder.path("new.json"), &new).expect("a new file");
    let compare = |a, b| folder.synth(&["report", "--compare", a, b]);
    let same = compare("old.json", "old.json");
    assert_eq!((same.status, same.stdout.as_str()), (0, "sum: no difference\n"));
    let more = compare("old.json", "new.json");
    assert!(more.status == 1 && more.stdout.contains("f: bytes 2 -> "), "{more:?}");
    assert_eq!(compare("new.json", "old.json").status, 0);
    compare("old.json", "none.json").refused(2, "none.json: it is no report: it has no module");
    compare("no.json", "old.json").refused(2, "no.json: no such file");
    compare("m.wat", "old.json").refused(2, "m.wat: it is no JSON");
    folder.synth(&["report", "--compare", "old.json"]).refused(2, "--compare");
    folder.synth(&["report"]).refused(2, "--compare");
    folder.synth(&["compile", "m.wat", "--report", "text"]).refused(2, "--output");
    folder.synth(&["compile", "m.wat", "-o", "m.o", "--report", "csv"]).refused(2, "csv");
    folder.synth(&["compile", "m.wat", "-o", "m.o", "--report", "text", "--dump", "asm"]).refused(2, "--dump");
}

#[test]
fn help_and_version_are_no_errors() {
    let folder = Folder::new(&[]);
    for arguments in [&["--help"][..], &["compile", "--help"], &["--version"]] {
        let run = folder.synth(arguments);
        assert_eq!((run.status, run.stderr.as_str()), (0, ""));
        assert!(!run.stdout.is_empty());
    }
}

#[test]
fn the_listing_replaces_the_object_and_dumps_are_printed() {
    let folder = Folder::new(&[("m.wat", GOOD.as_bytes())]);
    let run = folder.synth(&["compile", "m.wat", "-o", "m.s", "--emit", "asm", "--dump", "asm"]);
    assert_eq!(run.status, 0, "{run:?}");
    let listing = String::from_utf8(read(&folder.path("m.s"))).expect("a listing is text");
    for text in [listing, run.stdout] {
        assert!(text.contains("func[0]:") && text.contains("m_init:"), "{text}");
    }
}

#[cfg(unix)]
#[test]
fn a_link_stays_a_link_and_a_device_stays_a_device() {
    let folder = Folder::new(&[("m.wat", GOOD.as_bytes()), ("real.o", b"old")]);
    std::os::unix::fs::symlink("real.o", folder.path("link.o")).expect("a new link");
    let compile = |output| folder.synth(&["compile", "m.wat", "-o", output]).status;
    assert_eq!(compile("link.o"), 0);
    assert!(folder.path("link.o").is_symlink());
    assert!(read(&folder.path("real.o")).starts_with(b"\x7fELF"));
    assert_eq!(compile("/dev/null"), 0);
    assert!(!Path::new("/dev/null").is_file());
}

#[test]
fn object_and_header_are_written_both_or_neither() {
    let folder = Folder::new(&[("m.wat", GOOD.as_bytes()), ("bad.wat", INVALID.as_bytes()), ("_old", b"old contents")]);
    let compile = |input, object, header| folder.synth(&["compile", input, "-o", object, "--header", header]);
    compile("bad.wat", "m.o", "m.h").refused(1, "bad.wat");
    compile("m.wat", "_old", "missing/m.h").refused(2, "missing/m.h: no such file or directory");
    compile("m.wat", "missing/m.o", "_old").refused(2, "missing/m.o: no such file or directory");
    compile("m.wat", "m.o", "./m.o").refused(2, "./m.o: it is the file of two outputs");
    assert_eq!(read(&folder.path("_old")), b"old contents");
    assert_eq!(folder.names(), ["_old", "bad.wat", "m.wat"]);

    let run = compile("m.wat", "m.o", "m.h");
    assert_eq!((run.status, run.stdout.as_str(), run.stderr.as_str()), (0, "", ""));
    let header = String::from_utf8(read(&folder.path("m.h"))).expect("headers are ASCII");
    for line in ["int32_t f(int32_t);", "void m_init(void);", "extern uint8_t m_memory[65536];"] {
        assert!(header.lines().any(|found| found == line), "{header}");
    }
    assert_eq!(folder.names(), ["_old", "bad.wat", "m.h", "m.o", "m.wat"]);
}
