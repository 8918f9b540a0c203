//! Which register each vreg would best be in: hints for `assign`, which need not follow them.
//!
//! The places where a vreg is in a register form ranges of positions. Webs are coloured in the order of
//! their weight (estimated operand reads and writes): each takes the register that is free over all its
//! ranges and that saves most: moves to and from fixed operands, moves to webs that it could not merge with,
//! encodings (16-bit forms name r0–r7) and saved registers that the function does not save anyway.
//! Clobbers and fixed operands occupy registers at points. A web that fits nowhere is tried again vreg
//! by vreg. Registers that some lighter web needs for a fixed operand are avoided at that price.

use super::flow::Flow;
use super::liveness::Range;
use super::operands::{operands, survivors};
use super::spill::{ActionKind, Plan};
use super::webs::Webs;
use crate::isa::{BlockId, Func, Inst, Operand2, Reg, RegSet, Role, Term, VReg};
use std::collections::{BTreeMap, BinaryHeap};

pub struct Hints {
    hint: Vec<Option<Reg>>,
    ranges: PerVReg<Range>,
    timelines: Vec<Timeline>,
    /// Registers that cost nothing to use: not saved, or saved for some hint or call already.
    pub paid: RegSet,
}

/// Cost of saving and restoring one more register, in cycles: PUSH and POP take one and one for each
/// register.
const SAVE: f32 = 2.0;

/// Cost of an operand that needs a 32-bit encoding, in cycles.
const WIDE: f32 = 0.1;

impl Hints {
    pub fn of(&self, v: VReg) -> Option<Reg> {
        self.hint[v.index()]
    }

    /// Where `v`, in a register at `position`, leaves registers.
    pub fn end(&self, v: VReg, position: u32) -> u32 {
        let ranges = self.ranges.of(v);
        let after = ranges.partition_point(|range| range.start <= position);
        after
            .checked_sub(1)
            .map_or(position, |index| ranges[index].end)
    }

    /// The first position from `position` on at which the register is planned for someone.
    pub fn next_busy(&self, reg: Reg, position: u32) -> u32 {
        let timeline = &self.timelines[reg.index()].0;
        match timeline.range(..=position).next_back() {
            Some((_, busy)) if busy.end > position => position,
            _ => timeline
                .range(position..)
                .next()
                .map_or(u32::MAX, |(&start, _)| start),
        }
    }
}

pub fn prefer(
    func: &Func<VReg>,
    flow: &Flow,
    webs: &Webs,
    plan: &Plan,
    allocatable: RegSet,
) -> Hints {
    let facts = Facts::collect(func, flow, webs, plan);
    let calls = func
        .blocks
        .iter()
        .flat_map(|block| &block.insts)
        .any(|i| matches!(i, Inst::Call(_)));
    let mut paid = RegSet::CALLER_SAVED.intersection(allocatable);
    if !calls {
        paid.remove(Reg::LR);
    }
    // The first round finds out which registers are saved, so that the second one uses them where
    // they serve, from the heaviest web on.
    let first = Colouring::new(&facts, webs, allocatable, paid).run(func.vregs);
    let second = Colouring::new(&facts, webs, allocatable, first.paid).run(func.vregs);
    let Colouring {
        hint, timelines, ..
    } = second;
    paid = hint
        .iter()
        .flatten()
        .fold(paid, |paid, &reg| paid.union(RegSet::of(reg)));
    Hints {
        hint,
        timelines,
        paid,
        ranges: facts.ranges,
    }
}

/// Lists per vreg in one allocation.
struct PerVReg<T> {
    items: Vec<T>,
    first: Vec<u32>,
}

