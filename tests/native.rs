//! Programs of several C and C++ files, compiled for native memory and linked into images that print what the images of
//! gcc's code print, in qemu, by GNU ld and by lld, at three levels of optimisation; also with one file by synth and the
//! others by gcc, and the other way round.
//!
//! The wasm objects are committed (`tests/native/build.sh` makes them). Needs `arm-none-eabi-gcc` with newlib, lld and
//! `qemu-system-arm`; `tools/setup` installs them.

use std::path::PathBuf;

use object::{Object, ObjectSection, ObjectSymbol, SectionFlags, SectionKind, SymbolKind};
use rayon::prelude::*;
use synth::Inspect;
use synth::options::{Memory, Options, Target, Trap};
use xtask::boards::qemu;
use xtask::firmware::{self, Outcome};
use xtask::programs::{Compiler, LEVELS, Program, ProgramImage, STACKS, directory, programs};

const GCC: Compiler<'static> = Compiler::Gcc("-O2");

/// synth with its usual options.
fn synth(level: &str) -> Compiler<'_> {
    Compiler::Synth(level, Options::default())
}

#[test]
fn programs_print_what_gcc_builds_print() {
    let all = programs();
    // qemu's board has another device there.
    let on_qemu = all.par_iter().filter(|program| program.name != "registers");
    let failures: Vec<String> = on_qemu.flat_map(|program| check(program, Target::CortexM4)).collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn programs_with_floats_in_registers_print_what_gcc_builds_print() {
    let names = ["floats", "variadic", "structs", "dynamic", "frames"];
    let chosen: Vec<Program> = programs().into_iter().filter(|program| names.contains(&&*program.name)).collect();
    let failures: Vec<String> = chosen.par_iter().flat_map(|program| check(program, Target::CortexM4F)).collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// `dispatch` as one object that wasm-ld has made of two.
#[test]
fn linked_objects_print_what_their_parts_print() {
    let all = programs();
    let program = all.iter().find(|program| program.name == "dispatch").expect("it is there");
    let target = Target::CortexM4;
    let image = program.image(target, STACKS[0], |_| GCC);
    let expected = firmware::run(&std::fs::read(image.link()).expect("the linker wrote it"));
    for name in ["linked-relocatable", "linked-relocations"] {
        let empty = Program { name: name.to_string(), files: Vec::new() };
        let mut image = empty.image(target, STACKS[0], |_| GCC);
        let wasm = std::fs::read(directory().join(format!("objects/{name}.o"))).expect("it is committed");
        let compiled = synth::compile(&wasm, &Options { memory: Memory::Native, ..Options::default() });
        let object = compiled.unwrap_or_else(|e| panic!("{name}: {e}")).object;
        image.add("linked.o", &object);
        for (linker, executable) in image.link_all() {
            let outcome = firmware::run(&std::fs::read(&executable).expect("the linker wrote it"));
            assert_eq!(outcome, expected, "{name} {linker}");
        }
    }
}

/// An interrupt before each instruction finds nothing below sp that is needed later, wherever the first frame starts.
#[test]
fn frames_survive_interrupts_at_every_instruction() {
    let names = ["frames", "dynamic", "recursion", "structs", "noreturn", "virtuals", "variadic", "library"];
    let chosen: Vec<Program> = programs().into_iter().filter(|program| names.contains(&&*program.name)).collect();
    assert_eq!(chosen.len(), names.len());
    chosen.par_iter().for_each(|program| {
        let target = Target::CortexM4;
        for (level, stack) in LEVELS.iter().flat_map(|level| STACKS.map(|stack| (level, stack))) {
            let image = program.image(target, stack, |_| synth(level));
            let elf = std::fs::read(image.link()).expect("the linker wrote it");
            let expected = firmware::run(&elf);
            assert!(expected.is_ok(), "{expected:?}");
            assert_eq!(firmware::run_interrupted(&elf), expected, "{} {level} {stack}", program.name);
        }
    });
}

/// The interrupts find a function that keeps something below sp: what the test above would see of a frame that is used before sp
/// is moved or after it is moved back.
#[test]
fn interrupts_notice_what_is_kept_below_the_stack_pointer() {
    let main = r#"
        #include <stdio.h>
        __attribute__((naked)) static int keep(int n) { __asm__("str r0, [sp, #-8]\n movs r0, #0\n ldr r0, [sp, #-8]\n bx lr"); }
        int main(void) { printf("%d\n", keep(5)); return 0; }"#;
    let empty = Program { name: "below".to_string(), files: Vec::new() };
    let mut image = empty.image(Target::CortexM4, STACKS[0], |_| GCC);
    image.add_c("main", main);
    let elf = std::fs::read(image.link()).expect("the linker wrote it");
    let outcome = |n: i32| Ok(Outcome { output: format!("{n}\n"), status: 0 });
    assert_eq!(firmware::run(&elf), outcome(5));
    assert_eq!(firmware::run_interrupted(&elf), outcome(i32::from_le_bytes([0xa5; 4])));
}

/// The accesses of `registers` to its device are those of gcc's code, loops that wait for it included.
#[test]
fn registers_are_accessed_as_the_source_says() {
    let all = programs();
    let program = all.iter().find(|program| program.name == "registers").expect("it is there");
    let run = |compiler: Compiler| {
        let image = program.image(Target::CortexM4, STACKS[0], |_| compiler.clone());
        let elf = std::fs::read(image.link()).expect("the linker wrote it");
        firmware::run_with_device(&elf).unwrap_or_else(|e| panic!("{compiler:?}: {e}"))
    };
    let expected = run(GCC);
    assert!(expected.1.len() > 40);
    for level in LEVELS {
        let found = run(synth(level));
        assert_eq!(found.0, expected.0, "{level}");
        let first = found.1.iter().zip(&expected.1).position(|(found, expected)| found != expected);
        assert_eq!(first.map(|at| (found.1[at], expected.1[at])), None, "{level}");
        assert_eq!(found.1.len(), expected.1.len(), "{level}");
    }
}

/// Depths and sizes of `exhaust` with a limit of the stack at every distance: either there is room, or a trap comes before anything
/// below the limit is written. `longjmp` leaves the trap.
#[test]
fn the_stack_limit_counts_what_is_taken_while_functions_run() {
    let main = r#"
        #include <setjmp.h>
        #include <stdint.h>
        #include <stdio.h>
        uint32_t stack_limit;
        int consume(int depth, unsigned bytes), consume_aligned(int depth, unsigned words);
        __attribute__((used)) static jmp_buf before;
        /* Uses no stack. */
        __attribute__((naked)) void synth_trap(uint32_t code) { __asm__("adds r1, r0, #1\n ldr r0, =before\n b longjmp"); }
        enum { PAINT = 0x5a5a5a5a, ROOM = 6000 };
        static uint32_t words[ROOM / 4 + 40000];
        static const struct { int (*function)(int, unsigned); int depth; unsigned size; } calls[] = {
          {consume, 9, 100}, {consume_aligned, 6, 20}, {consume, 2, 0xf0000000},
        };
        /* On the stack `words`, which lies below everything else. */
        __attribute__((naked)) static int call_on(uint32_t *sp, int depth, unsigned size, int (*f)(int, unsigned)) {
          __asm__("push {r4, lr}\n mov r4, sp\n mov sp, r0\n mov r0, r1\n mov r1, r2\n blx r3\n mov sp, r4\n pop {r4, pc}");
        }
        int main(void) {
          uint32_t *const top = words + sizeof words / sizeof *words;
          for (int what = 0; what < 3; what++) {
            int traps = 0, returns = 0, wrong = 0, result = 0;
            for (uint32_t room = 0; room < ROOM; room += 8) {
              volatile uint32_t *limit = top - room / 4;
              for (uint32_t *word = words; word < top; word++) *word = PAINT;
              stack_limit = (uint32_t)limit;
              int code = setjmp(before);
              if (code == 0) {
                int found = call_on(top, calls[what].depth, calls[what].size, calls[what].function);
                wrong += returns++ && found != result;
                result = found;
              } else {
                wrong += code != 9 || returns;
                traps++;
              }
              for (uint32_t n = 1; n < 500; n++) wrong += *(limit - n) != PAINT;
            }
            printf("%d %d %d %d\n", traps > 10, what == 2 ? returns == 0 : returns > 10, wrong, result);
          }
          return 0;
        }"#;
    let all = programs();
    let program = all.iter().find(|program| program.name == "exhaust").expect("it is there");
    let consume = Program { name: program.name.clone(), files: program.files[..1].to_vec() };
    for level in LEVELS {
        let options = Options { stack_limit: Some("stack_limit".to_string()), trap: Trap::Call, ..Options::default() };
        let mut image = consume.image(Target::CortexM4, STACKS[0], |_| Compiler::Synth(level, options.clone()));
        image.add_c("limits", main);
        let outcome = firmware::run(&std::fs::read(image.link()).expect("the linker wrote it"));
        let output = "1 1 0 54\n1 1 0 147\n1 1 0 0\n".to_string();
        assert_eq!(outcome, Ok(Outcome { output, status: 0 }), "{level}");
    }
}

/// Two objects have a COMDAT group whose name is no symbol's: each linker keeps one.
#[test]
fn groups_need_no_symbol_of_their_name() {
    let main = r#"
        #include <stdio.h>
        int first(int), second(int);
        int main(void) { for (int n = 0; n < 3; n++) printf("%d %d\n", first(n), second(n)); return 0; }"#;
    let empty = Program { name: "groups".to_string(), files: Vec::new() };
    let mut image = empty.image(Target::CortexM4, STACKS[0], |_| GCC);
    for name in ["first", "second"] {
        image.add(&format!("{name}.o"), &shape(name).unwrap_or_else(|e| panic!("{name}: {e}")));
    }
    image.add_c("main", main);
    for (linker, executable) in image.link_all() {
        let elf = std::fs::read(&executable).expect("the linker wrote it");
        let output = "11 21\n12 22\n13 23\n".to_string();
        assert_eq!(firmware::run(&elf), Ok(Outcome { output, status: 0 }), "{linker}");
        let file = object::File::parse(&*elf).expect("it is ELF");
        let count = |name: &str| file.symbols().filter(|symbol| symbol.name() == Ok(name)).count();
        assert_eq!((count("helper"), count("table")), (1, 1), "{linker}");
    }
}

/// Objects of rustc are objects like any other.
#[test]
fn objects_of_rustc_link_with_c() {
    let main = r#"
        #include <stdint.h>
        #include <stdio.h>
        #include <stdlib.h>
        uint32_t rust_areas(void), rust_match(uint32_t), rust_frame(uint32_t), rust_index(uint32_t);
        uint64_t rust_step(uint64_t);
        uint32_t external = 12345;
        extern struct { uint32_t (*area)(void *); uint32_t side; uint64_t next; } (*const rust_shapes)[2];
        void rust_panic(void) { printf("panic\n"); exit(7); }
        int main(void) {
          static const uint32_t table[8] = {3, 1, 4, 1, 5, 9, 2, 6};
          printf("%u:", (unsigned)rust_areas());
          for (uint32_t n = 0; n < 10; n++) printf(" %u", (unsigned)rust_match(n));
          uint64_t a = 0x9e3779b9, b = 0;
          int wrong = 0;
          for (uint32_t n = 0; n < 20; n++) {
            b++, a = a * 6364136223846793005ull + n;
            wrong += rust_step(n) != (a ^ a >> 29 ^ b);
            uint32_t sum = 0;
            for (int k = 0; k < 16; k++) sum = sum << 1 ^ n * table[k & 7];
            wrong += rust_frame(n) != sum;
          }
          printf("\n%d %u %u\n", wrong, (unsigned)(*rust_shapes)[1].area((void *)&(*rust_shapes)[1]), (unsigned)(*rust_shapes)[0].side);
          printf("%u\n", (unsigned)rust_index(5));
          return (int)rust_index(8);
        }"#;
    let empty = Program { name: "rust".to_string(), files: Vec::new() };
    for name in ["rust", "rust-debug"] {
        let mut image = empty.image(Target::CortexM4, STACKS[1], |_| GCC);
        image.add("rust.o", &shape(name).unwrap_or_else(|e| panic!("{name}: {e}")));
        image.add_c("main", main);
        for (linker, executable) in image.link_all() {
            let outcome = firmware::run(&std::fs::read(&executable).expect("the linker wrote it"));
            let output = "4918: 17 41 12345 99 !33 1000 30 35 0 0\n0 18 7\n9\npanic\n";
            let outcome = outcome.map(|outcome| (sorted(&outcome.output), outcome.status));
            assert_eq!(outcome, Ok((sorted(output), 7)), "{name} {linker}");
        }
    }
}

/// The characters in an order that does not depend on which stream is flushed when.
fn sorted(text: &str) -> Vec<char> {
    let mut characters: Vec<char> = text.chars().collect();
    characters.sort_unstable();
    characters
}

/// Registers of one device are offsets from one register of the core.
#[test]
fn registers_at_constant_addresses_share_a_base() {
    let wasm = std::fs::read(directory().join("objects/shapes-device.o")).expect("it is committed");
    let options = Options { memory: Memory::Native, ..Options::default() };
    let inspect = Inspect { listing: true, ..Inspect::default() };
    let listing = synth::compile_with(&wasm, &options, &inspect).expect("it is supported").listing;
    for expected in ["=0x40011000", ", #8]", ", #12]", ", #18]", "=0xe000ec00", ", #264]"] {
        assert!(listing.contains(expected), "no {expected}: {listing}");
    }
    let indexed = listing.lines().find(|line| line.rsplit_once(", r").is_some_and(|(_, rest)| rest.ends_with(']')));
    assert_eq!(indexed, None, "{listing}");
}

/// What has no meaning on this machine is refused by its name.
#[test]
fn what_the_machine_does_not_have_is_refused() {
    for (name, what) in [
        ("threads", "the thread-local symbol mine"),
        ("independent", "position-independent code (the global offset table's entry of elsewhere)"),
        ("jump", "setjmp, which returns twice,"),
    ] {
        let error = shape(name).err().unwrap_or_else(|| panic!("{name} is not refused"));
        assert!(error.contains(&format!("{what} is not supported with --memory native")), "{name}: {error}");
    }
}

/// Debug information changes nothing of the code, of which `machine` has every kind of relocation.
#[test]
fn debug_information_changes_no_code() {
    let without = std::fs::read(directory().join("objects/machine-main-O2.o")).expect("it is committed");
    let options = Options { memory: Memory::Native, ..Options::default() };
    let without = synth::compile(&without, &options).expect("it is supported").object;
    assert_eq!(shape("debug"), Ok(without));
}

#[test]
fn sections_keep_their_names_and_what_is_used_stays() {
    let bytes = shape("sections").expect("it is supported");
    let file = object::File::parse(&*bytes).expect("it is an object");
    let kind = |name: &str| file.section_by_name(name).unwrap_or_else(|| panic!("no {name}")).kind();
    assert_eq!(kind(".noinit"), SectionKind::UninitializedData);
    assert_eq!(kind(".bss.zeroes"), SectionKind::UninitializedData);
    assert_eq!(kind(".data.first"), SectionKind::Data);
    assert_eq!(kind(".rodata.fixed"), SectionKind::ReadOnlyData);
    let functions = file.symbols().filter(|symbol| symbol.kind() == SymbolKind::Text);
    assert_eq!(functions.map(|symbol| symbol.name()).collect::<Vec<_>>(), [Ok("for_debuggers")]);
}

/// An object of `tests/native/shapes`, compiled, or the error.
fn shape(name: &str) -> Result<Vec<u8>, String> {
    let path = directory().join(format!("objects/shapes-{name}.o"));
    let wasm = std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let options = Options { memory: Memory::Native, ..Options::default() };
    synth::compile(&wasm, &options).map(|compiled| compiled.object).map_err(|e| e.to_string())
}

#[test]
fn constants_take_no_ram() {
    let tables = programs().into_iter().find(|program| program.name == "tables").expect("it is there");
    for file in &tables.files {
        let object = tables.synth(file, "O2", &Options::default());
        let object = object::File::parse(&*object).expect("it is an object");
        let writable = |section: &object::Section<'_, '_>| match section.flags() {
            SectionFlags::Elf { sh_flags, .. } => sh_flags.contains(object::elf::SHF_WRITE),
            _ => false,
        };
        let sizes = |writes: bool| object.sections().filter(|s| writable(s) == writes).map(|s| s.size()).sum::<u64>();
        assert_eq!(sizes(true), 0, "{}", file.display());
        assert!(object.sections().any(|s| s.name().is_ok_and(|name| name.starts_with(".rodata"))));
        assert!(sizes(false) > 0);
    }
}

/// Every way to build a program; what is wrong with each.
fn check(program: &Program, target: Target) -> Vec<String> {
    let expected = qemu(&program.image(target, STACKS[0], |_| GCC).link());
    assert!(expected.output.len() > 10, "{}: gcc's image prints nothing", program.name);
    let mut failures = Vec::new();
    let mut run = |what: String, image: &ProgramImage| {
        for (linker, executable) in image.link_all() {
            let outcome = qemu(&executable);
            if outcome != expected {
                failures.push(format!("{} {what} {linker}: {outcome:#?}, not {expected:#?}", program.name));
            }
        }
    };
    for level in LEVELS {
        for stack in STACKS {
            run(format!("{level} {stack}"), &program.image(target, stack, |_| synth(level)));
        }
    }
    // What both compilers agree on is C; functions with variable arguments of its own are what they do not.
    let is_c = |file: &PathBuf| file.extension().is_some_and(|extension| extension == "c");
    let is_variadic = ["variadic", "format"].contains(&&*program.name);
    if program.files.iter().all(is_c) && !is_variadic {
        for (first, rest) in [(synth("O2"), GCC), (GCC, synth("O2"))] {
            let what = format!("first file by {first:?}");
            let image = program.image(target, STACKS[0], |n| if n == 0 { first.clone() } else { rest.clone() });
            run(what, &image);
        }
    }
    failures
}
