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
use super::operands::Operands;
use super::plan::Plan;
use super::timeline::Timeline;
use super::webs::Webs;
use super::wishes::Wishes;
use crate::isa::{Class, Func, Inst, Reg, RegSet, VReg};
use crate::lists::Lists;
use crate::options::Optimize;
use std::collections::BinaryHeap;

pub struct Hints {
    hint: Vec<Option<Reg>>,
    ranges: Lists<VReg, Range>,
    planned: Timeline,
    /// Registers that cost nothing to use: not saved, or saved for some hint or call already.
    pub paid: RegSet,
}

/// The registers that callers can keep values in over calls of a function that does not write them.
const SPARED: RegSet = RegSet::from_bits(0xf);

/// Cost of a low register, less than of any operand that needs one.
const LOW: f32 = 0.0;

/// What counts, as multiples of a move in the block that runs once.
#[derive(Copy, Clone)]
struct Prices {
    /// Saving and restoring one more register: PUSH and POP take a cycle and one for each register.
    save: f32,
    /// The same where 16-bit forms of PUSH and POP do not name it.
    save_high: f32,
    /// The first one.
    save_first: f32,
    /// Writing a register that callers could keep something in.
    spared: f32,
    /// An operand that needs a 32-bit encoding.
    wide: f32,
}

impl Prices {
    fn of(optimize: Optimize) -> Prices {
        match optimize {
            Optimize::Speed => Prices { save: 2.0, save_high: 2.0, save_first: 4.0, spared: 0.3, wide: 0.1 },
            Optimize::Size => Prices { save: 0.3, save_high: 1.2, save_first: 1.3, spared: 0.5, wide: 0.8 },
        }
    }
}

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

    /// Those of the registers that are planned for nobody for longest, from just after `position` on, as far as `v` stays.
    pub fn free_longest(&self, v: VReg, position: u32, among: RegSet) -> RegSet {
        let range = Range { start: position + 2, end: self.end(v, position) };
        self.planned.free_longest(range, among).0
    }

    /// Whether the register is planned for nobody from just after `position` on, as long as `v` stays.
    pub fn is_free_for(&self, v: VReg, position: u32, reg: Reg) -> bool {
        let range = Range { start: position + 2, end: self.end(v, position) };
        self.planned.free_longest(range, RegSet::of(reg)).1 >= range.end
    }
}

pub fn prefer(
    func: &Func<VReg>,
    flow: &Flow,
    operands: &Operands,
    webs: &Webs,
    plan: &Plan,
    optimize: Optimize,
    allocatable: RegSet,
) -> Hints {
    let wishes = Wishes::collect(func, flow, operands, webs, plan, optimize);
    let calls = func.blocks.iter().flat_map(|block| &block.insts).any(|i| matches!(i, Inst::Call(_)));
    let mut paid = RegSet::CALLER_SAVED.intersection(allocatable);
    if !calls {
        paid.remove(Reg::LR);
        if func.known {
            paid = paid.minus(SPARED);
        }
    }
    let members = members(&wishes, webs);
    let market = Market::new(func, &wishes, webs, allocatable, members.all(), flow);
    // The first round finds out which registers are saved, so that the second one uses them where
    // they serve, from the heaviest web on. Where none are, it would do the same again.
    let first = Colouring::new(&market, Prices::of(optimize), paid).run(Some(paid));
    let last = match first.paid == paid {
        true => first,
        false => Colouring::new(&market, Prices::of(optimize), first.paid).run(None),
    };
    let Colouring { hint, planned, .. } = last;
    paid = hint.iter().flatten().fold(paid, |paid, &reg| paid.union(saved_with(reg)));
    Hints { hint, planned, paid, ranges: wishes.ranges }
}

