//! Frames, returns, traps and literals of whole functions, as assembly.

use synth::emit::{Code, EmitOptions, Reloc, RelocKind, emit};
use synth::isa::{
    Addr, AluOp, BlockData, BlockId, Call, CallTarget, Cond, Const, Edge, FloatAddr, Func, Imm12, Inst, MemSize,
    ModImm, Operand2, Reg, RegSet, StackArea, Symbol, Term, TestOp, TrapCode,
};
use synth::options::{Optimize, Trap};

fn reg(index: u8) -> Reg {
    Reg::new(index)
}

fn block(insts: Vec<Inst<Reg>>, term: Term<Reg>) -> BlockData<Reg> {
    BlockData { params: Default::default(), insts, term, loop_depth: 0, cold: false }
}

fn func(blocks: Vec<BlockData<Reg>>) -> Func<Reg> {
    Func::new(blocks)
}

fn ret(regs: &[u8]) -> Term<Reg> {
    let values = regs.iter().map(|&index| (reg(index), reg(index)));
    Term::Return { values: values.collect() }
}

fn call(target: CallTarget<Reg>, args: &[u8]) -> Call<Reg> {
    Call {
        target,
        args: args.iter().map(|&index| (reg(index), reg(index))).collect(),
        results: Default::default(),
        clobbers: RegSet::CALLER_SAVED,
    }
}

fn bl(index: u32) -> Inst<Reg> {
    let target = CallTarget::Symbol(Symbol::Function(index));
    Inst::Call(Box::new(call(target, &[])))
}

fn mov(rd: u8, rm: u8) -> Inst<Reg> {
    let rhs = Operand2::Reg(reg(rm));
    Inst::Mov { s: false, rd: reg(rd), rhs }
}

fn int(rd: u8, value: u32) -> Inst<Reg> {
    let value = Const::Int(value);
    Inst::Const { rd: reg(rd), value }
}

fn load(rt: u8, area: StackArea, offset: u32) -> Inst<Reg> {
    Inst::Load { size: MemSize::Word, rt: reg(rt), addr: Addr::Stack(area, offset) }
}

fn store(rt: u8, area: StackArea, offset: u32) -> Inst<Reg> {
    Inst::Store { size: MemSize::Word, rt: reg(rt), addr: Addr::Stack(area, offset) }
}

fn emitted(func: &Func<Reg>, trap: Trap) -> Code {
    let names = |symbol: Symbol| symbol.to_string();
    let options = EmitOptions { trap, optimize: Optimize::Speed, identity: None, names: Some(&names) };
    emit(func.clone(), &options).expect("a small function")
}

/// The listing, lines separated by semicolons.
fn text(func: &Func<Reg>, trap: Trap) -> String {
    let listing = emitted(func, trap).listing.expect("asked for");
    let lines = listing.lines().map(str::trim);
    lines.collect::<Vec<_>>().join("; ")
}

fn assert_text(func: &Func<Reg>, expected: &str) {
    assert_eq!(text(func, Trap::Udf), expected);
}

#[test]
fn a_leaf_that_needs_nothing_has_no_frame() {
    assert_text(&func(vec![block(vec![mov(0, 1)], ret(&[0]))]), "mov r0, r1; bx lr");
}

#[test]
fn saved_registers_come_back_with_the_return() {
    let leaf = func(vec![block(vec![mov(4, 0), mov(0, 4)], ret(&[0]))]);
    assert_text(&leaf, "push {r4, lr}; mov r4, r0; mov r0, r4; pop {r4, pc}");
    let high = func(vec![block(vec![mov(8, 0)], ret(&[0]))]);
    assert_text(&high, "push.w {r8, lr}; mov r8, r0; pop.w {r8, pc}");
    let link = func(vec![block(vec![mov(14, 0)], ret(&[0]))]);
    assert_text(&link, "push {lr}; mov lr, r0; pop {pc}");
}

#[test]
fn calls_find_an_aligned_stack() {
    let one = func(vec![block(vec![bl(7)], ret(&[]))]);
    assert_text(&one, "push {r4, lr}; bl function7; pop {r4, pc}");
    let two = func(vec![block(vec![mov(4, 0), bl(7)], ret(&[]))]);
    assert_text(&two, "push {r4, lr}; mov r4, r0; bl function7; pop {r4, pc}");
    let mut outgoing = two;
    outgoing.outgoing = 4;
    let expected = "push {r2, r3, r4, lr}; mov r4, r0; bl function7; pop {r2, r3, r4, pc}";
    assert_text(&outgoing, expected);
}

#[test]
fn results_survive_the_epilogue() {
    let mut all = func(vec![block(vec![bl(7)], ret(&[0, 1, 2, 3]))]);
    assert_text(&all, "push {r4, lr}; bl function7; pop {r4, pc}");
    all.slots = 8;
    let expected = "push {r2, r3, r4, lr}; bl function7; add sp, sp, #8; pop {r4, pc}";
    assert_text(&all, expected);
}