impl<T: Copy> PerVReg<T> {
    /// Sorts by vreg; the items of one vreg keep their order.
    fn new(mut pairs: Vec<(VReg, T)>, vregs: usize) -> PerVReg<T> {
        pairs.sort_by_key(|&(v, _)| v);
        let mut first = vec![0u32; vregs + 1];
        for (v, _) in &pairs {
            first[v.index() + 1] += 1;
        }
        for index in 0..vregs {
            first[index + 1] += first[index];
        }
        PerVReg {
            items: pairs.into_iter().map(|(_, item)| item).collect(),
            first,
        }
    }

    fn of(&self, v: VReg) -> &[T] {
        &self.items[self.first[v.index()] as usize..self.first[v.index() + 1] as usize]
    }
}

/// Who has a register over which positions; disjoint.
#[derive(Default)]
struct Timeline(BTreeMap<u32, Busy>);

#[derive(Copy, Clone)]
struct Busy {
    end: u32,
    /// None for a clobber.
    owner: Option<VReg>,
    weight: f32,
}

impl Timeline {
    /// Some entry that intersects the range and is not one of the group's own.
    fn conflict(&self, range: Range, own: &impl Fn(VReg) -> bool) -> Option<Busy> {
        let before = self
            .0
            .range(..range.start)
            .next_back()
            .filter(|(_, b)| b.end > range.start);
        before
            .into_iter()
            .chain(self.0.range(range.start..range.end))
            .map(|(_, &busy)| busy)
            .find(|busy| !busy.owner.is_some_and(own))
    }

    /// Occupies the range; what the owner has inside it already is replaced.
    fn occupy(&mut self, range: Range, owner: Option<VReg>, weight: f32) {
        let inside: Vec<u32> = self
            .0
            .range(range.start..range.end)
            .map(|(&start, _)| start)
            .collect();
        for start in inside {
            self.0.remove(&start);
        }
        self.0.insert(
            range.start,
            Busy {
                end: range.end,
                owner,
                weight,
            },
        );
    }
}

/// What colouring needs to know of the function.
struct Facts {
    /// Where each vreg is in a register, ascending.
    ranges: PerVReg<Range>,
    /// Operand count and estimated executions of operands of each vreg.
    count: Vec<u32>,
    weight: Vec<f32>,
    /// Registers that fixed operands want for each vreg.
    fixed: PerVReg<(Reg, f32)>,
    /// Vregs that would like the same register as each vreg or, negative, another one.
    friends: PerVReg<(VReg, f32)>,
    /// Fixed operands: register, point, vreg.
    points: Vec<(Reg, u32, VReg)>,
    clobbers: Vec<(RegSet, u32)>,
}

impl Facts {
    fn collect(func: &Func<VReg>, flow: &Flow, webs: &Webs, plan: &Plan) -> Facts {
        let ranges = PerVReg::new(register_ranges(func, flow, plan), func.vregs);
        let mut friends = Vec::new();
        for pair in &webs.split {
            friends.push((pair.a, (pair.b, pair.weight)));
            friends.push((pair.b, (pair.a, pair.weight)));
        }
        avoid_cycles(func, flow, webs, &mut friends);
        let mut fixed: Vec<(VReg, (Reg, f32))> =
            func.entry.iter().map(|&(v, reg)| (v, (reg, 1.0))).collect();
        let (mut points, mut clobbers) = (Vec::new(), Vec::new());
        let (mut count, mut weight) = (vec![0; func.vregs], vec![0.0; func.vregs]);
        for id in func.block_ids() {
            let block = func.block(id);
            let freq = flow.freq[id.index()];
            for index in 0..=block.insts.len() {
                let position = flow.position(id, index);
                let mut note = |v: VReg, role: Role| {
                    count[v.index()] += 1;
                    weight[v.index()] += freq;
                    if let Role::FixedUse(reg) = role {
                        points.push((reg, position, v));
                        fixed.push((v, (reg, freq)));
                    }
                    if let Role::FixedDef(reg) = role {
                        fixed.push((v, (reg, freq)));
                    }
                };
                let Some(inst) = block.insts.get(index) else {
                    block.term.visit(&mut note);
                    continue;
                };
                inst.visit(&mut note);
                if survivors(inst, RegSet::ALLOCATABLE) < RegSet::ALLOCATABLE.len() {
                    clobbers.push((inst.clobbers(), position + 1));
                }
                if let Some((rd, rn)) = two_operand_form(inst) {
                    friends.push((rd, (rn, 0.2 * freq)));
                    friends.push((rn, (rd, 0.2 * freq)));
                }
            }
        }
        let fixed = PerVReg::new(fixed, func.vregs);
        let friends = PerVReg::new(friends, func.vregs);
        Facts {
            ranges,
            count,
            weight,
            fixed,
            friends,
            points,
            clobbers,
        }
    }
}

