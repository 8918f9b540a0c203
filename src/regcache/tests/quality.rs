//! The code of typical functions: how many instructions register caching inserts.

use super::super::cache;
use super::build::{Builder, jump};
use crate::isa::{
    Addr, AluOp, BlockId, Cond, Const, Edge, Func, Inst, MemSize, ModImm, Operand2, Reg, RegSet, ShortOffset,
    StackArea, Term, TestOp, TrapCode, VReg,
};
use crate::options::Optimize;

/// How many moves, slot loads and slot stores a function contains in blocks of some loop depth or more.
#[derive(PartialEq, Eq, Debug, Default)]
struct Count {
    moves: usize,
    loads: usize,
    stores: usize,
}

fn count(func: &Func<Reg>, depth: u32) -> Count {
    let mut count = Count::default();
    let blocks = func.blocks.iter().filter(|block| block.loop_depth >= depth);
    for inst in blocks.flat_map(|block| &block.insts) {
        match inst {
            Inst::Mov { rhs: Operand2::Reg(_), .. } => count.moves += 1,
            Inst::Load { addr: Addr::Stack(StackArea::Slots, _), .. } => count.loads += 1,
            Inst::Store { addr: Addr::Stack(StackArea::Slots, _), .. } => count.stores += 1,
            _ => {}
        }
    }
    count
}

fn moves(moves: usize) -> Count {
    Count { moves, ..Count::default() }
}

/// All registers that the function writes.
fn written(func: &Func<Reg>) -> RegSet {
    let mut set = RegSet::EMPTY;
    for inst in func.blocks.iter().flat_map(|block| &block.insts) {
        inst.visit(|reg, role| {
            if !role.is_use() {
                set.insert(reg);
            }
        });
    }
    set
}

fn callee_saved(func: &Func<Reg>) -> RegSet {
    written(func).intersection(RegSet::CALLEE_SAVED)
}

fn imm(value: u32) -> Operand2<VReg> {
    Operand2::Imm(ModImm::new(value).expect("a small constant"))
}

fn alu(b: &mut Builder, op: AluOp, rn: VReg, rhs: Operand2<VReg>) -> VReg {
    b.def(|rd| Inst::Alu { op, s: false, rd, rn, rhs })
}

fn add(b: &mut Builder, x: VReg, y: VReg) -> VReg {
    alu(b, AluOp::Add, x, Operand2::Reg(y))
}

fn constant(b: &mut Builder, value: u32) -> VReg {
    b.def(|rd| Inst::Const { rd, value: Const::Int(value) })
}

fn next_word(b: &mut Builder, old: VReg) -> (VReg, VReg) {
    let offset = ShortOffset::new(4).expect("in range");
    let (rt, rn) = (b.func.new_vreg(), b.func.new_vreg());
    b.push(Inst::LoadUpdate { size: MemSize::Word, pre: false, rt, rn, old, offset });
    (rt, rn)
}

/// Ends the block on flags: back to `header` with `args`, or on to a new block.
fn loop_back(b: &mut Builder, header: BlockId, args: &[VReg]) {
    let latch = b.at;
    let (back, _) = b.block(0, 1);
    b.end(back, jump(header, args));
    let (exit, _) = b.block(0, 0);
    let (then, otherwise) = (Edge::to(back), Edge::to(exit));
    b.end(latch, Term::Branch { cond: Cond::Ne, then, otherwise });
}

fn decrement(b: &mut Builder, v: VReg) -> VReg {
    b.def(|rd| Inst::Alu { op: AluOp::Sub, s: true, rd, rn: v, rhs: imm(1) })
}

/// Three pointers, a counter and an accumulator: nothing is inserted, the result is where it is returned.
#[test]
fn a_multiply_accumulate_loop_has_no_moves_inside() {
    let (mut b, args) = Builder::new(4);
    let zero = constant(&mut b, 0);
    let before = b.at;
    let (header, p) = b.block(5, 1);
    b.end(before, jump(header, &[args[0], args[1], args[2], args[3], zero]));
    let (x, px) = next_word(&mut b, p[0]);
    let (y, py) = next_word(&mut b, p[1]);
    let sum = b.def(|rd| Inst::MulAdd { sub: false, rd, rn: x, rm: y, ra: p[4] });
    let offset = ShortOffset::new(4).expect("in range");
    let pz = b.func.new_vreg();
    b.push(Inst::StoreUpdate { size: MemSize::Word, pre: false, rt: sum, rn: pz, old: p[2], offset });
    let n = decrement(&mut b, p[3]);
    loop_back(&mut b, header, &[px, py, pz, n, sum]);
    b.ret(&[sum]);
    let func = cache(b.func, Optimize::Speed, true);
    assert_eq!(count(&func, 1), moves(0), "{func:#?}");
    assert_eq!(count(&func, 0), moves(1), "the result goes to r0: {func:#?}");
    assert_eq!(func.slots, 0);
}