/// What is saved where a register is: one VPUSH takes all single-precision registers from s16 on, in pairs.
fn saved_with(reg: Reg) -> RegSet {
    match reg.class() {
        Class::Single if RegSet::CALLEE_SAVED.contains(reg) => {
            (16..=reg.single_bits() as u8 | 1).map(Reg::single).collect()
        }
        Class::Core | Class::Single => RegSet::of(reg),
    }
}

/// The vregs that are ever in a register, by web.
fn members(wishes: &Wishes, webs: &Webs) -> Lists<VReg, VReg> {
    let vregs = wishes.short.len();
    let members = (0..vregs).map(VReg::new).filter(|&v| !wishes.ranges.of(v).is_empty());
    Lists::new(members.map(|v| (webs.of(v), v)), vregs)
}

/// A set of vregs that is coloured together: a web, or one of its vregs.
#[derive(Copy, Clone)]
struct Group<'a> {
    members: &'a [VReg],
    class: Class,
    weight: f32,
    /// Whether it is an argument as it comes.
    arrives: bool,
    /// The registers that some web wants where the group is in one.
    wanted: RegSet,
}

/// Someone with a fixed operand would take the register over the range.
struct Want {
    range: Range,
    vreg: VReg,
    weight: f32,
}

/// What both rounds of colouring start from.
struct Market<'a> {
    func: &'a Func<VReg>,
    wishes: &'a Wishes,
    webs: &'a Webs,
    allocatable: RegSet,
    /// Webs, the heaviest first.
    groups: Vec<Group<'a>>,
    /// Fixed operands and clobbers.
    reserved: Timeline,
    /// Where some web wants which register.
    wanted: Timeline,
    /// The same by register, disjoint and ascending.
    wants: Vec<Vec<Want>>,
}

impl<'a> Market<'a> {
    fn new(
        func: &'a Func<VReg>,
        wishes: &'a Wishes,
        webs: &'a Webs,
        allocatable: RegSet,
        members: &'a [VReg],
        flow: &Flow,
    ) -> Self {
        let same_web = |a: &VReg, b: &VReg| webs.of(*a) == webs.of(*b);
        let mut groups: Vec<Group<'a>> = members.chunk_by(same_web).map(|chunk| wishes.group(func, chunk)).collect();
        groups.sort_by(|a, b| b.weight.total_cmp(&a.weight));
        let wanted = Timeline::new(flow.length(), func.has_singles());
        let reserved = reserved(wishes, allocatable, wanted.clone());
        let wants = (0..Reg::COUNT).map(|_| Vec::new()).collect();
        let mut market = Market { func, wishes, webs, allocatable, groups, reserved, wanted, wants };
        for index in 0..market.groups.len() {
            market.want(market.groups[index]);
        }
        for group in &mut market.groups {
            group.wanted = wishes.taken(&market.wanted, *group);
        }
        for wants in &mut market.wants {
            wants.sort_by_key(|want| want.range.start);
        }
        market
    }

    /// Notes the registers that the group's fixed operands want and that it could have.
    fn want(&mut self, group: Group) {
        if group.members.iter().all(|&v| self.wishes.fixed.of(v).is_empty()) {
            return;
        }
        let weights = self.wishes.fixed_weights(group);
        let allocatable = self.allocatable.in_class(group.class);
        let possible: RegSet = allocatable.iter().filter(|reg| weights[reg.index()] > 0.0).collect();
        if possible.is_empty() {
            return;
        }
        let busy = self.wishes.taken_by_others(&mut self.reserved, group);
        let possible = possible.minus(busy).minus(self.wishes.taken(&self.wanted, group));
        for reg in possible.iter() {
            for &vreg in group.members {
                for &range in self.wishes.ranges.of(vreg) {
                    self.wanted.take(range, reg);
                    self.wants[reg.index()].push(Want { range, vreg, weight: weights[reg.index()] });
                }
            }
        }
    }

