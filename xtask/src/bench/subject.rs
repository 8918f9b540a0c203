//! The kernels as synth compiles them from wasm.

use super::kernels::{Floats, Import};
use super::machine::{Action, Image, Stub};
use super::native::{self, code_bytes, stub};
use crate::oracle::link;
use synth::options::Options;

/// A kernel's machine code, where its linear memory is, and what it takes in flash.
pub struct Subject {
    pub image: Image,
    /// Address of memory 0.
    pub memory: u32,
    /// The routine that sets up the module.
    pub init: String,
    /// Bytes of executable code, the set-up left out.
    pub bytes: u32,
}

/// Compiles a wasm module, whose kernel is the export `name`, and links it; what needs it with gcc's run-time library.
///
/// # Errors
/// An input that is refused, or an object that does not link.
pub fn build(
    wasm: &[u8],
    name: &str,
    options: &Options,
    floats: Floats,
    imports: &[Import],
) -> Result<Subject, String> {
    let compiled = synth::compile(wasm, options).map_err(|e| e.to_string())?;
    if floats == Floats::Library {
        return with_library(&compiled.object, options);
    }
    let is_import = |name: &str| imports.iter().any(|i| i.name == name);
    let is_function = |name: &str| is_import(name) || library(name).is_some();
    let linked = link::link(&compiled.object, &[], is_function)?;

    let address = |name: &str| linked.symbol(name).ok_or(format!("no symbol {name}"));
    let module = &options.module_name;
    let mut image = Image::default();
    for region in &linked.regions {
        image.segments.push((region.address, region.bytes.clone()));
    }
    for name in &linked.stubs {
        let address = address(name)? & !1;
        let import = imports.iter().find(|i| i.name == *name);
        let library = library(name).map(|action| Stub { address, name: name.clone(), action });
        image.stubs.extend(import.map(|import| stub(import, address)).or(library));
    }
    let init = format!("{module}_init");
    for symbol in [name, &init] {
        image.symbols.insert(symbol.to_string(), address(symbol)? & !1);
    }
    let bytes = code_bytes(&compiled.object, &format!(".text.{init}"))?;
    Ok(Subject { image, memory: address(&format!("{module}_memory"))?, init, bytes })
}

/// Where data stands that a linker has placed.
const DATA: u32 = 0x2000_0000;

/// Links an object without imports with gcc's library of floats.
fn with_library(object: &[u8], options: &Options) -> Result<Subject, String> {
    let stubbed = ["__aeabi_memclr4", "__aeabi_memcpy"];
    let mut image = native::link(object, options.target, &stubbed, DATA)?;
    let address = |name: &str| image.symbols.get(name).copied().ok_or(format!("no symbol {name}"));
    let stubs: Result<Vec<Stub>, String> = stubbed
        .iter()
        .map(|name| {
            let action = library(name).expect("the machine has these");
            Ok(Stub { address: address(name)?, name: name.to_string(), action })
        })
        .collect();
    let memory = address(&format!("{}_memory", options.module_name))?;
    image.stubs = stubs?;
    let init = format!("{}_init", options.module_name);
    let bytes = code_bytes(object, &format!(".text.{init}"))?;
    Ok(Subject { image, memory, init, bytes })
}

/// The memory routines of the Arm run-time ABI (4.3.4).
fn library(name: &str) -> Option<Action> {
    match name.trim_end_matches(['4', '8']) {
        "__aeabi_memclr" => Some(Action::Clear),
        "__aeabi_memcpy" | "__aeabi_memmove" => Some(Action::Copy),
        _ => None,
    }
}