#[test]
fn areas_lie_above_each_other() {
    let mut all = func(vec![block(
        vec![
            store(0, StackArea::Outgoing, 4),
            load(1, StackArea::Locals, 0),
            load(2, StackArea::Slots, 4),
            Inst::StackAddr { rd: reg(0), area: StackArea::Locals, offset: 8 },
            load(3, StackArea::Incoming, 8),
            bl(1),
        ],
        ret(&[]),
    )]);
    (all.outgoing, all.locals, all.slots) = (12, 24, 8);
    let expected = "push {r4, lr}; sub sp, sp, #48; str r0, [sp, #4]; ldr r1, [sp, #16]; \
        ldr r2, [sp, #44]; add r0, sp, #24; ldr r3, [sp, #64]; bl function1; \
        add sp, sp, #48; pop {r4, pc}";
    assert_text(&all, expected);
    assert_eq!(emitted(&all, Trap::Udf).frame, 56);
}

#[test]
fn far_slots_need_no_free_register() {
    let compare = Inst::Test { op: TestOp::Cmp, rn: reg(1), rhs: Operand2::Imm(ModImm::new(3).expect("an immediate")) };
    let conditional = Inst::If { cond: Cond::Ne, old: reg(2), inst: Box::new(load(2, StackArea::Slots, 5000)) };
    let insts = vec![compare, store(0, StackArea::Slots, 4096), load(9, StackArea::Slots, 0x12_3454), conditional];
    let mut far = func(vec![block(insts, ret(&[]))]);
    far.slots = 0x12_3458;
    let expected = "push.w {r9, lr}; sub.w sp, sp, #0x122000; sub.w sp, sp, #0x1000; \
        sub.w sp, sp, #1112; cmp r1, #3; \
        push {r1}; add.w r1, sp, #0x1000; str r0, [r1, #4]; pop {r1}; \
        movw r9, #0x3454; movt r9, #18; ldr.w r9, [sp, r9]; itt ne; \
        addne.w r2, sp, #0x1000; ldrne.w r2, [r2, #904]; \
        add.w sp, sp, #0x122000; add.w sp, sp, #0x1000; add.w sp, sp, #1112; pop.w {r9, pc}";
    assert_text(&far, expected);
}

fn float_load(sd: u8, area: StackArea, offset: u32) -> Inst<Reg> {
    Inst::FloatLoad { sd: Reg::single(sd), addr: FloatAddr::Stack(area, offset) }
}

fn float_store(sd: u8, area: StackArea, offset: u32) -> Inst<Reg> {
    Inst::FloatStore { sd: Reg::single(sd), addr: FloatAddr::Stack(area, offset) }
}

#[test]
fn single_precision_registers_are_saved_in_pairs_from_s16_on() {
    let leaf =
        func(vec![block(vec![float_load(0, StackArea::Incoming, 4), float_load(18, StackArea::Slots, 0)], ret(&[]))]);
    let with_slot = Func { slots: 4, ..leaf };
    let expected = "vpush {s16, s17, s18, s19}; sub sp, sp, #4; vldr s0, [sp, #24]; vldr s18, [sp]; \
        add sp, sp, #4; vpop {s16, s17, s18, s19}; bx lr";
    assert_text(&with_slot, expected);
    let calls = func(vec![block(vec![mov(4, 0), float_load(16, StackArea::Incoming, 0), bl(1)], ret(&[0]))]);
    let expected = "push {r4, lr}; vpush {s16, s17}; mov r4, r0; vldr s16, [sp, #16]; bl function1; \
        vpop {s16, s17}; pop {r4, pc}";
    assert_text(&calls, expected);
    assert_eq!(emitted(&calls, Trap::Udf).frame, 16);
}

