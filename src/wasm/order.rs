//! Which functions are compiled before which, so that their callers know what they do to registers (`isa::Callees`).
//!
//! Invariant: a function that is knowable has a smaller height than every function that calls it, also from within what that
//! inlines.

use super::components::{Components, Member};
use super::inline::{Census, Site};
use super::{Entity, Module};

/// What `Order::new` finds, each by function.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Order {
    /// Of each function, one more than that of every function that it calls and that callers may know.
    pub height: Vec<u32>,
    /// Functions that callers may know: those that no linker replaces and that cannot be running when they are called.
    pub knowable: Vec<bool>,
}

impl Order {
    pub fn new(module: &Module<'_>, census: &Census, components: &Components, inlined: &[bool]) -> Order {
        let count = module.functions.len();
        let mut knowable = vec![false; count];
        let mut height = vec![0; count];
        for &Member { function, recursive } in &components.members {
            let index = function as usize;
            knowable[index] = !recursive && module.functions[index].import.is_none();
            let above = census.sites(function).iter().map(|&Site { callee, .. }| match callee as usize {
                callee if inlined[callee] => height[callee],
                callee if knowable[callee] => height[callee] + 1,
                _ => 0,
            });
            height[index] = above.max().unwrap_or(0);
        }
        // A linker that is told to keep the first of several definitions may take another one.
        for export in &module.exports {
            if let Entity::Function(index) = export.entity {
                knowable[index as usize] = false;
            }
        }
        Order { height, knowable }
    }
}
