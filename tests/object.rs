//! The object that machine code, made by hand, becomes: read back with an independent reader.

use object::elf;
use object::read::elf::{ElfFile32, ElfSymbol32, FileHeader};
use object::{
    Object, ObjectComdat, ObjectSection, ObjectSymbol, RelocationFlags, RelocationTarget, SectionFlags, SectionKind,
    SymbolKind,
};
use synth::elf::{Names, Part, write};
use synth::emit::{Code, Reloc, RelocKind};
use synth::error::Error;
use synth::isa::Symbol;
use synth::options::{Alignment, Options, Target};
use synth::wasm::{Layout, Module, layout, parse};

/// Words that refer to these symbols, then `bx lr`.
fn code(words: &[Symbol]) -> Code {
    let end = words.len() as u32 * 4;
    let mut bytes = vec![0; end as usize];
    bytes.extend([0x70, 0x47]);
    let relocs = (0..).step_by(4).zip(words).map(|(offset, &symbol)| Reloc { offset, kind: RelocKind::Word, symbol });
    let (mapping, align) = match words {
        [] => (vec![(0, false)], 2),
        _ => (vec![(0, true), (end, false)], 4),
    };
    Code { bytes, relocs: relocs.collect(), mapping, align, entry: end, ..Code::default() }
}

/// The object of a module whose initialisation refers to `symbols`, and whose functions, with the thunks
/// of imports that are referred to, are all `bx lr`.
fn build(text: &str, options: &Options, symbols: &[Symbol]) -> Result<Vec<u8>, Error> {
    let wasm = wat::parse_str(format!("(module {text})")).expect("the text is a module");
    let module = parse(&wasm).expect("the module is valid");
    let layout = layout(&module, options).expect("everything fits");
    let mut parts = functions(&module, &layout);
    parts.push((Part::Init, code(symbols)));
    let names = Names::new(&module, options)?;
    write(&module, &layout, names, parts, options).map(|written| written.bytes)
}

fn functions(module: &Module<'_>, layout: &Layout) -> Vec<(Part, Code)> {
    let has_code = |&index: &usize| match module.functions[index].import {
        None => layout.reachable[index],
        Some(_) => layout.referenced[index],
    };
    let with_code = (0..module.functions.len()).filter(has_code);
    with_code.map(|index| (Part::Function(index as u32), code(&[]))).collect()
}

fn object(text: &str, symbols: &[Symbol]) -> Vec<u8> {
    build(text, &Options::default(), symbols).expect("no names collide")
}

fn file(bytes: &[u8]) -> ElfFile32<'_> {
    ElfFile32::parse(bytes).expect("the object is readable")
}

/// A symbol that is there once.
fn symbol<'d, 'f>(file: &'f ElfFile32<'d>, name: &str) -> ElfSymbol32<'d, 'f> {
    let mut found = file.symbols().filter(|symbol| symbol.name() == Ok(name));
    let symbol = found.next().unwrap_or_else(|| panic!("no symbol {name}"));
    assert!(found.next().is_none(), "{name} is there twice");
    symbol
}

fn has_symbol(file: &ElfFile32<'_>, name: &str) -> bool {
    file.symbols().any(|symbol| symbol.name() == Ok(name))
}

/// Offset, type and symbol of a section's relocations.
fn relocations(file: &ElfFile32<'_>, section: &str) -> Vec<(u64, u32, String)> {
    let section = file.section_by_name(section).expect("the section is there");
    let relocation = |(offset, relocation): (u64, object::Relocation)| {
        let RelocationTarget::Symbol(index) = relocation.target() else { panic!("no symbol") };
        let RelocationFlags::Elf { r_type } = relocation.flags() else { panic!("no ELF type") };
        let symbol = file.symbol_by_index(index).expect("the symbol is there");
        let name = symbol.name().expect("UTF-8").to_string();
        (offset, r_type.0, name)
    };
    section.relocations().map(relocation).collect()
}

