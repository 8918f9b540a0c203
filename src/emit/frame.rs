//! The stack frame: what is saved, where each area lies, and how instructions that name the stack
//! become instructions that name sp.
//!
//! ```text
//!   higher   │ incoming arguments │
//!            │ saved registers    │  one PUSH, one VPUSH
//!            │ slots              │
//!            │ locals             │  8-aligned
//!   sp ──▶   │ outgoing arguments │
//! ```
//!
//! Where slots would be beyond the reach of 16-bit LDR and STR, locals are above them: instructions name slots one by one, and of
//! locals mostly addresses.
//!
//! sp never moves in the body, except inside the three instructions of a store beyond the reach of an
//! immediate and in functions with a frame pointer, which says where sp was and where all but the outgoing arguments
//! are. A function that calls keeps sp 8-aligned (AAPCS32 6.2.1.2); a leaf only 4-aligned.
//! A body that needs one or two words gets them by pushing scratch registers instead of by SUB.
//!
//! Invariant: no expansion writes flags, and none needs a register besides those of its instruction.

use super::encode::{self, Context};
use super::encode_float;
use crate::isa::{
    Addr, AluOp, Class, Const, FRAME_POINTER, FloatAddr, Func, Imm12, Imm16, Inst, MemSize, ModImm, Offset, Operand2,
    PairOffset, Reg, RegSet, StackArea, Term,
};
use smallvec::{SmallVec, smallvec};

/// An instruction, or one of those that only frames need.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Op {
    Inst(Inst<Reg>),
    Push(RegSet),
    Pop(RegSet),
    FloatPush(RegSet),
    FloatPop(RegSet),
}

pub type Ops = SmallVec<[Op; 4]>;

/// The layout of a function's frame.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Frame {
    /// Callee-saved registers and lr, as the prologue pushes them.
    saved: RegSet,
    /// Callee-saved single-precision registers, pushed behind them: an even number from s16 on.
    singles: RegSet,
    /// Scratch registers that the prologue pushes below them instead of subtracting from sp.
    extra: RegSet,
    /// Bytes from sp to the first saved register.
    body: u32,
    locals: u32,
    slots: u32,
    /// Bytes below sp that single expansions use: stores to far slots, tables of words.
    borrowed: u32,
    /// What keeps the place of the frame in the body: sp, unless that moves.
    base: Reg,
}

impl Frame {
    /// `traps_call`: whether a trap calls, so that every function with one needs an aligned stack.
    pub fn new(func: &Func<Reg>, traps_call: bool) -> Frame {
        let mut usage = Usage::default();
        for block in &func.blocks {
            block.insts.iter().for_each(|inst| usage.inst(inst));
            usage.calls |= traps_call && matches!(block.term, Term::Trap(_));
            usage.calls |= traps_call && block.insts.iter().any(can_trap);
        }
        usage.calls |= traps_call && func.stack_check;
        if func.frame_pointer {
            usage.written.insert(FRAME_POINTER);
            // What moves sp keeps it 8-aligned, if it is so.
            usage.calls = true;
        }
        let base = if func.frame_pointer { FRAME_POINTER } else { Reg::SP };
        let preserved = usage.written.intersection(RegSet::CALLEE_SAVED);
        let singles = float_range(preserved.in_class(Class::Single));
        let mut saved = preserved.in_class(Class::Core);
        if usage.links || usage.written.contains(Reg::LR) || !saved.is_empty() {
            saved.insert(Reg::LR);
        }
        let (locals, slots, mut body) = areas(func);
        if usage.calls && !(body + 4 * count(saved)).is_multiple_of(8) {
            // One more saved register costs nothing, and no result can be in it.
            let low = RegSet::from_bits(0xf0).minus(saved).first();
            match low.filter(|_| !saved.is_empty()) {
                Some(low) => saved.insert(low),
                None => body += 4,
            }
        }
        let extra = match singles.is_empty() {
            true => scratch(body / 4, saved, RegSet::EMPTY).unwrap_or_default(),
            false => RegSet::EMPTY,
        };
        let mut frame = Frame { saved, singles, extra, body, locals, slots, borrowed: 0, base };
        if borrows(func, body) || usage.singles.iter().any(|&(area, offset)| frame.offset(area, offset) > FLOAT_REACH) {
            frame.borrowed = 8;
        }
        frame
    }

