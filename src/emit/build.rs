//! From blocks to items: frame, flags and IT blocks in the order of the layout. `terminators` has the
//! ends of blocks.

use super::carried::{Carried, carried};
use super::encode::{self, Context, Encoding};
use super::encode_float;
use super::flags::{self, Flags};
use super::frame::{self, Frame, Op, top_byte};
use super::growth;
use super::guard::Guard;
use super::it;
use super::layout::{self, Layout, Target};
use super::program::{Item, Label, LiteralId, Program, Reference};
use super::tally::{self, Kind};
use super::terminators;
use super::wrap::Wrap;
use super::{EmitOptions, RelocKind};
use crate::isa::{
    AluOp, BlockId, Call, CallTarget, Cond, Const, FloatUnaryOp, Func, Inst, MemSize, ModImm, Operand2, Reg, Symbol,
    TestOp, TrapCode, print,
};
use crate::options::Trap;
use smallvec::smallvec;

/// The items of a function, and its frame.
pub fn build(func: &Func<Reg>, wrap: Wrap, options: &EmitOptions) -> (Program, Frame) {
    let frame = Frame::new(func, options.trap == Trap::Call);
    let mut builder = Builder::new(func, wrap, options, &frame);
    builder.carried = carried(func, &builder.layout, &builder.wrap, options.optimize);
    builder.entry();
    for at in 0..builder.layout.order.len() {
        builder.block(at);
    }
    builder.guards_behind();
    builder.traps();
    (builder.program, frame)
}

/// The items of a function that starts inside the frame, and is one block.
pub fn build_inside(func: &Func<Reg>, frame: &Frame, options: &EmitOptions) -> Program {
    let mut builder = Builder::new(func, Wrap::all(func, None), options, frame);
    builder.block(0);
    builder.program
}

pub(super) struct Builder<'a> {
    pub(super) func: &'a Func<Reg>,
    pub(super) options: &'a EmitOptions<'a>,
    pub(super) frame: &'a Frame,
    pub(super) wrap: Wrap,
    pub(super) layout: Layout,
    carried: Carried,
    pub(super) program: Program,
    /// The block that ends in the epilogue that other returns branch to.
    pub(super) home: Option<BlockId>,
    /// Which traps are branched to.
    pub(super) traps: [bool; TrapCode::ALL.len()],
    pub(super) guards: Vec<Guard>,
    /// The last instruction, if it is not conditional, and how many items there were behind it.
    last: Option<(usize, Inst<Reg>)>,
}

