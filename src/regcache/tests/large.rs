//! Functions at the limits: time and memory stay near-linear.

use super::super::cache;
use super::build::{Builder, jump};
use crate::isa::{Addr, AluOp, BlockId, Cond, Edge, Func, Inst, ModImm, Operand2, Reg, StackArea, Term, TestOp, VReg};
use crate::options::Optimize;

fn add(b: &mut Builder, x: VReg, y: VReg) -> VReg {
    b.def(|rd| Inst::Alu { op: AluOp::Add, s: false, rd, rn: x, rhs: Operand2::Reg(y) })
}

fn branch(b: &mut Builder, at: BlockId, then: BlockId, otherwise: BlockId) {
    let (then, otherwise) = (Edge::to(then), Edge::to(otherwise));
    b.end(at, Term::Branch { cond: Cond::Ne, then, otherwise });
}

/// One block of `n` instructions with 20 live values.
fn straight(n: usize) -> Func<VReg> {
    let (mut b, args) = Builder::new(1);
    let mut ring: Vec<VReg> = (0..20).map(|_| args[0]).collect();
    for i in 0..n {
        ring[i * 7 % 20] = add(&mut b, ring[i % 20], ring[(i * 3 + 1) % 20]);
    }
    b.ret(&[ring[0]]);
    b.func
}

/// `live` values live through `n` small diamonds.
fn wide(live: usize, n: usize) -> Func<VReg> {
    let (mut b, args) = Builder::new(1);
    let values: Vec<VReg> = (0..live).map(|_| add(&mut b, args[0], args[0])).collect();
    let mut sum = args[0];
    for i in 0..n {
        b.push(Inst::Test { op: TestOp::Cmp, rn: sum, rhs: Operand2::Reg(args[0]) });
        let top = b.at;
        let (then, _) = b.block(0, 0);
        let x = add(&mut b, sum, values[i * 13 % live]);
        let (otherwise, _) = b.block(0, 0);
        let y = add(&mut b, sum, values[i * 17 % live]);
        branch(&mut b, top, then, otherwise);
        let (join, p) = b.block(1, 0);
        b.end(then, jump(join, &[x]));
        b.end(otherwise, jump(join, &[y]));
        sum = p[0];
    }
    for &v in &values {
        sum = add(&mut b, sum, v);
    }
    b.ret(&[sum]);
    b.func
}

/// `n` loops inside each other, each carrying two values.
fn nested(n: usize) -> Func<VReg> {
    let (mut b, args) = Builder::new(2);
    let mut headers = Vec::new();
    let mut carried = vec![args[0], args[1]];
    for depth in 1..=n {
        let before = b.at;
        let (header, p) = b.block(2, depth as u32);
        b.end(before, jump(header, &carried));
        headers.push(header);
        carried = vec![add(&mut b, p[0], args[0]), p[1]];
    }
    for (depth, &header) in headers.iter().enumerate().rev() {
        b.push(Inst::Test { op: TestOp::Cmp, rn: carried[0], rhs: Operand2::Reg(args[1]) });
        let latch = b.at;
        let (back, _) = b.block(0, depth as u32 + 1);
        b.end(back, jump(header, &carried));
        let (exit, _) = b.block(0, depth as u32);
        branch(&mut b, latch, back, exit);
    }
    b.ret(&[carried[0]]);
    b.func
}

/// `n` branches that leave for one block, with a parameter.
fn exits(n: usize) -> Func<VReg> {
    let (mut b, args) = Builder::new(2);
    let (mut outs, mut sum) = (Vec::new(), args[0]);
    let mut tops = Vec::new();
    for _ in 0..n {
        sum = add(&mut b, sum, args[1]);
        b.push(Inst::Test { op: TestOp::Cmp, rn: sum, rhs: Operand2::Imm(ModImm::new(9).expect("a byte")) });
        let top = b.at;
        let (next, _) = b.block(0, 0);
        tops.push((top, next, sum));
    }
    let last = b.at;
    for (top, next, sum) in tops {
        let (out, _) = b.block(0, 0);
        branch(&mut b, top, out, next);
        outs.push((out, sum));
    }
    let (join, p) = b.block(1, 0);
    outs.push((last, sum));
    for (out, sum) in outs {
        b.end(out, jump(join, &[sum]));
    }
    b.ret(&[p[0]]);
    b.func
}

/// A loop that carries `n` values, read from the arguments and rotated by one.
fn parameters(n: usize) -> Func<VReg> {
    let (mut b, _) = Builder::new(0);
    let mut values: Vec<VReg> = Vec::new();
    for i in 0..n {
        let addr = Addr::Stack(StackArea::Incoming, 4 * i as u32);
        values.push(b.def(|rt| Inst::Load { size: crate::isa::MemSize::Word, rt, addr }));
    }
    let before = b.at;
    let (header, p) = b.block(n, 1);
    b.end(before, jump(header, &values));
    let sum = add(&mut b, p[0], p[1]);
    let latch = b.at;
    let (back, _) = b.block(0, 1);
    let mut args = p.clone();
    args.rotate_left(1);
    args[0] = sum;
    b.end(back, jump(header, &args));
    let (exit, _) = b.block(0, 0);
    branch(&mut b, latch, back, exit);
    let _ = exit;
    let sum = p.iter().copied().reduce(|x, y| add(&mut b, x, y)).expect("some parameters");
    b.end(b.at, Term::Return { values: [(sum, Reg::R0)].into_iter().collect() });
    b.func
}

/// Each shape has ten thousands of blocks, values or levels; slots are about as many as values.
#[test]
fn large_functions_compile() {
    const SIZE: usize = 20_000;
    let shapes: [(&str, Func<VReg>, usize); 7] = [
        ("straight", straight(SIZE), 20),
        ("many values over some blocks", wide(SIZE / 4, SIZE / 8), SIZE / 4),
        ("some values over many blocks", wide(SIZE / 40, SIZE / 2), SIZE / 40),
        ("nested loops", nested(SIZE / 2), 4),
        ("exits to one block", exits(SIZE), 4),
        ("parameters", parameters(SIZE / 10), SIZE / 10),
        ("one block with many values", wide(SIZE, 10), SIZE),
    ];
    for (name, func, live) in shapes {
        let cached = cache(func, Optimize::Speed, false);
        assert!(cached.slots as usize <= 4 * (live + 4), "{name}: {} bytes of slots", cached.slots);
    }
}

/// The same shapes are right.
#[test]
fn large_functions_are_checked() {
    const SIZE: usize = 1000;
    let shapes = [
        straight(SIZE),
        wide(SIZE / 4, SIZE / 8),
        wide(SIZE / 40, SIZE / 2),
        nested(SIZE / 10),
        exits(SIZE),
        parameters(SIZE / 10),
    ];
    for func in shapes {
        cache(func, Optimize::Speed, true);
    }
}