/// A pointer that five calls take: one register of the callee's, one move per call, one at the start.
#[test]
fn a_value_live_across_calls_has_one_callee_saved_register() {
    let (mut b, args) = Builder::new(1);
    for function in 0..5 {
        b.call(function, &args);
    }
    let zero = constant(&mut b, 0);
    b.ret(&[zero]);
    let func = cache(b.func, Optimize::Speed, true);
    // The first call finds its argument in r0.
    assert_eq!(count(&func, 0), moves(1 + 4), "{func:#?}");
    assert_eq!(callee_saved(&func), RegSet::of(Reg::R4));
    assert_eq!(func.slots, 0);
}

/// What a call returns and the next one takes is not moved at all.
#[test]
fn results_become_arguments_in_place() {
    let (mut b, args) = Builder::new(2);
    let x = b.call(0, &args);
    let y = b.call(1, &[x]);
    let five = constant(&mut b, 5);
    let z = b.call(2, &[y, five]);
    b.ret(&[z]);
    let func = cache(b.func, Optimize::Speed, true);
    assert_eq!(count(&func, 0), moves(0), "{func:#?}");
    assert!(callee_saved(&func).is_empty());
}

/// Arguments are computed where the call takes them, in whatever order.
#[test]
fn arguments_are_computed_in_their_registers() {
    let (mut b, args) = Builder::new(2);
    let c = add(&mut b, args[0], args[1]);
    let d = alu(&mut b, AluOp::Sub, args[0], Operand2::Reg(args[1]));
    let x = b.call(0, &[d, c]);
    b.ret(&[x]);
    let func = cache(b.func, Optimize::Speed, true);
    assert!(count(&func, 0).moves <= 1, "{func:#?}");
    assert!(callee_saved(&func).is_empty());
}

/// Two values change places on each iteration: an exchange through a free register.
#[test]
fn a_swap_in_a_loop_takes_three_moves() {
    let (mut b, args) = Builder::new(3);
    let before = b.at;
    let (header, p) = b.block(3, 1);
    b.end(before, jump(header, &args));
    let n = decrement(&mut b, p[2]);
    loop_back(&mut b, header, &[p[1], p[0], n]);
    b.ret(&[p[0], p[1]]);
    let func = cache(b.func, Optimize::Speed, true);
    assert_eq!(count(&func, 1), moves(3), "{func:#?}");
    assert_eq!(count(&func, 0), moves(3), "{func:#?}");
    assert!(callee_saved(&func).is_empty());
}

/// Fibonacci: the sum avoids the register that the old value moves to.
#[test]
fn a_rotation_in_a_loop_takes_two_moves() {
    let (mut b, args) = Builder::new(3);
    let before = b.at;
    let (header, p) = b.block(3, 1);
    b.end(before, jump(header, &args));
    let sum = add(&mut b, p[0], p[1]);
    let n = decrement(&mut b, p[2]);
    loop_back(&mut b, header, &[p[1], sum, n]);
    b.ret(&[sum]);
    let func = cache(b.func, Optimize::Speed, true);
    assert_eq!(count(&func, 1), moves(2), "{func:#?}");
}

/// Both arms compute the parameter of the join in its register.
#[test]
fn a_diamond_has_no_moves() {
    let (mut b, args) = Builder::new(2);
    b.push(Inst::Test { op: TestOp::Cmp, rn: args[0], rhs: Operand2::Reg(args[1]) });
    let top = b.at;
    let (then, _) = b.block(0, 0);
    let x = add(&mut b, args[0], args[1]);
    let (otherwise, _) = b.block(0, 0);
    let y = alu(&mut b, AluOp::Sub, args[0], Operand2::Reg(args[1]));
    let (join, p) = b.block(1, 0);
    b.end(then, jump(join, &[x]));
    b.end(otherwise, jump(join, &[y]));
    let (then, otherwise) = (Edge::to(then), Edge::to(otherwise));
    b.end(top, Term::Branch { cond: Cond::Lt, then, otherwise });
    let z = add(&mut b, p[0], args[1]);
    b.ret(&[z]);
    let func = cache(b.func, Optimize::Speed, true);
    assert_eq!(count(&func, 0), moves(0), "{func:#?}");
    assert!(callee_saved(&func).is_empty());
}