#[test]
fn what_leaves_early_makes_no_frame() {
    let branch = |insts| {
        let (zero, nonzero) = (Edge::to(BlockId::new(2)), Edge::to(BlockId::new(1)));
        block(insts, Term::BranchZero { rn: reg(0), zero, nonzero })
    };
    let body = || vec![bl(1), mov(0, 4)];
    let early = func(vec![branch(vec![]), block(body(), ret(&[0])), block(vec![], ret(&[0]))]);
    assert_text(&early, "cbz r0, .L3; push {r4, lr}; bl function1; mov r0, r4; pop {r4, pc}; .L3:; bx lr");
    // A copy of an argument waits for the frame; what reads it reads the argument.
    let copied = func(vec![branch(vec![mov(4, 0), mov(3, 4)]), block(body(), ret(&[0])), block(vec![], ret(&[0]))]);
    let expected = "mov r3, r0; cbz r0, .L3; push {r4, lr}; mov r4, r0; bl function1; mov r0, r4; pop {r4, pc}; \
        .L3:; bx lr";
    assert_text(&copied, expected);
    // The argument is gone where the frame would begin.
    let gone = func(vec![branch(vec![mov(4, 0), mov(0, 1)]), block(body(), ret(&[0])), block(vec![], ret(&[0]))]);
    let expected = "push {r4, lr}; mov r4, r0; movs r0, r1; beq .L2; bl function1; mov r0, r4; pop {r4, pc}; .L2:; \
        pop {r4, pc}";
    assert_text(&gone, expected);
    // Nor does sp move before the frame is there.
    let set = Inst::SetStack { rn: reg(0) };
    let mut moving = func(vec![branch(vec![set]), block(body(), ret(&[0])), block(vec![], ret(&[0]))]);
    moving.frame_pointer = true;
    assert!(text(&moving, Trap::Udf).starts_with("push"));
    let mut limited = early;
    limited.stack_check = true;
    assert!(text(&limited, Trap::Udf).contains("push {r4, lr}; cbz r0"), "the check counts the frame");
}

/// The copy to r4 is made where the frame begins; a return that is there twice reads r1 where nothing is saved.
#[test]
fn a_copied_return_reads_what_the_entry_copied() {
    let edge = |to: usize| Edge::to(BlockId::new(to));
    let entry = Term::BranchZero { rn: reg(0), zero: edge(2), nonzero: edge(1) };
    let body = block(vec![bl(1)], Term::Jump(edge(2)));
    let early = func(vec![block(vec![mov(4, 1)], entry), body, block(vec![mov(0, 4)], ret(&[0]))]);
    let expected =
        "cbz r0, .L4; push {r4, lr}; mov r4, r1; bl function1; mov r0, r4; pop {r4, pc}; .L4:; mov r0, r1; bx lr";
    assert_text(&early, expected);
}

#[test]
fn tail_calls_restore_single_precision_registers_and_leave_arguments_alone() {
    let insts = vec![mov(4, 0), float_load(17, StackArea::Incoming, 0)];
    let target = CallTarget::Symbol(Symbol::Function(3));
    let tail = Term::TailCall(Box::new(call(target, &[0])));
    let expected = "push {r4, lr}; vpush {s16, s17}; mov r4, r0; vldr s17, [sp, #16]; vpop {s16, s17}; \
        pop.w {r4, lr}; b.w function3";
    assert_text(&func(vec![block(insts, tail)]), expected);
}

/// Beyond 1020 bytes, a register is borrowed, and the stack that it takes is counted.
#[test]
fn far_floats_need_no_free_register() {
    let insts = vec![float_store(0, StackArea::Slots, 1020), float_load(1, StackArea::Slots, 1024)];
    let mut far = func(vec![block(insts, ret(&[]))]);
    far.slots = 1028;
    let expected = "subw sp, sp, #1028; vstr s0, [sp, #1020]; push {r0}; add.w r0, sp, #1024; vldr s1, [r0, #4]; \
        pop {r0}; addw sp, sp, #1028; bx lr";
    assert_text(&far, expected);
    assert_eq!(emitted(&far, Trap::Udf).frame, 1028 + 8);
    far.blocks[0].insts.pop();
    assert_eq!(emitted(&far, Trap::Udf).frame, 1028);
}

#[test]
fn the_stack_check_does_not_wrap() {
    let mut checked = func(vec![block(vec![bl(1)], ret(&[]))]);
    checked.stack_check = true;
    checked.slots = 0x1_0000 + 0x1238;
    let expected = "ldr r12, =stack_limit; ldr.w r12, [r12]; subs.w r12, sp, r12; itt hs; \
        subshs.w r12, r12, #0x11200; cmphs.w r12, #72; blo .Ltrap8; push {r4, lr}; \
        sub.w sp, sp, #0x11000; sub.w sp, sp, #568; bl function1; add.w sp, sp, #0x11000; \
        add.w sp, sp, #568; pop {r4, pc}; .Ltrap8:; udf #8; .ltorg";
    assert_text(&checked, expected);
}

/// A function that changes a saved register before it branches.
fn two_returns(saved: u8) -> Func<Reg> {
    let (then, otherwise) = (Edge::to(BlockId::new(1)), Edge::to(BlockId::new(2)));
    let cond = Cond::Eq;
    let rhs = Operand2::Imm(ModImm::new(9).expect("an immediate"));
    let (op, rn) = (TestOp::Cmp, reg(0));
    func(vec![
        block(vec![int(saved, 7), Inst::Test { op, rn, rhs }], Term::Branch { cond, then, otherwise }),
        block(vec![mov(1, 0), int(0, 0)], ret(&[0])),
        block(vec![int(0, 1)], ret(&[0])),
    ])
}

