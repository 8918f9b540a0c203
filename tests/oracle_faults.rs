//! The oracle notices wrong objects: each case is a module and machine code for it, written by hand, right or with one fault.
//!
//! Code is given in halfwords; relocations are placed by hand as well, so no part of the compiler is involved.

use object::write::{Object, Relocation, Symbol, SymbolId, SymbolSection};
use object::{
    Architecture, BinaryFormat, Endianness, FileFlags, RelocationFlags, SectionKind, SymbolFlags, SymbolKind,
    SymbolScope, elf,
};
use synth::options::{Alignment, Bounds, Options, Trap};
use xtask::oracle::{Report, check_object};

const BX_LR: u16 = 0x4770;
const MEMORY: &str = "module_memory";

/// Offset in bytes, kind, symbol.
type Reference<'a> = (u64, elf::RelocationType, &'a str);

#[derive(Default)]
struct Builder<'a> {
    functions: Vec<(&'a str, Vec<u16>, Vec<Reference<'a>>)>,
    /// Name and bytes of data, zero-initialised.
    data: Vec<(&'a str, u64)>,
}

impl<'a> Builder<'a> {
    fn function(mut self, name: &'a str, code: &[u16], references: &[Reference<'a>]) -> Self {
        self.functions.push((name, code.to_vec(), references.to_vec()));
        self
    }

    fn data(mut self, name: &'a str, size: u64) -> Self {
        self.data.push((name, size));
        self
    }

    /// The object, with an init function that does nothing unless there is one.
    fn build(mut self) -> Vec<u8> {
        if self.functions.iter().all(|(name, ..)| *name != "module_init") {
            self = self.function("module_init", &[BX_LR], &[]);
        }
        let mut object = Object::new(BinaryFormat::Elf, Architecture::Arm, Endianness::Little);
        object.flags = FileFlags::Elf { os_abi: elf::ELFOSABI_NONE, abi_version: 0, e_flags: elf::EF_ARM_EABI_VER5 };
        let mut symbols: Vec<(&str, SymbolId)> = Vec::new();
        for (name, size) in &self.data {
            let section = format!(".bss.{name}").into_bytes();
            let section = object.add_section(Vec::new(), section, SectionKind::UninitializedData);
            object.append_section_bss(section, *size, 8);
            let id = add(&mut object, name, 0, SymbolKind::Data, SymbolSection::Section(section));
            symbols.push((*name, id));
        }
        let mut sections = Vec::new();
        for (name, code, _) in &self.functions {
            let section = format!(".text.{name}").into_bytes();
            let section = object.add_section(Vec::new(), section, SectionKind::Text);
            let bytes: Vec<u8> = code.iter().flat_map(|half| half.to_le_bytes()).collect();
            object.append_section_data(section, &bytes, 2);
            let id = add(&mut object, name, 1, SymbolKind::Text, SymbolSection::Section(section));
            symbols.push((*name, id));
            sections.push(section);
        }
        for ((_, _, references), section) in self.functions.iter().zip(sections) {
            for &(offset, r_type, target) in references {
                let known = symbols.iter().find(|(name, _)| *name == target);
                let symbol = known.map(|(_, id)| *id).unwrap_or_else(|| {
                    let undefined = SymbolSection::Undefined;
                    add(&mut object, target, 0, SymbolKind::Unknown, undefined)
                });
                let flags = RelocationFlags::Elf { r_type };
                let relocation = Relocation { offset, symbol, addend: 0, flags };
                object.add_relocation(section, relocation).expect("the section takes relocations");
            }
        }
        object.write().expect("the object is complete")
    }
}

fn add(object: &mut Object<'_>, name: &str, value: u64, kind: SymbolKind, section: SymbolSection) -> SymbolId {
    object.add_symbol(Symbol {
        name: name.as_bytes().to_vec(),
        value,
        size: 0,
        kind,
        scope: SymbolScope::Dynamic,
        weak: false,
        section,
        flags: SymbolFlags::None,
    })
}

fn check(wat: &str, object: Builder<'_>) -> Report {
    check_with(wat, object, Bounds::Trap)
}

fn check_with(wat: &str, object: Builder<'_>, bounds: Bounds) -> Report {
    let options = Options { bounds, ..Options::default() };
    check_options(wat, object, &options)
}