    /// The frame that enlarges an argument area to `bytes`, a multiple of 8, on behalf of the caller.
    pub fn of_area(bytes: u32) -> Frame {
        let saved = RegSet::of(Reg::LR);
        Frame {
            saved,
            singles: RegSet::EMPTY,
            extra: RegSet::EMPTY,
            body: bytes + 4,
            locals: 0,
            slots: 0,
            borrowed: 0,
            base: Reg::SP,
        }
    }

    /// Bytes from sp in the body to the incoming arguments.
    fn size(&self) -> u32 {
        self.body + 4 * count(self.saved) + 4 * count(self.singles)
    }

    /// Bytes of stack that the function uses at most.
    pub fn depth(&self) -> u32 {
        self.size() + self.borrowed
    }

    pub fn prologue(&self) -> Ops {
        let mut ops = Ops::new();
        let pushed = self.saved.union(self.extra);
        if !pushed.is_empty() {
            ops.push(Op::Push(pushed));
        }
        if !self.singles.is_empty() {
            ops.push(Op::FloatPush(self.singles));
        }
        let rest = self.body - 4 * count(self.extra);
        adjust(&mut ops, AluOp::Sub, Reg::SP, Reg::SP, rest);
        if self.base != Reg::SP {
            ops.push(Op::Inst(Inst::Mov { s: false, rd: self.base, rhs: Operand2::Reg(Reg::SP) }));
        }
        ops
    }

    /// Everything up to the branch to the caller, except where that is a POP of pc: whether the last
    /// operation is one. `results` survive.
    pub fn returning(&self, results: RegSet) -> (Ops, bool) {
        let mut last = self.saved;
        let is_return = last.contains(Reg::LR);
        if is_return {
            last.remove(Reg::LR);
            last.insert(Reg::PC);
        }
        (self.unwind(last, results), is_return)
    }

    /// Restores everything, lr included, before a branch to another function whose arguments are in
    /// `live`.
    pub fn leaving(&self, live: RegSet) -> Ops {
        self.unwind(self.saved, live)
    }

    /// Bytes of the instructions of `returning`, the branch to the caller included.
    pub fn return_size(&self, results: RegSet) -> u32 {
        let (ops, is_return) = self.returning(results);
        let size = |op: &Op| match op {
            Op::Inst(inst) => encode::encode(inst, Context::FREE).encoding.size(),
            Op::Push(regs) => encode::push(*regs).size(),
            Op::Pop(regs) => encode::pop(*regs).size(),
            Op::FloatPush(regs) => encode_float::push(*regs).size(),
            Op::FloatPop(regs) => encode_float::pop(*regs).size(),
        };
        let branch = if is_return { 0 } else { 2 };
        ops.iter().map(size).sum::<u32>() + branch
    }

    fn unwind(&self, popped: RegSet, live: RegSet) -> Ops {
        let mut ops = Ops::new();
        if self.base != Reg::SP {
            ops.push(Op::Inst(Inst::Mov { s: false, rd: Reg::SP, rhs: Operand2::Reg(self.base) }));
        }
        match scratch(self.body / 4, popped, live) {
            Some(extra) if !popped.is_empty() && self.singles.is_empty() => ops.push(Op::Pop(popped.union(extra))),
            _ => {
                adjust(&mut ops, AluOp::Add, Reg::SP, Reg::SP, self.body);
                if !self.singles.is_empty() {
                    ops.push(Op::FloatPop(self.singles));
                }
                if !popped.is_empty() {
                    ops.push(Op::Pop(popped));
                }
            }
        }
        ops
    }

