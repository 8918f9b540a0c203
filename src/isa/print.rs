//! Instructions and functions as text, in the unified syntax of ARMv7-M ARM A7.
//!
//! `encoded` prints an instruction as it was encoded, so that an assembler makes the same bytes of
//! the line: with `s` where the encoding sets flags and `.w` where a 32-bit encoding was taken of an
//! operation that has 16-bit ones. `Display` of `Inst`, `Term` and `Func`, in `dump`, is over any
//! registers.

mod dump;
mod float;

use super::func::Symbol;
use super::inst::Inst;
use super::operand::{Addr, AluOp, Cond, Const, ExtendOp, MemSize, Operand2, Rotation, ShiftOp, TestOp, UnaryOp};
use super::reg::{Reg, RegSet};
use std::fmt::{self, Display, Formatter, Write};

/// What the mnemonic says besides the operation.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Suffix {
    /// Whether flags are set.
    pub s: bool,
    /// The condition of the IT slot.
    pub cond: Option<Cond>,
    /// Whether the encoding has 32 bits.
    pub wide: bool,
}

/// The line of assembly of an encoded instruction.
pub fn encoded(inst: &Inst<Reg>, suffix: Suffix, names: &dyn Fn(Symbol) -> String) -> String {
    let mut text = String::new();
    let mut printer = Printer { out: &mut text, suffix, names };
    printer.inst(inst).expect("writing to a string cannot fail");
    text
}

/// `push {…}` or `pop {…}`, `vpush {…}` or `vpop {…}`
pub fn list(name: &str, wide: bool, regs: RegSet) -> String {
    let wide = if wide && regs.len() > 1 { ".w" } else { "" };
    let regs: Vec<String> = regs.iter().map(|reg| reg.to_string()).collect();
    format!("{name}{wide} {{{}}}", regs.join(", "))
}

impl Display for Cond {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Cond::Eq => "eq",
            Cond::Ne => "ne",
            Cond::Hs => "hs",
            Cond::Lo => "lo",
            Cond::Mi => "mi",
            Cond::Pl => "pl",
            Cond::Vs => "vs",
            Cond::Vc => "vc",
            Cond::Hi => "hi",
            Cond::Ls => "ls",
            Cond::Ge => "ge",
            Cond::Lt => "lt",
            Cond::Gt => "gt",
            Cond::Le => "le",
        })
    }
}

struct Printer<'a> {
    out: &'a mut dyn Write,
    suffix: Suffix,
    names: &'a dyn Fn(Symbol) -> String,
}

/// Whether a mnemonic has encodings of both lengths, and so needs `.w` for the longer.
#[derive(Copy, Clone, PartialEq, Eq)]
enum Lengths {
    Both,
    Wide,
}
use Lengths::{Both, Wide};

