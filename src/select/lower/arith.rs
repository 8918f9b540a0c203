//! Arithmetic: each function covers one operation with the folds that the instruction set has for it.

use super::Lower;
use crate::isa::{
    AluOp, Cond, Const, ExtendOp, Imm12, Inst, Lsb, ModImm, Operand2, Rotation, ShiftAmount, ShiftOp, Symbol, UnaryOp,
    VReg,
};
use crate::select::ir::{BinOp, Op, UnOp, Value};

fn shift_op(op: BinOp) -> Option<ShiftOp> {
    match op {
        BinOp::Shl => Some(ShiftOp::Lsl),
        BinOp::ShrU => Some(ShiftOp::Lsr),
        BinOp::ShrS => Some(ShiftOp::Asr),
        BinOp::Rotr => Some(ShiftOp::Ror),
        _ => None,
    }
}

impl Lower<'_> {
    /// The operand and shift of a value that folds and is a shift by a constant.
    fn shifted(&self, value: Value) -> Option<(Value, ShiftOp, ShiftAmount)> {
        let Op::Binary(op) = self.graph.op(value) else {
            return None;
        };
        let op_kind = shift_op(op)?;
        let (a, amount) = self.folded_const(op, value)?;
        Some((a, op_kind, ShiftAmount::new(amount)?))
    }

    pub fn is_shifted(&self, value: Value) -> bool {
        self.shifted(value).is_some()
    }

    /// A value as a flexible operand: an immediate, a shifted register or a register.
    pub fn operand2(&mut self, value: Value) -> Operand2<VReg> {
        if let Some(imm) = self.graph.constant(value).and_then(ModImm::new) {
            return Operand2::Imm(imm);
        }
        match self.shifted(value) {
            Some((inner, op, amount)) => Operand2::Shifted(self.reg(inner), op, amount),
            None => Operand2::Reg(self.reg(value)),
        }
    }

    /// Two operands that may be swapped: the one that folds comes second.
    pub fn commutative_operands(&mut self, a: Value, b: Value) -> (VReg, Operand2<VReg>) {
        let is_right = |value| self.graph.constant(value).is_some() || self.is_shifted(value);
        let (a, b) = if is_right(a) && !is_right(b) { (b, a) } else { (a, b) };
        (self.reg(a), self.operand2(b))
    }

    pub fn binary(&mut self, value: Value, op: BinOp, a: Value, b: Value) {
        let rd = self.dest(value);
        match op {
            BinOp::Add => self.add(rd, a, b),
            BinOp::Sub => self.sub(rd, a, b),
            BinOp::Mul => {
                let (rn, rm) = (self.reg(a), self.reg(b));
                self.push(Inst::Mul { rd, rn, rm });
            }
            BinOp::DivS | BinOp::DivU => {
                let (rn, rm) = (self.reg(a), self.reg(b));
                self.push(Inst::Div { signed: op == BinOp::DivS, rd, rn, rm });
            }
            BinOp::And => self.and(rd, a, b),
            BinOp::Or => self.or(rd, a, b),
            BinOp::Xor => self.xor(rd, a, b),
            BinOp::Shl => self.shift(rd, ShiftOp::Lsl, a, b),
            BinOp::ShrU => self.shift(rd, ShiftOp::Lsr, a, b),
            BinOp::ShrS => self.shift(rd, ShiftOp::Asr, a, b),
            BinOp::Rotr => self.shift(rd, ShiftOp::Ror, a, b),
        }
    }

    fn alu(&mut self, op: AluOp, rd: VReg, rn: VReg, rhs: Operand2<VReg>) {
        self.push(Inst::Alu { op, s: false, rd, rn, rhs });
    }

    fn add(&mut self, rd: VReg, a: Value, b: Value) {
        if let Some(c) = self.graph.constant(b) {
            // The base of a memory is in a register anyway.
            if let Some((x, y)) = self.folded_binary(BinOp::Add, a)
                && let Op::Address(symbol, addend) = self.graph.op(y)
                && !matches!(symbol, Symbol::Memory(_))
            {
                let address = Const::Address(symbol, addend.wrapping_add(c.cast_signed()));
                let (rn, rhs) = (self.constant(address), self.operand2(x));
                return self.alu(AluOp::Add, rd, rn, rhs);
            }
            return self.add_const(rd, a, b, c);
        }
        for (a, b) in [(a, b), (b, a)] {
            if let Some((x, y)) = self.folded_binary(BinOp::Mul, b) {
                let (rn, rm, ra) = (self.reg(x), self.reg(y), self.reg(a));
                return self.push(Inst::MulAdd { sub: false, rd, rn, rm, ra });
            }
            if let Some((op, inner)) = self.extension(b) {
                let (rn, rm) = (self.reg(a), self.reg(inner));
                return self.push(Inst::ExtendAdd { op, rd, rn, rm, rotation: Rotation::None });
            }
            if matches!(self.graph.op(b), Op::Compare(_) | Op::CompareLong(_) | Op::FloatCompare(_)) && self.folds(b) {
                return self.add_truth(AluOp::Add, rd, a, b);
            }
        }
        let (rn, rhs) = self.commutative_operands(a, b);
        self.alu(AluOp::Add, rd, rn, rhs);
    }

    fn add_const(&mut self, rd: VReg, a: Value, b: Value, c: u32) {
        let negated = c.wrapping_neg();
        let rn = self.reg(a);
        if let Some(imm) = ModImm::new(c) {
            self.alu(AluOp::Add, rd, rn, Operand2::Imm(imm));
        } else if let Some(imm) = ModImm::new(negated) {
            self.alu(AluOp::Sub, rd, rn, Operand2::Imm(imm));
        } else if let Some(imm) = Imm12::new(c) {
            self.push(Inst::AddWide { sub: false, rd, rn, imm });
        } else if let Some(imm) = Imm12::new(negated) {
            self.push(Inst::AddWide { sub: true, rd, rn, imm });
        } else {
            let rhs = Operand2::Reg(self.reg(b));
            self.alu(AluOp::Add, rd, rn, rhs);
        }
    }

    /// `a + 1` or `a - 1` where the comparison holds, else `a`.
    fn add_truth(&mut self, op: AluOp, rd: VReg, a: Value, comparison: Value) {
        let old = self.reg(a);
        let cond: Cond = self.flags(comparison);
        let rhs = Operand2::Imm(ModImm::new(1).expect("1 is a modified immediate"));
        let inst = Inst::Alu { op, s: false, rd, rn: old, rhs };
        self.push(Inst::If { cond, old, inst: Box::new(inst) });
    }

    /// A value that folds and is an extension of a byte or halfword.
    fn extension(&self, value: Value) -> Option<(ExtendOp, Value)> {
        match self.folded_const(BinOp::And, value) {
            Some((inner, 0xff)) => return Some((ExtendOp::Uxtb, inner)),
            Some((inner, 0xffff)) => return Some((ExtendOp::Uxth, inner)),
            _ => {}
        }
        if !self.folds(value) {
            return None;
        }
        let op = match self.graph.op(value) {
            Op::Unary(UnOp::Extend8S) => ExtendOp::Sxtb,
            Op::Unary(UnOp::Extend16S) => ExtendOp::Sxth,
            _ => return None,
        };
        Some((op, self.graph.node(value).args[0]))
    }

    fn sub(&mut self, rd: VReg, a: Value, b: Value) {
        if let Some((x, y)) = self.folded_binary(BinOp::Mul, b) {
            let (rn, rm, ra) = (self.reg(x), self.reg(y), self.reg(a));
            return self.push(Inst::MulAdd { sub: true, rd, rn, rm, ra });
        }
        if matches!(self.graph.op(b), Op::Compare(_) | Op::CompareLong(_) | Op::FloatCompare(_))
            && self.folds(b)
            && self.graph.constant(a).is_none()
        {
            return self.add_truth(AluOp::Sub, rd, a, b);
        }
        let reversed = self.graph.constant(a).is_some_and(|c| ModImm::new(c).is_some())
            || self.is_shifted(a) && !self.is_shifted(b);
        if reversed {
            let (rn, rhs) = (self.reg(b), self.operand2(a));
            return self.alu(AluOp::Rsb, rd, rn, rhs);
        }
        let (rn, rhs) = (self.reg(a), self.operand2(b));
        self.alu(AluOp::Sub, rd, rn, rhs);
    }

    fn and(&mut self, rd: VReg, a: Value, b: Value) {
        if let Some(c) = self.graph.constant(b) {
            return self.and_const(rd, a, b, c);
        }
        for (a, b) in [(a, b), (b, a)] {
            if let Some((inner, u32::MAX)) = self.folded_const(BinOp::Xor, b) {
                let (rn, rhs) = (self.reg(a), self.operand2(inner));
                return self.alu(AluOp::Bic, rd, rn, rhs);
            }
        }
        let (rn, rhs) = self.commutative_operands(a, b);
        self.alu(AluOp::And, rd, rn, rhs);
    }

    fn and_const(&mut self, rd: VReg, a: Value, b: Value, c: u32) {
        let low_bits = c.trailing_ones();
        let is_low_mask = low_bits < 32 && c >> low_bits == 0;
        if is_low_mask
            && let Some((inner, lsb)) = self.folded_const(BinOp::ShrU, a)
            && let Some(lsb_field) = Lsb::new(lsb)
            && lsb + low_bits <= 32
        {
            let rn = self.reg(inner);
            let width = low_bits as u8;
            return self.push(Inst::BitExtract { signed: false, rd, rn, lsb: lsb_field, width });
        }
        let rn = self.reg(a);
        if c == 0xff || c == 0xffff {
            let op = if c == 0xff { ExtendOp::Uxtb } else { ExtendOp::Uxth };
            self.push(Inst::Extend { op, rd, rm: rn, rotation: Rotation::None });
        } else if let Some(imm) = ModImm::new(c) {
            self.alu(AluOp::And, rd, rn, Operand2::Imm(imm));
        } else if let Some(imm) = ModImm::new(!c) {
            self.alu(AluOp::Bic, rd, rn, Operand2::Imm(imm));
        } else if is_low_mask {
            let lsb = Lsb::new(0).expect("0 is a bit number");
            self.push(Inst::BitExtract { signed: false, rd, rn, lsb, width: low_bits as u8 });
        } else if let Some((lsb, width)) = field(!c) {
            self.push(Inst::BitClear { rd, old: rn, lsb, width });
        } else {
            let rhs = Operand2::Reg(self.reg(b));
            self.alu(AluOp::And, rd, rn, rhs);
        }
    }

    fn or(&mut self, rd: VReg, a: Value, b: Value) {
        if let Some(c) = self.graph.constant(b) {
            let rn = self.reg(a);
            return match (ModImm::new(c), ModImm::new(!c)) {
                (Some(imm), _) => self.alu(AluOp::Orr, rd, rn, Operand2::Imm(imm)),
                (None, Some(imm)) => self.alu(AluOp::Orn, rd, rn, Operand2::Imm(imm)),
                (None, None) => {
                    let rhs = Operand2::Reg(self.reg(b));
                    self.alu(AluOp::Orr, rd, rn, rhs);
                }
            };
        }
        for (a, b) in [(a, b), (b, a)] {
            if let Some((inner, u32::MAX)) = self.folded_const(BinOp::Xor, b) {
                let (rn, rhs) = (self.reg(a), self.operand2(inner));
                return self.alu(AluOp::Orn, rd, rn, rhs);
            }
        }
        let (rn, rhs) = self.commutative_operands(a, b);
        self.alu(AluOp::Orr, rd, rn, rhs);
    }

    fn xor(&mut self, rd: VReg, a: Value, b: Value) {
        if self.graph.constant(b) == Some(u32::MAX) {
            let rhs = self.operand2(a);
            return self.push(Inst::Mvn { s: false, rd, rhs });
        }
        let (rn, rhs) = self.commutative_operands(a, b);
        self.alu(AluOp::Eor, rd, rn, rhs);
    }

    fn shift(&mut self, rd: VReg, op: ShiftOp, a: Value, b: Value) {
        let Some(c) = self.graph.constant(b) else {
            let (rn, rm) = (self.reg(a), self.reg(b));
            return self.push(Inst::Shift { op, s: false, rd, rn, rm });
        };
        let amount = ShiftAmount::new(c).expect("folding leaves amounts of 1 to 31");
        // A shift up and further down moves a field.
        if let (ShiftOp::Lsr | ShiftOp::Asr, Some((inner, up))) = (op, self.folded_const(BinOp::Shl, a))
            && let Some(lsb) = c.checked_sub(up).and_then(Lsb::new)
        {
            let rn = self.reg(inner);
            let width = (32 - c) as u8;
            return self.push(Inst::BitExtract { signed: op == ShiftOp::Asr, rd, rn, lsb, width });
        }
        let rhs = Operand2::Shifted(self.reg(a), op, amount);
        self.push(Inst::Mov { s: false, rd, rhs });
    }

    pub fn unary(&mut self, value: Value, op: UnOp, a: Value) {
        let rd = self.dest(value);
        let width = match op {
            UnOp::Extend8S => Some(8),
            UnOp::Extend16S => Some(16),
            UnOp::Clz | UnOp::Rbit | UnOp::Rev => None,
        };
        if let Some(width) = width {
            for shift in [BinOp::ShrU, BinOp::ShrS] {
                if let Some((inner, lsb)) = self.folded_const(shift, a)
                    && lsb + u32::from(width) <= 32
                    && let Some(lsb) = Lsb::new(lsb)
                {
                    let rn = self.reg(inner);
                    return self.push(Inst::BitExtract { signed: true, rd, rn, lsb, width });
                }
            }
        }
        let rm = self.reg(a);
        let rotation = Rotation::None;
        self.push(match op {
            UnOp::Clz => Inst::Unary { op: UnaryOp::Clz, rd, rm },
            UnOp::Rbit => Inst::Unary { op: UnaryOp::Rbit, rd, rm },
            UnOp::Rev => Inst::Unary { op: UnaryOp::Rev, rd, rm },
            UnOp::Extend8S => Inst::Extend { op: ExtendOp::Sxtb, rd, rm, rotation },
            UnOp::Extend16S => Inst::Extend { op: ExtendOp::Sxth, rd, rm, rotation },
        });
    }

    /// The factors of a product that only this sum of two i64 uses, both halves of it.
    fn folded_product(&self, lo: Value, hi: Value) -> Option<(bool, Value, Value)> {
        let Op::MulLong { signed } = self.graph.op(lo) else {
            return None;
        };
        let high = self.graph.node(hi);
        let product = self.graph.node(lo);
        let own = high.op == Op::Result(1)
            && high.args[0] == lo
            && self.uses[lo.index()] == 2
            && self.uses[hi.index()] == 1
            && product.block == self.block
            && self.regs[lo.index()].is_none()
            && !self.results.contains_key(&(lo, 1));
        own.then(|| (signed, product.args[0], product.args[1]))
    }

    pub fn add_long(&mut self, value: Value) {
        let args = self.graph.node(value).args.clone();
        let [alo, ahi, blo, bhi] = [args[0], args[1], args[2], args[3]];
        let (lo, hi) = (self.result_reg(value, 0), self.result_reg(value, 1));
        let Some(rdhi) = hi else {
            let rd = lo.expect("a node that is covered has a result that is wanted");
            return self.add(rd, alo, blo);
        };
        let rdlo = lo.unwrap_or_else(|| self.func.new_vreg());
        for (a, b) in [((alo, ahi), (blo, bhi)), ((blo, bhi), (alo, ahi))] {
            if let Some((signed, x, y)) = self.folded_product(b.0, b.1) {
                let (rn, rm) = (self.reg(x), self.reg(y));
                let (oldlo, oldhi) = (self.own_reg(a.0), self.own_reg(a.1));
                return self.push(Inst::MulAddLong { signed, rdlo, rdhi, oldlo, oldhi, rn, rm });
            }
        }
        let (rn, rhs) = self.commutative_operands(alo, blo);
        let (high, high_rhs) = self.commutative_operands(ahi, bhi);
        self.push(Inst::Alu { op: AluOp::Add, s: true, rd: rdlo, rn, rhs });
        self.alu(AluOp::Adc, rdhi, high, high_rhs);
    }

    pub fn sub_long(&mut self, value: Value) {
        let args = self.graph.node(value).args.clone();
        let [alo, ahi, blo, bhi] = [args[0], args[1], args[2], args[3]];
        let (lo, hi) = (self.result_reg(value, 0), self.result_reg(value, 1));
        let Some(rdhi) = hi else {
            let rd = lo.expect("a node that is covered has a result that is wanted");
            return self.sub(rd, alo, blo);
        };
        let rdlo = lo.unwrap_or_else(|| self.func.new_vreg());
        let zero = Some(0);
        if self.graph.constant(alo) == zero && self.graph.constant(ahi) == zero {
            let (low, high) = (self.reg(blo), self.reg(bhi));
            let imm = ModImm::new(0).expect("0 is a modified immediate");
            self.push(Inst::Alu { op: AluOp::Rsb, s: true, rd: rdlo, rn: low, rhs: Operand2::Imm(imm) });
            // b - 2b - borrow is -b - borrow, without a register that holds 0.
            let one = ShiftAmount::new(1).expect("1 to 31");
            return self.alu(AluOp::Sbc, rdhi, high, Operand2::Shifted(high, ShiftOp::Lsl, one));
        }
        let (rn, rhs) = (self.reg(alo), self.operand2(blo));
        let (high, high_rhs) = (self.reg(ahi), self.operand2(bhi));
        self.push(Inst::Alu { op: AluOp::Sub, s: true, rd: rdlo, rn, rhs });
        self.alu(AluOp::Sbc, rdhi, high, high_rhs);
    }

    pub fn mul_long(&mut self, value: Value, signed: bool) {
        let node = self.graph.node(value);
        let (lo, hi) = (self.result_reg(value, 0), self.result_reg(value, 1));
        let (rn, rm) = (self.reg(node.args[0]), self.reg(node.args[1]));
        match hi {
            None => {
                let rd = lo.expect("a node that is covered has a result that is wanted");
                self.push(Inst::Mul { rd, rn, rm });
            }
            Some(rdhi) => {
                let rdlo = lo.unwrap_or_else(|| self.func.new_vreg());
                self.push(Inst::MulLong { signed, rdlo, rdhi, rn, rm });
            }
        }
    }
}

/// The place of a mask that is one run of ones.
fn field(mask: u32) -> Option<(Lsb, u8)> {
    let lsb = mask.trailing_zeros();
    let width = mask.checked_shr(lsb)?.trailing_ones();
    let is_run = mask.count_ones() == width && width > 0;
    if !is_run {
        return None;
    }
    Some((Lsb::new(lsb)?, width as u8))
}
