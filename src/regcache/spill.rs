//! Which values are in registers where, so that never more are than there are registers.
//!
//! Braun and Hack's extension of Belady's MIN algorithm to SSA form: blocks in order, in each of them the
//! values that are in registers; where room is needed, the value leaves whose next use is farthest in relation
//! to what its return will cost. A vreg keeps its name when it leaves and returns. Loop headers decide for
//! the whole loop: values that are used in it stay by weight, values that are only live through it leave as
//! far as the pressure inside asks for. At a call only as many values stay as the callee preserves registers.
//!
//! Invariant: at every instruction the values of a class in registers, copies of tied operands included, are at most
//! its allocatable registers; over an instruction at most `survivors` stay.

use super::classes::{PerClass, classes};
use super::flow::Flow;
use super::liveness::Liveness;
use super::operands::{Operand, Operands, extra_registers, rematerialisation_cost, survivors};
use super::plan::{self, Action, ActionKind, BlockPlan, Plan, Site, rematerialisation, sites};
use super::webs::{Webs, argument};
use super::weights::{LoopFacts, loop_facts, weights};
use crate::isa::{BlockId, Class, Func, RegSet, Role, Term, VReg};
use smallvec::SmallVec;

pub fn spill(
    func: &Func<VReg>,
    flow: &Flow,
    operands: &Operands,
    liveness: &Liveness,
    webs: &Webs,
    allocatable: RegSet,
) -> Plan {
    let mut spiller = Spiller::new(func, flow, operands, liveness, allocatable);
    for id in func.block_ids() {
        let plan = spiller.block(id);
        spiller.blocks[id.index()] = plan;
    }
    let Spiller { blocks, site, .. } = spiller;
    let mut plan = Plan { blocks, site, slot: vec![None; func.vregs], slots: 0 };
    super::headers::let_go(func, flow, operands, &mut plan);
    super::headers::trim(func, flow, operands, &mut plan);
    super::slots::place(func, flow, liveness, webs, &mut plan);
    plan
}

const NEVER: u32 = u32::MAX;

/// Cycles of saving and restoring a register, about.
const KEEP: f32 = 3.0;

/// A value in a register, and the position of its next use.
#[derive(Copy, Clone)]
struct Value {
    v: VReg,
    next: u32,
    touched: Touched,
}

impl Value {
    fn arriving(v: VReg, next: u32) -> Value {
        Value { v, next, touched: Touched::Before }
    }
}

/// What last read or wrote a value's register in the block.
#[derive(Copy, Clone)]
enum Touched {
    Before,
    /// An instruction that reads it.
    Read(u32),
    /// An instruction that defines it.
    Written(u32),
}

type Values = SmallVec<[Value; 16]>;

/// What is in registers, by class.
type Held = PerClass<Values>;

struct Spiller<'a> {
    func: &'a Func<VReg>,
    flow: &'a Flow,
    operands: &'a Operands,
    liveness: &'a Liveness,
    allocatable: RegSet,
    classes: &'static [Class],
    site: Vec<Site>,
    /// Cycles of making each vreg anew from nothing, where that is possible.
    anew: Vec<Option<f32>>,
    blocks: Vec<BlockPlan>,
    /// Vregs that leave registers somewhere and come back: their store is paid already.
    stored: Vec<bool>,
    /// Position of the next use in the current block, for vregs whose `scanned` is the block.
    next: Vec<u32>,
    scanned: Vec<u32>,
    /// For each operand of the function, the position of the vreg's next use behind the instruction; of the current block.
    after: Vec<u32>,
    /// Summed frequency of the predecessors that hold each vreg; all 0 between uses.
    have: Vec<f32>,
    /// Room for those of a block; empty between uses.
    touched: Vec<VReg>,
    loops: LoopFacts,
    /// Estimated executions of all uses of each vreg.
    weight: Vec<f32>,
}

