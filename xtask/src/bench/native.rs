//! The kernels as gcc compiles them from C, linked with stubs for their imports, and linking for others.

use super::kernels::{DATA, Import, MEMORY};
use super::machine::{Action, Image, STUBS, Stub};
use object::read::elf::{FileHeader, ProgramHeader};
use object::{Endianness, Object, ObjectSection, ObjectSymbol, SectionFlags, SymbolKind};
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;
use synth::options::{Options, Target};

const COMPILER: &str = "arm-none-eabi-gcc";

/// Whether the compiler is installed.
pub fn is_available() -> bool {
    Command::new(COMPILER).arg("--version").output().is_ok_and(|out| out.status.success())
}

/// A kernel's machine code and what it takes in flash.
pub struct Native {
    pub image: Image,
    /// Bytes of executable code in the kernel's own object.
    pub bytes: u32,
}

/// Compiles `source` for `target` with `level` (`-O2`, `-Os`) and links it.
///
/// Writable data stands where the wasm modules have it (`0x400`), code far from linear memory.
///
/// # Errors
/// A compiler that fails, with its message.
pub fn build(source: &Path, target: Target, level: &str, imports: &[Import]) -> Result<Native, String> {
    let dir = tempfile::tempdir().map_err(|e| e.to_string())?;
    let output = dir.path().join("kernel.o");
    run(Command::new(COMPILER)
        .args(machine(target))
        .args(["-ffreestanding", "-ffp-contract=off", level, "-c", "-o"])
        .args([&output, source]))?;
    let object = std::fs::read(output).map_err(|e| e.to_string())?;
    in_machine(&object, target, imports)
}

/// The same from a wasm object that synth compiles for native memory.
///
/// # Errors
/// An object that is refused or does not link.
pub fn of_object(wasm: &Path, options: &Options, imports: &[Import]) -> Result<Native, String> {
    let wasm = std::fs::read(wasm).map_err(|e| format!("{}: {e}", wasm.display()))?;
    let compiled = synth::compile(&wasm, options).map_err(|e| e.to_string())?;
    in_machine(&compiled.object, options.target, imports)
}

/// An object linked for a machine whose memory is at its address 0.
fn in_machine(object: &[u8], target: Target, imports: &[Import]) -> Result<Native, String> {
    let names: Vec<&str> = imports.iter().map(|import| import.name).collect();
    let mut image = link(object, target, &names, 0x400)?;
    image.reserved.push((0, MEMORY));
    for import in imports {
        let address = image.symbols.get(import.name).copied();
        image.stubs.extend(address.map(|address| stub(import, address)));
    }
    Ok(Native { image, bytes: code_bytes(object, "")? })
}

/// What tells the compiler about a core.
fn machine(target: Target) -> Vec<&'static str> {
    let floats: &[&str] = match target {
        Target::CortexM4 => &["-mfloat-abi=soft"],
        Target::CortexM4F => &["-mfpu=fpv4-sp-d16", "-mfloat-abi=hard"],
    };
    [&["-mcpu=cortex-m4", "-mthumb"], floats].concat()
}

/// Links an object with the compiler's run-time library: code far from linear memory, writable data at `data`, stubs for
/// the functions `stubbed`, which have no action yet.
///
/// # Errors
/// A linker that fails, with its message.
pub fn link(object: &[u8], target: Target, stubbed: &[&str], data: u32) -> Result<Image, String> {
    let dir = tempfile::tempdir().map_err(|e| e.to_string())?;
    let path = |name: &str| dir.path().join(name);
    let script = format!(
        "SECTIONS {{ .text 0x08000000 : {{ *(.text*) }} .rodata ALIGN(4) : {{ *(.rodata*) }}\n\
         .stubs {STUBS:#x} : {{ *(.stubs) }} .data {data:#x} : {{ *(.data*) *(.bss*) *(COMMON) }}\n\
         /DISCARD/ : {{ *(.ARM.*) *(.comment) }} }}"
    );
    let write = |name: &str, bytes: &[u8]| std::fs::write(path(name), bytes).map_err(|e| e.to_string());
    write("link.ld", script.as_bytes())?;
    write("stubs.s", stubs(stubbed).as_bytes())?;
    write("kernel.o", object)?;
    run(Command::new(COMPILER)
        .args(machine(target))
        .args(["-nostdlib", "-Wl,--no-warn-rwx-segments", "-T"])
        .args([&path("link.ld"), &path("kernel.o"), &path("stubs.s")])
        .args(["-lgcc", "-Wl,--entry=0", "-o"])
        .arg(path("kernel.elf")))?;
    load(&std::fs::read(path("kernel.elf")).map_err(|e| e.to_string())?)
}

/// A stub of the machine for an import.
pub fn stub(import: &Import, address: u32) -> Stub {
    let action = Action::Import { words: import.words, results: import.results.clone() };
    Stub { address, name: import.name.to_string(), action }
}

/// Assembly whose symbols stand where the machine has its stubs.
fn stubs(names: &[&str]) -> String {
    let mut text = String::from(".syntax unified\n.thumb\n.section .stubs,\"ax\",%progbits\n");
    for name in names {
        // Writing to a string cannot fail.
        let _ = write!(text, ".global {name}\n.type {name},%function\n{name}: bx lr\n");
    }
    text
}

fn run(command: &mut Command) -> Result<(), String> {
    let output = command.output().map_err(|e| format!("{command:?}: {e}"))?;
    match output.status.success() {
        true => Ok(()),
        false => Err(format!("{command:?}: {}", String::from_utf8_lossy(&output.stderr))),
    }
}

/// The contents and symbols of a linked executable.
fn load(elf: &[u8]) -> Result<Image, String> {
    let malformed = |e: object::Error| e.to_string();
    let header = object::elf::FileHeader32::<Endianness>::parse(elf).map_err(malformed)?;
    let endian = header.endian().map_err(malformed)?;
    let mut image = Image::default();
    for segment in header.program_headers(endian, elf).map_err(malformed)? {
        if segment.p_type(endian) == object::elf::PT_LOAD && segment.p_memsz(endian) > 0 {
            let mut bytes = segment.data(endian, elf).map_err(|()| "truncated segment".to_string())?.to_vec();
            bytes.resize(segment.p_memsz(endian) as usize, 0);
            image.segments.push((segment.p_vaddr(endian), bytes));
        }
    }
    let file = object::File::parse(elf).map_err(malformed)?;
    let is_place = |kind| matches!(kind, SymbolKind::Text | SymbolKind::Data);
    for symbol in file.symbols().filter(|s| s.is_definition() && is_place(s.kind())) {
        let name = symbol.name().map_err(malformed)?.to_string();
        let thumb = u64::from(symbol.kind() == SymbolKind::Text);
        image.symbols.insert(name, (symbol.address() & !thumb) as u32);
    }
    Ok(image)
}

/// Bytes of an object's executable sections, literal pools included, except the section `skipped`.
///
/// # Errors
/// Bytes that are no ELF object.
pub fn code_bytes(object: &[u8], skipped: &str) -> Result<u32, String> {
    let file = object::File::parse(object).map_err(|e| e.to_string())?;
    let is_code = |flags| match flags {
        SectionFlags::Elf { sh_flags, .. } => sh_flags.contains(object::elf::SHF_EXECINSTR),
        _ => false,
    };
    let sections = file.sections().filter(|s| is_code(s.flags()) && s.name() != Ok(skipped));
    Ok(sections.map(|s| s.size() as u32).sum())
}

const _: () = assert!(DATA >= 0x1_0000, "workloads stay clear of the kernel's own data");