fn check_options(wat: &str, object: Builder<'_>, options: &Options) -> Report {
    let wasm = wat::parse_str(wat).expect("the module is well-formed");
    check_object(&wasm, &object.build(), options, 8, 1)
}

fn assert_passes(report: &Report) {
    assert!(report.passed(), "{report:?}");
    assert!(report.calls > 0 && report.calls == report.returned + report.trapped(), "{report:?}");
}

fn assert_fails(report: &Report, with: &str) {
    let failure = report.failure.as_deref().unwrap_or_else(|| panic!("not noticed: {report:?}"));
    assert!(failure.contains(with), "{failure:?} does not say {with:?}");
}

/// `f` of one code section.
fn f(code: &[u16]) -> Builder<'static> {
    Builder::default().function("f", code, &[])
}

const ADD: &str = r#"(module (func (export "f") (param i32 i32) (result i32)
    (i32.add (local.get 0) (local.get 1))))"#;

#[test]
fn results() {
    assert_passes(&check(ADD, f(&[0x1840, BX_LR])));
    assert_fails(&check(ADD, f(&[0x1a40, BX_LR])), "expected Returned");
}

#[test]
fn preserved_registers_and_sp() {
    assert_fails(&check(ADD, f(&[0x2400, 0x1840, BX_LR])), "r4 was");
    // mov r11, r0
    assert_fails(&check(ADD, f(&[0x4683, 0x1840, BX_LR])), "r11 was");
    // sub sp, #8
    assert_fails(&check(ADD, f(&[0xb082, 0x1840, BX_LR])), "sp was");
}

#[test]
fn the_frame_of_the_caller() {
    // str r0, [sp, #16]
    assert_fails(&check(ADD, f(&[0x9004, 0x1840, BX_LR])), "the caller's frame changed");
    let five = r#"(module (func (export "f") (param i32 i32 i32 i32 i32) (result i32)
        (local.get 4)))"#;
    // ldr r0, [sp]; str r1, [sp]: an argument word belongs to the callee
    assert_passes(&check(five, f(&[0x9800, 0x9100, BX_LR])));
    // The padding beside it does as well, what is above does not.
    assert_fails(&check(five, f(&[0x9800, 0x9102, BX_LR])), "0 bytes above");
}

#[test]
fn traps() {
    let unreachable = r#"(module (func (export "f") unreachable))"#;
    assert_passes(&check(unreachable, f(&[0xde00])));
    assert_fails(&check(unreachable, f(&[0xde01])), "Trapped(1), expected Trapped(0)");
    assert_fails(&check(unreachable, f(&[BX_LR])), "Returned([]), expected Trapped(0)");
    // udf #200
    assert_fails(&check(unreachable, f(&[0xdec8])), "undefined instruction");
    // Nothing behind the last instruction: the gap is executed.
    assert_fails(&check(unreachable, f(&[0xbf00])), "undefined instruction");
}

#[test]
fn endless_loops_and_recursion() {
    let nothing = r#"(module (func (export "f")))"#;
    assert_fails(&check(nothing, f(&[0xe7fe])), "does not return");
    let recursion = r#"(module (func $f (export "f") (result i32) (call $f)))"#;
    // push {r3, lr}; bl f
    let call = [(2, elf::R_ARM_THM_PC22, "f")];
    let endless = Builder::default().function("f", &[0xb508, 0xf7ff, 0xfffe, 0xbd08], &call);
    let report = check(recursion, endless);
    assert_passes(&report);
    assert_eq!(report.trapped(), 8);
    let not_endless = check(nothing, Builder::default().function("f", &[0xb508, 0xf7ff, 0xfffe], &call));
    assert_fails(&not_endless, "Trapped(8), expected Returned");
}

const LOAD: &str = r#"(module (memory (export "memory") 1 1)
    (func (export "f") (result i64) (i64.load (i32.const 1))))"#;

/// `movw r2, #:lower16:memory+1; movt r2, #:upper16:memory+1`, then `code`.
fn at_memory(code: &[u16]) -> Builder<'static> {
    let all = [&[0xf240, 0x0201, 0xf2c0, 0x0201], code].concat();
    let references = [(0, elf::R_ARM_THM_MOVW_ABS_NC, MEMORY), (4, elf::R_ARM_THM_MOVT_ABS, MEMORY)];
    Builder::default().data(MEMORY, 0x10008).function("f", &all, &references)
}