/// Twenty values over a loop that does not use them: the loop stays free of memory accesses.
#[test]
fn pressure_around_a_loop_leaves_the_loop_alone() {
    let (mut b, args) = Builder::new(2);
    let values: Vec<VReg> = (0..20).map(|n| alu(&mut b, AluOp::Add, args[0], imm(n))).collect();
    let before = b.at;
    let (header, p) = b.block(2, 1);
    b.end(before, jump(header, &[args[0], args[1]]));
    let (x, next) = next_word(&mut b, p[0]);
    b.push(Inst::Test { op: TestOp::Cmp, rn: x, rhs: imm(7) });
    let n = decrement(&mut b, p[1]);
    loop_back(&mut b, header, &[next, n]);
    let mut sum = next;
    for &v in &values {
        sum = add(&mut b, sum, v);
    }
    b.ret(&[sum]);
    let func = cache(b.func, Optimize::Speed, true);
    assert_eq!(count(&func, 1), moves(0), "{func:#?}");
    let all = count(&func, 0);
    assert!(all.loads <= 9 && all.stores <= 9, "{all:?}");
}

/// A constant is built again where registers run out, never stored.
#[test]
fn constants_are_not_spilled() {
    let (mut b, args) = Builder::new(1);
    let constants: Vec<VReg> = (0..30).map(|n| constant(&mut b, 1000 + n)).collect();
    let mut sum = args[0];
    for &v in constants.iter().chain(&constants) {
        sum = add(&mut b, sum, v);
    }
    b.ret(&[sum]);
    let func = cache(b.func, Optimize::Speed, true);
    assert_eq!(count(&func, 0).loads + count(&func, 0).stores, 0);
    assert_eq!(func.slots, 0);
}

/// An early exit before a slow path with calls: the fast path neither stores nor moves, and touches no
/// register of the caller's.
#[test]
fn an_early_exit_does_not_pay_for_the_slow_path() {
    let (mut b, args) = Builder::new(2);
    b.push(Inst::Test { op: TestOp::Cmp, rn: args[0], rhs: imm(0) });
    let top = b.at;
    let (fast, _) = b.block(0, 0);
    b.ret(&[args[1]]);
    let (slow, _) = b.block(0, 0);
    let mut kept: Vec<VReg> = (0..12).map(|n| b.call(n, &args)).collect();
    kept.push(args[1]);
    let mut sum = args[0];
    for &v in &kept {
        sum = add(&mut b, sum, v);
    }
    b.ret(&[sum]);
    let (then, otherwise) = (Edge::to(fast), Edge::to(slow));
    b.end(top, Term::Branch { cond: Cond::Eq, then, otherwise });
    let func = cache(b.func, Optimize::Speed, true);
    let saved_early = func.blocks[..2].iter().flat_map(|block| &block.insts).any(|inst| {
        let mut found = matches!(inst, Inst::Store { .. });
        inst.visit(|reg, _| found |= RegSet::CALLEE_SAVED.contains(reg));
        found
    });
    assert!(!saved_early, "{:#?}", &func.blocks[..2]);
}

/// Values for cold blocks do not hold registers that hot ones need.
#[test]
fn cold_uses_are_spilled_first() {
    let (mut b, args) = Builder::new(4);
    let rare: Vec<VReg> = (0..10).map(|n| alu(&mut b, AluOp::Add, args[0], imm(n))).collect();
    let before = b.at;
    let (header, p) = b.block(1, 1);
    let hot: Vec<VReg> = (0..8).map(|_| b.func.new_vreg()).collect();
    for (n, &rd) in hot.iter().enumerate() {
        let (rn, rhs) = (args[n % 4], imm(n as u32));
        b.func.blocks[before.index()].insts.push(Inst::Alu { op: AluOp::Add, s: false, rd, rn, rhs });
    }
    b.end(before, jump(header, &[args[0]]));
    let mut sum = p[0];
    for &v in &hot {
        sum = add(&mut b, sum, v);
    }
    b.push(Inst::Test { op: TestOp::Cmp, rn: sum, rhs: imm(9) });
    let check = b.at;
    let (cold, _) = b.block(0, 0);
    for &v in &rare {
        b.call(0, &[v]);
    }
    b.end(cold, Term::Trap(TrapCode::Unreachable));
    b.func.blocks[cold.index()].cold = true;
    let (fine, _) = b.block(0, 1);
    let (then, otherwise) = (Edge::to(cold), Edge::to(fine));
    b.end(check, Term::Branch { cond: Cond::Hi, then, otherwise });
    let n = decrement(&mut b, sum);
    loop_back(&mut b, header, &[n]);
    b.ret(&[sum]);
    let func = cache(b.func, Optimize::Speed, true);
    let inside = count(&func, 1);
    assert_eq!((inside.loads, inside.stores), (0, 0), "{func:#?}");
}

/// Small constants that several calls take are built in the argument's register each time.
#[test]
fn constants_are_not_kept_over_calls() {
    let (mut b, args) = Builder::new(1);
    let five = constant(&mut b, 5);
    for function in 0..3 {
        b.call(function, &[args[0], five]);
    }
    b.ret(&[five]);
    let func = cache(b.func, Optimize::Speed, true);
    assert_eq!(count(&func, 0), moves(1 + 2), "{func:#?}");
    assert_eq!(callee_saved(&func), RegSet::of(Reg::R4));
}
