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
use super::plan::Plan;
use super::timeline::{Busy, Timeline};
use super::webs::Webs;
use super::wishes::{PerVReg, Wishes};
use crate::isa::{Class, Func, Inst, Reg, RegSet, VReg};
use std::collections::BinaryHeap;

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
        after.checked_sub(1).map_or(position, |index| ranges[index].end)
    }

    /// The first position from `position` on at which the register is planned for someone.
    pub fn next_busy(&self, reg: Reg, position: u32) -> u32 {
        self.timelines[reg.index()].next_busy(position)
    }
}

pub fn prefer(func: &Func<VReg>, flow: &Flow, webs: &Webs, plan: &Plan, allocatable: RegSet) -> Hints {
    let wishes = Wishes::collect(func, flow, webs, plan);
    let calls = func.blocks.iter().flat_map(|block| &block.insts).any(|i| matches!(i, Inst::Call(_)));
    let mut paid = RegSet::CALLER_SAVED.intersection(allocatable);
    if !calls {
        paid.remove(Reg::LR);
    }
    // The first round finds out which registers are saved, so that the second one uses them where
    // they serve, from the heaviest web on.
    let first = Colouring::new(func, &wishes, webs, allocatable, paid).run(func.vregs);
    let second = Colouring::new(func, &wishes, webs, allocatable, first.paid).run(func.vregs);
    let Colouring { hint, timelines, .. } = second;
    paid = hint.iter().flatten().fold(paid, |paid, &reg| paid.union(RegSet::of(reg)));
    paid = paid.union(saved_with(paid));
    Hints { hint, timelines, paid, ranges: wishes.ranges }
}

/// The single-precision registers that are saved where these are: one VPUSH takes all from s16 on, in pairs.
fn saved_with(paid: RegSet) -> RegSet {
    match paid.intersection(RegSet::CALLEE_SAVED).in_class(Class::Single).last() {
        None => RegSet::EMPTY,
        Some(last) => (16..=last.single_bits() as u8 | 1).map(Reg::single).collect(),
    }
}