#[test]
fn the_file_is_a_relocatable_for_arm() {
    let bytes = object("(func (export \"f\"))", &[]);
    let file = file(&bytes);
    let header = file.elf_header();
    assert_eq!(header.e_type(file.endian()), elf::ET_REL);
    assert_eq!(header.e_machine(file.endian()), elf::EM_ARM);
    assert_eq!(header.e_flags(file.endian()), elf::EF_ARM_EABI_VER5);
    let attributes = file.section_by_name(".ARM.attributes");
    let attributes = attributes.expect("it is there");
    let SectionFlags::Elf { sh_type, sh_flags } = attributes.flags() else { panic!("no ELF flags") };
    assert_eq!(sh_type, elf::SHT_ARM_ATTRIBUTES);
    assert_eq!(sh_flags, elf::SectionFlags(0));
    let data = attributes.data().expect("it has data");
    assert_eq!(&data[..11], b"A\x26\0\0\0aeabi\0");
    assert_eq!(data.len(), 1 + 0x26, "the size leaves the version out");
}

#[test]
fn unaligned_access_is_an_attribute_unless_the_core_faults() {
    let with = |alignment| {
        let options = Options { alignment, ..Options::default() };
        let bytes = build("", &options, &[]).expect("no names collide");
        let file = file(&bytes);
        let section = file.section_by_name(".ARM.attributes");
        let data = section.expect("it is there").data().expect("it has data");
        data.ends_with(&[34, 1])
    };
    assert!(with(Alignment::Strict) && with(Alignment::Trust));
    assert!(!with(Alignment::Bytes));
}

/// The unit and its convention are attributes of its target alone; the model of numbers, which makes linkers look at
/// them, of objects in which floats travel.
#[test]
fn the_convention_of_floats_is_an_attribute() {
    let tags = |target, text: &str, symbols: &[Symbol]| {
        let options = Options { target, ..Options::default() };
        let bytes = build(text, &options, symbols).expect("no names collide");
        let file = file(&bytes);
        let section = file.section_by_name(".ARM.attributes");
        let data = section.expect("it is there").data().expect("it has data");
        let has = |tag: [u8; 2]| data.windows(2).any(|pair| pair == tag);
        [has([10, 6]), has([27, 1]), has([28, 1]), has([23, 3])]
    };
    let (soft, hard) = (Target::CortexM4, Target::CortexM4F);
    let local = "(func (export \"f\") (drop (f32.add (f32.const 1) (f32.const 2))))";
    let helper = Symbol::library("__aeabi_dadd");
    assert_eq!(tags(soft, local, &[helper]), [false, false, false, false]);
    assert_eq!(tags(hard, local, &[helper]), [true, true, true, false]);
    assert_eq!(tags(soft, local, &[Symbol::library("sqrt")]), [false, false, false, true]);
    for open in [
        "(func (export \"f\") (param f64))",
        "(import \"m\" \"f\" (func (result f32)))",
        "(table (export \"t\") 1 funcref) (elem (i32.const 0) $f) (func $f (param f32))",
    ] {
        assert_eq!(tags(soft, open, &[]), [false, false, false, true], "{open}");
        assert_eq!(tags(hard, open, &[]), [true, true, true, true], "{open}");
    }
}

#[test]
fn each_function_has_a_section_and_thumb_symbols() {
    let text = r#"(func $f (export "f") (export "g") (call $local) (call 2))
        (func $local (call $local)) (func (call 2)) (func $dead)"#;
    let bytes = object(text, &[]);
    let file = file(&bytes);
    let expected = [
        ("f", ".text.f", true),
        ("g", ".text.f", true),
        ("local", ".text.local", false),
        ("func[2]", ".text.func[2]", false),
    ];
    for (name, section, global) in expected {
        let symbol = symbol(&file, name);
        assert_eq!((symbol.address(), symbol.size()), (1, 2), "{name}");
        assert_eq!(symbol.kind(), SymbolKind::Text, "{name}");
        assert_eq!(symbol.is_global(), global, "{name}");
        let index = symbol.section_index().expect("it is defined");
        let found = file.section_by_index(index).expect("it is there");
        assert_eq!(found.name(), Ok(section));
    }
    assert!(!has_symbol(&file, "dead"));
    assert!(symbol(&file, "module_init").is_global());
}