/// How many moved arguments of an edge are compared with each other.
const EDGE_MOVES: usize = 16;

/// An argument that is moved on its edge should not be in the register of another parameter that is
/// written there: the moves would become a cycle.
fn avoid_cycles(
    func: &Func<VReg>,
    flow: &Flow,
    webs: &Webs,
    friends: &mut Vec<(VReg, (VReg, f32))>,
) {
    for id in func.block_ids() {
        let Term::Jump(edge) = &func.block(id).term else {
            continue;
        };
        let params = &func.block(edge.target).params;
        let moved: Vec<(VReg, VReg)> = edge
            .args
            .iter()
            .zip(params)
            .map(|(&arg, &param)| (arg, param))
            .filter(|&(arg, param)| webs.of(arg) != webs.of(param))
            .take(EDGE_MOVES)
            .collect();
        let weight = -0.5 * flow.freq[id.index()];
        for &(arg, _) in &moved {
            let others = moved
                .iter()
                .filter(|&&(other, param)| other != arg && param != arg);
            for &(_, param) in others {
                friends.push((arg, (param, weight)));
                friends.push((param, (arg, weight)));
            }
        }
    }
}

/// The definition and the use that should share a register for a 16-bit encoding (ARMv7-M ARM A5.2.2).
fn two_operand_form(inst: &Inst<VReg>) -> Option<(VReg, VReg)> {
    match *inst {
        Inst::Alu {
            rd,
            rn,
            rhs: Operand2::Reg(_) | Operand2::Imm(_),
            ..
        } => Some((rd, rn)),
        Inst::Shift { rd, rn, .. } | Inst::Mul { rd, rn, .. } => Some((rd, rn)),
        _ => None,
    }
}

/// Where vregs are in registers, in layout order.
fn register_ranges(func: &Func<VReg>, flow: &Flow, plan: &Plan) -> Vec<(VReg, Range)> {
    const CLOSED: u32 = u32::MAX;
    let mut open = vec![CLOSED; func.vregs];
    let mut ranges = Vec::new();
    let mut close = |open: &mut Vec<u32>, v: VReg, end: u32| {
        let start = std::mem::replace(&mut open[v.index()], CLOSED);
        if start != CLOSED && start < end {
            ranges.push((v, Range { start, end }));
        }
    };
    let mut before: &[VReg] = &[];
    for id in func.block_ids() {
        let block = &plan.blocks[id.index()];
        let start = flow.start(id);
        for &v in before.iter().filter(|v| !block.entry.contains(v)) {
            close(&mut open, v, start);
        }
        for &v in &block.entry {
            if open[v.index()] == CLOSED {
                open[v.index()] = start;
            }
        }
        let mut actions = block.actions.iter().peekable();
        for index in 0..=func.block(id).insts.len() {
            let position = flow.position(id, index);
            let mut killed = Vec::new();
            while let Some(action) = actions.next_if(|action| action.index as usize <= index) {
                let v = action.vreg;
                match action.kind {
                    ActionKind::Store => {}
                    ActionKind::Drop => close(&mut open, v, position),
                    ActionKind::Reload => open[v.index()] = position - 1,
                    ActionKind::Kill => killed.push(v),
                }
            }
            for v in killed {
                close(&mut open, v, position + 1);
            }
            if let Some(inst) = func.block(id).insts.get(index) {
                for (v, copied) in definitions(inst, |v| open[v.index()] != CLOSED) {
                    open[v.index()] = if copied { position } else { position + 2 };
                }
            }
        }
        before = &block.exit;
    }
    for &v in before {
        close(&mut open, v, flow.end(BlockId::new(func.blocks.len() - 1)));
    }
    ranges
}