    /// What the first vreg outside the group without a register pays if the group takes the register.
    fn robbed(&self, group: Group, reg: Reg, hint: &[Option<Reg>]) -> Option<f32> {
        let own = |v: VReg| match group.members {
            [single] => v == *single,
            members => self.webs.of(v) == self.webs.of(members[0]),
        };
        let wants = &self.wants[reg.index()];
        let mut ranges = group.members.iter().flat_map(|&v| self.wishes.ranges.of(v));
        ranges.find_map(|range| {
            let first = wants.partition_point(|want| want.range.end <= range.start);
            let inside = wants[first..].iter().take_while(|want| want.range.start < range.end);
            let mut poor = inside.filter(|want| hint[want.vreg.index()].is_none() && !own(want.vreg));
            poor.next().map(|want| want.weight)
        })
    }
}

/// Registers at fixed operands and clobbers.
fn reserved(wishes: &Wishes, allocatable: RegSet, mut reserved: Timeline) -> Timeline {
    for &(reg, position) in wishes.points.all() {
        reserved.take(point(position), reg);
    }
    for &(set, position) in &wishes.clobbers {
        set.intersection(allocatable).iter().for_each(|reg| reserved.take(point(position), reg));
    }
    reserved
}

impl Wishes {
    fn group<'m>(&self, func: &Func<VReg>, members: &'m [VReg]) -> Group<'m> {
        let weight = members.iter().map(|v| self.weight[v.index()]).sum();
        let arrives = members.iter().all(|v| func.entry.iter().any(|(w, _)| w == v));
        Group { members, class: func.class(members[0]), weight, arrives, wanted: RegSet::EMPTY }
    }

    /// What the group's fixed operands save in each register.
    fn fixed_weights(&self, group: Group) -> [f32; Reg::COUNT] {
        let mut weights = [0.0; Reg::COUNT];
        for &v in group.members {
            for &(reg, weight) in self.fixed.of(v) {
                weights[reg.index()] += weight;
            }
        }
        weights
    }

    /// The registers that are taken somewhere in the group's ranges.
    fn taken(&self, timeline: &Timeline, group: Group) -> RegSet {
        let ranges = group.members.iter().flat_map(|&v| self.ranges.of(v));
        ranges.fold(RegSet::EMPTY, |all, &range| all.union(timeline.taken(range, group.class)))
    }

    /// The same, the group's own fixed operands excluded.
    fn taken_by_others(&self, timeline: &mut Timeline, group: Group) -> RegSet {
        let own = || group.members.iter().flat_map(|&v| self.points.of(v));
        own().for_each(|&(reg, position)| timeline.release(point(position), reg));
        let taken = self.taken(timeline, group);
        own().for_each(|&(reg, position)| timeline.take(point(position), reg));
        taken
    }
}

fn point(position: u32) -> Range {
    Range { start: position, end: position + 1 }
}

struct Colouring<'a> {
    market: &'a Market<'a>,
    hint: Vec<Option<Reg>>,
    planned: Timeline,
    prices: Prices,
    paid: RegSet,
}

impl<'a> Colouring<'a> {
    fn new(market: &'a Market<'a>, prices: Prices, paid: RegSet) -> Self {
        Colouring {
            market,
            hint: vec![None; market.wishes.short.len()],
            planned: market.reserved.clone(),
            prices,
            paid,
        }
    }

