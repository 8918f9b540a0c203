//! Tools of the repository: the oracle that executes compiled objects, and the benchmarks.

pub mod bench;
pub mod firmware;
pub mod image;
pub mod oracle;
pub mod spec;