#[test]
fn unaligned_accesses_of_several_words() {
    // ldr r0, [r2]; ldr r1, [r2, #4]
    assert_passes(&check(LOAD, at_memory(&[0x6810, 0x6851, BX_LR])));
    // ldrd r0, r1, [r2]
    assert_fails(&check(LOAD, at_memory(&[0xe9d2, 0x0100, BX_LR])), "unaligned");
    // ldmia r2, {r0, r1}
    assert_fails(&check(LOAD, at_memory(&[0xca03, BX_LR])), "unaligned");
    // vldr d0, [r2]; vmov r0, r1, d0
    let vldr = [0xed92, 0x0b00, 0xec51, 0x0b10, BX_LR];
    assert_fails(&check(LOAD, at_memory(&vldr)), "unaligned");
}

#[test]
fn any_unaligned_access_where_the_core_traps_them() {
    let options = Options { alignment: Alignment::Bytes, ..Options::default() };
    // ldr r0, [r2]; ldr r1, [r2, #4]
    let words = at_memory(&[0x6810, 0x6851, BX_LR]);
    assert_fails(&check_options(LOAD, words, &options), "unaligned");
    // ldrh r0, [r2]
    let halfword = at_memory(&[0x8810, BX_LR]);
    assert_fails(&check_options(LOAD, halfword, &options), "unaligned");
}

#[test]
fn traps_by_call() {
    let unreachable = r#"(module (func (export "f") unreachable))"#;
    let options = Options { trap: Trap::Call, ..Options::default() };
    // push {r3, lr}; movs r0, #code; bl synth_trap
    let object = |code: u16| {
        let code = [0xb508, 0x2000 | code, 0xf7ff, 0xfffe];
        let call = [(4, elf::R_ARM_THM_PC22, "synth_trap")];
        Builder::default().function("f", &code, &call)
    };
    assert_passes(&check_options(unreachable, object(0), &options));
    assert_fails(&check_options(unreachable, object(4), &options), "Trapped(4), expected Trapped(0)");
}

#[test]
fn memory_contents() {
    let store = r#"(module (memory (export "memory") 1 1)
        (func (export "f") (i32.store (i32.const 1) (i32.const 7))))"#;
    // movs r0, #7; str r0, [r2]
    assert_passes(&check(store, at_memory(&[0x2007, 0x6010, BX_LR])));
    assert_fails(&check(store, at_memory(&[BX_LR])), "module_memory at 0x1");
    // strb, str at + 4, and one byte before the memory
    assert_fails(&check(store, at_memory(&[0x20ff, 0x7010, BX_LR])), "module_memory at 0x1");
    assert_fails(&check(store, at_memory(&[0x2007, 0x6010, 0x6090, BX_LR])), "at 0x9");
    // str r0, [r2]; strb r0, [r2, #-2]
    let before = at_memory(&[0x2007, 0x6010, 0xf802, 0x0c02, BX_LR]);
    assert_fails(&check(store, before), "outside of all sections");
    // str r0, [pc rounded down]
    let code = at_memory(&[0x2007, 0x6010, 0x4679, 0x6008, BX_LR]);
    assert_fails(&check(store, code), "WRITE_PROT");
}

#[test]
fn undefined_accesses_are_not_compared() {
    let load = r#"(module (memory (export "memory") 1 1)
        (func (export "f") (result i32) (i32.load (i32.const 0x10000000))))"#;
    let object = || at_memory(&[BX_LR]);
    let report = check_with(load, object(), Bounds::None);
    assert!(report.passed(), "{report:?}");
    assert_eq!((report.calls, report.returned, report.trapped()), (8, 0, 0));
    assert_fails(&check_with(load, object(), Bounds::Trap), "expected Trapped(4)");
}

