//! Register caching: from virtual registers in SSA form to core registers, single-precision registers and spill slots.
//!
//! ```text
//!   flow      positions, loops, dominators, frequencies
//!   operands  what each instruction reads and writes, in one list
//!   liveness  live ranges, next uses, pressure            (livemap: the sets)
//!   webs      vregs that want one register and one slot
//!   spill     what is in registers where                  (plan, weights, headers, slots)
//!   prefer    a register hint for each vreg               (wishes, timeline)
//!   assign    registers for all operands                  (arrivals: at the starts of blocks, moves: parallel moves)
//!   tidy      inserted moves that nobody needs
//!   check     replays the result against the input
//!   placed    the result with its origin, and the final function
//! ```
//!
//! A vreg stays in its class; what counts values or rooms does it for each class (`classes`), and a function without
//! floats has only one.
//!
//! Spilling bounds the pressure by the number of registers everywhere, so assignment cannot fail and nothing
//! is ever tried again. Inserted instructions (moves, loads, stores, constants, EORs) leave NZCV alone.

mod arrivals;
mod assign;
mod check;
mod classes;
mod flow;
mod headers;
mod livemap;
mod liveness;
mod moves;
mod operands;
mod placed;
mod plan;
mod prefer;
mod schedule;
mod slots;
mod spill;
#[cfg(test)]
mod tests;
mod tidy;
mod timeline;
mod webs;
mod weights;
mod wishes;

use crate::isa::{FRAME_POINTER, Func, Reg, RegSet, VReg};
use crate::options::Optimize;
use flow::Flow;
use operands::Operands;
use placed::Placed;
use plan::Plan;

/// The farthest byte from sp that a store reaches without a register for its address.
const REACH: u64 = 4095;

/// Whether stores to the frame of `func` need a register for their address. Then r12 holds no value at
/// any place, and `emit` may use it at any place.
pub fn reserves_scratch<R>(func: &Func<R>) -> bool {
    frame(func, u64::from(func.slots)) > REACH
}

fn frame<R>(func: &Func<R>, slots: u64) -> u64 {
    u64::from(func.outgoing) + u64::from(func.locals) + slots
}

/// Gives every vreg its registers. With `check`, proves that the result reads the right values.
///
/// # Panics
/// If the result is wrong, which is a bug of this module, or `func` is not in the form that `Func` describes.
pub fn cache(mut func: Func<VReg>, optimize: Optimize, check: bool) -> Func<Reg> {
    let flow = Flow::new(&func, optimize);
    let mut allocatable = allocatable(&func);
    let mut operands = Operands::new(&func, &flow);
    if schedule::schedule(&mut func, &flow, &operands, allocatable) {
        operands = Operands::new(&func, &flow);
    }
    if frame(&func, 0) > REACH {
        allocatable.remove(Reg::R12);
    }
    let (mut plan, mut placed) = place(&func, &flow, &operands, optimize, allocatable);
    // Two slots serve parallel moves.
    if allocatable.contains(Reg::R12) && frame(&func, 4 * (u64::from(plan.slots) + 2)) > REACH {
        allocatable.remove(Reg::R12);
        (plan, placed) = place(&func, &flow, &operands, optimize, allocatable);
    }
    if check && let Err(violation) = check::check(&func, &placed, allocatable) {
        panic!("register caching is wrong: {violation}");
    }
    placed::finish(&func, &plan.site, placed)
}

/// The registers that can hold the function's values.
fn allocatable(func: &Func<VReg>) -> RegSet {
    let mut allocatable = match func.has_singles() {
        true => RegSet::ALLOCATABLE.union(RegSet::SINGLE),
        false => RegSet::ALLOCATABLE,
    };
    if func.frame_pointer {
        allocatable.remove(FRAME_POINTER);
    }
    allocatable
}

fn place(
    func: &Func<VReg>,
    flow: &Flow,
    operands: &Operands,
    optimize: Optimize,
    allocatable: RegSet,
) -> (Plan, Placed) {
    let liveness = liveness::liveness(func, flow, operands, allocatable);
    let webs = webs::webs(func, flow, operands, &liveness);
    let plan = spill::spill(func, flow, operands, &liveness, &webs, allocatable);
    drop(liveness);
    let hints = prefer::prefer(func, flow, operands, &webs, &plan, optimize, allocatable);
    let mut placed = assign::assign(func, flow, operands, &webs, &plan, &hints, allocatable);
    tidy::tidy(&mut placed);
    (plan, placed)
}

/// Live-in and live-out sets of the blocks and live ranges of the vregs, as text.
pub fn dump_liveness(func: &Func<VReg>) -> String {
    let flow = Flow::new(func, Optimize::Speed);
    let operands = Operands::new(func, &flow);
    liveness::liveness(func, &flow, &operands, allocatable(func)).dump(func, &flow)
}