    /// The registers that the function restores before it leaves.
    pub fn restored(&self) -> RegSet {
        self.saved.union(self.singles)
    }

    /// Whether the function restores this register before it leaves.
    pub fn restores(&self, reg: Reg) -> bool {
        self.saved.contains(reg)
    }

    /// The register that a byte of an area is found from, and its offset.
    fn place(&self, area: StackArea, offset: u32) -> (Reg, u32) {
        let base = if area == StackArea::Outgoing { Reg::SP } else { self.base };
        (base, self.offset(area, offset))
    }

    fn offset(&self, area: StackArea, offset: u32) -> u32 {
        let base = match area {
            StackArea::Outgoing => 0,
            StackArea::Locals => self.locals,
            StackArea::Slots => self.slots,
            StackArea::Incoming | StackArea::Passed => self.size(),
        };
        base + offset
    }

    /// The instruction with every stack operand resolved; `None` if it has none. A conditional
    /// instruction is given without its condition, which then holds for all of the result.
    pub fn resolve(&self, inst: &Inst<Reg>) -> Option<Ops> {
        Some(match *inst {
            Inst::Load { size, rt, addr: Addr::Stack(area, offset) } => load(size, rt, self.place(area, offset)),
            Inst::Store { size, rt, addr: Addr::Stack(area, offset) } => store(size, rt, self.place(area, offset)),
            Inst::FloatLoad { sd, addr: FloatAddr::Stack(area, offset) } => {
                float_access(self.place(area, offset), |addr| Inst::FloatLoad { sd, addr })
            }
            Inst::FloatStore { sd, addr: FloatAddr::Stack(area, offset) } => {
                float_access(self.place(area, offset), |addr| Inst::FloatStore { sd, addr })
            }
            Inst::StackAddr { rd, area, offset } => {
                let mut ops = Ops::new();
                match self.place(area, offset) {
                    (base, 0) => ops.push(Op::Inst(Inst::Mov { s: false, rd, rhs: Operand2::Reg(base) })),
                    (base, offset) => adjust(&mut ops, AluOp::Add, rd, base, offset),
                }
                ops
            }
            Inst::SetStack { rn } => {
                smallvec![Op::Inst(Inst::Mov { s: false, rd: Reg::SP, rhs: Operand2::Reg(rn) })]
            }
            _ => return None,
        })
    }
}

/// What a function does to registers.
#[derive(Default)]
struct Usage {
    written: RegSet,
    /// Whether a call replaces lr.
    links: bool,
    /// Whether a call needs an aligned stack.
    calls: bool,
    /// Places on the stack that VLDR and VSTR name.
    singles: Vec<(StackArea, u32)>,
}

impl Usage {
    fn inst(&mut self, inst: &Inst<Reg>) {
        inst.visit(|reg, role| {
            if !role.is_use() {
                self.written.insert(reg);
            }
        });
        self.written = self.written.union(inst.clobbers());
        if let Inst::FloatLoad { addr: FloatAddr::Stack(area, offset), .. }
        | Inst::FloatStore { addr: FloatAddr::Stack(area, offset), .. } = *inst
        {
            self.singles.push((area, offset));
        }
        let is_call = matches!(inst, Inst::Call(_));
        self.links |= is_call;
        self.calls |= is_call;
    }
}

/// Where locals and slots begin, and where what is above both does.
fn areas(func: &Func<Reg>) -> (u32, u32, u32) {
    let size = func.slots.next_multiple_of(4);
    let locals = func.outgoing.next_multiple_of(8);
    let slots = locals + func.locals.next_multiple_of(4);
    if func.locals == 0 || slots + size <= SHORT_REACH {
        return (locals, slots, slots + size);
    }
    let slots = func.outgoing.next_multiple_of(4);
    let locals = (slots + size).next_multiple_of(8);
    (locals, slots, locals + func.locals.next_multiple_of(4))
}

