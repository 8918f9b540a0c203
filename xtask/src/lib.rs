//! Tools of the repository: the oracle that executes compiled objects, the benchmarks, and modules of given shapes.

pub mod bench;
pub mod boards;
pub mod bounds;
pub mod encodings;
pub mod firmware;
pub mod image;
pub mod images;
pub mod oracle;
pub mod programs;
pub mod replay;
pub mod scene;
pub mod shapes;
pub mod spec;
pub mod target;
