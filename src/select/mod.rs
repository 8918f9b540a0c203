//! From wasm to instructions over virtual registers.

mod abi;
mod build;
mod flow;
mod fold;
mod graph;
mod init;
pub mod ir;
mod locals;
mod long;
mod lower;
mod simplify;

use crate::error::Error;
use crate::isa::{Func, VReg};
use crate::options::Options;
use crate::wasm::Module;
use crate::wasm::layout::Layout;

/// Defined function `index` as instructions.
///
/// # Errors
/// `Unsupported` for operators that have no translation.
pub fn function(
    module: &Module<'_>,
    layout: &Layout,
    index: u32,
    options: &Options,
) -> Result<Func<VReg>, Error> {
    let (graph, order) = build::select_with_stack(module, layout, index, options)?;
    let graph = simplify::simplify(graph, &order);
    Ok(lower::lower(&graph, options.stack_limit.is_some()))
}

/// The module's initialisation as instructions.
///
/// # Errors
/// As `function`.
pub fn init(module: &Module<'_>, layout: &Layout, options: &Options) -> Result<Func<VReg>, Error> {
    let (graph, order) = init::init(module, layout)?;
    let graph = simplify::simplify(graph, &order);
    Ok(lower::lower(&graph, options.stack_limit.is_some()))
}
