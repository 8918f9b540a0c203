//! From blocks to items: frame, flags, IT blocks and terminators in the order of the layout.

use super::encode::{self, Context, Encoding};
use super::flags::{self, Flags};
use super::frame::{self, Frame, Op, top_byte};
use super::it;
use super::layout::{self, Layout, Target};
use super::program::{Item, Label, LiteralId, Program, Reference, Table};
use super::{EmitOptions, RelocKind};
use crate::isa::{
    AluOp, BlockId, Call, CallTarget, Cond, Const, Edge, Func, Inst, MemSize, ModImm, Operand2,
    Reg, RegSet, Symbol, Term, TestOp, TrapCode, print,
};
use crate::options::Trap;
use std::collections::HashMap;

/// The items of a function, and its frame.
pub fn build(func: &Func<Reg>, options: &EmitOptions) -> (Program, Frame) {
    let frame = Frame::new(func, options.trap == Trap::Call);
    let layout = layout::layout(func);
    let mut builder = Builder {
        func,
        options,
        frame: &frame,
        program: Program::new(func.blocks.len()),
        home: shared_return(func, &layout, &frame),
        layout,
        traps: [false; TrapCode::ALL.len()],
    };
    builder.prologue();
    for at in 0..builder.layout.order.len() {
        builder.block(at);
    }
    builder.traps();
    (builder.program, frame)
}

struct Builder<'a> {
    func: &'a Func<Reg>,
    options: &'a EmitOptions<'a>,
    frame: &'a Frame,
    layout: Layout,
    program: Program,
    /// The block that ends in the epilogue that other returns branch to.
    home: Option<BlockId>,
    /// Which traps are branched to.
    traps: [bool; TrapCode::ALL.len()],
}

/// Where the one epilogue stands, if a function with several returns is smaller with one: at a
/// return without instructions if there is one, which branches can reach directly.
fn shared_return(func: &Func<Reg>, layout: &Layout, frame: &Frame) -> Option<BlockId> {
    let results = |id: BlockId| match &func.block(id).term {
        Term::Return { values } => Some(values.iter().map(|value| value.1).collect()),
        _ => None,
    };
    let order = layout.order.iter().copied();
    let returns: Vec<(BlockId, RegSet)> = order.filter_map(|id| Some((id, results(id)?))).collect();
    let last = returns.last()?;
    if returns.len() < 2 || frame.return_size(last.1) <= 4 {
        return None;
    }
    let empty = returns
        .iter()
        .find(|(id, _)| func.block(*id).insts.is_empty());
    Some(empty.unwrap_or(last).0)
}

