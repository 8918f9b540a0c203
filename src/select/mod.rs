//! From wasm to instructions over virtual registers.
//!
//! ```text
//!   locals    which locals a label must carry
//!   build     select_with_stack: one walk over the operators, to SSA form (ir, graph, fold, long, wide)
//!   init      the same for the module's initialisation
//!   routines  the same for what the object brings itself, from wasm text
//!   branches  two branches for one on a conjunction
//!   thread    ways around tests whose outcome is known (repair)
//!   checks    fewer bounds checks
//!   simplify  the graph built again with its shape known (flow, joined, contents)
//!   reduce    pointers instead of indices
//!   unroll    several rounds of a loop between two tests
//!   tail      calls whose results are returned become tail calls
//!   shifted   tests of what a shift leaves
//!   rebase    sums in the place of what they count from
//!   arms      selects of a sum or not instead of sums with a value or nothing
//!   steps     accesses that step their addresses
//!   lower     tree covering: instructions over virtual registers
//! ```

mod abi;
mod arms;
mod branches;
mod build;
mod bytes;
mod checks;
mod contents;
mod counters;
mod divide;
mod flow;
mod fold;
mod frames;
mod graph;
mod init;
mod ir;
mod joined;
mod known;
mod locals;
mod long;
mod lower;
mod pointers;
mod print;
mod rebase;
mod reduce;
mod repair;
mod routines;
mod shifted;
mod simplify;
mod states;
mod steps;
mod tail;
mod thread;
mod unroll;
mod users;
mod wide;

pub use abi::tail_area;
pub use ir::Graph;
pub use routines::routine;

use crate::error::Error;
use crate::isa::{Callees, Func, VReg};
use crate::options::{Optimize, Options};
use crate::wasm::{Layout, Module};

/// Defined function `index` in SSA form, simplified.
///
/// # Errors
/// `Unsupported` for operators that have no translation.
pub fn function(module: &Module<'_>, layout: &Layout, index: u32, options: &Options) -> Result<Graph, Error> {
    let (graph, order) = build::select_with_stack(module, layout, index, options)?;
    Ok(simplify::simplify(graph, &order, options.optimize))
}

/// The module's initialisation in SSA form, simplified.
pub fn init(module: &Module<'_>, layout: &Layout, options: &Options) -> Graph {
    let (graph, order) = init::init(module, layout, options.bounds);
    simplify::simplify(graph, &order, Optimize::Size)
}

/// A graph as instructions. `tail_area` is that of its module.
pub fn lower(graph: &Graph, tail_area: u32, callees: &Callees, options: &Options) -> Func<VReg> {
    lower::lower(graph, tail_area, callees, options)
}