impl Printer<'_> {
    fn name(&mut self, name: &str, lengths: Lengths) -> fmt::Result {
        self.out.write_str(name)?;
        if self.suffix.s {
            self.out.write_char('s')?;
        }
        if let Some(cond) = self.suffix.cond {
            write!(self.out, "{cond}")?;
        }
        if self.suffix.wide && lengths == Both {
            self.out.write_str(".w")?;
        }
        self.out.write_char(' ')
    }

    fn inst<R: Copy + Display>(&mut self, inst: &Inst<R>) -> fmt::Result {
        match *inst {
            Inst::Alu { op, rd, rn, rhs, .. } => {
                let lengths = if op == AluOp::Orn { Wide } else { Both };
                self.name(alu_name(op), lengths)?;
                write!(self.out, "{rd}, {rn}, ")?;
                self.operand(rhs)
            }
            Inst::AddWide { sub, rd, rn, imm } => {
                self.name(if sub { "subw" } else { "addw" }, Wide)?;
                write!(self.out, "{rd}, {rn}, ")?;
                self.number(imm.value())
            }
            Inst::Mov { rd, rhs, .. } => self.mov(rd, rhs),
            Inst::Mvn { rd, rhs, .. } => {
                self.name("mvn", Both)?;
                write!(self.out, "{rd}, ")?;
                self.operand(rhs)
            }
            Inst::Const { rd, value } => self.constant(rd, value),
            Inst::Movt { rd, imm, .. } => {
                self.name("movt", Wide)?;
                write!(self.out, "{rd}, ")?;
                self.number(imm.value())
            }
            Inst::Shift { op, rd, rn, rm, .. } => {
                self.name(shift_name(op), Both)?;
                write!(self.out, "{rd}, {rn}, {rm}")
            }
            Inst::Extend { op, rd, rm, rotation } => {
                self.name(extend_name(op), Both)?;
                write!(self.out, "{rd}, {rm}")?;
                self.rotation(rotation)
            }
            Inst::ExtendAdd { op, rd, rn, rm, rotation } => {
                self.name(extend_add_name(op), Wide)?;
                write!(self.out, "{rd}, {rn}, {rm}")?;
                self.rotation(rotation)
            }
            Inst::Mul { .. }
            | Inst::MulAdd { .. }
            | Inst::MulLong { .. }
            | Inst::MulAddLong { .. }
            | Inst::MulAddAddLong { .. }
            | Inst::Div { .. } => self.multiply(inst),
            Inst::Unary { op, rd, rm } => {
                let (name, lengths) = match op {
                    UnaryOp::Clz => ("clz", Wide),
                    UnaryOp::Rbit => ("rbit", Wide),
                    UnaryOp::Rev => ("rev", Both),
                    UnaryOp::Rev16 => ("rev16", Both),
                    UnaryOp::Revsh => ("revsh", Both),
                };
                self.name(name, lengths)?;
                write!(self.out, "{rd}, {rm}")
            }
            Inst::BitExtract { .. } | Inst::BitInsert { .. } | Inst::BitClear { .. } | Inst::Saturate { .. } => {
                self.bit_field(inst)
            }
            Inst::Test { op, rn, rhs } => {
                let (name, lengths) = match op {
                    TestOp::Cmp => ("cmp", Both),
                    TestOp::Cmn => ("cmn", Both),
                    TestOp::Tst => ("tst", Both),
                    TestOp::Teq => ("teq", Wide),
                };
                self.name(name, lengths)?;
                write!(self.out, "{rn}, ")?;
                self.operand(rhs)
            }
            Inst::If { .. } => unreachable!("a conditional instruction is printed as its slot"),
            Inst::Load { .. }
            | Inst::Store { .. }
            | Inst::LoadUpdate { .. }
            | Inst::StoreUpdate { .. }
            | Inst::LoadPair { .. }
            | Inst::StorePair { .. }
            | Inst::LoadPairUpdate { .. }
            | Inst::StorePairUpdate { .. } => self.access(inst),
            Inst::SetStack { rn } => write!(self.out, "mov sp, {rn}"),
            Inst::StackAddr { rd, area, offset } => {
                write!(self.out, "add {rd}, {area}, #{offset}")
            }
            Inst::FloatAlu { .. }
            | Inst::FloatUnary { .. }
            | Inst::FloatCompare { .. }
            | Inst::FloatFlags
            | Inst::ToFloat { .. }
            | Inst::ToCore { .. }
            | Inst::FloatLoad { .. }
            | Inst::FloatStore { .. }
            | Inst::FloatLoadUpdate { .. }
            | Inst::FloatStoreUpdate { .. } => self.float(inst),
            Inst::Call(ref call) => write!(self.out, "{call}"),
            Inst::TrapIf { cond, code } => write!(self.out, "trap{cond} {code}"),
            Inst::Guard { rn, limit, code } => write!(self.out, "trapabove {rn}, #{}, {code}", limit.value()),
            Inst::TrapIfZero { nonzero, rn, code } => {
                let n = if nonzero { "n" } else { "" };
                write!(self.out, "trap{n}z {rn}, {code}")
            }
        }
    }

    fn mov<R: Display>(&mut self, rd: R, rhs: Operand2<R>) -> fmt::Result {
        match rhs {
            Operand2::Shifted(rm, op, amount) => {
                self.name(shift_name(op), Both)?;
                write!(self.out, "{rd}, {rm}, #{}", amount.value())
            }
            Operand2::Reg(_) | Operand2::Imm(_) => {
                self.name("mov", Both)?;
                write!(self.out, "{rd}, ")?;
                self.operand(rhs)
            }
        }
    }

    fn constant<R: Display>(&mut self, rd: R, value: Const) -> fmt::Result {
        match value {
            Const::Int(value) if self.suffix.wide => {
                self.name("movw", Wide)?;
                write!(self.out, "{rd}, ")?;
                self.number(value)
            }
            Const::Int(value) => {
                self.name("mov", Wide)?;
                write!(self.out, "{rd}, ")?;
                self.number(value)
            }
            Const::Float(bits) => self.float_constant(rd, bits),
            Const::Address(symbol, addend) => {
                self.name("ldr", Wide)?;
                write!(self.out, "{rd}, ={}", (self.names)(symbol))?;
                match addend {
                    0 => Ok(()),
                    _ => write!(self.out, "{addend:+}"),
                }
            }
        }
    }

    fn multiply<R: Copy + Display>(&mut self, inst: &Inst<R>) -> fmt::Result {
        let signs = |signed: bool, name: &str| format!("{}{name}", if signed { 's' } else { 'u' });
        let (name, lengths, first, second, rn, rm) = match *inst {
            Inst::Mul { rd, rn, rm } => ("mul".to_string(), self.mul_lengths(), rd, None, rn, rm),
            Inst::MulAdd { sub, rd, rn, rm, ra } => {
                self.name(if sub { "mls" } else { "mla" }, Wide)?;
                return write!(self.out, "{rd}, {rn}, {rm}, {ra}");
            }
            Inst::MulLong { signed, rdlo, rdhi, rn, rm } => (signs(signed, "mull"), Wide, rdlo, Some(rdhi), rn, rm),
            Inst::MulAddLong { signed, rdlo, rdhi, rn, rm, .. } => {
                (signs(signed, "mlal"), Wide, rdlo, Some(rdhi), rn, rm)
            }
            Inst::MulAddAddLong { rdlo, rdhi, rn, rm, .. } => ("umaal".to_string(), Wide, rdlo, Some(rdhi), rn, rm),
            Inst::Div { signed, rd, rn, rm } => (signs(signed, "div"), Wide, rd, None, rn, rm),
            _ => unreachable!("not a multiplication"),
        };
        self.name(&name, lengths)?;
        write!(self.out, "{first}, ")?;
        if let Some(second) = second {
            write!(self.out, "{second}, ")?;
        }
        write!(self.out, "{rn}, {rm}")
    }

    /// MUL without `s` is wide outside IT blocks for assemblers too.
    fn mul_lengths(&self) -> Lengths {
        if self.suffix.cond.is_some() { Both } else { Wide }
    }

    fn bit_field<R: Copy + Display>(&mut self, inst: &Inst<R>) -> fmt::Result {
        match *inst {
            Inst::BitExtract { signed, rd, rn, lsb, width } => {
                self.name(if signed { "sbfx" } else { "ubfx" }, Wide)?;
                write!(self.out, "{rd}, {rn}, #{}, #{width}", lsb.value())
            }
            Inst::BitInsert { rd, rn, lsb, width, .. } => {
                self.name("bfi", Wide)?;
                write!(self.out, "{rd}, {rn}, #{}, #{width}", lsb.value())
            }
            Inst::BitClear { rd, lsb, width, .. } => {
                self.name("bfc", Wide)?;
                write!(self.out, "{rd}, #{}, #{width}", lsb.value())
            }
            Inst::Saturate { signed, rd, bits, rn, shift } => {
                self.name(if signed { "ssat" } else { "usat" }, Wide)?;
                write!(self.out, "{rd}, #{bits}, {rn}")?;
                match shift {
                    Some((op, amount)) => {
                        write!(self.out, ", {} #{}", shift_name(op), amount.value())
                    }
                    None => Ok(()),
                }
            }
            _ => unreachable!("not a bit field operation"),
        }
    }

    fn access<R: Copy + Display>(&mut self, inst: &Inst<R>) -> fmt::Result {
        match *inst {
            Inst::Load { size, rt, addr } => {
                self.name(&format!("ldr{}", size_name(size, true)), Both)?;
                write!(self.out, "{rt}, ")?;
                self.address(addr)
            }
            Inst::Store { size, rt, addr } => {
                self.name(&format!("str{}", size_name(size, false)), Both)?;
                write!(self.out, "{rt}, ")?;
                self.address(addr)
            }
            Inst::LoadUpdate { size, pre, rt, old, offset, .. } => {
                self.name(&format!("ldr{}", size_name(size, true)), Wide)?;
                self.updated(rt, old, pre, offset.value())
            }
            Inst::StoreUpdate { size, pre, rt, old, offset, .. } => {
                self.name(&format!("str{}", size_name(size, false)), Wide)?;
                self.updated(rt, old, pre, offset.value())
            }
            Inst::LoadPair { rt, rt2, rn, offset } => {
                self.name("ldrd", Wide)?;
                write!(self.out, "{rt}, {rt2}, ")?;
                self.offset(rn, offset.value())
            }
            Inst::StorePair { rt, rt2, rn, offset } => {
                self.name("strd", Wide)?;
                write!(self.out, "{rt}, {rt2}, ")?;
                self.offset(rn, offset.value())
            }
            Inst::LoadPairUpdate { rt, rt2, old, .. } => self.stepped_pair(["ldrd", "ldm"], rt, rt2, old),
            Inst::StorePairUpdate { rt, rt2, old, .. } => self.stepped_pair(["strd", "stm"], rt, rt2, old),
            _ => unreachable!("not a memory access"),
        }
    }

    fn address<R: Display>(&mut self, addr: Addr<R>) -> fmt::Result {
        match addr {
            Addr::Offset(rn, offset) => self.offset(rn, offset.value()),
            Addr::Index(rn, rm, 0) => write!(self.out, "[{rn}, {rm}]"),
            Addr::Index(rn, rm, shift) => write!(self.out, "[{rn}, {rm}, lsl #{shift}]"),
            Addr::Stack(area, offset) => write!(self.out, "[{area}, #{offset}]"),
        }
    }

    fn offset<R: Display>(&mut self, rn: R, offset: i32) -> fmt::Result {
        match offset {
            0 => write!(self.out, "[{rn}]"),
            _ => write!(self.out, "[{rn}, #{offset}]"),
        }
    }

    fn updated<R: Display>(&mut self, rt: R, rn: R, pre: bool, offset: i32) -> fmt::Result {
        if pre { write!(self.out, "{rt}, [{rn}, #{offset}]!") } else { write!(self.out, "{rt}, [{rn}], #{offset}") }
    }

    /// The encodings of the two lengths have names of their own.
    fn stepped_pair<R: Display>(&mut self, [wide, narrow]: [&str; 2], rt: R, rt2: R, rn: R) -> fmt::Result {
        if self.suffix.wide {
            self.name(wide, Wide)?;
            return write!(self.out, "{rt}, {rt2}, [{rn}], #8");
        }
        self.name(narrow, Wide)?;
        write!(self.out, "{rn}!, {{{rt}, {rt2}}}")
    }

    fn operand<R: Display>(&mut self, operand: Operand2<R>) -> fmt::Result {
        match operand {
            Operand2::Reg(rm) => write!(self.out, "{rm}"),
            Operand2::Shifted(rm, op, amount) => {
                write!(self.out, "{rm}, {} #{}", shift_name(op), amount.value())
            }
            Operand2::Imm(imm) => self.number(imm.value()),
        }
    }

    fn rotation(&mut self, rotation: Rotation) -> fmt::Result {
        let amount = match rotation {
            Rotation::None => return Ok(()),
            Rotation::Ror8 => 8,
            Rotation::Ror16 => 16,
            Rotation::Ror24 => 24,
        };
        write!(self.out, ", ror #{amount}")
    }

    /// Small numbers in decimal, patterns of bits in hexadecimal.
    fn number(&mut self, value: u32) -> fmt::Result {
        if value < 4096 { write!(self.out, "#{value}") } else { write!(self.out, "#{value:#x}") }
    }
}