#[test]
fn mapping_symbols_tell_code_from_data() {
    let bytes = object("(memory 1)", &[Symbol::Memory(0)]);
    let file = file(&bytes);
    let section = file.section_by_name(".text.module_init");
    let section = section.expect("it is there");
    assert_eq!(section.align(), 4);
    let mapping: Vec<(u64, &str)> = file
        .symbols()
        .filter(|symbol| symbol.section_index() == Some(section.index()))
        .map(|symbol| (symbol.address(), symbol.name().expect("UTF-8")))
        .filter(|(_, name)| name.starts_with('$'))
        .collect();
    assert_eq!(mapping, [(0, "$d"), (4, "$t")]);
    let init = symbol(&file, "module_init");
    assert_eq!((init.address(), init.size()), (5, 2), "past the word");
}

#[test]
fn relocations_have_the_types_of_thumb_and_leave_the_field_alone() {
    let text = r#"(module (import "env" "f" (func)))"#;
    let wasm = wat::parse_str(text).expect("the text is a module");
    let module = parse(&wasm).expect("the module is valid");
    let options = Options::default();
    let layout = layout(&module, &options).expect("everything fits");
    let reloc = |offset, kind, symbol| Reloc { offset, kind, symbol };
    let bytes = vec![0xff, 0xf7, 0xfe, 0xff, 0xff, 0xf7, 0xfe, 0xbf, 0x10, 0, 0, 0];
    let code = Code {
        bytes: bytes.clone(),
        relocs: vec![
            reloc(0, RelocKind::Call, Symbol::Function(0)),
            reloc(4, RelocKind::Jump, Symbol::library("__aeabi_uldivmod")),
            reloc(8, RelocKind::Word, Symbol::Init),
        ],
        mapping: vec![(0, false), (8, true)],
        align: 4,
        ..Code::default()
    };
    let names = Names::new(&module, &options).expect("no names collide");
    let object = write(&module, &layout, names, vec![(Part::Init, code)], &options);
    let object = object.expect("no names collide").bytes;
    let file = file(&object);
    let expected = [
        (0, elf::R_ARM_THM_PC22.0, "f".to_string()),
        (4, elf::R_ARM_THM_JUMP24.0, "__aeabi_uldivmod".to_string()),
        (8, elf::R_ARM_ABS32.0, "module_init".to_string()),
    ];
    assert_eq!(relocations(&file, ".text.module_init"), expected);
    let section = file.section_by_name(".text.module_init");
    let section = section.expect("it is there");
    assert_eq!(section.data(), Ok(bytes.as_slice()));
    assert!(symbol(&file, "f").is_undefined() && symbol(&file, "f").is_global());
}

#[test]
fn only_what_is_referred_to_is_there() {
    let text = r#"(import "env" "f" (func)) (import "env" "m" (memory 1))
        (memory 1) (table 1 funcref) (data (i32.const 0) "x")"#;
    let bytes = object(text, &[]);
    let file = file(&bytes);
    for section in file.sections() {
        let name = section.name().expect("UTF-8");
        let prefixes = [".bss", ".data", ".rodata"];
        let state = prefixes.iter().any(|prefix| name.starts_with(prefix));
        assert!(!state, "{name}");
    }
    assert!(!has_symbol(&file, "f") && !has_symbol(&file, "m"));
}

