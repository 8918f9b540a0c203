//! From a function over core registers to bytes, relocations and mapping symbols.
//!
//! ```text
//!   common   instructions that stand in several places
//!   duplicate  loops' tests at the ends of the ways there
//!   decided  ways around tests whose outcome is known   (known: constants in registers, none of which is made again)
//!   wrap     where the frame begins
//!   constants  constants from registers that hold others
//!   layout   which blocks, in which order, where branches really go
//!   frame    what is saved, where the stack areas lie
//!   growth   more room for arguments of tail calls than the caller gave
//!   flags    comparisons that an instruction before makes, and where which flags are live
//!   carried  comparisons that a block's only predecessor has made
//!   it       conditional instructions in IT blocks
//!   build    all of these together, and terminators: a list of items (program)
//!   encode   each instruction to its shortest encoding   (branches: what counts from the program counter)
//!   pool     where literals stand
//!   relax    how long each branch is
//!   output   bytes, relocations, mapping symbols, listing, counts (tally)
//! ```

pub mod branches;
mod build;
mod carried;
mod common;
mod constants;
mod decided;
mod duplicate;
pub mod encode;
mod encode16;
mod encode32;
pub mod encode_float;
pub mod flags;
mod frame;
mod growth;
mod guard;
mod it;
mod known;
mod layout;
mod output;
mod pool;
mod program;
mod relax;
pub mod tally;
mod terminators;
mod wrap;

use crate::error::Error;
use crate::isa::{Const, Func, Reg, RegSet, Symbol};
use crate::options::{Optimize, Trap};
use program::Program;
use tally::Tally;

/// How a field of the code refers to a symbol (AAELF32 5.6.1).
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum RelocKind {
    /// R_ARM_THM_CALL on a BL
    Call,
    /// R_ARM_THM_JUMP24 on a B.W
    Jump,
    /// R_ARM_ABS32 on a word
    Word,
}

/// Invariant: addends stand in the field already (SHT_REL).
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Reloc {
    pub offset: u32,
    pub kind: RelocKind,
    pub symbol: Symbol,
}

/// The machine code of one function, to become one section.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Code {
    pub bytes: Vec<u8>,
    pub relocs: Vec<Reloc>,
    /// Where data (`true`) or instructions (`false`) start, ascending; the first is at 0. Both kinds
    /// alternate.
    pub mapping: Vec<(u32, bool)>,
    /// 2, or 4 where a literal pool or a table of words needs it.
    pub align: u32,
    /// Offset of the first instruction: 0, or 4 behind an identity word.
    pub entry: u32,
    /// Bytes of stack that the function uses itself, saved registers included.
    pub frame: u32,
    /// The registers that it writes, or what it calls, and does not restore.
    pub changed: RegSet,
    pub tally: Tally,
    /// Assembly text, one instruction a line, where it was asked for.
    pub listing: Option<String>,
}

/// What emission depends on besides the function.
#[derive(Copy, Clone)]
pub struct EmitOptions<'a> {
    pub trap: Trap,
    pub optimize: Optimize,
    /// A word to stand right before the entry: the identity of the function's signature.
    pub identity: Option<Const>,
    /// Names for a listing; without them there is none.
    pub names: Option<&'a dyn Fn(Symbol) -> String>,
}

/// The code of a function. Fails with `Limit`, without a place, if that is larger than 16 MB.
pub fn emit(func: Func<Reg>, options: &EmitOptions) -> Result<Code, Error> {
    let mut func = common::merge(func, options.optimize);
    duplicate::duplicate(&mut func, options.optimize);
    let constants = decided::decide(&mut func, options.optimize);
    known::drop_held(&mut func, constants);
    let (mut func, wrap) = wrap::wrap(func, options.trap == Trap::Call, options.optimize);
    constants::derive(&mut func);
    let (program, frame) = build::build(&func, wrap, options);
    let changed = program.written.minus(frame.restored());
    let code = finish(program, frame.depth() + growth::depth(&func), options)?;
    Ok(Code { changed, ..code })
}

/// Where functions return that run in an argument area of `area` bytes (`growth`).
pub fn tail_return(area: u32, options: &EmitOptions) -> Result<Code, Error> {
    finish(growth::tail_return(area, options), 0, options)
}

fn finish(mut program: Program, frame: u32, options: &EmitOptions) -> Result<Code, Error> {
    let literals = pool::place(&mut program);
    let start = if options.identity.is_some() { 4 } else { 0 };
    let placement = relax::relax(&program, literals.len(), start)?;
    let mut code = output::write(&program, &placement, &literals, options);
    code.frame = frame;
    Ok(code)
}