impl<'a> Spiller<'a> {
    fn new(
        func: &'a Func<VReg>,
        flow: &'a Flow,
        operands: &'a Operands,
        liveness: &'a Liveness,
        allocatable: RegSet,
    ) -> Spiller<'a> {
        let site = sites(func, flow, operands);
        let loops = loop_facts(func, flow, operands, liveness, &site);
        let cost = |v: VReg| rematerialisation(func, &site, v).and_then(rematerialisation_cost);
        let anew = (0..func.vregs).map(|index| cost(VReg::new(index))).collect();
        Spiller {
            func,
            flow,
            operands,
            liveness,
            allocatable,
            classes: classes(func),
            site,
            anew,
            blocks: func.blocks.iter().map(|_| BlockPlan::default()).collect(),
            stored: vec![false; func.vregs],
            next: vec![NEVER; func.vregs],
            scanned: vec![u32::MAX; func.vregs],
            after: vec![NEVER; operands.count()],
            have: vec![0.0; func.vregs],
            touched: Vec::new(),
            loops,
            weight: weights(func, flow, operands),
        }
    }

    fn block(&mut self, id: BlockId) -> BlockPlan {
        self.scan(id);
        let mut held = self.entry(id);
        let mut plan = BlockPlan { entry: vregs(&held), ..BlockPlan::default() };
        let block = self.func.block(id);
        plan.actions.reserve(block.insts.len());
        for (number, &v) in (0..).zip(&block.params) {
            if plan.entry.contains(&v) {
                plan.register_params.push(number);
            } else if self.next_here(id, v) != NEVER {
                plan.memory_params.push(number);
            }
        }
        let after = std::mem::take(&mut self.after);
        for (index, inst) in block.insts.iter().enumerate() {
            let step = self.step_at(id, index, &after);
            let kinds = self.operands.kinds(self.flow.position(id, index));
            let extra = extra_registers(self.func, inst, step.list, kinds, |v| step.after(v) != NEVER);
            for &class in self.classes {
                let survivors = survivors(inst, step.list, kinds, self.allocatable.in_class(class));
                let demand = Demand { class, extra: extra[class], survivors };
                self.step(&step, demand, &mut held[class], &mut plan);
            }
        }
        let mut step = self.step_at(id, block.insts.len(), &after);
        match &block.term {
            // The arguments of its edge need no registers.
            Term::Jump(_) => step.list = &[],
            Term::Branch { .. }
            | Term::BranchZero { .. }
            | Term::Table { .. }
            | Term::Return { .. }
            | Term::TailCall(_)
            | Term::Trap(_) => {}
        }
        for &class in self.classes {
            let survivors = self.room(class);
            self.step(&step, Demand { class, extra: 0, survivors }, &mut held[class], &mut plan);
        }
        self.after = after;
        plan.actions.sort_unstable();
        plan.exit = vregs(&held);
        plan
    }

    fn step_at<'s>(&self, id: BlockId, index: usize, after: &'s [u32]) -> Step<'s>
    where
        'a: 's,
    {
        let position = self.flow.position(id, index);
        let places = self.operands.places(position);
        Step { id, index: index as u32, list: self.operands.at(position), after: &after[places] }
    }

    /// How many values of a class fit.
    fn room(&self, class: Class) -> usize {
        self.allocatable.in_class(class).len()
    }

    /// Finds the next use of each operand of the block behind its instruction.
    fn scan(&mut self, id: BlockId) {
        let operands = self.operands;
        for index in (0..=self.func.block(id).insts.len()).rev() {
            let position = self.flow.position(id, index);
            let list = operands.at(position);
            for (place, &(v, _)) in operands.places(position).zip(list) {
                self.after[place] = self.next_here(id, v);
            }
            for &(v, role) in list {
                self.scanned[v.index()] = id.index() as u32;
                self.next[v.index()] = if role.is_use() { position } else { NEVER };
            }
        }
    }

    fn next_here(&self, id: BlockId, v: VReg) -> u32 {
        if self.scanned[v.index()] == id.index() as u32 {
            self.next[v.index()]
        } else {
            self.liveness.next_use_out(id, v).unwrap_or(NEVER)
        }
    }

    /// Brings the uses of a class into registers and makes room for them, for what stays and for the definitions.
    fn step(&mut self, step: &Step, demand: Demand, held: &mut Values, plan: &mut BlockPlan) {
        let Demand { class, extra, survivors } = demand;
        let room = self.room(class);
        let is_own = |v: VReg| self.func.class(v) == class;
        let uses = step.uses(is_own);
        let mut missing: SmallVec<[VReg; 6]> = SmallVec::new();
        for &v in &uses {
            if held.iter().all(|value| value.v != v) {
                missing.push(v);
            }
        }
        while held.len() + missing.len() + extra > room {
            let leaving = self.farthest(step, held, |v| !uses.contains(&v));
            step.leave(plan, held.swap_remove(leaving));
        }
        for v in missing {
            self.stored[v.index()] = true;
            plan.actions.push(Action { index: step.index, kind: ActionKind::Reload, vreg: v });
            held.push(Value::arriving(v, NEVER));
        }
        for &v in &uses {
            let place = held.iter().position(|value| value.v == v).expect("a use is held");
            held[place].next = step.after(v);
            held[place].touched = Touched::Read(step.index);
            if held[place].next == NEVER {
                step.leave(plan, held.swap_remove(place));
            }
        }
        if survivors < room {
            self.leave_cheap(step, held, plan);
        }
        let defs = step.list.iter().filter(|&&(v, role)| !role.is_use() && is_own(v)).count();
        while held.len() > survivors || held.len() + defs > room {
            let leaving = self.farthest(step, held, |_| true);
            step.leave(plan, held.swap_remove(leaving));
        }
        for (&(v, role), &next) in step.list.iter().zip(step.after) {
            if role.is_use() || !is_own(v) {
                continue;
            }
            let value = Value { v, next, touched: Touched::Written(step.index) };
            if next != NEVER {
                held.push(value);
            } else {
                step.leave(plan, value);
            }
        }
    }

    /// Lets go at a call what is built again more cheaply than a callee-saved register is kept for it.
    fn leave_cheap(&self, step: &Step, held: &mut Values, plan: &mut BlockPlan) {
        held.retain(|value| {
            let Some(cost) = self.anew[value.v.index()] else {
                return true;
            };
            let total = cost * self.weight[value.v.index()];
            let moved = cost <= 1.0 && self.is_fixed_at(value.v, value.next);
            let stays = total > KEEP && !moved;
            if !stays {
                step.leave(plan, *value);
            }
            stays
        });
    }

    /// Whether the use of `v` at `position` is a fixed operand.
    fn is_fixed_at(&self, v: VReg, position: u32) -> bool {
        let id = self.flow.block_at(position);
        let position = self.flow.position(id, self.flow.index_at(id, position));
        self.operands.at(position).iter().any(|&(w, role)| w == v && matches!(role, Role::FixedUse(_)))
    }

    /// The place of the value in `held` that should leave.
    fn farthest(&self, step: &Step, held: &Values, may_leave: impl Fn(VReg) -> bool) -> usize {
        let from = self.flow.position(step.id, step.index as usize);
        let candidates = held.iter().enumerate().filter(|(_, value)| may_leave(value.v));
        candidates
            .map(|(index, value)| (index, self.profit(step.id, from, *value)))
            .max_by(|a, b| a.1.total_cmp(&b.1))
            .expect("some value can leave, since an instruction has fewer operands than registers")
            .0
    }

    /// How long a register is free if the value leaves, over what its return costs.
    fn profit(&self, block: BlockId, from: u32, value: Value) -> f32 {
        let distance = self.flow.distance(block, from, value.next) as f32;
        let reload = self.flow.freq_at(value.next);
        let site = self.site[value.v.index()];
        let cost = if let Some(cost) = self.anew[value.v.index()] {
            // A reload takes two cycles.
            0.5 * cost * reload
        } else if self.stored[value.v.index()] {
            reload
        } else {
            reload + 0.5 * self.flow.freq[site.block.index()]
        };
        distance / cost
    }

    /// What is in registers at the start of the block.
    fn entry(&mut self, id: BlockId) -> Held {
        if id == BlockId::ENTRY {
            let values = self.func.entry.iter().map(|&(v, _)| Value::arriving(v, self.next_here(id, v)));
            let values: Values = values.filter(|value| value.next != NEVER).collect();
            return self.by_class(values, |_| usize::MAX);
        }
        let mut touched = std::mem::take(&mut self.touched);
        let total = self.meet_predecessors(id, &mut touched);
        let values = match self.flow.loop_at(id) {
            Some(l) => self.header_entry(id, l, total, &touched),
            None => self.join_entry(id, total, &touched),
        };
        for v in touched.drain(..) {
            self.have[v.index()] = 0.0;
        }
        self.touched = touched;
        values
    }

    /// Sums in `have` how often each vreg arrives in a register over the edges that are decided; the
    /// sum of all edges. Adds the vregs to `touched`. A parameter arrives if its argument does.
    fn meet_predecessors(&mut self, id: BlockId, touched: &mut Vec<VReg>) -> f32 {
        let mut total = 0.0;
        for &pred in self.flow.preds[id.index()].iter().filter(|&&p| p < id) {
            let freq = self.flow.freq[pred.index()];
            total += freq;
            for index in 0..self.blocks[pred.index()].exit.len() {
                let v = self.blocks[pred.index()].exit[index];
                touched.push(v);
                self.have[v.index()] += freq;
            }
            for (index, &param) in self.func.block(id).params.iter().enumerate() {
                let arg = argument(self.func, pred, index);
                let held = self.blocks[pred.index()].exit.contains(&arg);
                if held || self.anew[arg.index()].is_some() {
                    touched.push(param);
                    self.have[param.index()] += freq;
                }
            }
        }
        touched.sort_unstable();
        touched.dedup();
        total
    }

    /// The first of the values of each class, as many as `fits` says.
    fn by_class(&self, values: impl IntoIterator<Item = Value>, fits: impl Fn(Class) -> usize) -> Held {
        let mut held = Held::default();
        for value in values {
            let class = self.func.class(value.v);
            if held[class].len() < fits(class) {
                held[class].push(value);
            }
        }
        held
    }

    fn join_entry(&self, id: BlockId, total: f32, touched: &[VReg]) -> Held {
        let params = &self.func.block(id).params;
        let mut values: SmallVec<[Value; 32]> = SmallVec::new();
        for &v in touched {
            let Some(next) = self.liveness.next_use_in(id, v) else {
                continue;
            };
            let missing = total - self.have[v.index()];
            if missing <= 1e-4 * total || missing < 0.9 * self.flow.freq_at(next) {
                values.push(Value::arriving(v, next));
            }
        }
        for &v in params {
            let next = self.next_here(id, v);
            if next == NEVER {
                continue;
            }
            let have = self.have[v.index()];
            if total - have <= have + self.flow.freq_at(next) {
                values.push(Value::arriving(v, next));
            }
        }
        let from = self.flow.start(id);
        if self.classes.iter().any(|&class| values.len() > self.room(class)) {
            let mut ranked: Vec<(f32, Value)> =
                values.into_iter().map(|value| (self.profit(id, from, value), value)).collect();
            ranked.sort_by(|a, b| a.0.total_cmp(&b.0));
            values = ranked.into_iter().map(|(_, value)| value).collect();
        }
        self.by_class(values, |class| self.room(class))
    }

    /// How profitable it is that a value that is only live through the loop leaves: how long its register
    /// is free over all uses in the loop around, each of which may need a reload.
    fn through_profit(&self, id: BlockId, l: usize, value: Value) -> f32 {
        let site = self.site[value.v.index()];
        let mut reloads = self.flow.freq_at(value.next);
        if let Some(parent) = self.flow.loops[l].parent {
            let around = &self.flow.loops[parent];
            let listed = self.loops.used[parent].iter().find(|&&(w, _)| w == value.v);
            reloads = match listed {
                Some(&(_, weight)) => weight,
                None if site.block >= around.header => self.weight[value.v.index()],
                None => reloads,
            };
        }
        let distance = self.flow.distance(id, self.flow.start(id), value.next) as f32;
        match self.anew[value.v.index()] {
            Some(cost) => distance / (0.5 * cost * reloads),
            None => distance / (reloads + 0.5 * self.flow.freq[site.block.index()]),
        }
    }

    fn header_entry(&self, id: BlockId, l: usize, total: f32, touched: &[VReg]) -> Held {
        let facts = &self.loops.used[l];
        let mut used: Vec<(f32, Value)> = Vec::new();
        for &v in &self.func.block(id).params {
            let next = self.next_here(id, v);
            if next != NEVER {
                let weight = facts.iter().find(|&&(w, _)| w == v).map_or(0.0, |&(_, weight)| weight);
                used.push((weight + 2.0 * self.flow.freq[id.index()], Value::arriving(v, next)));
            }
        }
        for &(v, weight) in facts {
            if let Some(next) = self.liveness.next_use_in(id, v) {
                let weight = if self.anew[v.index()].is_some() { 0.5 * weight } else { weight };
                used.push((weight, Value::arriving(v, next)));
            }
        }
        used.sort_by(|a, b| b.0.total_cmp(&a.0));
        let mut through: Vec<(f32, Value)> = Vec::new();
        for &v in touched {
            let Some(next) = self.liveness.next_use_in(id, v) else {
                continue;
            };
            let everywhere = total - self.have[v.index()] <= 1e-4 * total;
            if everywhere && used.iter().all(|(_, value)| value.v != v) {
                let value = Value::arriving(v, next);
                through.push((self.through_profit(id, l, value), value));
            }
        }
        through.sort_by(|a, b| a.0.total_cmp(&b.0));
        let keep = |class: Class| {
            let fits = self.liveness.entry_count[id.index()][class] - self.loops.excess[l][class].max(0);
            usize::try_from(fits).unwrap_or(0).min(self.room(class))
        };
        self.by_class(used.into_iter().chain(through).map(|(_, value)| value), keep)
    }
}

