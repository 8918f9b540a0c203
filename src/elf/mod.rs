//! From a module, its layout and the machine code of its functions to the bytes of a relocatable object
//! (ELF for the Arm Architecture, AAELF32).
//!
//! `symbols` decides names, `native` has what only relocatable wasm objects bring, `write` makes sections, symbols and relocations, `attributes` says what the
//! object is built for.

mod attributes;
mod native;
mod state;
mod symbols;
mod write;

pub use symbols::{MAX_SUFFIX, Names, SIZE_SUFFIX};
pub use write::{Part, Written, write};