/// What 16-bit forms of LDR and STR reach from sp.
const SHORT_REACH: u32 = 1024;

/// Whether a store or a table may need more stack for a moment.
fn borrows(func: &Func<Reg>, body: u32) -> bool {
    let is_large = |term: &Term<Reg>| match term {
        Term::Table { targets, .. } => targets.len() > LARGE_TABLE,
        _ => false,
    };
    body > 4000 || func.blocks.iter().any(|block| is_large(&block.term))
}

/// Tables of at most so many entries are never tables of words.
const LARGE_TABLE: usize = 20_000;

fn can_trap(inst: &Inst<Reg>) -> bool {
    matches!(inst, Inst::TrapIf { .. } | Inst::TrapIfZero { .. } | Inst::Guard { .. })
}

fn count(regs: RegSet) -> u32 {
    regs.bits().count_ones()
}

/// One or two registers of r0–r3 outside `live` that go with `others` in one PUSH or POP and lie
/// below them there; `None` for other numbers of words, or if there are not enough.
fn scratch(words: u32, others: RegSet, live: RegSet) -> Option<RegSet> {
    if !(1..=2).contains(&words) || others.is_empty() {
        return None;
    }
    let free = RegSet::from_bits(0xf).minus(live);
    let first = (free.len() as u32).checked_sub(words)?;
    Some(free.iter().skip(first as usize).collect())
}

/// `rd = rn ± amount` in steps of modified immediates, or one of twelve bits.
fn adjust(ops: &mut Ops, op: AluOp, rd: Reg, rn: Reg, amount: u32) {
    let (mut rn, mut rest) = (rn, amount);
    while rest != 0 {
        let (part, inst) = step(op, rd, rn, rest);
        ops.push(Op::Inst(inst));
        rest -= part;
        rn = rd;
    }
}

/// One step of `adjust`: as much of `rest` as one instruction takes, the highest bits first.
fn step(op: AluOp, rd: Reg, rn: Reg, rest: u32) -> (u32, Inst<Reg>) {
    if let (None, Some(imm)) = (ModImm::new(rest), Imm12::new(rest)) {
        let sub = op == AluOp::Sub;
        return (rest, Inst::AddWide { sub, rd, rn, imm });
    }
    let pages = rest & !0xfff;
    let part = match ModImm::new(pages) {
        Some(_) if pages != 0 && ModImm::new(rest).is_none() => pages,
        _ => top_byte(rest),
    };
    let imm = ModImm::new(part).expect("eight bits from the highest are an immediate");
    let rhs = Operand2::Imm(imm);
    let s = false;
    (part, Inst::Alu { op, s, rd, rn, rhs })
}

/// The highest set bits of a value that a modified immediate holds: all of it, if it can.
pub fn top_byte(value: u32) -> u32 {
    if ModImm::new(value).is_some() {
        return value;
    }
    value & 0xff00_0000 >> value.leading_zeros()
}

/// `[base, #offset]` for an offset that fits.
pub fn at(base: Reg, offset: u32) -> Addr<Reg> {
    let offset = i32::try_from(offset).ok().and_then(Offset::new);
    Addr::Offset(base, offset.expect("at most twelve bits"))
}

fn load(size: MemSize, rt: Reg, (base, offset): (Reg, u32)) -> Ops {
    if offset <= 4095 {
        let addr = at(base, offset);
        return smallvec![Op::Inst(Inst::Load { size, rt, addr })];
    }
    let mut ops = Ops::new();
    let addr = far(&mut ops, rt, (base, offset));
    ops.push(Op::Inst(Inst::Load { size, rt, addr }));
    ops
}

fn store(size: MemSize, rt: Reg, (of, offset): (Reg, u32)) -> Ops {
    if offset <= 4095 {
        let addr = at(of, offset);
        return smallvec![Op::Inst(Inst::Store { size, rt, addr })];
    }
    let base = if rt == Reg::R0 { Reg::R1 } else { Reg::R0 };
    let mut ops: Ops = smallvec![Op::Push(RegSet::of(base))];
    let addr = far(&mut ops, base, (of, offset + pushed(of)));
    ops.push(Op::Inst(Inst::Store { size, rt, addr }));
    ops.push(Op::Pop(RegSet::of(base)));
    ops
}

