//! Saturation: a value that is kept between the bounds of so many bits.
//!
//! ```text
//!     min(max(x, -2^(n-1)), 2^(n-1) - 1)   ⇒   ssat #n          min(max(x, 0), 2^n - 1)   ⇒   usat #n
//! ```
//!
//! in either order, with comparisons of either strictness (Armv7-M Architecture Reference Manual, A7.7.152 and A7.7.213).

use super::Lower;
use crate::isa::{Cond, Inst, ShiftAmount, ShiftOp, VReg};
use crate::select::ir::{BinOp, Op, Value};

/// The larger or the smaller of a value and a constant.
struct Limited {
    cond: Value,
    /// What is compared.
    compared: Value,
    /// What it is if the constant is not.
    kept: Value,
    limit: i32,
    /// Whether it is the smaller of the two.
    from_above: bool,
    /// Whether they are compared as unsigned numbers.
    unsigned: bool,
}

impl Lower<'_> {
    /// Lowers a select that saturates; whether it does.
    pub fn saturate(&mut self, rd: VReg, value: Value) -> bool {
        let Some((signed, bits, outer, inner)) = self.saturated(value) else { return false };
        let (x, shift) = self.shifted_by(&outer, &inner).unwrap_or((inner.kept, None));
        let rn = self.reg(x);
        self.push(Inst::Saturate { signed, rd, bits, rn, shift });
        true
    }

    /// What is shifted before it is saturated and by how much, if nothing else reads that.
    fn shifted_by(&self, outer: &Limited, inner: &Limited) -> Option<(Value, Option<(ShiftOp, ShiftAmount)>)> {
        let x = inner.kept;
        let uses = |value: Value, of: [Value; 4]| {
            self.uses[value.index()] as usize == of.iter().filter(|&&read| read == value).count()
        };
        let read = [outer.compared, outer.kept, inner.compared, x];
        let is_alone = [x, outer.kept].into_iter().all(|value| uses(value, read))
            && [outer.cond, inner.cond].iter().all(|cond| self.uses[cond.index()] == 1);
        let node = self.graph.node(x);
        let op = match node.op {
            Op::Binary(BinOp::Shl) => ShiftOp::Lsl,
            Op::Binary(BinOp::ShrS) => ShiftOp::Asr,
            _ => return None,
        };
        let amount = ShiftAmount::new(self.graph.constant(node.args[1])?)?;
        let is_here = node.block == self.block && self.regs[x.index()].is_none();
        (is_alone && is_here).then_some((node.args[0], Some((op, amount))))
    }

    /// Whether it is as a signed number, to how many bits, and the limits.
    fn saturated(&self, value: Value) -> Option<(bool, u8, Limited, Limited)> {
        let outer = self.limited(value)?;
        let inner = self.limited(outer.kept)?;
        // Where the outer limit does not hold, what the inner one makes of it is as good as itself to compare.
        let same = outer.compared == outer.kept || outer.compared == inner.kept;
        // What is not below 0 may be compared as an unsigned number.
        let signs = !outer.unsigned || outer.compared == outer.kept && outer.from_above && inner.limit >= 0;
        if !same || !signs || inner.unsigned || inner.compared != inner.kept || outer.from_above == inner.from_above {
            return None;
        }
        let (least, most) = if outer.from_above { (inner.limit, outer.limit) } else { (outer.limit, inner.limit) };
        let bits = (most.checked_add(1)?.cast_unsigned()).checked_ilog2()? as u8;
        match least {
            _ if most < 0 || most & (most + 1) != 0 => None,
            0 => Some((false, bits, outer, inner)),
            _ if least == -most - 1 => Some((true, bits + 1, outer, inner)),
            _ => None,
        }
    }

    fn limited(&self, value: Value) -> Option<Limited> {
        let node = self.graph.node(value);
        if node.op != Op::Select {
            return None;
        }
        let &[cond, then, otherwise] = node.args.as_slice() else { return None };
        let Op::Compare(cond_of) = self.graph.op(cond) else { return None };
        let [compared, bound] = <[Value; 2]>::try_from(self.graph.node(cond).args.as_slice()).ok()?;
        let bound = self.graph.constant(bound)?.cast_signed();
        let (holds, kept, limit) = match (self.graph.constant(then), self.graph.constant(otherwise)) {
            (None, Some(limit)) => (cond_of, then, limit),
            (Some(limit), None) => (cond_of.inverse(), otherwise, limit),
            _ => return None,
        };
        let limit = limit.cast_signed();
        // It is kept where it is below or above the limit, and may be where it is the limit.
        let (holds, unsigned) = match holds {
            Cond::Lo if bound >= 0 && limit >= 0 => (Cond::Lt, true),
            Cond::Ls if bound >= 0 && limit >= 0 => (Cond::Le, true),
            holds => (holds, false),
        };
        let from_above = match holds {
            Cond::Lt if bound == limit || bound.checked_sub(1) == Some(limit) => true,
            Cond::Le if bound == limit || bound.checked_add(1) == Some(limit) => true,
            Cond::Gt if bound == limit || bound.checked_add(1) == Some(limit) => false,
            Cond::Ge if bound == limit || bound.checked_sub(1) == Some(limit) => false,
            _ => return None,
        };
        Some(Limited { cond, compared, kept, limit, from_above, unsigned })
    }
}
