//! The compiler's side of a module: what is reserved for its memories and tables, and what an error of the compiler means.

use std::panic::{AssertUnwindSafe, catch_unwind};

use synth::error::Error;
use synth::options::Options;

use super::instance::Stop;
use super::interface::{self, ExternType, Interface};

/// Bytes that are reserved past the minimum of a memory that the module's own code grows, where the most that a script asks for
/// with numbers of its modules is 306 pages (call.wast), and of one that others can grow.
const OWN_GROWTH_BYTES: u64 = 320 << 16;
const GROWTH_BYTES: u64 = 16 << 16;
/// Entries that are reserved past the minimum of a table that can grow.
const GROWTH_ENTRIES: u64 = 1 << 12;
/// At most this much is reserved, whatever a module declares.
const MOST_BYTES: u64 = 64 << 20;
const MOST_ENTRIES: u64 = 1 << 20;
/// The same where it shall fit the memory of a board.
const BOARD_BYTES: u64 = 8 << 20;

/// Adds to the options what to reserve for a module whose memories may grow by `pages` of the usual size, and some.
/// On a `board` that is less.
pub fn reserve(options: &mut Options, interface: &Interface, pages: u64, board: bool) {
    let (own_growth, most) = if board { (GROWTH_BYTES, BOARD_BYTES) } else { (OWN_GROWTH_BYTES, MOST_BYTES) };
    let exports = |wanted: fn(&ExternType) -> bool| {
        let mut types = interface.exports.iter().map(|export| &export.ty);
        types.any(wanted)
    };
    // Importers can grow what is exported.
    let memory = interface.grows || exports(|ty| matches!(ty, ExternType::Memory(_)));
    let table = interface.grows || exports(|ty| matches!(ty, ExternType::Table(_)));
    for (k, ty) in &interface.memories {
        let page_log2 = interface::page_log2(ty);
        let bytes = |pages: u64| pages.saturating_mul(1 << page_log2);
        let limits = (bytes(ty.initial), ty.maximum.map(bytes));
        let more = match (interface.grows, memory) {
            (true, _) => own_growth + (pages << 16),
            (false, true) => GROWTH_BYTES + (pages << 16),
            (false, false) => 0,
        };
        if let Some(bytes) = reserved(limits, more, most) {
            options.memory_size.push((*k, bytes));
        }
    }
    for (k, ty) in &interface.tables {
        let more = if table { GROWTH_ENTRIES } else { 0 };
        if let Some(entries) = reserved((ty.initial, ty.maximum), more, MOST_ENTRIES) {
            options.table_size.push((*k, entries));
        }
    }
}

/// What to reserve instead of the minimum, if anything.
fn reserved((minimum, maximum): (u64, Option<u64>), more: u64, most: u64) -> Option<u64> {
    let wanted = minimum.saturating_add(more);
    let reserved = wanted.min(maximum.unwrap_or(u64::MAX)).min(most);
    (reserved != minimum).then_some(reserved)
}

/// The object of a valid module.
///
/// # Errors
/// `Skip` for what the compiler does not support, `Fail` for any other refusal.
pub fn compile(wasm: &[u8], options: &Options) -> Result<Vec<u8>, Stop> {
    match try_compile(wasm, options)? {
        Ok(object) => Ok(object),
        Err(Error::Unsupported { message, .. }) => Err(Stop::Skip(message)),
        Err(error @ (Error::Invalid { .. } | Error::Limit { .. })) => Err(Stop::Fail(format!("compiler: {error}"))),
    }
}

/// What the compiler answers.
///
/// # Errors
/// `Fail` where it panics.
pub fn try_compile(wasm: &[u8], options: &Options) -> Result<Result<Vec<u8>, Error>, Stop> {
    let compiled = catch_unwind(AssertUnwindSafe(|| synth::compile(wasm, options)));
    let compiled = compiled.map_err(|panic| {
        let message = panic.downcast_ref::<String>().map(String::as_str);
        let message = message.or_else(|| panic.downcast_ref::<&str>().copied());
        Stop::Fail(format!("the compiler panicked: {}", message.unwrap_or("?")))
    })?;
    Ok(compiled.map(|compiled| compiled.object))
}