impl<'a> Builder<'a> {
    fn new(func: &'a Func<Reg>, wrap: Wrap, options: &'a EmitOptions<'a>, frame: &'a Frame) -> Builder<'a> {
        let layout = layout::layout(func, &wrap);
        let insts: usize = func.blocks.iter().map(|block| block.insts.len()).sum();
        Builder {
            func,
            options,
            frame,
            program: Program::new(func.blocks.len(), insts + 2 * func.blocks.len()),
            home: terminators::shared_return(func, &wrap, &layout, frame, options.optimize),
            wrap,
            layout,
            carried: Carried::none(func),
            traps: [false; TrapCode::ALL.len()],
            guards: Vec::new(),
            last: None,
        }
    }

    fn fixed(&mut self, encoding: Encoding, kind: Kind, text: impl FnOnce() -> String) {
        self.item(encoding, kind, None, false, text);
    }

    /// An instruction after which control does not go on.
    pub(super) fn ending(&mut self, encoding: Encoding, kind: Kind, text: impl FnOnce() -> String) {
        self.item(encoding, kind, None, true, text);
    }

    pub(super) fn item(
        &mut self,
        encoding: Encoding,
        kind: Kind,
        reference: Option<Reference>,
        ends: bool,
        text: impl FnOnce() -> String,
    ) {
        let text = self.options.names.map(|_| text().into_boxed_str());
        let slots = 0;
        self.program.items.push(Item::Fixed { encoding, kind, reference, slots, ends, text });
    }

    pub(super) fn name(&self, symbol: Symbol) -> String {
        self.options.names.map_or(String::new(), |names| names(symbol))
    }

    pub(super) fn branch(&mut self, cond: Option<Cond>, target: Label) {
        self.program.items.push(Item::Branch { cond, target });
    }

    /// The label of a target; a trap's is marked as needed.
    pub(super) fn label(&mut self, target: Target) -> Label {
        match target {
            Target::Block(block) => self.program.block(block),
            Target::Trap(code) => self.trap_label(code),
        }
    }

    pub(super) fn trap_label(&mut self, code: TrapCode) -> Label {
        self.traps[usize::from(code.number())] = true;
        self.program.trap(code)
    }

    // ---- prologue ----

    /// What comes before the frame.
    fn entry(&mut self) {
        if self.func.stack_check {
            self.stack_check();
        }
        if let Some(growth) = self.func.growth {
            self.enlarge(growth);
        }
    }

    fn prologue(&mut self) {
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
        self.inst(&Inst::Load { size, rt: r12, addr }, Context::FREE);
        let live = Flags::of(Cond::Lo);
        let context = Context { live, it: None };
        let subtract = |rn, rhs| Inst::Alu { op: AluOp::Sub, s: true, rd: r12, rn, rhs };
        self.inst(&subtract(Reg::SP, Operand2::Reg(r12)), context);
        let mut parts = Vec::new();
        let mut rest = self.frame.depth() + growth::depth(self.func);
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
        if self.wrap.begin == Some(id) {
            self.prologue();
        }
        let (insts, term) = self.carried.contents(self.func, id);
        let refined = flags::refine(insts, term, self.carried.behind(id));
        self.insts(&refined.insts, &refined.live);
        let next = self.layout.order.get(at + 1).copied();
        self.terminator(id, &refined.term, next);
    }

    pub(super) fn insts(&mut self, insts: &[Inst<Reg>], live: &[Flags]) {
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
            Inst::Guard { rn, limit, code } => self.guard(*rn, *limit, *code),
            Inst::TrapIfZero { nonzero, rn, code } => {
                let target = self.trap_label(*code);
                let (nonzero, rn) = (*nonzero, *rn);
                let item = Item::BranchZero { nonzero, rn, target };
                self.program.items.push(item);
            }
            _ => match self.frame.resolve(inst) {
                Some(ops) => ops.iter().for_each(|op| self.op(op, context)),
                None => self.plain(inst, context),
            },
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
            let ops =
                ops.unwrap_or_else(|| smallvec![Op::Inst(Inst::clone(inst))]).into_iter().filter(|op| !is_nothing(op));
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
        self.fixed(encoding, Kind::Condition, || text);
        if let Some(Item::Fixed { slots, .. }) = self.program.items.last_mut() {
            *slots = conds.len() as u8;
        }
    }

    pub(super) fn op(&mut self, op: &Op, context: Context) {
        match op {
            Op::Inst(inst) => self.plain(inst, context),
            Op::FloatPush(regs) => {
                self.fixed(encode_float::push(*regs), Kind::Save, || print::list("vpush", false, *regs))
            }
            Op::FloatPop(regs) => {
                self.fixed(encode_float::pop(*regs), Kind::Save, || print::list("vpop", false, *regs))
            }
            Op::Push(regs) => {
                let encoding = encode::push(*regs);
                self.fixed(encoding, Kind::Save, || print::list("push", encoding.is_wide(), *regs));
            }
            Op::Pop(regs) => {
                self.program.written = self.program.written.union(*regs);
                let encoding = encode::pop(*regs);
                let text = || print::list("pop", encoding.is_wide(), *regs);
                self.item(encoding, Kind::Save, None, regs.contains(Reg::PC), text);
            }
        }
    }

    /// An instruction that names no place on the stack.
    fn plain(&mut self, inst: &Inst<Reg>, context: Context) {
        match inst {
            _ if is_move_to_itself(inst) => {}
            Inst::Const { rd, value } => self.constant(*rd, *value, context),
            _ => self.inst(inst, context),
        }
    }

    pub(super) fn constant(&mut self, rd: Reg, value: Const, context: Context) {
        if encode::is_immediate(value) {
            self.inst(&Inst::Const { rd, value }, context);
        } else {
            self.program.written.insert(rd);
            self.program.items.push(Item::Literal { rd, value, it: context.it, id: LiteralId::new(0) });
        }
    }

    pub(super) fn inst(&mut self, inst: &Inst<Reg>, context: Context) {
        let form = encode::encode(inst, context);
        let names = |symbol| self.name(symbol);
        let text = self.options.names.map(|_| form.text(context, &names));
        self.compare_with_last(inst, context);
        inst.visit(|reg, role| {
            if !role.is_use() {
                self.program.written.insert(reg);
            }
        });
        self.fixed(form.encoding, tally::kind(inst), || text.unwrap_or_default());
        self.last = context.it.is_none().then(|| (self.program.items.len(), inst.clone()));
    }

    /// Counts the instruction if it or the one right before it is superfluous.
    fn compare_with_last(&mut self, inst: &Inst<Reg>, context: Context) {
        if let Some((at, last)) = &self.last
            && *at == self.program.items.len()
            && context.it.is_none()
            && tally::is_redundant(last, inst)
        {
            self.program.redundant += 1;
        }
    }

    fn call(&mut self, call: &Call<Reg>) {
        self.program.written = self.program.written.union(call.clobbers);
        match call.target {
            CallTarget::Register(rm) => self.fixed(encode::blx(rm), Kind::Call, || format!("blx {rm}")),
            CallTarget::Symbol(symbol) => self.branch_link(symbol),
        }
    }

    /// BL with the addend -4 in the field (AAELF32 5.6.1.6).
    pub(super) fn branch_link(&mut self, symbol: Symbol) {
        let kind = RelocKind::Call;
        let reference = Some(Reference { kind, symbol });
        let name = self.name(symbol);
        self.item(Encoding::Wide(0xf7ff_fffe), Kind::Call, reference, false, || format!("bl {name}"));
    }
}

/// How many neighbouring conditional instructions are looked at together.
const MAX_GROUP: usize = 64;

fn is_nothing(op: &Op) -> bool {
    match op {
        Op::Inst(inst) => is_move_to_itself(inst),
        Op::Push(_) | Op::Pop(_) | Op::FloatPush(_) | Op::FloatPop(_) => false,
    }
}

fn is_move_to_itself(inst: &Inst<Reg>) -> bool {
    match inst {
        Inst::Mov { s: false, rd, rhs: Operand2::Reg(rm) } => rd == rm,
        Inst::FloatUnary { op: FloatUnaryOp::Mov, sd, sm } => sd == sm,
        _ => false,
    }
}