impl Builder<'_> {
    fn fixed(&mut self, encoding: Encoding, text: impl FnOnce() -> String) {
        self.item(encoding, None, false, text);
    }

    /// An instruction after which control does not go on.
    fn ending(&mut self, encoding: Encoding, text: impl FnOnce() -> String) {
        self.item(encoding, None, true, text);
    }

    fn item(
        &mut self,
        encoding: Encoding,
        reference: Option<Reference>,
        ends: bool,
        text: impl FnOnce() -> String,
    ) {
        let text = self.options.names.map(|_| text().into_boxed_str());
        let slots = 0;
        self.program.items.push(Item::Fixed {
            encoding,
            reference,
            slots,
            ends,
            text,
        });
    }

    fn name(&self, symbol: Symbol) -> String {
        self.options
            .names
            .map_or(String::new(), |names| names(symbol))
    }

    fn branch(&mut self, cond: Option<Cond>, target: Label) {
        self.program.items.push(Item::Branch { cond, target });
    }

    /// The label of a target; a trap's is marked as needed.
    fn label(&mut self, target: Target) -> Label {
        match target {
            Target::Block(block) => self.program.block(block),
            Target::Trap(code) => self.trap_label(code),
        }
    }

    fn trap_label(&mut self, code: TrapCode) -> Label {
        self.traps[usize::from(code.number())] = true;
        self.program.trap(code)
    }

    // ---- prologue ----

    fn prologue(&mut self) {
        if self.func.stack_check {
            self.stack_check();
        }
        for op in self.frame.prologue() {
            self.op(&op, Context::FREE);
        }
    }

    /// Traps unless `sp - limit >= depth`, in unsigned arithmetic without wrapping: first the
    /// difference, then part after part of the depth is taken off it while no borrow occurs. r12 is
    /// free on entry (AAPCS32 6.1.1).
    fn stack_check(&mut self) {
        let r12 = Reg::R12;
        let value = Const::Address(Symbol::StackLimit, 0);
        self.constant(r12, value, Context::FREE);
        let addr = frame::at(r12, 0);
        let size = MemSize::Word;
        self.inst(
            &Inst::Load {
                size,
                rt: r12,
                addr,
            },
            Context::FREE,
        );
        let live = Flags::of(Cond::Lo);
        let context = Context { live, it: None };
        let subtract = |rn, rhs| Inst::Alu {
            op: AluOp::Sub,
            s: true,
            rd: r12,
            rn,
            rhs,
        };
        self.inst(&subtract(Reg::SP, Operand2::Reg(r12)), context);
        let mut parts = Vec::new();
        let mut rest = self.frame.depth();
        while rest != 0 {
            let part = top_byte(rest);
            parts.push(ModImm::new(part).expect("eight bits from the highest are an immediate"));
            rest -= part;
        }
        if let Some((&last, first)) = parts.split_last() {
            self.it(&vec![Cond::Hs; parts.len()]);
            let it = Some(Cond::Hs);
            let context = Context { live, it };
            for &part in first {
                self.inst(&subtract(r12, Operand2::Imm(part)), context);
            }
            let (op, rn) = (TestOp::Cmp, r12);
            let rhs = Operand2::Imm(last);
            self.inst(&Inst::Test { op, rn, rhs }, context);
        }
        let target = self.trap_label(TrapCode::StackExhausted);
        self.branch(Some(Cond::Lo), target);
    }

    // ---- blocks ----

    fn block(&mut self, at: usize) {
        let id = self.layout.order[at];
        if id != BlockId::ENTRY {
            let label = self.program.block(id);
            self.program.items.push(Item::Label(label));
        }
        let block = self.func.block(id);
        let refined = flags::refine(&block.insts, &block.term);
        self.insts(&refined.insts, &refined.live);
        let next = self.layout.order.get(at + 1).copied();
        self.terminator(id, &refined.term, next);
    }

    fn insts(&mut self, insts: &[Inst<Reg>], live: &[Flags]) {
        let mut at = 0;
        while at < insts.len() {
            let conditional = insts[at..].iter().map_while(|inst| match inst {
                Inst::If { .. } => Some(inst),
                _ => None,
            });
            let count = conditional.take(MAX_GROUP).count();
            if count == 0 {
                let live = live[at];
                self.instruction(&insts[at], Context { live, it: None });
                at += 1;
            } else {
                self.conditional(&insts[at..at + count], live[at + count - 1]);
                at += count;
            }
        }
    }

    /// Instructions that are not conditional.
    fn instruction(&mut self, inst: &Inst<Reg>, context: Context) {
        match inst {
            Inst::Call(call) => self.call(call),
            Inst::TrapIf { cond, code } => {
                let target = self.trap_label(*code);
                self.branch(Some(*cond), target);
            }
            Inst::TrapIfZero { nonzero, rn, code } => {
                let target = self.trap_label(*code);
                let (nonzero, rn) = (*nonzero, *rn);
                let item = Item::BranchZero {
                    nonzero,
                    rn,
                    target,
                };
                self.program.items.push(item);
            }
            _ => {
                for op in self.frame.resolve(inst) {
                    self.op(&op, context);
                }
            }
        }
    }

    /// A run of conditional instructions.
    fn conditional(&mut self, insts: &[Inst<Reg>], live: Flags) {
        let mut slots: Vec<(Cond, Op)> = Vec::new();
        for inst in insts {
            let Inst::If { cond, inst, .. } = inst else {
                unreachable!("a run of conditional instructions");
            };
            let ops = self.frame.resolve(inst);
            let ops = ops.into_iter().filter(|op| !is_nothing(op));
            slots.extend(ops.map(|op| (*cond, op)));
        }
        let mut rest = &slots[..];
        while !rest.is_empty() {
            let count = it::group(rest.iter().map(|slot| slot.0));
            let (group, others) = rest.split_at(count);
            let conds: Vec<Cond> = group.iter().map(|slot| slot.0).collect();
            self.it(&conds);
            for (cond, op) in group {
                let it = Some(*cond);
                self.op(op, Context { live, it });
            }
            rest = others;
        }
    }

    fn it(&mut self, conds: &[Cond]) {
        let (encoding, text) = it::header(conds);
        self.fixed(encoding, || text);
        if let Some(Item::Fixed { slots, .. }) = self.program.items.last_mut() {
            *slots = conds.len() as u8;
        }
    }

    fn op(&mut self, op: &Op, context: Context) {
        match op {
            Op::Inst(_) if is_nothing(op) => {}
            Op::Inst(Inst::Const { rd, value }) => self.constant(*rd, *value, context),
            Op::Inst(inst) => self.inst(inst, context),
            Op::Push(regs) => {
                let encoding = encode::push(*regs);
                self.fixed(encoding, || print::list("push", encoding.is_wide(), *regs));
            }
            Op::Pop(regs) => {
                let encoding = encode::pop(*regs);
                let text = || print::list("pop", encoding.is_wide(), *regs);
                self.item(encoding, None, regs.contains(Reg::PC), text);
            }
        }
    }

    fn constant(&mut self, rd: Reg, value: Const, context: Context) {
        if encode::is_immediate(value) {
            self.inst(&Inst::Const { rd, value }, context);
        } else {
            self.program.items.push(Item::Literal {
                rd,
                value,
                it: context.it,
                id: LiteralId::new(0),
            });
        }
    }

    fn inst(&mut self, inst: &Inst<Reg>, context: Context) {
        let form = encode::encode(inst, context);
        let names = |symbol| self.name(symbol);
        let text = self.options.names.map(|_| form.text(context, &names));
        self.fixed(form.encoding, || text.unwrap_or_default());
    }

    fn call(&mut self, call: &Call<Reg>) {
        match call.target {
            CallTarget::Register(rm) => self.fixed(encode::blx(rm), || format!("blx {rm}")),
            CallTarget::Symbol(symbol) => self.branch_link(symbol),
        }
    }

    /// BL with the addend -4 in the field (AAELF32 5.6.1.6).
    fn branch_link(&mut self, symbol: Symbol) {
        let kind = RelocKind::Call;
        let reference = Some(Reference { kind, symbol });
        let name = self.name(symbol);
        self.item(Encoding::Wide(0xf7ff_fffe), reference, false, || {
            format!("bl {name}")
        });
    }

    // ---- terminators ----

    fn terminator(&mut self, id: BlockId, term: &Term<Reg>, next: Option<BlockId>) {
        match term {
            Term::Jump(edge) => self.jump(self.layout.target(edge.target), next),
            Term::Branch {
                cond,
                then,
                otherwise,
            } => {
                let way = Way::Flags(*cond);
                self.two_way(way, then, otherwise, next);
            }
            Term::BranchZero { rn, zero, nonzero } => {
                let way = Way::Zero {
                    nonzero: false,
                    rn: *rn,
                };
                self.two_way(way, zero, nonzero, next);
            }
            Term::Table { rn, targets } => self.table(*rn, targets, next),
            Term::Return { values } => self.return_from(id, values.iter().map(|v| v.1).collect()),
            Term::TailCall(call) => self.tail_call(call),
            Term::Trap(code) => self.trap(*code),
        }
    }

    fn jump(&mut self, target: Target, next: Option<BlockId>) {
        match target {
            Target::Trap(code) => self.trap(code),
            Target::Block(block) if Some(block) == next => {}
            Target::Block(block) => {
                if !self.copy_return(block) {
                    self.branch(None, self.program.block(block));
                }
            }
        }
    }

    /// Instead of a branch to a block of at most one instruction that returns, the block itself, if
    /// that is no longer or spares a branch for two bytes.
    fn copy_return(&mut self, id: BlockId) -> bool {
        let block = self.func.block(id);
        let Term::Return { values } = &block.term else {
            return false;
        };
        let limit = match block.insts[..] {
            [] => 4,
            [Inst::Mov { .. } | Inst::Const { .. }] => 2,
            _ => return false,
        };
        let results: RegSet = values.iter().map(|value| value.1).collect();
        if self.home.is_some() || self.frame.return_size(results) > limit {
            return false;
        }
        let live = vec![Flags::NONE; block.insts.len()];
        self.insts(&block.insts, &live);
        self.return_from(id, results);
        true
    }

    fn two_way(
        &mut self,
        way: Way,
        then: &Edge<Reg>,
        otherwise: &Edge<Reg>,
        next: Option<BlockId>,
    ) {
        let then = self.layout.target(then.target);
        let otherwise = self.layout.target(otherwise.target);
        if then == otherwise {
            return self.jump(then, next);
        }
        let follows = |target| matches!(target, Target::Block(block) if Some(block) == next);
        let swap =
            follows(then) || !follows(otherwise) && self.weight(otherwise) > self.weight(then);
        let (way, taken, other) = if swap {
            (way.inverse(), otherwise, then)
        } else {
            (way, then, otherwise)
        };
        let target = self.label(taken);
        let item = match way {
            Way::Flags(cond) => Item::Branch {
                cond: Some(cond),
                target,
            },
            Way::Zero { nonzero, rn } => Item::BranchZero {
                nonzero,
                rn,
                target,
            },
        };
        self.program.items.push(item);
        self.jump(other, next);
    }

    /// How often control is expected at a target, for which of two branches comes first.
    fn weight(&self, target: Target) -> u32 {
        match target {
            Target::Trap(_) => 0,
            Target::Block(id) if self.func.block(id).cold => 0,
            Target::Block(id) => 1 + self.func.block(id).loop_depth,
        }
    }

    fn table(&mut self, rn: Reg, edges: &[Edge<Reg>], next: Option<BlockId>) {
        let mut numbers = HashMap::new();
        let mut targets: Vec<Label> = Vec::new();
        let mut entries = Vec::with_capacity(edges.len());
        for edge in edges {
            let target = self.layout.target(edge.target);
            let label = self.label(target);
            let number = *numbers.entry(label.index()).or_insert_with(|| {
                targets.push(label);
                targets.len() as u32 - 1
            });
            entries.push(number);
        }
        if targets.len() < 2 {
            if let Some(edge) = edges.first() {
                self.jump(self.layout.target(edge.target), next);
            }
            return;
        }
        let with_island = |label| (label, self.program.new_label());
        let targets: Vec<(Label, Label)> = targets.into_iter().map(with_island).collect();
        let number = self.program.new_table();
        let islands = targets
            .iter()
            .map(|&(target, label)| Item::Island { label, target });
        let islands: Vec<Item> = islands.collect();
        self.program.items.push(Item::Table(Box::new(Table {
            rn,
            entries,
            targets,
            number,
        })));
        self.program.items.extend(islands);
    }

    fn return_from(&mut self, id: BlockId, results: RegSet) {
        if let Some(home) = self.home {
            let label = self.program.epilogue();
            if home != id {
                return self.branch(None, label);
            }
            self.program.items.push(Item::Label(label));
        }
        let (ops, is_return) = self.frame.returning(results);
        for op in ops {
            self.op(&op, Context::FREE);
        }
        if !is_return {
            self.ending(encode::bx(Reg::LR), || "bx lr".to_string());
        }
    }

    /// A target that the epilogue would overwrite moves to r12 first, which no argument uses.
    fn tail_call(&mut self, call: &Call<Reg>) {
        let mut live: RegSet = call.args.iter().map(|arg| arg.1).collect();
        let mut target = call.target;
        if let CallTarget::Register(rm) = target {
            live.insert(rm);
            if self.frame.restores(rm) {
                let rhs = Operand2::Reg(rm);
                let (s, rd) = (false, Reg::R12);
                self.inst(&Inst::Mov { s, rd, rhs }, Context::FREE);
                target = CallTarget::Register(rd);
            }
        }
        for op in self.frame.leaving(live) {
            self.op(&op, Context::FREE);
        }
        match target {
            CallTarget::Register(rm) => self.ending(encode::bx(rm), || format!("bx {rm}")),
            CallTarget::Symbol(symbol) => {
                let kind = RelocKind::Jump;
                let reference = Some(Reference { kind, symbol });
                let name = self.name(symbol);
                self.item(Encoding::Wide(0xf7ff_bffe), reference, true, || {
                    format!("b.w {name}")
                });
            }
        }
    }

    // ---- traps ----

    /// A trap in place: as short as a branch to the shared one, if it is one instruction.
    fn trap(&mut self, code: TrapCode) {
        match self.options.trap {
            Trap::Udf => self.udf(code),
            Trap::Call => {
                let target = self.trap_label(code);
                self.branch(None, target);
            }
        }
    }

    fn udf(&mut self, code: TrapCode) {
        let number = code.number();
        self.ending(encode::udf(number), || format!("udf #{number}"));
    }

    fn traps(&mut self) {
        for code in TrapCode::ALL {
            if !self.traps[usize::from(code.number())] {
                continue;
            }
            let label = self.program.trap(code);
            self.program.items.push(Item::Label(label));
            match self.options.trap {
                Trap::Udf => self.udf(code),
                Trap::Call => {
                    let value = Const::Int(u32::from(code.number()));
                    self.constant(Reg::R0, value, Context::FREE);
                    self.branch_link(Symbol::Trap);
                    self.ends();
                }
            }
        }
    }

    /// Marks the last instruction as one after which control does not go on.
    fn ends(&mut self) {
        if let Some(Item::Fixed { ends, .. }) = self.program.items.last_mut() {
            *ends = true;
        }
    }
}

/// How many neighbouring conditional instructions are looked at together.
const MAX_GROUP: usize = 64;

/// What a two-way branch depends on.
#[derive(Copy, Clone)]
enum Way {
    Flags(Cond),
    Zero { nonzero: bool, rn: Reg },
}

impl Way {
    fn inverse(self) -> Way {
        match self {
            Way::Flags(cond) => Way::Flags(cond.inverse()),
            Way::Zero { nonzero, rn } => Way::Zero {
                nonzero: !nonzero,
                rn,
            },
        }
    }
}

/// A move of a register to itself.
fn is_nothing(op: &Op) -> bool {
    matches!(op, Op::Inst(Inst::Mov { s: false, rd, rhs: Operand2::Reg(rm) }) if rd == rm)
}