struct Colouring<'a> {
    func: &'a Func<VReg>,
    wishes: &'a Wishes,
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
        func: &'a Func<VReg>,
        wishes: &'a Wishes,
        webs: &'a Webs,
        allocatable: RegSet,
        paid: RegSet,
    ) -> Colouring<'a> {
        let registers = allocatable.last().map_or(0, |last| last.index() + 1);
        Colouring {
            func,
            wishes,
            webs,
            allocatable,
            hint: vec![None; wishes.count.len()],
            timelines: (0..registers).map(|_| Timeline::default()).collect(),
            wanted: (0..registers).map(|_| Timeline::default()).collect(),
            paid,
            save: if paid.contains(Reg::LR) { SAVE } else { 2.0 * SAVE },
        }
    }

    /// Occupies registers at fixed operands and clobbers.
    fn reserve(&mut self) {
        for &(reg, position, v) in &self.wishes.points {
            let range = Range { start: position, end: position + 1 };
            self.timelines[reg.index()].occupy(range, Some(v), 0.0);
        }
        for &(set, position) in &self.wishes.clobbers {
            for reg in set.intersection(self.allocatable).iter() {
                let range = Range { start: position, end: position + 1 };
                self.timelines[reg.index()].occupy(range, None, 0.0);
            }
        }
    }

    fn run(mut self, vregs: usize) -> Self {
        self.reserve();
        let mut members: Vec<VReg> =
            (0..vregs).map(VReg::new).filter(|&v| !self.wishes.ranges.of(v).is_empty()).collect();
        members.sort_by_key(|&v| self.webs.of(v));
        let same_web = |a: &VReg, b: &VReg| self.webs.of(*a) == self.webs.of(*b);
        let mut groups: Vec<Group> = members.chunk_by(same_web).map(|chunk| self.group(chunk.to_vec())).collect();
        groups.sort_by(|a, b| b.weight.total_cmp(&a.weight));
        for group in &groups {
            self.want(group);
        }
        // Weights are positive, so that their bits order like the numbers.
        let order = |group: &Group, index: usize| (group.weight.to_bits(), usize::MAX - index);
        let mut queue: BinaryHeap<(u32, usize)> =
            groups.iter().enumerate().map(|(index, group)| order(group, index)).collect();
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
        let weight = members.iter().map(|v| self.wishes.weight[v.index()]).sum();
        Group { members, weight }
    }

    /// The class of the group's members.
    fn class(&self, group: &Group) -> Class {
        self.func.class(group.members[0])
    }

    fn is_own<'g>(&'g self, group: &'g Group) -> impl Fn(VReg) -> bool + 'g {
        move |v| match group.members[..] {
            [single] => v == single,
            _ => self.webs.of(v) == self.webs.of(group.members[0]),
        }
    }

    fn conflict(&self, timelines: &[Timeline], group: &Group, reg: Reg) -> Option<Busy> {
        let own = self.is_own(group);
        let mut ranges = group.members.iter().flat_map(|&v| self.wishes.ranges.of(v));
        ranges.find_map(|&range| timelines[reg.index()].conflict(range, &own))
    }

    /// Notes the registers that the group's fixed operands want and that it could have.
    fn want(&mut self, group: &Group) {
        for (reg, weight) in self.fixed_weights(group) {
            let possible = self.conflict(&self.timelines, group, reg).is_none()
                && self.conflict(&self.wanted, group, reg).is_none();
            if possible {
                for &v in &group.members {
                    for &range in self.wishes.ranges.of(v) {
                        self.wanted[reg.index()].occupy(range, Some(v), weight);
                    }
                }
            }
        }
    }

    fn fixed_weights(&self, group: &Group) -> Vec<(Reg, f32)> {
        let mut weights = [0.0; Reg::COUNT];
        for &v in &group.members {
            for &(reg, weight) in self.wishes.fixed.of(v) {
                weights[reg.index()] += weight;
            }
        }
        let wanted = self.allocatable.in_class(self.class(group)).iter().map(|reg| (reg, weights[reg.index()]));
        wanted.filter(|&(_, weight)| weight > 0.0).collect()
    }

    /// Gives the group the best register that is free over its ranges, if there is one.
    fn colour(&mut self, group: &Group) -> bool {
        let mut score = [0f32; Reg::COUNT];
        for (reg, weight) in self.fixed_weights(group) {
            score[reg.index()] += weight;
        }
        let mut count = 0;
        for &v in &group.members {
            count += self.wishes.count[v.index()];
            for &(friend, weight) in self.wishes.friends.of(v) {
                if let Some(reg) = self.hint[friend.index()] {
                    score[reg.index()] += weight;
                }
            }
        }
        let mut best: Option<(f32, Reg)> = None;
        let class = self.class(group);
        for reg in self.allocatable.in_class(class).iter() {
            let wide = if reg.is_low() || class == Class::Single { 0.0 } else { WIDE * count as f32 };
            let save = match class {
                _ if self.paid.contains(reg) => 0.0,
                Class::Core => self.save,
                Class::Single => SAVE,
            };
            let score = score[reg.index()] - wide - save;
            if best.is_some_and(|(other, _)| other >= score) || self.conflict(&self.timelines, group, reg).is_some() {
                continue;
            }
            let robbed = self.conflict(&self.wanted, group, reg);
            let robbed = robbed.filter(|busy| busy.owner.is_some_and(|v| self.hint[v.index()].is_none()));
            // Who is robbed pays a move and, since nothing else is free here, another register.
            let robbed = robbed.map_or(0.0, |busy| busy.weight + 0.9 * self.save);
            if best.is_none_or(|(other, _)| other < score - robbed) {
                best = Some((score - robbed, reg));
            }
        }
        let Some((_, reg)) = best else { return false };
        for &v in &group.members {
            self.hint[v.index()] = Some(reg);
            for &range in self.wishes.ranges.of(v) {
                self.timelines[reg.index()].occupy(range, Some(v), 0.0);
            }
        }
        if class == Class::Single {
            self.paid = self.paid.union(saved_with(RegSet::of(reg)));
        } else if !self.paid.contains(reg) {
            // With any register saved, lr is too: POP then returns.
            self.paid = self.paid.union(RegSet::of(reg)).union(RegSet::of(Reg::LR));
            self.save = SAVE;
        }
        true
    }
}
