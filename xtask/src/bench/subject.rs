//! The kernels as synth compiles them from wasm.

use super::kernels::Import;
use super::machine::Image;
use super::native::{code_bytes, stub};
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

/// Compiles a wasm module, whose kernel is the export `name`, and links it.
///
/// # Errors
/// An input that is refused, or an object that does not link.
pub fn build(
    wasm: &[u8],
    name: &str,
    options: &Options,
    imports: &[Import],
) -> Result<Subject, String> {
    let compiled = synth::compile(wasm, options).map_err(|e| e.to_string())?;
    let is_import = |name: &str| imports.iter().any(|i| i.name == name);
    let linked = link::link(&compiled.object, &[], is_import)?;

    let address = |name: &str| linked.symbol(name).ok_or(format!("no symbol {name}"));
    let module = &options.module_name;
    let mut image = Image::default();
    for region in &linked.regions {
        image.segments.push((region.address, region.bytes.clone()));
    }
    for import in imports {
        if let Some(address) = linked.global(import.name) {
            image.stubs.push(stub(import, address & !1));
        }
    }
    let init = format!("{module}_init");
    for symbol in [name, &init] {
        image.symbols.insert(symbol.to_string(), address(symbol)? & !1);
    }
    let bytes = code_bytes(&compiled.object, &format!(".text.{init}"))?;
    Ok(Subject { image, memory: address(&format!("{module}_memory"))?, init, bytes })
}
