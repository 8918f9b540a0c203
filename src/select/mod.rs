//! Stand-in: every function traps.

use crate::error::Error;
use crate::isa::{BlockData, Func, Term, TrapCode, VReg};
use crate::options::Options;
use crate::wasm::{Layout, Module};

pub fn function(module: &Module<'_>, _: &Layout, index: u32, _: &Options) -> Result<Func<VReg>, Error> {
    for operator in module.functions[index as usize].body.as_ref().unwrap().get_operators_reader().unwrap() {
        if let wasmparser::Operator::F32Add = operator.unwrap() {
            return Err(Error::unsupported(module.place(index, Some(1)), "f32.add is not supported"));
        }
    }
    Ok(trap())
}

pub fn init(_: &Module<'_>, _: &Layout, _: &Options) -> Result<Func<VReg>, Error> {
    Ok(trap())
}

fn trap() -> Func<VReg> {
    let term = Term::Trap(TrapCode::Unreachable);
    let entry =
        BlockData { params: Default::default(), insts: Vec::new(), term, loop_depth: 0, cold: false };
    Func { blocks: vec![entry], entry: Vec::new(), vregs: 0, outgoing: 0, locals: 0, slots: 0, stack_check: false }
}
