//! The kernels as gcc compiles them from C, linked with stubs for their imports.

use super::kernels::{DATA, Import, MEMORY};
use super::machine::{Action, Image, STUBS, Stub};
use object::read::elf::{FileHeader, ProgramHeader};
use object::{Endianness, Object, ObjectSection, ObjectSymbol, SectionFlags, SymbolKind};
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

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

/// Compiles `source` with `level` (`-O2`, `-Os`) and links it.
///
/// Writable data stands where the wasm modules have it (`0x400`), code far from linear memory.
///
/// # Errors
/// A compiler that fails, with its message.
pub fn build(source: &Path, level: &str, imports: &[Import]) -> Result<Native, String> {
    let dir = tempfile::tempdir().map_err(|e| e.to_string())?;
    let path = |name: &str| dir.path().join(name);
    run(Command::new(COMPILER)
        .args(["-mcpu=cortex-m4", "-mthumb", "-mfloat-abi=soft", "-ffreestanding"])
        .args(["-ffp-contract=off", level, "-c", "-o"])
        .args([&path("kernel.o"), source]))?;

    let script = format!(
        "SECTIONS {{ .text 0x08000000 : {{ *(.text*) }} .rodata ALIGN(4) : {{ *(.rodata*) }}\n\
         .stubs {STUBS:#x} : {{ *(.stubs) }} .data 0x400 : {{ *(.data*) *(.bss*) *(COMMON) }}\n\
         /DISCARD/ : {{ *(.ARM.*) *(.comment) }} }}"
    );
    std::fs::write(path("link.ld"), script).map_err(|e| e.to_string())?;
    std::fs::write(path("stubs.s"), stubs(imports)).map_err(|e| e.to_string())?;
    run(Command::new(COMPILER)
        .args(["-mcpu=cortex-m4", "-mthumb", "-nostdlib", "-Wl,--no-warn-rwx-segments", "-T"])
        .args([&path("link.ld"), &path("kernel.o"), &path("stubs.s")])
        .args(["-lgcc", "-Wl,--entry=0", "-o"])
        .arg(path("kernel.elf")))?;

    let read = |name: &str| std::fs::read(path(name)).map_err(|e| e.to_string());
    let mut image = load(&read("kernel.elf")?)?;
    image.reserved.push((0, MEMORY));
    for import in imports {
        let address = image.symbols.get(import.name).copied();
        image.stubs.extend(address.map(|address| stub(import, address)));
    }
    Ok(Native { image, bytes: code_bytes(&read("kernel.o")?, "")? })
}

/// A stub of the machine for an import.
pub fn stub(import: &Import, address: u32) -> Stub {
    let action = Action::Import { words: import.words, results: import.results.clone() };
    Stub { address, name: import.name.to_string(), action }
}

/// Assembly whose symbols stand where the machine has its stubs.
fn stubs(imports: &[Import]) -> String {
    let mut text = String::from(".syntax unified\n.thumb\n.section .stubs,\"ax\",%progbits\n");
    for Import { name, .. } in imports {
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
    for symbol in file.symbols().filter(|s| s.is_definition() && s.kind() == SymbolKind::Text) {
        let name = symbol.name().map_err(malformed)?.to_string();
        image.symbols.insert(name, symbol.address() as u32 & !1);
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
