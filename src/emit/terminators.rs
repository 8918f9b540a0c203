//! The ends of blocks: branches, tables, returns, tail calls and traps.

use super::RelocKind;
use super::build::Builder;
use super::encode::{self, Context, Encoding};
use super::flags::Flags;
use super::frame::Frame;
use super::layout::{Layout, Target};
use super::program::{Item, Label, Reference, Table};
use super::tally::Kind;
use super::wrap::Wrap;
use crate::hash::HashMap;
use crate::isa::{
    BlockId, Call, CallTarget, Cond, Const, Edge, Func, Inst, Operand2, Reg, RegSet, Symbol, Term, TrapCode,
};
use crate::options::{Optimize, Trap};

/// Where the one epilogue stands, if a function with several returns is smaller with one: at a
/// return without instructions if there is one, which branches can reach directly.
pub(super) fn shared_return(
    func: &Func<Reg>,
    wrap: &Wrap,
    layout: &Layout,
    frame: &Frame,
    optimize: Optimize,
) -> Option<BlockId> {
    let most = match optimize {
        Optimize::Speed => 4,
        // What a branch takes.
        Optimize::Size => 2,
    };
    let results = |id: BlockId| match &func.block(id).term {
        Term::Return { values } => Some(values.iter().map(|value| value.1).collect()),
        _ => None,
    };
    let order = layout.order.iter().copied().filter(|&id| !wrap.is_bare(id));
    let returns: Vec<(BlockId, RegSet)> = order.filter_map(|id| Some((id, results(id)?))).collect();
    let last = returns.last()?;
    if returns.len() < 2 || frame.return_size(last.1) <= most {
        return None;
    }
    let empty = returns.iter().find(|(id, _)| func.block(*id).insts.is_empty());
    Some(empty.unwrap_or(last).0)
}

impl Builder<'_> {
    pub(super) fn terminator(&mut self, id: BlockId, term: &Term<Reg>, next: Option<BlockId>) {
        match term {
            Term::Jump(edge) => self.jump(self.layout.target(edge.target), next),
            Term::Branch { cond, then, otherwise } => {
                let way = Way::Flags(*cond);
                self.two_way(way, then, otherwise, next);
            }
            Term::BranchZero { rn, zero, nonzero } => {
                let way = Way::Zero { nonzero: false, rn: *rn };
                self.two_way(way, zero, nonzero, next);
            }
            Term::Table { rn, targets } => self.table(*rn, targets, next),
            Term::Return { values } => self.return_from(id, values.iter().map(|v| v.1).collect()),
            Term::TailCall(call) => self.tail_call(id, call),
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
        let limit = match (&block.insts[..], self.options.optimize) {
            ([], Optimize::Speed) => 4,
            ([], Optimize::Size) | ([Inst::Mov { .. } | Inst::Const { .. }], Optimize::Speed) => 2,
            _ => return false,
        };
        let results: RegSet = values.iter().map(|value| value.1).collect();
        let is_bare = self.wrap.is_bare(id);
        if !is_bare && (self.home.is_some() || self.frame.return_size(results) > limit) {
            return false;
        }
        let live = vec![Flags::NONE; block.insts.len()];
        self.insts(&block.insts, &live);
        self.return_from(id, results);
        true
    }

    fn two_way(&mut self, way: Way, then: &Edge<Reg>, otherwise: &Edge<Reg>, next: Option<BlockId>) {
        let then = self.layout.target(then.target);
        let otherwise = self.layout.target(otherwise.target);
        if then == otherwise {
            return self.jump(then, next);
        }
        let follows = |target| matches!(target, Target::Block(block) if Some(block) == next);
        let swap = follows(then) || !follows(otherwise) && self.weight(otherwise) > self.weight(then);
        let (way, taken, other) = if swap { (way.inverse(), otherwise, then) } else { (way, then, otherwise) };
        let target = self.label(taken);
        let item = match way {
            Way::Flags(cond) => Item::Branch { cond: Some(cond), target },
            Way::Zero { nonzero, rn } => Item::BranchZero { nonzero, rn, target },
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
        let mut numbers = HashMap::default();
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
        let islands = targets.iter().map(|&(target, label)| Item::Island { label, target });
        let islands: Vec<Item> = islands.collect();
        self.program.items.push(Item::Table(Box::new(Table { rn, entries, targets, number })));
        self.program.items.extend(islands);
    }

    fn return_from(&mut self, id: BlockId, results: RegSet) {
        if self.wrap.is_bare(id) {
            return self.ending(encode::bx(Reg::LR), Kind::Branch, || "bx lr".to_string());
        }
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
            self.ending(encode::bx(Reg::LR), Kind::Branch, || "bx lr".to_string());
        }
    }

    /// A target that the epilogue would overwrite moves to r12 first, which no argument uses.
    fn tail_call(&mut self, id: BlockId, call: &Call<Reg>) {
        self.program.written = self.program.written.union(call.clobbers);
        let mut live: RegSet = call.args.iter().map(|arg| arg.1).collect();
        let mut target = call.target;
        if let CallTarget::Register(rm) = target {
            live.insert(rm);
            if self.frame.restores(rm) && !self.wrap.is_bare(id) {
                let rhs = Operand2::Reg(rm);
                let (s, rd) = (false, Reg::R12);
                self.inst(&Inst::Mov { s, rd, rhs }, Context::FREE);
                target = CallTarget::Register(rd);
            }
        }
        if !self.wrap.is_bare(id) {
            for op in self.frame.leaving(live) {
                self.op(&op, Context::FREE);
            }
        }
        match target {
            CallTarget::Register(rm) => self.ending(encode::bx(rm), Kind::Call, || format!("bx {rm}")),
            CallTarget::Symbol(symbol) => {
                let kind = RelocKind::Jump;
                let reference = Some(Reference { kind, symbol });
                let name = self.name(symbol);
                self.item(Encoding::Wide(0xf7ff_bffe), Kind::Call, reference, true, || format!("b.w {name}"));
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
        self.ending(encode::udf(number), Kind::Trap, || format!("udf #{number}"));
    }

    pub(super) fn traps(&mut self) {
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
            Way::Zero { nonzero, rn } => Way::Zero { nonzero: !nonzero, rn },
        }
    }
}
