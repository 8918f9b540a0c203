//! An ahead-of-time compiler from WebAssembly to relocatable ELF objects for Arm Cortex-M4.

pub mod elf;
pub mod emit;
pub mod error;
pub mod isa;
pub mod options;
pub mod regcache;
pub mod select;
pub mod wasm;

/// An object in the making.
pub struct Compiled {
    pub object: Vec<u8>,
}

pub fn compile(_: &[u8], _: &options::Options) -> Result<Compiled, error::Error> {
    Err(error::Error::Unsupported {
        place: error::Place::default(),
        message: "nothing is compiled yet".to_string(),
    })
}
