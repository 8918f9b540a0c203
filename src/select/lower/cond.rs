//! Conditions: flags where a branch, a trap or a select reads them, 0 or 1 only where a value is wanted.

use super::Lower;
use super::consts::is_cheap;
use crate::isa::{
    AluOp, Cond, Const, Inst, ModImm, Operand2, ShiftAmount, ShiftOp, SplitLimit, TestOp, TrapCode, UnaryOp, VReg,
};
use crate::select::ir::{BinOp, Op, Value};

/// How a condition can be read.
pub enum Test {
    /// From the flags that the instructions before leave.
    Flags(Cond),
    /// It holds where the register is not zero.
    NonZero(VReg),
    Zero(VReg),
}

impl Lower<'_> {
    /// Evaluates a condition for one reader, which comes next.
    pub fn test(&mut self, cond: Value) -> Test {
        let node = self.graph.node(cond);
        match node.op {
            Op::Compare(of) => self.compare(of, node.args[0], node.args[1]),
            Op::CompareLong(of) => {
                let args = node.args.clone();
                let (lo, low) = (self.reg(args[0]), self.operand2(args[2]));
                let (hi, high) = (self.reg(args[1]), self.operand2(args[3]));
                self.push(Inst::Test { op: TestOp::Cmp, rn: lo, rhs: low });
                let rd = self.func.new_vreg();
                self.push(Inst::Alu { op: AluOp::Sbc, s: true, rd, rn: hi, rhs: high });
                Test::Flags(of)
            }
            Op::FloatCompare(of) => {
                self.float_compare(node.args[0], node.args[1]);
                Test::Flags(of)
            }
            Op::FloatOverflows { signed } => Test::Flags(self.float_overflows(signed, node.args[0])),
            _ => self.test_zero(cond, false),
        }
    }

    /// The same as flags.
    pub fn flags(&mut self, cond: Value) -> Cond {
        match self.test(cond) {
            Test::Flags(cond) => cond,
            Test::NonZero(rn) => {
                self.compare_zero(rn);
                Cond::Ne
            }
            Test::Zero(rn) => {
                self.compare_zero(rn);
                Cond::Eq
            }
        }
    }

    fn compare_zero(&mut self, rn: VReg) {
        let zero = ModImm::new(0).expect("0 is a modified immediate");
        self.push(Inst::Test { op: TestOp::Cmp, rn, rhs: Operand2::Imm(zero) });
    }

    fn compare(&mut self, cond: Cond, a: Value, b: Value) -> Test {
        match self.graph.constant(b) {
            Some(0) if matches!(cond, Cond::Eq | Cond::Ne) => self.test_zero(a, cond == Cond::Eq),
            Some(c) => self.compare_const(cond, a, c, b),
            None => {
                // A shift folds on the right only.
                let (cond, a, b) =
                    if self.is_shifted(a) && !self.is_shifted(b) { (cond.swapped(), b, a) } else { (cond, a, b) };
                let (rn, rhs) = (self.reg(a), self.operand2(b));
                self.push(Inst::Test { op: TestOp::Cmp, rn, rhs });
                Test::Flags(cond)
            }
        }
    }

    fn compare_const(&mut self, cond: Cond, a: Value, c: u32, constant: Value) -> Test {
        // Where the constant is no immediate, its neighbour may be one.
        let neighbour = match cond {
            Cond::Lt | Cond::Ge if c != 1 << 31 => Some(c.wrapping_sub(1)),
            Cond::Lo | Cond::Hs if c != 0 => Some(c - 1),
            Cond::Gt | Cond::Le if c != i32::MAX.cast_unsigned() => Some(c + 1),
            Cond::Hi | Cond::Ls if c != u32::MAX => Some(c + 1),
            _ => None,
        };
        let other = match cond {
            Cond::Lt => Cond::Le,
            Cond::Ge => Cond::Gt,
            Cond::Lo => Cond::Ls,
            Cond::Hs => Cond::Hi,
            Cond::Gt => Cond::Ge,
            Cond::Le => Cond::Lt,
            Cond::Hi => Cond::Hs,
            Cond::Ls => Cond::Lo,
            cond => cond,
        };
        let immediate = |c: u32| {
            // `cmn` with 0 or the least number sets other flags than the comparison with its negation.
            let negated = if c == 0 || c == 1 << 31 { None } else { ModImm::new(c.wrapping_neg()) };
            let plain = ModImm::new(c).map(|imm| (TestOp::Cmp, imm));
            plain.or(negated.map(|imm| (TestOp::Cmn, imm)))
        };
        let rn = self.reg(a);
        if let Some((op, imm)) = immediate(c) {
            self.push(Inst::Test { op, rn, rhs: Operand2::Imm(imm) });
            return Test::Flags(cond);
        }
        if let Some((op, imm)) = neighbour.and_then(immediate) {
            self.push(Inst::Test { op, rn, rhs: Operand2::Imm(imm) });
            return Test::Flags(other);
        }
        let rhs = Operand2::Reg(self.reg(constant));
        self.push(Inst::Test { op: TestOp::Cmp, rn, rhs });
        Test::Flags(cond)
    }

    /// Whether a value is zero or, without `zero`, is not.
    fn test_zero(&mut self, value: Value, zero: bool) -> Test {
        let cond = if zero { Cond::Eq } else { Cond::Ne };
        if let Some((a, b)) = self.folded_binary(BinOp::And, value) {
            let encodable = self.graph.constant(b).is_none_or(|c| ModImm::new(c).is_some());
            if encodable {
                let (rn, rhs) = (self.reg(a), self.operand2(b));
                self.push(Inst::Test { op: TestOp::Tst, rn, rhs });
                return Test::Flags(cond);
            }
        }
        if let Some((a, b)) = self.folded_binary(BinOp::Add, value)
            && self.graph.constant(b).is_none()
        {
            let (rn, rhs) = (self.reg(a), self.operand2(b));
            self.push(Inst::Test { op: TestOp::Cmn, rn, rhs });
            return Test::Flags(cond);
        }
        if let Some((a, b)) = self.folded_binary(BinOp::Or, value)
            && self.graph.constant(b).is_none()
        {
            let (op, rn, rhs) = match self.folded_const(BinOp::Xor, b) {
                Some((inner, u32::MAX)) => (AluOp::Orn, self.reg(a), Operand2::Reg(self.reg(inner))),
                _ => {
                    let (rn, rhs) = self.commutative_operands(a, b);
                    (AluOp::Orr, rn, rhs)
                }
            };
            let rd = self.func.new_vreg();
            self.push(Inst::Alu { op, s: true, rd, rn, rhs });
            return Test::Flags(cond);
        }
        let rn = self.reg(value);
        if zero { Test::Zero(rn) } else { Test::NonZero(rn) }
    }

    pub fn trap_if(&mut self, cond: Value, code: TrapCode) {
        if let Some((value, limit)) = self.split_limit(cond) {
            let rn = self.reg(value);
            return self.push(Inst::Guard { rn, limit, code });
        }
        match self.test(cond) {
            Test::Flags(cond) => self.push(Inst::TrapIf { cond, code }),
            Test::NonZero(rn) => self.push(Inst::TrapIfZero { nonzero: true, rn, code }),
            Test::Zero(rn) => self.push(Inst::TrapIfZero { nonzero: false, rn, code }),
        }
    }

    /// What is compared, where a condition is that it is above a limit that no immediate holds.
    fn split_limit(&self, cond: Value) -> Option<(Value, SplitLimit)> {
        let node = self.graph.node(cond);
        let is_hot = self.splits_limits && !self.graph.block(self.block).cold;
        let is_split = is_hot && node.op == Op::Compare(Cond::Hi);
        let limit = self.graph.constant(*node.args.get(1)?).filter(|_| is_split)?;
        let held = [Some(limit), limit.checked_add(1)].into_iter().flatten().any(|limit| ModImm::new(limit).is_some());
        // What one instruction makes is worth no second comparison, unless it would take a register in a loop.
        let cheap = limit <= 0xffff && self.flow.depth[self.block.index()] == 0;
        if held || cheap { None } else { Some((node.args[0], SplitLimit::new(limit)?)) }
    }

    /// A comparison as 0 or 1.
    pub fn truth_value(&mut self, value: Value) {
        let rd = self.dest(value);
        let node = self.graph.node(value);
        if let Op::Compare(cond) = node.op {
            let (a, b) = (node.args[0], node.args[1]);
            match (cond, self.graph.constant(b)) {
                (Cond::Eq, Some(0)) => return self.is_zero(rd, a),
                (Cond::Lt, Some(0)) => {
                    let rhs = Operand2::Shifted(self.reg(a), ShiftOp::Lsr, amount(31));
                    return self.push(Inst::Mov { s: false, rd, rhs });
                }
                (Cond::Ge, Some(0)) => {
                    let inverted = self.func.new_vreg();
                    let rhs = Operand2::Reg(self.reg(a));
                    self.push(Inst::Mvn { s: false, rd: inverted, rhs });
                    let rhs = Operand2::Shifted(inverted, ShiftOp::Lsr, amount(31));
                    return self.push(Inst::Mov { s: false, rd, rhs });
                }
                (Cond::Ne, Some(0)) => return self.is_nonzero(rd, a),
                _ => {}
            }
        }
        let old = self.fresh(Const::Int(0));
        let cond = self.flags(value);
        self.push(Inst::If { cond, old, inst: Box::new(small_mov(rd, 1)) });
    }

    /// Only 0 has 32 leading zeros.
    fn is_zero(&mut self, rd: VReg, value: Value) {
        let zeros = self.func.new_vreg();
        let rm = self.reg(value);
        self.push(Inst::Unary { op: UnaryOp::Clz, rd: zeros, rm });
        let rhs = Operand2::Shifted(zeros, ShiftOp::Lsr, amount(5));
        self.push(Inst::Mov { s: false, rd, rhs });
    }

    /// `x - (x - 1) - borrow`, where only 0 - 1 borrows.
    fn is_nonzero(&mut self, rd: VReg, value: Value) {
        let less = self.func.new_vreg();
        let rn = self.reg(value);
        let one = Operand2::Imm(ModImm::new(1).expect("1 is a modified immediate"));
        self.push(Inst::Alu { op: AluOp::Sub, s: true, rd: less, rn, rhs: one });
        self.push(Inst::Alu { op: AluOp::Sbc, s: false, rd, rn, rhs: Operand2::Reg(less) });
    }

    pub fn select(&mut self, value: Value, cond: Value, a: Value, b: Value) {
        let rd = self.dest(value);
        if self.saturate(rd, value) {
            return;
        }
        for (operation, kept, inverse) in [(a, b, false), (b, a, true)] {
            if let Some((op, rhs)) = self.operation_on(operation, kept) {
                let old = self.reg(kept);
                let cond = self.flags(cond);
                let cond = if inverse { cond.inverse() } else { cond };
                let inst = Inst::Alu { op, s: false, rd, rn: old, rhs };
                return self.push(Inst::If { cond, old, inst: Box::new(inst) });
            }
        }
        // The arm that stays is moved to rd beforehand, unless it dies here; the other needs an instruction under
        // the condition, for which an immediate is as good as a register.
        let swap = self.conditional_immediate(b).is_some() && self.conditional_immediate(a).is_none()
            || self.conditional_immediate(a).is_none() && self.is_wanted_later(b) && !self.is_wanted_later(a);
        let (moved, kept) = if swap { (b, a) } else { (a, b) };
        let inst = match self.conditional_immediate(moved) {
            Some(c) => small_mov(rd, c),
            None => Inst::Mov { s: false, rd, rhs: Operand2::Reg(self.reg(moved)) },
        };
        let old = self.own_reg(kept);
        let cond = self.flags(cond);
        let cond = if swap { cond.inverse() } else { cond };
        self.push(Inst::If { cond, old, inst: Box::new(inst) });
    }

    /// What one instruction does to the kept arm of a select to make the other one, if nothing else wants that.
    fn operation_on(&mut self, value: Value, kept: Value) -> Option<(AluOp, Operand2<VReg>)> {
        let Op::Binary(op) = self.graph.op(value) else { return None };
        let op = match op {
            BinOp::Add => AluOp::Add,
            BinOp::Sub => AluOp::Sub,
            BinOp::And => AluOp::And,
            BinOp::Or => AluOp::Orr,
            BinOp::Xor => AluOp::Eor,
            _ => return None,
        };
        let args = &self.graph.node(value).args;
        let other = match (args[0] == kept, args[1] == kept && op != AluOp::Sub) {
            (true, false) => args[1],
            (false, true) => args[0],
            _ => return None,
        };
        if !self.folds(value) || self.graph.constant(kept).is_some() {
            return None;
        }
        let Some(c) = self.graph.constant(other) else { return Some((op, Operand2::Reg(self.reg(other)))) };
        let negated = if op == AluOp::Add { ModImm::new(c.wrapping_neg()) } else { None };
        let imm = ModImm::new(c).map(|imm| (op, imm)).or(negated.map(|imm| (AluOp::Sub, imm)));
        imm.map(|(op, imm)| (op, Operand2::Imm(imm)))
    }

    /// The value as an immediate of MOV, MOVW or MVN.
    fn conditional_immediate(&self, value: Value) -> Option<u32> {
        let c = self.graph.constant(value)?;
        is_cheap(Const::Int(c)).then_some(c)
    }

    /// Whether code behind the current node uses the value.
    fn is_wanted_later(&self, value: Value) -> bool {
        self.regs[value.index()].is_some()
    }
}

fn amount(shift: u32) -> ShiftAmount {
    ShiftAmount::new(shift).expect("1 to 31")
}

/// A move of a constant that is an immediate of MOV, MOVW or MVN.
fn small_mov(rd: VReg, c: u32) -> Inst<VReg> {
    match ModImm::new(c) {
        Some(imm) => Inst::Mov { s: false, rd, rhs: Operand2::Imm(imm) },
        None => Inst::Const { rd, value: Const::Int(c) },
    }
}
