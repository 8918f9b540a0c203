//! Routines that the object brings itself, where its code refers to them: wasm text that the compiler compiles.
//!
//! They are for what a few instructions cannot do and the run-time library does not do as wasm asks for. Each is a
//! function of its arguments alone, with no memory, no call and no trap, so that a call of it is an `Op::Routine`.

use super::ir::Graph;
use crate::options::Options;
use crate::wasm::{self, Entity, Layout, Module};
use std::sync::LazyLock;

static BINARY: LazyLock<Vec<u8>> =
    LazyLock::new(|| wat::parse_str(include_str!("routines.wat")).expect("the routines are well-formed text"));

struct Routines {
    module: Module<'static>,
    layout: Layout,
}

static ROUTINES: LazyLock<Routines> = LazyLock::new(|| {
    let module = wasm::parse(&BINARY).expect("the routines are a valid module");
    let layout = wasm::layout(&module, &Options::default());
    let layout = layout.expect("a module without state has a layout");
    Routines { module, layout }
});

/// The routine of this name in SSA form, simplified.
pub fn routine(name: &str, options: &Options) -> Graph {
    let Routines { module, layout } = &*ROUTINES;
    let export = module.exports.iter().find(|export| export.name == name);
    let export = export.expect("code refers to routines that exist");
    let Entity::Function(index) = export.entity else {
        unreachable!("{name} is a function");
    };
    super::function(module, layout, index, options).expect("the routines use what has a translation")
}
