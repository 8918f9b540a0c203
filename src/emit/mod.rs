//! From a function over core registers to bytes, relocations and mapping symbols.

use crate::isa::Symbol;

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
    /// Offset of the entry point: 4 where the identity of the function's signature stands before it,
    /// else 0.
    pub entry: u32,
    /// Bytes of stack that the function uses itself, saved registers included.
    pub frame: u32,
    /// Assembly text, one instruction a line, where it was asked for.
    pub listing: Option<String>,
}

pub struct EmitOptions {
    pub trap: crate::options::Trap,
    pub identity: Option<crate::isa::Const>,
    pub listing: bool,
}

/// Stand-in: for thunks and functions that trap.
pub fn emit(func: &crate::isa::Func<crate::isa::Reg>, options: &EmitOptions) -> Code {
    use crate::isa::{CallTarget, Const, Term};
    let mut code = Code { align: 2, mapping: vec![(0, false)], ..Code::default() };
    if let Some(identity) = options.identity {
        code.mapping = vec![(0, true), (4, false)];
        code.entry = 4;
        code.align = 4;
        match identity {
            Const::Int(value) => code.bytes.extend(value.to_le_bytes()),
            Const::Address(symbol, addend) => {
                code.bytes.extend(addend.to_le_bytes());
                code.relocs.push(Reloc { offset: 0, kind: RelocKind::Word, symbol });
            }
        }
    }
    match &func.blocks[0].term {
        Term::TailCall(call) => {
            let CallTarget::Symbol(symbol) = call.target else { unreachable!() };
            code.relocs.push(Reloc { offset: code.bytes.len() as u32, kind: RelocKind::Jump, symbol });
            code.bytes.extend([0xff, 0xf7, 0xfe, 0xbf]);
        }
        Term::Trap(trap) => code.bytes.extend([trap.number(), 0xde]),
        _ => unreachable!(),
    }
    if options.listing {
        code.listing = Some("    stand-in\n".to_string());
    }
    code
}