#[test]
fn calls_of_imports() {
    let module = r#"(module (import "env" "g" (func $g (param i32)))
        (func (export "f") (param i32) (result i32) (call $g (local.get 0)) (local.get 0)))"#;
    let call = |offset| [(offset, elf::R_ARM_THM_PC22, "g")];
    let object = |code: &[u16], offset| Builder::default().function("f", code, &call(offset));
    // push {r4, lr}; mov r4, r0; bl g; mov r0, r4; pop {r4, pc}
    let right = [0xb510, 0x4604, 0xf7ff, 0xfffe, 0x4620, 0xbd10];
    assert_passes(&check(module, object(&right, 4)));
    assert_fails(&check(module, f(&[BX_LR])), "missing Some(Call");
    // The value is kept in r12.
    let clobbered = [0xb510, 0x4684, 0xf7ff, 0xfffe, 0x4660, 0xbd10];
    assert_fails(&check(module, object(&clobbered, 4)), "expected Returned");
    // The value is kept below sp: str r0, [sp, #-4] and ldr.
    let below = [0xb510, 0xf84d, 0x0c04, 0xf7ff, 0xfffe, 0xf85d, 0x0c04, 0xbd10];
    assert_fails(&check(module, object(&below, 6)), "expected Returned");
    // push {lr}: sp is not 8-aligned
    let unaligned = [0xb500, 0xf7ff, 0xfffe, 0xbd00];
    assert_fails(&check(module, object(&unaligned, 2)), "sp is");
    // The argument is wrong: adds r0, #1.
    let argument = [0xb510, 0x4604, 0x3001, 0xf7ff, 0xfffe, 0x4620, 0xbd10];
    assert_fails(&check(module, object(&argument, 6)), "import call 0");
    // Twice instead of once.
    let twice = [0xb510, 0x4604, 0xf7ff, 0xfffe, 0x4620, 0xf7ff, 0xfffe, 0x4620, 0xbd10];
    let calls = [(4, elf::R_ARM_THM_PC22, "g"), (10, elf::R_ARM_THM_PC22, "g")];
    let object = Builder::default().function("f", &twice, &calls);
    assert_fails(&check(module, object), "2 import calls, expected 1");
}

#[test]
fn flags_do_not_survive_imports() {
    let module = r#"(module (import "env" "g" (func $g))
        (func (export "f") (result i32) (call $g) (i32.const 1)))"#;
    // push {r3, lr}; cmp r0, r0; bl g; ite eq; moveq r0, #1; movne r0, #0; pop {r3, pc}
    let code = [0xb508, 0x4280, 0xf7ff, 0xfffe, 0xbf0c, 0x2001, 0x2000, 0xbd08];
    let call = [(4, elf::R_ARM_THM_PC22, "g")];
    let report = check(module, Builder::default().function("f", &code, &call));
    assert_fails(&report, "expected Returned");
}

#[test]
fn helpers_clobber_and_refuse() {
    let module = r#"(module (func (export "f") (param i64) (result i64)
        (i64.div_u (local.get 0) (i64.const 10))))"#;
    let call = |offset| [(offset, elf::R_ARM_THM_PC22, "__aeabi_uldivmod")];
    let object = |code: &[u16], offset| Builder::default().function("f", code, &call(offset));
    // push {r3, lr}; movs r2, #10; movs r3, #0; bl; pop {r3, pc}
    assert_passes(&check(module, object(&[0xb508, 0x220a, 0x2300, 0xf7ff, 0xfffe, 0xbd08], 6)));
    let by_zero = [0xb508, 0x2200, 0x2300, 0xf7ff, 0xfffe, 0xbd08];
    assert_fails(&check(module, object(&by_zero, 6)), "division by zero");
}

#[test]
fn several_results() {
    let module = r#"(module (func (export "f") (param i64) (result i32 i64)
        (i32.const 3) (local.get 0)))"#;
    // strd r2, r3, [r0, #8]; movs r1, #3; str r1, [r0]
    assert_passes(&check(module, f(&[0xe9c0, 0x2302, 0x2103, 0x6001, BX_LR])));
    // The i64 without its padding.
    assert_fails(&check(module, f(&[0xe9c0, 0x2301, 0x2103, 0x6001, BX_LR])), "expected Returned");
    // One word past the struct.
    let past = [0xe9c0, 0x2302, 0x2103, 0x6001, 0x6101, BX_LR];
    assert_fails(&check(module, f(&past)), "the caller's frame changed");
}