    /// Colours all groups. A round that only asks for what is paid, where that is more than `unpaid`, ends when that is
    /// everything.
    fn run(mut self, unpaid: Option<RegSet>) -> Self {
        let market = self.market;
        let all = market.allocatable.iter().fold(RegSet::of(Reg::LR), |all, reg| all.union(saved_with(reg)));
        // Weights are positive, so that their bits order like the numbers.
        let order = |group: Group, index: usize| (group.weight.to_bits(), usize::MAX - index);
        let mut webs = market.groups.iter().copied().enumerate().peekable();
        // Vregs whose web fits nowhere come in between by their own weight.
        let mut singles: Vec<Group> = Vec::new();
        let mut queue: BinaryHeap<(u32, usize)> = BinaryHeap::new();
        loop {
            let next_web = webs.peek().map(|&(index, group)| order(group, index));
            let group = match (next_web, queue.peek()) {
                (None, None) => break,
                (Some(web), Some(single)) if web < *single => None,
                (Some(_), _) => webs.next().map(|(_, group)| group),
                (None, Some(_)) => None,
            };
            let from_queue = || queue.pop().map(|(_, index)| singles[usize::MAX - index - market.groups.len()]);
            let Some(group) = group.or_else(from_queue) else { break };
            if self.colour(group) || group.members.len() == 1 {
                if unpaid.is_some_and(|unpaid| unpaid != self.paid && all.minus(self.paid).is_empty()) {
                    break;
                }
                continue;
            }
            for single in group.members.chunks(1) {
                let mut single = market.wishes.group(market.func, single);
                single.wanted = market.wishes.taken(&market.wanted, single);
                queue.push(order(single, market.groups.len() + singles.len()));
                singles.push(single);
            }
        }
        self
    }

    /// Gives the group the best register that is free over its ranges, if there is one.
    fn colour(&mut self, group: Group) -> bool {
        let wishes = self.market.wishes;
        let allocatable = self.market.allocatable.in_class(group.class);
        let free = allocatable.minus(wishes.taken_by_others(&mut self.planned, group));
        if free.is_empty() {
            return false;
        }
        let mut score = wishes.fixed_weights(group);
        let mut short = 0;
        for &v in group.members {
            short += wishes.short[v.index()];
            for &(friend, weight) in wishes.friends.of(v) {
                if let Some(reg) = self.hint[friend.index()] {
                    score[reg.index()] += weight;
                }
            }
        }
        let mut best: Option<(f32, Reg)> = None;
        for reg in free.iter() {
            let wide = match group.class {
                Class::Single => 0.0,
                // Low registers are for those that need them.
                Class::Core if reg.is_low() => LOW,
                Class::Core => self.prices.wide * short as f32,
            };
            let save = match group.class {
                _ if self.paid.contains(reg) => 0.0,
                _ if SPARED.contains(reg) && group.arrives => 0.0,
                Class::Core => self.save(reg),
                Class::Single => self.prices.save,
            };
            let score = score[reg.index()] - wide - save;
            if best.is_some_and(|(other, _)| other >= score) {
                continue;
            }
            let robbed = if group.wanted.contains(reg) { self.market.robbed(group, reg, &self.hint) } else { None };
            // Who is robbed pays a move and, since nothing else is free here, another register.
            let robbed = robbed.map_or(0.0, |weight| weight + 0.9 * self.save(Reg::R4));
            if best.is_none_or(|(other, _)| other < score - robbed) {
                best = Some((score - robbed, reg));
            }
        }
        let Some((_, reg)) = best else { return false };
        for &v in group.members {
            self.hint[v.index()] = Some(reg);
            wishes.ranges.of(v).iter().for_each(|&range| self.planned.take(range, reg));
        }
        if SPARED.contains(reg) {
            if !group.arrives {
                self.paid.insert(reg);
            }
        } else if group.class == Class::Single {
            self.paid = self.paid.union(saved_with(reg));
        } else if !self.paid.contains(reg) {
            // With any register saved, lr is too: POP then returns.
            self.paid = self.paid.union(RegSet::of(reg)).union(RegSet::of(Reg::LR));
        }
        true
    }

    /// What a core register costs that is not paid.
    fn save(&self, reg: Reg) -> f32 {
        if SPARED.contains(reg) {
            return self.prices.spared;
        }
        let first = if self.paid.contains(Reg::LR) { 0.0 } else { self.prices.save_first - self.prices.save };
        first + if reg.is_low() || reg == Reg::LR { self.prices.save } else { self.prices.save_high }
    }
}