#[test]
fn memories_are_padded_and_their_exports_have_words() {
    let options = Options { memory_size: vec![(0, 0x18000)], ..Options::default() };
    let text = "(memory (export \"ram\") 1) (memory 0)";
    let bytes = build(text, &options, &[Symbol::Memory(1)]).expect("no names collide");
    let file = file(&bytes);
    let section = |name| file.section_by_name(name).expect("it is there");
    let memory = section(".bss.module_memory");
    assert_eq!(memory.kind(), SectionKind::UninitializedData);
    assert_eq!((memory.size(), memory.align()), (0x18008, 8));
    for name in ["ram", "module_memory"] {
        let symbol = symbol(&file, name);
        assert_eq!((symbol.address(), symbol.size()), (0, 0x18000));
    }
    assert_eq!(symbol(&file, "module_memory1").size(), 0);
    let max = section(".rodata.module_memory.max");
    assert_eq!(max.data(), Ok(&0x18000u32.to_le_bytes()[..]));
    assert_eq!(section(".bss.module_memory.size").size(), 4);
    assert!(symbol(&file, "ram.size").is_global());
    assert!(symbol(&file, "ram.max").is_global());
    assert!(!has_symbol(&file, "module_memory1.size"));
}

#[test]
fn a_size_that_stays_is_there_before_initialisation() {
    let bytes = object("(memory (export \"ram\") 1)", &[]);
    let file = file(&bytes);
    let size = file.section_by_name(".data.module_memory.size");
    let size = size.expect("it is there");
    assert_eq!(size.data(), Ok(&0x10000u32.to_le_bytes()[..]));
}

#[test]
fn imported_state_is_undefined() {
    let text = r#"(import "env" "m" (memory 1)) (import "env" "t" (table 1 funcref))
        (import "env" "g" (global i32)) (export "again" (memory 0))"#;
    let symbols = [
        Symbol::Memory(0),
        Symbol::MemorySize(0),
        Symbol::MemoryMax(0),
        Symbol::Table(0),
        Symbol::TableSize(0),
        Symbol::TableMax(0),
        Symbol::Global(0),
    ];
    let bytes = object(text, &symbols);
    let file = file(&bytes);
    let relocations = relocations(&file, ".text.module_init");
    let names: Vec<&str> = relocations.iter().map(|(_, _, name)| name.as_str()).collect();
    let expected = ["m", "m.size", "m.max", "t", "t.size", "t.max", "g"];
    assert_eq!(names, expected);
    assert!(names.iter().all(|name| symbol(&file, name).is_undefined()));
    assert!(!has_symbol(&file, "again"));
}

#[test]
fn globals_are_variables_or_constants_in_flash() {
    let text = r#"(global (export "a") (mut i32) (i32.const 1))
        (global (export "b") (mut i64) (i64.const 2))
        (global (export "c") i64 (i64.const 0x123456789abcdef))
        (global (export "r") funcref (ref.func 0)) (func)"#;
    let bytes = object(text, &[]);
    let file = file(&bytes);
    let place = |name| {
        let symbol = symbol(&file, name);
        (symbol.address(), symbol.size())
    };
    assert_eq!((place("b"), place("a")), ((0, 8), (8, 4)));
    let section = |name| file.section_by_name(name).expect("it is there");
    assert_eq!(section(".bss.module_globals").size(), 12);
    let constant = section(".rodata.module_global2");
    let bytes = 0x123456789abcdefu64.to_le_bytes();
    assert_eq!((constant.data(), constant.align()), (Ok(&bytes[..]), 8));
    let reference = relocations(&file, ".rodata.module_global3");
    assert_eq!(reference, [(0, elf::R_ARM_ABS32.0, "func[0]".to_string())]);
}

#[test]
fn tables_and_element_images_refer_to_functions() {
    let text = r#"(import "env" "f" (func $f)) (func $g (export "g"))
        (table 4 funcref) (elem (i32.const 1) $f $g)
        (table (export "t") 1 5 funcref) (elem (table 1) (i32.const 0) func $g)"#;
    let bytes = object(text, &[Symbol::Table(0), Symbol::Element(1)]);
    let file = file(&bytes);
    let word = |offset, name: &str| (offset, elf::R_ARM_ABS32.0, name.to_string());
    // The import's thunk is local, with the name that the module gives the import.
    let table = relocations(&file, ".rodata.module_table");
    assert_eq!(table, [word(4, "f"), word(8, "g")]);
    assert!(symbol(&file, "f").is_local());
    let section = |name| file.section_by_name(name).expect("it is there");
    assert_eq!(section(".rodata.module_table").size(), 16);
    assert_eq!(relocations(&file, ".rodata.module_elements1"), [word(0, "g")]);
    assert_eq!(section(".bss.module_table1").size(), 4);
}

