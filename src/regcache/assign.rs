//! Registers for every operand, in one walk over the blocks.
//!
//! The plan says which vregs are in registers; since they are never more than there are, this pass always
//! finds a register and cannot fail. A definition gets the register that its hint names, else a free one that
//! stays free long enough. Values that arrive in fixed registers stay there until someone else needs the
//! register: moves sink towards where they are needed. Calls isolate their fixed operands by one parallel move,
//! which also brings what survives into registers that the callee preserves. At the start of a block,
//! locations follow the predecessors by their frequency, at loop headers the hints; each edge is one parallel
//! move, in the predecessor if that has one successor, else in the successor, which then has one
//! predecessor.

use super::flow::Flow;
use super::moves::{Loc, MoveOp, Scratch, Source, sequentialise};
use super::operands::{Operand, Operands, needs_copy};
use super::placed::{Placed, PlacedBlock, Step};
use super::plan::{Action, ActionKind, Plan, rematerialisation};
use super::prefer::Hints;
use super::webs::{Webs, argument};
use crate::isa::{BlockId, Edge, Func, Inst, Reg, RegSet, Role, Term, VReg};
use smallvec::SmallVec;

/// Where the values in registers are at some place.
pub(super) type Locations = SmallVec<[(VReg, Reg); 14]>;

pub fn assign(
    func: &Func<VReg>,
    flow: &Flow,
    operands: &Operands,
    webs: &Webs,
    plan: &Plan,
    hints: &Hints,
    allocatable: RegSet,
) -> Placed {
    let mut assigner = Assigner {
        func,
        flow,
        operands,
        webs,
        plan,
        hints,
        allocatable,
        at: [None; Reg::COUNT],
        occupied: RegSet::EMPTY,
        loc: vec![Reg::PC; func.vregs],
        used: hints.paid,
        steps: Vec::new(),
        entries: func.blocks.iter().map(|_| Locations::new()).collect(),
        exits: func.blocks.iter().map(|_| Locations::new()).collect(),
        inherits: vec![false; func.blocks.len()],
        left: vec![None; func.vregs],
    };
    let mut blocks: Vec<PlacedBlock> = func.block_ids().map(|id| assigner.block(id)).collect();
    for id in func.block_ids() {
        assigner.edges_into(id, &mut blocks);
    }
    // Two slots serve parallel moves.
    Placed { blocks, slots: plan.slots + 2 }
}

pub(super) struct Assigner<'a> {
    pub(super) func: &'a Func<VReg>,
    pub(super) flow: &'a Flow,
    operands: &'a Operands,
    webs: &'a Webs,
    pub(super) plan: &'a Plan,
    pub(super) hints: &'a Hints,
    pub(super) allocatable: RegSet,
    /// What each register holds at the place of the walk, and where each held vreg is.
    at: [Option<VReg>; Reg::COUNT],
    /// The registers that hold anything.
    occupied: RegSet,
    loc: Vec<Reg>,
    /// Registers that cost nothing more to use.
    used: RegSet,
    steps: Vec<Step>,
    entries: Vec<Locations>,
    pub(super) exits: Vec<Locations>,
    /// The blocks in which all values begin where the only predecessor leaves them.
    pub(super) inherits: Vec<bool>,
    /// Where each vreg is at the end of the block that was asked about last.
    left: Vec<Option<(BlockId, Reg)>>,
}

