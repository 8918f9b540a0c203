//! Instructions of the floating-point extension as text (ARMv7-M ARM A7.7).

use super::Printer;
use crate::isa::{FloatAddr, FloatAluOp, FloatImm, FloatUnaryOp, Inst};
use std::fmt::{self, Display};

impl Printer<'_> {
    /// A mnemonic with its condition, and the type behind it.
    fn typed(&mut self, name: &str, ty: &str) -> fmt::Result {
        self.out.write_str(name)?;
        if let Some(cond) = self.suffix.cond {
            write!(self.out, "{cond}")?;
        }
        write!(self.out, "{ty} ")
    }

    pub(super) fn float<R: Copy + Display>(&mut self, inst: &Inst<R>) -> fmt::Result {
        match *inst {
            Inst::FloatAlu { op, sd, sn, sm } => {
                let name = match op {
                    FloatAluOp::Add => "vadd",
                    FloatAluOp::Sub => "vsub",
                    FloatAluOp::Mul => "vmul",
                    FloatAluOp::Div => "vdiv",
                };
                self.typed(name, ".f32")?;
                write!(self.out, "{sd}, {sn}, {sm}")
            }
            Inst::FloatUnary { op, sd, sm } => {
                let (name, ty) = match op {
                    FloatUnaryOp::Mov => ("vmov", ".f32"),
                    FloatUnaryOp::Abs => ("vabs", ".f32"),
                    FloatUnaryOp::Neg => ("vneg", ".f32"),
                    FloatUnaryOp::Sqrt => ("vsqrt", ".f32"),
                    FloatUnaryOp::FromSigned => ("vcvt", ".f32.s32"),
                    FloatUnaryOp::FromUnsigned => ("vcvt", ".f32.u32"),
                    FloatUnaryOp::ToSigned => ("vcvt", ".s32.f32"),
                    FloatUnaryOp::ToUnsigned => ("vcvt", ".u32.f32"),
                };
                self.typed(name, ty)?;
                write!(self.out, "{sd}, {sm}")
            }
            Inst::FloatCompare { sn, sm } => {
                self.typed("vcmp", ".f32")?;
                match sm {
                    Some(sm) => write!(self.out, "{sn}, {sm}"),
                    None => write!(self.out, "{sn}, #0.0"),
                }
            }
            Inst::FloatFlags => {
                self.typed("vmrs", "")?;
                self.out.write_str("APSR_nzcv, fpscr")
            }
            Inst::ToFloat { sn, rt } => {
                self.typed("vmov", "")?;
                write!(self.out, "{sn}, {rt}")
            }
            Inst::ToCore { rt, sn } => {
                self.typed("vmov", "")?;
                write!(self.out, "{rt}, {sn}")
            }
            Inst::FloatLoad { sd, addr } => {
                self.typed("vldr", "")?;
                write!(self.out, "{sd}, ")?;
                self.float_address(addr)
            }
            Inst::FloatStore { sd, addr } => {
                self.typed("vstr", "")?;
                write!(self.out, "{sd}, ")?;
                self.float_address(addr)
            }
            Inst::FloatLoadUpdate { down, sd, old, .. } => {
                self.typed(if down { "vldmdb" } else { "vldmia" }, "")?;
                write!(self.out, "{old}!, {{{sd}}}")
            }
            Inst::FloatStoreUpdate { down, sd, old, .. } => {
                self.typed(if down { "vstmdb" } else { "vstmia" }, "")?;
                write!(self.out, "{old}!, {{{sd}}}")
            }
            _ => unreachable!("not of the floating-point extension"),
        }
    }

    fn float_address<R: Display>(&mut self, addr: FloatAddr<R>) -> fmt::Result {
        match addr {
            FloatAddr::Offset(rn, offset) => self.offset(rn, offset.value()),
            FloatAddr::Stack(area, offset) => write!(self.out, "[{area}, #{offset}]"),
        }
    }

    pub(super) fn float_constant<R: Display>(&mut self, sd: R, bits: u32) -> fmt::Result {
        match FloatImm::new(bits) {
            Some(_) => {
                self.typed("vmov", ".f32")?;
                write!(self.out, "{sd}, #{:?}", f32::from_bits(bits))
            }
            None => {
                self.typed("vldr", "")?;
                write!(self.out, "{sd}, ={bits:#x}")
            }
        }
    }
}