fn alu_name(op: AluOp) -> &'static str {
    match op {
        AluOp::And => "and",
        AluOp::Bic => "bic",
        AluOp::Orr => "orr",
        AluOp::Orn => "orn",
        AluOp::Eor => "eor",
        AluOp::Add => "add",
        AluOp::Adc => "adc",
        AluOp::Sub => "sub",
        AluOp::Sbc => "sbc",
        AluOp::Rsb => "rsb",
    }
}

fn shift_name(op: ShiftOp) -> &'static str {
    match op {
        ShiftOp::Lsl => "lsl",
        ShiftOp::Lsr => "lsr",
        ShiftOp::Asr => "asr",
        ShiftOp::Ror => "ror",
    }
}

fn extend_name(op: ExtendOp) -> &'static str {
    match op {
        ExtendOp::Uxtb => "uxtb",
        ExtendOp::Uxth => "uxth",
        ExtendOp::Sxtb => "sxtb",
        ExtendOp::Sxth => "sxth",
    }
}

fn extend_add_name(op: ExtendOp) -> &'static str {
    match op {
        ExtendOp::Uxtb => "uxtab",
        ExtendOp::Uxth => "uxtah",
        ExtendOp::Sxtb => "sxtab",
        ExtendOp::Sxth => "sxtah",
    }
}

fn size_name(size: MemSize, load: bool) -> &'static str {
    match size {
        MemSize::Word => "",
        MemSize::U8 => "b",
        MemSize::U16 => "h",
        MemSize::S8 => {
            if load {
                "sb"
            } else {
                "b"
            }
        }
        MemSize::S16 => {
            if load {
                "sh"
            } else {
                "h"
            }
        }
    }
}