impl Assigner<'_> {
    fn block(&mut self, id: BlockId) -> PlacedBlock {
        let entry = self.entry(id);
        self.replace(&entry);
        self.entries[id.index()] = entry;
        let block = self.func.block(id);
        self.steps.reserve(block.insts.len());
        let mut actions: &[Action] = &self.plan.blocks[id.index()].actions;
        for (index, inst) in block.insts.iter().enumerate() {
            let here = take_at(&mut actions, index);
            let position = self.flow.position(id, index);
            let list = self.operands.at(position);
            self.before(here, list, position);
            let regs = if self.operands.kinds(position).fixed {
                self.isolate(inst.clobbers(), list, here, position)
            } else {
                let killed: SmallVec<[VReg; 6]> = killed(here).collect();
                self.plain(inst, list, &killed, position)
            };
            let mut regs = regs.into_iter();
            let inst = inst.map(&mut |_, _| regs.next().expect("one register per operand"));
            self.steps.push(Step::Inst { index: index as u32, inst });
        }
        let here = take_at(&mut actions, block.insts.len());
        let position = self.flow.position(id, block.insts.len());
        self.before(here, self.operands.at(position), position);
        let term = self.terminator(&block.term, here, position);
        let mut exit = Locations::new();
        for held in self.held() {
            exit.push(held);
        }
        self.exits[id.index()] = exit;
        PlacedBlock { steps: std::mem::take(&mut self.steps), term }
    }

    /// Where the value is now, if it is in a register.
    pub(super) fn register(&self, v: VReg) -> Option<Reg> {
        Some(self.loc[v.index()]).filter(|reg| self.at.get(reg.index()) == Some(&Some(v)))
    }

    /// Makes `left_in` answer for a block.
    pub(super) fn ask_about(&mut self, pred: BlockId) {
        for &(v, reg) in &self.exits[pred.index()] {
            self.left[v.index()] = Some((pred, reg));
        }
    }

    /// The register that a value has at the end of the block.
    pub(super) fn left_in(&self, pred: BlockId, v: VReg) -> Option<Reg> {
        self.left[v.index()].filter(|&(at, _)| at == pred).map(|(_, reg)| reg)
    }

    fn held(&self) -> impl Iterator<Item = (VReg, Reg)> {
        self.occupied.iter().map(|reg| (self.at[reg.index()].expect("an occupied register holds a value"), reg))
    }

    fn free(&self) -> RegSet {
        self.allocatable.minus(self.occupied)
    }

    /// Lets the registers hold these values and nothing else.
    fn replace(&mut self, locations: &Locations) {
        for reg in std::mem::take(&mut self.occupied).iter() {
            self.at[reg.index()] = None;
        }
        locations.iter().for_each(|&(v, reg)| self.put(v, reg));
    }

    fn put(&mut self, v: VReg, reg: Reg) {
        assert!(self.at[reg.index()].is_none(), "{reg} holds two values");
        assert!(self.allocatable.contains(reg), "{reg} holds no values");
        self.at[reg.index()] = Some(v);
        self.occupied.insert(reg);
        self.loc[v.index()] = reg;
        self.used.insert(reg);
    }

    fn drop(&mut self, v: VReg) {
        let reg = self.loc[v.index()];
        assert_eq!(self.at[reg.index()], Some(v), "{v} is dropped where it is not");
        self.at[reg.index()] = None;
        self.occupied.remove(reg);
    }

    /// A register for `v` out of `allowed`: its hint, else one that is free for as long as `v` stays, a
    /// cheap one first.
    pub(super) fn choose(&self, v: VReg, allowed: RegSet, position: u32) -> Reg {
        let allowed = allowed.in_class(self.func.class(v));
        if let Some(reg) = self.hints.of(v).filter(|&reg| allowed.contains(reg)) {
            return reg;
        }
        let longest = self.hints.free_longest(v, position, allowed);
        let rank = |reg: &Reg| (self.used.contains(*reg), reg.is_low(), std::cmp::Reverse(reg.index()));
        longest.iter().max_by_key(rank).expect("never more values than registers are planned")
    }

    /// Moves whoever sits in the register that is meant for `v` to its own, if that is free.
    fn make_way(&mut self, v: VReg, leaving: &[VReg]) {
        let Some(wanted) = self.hints.of(v) else {
            return;
        };
        let Some(other) = self.at[wanted.index()].filter(|w| !leaving.contains(w)) else {
            return;
        };
        let Some(home) = self.hints.of(other).filter(|&home| self.free().contains(home)) else {
            return;
        };
        self.steps.push(Step::Move(MoveOp::Copy { to: home, from: wanted }));
        self.drop(other);
        self.put(other, home);
    }

    /// Stores, drops and reloads in front of an instruction with these operands.
    fn before(&mut self, here: &[Action], list: &[Operand], position: u32) {
        for action in here {
            let v = action.vreg;
            match action.kind {
                ActionKind::Store => {
                    let slot = self.plan.slot[v.index()].expect("a stored vreg has a slot");
                    self.steps.push(Step::Move(MoveOp::Store { slot, from: self.loc[v.index()] }));
                }
                ActionKind::Drop => self.drop(v),
                // The parallel move at the instruction brings it.
                ActionKind::Reload if is_fetched(here, list, v) => {}
                ActionKind::Reload => {
                    let fixed = list.iter().filter(|&&(w, _)| w == v).filter_map(|&(_, role)| fixed_use(role));
                    let direct = fixed.into_iter().find(|&reg| self.free().contains(reg));
                    self.make_way(v, &[]);
                    let to = match direct {
                        Some(reg) if self.free().contains(reg) => reg,
                        _ => self.choose(v, self.free(), position),
                    };
                    self.put(v, to);
                    self.steps.push(Step::Move(self.reload(v, to)));
                }
                ActionKind::Kill => {}
            }
        }
    }

    fn reload(&self, v: VReg, to: Reg) -> MoveOp {
        if rematerialisation(self.func, &self.plan.site, v).is_some() {
            return MoveOp::Remat { to, vreg: v };
        }
        MoveOp::Load { to, slot: self.plan.slot[v.index()].expect("a reloaded vreg has a slot") }
    }

    /// The registers of the operands of an instruction without fixed ones.
    fn plain(&mut self, inst: &Inst<VReg>, list: &[Operand], killed: &[VReg], position: u32) -> SmallVec<[Reg; 6]> {
        for &(v, _) in list.iter().filter(|(_, role)| !role.is_use()) {
            self.make_way(v, killed);
        }
        let mut regs: SmallVec<[Reg; 6]> = SmallVec::new();
        // Registers of the tied definitions, which other definitions must leave alone.
        let mut tied = RegSet::EMPTY;
        for (index, &(v, role)) in list.iter().enumerate() {
            let here = self.loc[v.index()];
            let reg = match role {
                Role::Use | Role::FixedUse(_) => here,
                Role::TiedUse(_) if !needs_copy(inst, list, index, !killed.contains(&v)) => here,
                Role::TiedUse(k) => {
                    let def = list.iter().find(|&&(_, role)| role == Role::TiedDef(k));
                    let &(def, _) = def.expect("a tied use has its definition");
                    let to = self.choose(def, self.free().minus(tied), position);
                    self.steps.push(Step::Move(MoveOp::Copy { to, from: here }));
                    to
                }
                Role::Def | Role::FixedDef(_) | Role::TiedDef(_) => continue,
            };
            if matches!(role, Role::TiedUse(_)) {
                tied.insert(reg);
            }
            regs.push(reg);
        }
        killed.iter().for_each(|&v| self.drop(v));
        for &(v, role) in list {
            let reg = match role {
                Role::Use | Role::FixedUse(_) | Role::TiedUse(_) => continue,
                Role::Def | Role::FixedDef(_) => self.choose(v, self.free().minus(tied), position),
                Role::TiedDef(k) => {
                    let same = list.iter().position(|&(_, role)| role == Role::TiedUse(k));
                    regs[same.expect("a tied definition has its use")]
                }
            };
            self.put(v, reg);
            regs.push(reg);
        }
        regs
    }

    /// The registers of the operands of an instruction with fixed operands or clobbers, after one
    /// parallel move that brings the operands there and what stays out of the way.
    fn isolate(&mut self, clobbers: RegSet, list: &[Operand], here: &[Action], position: u32) -> SmallVec<[Reg; 6]> {
        let killed: SmallVec<[VReg; 6]> = killed(here).collect();
        let mut moves: SmallVec<[(Loc, Source); 8]> = SmallVec::new();
        let before = self.occupied;
        let fixed: RegSet = list.iter().filter_map(|&(_, role)| fixed_use(role)).collect();
        let avoid = clobbers.union(fixed);
        let staying: Locations = self.held().filter(|(v, _)| !killed.contains(v)).collect();
        // An argument that the callee leaves alone stays where it is passed.
        let is_passed = |v: VReg, reg: Reg| list.contains(&(v, Role::FixedUse(reg))) && !clobbers.contains(reg);
        let kept = staying.iter().filter(|&&(v, reg)| !avoid.contains(reg) || is_passed(v, reg));
        let mut busy = kept.map(|&(_, reg)| reg).collect::<RegSet>().union(fixed);
        let mut after: Locations = SmallVec::new();
        for &(v, reg) in &staying {
            let home = if avoid.contains(reg) && !is_passed(v, reg) {
                self.choose(v, self.allocatable.minus(avoid).minus(busy), position)
            } else {
                reg
            };
            busy.insert(home);
            after.push((v, home));
            moves.push((Loc::Reg(home), Source::Loc(Loc::Reg(reg))));
        }
        let mut regs: SmallVec<[Reg; 6]> = SmallVec::new();
        let mut written = RegSet::EMPTY;
        for &(v, role) in list.iter().filter(|(_, role)| role.is_use()) {
            let from = match is_fetched(here, list, v) {
                true => self.elsewhere(v),
                false => Source::Loc(Loc::Reg(self.loc[v.index()])),
            };
            let reg = match (fixed_use(role), after.iter().find(|&&(w, _)| w == v)) {
                (Some(reg), _) => reg,
                (None, Some(&(_, home))) => home,
                (None, None) if !busy.contains(self.loc[v.index()]) => self.loc[v.index()],
                (None, None) => {
                    let spare = self.allocatable.in_class(self.func.class(v)).minus(busy);
                    spare.intersection(clobbers).first().or(spare.first()).expect("one is left")
                }
            };
            if fixed_use(role).is_none_or(|_| !written.contains(reg)) && !after.contains(&(v, reg)) {
                moves.push((Loc::Reg(reg), from));
            }
            written.insert(reg);
            busy.insert(reg);
            regs.push(reg);
        }
        self.parallel(&moves, self.allocatable.minus(before).minus(busy));
        self.replace(&after);
        for &(v, role) in list.iter().filter(|(_, role)| !role.is_use()) {
            let reg = match role {
                Role::FixedDef(reg) => reg,
                Role::Def | Role::TiedDef(_) => self.choose(v, self.free(), position),
                Role::Use | Role::FixedUse(_) | Role::TiedUse(_) => unreachable!("filtered out"),
            };
            self.put(v, reg);
            regs.push(reg);
        }
        regs
    }

    /// Where a value comes from that no register holds.
    fn elsewhere(&self, v: VReg) -> Source {
        match self.plan.slot[v.index()] {
            _ if rematerialisation(self.func, &self.plan.site, v).is_some() => Source::Remat(v, self.func.class(v)),
            slot => Source::Loc(Loc::Slot(slot.expect("the value is in memory"))),
        }
    }

    fn parallel(&mut self, moves: &[(Loc, Source)], free: RegSet) {
        let ops = sequentialise(moves, &self.scratch(free));
        self.steps.extend(ops.into_iter().map(Step::Move));
    }

    /// Only registers that cost nothing more serve as scratch.
    fn scratch(&self, free: RegSet) -> Scratch {
        let slots = [self.plan.slots, self.plan.slots + 1];
        Scratch { free: free.intersection(self.used), slots }
    }

    fn terminator(&mut self, term: &Term<VReg>, here: &[Action], position: u32) -> Term<Reg> {
        match term {
            Term::Jump(edge) => return Term::Jump(Edge::to(edge.target)),
            Term::Branch { .. }
            | Term::BranchZero { .. }
            | Term::Table { .. }
            | Term::Return { .. }
            | Term::TailCall(_)
            | Term::Trap(_) => {}
        }
        let list = self.operands.at(position);
        let fixed = list.iter().any(|&(_, role)| fixed_use(role).is_some());
        let regs = if fixed {
            self.isolate(RegSet::EMPTY, list, here, position)
        } else {
            let regs = list.iter().map(|&(v, _)| self.loc[v.index()]).collect();
            killed(here).for_each(|v| self.drop(v));
            regs
        };
        let mut regs = regs.into_iter();
        term.map(&mut |_, _| regs.next().expect("one register per operand"))
    }

    /// Adds the moves of all edges into the block.
    fn edges_into(&mut self, id: BlockId, blocks: &mut [PlacedBlock]) {
        // Nothing moves on the edge.
        if self.inherits[id.index()] {
            return;
        }
        // The walk is over: locations are those at the start of the block.
        for &(v, reg) in &self.entries[id.index()] {
            self.loc[v.index()] = reg;
        }
        for &pred in &self.flow.preds[id.index()] {
            self.ask_about(pred);
            let moves = self.edge_moves(pred, id);
            if moves.is_empty() {
                continue;
            }
            let busy: RegSet =
                self.exits[pred.index()].iter().chain(&self.entries[id.index()]).map(|&(_, reg)| reg).collect();
            let ops = sequentialise(&moves, &self.scratch(self.allocatable.minus(busy)));
            let steps = ops.into_iter().map(Step::Move);
            match &self.func.block(pred).term {
                Term::Jump(_) => blocks[pred.index()].steps.extend(steps),
                Term::Branch { .. } | Term::BranchZero { .. } | Term::Table { .. } => {
                    assert_eq!(self.flow.preds[id.index()].len(), 1, "the edge is critical");
                    blocks[id.index()].steps.splice(0..0, steps);
                }
                Term::Return { .. } | Term::TailCall(_) | Term::Trap(_) => {
                    unreachable!("the block has a successor")
                }
            }
        }
    }

    fn edge_moves(&self, pred: BlockId, id: BlockId) -> SmallVec<[(Loc, Source); 16]> {
        let source = |v: VReg| match self.left_in(pred, v) {
            Some(reg) => Source::Loc(Loc::Reg(reg)),
            None => self.elsewhere(v),
        };
        let place = |v: VReg| Loc::Reg(self.loc[v.index()]);
        let mut moves: SmallVec<[(Loc, Source); 16]> = SmallVec::new();
        for v in self.plan.live_through(id) {
            let (to, from) = (place(v), source(v));
            if from != Source::Loc(to) {
                moves.push((to, from));
            }
        }
        let params = &self.func.block(id).params;
        for &number in &self.plan.blocks[id.index()].register_params {
            let arg = argument(self.func, pred, number as usize);
            moves.push((place(params[number as usize]), source(arg)));
        }
        for &number in &self.plan.blocks[id.index()].memory_params {
            let v = params[number as usize];
            let arg = argument(self.func, pred, number as usize);
            let in_place = self.plan.slot[arg.index()].is_some() && self.webs.of(arg) == self.webs.of(v);
            if !in_place {
                let slot = self.plan.slot[v.index()].expect("the parameter arrives in memory");
                moves.push((Loc::Slot(slot), source(arg)));
            }
        }
        moves.retain(|&mut (to, from)| from != Source::Loc(to));
        moves
    }
}

/// Whether a value returns for fixed operands of the instruction alone: it is loaded where they are.
fn is_fetched(here: &[Action], list: &[Operand], v: VReg) -> bool {
    let has = |kind: ActionKind| here.iter().any(|action| action.vreg == v && action.kind == kind);
    let mut roles = list.iter().filter(|&&(w, role)| w == v && role.is_use());
    has(ActionKind::Reload) && has(ActionKind::Kill) && roles.all(|&(_, role)| fixed_use(role).is_some())
}

fn fixed_use(role: Role) -> Option<Reg> {
    match role {
        Role::FixedUse(reg) => Some(reg),
        Role::Use | Role::TiedUse(_) | Role::Def | Role::FixedDef(_) | Role::TiedDef(_) => None,
    }
}

/// Splits off the actions of instruction `index`.
fn take_at<'a>(actions: &mut &'a [Action], index: usize) -> &'a [Action] {
    let count = actions.iter().take_while(|action| action.index as usize <= index).count();
    let (here, rest) = actions.split_at(count);
    *actions = rest;
    here
}

fn killed(here: &[Action]) -> impl Iterator<Item = VReg> {
    here.iter().filter(|action| action.kind == ActionKind::Kill).map(|action| action.vreg)
}