#[test]
fn segments_are_in_flash_unless_their_items_are_evaluated() {
    let text = r#"(import "env" "r" (global $r funcref)) (func $g (export "g")) (memory 1) (table 2 funcref)
        (data "bytes") (elem funcref (ref.func $g) (ref.null func)) (elem funcref (global.get $r) (ref.func $g))"#;
    let symbols =
        [Symbol::Data(0), Symbol::DataSize(0), Symbol::Element(0), Symbol::Element(1), Symbol::ElementSize(1)];
    let bytes = object(text, &symbols);
    let file = file(&bytes);
    let section = |name| file.section_by_name(name).expect("it is there");
    assert_eq!(section(".rodata.module_data0").data().expect("it has bytes"), b"bytes");
    assert_eq!(section(".rodata.module_elements0").data().expect("it has bytes"), [0; 8]);
    let word = (0, elf::R_ARM_ABS32.0, "g".to_string());
    assert_eq!(relocations(&file, ".rodata.module_elements0"), [word]);
    assert_eq!(section(".bss.module_elements1").size(), 8);
    assert_eq!(section(".bss.module_data0.size").size(), 4);
    assert_eq!(section(".bss.module_elements1.size").size(), 4);
    assert!(symbol(&file, "module_data0.size").is_local() && symbol(&file, "module_elements1.size").is_local());
}

#[test]
fn long_signatures_share_a_group() {
    let text = "(type (func (param i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64)))";
    let bytes = object(text, &[Symbol::Signature(0)]);
    let file = file(&bytes);
    let name = "synth_signature$llllllllllllll$";
    let comdat = file.comdats().next().expect("there is a group");
    assert_eq!(comdat.name(), Ok(name));
    let section = comdat.sections().next().expect("it has a section");
    let section = file.section_by_index(section).expect("it is there");
    let SectionFlags::Elf { sh_flags, .. } = section.flags() else { panic!("no ELF flags") };
    assert_eq!(sh_flags, elf::SHF_ALLOC | elf::SHF_GROUP);
    assert_eq!((section.align(), section.size()), (4, 4));
    assert_eq!(symbol(&file, name).address(), 0);
    assert!(symbol(&file, name).is_global());
}

#[test]
fn equal_imports_share_a_symbol_and_odd_names_are_spelled() {
    let text = r#"(import "env" "f" (func)) (import "env" "f" (func))
        (func (export "")) (func (export "a\00")) (func (export "a@"))"#;
    let bytes = object(text, &[Symbol::Function(0), Symbol::Function(1)]);
    let file = file(&bytes);
    assert!(symbol(&file, "f").is_undefined());
    let spelled = ["$hex:", "$hex:6100", "$hex:6140"];
    assert!(spelled.iter().all(|name| has_symbol(&file, name)));
}