#[test]
fn returns_share_a_long_epilogue() {
    let mut shared = two_returns(8);
    shared.slots = 20;
    let expected = "push.w {r8, lr}; sub sp, sp, #20; mov.w r8, #7; cmp r0, #9; bne .L2; mov r1, r0; \
        movs r0, #0; b .Lreturn; .L2:; movs r0, #1; .Lreturn:; add sp, sp, #20; pop.w {r8, pc}";
    assert_text(&shared, expected);
    let copied = two_returns(4);
    let expected = "push {r4, lr}; movs r4, #7; cmp r0, #9; bne .L2; mov r1, r0; movs r0, #0; pop {r4, pc}; \
        .L2:; movs r0, #1; pop {r4, pc}";
    assert_text(&copied, expected);
}

#[test]
fn tail_calls_restore_everything_first() {
    let symbol = CallTarget::Symbol(Symbol::Function(3));
    let insts = || vec![mov(4, 0), bl(1), mov(5, 0)];
    let tail = |target| Term::TailCall(Box::new(call(target, &[0, 1])));
    let expected = "push {r4, r5, r6, lr}; mov r4, r0; bl function1; mov r5, r0; \
        pop.w {r4, r5, r6, lr}; b.w function3";
    assert_text(&func(vec![block(insts(), tail(symbol))]), expected);
    let register = CallTarget::Register(reg(5));
    let expected = "push {r4, r5, r6, lr}; mov r4, r0; bl function1; mov r5, r0; mov r12, r5; \
        pop.w {r4, r5, r6, lr}; bx r12";
    assert_text(&func(vec![block(insts(), tail(register))]), expected);
    let scratch = CallTarget::Register(reg(3));
    let expected = "push {r4, lr}; bl function1; pop.w {r4, lr}; bx r3";
    assert_text(&func(vec![block(vec![bl(1)], tail(scratch))]), expected);
}

#[test]
fn traps_are_shared_and_cold() {
    let imm = ModImm::new(100).expect("an immediate");
    let insts = vec![
        Inst::Test { op: TestOp::Cmp, rn: reg(0), rhs: Operand2::Imm(imm) },
        Inst::TrapIf { cond: Cond::Hs, code: TrapCode::MemoryOutOfBounds },
        Inst::TrapIfZero { nonzero: false, rn: reg(1), code: TrapCode::DivideByZero },
        Inst::TrapIfZero { nonzero: true, rn: reg(9), code: TrapCode::MemoryOutOfBounds },
    ];
    let traps = func(vec![block(insts, ret(&[]))]);
    let body = "cmp r0, #100; bhs .Ltrap4; cbz r1, .Ltrap1; cmp.w r9, #0; bne .Ltrap4; bx lr;";
    assert_text(&traps, &format!("{body} .Ltrap1:; udf #1; .Ltrap4:; udf #4"));
    let calls = ".Ltrap1:; movs r0, #1; bl trap; .Ltrap4:; movs r0, #4; bl trap";
    assert_eq!(text(&traps, Trap::Call), format!("{body} {calls}"));
}

#[test]
fn constants_take_the_shortest_form() {
    let global = Const::Address(Symbol::Global(2), 8);
    let insts = vec![
        int(0, 5),
        int(9, 5),
        int(1, 0x1234_5678),
        int(2, 0x1234_5678),
        int(3, 0xffff_ff00),
        int(4, 0x1234),
        Inst::Const { rd: reg(5), value: global },
        Inst::AddWide { sub: false, rd: reg(2), rn: reg(2), imm: Imm12::new(200).expect("an immediate") },
        Inst::Alu { op: AluOp::And, s: false, rd: reg(1), rn: reg(0), rhs: Operand2::Reg(reg(1)) },
    ];
    let constants = func(vec![block(insts, ret(&[]))]);
    let expected = "push.w {r4, r5, r9, lr}; movs r0, #5; mov.w r9, #5; ldr r1, =0x12345678; \
        mov r2, r1; mvn.w r3, #255; movw r4, #0x1234; ldr r5, =global2+8; \
        adds r2, r2, #200; ands r1, r1, r0; pop.w {r4, r5, r9, pc}; .ltorg";
    assert_text(&constants, expected);
    let code = emitted(&constants, Trap::Udf);
    assert_eq!(code.mapping, [(0, false), (32, true)]);
    assert_eq!(code.bytes[32..], [0x78, 0x56, 0x34, 0x12, 8, 0, 0, 0]);
    let (kind, symbol) = (RelocKind::Word, Symbol::Global(2));
    let offset = 36;
    let expected = Reloc { offset, kind, symbol };
    assert_eq!(code.relocs, [expected]);
    assert_eq!(code.align, 4);
}
