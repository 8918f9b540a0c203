//! Loads and stores with their addressing modes (ARMv7-M ARM A4.6).

use super::Lower;
use crate::isa::{Addr, Class, Const, FloatAddr, Inst, MemSize, Offset, ShortOffset, StackArea, Symbol, VReg};
use crate::options::Optimize;
use crate::select::ir::{Access, BinOp, Block, Op, Place, Value};

/// Addresses of one symbol share a base where they lie in the same block of this size: what an immediate offset
/// reaches.
const REACH: i32 = 4096;

/// The same of addresses that are numbers. Devices are spaced like this, and the first registers of one then are where
/// 16-bit accesses reach.
const DEVICE: i32 = 1024;

/// What an access to two words steps its address by.
const PAIR: i32 = 8;

/// How far above a step of an address the access is looked for that can do it.
const STEP_REACH: usize = 64;

/// What an access adds to its address besides.
#[derive(Copy, Clone)]
pub struct Step {
    /// The stepped address.
    sum: Value,
    by: ShortOffset,
    /// Whether the access is at the stepped address.
    pre: bool,
}

impl Step {
    pub fn sum(&self) -> Value {
        self.sum
    }
}

impl Lower<'_> {
    /// Leaves the sum of an address and a small constant, number `n` of the block, to the access before it that is the
    /// last to use the address; that access then has a post- or pre-indexed form.
    pub fn step_at_access(&mut self, block: Block, n: usize) -> bool {
        let body = &self.graph.block(block).body;
        let node = self.graph.node(body[n]);
        if node.op != Op::Binary(BinOp::Add) {
            return false;
        }
        let (address, c) = (node.args[0], self.graph.constant(node.args[1]));
        let Some(by) = c.and_then(|c| ShortOffset::new(c.cast_signed())) else {
            return false;
        };
        // An address that is needed afterwards would have to be copied.
        if self.is_reg_wanted(address) || self.singles.contains_key(&(body[n], 0)) {
            return false;
        }
        let before = body[..n].iter().rev().take(STEP_REACH);
        let user = before.copied().find(|&value| self.graph.node(value).args.contains(&address));
        let Some(user) = user else { return false };
        let (access, args) = match self.graph.node(user).op {
            Op::Load(access) | Op::Store(access) => (access, &self.graph.node(user).args),
            _ => return false,
        };
        let pre = access.offset == by.value();
        // VLDM and VSTM of one register step by one word.
        if self.is_float_access(user, access) && (by.value(), pre) != (4, false) && (by.value(), pre) != (-4, true) {
            return false;
        }
        if args[0] != address || args[1..].contains(&address) || !(pre || access.offset == 0) {
            return false;
        }
        self.steps.insert(user, Step { sum: body[n], by, pre });
        true
    }

    /// Whether the access is made with a single-precision register.
    fn is_float_access(&self, node: Value, access: Access) -> bool {
        let value = match self.graph.op(node) {
            Op::Store(_) => self.graph.node(node).args[1],
            _ => node,
        };
        access.aligned && access.size == MemSize::Word && self.class(value) == Class::Single
    }

    pub fn load(&mut self, value: Value, address: Value, access: Access) {
        if self.is_float_access(value, access) {
            return self.float_load(value, address, access);
        }
        let rt = self.dest(value);
        let size = access.size;
        if let Some(step @ Step { sum, by, pre }) = self.steps.remove(&value) {
            let (old, rn) = (self.reg(address), self.dest(sum));
            if let Some(&Inst::Load { rt: rt2, .. }) = self.pair(step, access) {
                self.reversed.pop();
                return self.push(Inst::LoadPairUpdate { rt, rt2, rn, old });
            }
            return self.push(Inst::LoadUpdate { size, pre, rt, rn, old, offset: by });
        }
        let addr = self.addr(address, access.offset);
        self.push(Inst::Load { size, rt, addr });
    }

    /// The access that comes right behind one that steps its address, if it is to the next word and one instruction can do both.
    fn pair(&mut self, step: Step, access: Access) -> Option<&Inst<VReg>> {
        let steps = step.by.value() == PAIR && !step.pre;
        let suitable = self.optimize == Optimize::Size && access.is_pairable();
        let next = self.dest(step.sum);
        let inst = self.reversed.last().filter(|_| steps && suitable && self.sequence.is_empty())?;
        match *inst {
            Inst::Load { size: MemSize::Word, rt, addr: Addr::Offset(rn, offset) }
            | Inst::Store { size: MemSize::Word, rt, addr: Addr::Offset(rn, offset) } => {
                (rn == next && rt != next && offset.value() == 4 - PAIR).then_some(inst)
            }
            _ => None,
        }
    }

    fn float_load(&mut self, value: Value, address: Value, access: Access) {
        let sd = self.single_result(value, 0);
        if let Some(Step { sum, pre: down, .. }) = self.steps.remove(&value) {
            let (old, rn) = (self.reg(address), self.dest(sum));
            return self.push(Inst::FloatLoadUpdate { down, sd, rn, old });
        }
        match self.float_addr(address, access.offset) {
            Some(addr) => self.push(Inst::FloatLoad { sd, addr }),
            None => {
                let rt = self.func.new_vreg();
                let addr = self.addr(address, access.offset);
                self.push(Inst::Load { size: access.size, rt, addr });
                self.push(Inst::ToFloat { sn: sd, rt });
            }
        }
    }

    pub fn store(&mut self, node: Value, address: Value, value: Value, access: Access) {
        if self.is_float_access(node, access)
            && let Some(Step { sum, pre: down, .. }) = self.steps.remove(&node)
        {
            let sd = self.single(value);
            let (old, rn) = (self.reg(address), self.dest(sum));
            return self.push(Inst::FloatStoreUpdate { down, sd, rn, old });
        }
        if self.is_float_access(node, access)
            && let Some(addr) = self.float_addr(address, access.offset)
        {
            let sd = self.single(value);
            return self.push(Inst::FloatStore { sd, addr });
        }
        let rt = self.reg(value);
        let size = access.size;
        if let Some(step @ Step { sum, by, pre }) = self.steps.remove(&node) {
            let (old, rn) = (self.reg(address), self.dest(sum));
            if let Some(&Inst::Store { rt: rt2, .. }) = self.pair(step, access) {
                self.reversed.pop();
                return self.push(Inst::StorePairUpdate { rt, rt2, rn, old });
            }
            return self.push(Inst::StoreUpdate { size, pre, rt, rn, old, offset: by });
        }
        let addr = self.addr(address, access.offset);
        self.push(Inst::Store { size, rt, addr });
    }

    /// An argument word that arrives on the stack.
    pub fn stack_argument(&mut self, value: Value, word: u32) {
        if let Place::Stack(offset) = self.graph.arguments[word as usize] {
            let area = if self.passed.contains(&offset) { StackArea::Passed } else { StackArea::Incoming };
            if self.class(value) == Class::Single {
                let sd = self.single_result(value, 0);
                return self.push(Inst::FloatLoad { sd, addr: FloatAddr::Stack(area, offset) });
            }
            let rt = self.dest(value);
            let addr = Addr::Stack(area, offset);
            self.push(Inst::Load { size: MemSize::Word, rt, addr });
        }
    }

    fn addr(&mut self, address: Value, offset: i32) -> Addr<VReg> {
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
            Op::Const(place) => {
                let place = place.cast_signed().wrapping_add(offset);
                let low = place.rem_euclid(DEVICE);
                let base = self.constant(Const::Int(place.wrapping_sub(low).cast_unsigned()));
                return Addr::Offset(base, Offset::new(low).expect("below 1024"));
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
    fn indexed(&mut self, x: Value, y: Value, offset: i32) -> Option<Addr<VReg>> {
        // The offset joins an address, where it does not fit the instruction and in loops, before which the
        // address is built, but outside of loops not that of a memory, which is in a register anyway.
        if let Op::Address(symbol, addend) = self.graph.op(y)
            && (Offset::new(offset).is_none()
                || offset != 0 && (self.consts.leaves_loop(self.block) || !matches!(symbol, Symbol::Memory(_))))
        {
            let base = self.constant(Const::Address(symbol, addend.wrapping_add(offset)));
            return Some(match self.folded_const(BinOp::Shl, x) {
                Some((inner, shift @ 1..=3)) => Addr::Index(base, self.reg(inner), shift as u8),
                _ => Addr::Index(base, self.reg(x), 0),
            });
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