/// An instruction or terminator in its block.
struct Step<'a> {
    id: BlockId,
    index: u32,
    list: &'a [Operand],
    /// The next use of each operand behind it.
    after: &'a [u32],
}

/// What an instruction asks of the registers of a class.
struct Demand {
    class: Class,
    /// Registers for copies of tied operands.
    extra: usize,
    /// How many values can stay in registers over it.
    survivors: usize,
}

/// All that is held.
fn vregs(held: &Held) -> plan::Held {
    let mut vregs = plan::Held::new();
    for value in held.iter().flatten() {
        vregs.push(value.v);
    }
    vregs
}

impl Step<'_> {
    fn after(&self, v: VReg) -> u32 {
        let place = self.list.iter().position(|&(w, _)| w == v);
        self.after[place.expect("asked only for operands")]
    }

    /// The value leaves registers: behind whatever last needed it there.
    fn leave(&self, plan: &mut BlockPlan, value: Value) {
        let (index, kind) = match value.touched {
            Touched::Before => (self.index, ActionKind::Drop),
            Touched::Read(index) => (index, ActionKind::Kill),
            Touched::Written(index) => (index + 1, ActionKind::Drop),
        };
        plan.actions.push(Action { index, kind, vreg: value.v });
    }

    fn uses(&self, is_own: impl Fn(VReg) -> bool) -> SmallVec<[VReg; 6]> {
        let mut uses = SmallVec::new();
        for &(v, role) in self.list {
            if role.is_use() && is_own(v) && !uses.contains(&v) {
                uses.push(v);
            }
        }
        uses
    }
}
