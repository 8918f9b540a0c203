//! Values whose bytes are those of another one in reverse order, however they are put together.

use super::graph::Builder;
use super::ir::{BinOp, Op, UnOp, Value};

/// How many operations deep bytes are followed.
const DEPTH: u32 = 5;

/// Where a byte comes from.
#[derive(Copy, Clone, PartialEq, Eq)]
enum Byte {
    Zero,
    /// Byte N of a value, the lowest being 0.
    Of(Value, u8),
}

/// From the lowest byte on.
type Bytes = [Byte; 4];

impl Builder {
    /// `a | b`, if its bytes are those of one value in reverse order, as REV makes it; or the reverse of a value's lower
    /// half.
    pub fn reversed(&mut self, a: Value, b: Value) -> Option<Value> {
        let moves =
            |value: Value| matches!(self.op(value), Op::Binary(BinOp::Or | BinOp::And | BinOp::Shl | BinOp::ShrU));
        if !moves(a) || !moves(b) {
            return None;
        }
        let bytes = either(self.bytes_of(a, DEPTH)?, self.bytes_of(b, DEPTH)?)?;
        let Byte::Of(source, first) = bytes[0] else {
            return None;
        };
        if bytes == [3, 2, 1, 0].map(|n| Byte::Of(source, n)) {
            return Some(self.unary(UnOp::Rev, source));
        }
        if first == 1 && bytes == [Byte::Of(source, 1), Byte::Of(source, 0), Byte::Zero, Byte::Zero] {
            let reversed = self.unary(UnOp::Rev, source);
            return Some(self.binary_const(BinOp::ShrU, reversed, 16));
        }
        None
    }

    /// The bytes of a value; `None` where they are mixed.
    fn bytes_of(&self, value: Value, depth: u32) -> Option<Bytes> {
        let itself = [0, 1, 2, 3].map(|n| {
            let possible = self.bits(value) >> (8 * n) & 0xff;
            if possible == 0 { Byte::Zero } else { Byte::Of(value, n) }
        });
        let Some(depth) = depth.checked_sub(1) else {
            return Some(itself);
        };
        let Op::Binary(op) = self.op(value) else {
            return Some(itself);
        };
        let (x, y) = (self.args(value)[0], self.args(value)[1]);
        match (op, self.constant(y)) {
            (BinOp::Or, None) => either(self.bytes_of(x, depth)?, self.bytes_of(y, depth)?),
            (BinOp::And, Some(mask)) => {
                let bytes = self.bytes_of(x, depth)?;
                let mut kept = [Byte::Zero; 4];
                for n in 0..4 {
                    match mask >> (8 * n) & 0xff {
                        0 => {}
                        0xff => kept[n] = bytes[n],
                        _ if bytes[n] == Byte::Zero => {}
                        _ => return None,
                    }
                }
                Some(kept)
            }
            (BinOp::Shl, Some(amount)) if amount % 8 == 0 => {
                let bytes = self.bytes_of(x, depth)?;
                let by = amount as usize / 8;
                Some([0, 1, 2, 3].map(|n: usize| n.checked_sub(by).map_or(Byte::Zero, |from| bytes[from])))
            }
            (BinOp::ShrU, Some(amount)) if amount % 8 == 0 => {
                let bytes = self.bytes_of(x, depth)?;
                let by = amount as usize / 8;
                Some([0, 1, 2, 3].map(|n: usize| bytes.get(n + by).copied().unwrap_or(Byte::Zero)))
            }
            _ => Some(itself),
        }
    }
}

/// The bytes of a disjunction.
fn either(a: Bytes, b: Bytes) -> Option<Bytes> {
    let mut bytes = [Byte::Zero; 4];
    for n in 0..4 {
        bytes[n] = match (a[n], b[n]) {
            (byte, Byte::Zero) | (Byte::Zero, byte) => byte,
            (x, y) if x == y => x,
            _ => return None,
        };
    }
    Some(bytes)
}