#[test]
fn globals_and_initialisation() {
    let module = r#"(module (global (export "g") (mut i32) (i32.const 5))
        (func (export "f") (result i32) (global.get 0)))"#;
    let words = [(0, elf::R_ARM_THM_MOVW_ABS_NC, "g"), (4, elf::R_ARM_THM_MOVT_ABS, "g")];
    let object = |init: &[u16]| {
        let load = [0xf240, 0x0200, 0xf2c0, 0x0200, 0x6810, BX_LR];
        let init = [&[0xf240, 0x0200, 0xf2c0, 0x0200], init].concat();
        let object = Builder::default().data("g", 4).function("f", &load, &words);
        object.function("module_init", &init, &words)
    };
    // movs r0, #5; str r0, [r2]
    assert_passes(&check(module, object(&[0x2005, 0x6010, BX_LR])));
    assert_fails(&check(module, object(&[BX_LR])), "module_init: global g");
    assert_fails(&check(module, object(&[0xde04])), "Trapped(4), expected Returned");
}

#[test]
fn what_a_linker_refuses() {
    let module = r#"(module (func (export "f")))"#;
    let bad = |code: &[u16], reference| check(module, Builder::default().function("f", code, &[reference]));
    let bl = [0xf7ff, 0xfffe, BX_LR];
    assert_fails(&bad(&bl, (0, elf::R_ARM_THM_PC22, "nobody")), "undefined symbol nobody");
    assert_fails(&bad(&bl, (0, elf::R_ARM_THM_JUMP24, "f")), "is not the branch");
    assert_fails(&bad(&bl, (0, elf::R_ARM_MOVW_ABS_NC, "f")), "is not one of the object ABI");
    assert_fails(&bad(&[BX_LR], (0, elf::R_ARM_ABS32, "f")), "no place");
    let nothing = check(module, Builder::default());
    assert_fails(&nothing, "no global symbol f");
}

#[test]
fn references() {
    let module = r#"(module (func $g (export "g")) (func (export "h"))
        (func (export "f") (param externref) (result funcref externref) (ref.func $g) (local.get 0)))"#;
    // movw r2, #:lower16:…; movt r2, #:upper16:…; strd r2, r1, [r0]
    let object = |target: &'static str, last: &[u16]| {
        let words = [(0, elf::R_ARM_THM_MOVW_ABS_NC, target), (4, elf::R_ARM_THM_MOVT_ABS, target)];
        let code = [&[0xf240, 0x0200, 0xf2c0, 0x0200], last].concat();
        let functions = Builder::default().function("g", &[BX_LR], &[]).function("h", &[BX_LR], &[]);
        functions.function("f", &code, &words)
    };
    assert_passes(&check(module, object("g", &[0xe9c0, 0x2100, BX_LR])));
    assert_fails(&check(module, object("h", &[0xe9c0, 0x2100, BX_LR])), "funcref:0x2, externref");
    // The address without the Thumb bit: bic r2, r2, #1
    assert_fails(&check(module, object("g", &[0xf022, 0x0201, 0xe9c0, 0x2100, BX_LR])), "funcref:0x800");
    // movs r1, #0
    assert_fails(&check(module, object("g", &[0x2100, 0xe9c0, 0x2100, BX_LR])), "externref:0x0");
}

#[test]
fn entries_of_tables() {
    let module = r#"(module (func $g (export "g")) (func (export "h"))
        (table (export "t") 2 funcref) (elem (i32.const 1) func $g))"#;
    // movw r0, …; movt r0, …; movw r1, …; movt r1, …; str r0, [r1, #4]; bx lr
    let object = |target: &'static str, store: u16| {
        let words = [
            (0, elf::R_ARM_THM_MOVW_ABS_NC, target),
            (4, elf::R_ARM_THM_MOVT_ABS, target),
            (8, elf::R_ARM_THM_MOVW_ABS_NC, "module_table"),
            (12, elf::R_ARM_THM_MOVT_ABS, "module_table"),
        ];
        let code = [0xf240, 0x0000, 0xf2c0, 0x0000, 0xf240, 0x0100, 0xf2c0, 0x0100, store, BX_LR];
        let functions = Builder::default().function("g", &[BX_LR], &[]).function("h", &[BX_LR], &[]);
        functions.data("module_table", 8).function("module_init", &code, &words)
    };
    assert_passes(&check(module, object("g", 0x6048)));
    assert_fails(&check(module, object("h", 0x6048)), "module_table entry 1: funcref:0x2, expected funcref:0x1");
    assert_fails(&check(module, object("g", 0x6008)), "module_table entry 0: funcref:0x1, expected funcref:0x0");
}