/// How much farther a place is from this register while one more word is on the stack.
fn pushed(of: Reg) -> u32 {
    if of == Reg::SP { 4 } else { 0 }
}

/// What an immediate offset of VLDR and VSTR reaches.
const FLOAT_REACH: u32 = 1020;

/// VLDR or VSTR of a word of the stack.
fn float_access((of, offset): (Reg, u32), inst: impl Fn(FloatAddr<Reg>) -> Inst<Reg>) -> Ops {
    let at = |base: Reg, offset: u32| {
        let offset = i32::try_from(offset).ok().and_then(PairOffset::new);
        Op::Inst(inst(FloatAddr::Offset(base, offset.expect("a multiple of 4 in reach"))))
    };
    if offset <= FLOAT_REACH {
        return smallvec![at(of, offset)];
    }
    let base = Reg::R0;
    let mut ops: Ops = smallvec![Op::Push(RegSet::of(base))];
    // The word that is pushed is in between.
    let offset = offset + pushed(of);
    let low = offset % (FLOAT_REACH + 4);
    adjust(&mut ops, AluOp::Add, base, of, offset - low);
    ops.push(at(base, low));
    ops.push(Op::Pop(RegSet::of(base)));
    ops
}

/// The registers that VPUSH saves where these are changed: all from s16 on, in pairs, so that sp stays 8-aligned.
fn float_range(written: RegSet) -> RegSet {
    match written.last() {
        None => RegSet::EMPTY,
        Some(last) => (16..=last.single_bits() as u8 | 1).map(Reg::single).collect(),
    }
}

/// The address of a register + offset, with `base` to build it in.
fn far(ops: &mut Ops, base: Reg, (of, offset): (Reg, u32)) -> Addr<Reg> {
    let high = offset & !0xfff;
    if ModImm::new(high).is_some() {
        adjust(ops, AluOp::Add, base, of, high);
        return at(base, offset - high);
    }
    let value = Const::Int(offset & 0xffff);
    ops.push(Op::Inst(Inst::Const { rd: base, value }));
    debug_assert!(encode::is_immediate(value));
    let imm = Imm16::new(offset >> 16).expect("half of a word");
    let (rd, old) = (base, base);
    ops.push(Op::Inst(Inst::Movt { rd, old, imm }));
    Addr::Index(of, base, 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::isa::BlockData;

    #[test]
    fn slots_are_within_short_reach() {
        let returns = BlockData {
            params: SmallVec::new(),
            insts: Vec::new(),
            term: Term::Return { values: SmallVec::new() },
            loop_depth: 0,
            cold: false,
        };
        let mut func = Func::new(vec![returns]);
        for (outgoing, locals, slots) in [(0, 16, 12), (4, 1000, 8), (12, 2000, 20), (4, 4, 1020), (8, 40_000, 4)] {
            (func.outgoing, func.locals, func.slots) = (outgoing, locals, slots);
            let frame = Frame::new(&func, false);
            let ends = [(StackArea::Locals, locals), (StackArea::Slots, slots)].map(|(area, size)| {
                let (start, end) = (frame.offset(area, 0), frame.offset(area, size));
                assert!(outgoing <= start && end <= frame.body, "{area:?} is inside the frame");
                (start, end)
            });
            let [(locals_start, locals_end), (slots_start, slots_end)] = ends;
            assert!(locals_end <= slots_start || slots_end <= locals_start, "the areas are disjoint");
            assert!(locals_start % 8 == 0 && slots_start % 4 == 0);
            assert!(slots_end <= SHORT_REACH || outgoing + slots > 1000, "slots are near");
        }
    }
}