#[test]
fn names_that_meet_are_refused() {
    let cases = [
        (
            r#"(import "a" "f" (func)) (import "b" "f" (func))"#,
            "import a.f and import b.f both have the symbol f (--import-name)",
        ),
        (
            r#"(import "a" "f" (func)) (import "a" "f" (func (param i32)))"#,
            "import a.f and import a.f both have the symbol f (--import-name)",
        ),
        (
            r#"(import "a" "f" (func)) (import "a" "f" (global i32))"#,
            "import a.f and import a.f both have the symbol f (--import-name)",
        ),
        (
            r#"(import "a" "f" (func)) (func (export "f"))"#,
            "import a.f and export f both have the symbol f (--import-name, --export-name)",
        ),
        (
            r#"(import "a" "m.size" (func)) (memory (export "m") 1)"#,
            "import a.m.size and export m both have the symbol m.size (--import-name, --export-name)",
        ),
        (
            r#"(func (export "module_init"))"#,
            "the module's initialization and export module_init both have the symbol module_init \
             (--module-name, --export-name)",
        ),
        (
            r#"(import "a" "module_memory" (func)) (memory 1)"#,
            "import a.module_memory and the module's memory 0 both have the symbol module_memory \
             (--import-name, --module-name)",
        ),
        (
            r#"(func (export "memmove"))"#,
            "export memmove and the library function memmove both have the symbol memmove (--export-name)",
        ),
        (
            r#"(func (export "synth_trap"))"#,
            "export synth_trap and the trap handler synth_trap both have the symbol synth_trap \
             (--export-name, --trap)",
        ),
    ];
    for (text, message) in cases {
        let used = [Symbol::library("memmove"), Symbol::Trap];
        let error = build(text, &Options::default(), &used).expect_err(text);
        assert_eq!(error.to_string(), message);
        assert!(matches!(error, Error::Limit { .. }));
    }
}

#[test]
fn templates_name_imports_and_exports() {
    let options = Options {
        module_name: "app".to_string(),
        import_name: "{module}${name}".to_string(),
        export_name: "{module}_{name}_{index}".to_string(),
        ..Options::default()
    };
    let text = r#"(import "a" "f" (func)) (import "b" "f" (func))
        (func (export "f")) (memory (export "f2") 1)"#;
    let symbols = [Symbol::Function(0), Symbol::Function(1)];
    let bytes = build(text, &options, &symbols).expect("no names collide");
    let file = file(&bytes);
    let names = ["a$f", "b$f", "app_f_2", "app_f2_0", "app_f2_0.size", "app_init", "app_memory"];
    for name in names {
        assert!(has_symbol(&file, name), "{name}");
    }
}

#[test]
fn the_stack_limit_is_the_symbol_of_the_option() {
    let options = Options { stack_limit: Some("z_limit".to_string()), ..Options::default() };
    let bytes = build("", &options, &[Symbol::StackLimit]).expect("no names collide");
    assert!(symbol(&file(&bytes), "z_limit").is_undefined());
}

/// A module of many functions that call each other, are referred to, and use state.
fn many_functions() -> Vec<u8> {
    let mut text = String::from("(module (memory 1) (global (mut i32) (i32.const 0)) (table 60 funcref)");
    for index in 0..60 {
        let callee = (index * 7 + 1) % 60;
        text += &format!(
            "(func $f{index} (export \"e{index}\") (param i32) (result i32)
               (global.set 0 (i32.load offset={index} (local.get 0)))
               (if (result i32) (local.get 0)
                 (then (call $f{callee} (i32.sub (local.get 0) (i32.const {index}))))
                 (else (global.get 0))))
             (elem (i32.const {index}) $f{callee})"
        );
    }
    wat::parse_str(text + ")").expect("the text is a module")
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let wasm = many_functions();
    let compile = |threads| {
        let options = Options { threads, ..Options::default() };
        synth::compile(&wasm, &options).expect("everything is supported")
    };
    let object = compile(None).object;
    for threads in [1, 2, 3, 8] {
        assert!(compile(Some(threads)).object == object, "{threads} threads");
    }
}

#[test]
fn the_first_function_that_is_refused_is_named() {
    let unsupported = "(func (export \"a\")) (func $first (export \"b\") (drop (v128.const i64x2 0 0)))
        (func $second (export \"c\") (drop (v128.const i64x2 0 0)))";
    let wasm = wat::parse_str(format!("(module {unsupported})")).expect("the text is a module");
    for threads in [1, 2, 8] {
        let options = Options { threads: Some(threads), ..Options::default() };
        let error = synth::compile(&wasm, &options).expect_err("v128 is not supported");
        assert!(matches!(error, Error::Unsupported { .. }));
        let text = error.to_string();
        assert!(text.starts_with("function 1 (first) at 0x"), "{text}");
    }
}
