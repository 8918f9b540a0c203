//! An ahead-of-time compiler from WebAssembly to relocatable ELF objects for Arm Cortex-M4.

pub mod elf;
pub mod emit;
pub mod error;
pub mod isa;
pub mod options;
pub mod regcache;
pub mod select;
pub mod wasm;
