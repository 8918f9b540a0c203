//! Loads and stores with their addressing modes (ARMv7-M ARM A4.6).

use super::Lower;
use crate::isa::{Addr, Const, Inst, MemSize, Offset, StackArea};
use crate::select::ir::{Access, BinOp, Op, Place, Value};

/// Addresses of one symbol share a base where they lie in the same block of this size: what an immediate offset
/// reaches.
const REACH: i32 = 4096;

impl Lower<'_> {
    pub fn load(&mut self, value: Value, address: Value, access: Access) {
        let rt = self.dest(value);
        let addr = self.addr(address, access.offset);
        self.push(Inst::Load {
            size: access.size,
            rt,
            addr,
        });
    }

    pub fn store(&mut self, address: Value, value: Value, access: Access) {
        let rt = self.reg(value);
        let addr = self.addr(address, access.offset);
        self.push(Inst::Store {
            size: access.size,
            rt,
            addr,
        });
    }

    /// An argument word that arrives on the stack.
    pub fn stack_argument(&mut self, value: Value, word: u32) {
        if let Place::Stack(offset) = self.graph.arguments[word as usize] {
            let rt = self.dest(value);
            let addr = Addr::Stack(StackArea::Incoming, offset);
            self.push(Inst::Load {
                size: MemSize::Word,
                rt,
                addr,
            });
        }
    }

    fn addr(&mut self, address: Value, offset: i32) -> Addr<crate::isa::VReg> {
        match self.graph.op(address) {
            Op::ResultArea(start) => {
                let offset = start.wrapping_add_signed(offset);
                return Addr::Stack(StackArea::Locals, offset);
            }
            Op::Address(symbol, addend) => {
                let place = addend.wrapping_add(offset);
                let low = place.rem_euclid(REACH);
                let base = self.constant(Const::Address(symbol, place.wrapping_sub(low)));
                return Addr::Offset(base, Offset::new(low).expect("below 4096"));
            }
            _ => {}
        }
        if let Some((x, y)) = self.folded_binary(BinOp::Add, address)
            && let Some(addr) = self.indexed(x, y, offset)
        {
            return addr;
        }
        match Offset::new(offset) {
            Some(offset) => Addr::Offset(self.reg(address), offset),
            None => {
                let index = self.constant(Const::Int(offset.cast_unsigned()));
                Addr::Index(self.reg(address), index, 0)
            }
        }
    }

    /// The sum of two values as an index, where that is no worse than computing it.
    fn indexed(&mut self, x: Value, y: Value, offset: i32) -> Option<Addr<crate::isa::VReg>> {
        if let Op::Address(symbol, addend) = self.graph.op(y)
            && Offset::new(offset).is_none()
        {
            let base = self.constant(Const::Address(symbol, addend.wrapping_add(offset)));
            return Some(Addr::Index(base, self.reg(x), 0));
        }
        if offset != 0 {
            return None;
        }
        for (base, index) in [(x, y), (y, x)] {
            if let Some((inner, shift @ 1..=3)) = self.folded_const(BinOp::Shl, index) {
                return Some(Addr::Index(self.reg(base), self.reg(inner), shift as u8));
            }
        }
        if self.graph.constant(y).is_some() {
            return None;
        }
        // The base of a memory goes first: it is the register that stays.
        Some(Addr::Index(self.reg(y), self.reg(x), 0))
    }
}