/// The definitions, and whether each is tied to a use that stays, so that it is a copy from the start.
fn definitions(inst: &Inst<VReg>, stays: impl Fn(VReg) -> bool) -> Vec<(VReg, bool)> {
    let list = operands(inst);
    let copied = |role: Role| {
        let Role::TiedDef(k) = role else { return false };
        list.iter()
            .any(|&(v, role)| role == Role::TiedUse(k) && stays(v))
    };
    let defs = list.iter().filter(|(_, role)| !role.is_use());
    defs.map(|&(v, role)| (v, copied(role))).collect()
}

struct Colouring<'a> {
    facts: &'a Facts,
    webs: &'a Webs,
    allocatable: RegSet,
    hint: Vec<Option<Reg>>,
    timelines: Vec<Timeline>,
    /// What webs with fixed operands would take.
    wanted: Vec<Timeline>,
    paid: RegSet,
    /// What the next register costs that is not paid.
    save: f32,
}

/// A set of vregs that is coloured together.
struct Group {
    members: Vec<VReg>,
    weight: f32,
}

impl Colouring<'_> {
    fn new<'a>(
        facts: &'a Facts,
        webs: &'a Webs,
        allocatable: RegSet,
        paid: RegSet,
    ) -> Colouring<'a> {
        Colouring {
            facts,
            webs,
            allocatable,
            hint: vec![None; facts.count.len()],
            timelines: (0..16).map(|_| Timeline::default()).collect(),
            wanted: (0..16).map(|_| Timeline::default()).collect(),
            paid,
            save: if paid.contains(Reg::LR) {
                SAVE
            } else {
                2.0 * SAVE
            },
        }
    }

    /// Occupies registers at fixed operands and clobbers.
    fn reserve(&mut self) {
        for &(reg, position, v) in &self.facts.points {
            let range = Range {
                start: position,
                end: position + 1,
            };
            self.timelines[reg.index()].occupy(range, Some(v), 0.0);
        }
        for &(set, position) in &self.facts.clobbers {
            for reg in set.iter() {
                let range = Range {
                    start: position,
                    end: position + 1,
                };
                self.timelines[reg.index()].occupy(range, None, 0.0);
            }
        }
    }

    fn run(mut self, vregs: usize) -> Self {
        self.reserve();
        let mut members: Vec<VReg> = (0..vregs)
            .map(VReg::new)
            .filter(|&v| !self.facts.ranges.of(v).is_empty())
            .collect();
        members.sort_by_key(|&v| self.webs.of(v));
        let same_web = |a: &VReg, b: &VReg| self.webs.of(*a) == self.webs.of(*b);
        let mut groups: Vec<Group> = members
            .chunk_by(same_web)
            .map(|chunk| self.group(chunk.to_vec()))
            .collect();
        groups.sort_by(|a, b| b.weight.total_cmp(&a.weight));
        for group in &groups {
            self.want(group);
        }
        // Weights are positive, so that their bits order like the numbers.
        let order = |group: &Group, index: usize| (group.weight.to_bits(), usize::MAX - index);
        let mut queue: BinaryHeap<(u32, usize)> = groups
            .iter()
            .enumerate()
            .map(|(index, group)| order(group, index))
            .collect();
        while let Some((_, index)) = queue.pop() {
            let index = usize::MAX - index;
            if self.colour(&groups[index]) || groups[index].members.len() == 1 {
                continue;
            }
            for v in std::mem::take(&mut groups[index].members) {
                let single = self.group(vec![v]);
                queue.push(order(&single, groups.len()));
                groups.push(single);
            }
        }
        self
    }

    fn group(&self, members: Vec<VReg>) -> Group {
        let weight = members.iter().map(|v| self.facts.weight[v.index()]).sum();
        Group { members, weight }
    }

    fn is_own<'g>(&'g self, group: &'g Group) -> impl Fn(VReg) -> bool + 'g {
        move |v| match group.members[..] {
            [single] => v == single,
            _ => self.webs.of(v) == self.webs.of(group.members[0]),
        }
    }

    fn conflict(&self, timelines: &[Timeline], group: &Group, reg: Reg) -> Option<Busy> {
        let own = self.is_own(group);
        let mut ranges = group.members.iter().flat_map(|&v| self.facts.ranges.of(v));
        ranges.find_map(|&range| timelines[reg.index()].conflict(range, &own))
    }

    /// Notes the registers that the group's fixed operands want and that it could have.
    fn want(&mut self, group: &Group) {
        for (reg, weight) in self.fixed_weights(group) {
            let possible = self.conflict(&self.timelines, group, reg).is_none()
                && self.conflict(&self.wanted, group, reg).is_none();
            if possible {
                for &v in &group.members {
                    for &range in self.facts.ranges.of(v) {
                        self.wanted[reg.index()].occupy(range, Some(v), weight);
                    }
                }
            }
        }
    }

    fn fixed_weights(&self, group: &Group) -> Vec<(Reg, f32)> {
        let mut weights = [0.0; 16];
        for &v in &group.members {
            for &(reg, weight) in self.facts.fixed.of(v) {
                weights[reg.index()] += weight;
            }
        }
        let wanted = self
            .allocatable
            .iter()
            .map(|reg| (reg, weights[reg.index()]));
        wanted.filter(|&(_, weight)| weight > 0.0).collect()
    }

    /// Gives the group the best register that is free over its ranges, if there is one.
    fn colour(&mut self, group: &Group) -> bool {
        let mut score = [0f32; 16];
        for (reg, weight) in self.fixed_weights(group) {
            score[reg.index()] += weight;
        }
        let mut count = 0;
        for &v in &group.members {
            count += self.facts.count[v.index()];
            for &(friend, weight) in self.facts.friends.of(v) {
                if let Some(reg) = self.hint[friend.index()] {
                    score[reg.index()] += weight;
                }
            }
        }
        let mut best: Option<(f32, Reg)> = None;
        for reg in self.allocatable.iter() {
            let wide = if reg.is_low() {
                0.0
            } else {
                WIDE * count as f32
            };
            let save = if self.paid.contains(reg) {
                0.0
            } else {
                self.save
            };
            let score = score[reg.index()] - wide - save;
            if best.is_some_and(|(other, _)| other >= score)
                || self.conflict(&self.timelines, group, reg).is_some()
            {
                continue;
            }
            let robbed = self.conflict(&self.wanted, group, reg);
            let robbed =
                robbed.filter(|busy| busy.owner.is_some_and(|v| self.hint[v.index()].is_none()));
            // Who is robbed pays a move and, since nothing else is free here, another register.
            let robbed = robbed.map_or(0.0, |busy| busy.weight + 0.9 * self.save);
            if best.is_none_or(|(other, _)| other < score - robbed) {
                best = Some((score - robbed, reg));
            }
        }
        let Some((_, reg)) = best else { return false };
        for &v in &group.members {
            self.hint[v.index()] = Some(reg);
            for &range in self.facts.ranges.of(v) {
                self.timelines[reg.index()].occupy(range, Some(v), 0.0);
            }
        }
        if !self.paid.contains(reg) {
            // With any register saved, lr is too: POP then returns.
            self.paid = self.paid.union(RegSet::of(reg)).union(RegSet::of(Reg::LR));
            self.save = SAVE;
        }
        true
    }
}
