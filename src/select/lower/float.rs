//! Values in single-precision registers, and the floating-point unit's operations.
//!
//! A value is defined in its class (`classes`). Who reads it in the other class asks for it there, and a move stands right
//! behind the definition.

use super::{Lower, consts};
use crate::isa::{
    AluOp, Class, Cond, Const, FloatAddr, FloatAluOp, FloatUnaryOp, Inst, ModImm, Operand2, PairOffset, ShiftAmount,
    ShiftOp, StackArea, TestOp, VReg,
};
use crate::select::ir::{FloatBinOp, FloatUnOp, Op, Place, Value};
use smallvec::{SmallVec, smallvec};

/// Addresses of one symbol share a base for VLDR and VSTR where they lie in the same block of this size.
const REACH: i32 = 1024;

impl Lower<'_> {
    /// The class that the value is defined in.
    pub fn class(&self, value: Value) -> Class {
        match self.classes.get(value.index()).is_some_and(|single| *single) {
            true => Class::Single,
            false => Class::Core,
        }
    }

    /// The single-precision register that holds a value.
    pub fn single(&mut self, value: Value) -> VReg {
        let node = self.graph.node(value);
        match node.op {
            Op::Const(c) => self.constant(Const::Float(c)),
            // Nobody computes with addresses as floats, so that there is no place for a move behind its definition.
            Op::Address(..) => {
                let rt = self.reg(value);
                let sn = self.func.new_single();
                self.push(Inst::ToFloat { sn, rt });
                sn
            }
            Op::Argument(n) if self.is_single_argument(n) => self.argument(n),
            Op::Result(n) => self.single_result(node.args[0], n),
            _ => self.single_result(value, 0),
        }
    }

    /// The single-precision register of result `n` of a node.
    pub fn single_result(&mut self, value: Value, n: u32) -> VReg {
        let func = &mut self.func;
        *self.singles.entry((value, n)).or_insert_with(|| func.new_single())
    }

    fn is_single_argument(&self, n: u32) -> bool {
        matches!(self.graph.arguments[n as usize], Place::Reg(reg) if reg.class() == Class::Single)
    }

    /// The register of the value in its own class.
    pub fn native(&mut self, value: Value) -> VReg {
        match self.class(value) {
            Class::Core => self.reg(value),
            Class::Single => self.single(value),
        }
    }

    /// The register of a value of a class that is going to be moved: a cheap constant is built in its place.
    pub fn own(&mut self, value: Value, class: Class) -> VReg {
        match (class, self.graph.constant(value).map(Const::Float)) {
            (Class::Core, _) => self.own_reg(value),
            (Class::Single, Some(constant)) if consts::is_cheap(constant) => self.fresh(constant),
            (Class::Single, _) => self.single(value),
        }
    }

    /// The classes that a node's results are defined in.
    fn result_classes(&self, value: Value) -> SmallVec<[Class; 2]> {
        match self.graph.op(value) {
            Op::Call(index) | Op::Routine(index) => {
                self.graph.calls[index as usize].results.iter().map(|reg| reg.class()).collect()
            }
            Op::AddLong | Op::SubLong | Op::MulLong { .. } | Op::MulAddAdd => smallvec![Class::Core; 2],
            Op::AddWide | Op::SubWide => smallvec![Class::Core; 4],
            _ => smallvec![self.class(value)],
        }
    }

    fn arrives_in_register(&self, value: Value) -> Option<u32> {
        match self.graph.op(value) {
            Op::Argument(n) if matches!(self.graph.arguments[n as usize], Place::Reg(_)) => Some(n),
            _ => None,
        }
    }

    /// Asks for those of a node's results in their own classes that were asked for in the other.
    pub fn ask_for_sources(&mut self, value: Value) {
        if self.classes.is_empty() || self.arrives_in_register(value).is_some() {
            return;
        }
        for (n, class) in (0..).zip(self.result_classes(value)) {
            match class {
                Class::Core if self.singles.contains_key(&(value, n)) => {
                    self.core_result(value, n);
                }
                Class::Single if self.result_reg(value, n).is_some() => {
                    self.single_result(value, n);
                }
                Class::Core | Class::Single => {}
            }
        }
    }

    /// Moves what a node defines to the other class where that was asked for.
    pub fn convert(&mut self, value: Value) {
        if let Some(n) = self.arrives_in_register(value) {
            return self.convert_argument(value, n);
        }
        if self.classes.is_empty() {
            return;
        }
        for (n, class) in (0..).zip(self.result_classes(value)) {
            let (core, single) = (self.result_reg(value, n), self.singles.get(&(value, n)).copied());
            if let (Some(core), Some(single)) = (core, single) {
                self.push(match class {
                    Class::Core => Inst::ToFloat { sn: single, rt: core },
                    Class::Single => Inst::ToCore { rt: core, sn: single },
                });
            }
        }
    }

    fn convert_argument(&mut self, value: Value, n: u32) {
        if self.is_single_argument(n) {
            if let Some(rt) = self.regs[value.index()] {
                let sn = self.argument(n);
                self.push(Inst::ToCore { rt, sn });
            }
        } else if let Some(&sn) = self.singles.get(&(value, 0)) {
            let rt = self.argument(n);
            self.push(Inst::ToFloat { sn, rt });
        }
    }

    pub fn float_binary(&mut self, value: Value, op: FloatBinOp, a: Value, b: Value) {
        let sd = self.single_result(value, 0);
        let (sn, sm) = (self.single(a), self.single(b));
        let op = match op {
            FloatBinOp::Add => FloatAluOp::Add,
            FloatBinOp::Sub => FloatAluOp::Sub,
            FloatBinOp::Mul => FloatAluOp::Mul,
            FloatBinOp::Div => FloatAluOp::Div,
            FloatBinOp::Min => return self.extreme(sd, sn, sm, AluOp::Orr, Cond::Gt),
            FloatBinOp::Max => return self.extreme(sd, sn, sm, AluOp::And, Cond::Mi),
        };
        self.push(Inst::FloatAlu { op, sd, sn, sm });
    }

    /// The second operand where `cond` holds, else the first; of equal ones, which only zeros with different signs are
    /// without being the same, the bits of both together; of a NaN, the sum, which is quiet.
    fn extreme(&mut self, sd: VReg, sn: VReg, sm: VReg, together: AluOp, cond: Cond) {
        let sum = self.func.new_single();
        self.push(Inst::FloatAlu { op: FloatAluOp::Add, sd: sum, sn, sm });
        let (rn, rm, rd) = (self.func.new_vreg(), self.func.new_vreg(), self.func.new_vreg());
        self.push(Inst::ToCore { rt: rn, sn });
        self.push(Inst::ToCore { rt: rm, sn: sm });
        self.push(Inst::Alu { op: together, s: false, rd, rn, rhs: Operand2::Reg(rm) });
        let equal = self.func.new_single();
        self.push(Inst::ToFloat { sn: equal, rt: rd });
        self.push(Inst::FloatCompare { sn, sm: Some(sm) });
        self.push(Inst::FloatFlags);
        let (ordered, unequal) = (self.func.new_single(), self.func.new_single());
        self.move_if(cond, ordered, sm, sn);
        self.move_if(Cond::Eq, unequal, equal, ordered);
        self.move_if(Cond::Vs, sd, sum, unequal);
    }

    /// `sd` is `sm` where the condition holds, else `old`.
    fn move_if(&mut self, cond: Cond, sd: VReg, sm: VReg, old: VReg) {
        let inst = Box::new(Inst::FloatUnary { op: FloatUnaryOp::Mov, sd, sm });
        self.push(Inst::If { cond, old, inst });
    }

    pub fn float_unary(&mut self, value: Value, op: FloatUnOp, a: Value) {
        let op = match op {
            FloatUnOp::Abs | FloatUnOp::Neg if self.class(value) == Class::Core => {
                return self.change_sign(value, op, a);
            }
            FloatUnOp::Abs => FloatUnaryOp::Abs,
            FloatUnOp::Neg => FloatUnaryOp::Neg,
            FloatUnOp::Sqrt => FloatUnaryOp::Sqrt,
            FloatUnOp::FromSigned => FloatUnaryOp::FromSigned,
            FloatUnOp::FromUnsigned => FloatUnaryOp::FromUnsigned,
            FloatUnOp::ToSigned => FloatUnaryOp::ToSigned,
            FloatUnOp::ToUnsigned => FloatUnaryOp::ToUnsigned,
        };
        let sd = self.single_result(value, 0);
        let sm = self.single(a);
        self.push(Inst::FloatUnary { op, sd, sm });
    }

    /// The sign of a float in a core register.
    fn change_sign(&mut self, value: Value, op: FloatUnOp, a: Value) {
        let rd = self.dest(value);
        let rn = self.reg(a);
        let rhs = Operand2::Imm(ModImm::new(1 << 31).expect("one bit is a modified immediate"));
        let op = if op == FloatUnOp::Abs { AluOp::Bic } else { AluOp::Eor };
        self.push(Inst::Alu { op, s: false, rd, rn, rhs });
    }

    /// Leaves the flags of a comparison of floats.
    pub fn float_compare(&mut self, a: Value, b: Value) {
        let is_zero = self.graph.constant(b).is_some_and(|c| c << 1 == 0);
        let sn = self.single(a);
        let sm = if is_zero { None } else { Some(self.single(b)) };
        self.push(Inst::FloatCompare { sn, sm });
        self.push(Inst::FloatFlags);
    }

    /// Leaves flags, in which the condition holds where the truncation of a float has no result.
    ///
    /// As an i32: the bits without the sign, doubled, and the sign inverted below them are at most 2 * bits(2^31) where the
    /// float is in range, to which -2^31 belongs and 2^31 does not. As a u32: the order key, which is the bits with those
    /// below the sign inverted where that is set, counted from that of the number next to -1, is below the distance to 2^32.
    pub fn float_overflows(&mut self, signed: bool, a: Value) -> Cond {
        let imm = |value: u32| Operand2::Imm(ModImm::new(value).expect("eight bits"));
        let shifted = |rm, op, by: u32| Operand2::Shifted(rm, op, ShiftAmount::new(by).expect("1 to 31"));
        let bits = self.reg(a);
        let (first, key) = (self.func.new_vreg(), self.func.new_vreg());
        if signed {
            self.push(Inst::Mov { s: false, rd: first, rhs: shifted(bits, ShiftOp::Ror, 31) });
            self.push(Inst::Alu { op: AluOp::Eor, s: false, rd: key, rn: first, rhs: imm(1) });
            self.push(Inst::Test { op: TestOp::Cmp, rn: key, rhs: imm(0x9e00_0000) });
            return Cond::Hi;
        }
        let distance = self.func.new_vreg();
        self.push(Inst::Mov { s: false, rd: first, rhs: shifted(bits, ShiftOp::Asr, 31) });
        self.push(Inst::Alu { op: AluOp::Eor, s: false, rd: key, rn: bits, rhs: shifted(first, ShiftOp::Lsr, 1) });
        self.push(Inst::Alu { op: AluOp::Add, s: false, rd: distance, rn: key, rhs: imm(0x3f80_0000) });
        self.push(Inst::Test { op: TestOp::Cmp, rn: distance, rhs: imm(0x8f00_0000) });
        Cond::Hs
    }

    /// A select in single-precision registers.
    pub fn float_select(&mut self, value: Value, cond: Value, a: Value, b: Value) {
        let sd = self.single_result(value, 0);
        let sm = self.single(a);
        let old = self.own(b, Class::Single);
        let cond = self.flags(cond);
        self.move_if(cond, sd, sm, old);
    }

    /// The place of an access as VLDR and VSTR can name it.
    pub fn float_addr(&mut self, address: Value, offset: i32) -> Option<FloatAddr<VReg>> {
        match self.graph.op(address) {
            Op::ResultArea(start) => Some(FloatAddr::Stack(StackArea::Locals, start.wrapping_add_signed(offset))),
            Op::Address(symbol, addend) => {
                let place = addend.wrapping_add(offset);
                let low = place.rem_euclid(REACH);
                let offset = PairOffset::new(low)?;
                let base = self.constant(Const::Address(symbol, place.wrapping_sub(low)));
                Some(FloatAddr::Offset(base, offset))
            }
            _ => {
                let offset = PairOffset::new(offset)?;
                Some(FloatAddr::Offset(self.reg(address), offset))
            }
        }
    }
}
