//! Where values are at the start of a block: locations follow the predecessors by their frequency, at loop headers the hints.

use super::assign::{Assigner, Locations};
use super::plan::Site;
use super::webs::argument;
use crate::isa::{BlockId, Reg, VReg};
use smallvec::SmallVec;

/// How often each of several values arrives in each register.
struct Votes {
    registers: usize,
    each: SmallVec<[f32; 14 * 16]>,
}

impl Votes {
    fn none(values: usize, registers: usize) -> Votes {
        Votes { registers, each: SmallVec::from_elem(0.0, values * registers) }
    }

    fn of(&self, value: usize) -> &[f32] {
        &self.each[value * self.registers..][..self.registers]
    }

    fn of_mut(&mut self, value: usize) -> &mut [f32] {
        &mut self.each[value * self.registers..][..self.registers]
    }
}

impl Assigner<'_> {
    /// Where the values are that the plan has in registers at the start of the block.
    pub(super) fn entry(&mut self, id: BlockId) -> Locations {
        let planned = &self.plan.blocks[id.index()].entry;
        if id == BlockId::ENTRY {
            let arrive = |v: &VReg| self.func.entry.iter().find(|&&(w, _)| w == *v).copied();
            return planned.iter().filter_map(arrive).collect();
        }
        let preds = &self.flow.preds[id.index()];
        let is_header = self.flow.loop_at(id).is_some();
        if let Some(entry) = self.inherited(id, preds, is_header) {
            self.inherits[id.index()] = true;
            return entry;
        }
        let votes = self.votes(id, preds, is_header);
        let mut ranked: SmallVec<[(f32, usize, VReg); 14]> = planned
            .iter()
            .enumerate()
            .map(|(index, &v)| (votes.of(index).iter().copied().fold(0.0, f32::max), index, v))
            .collect();
        ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
        let mut free = self.allocatable;
        let mut entry = Locations::new();
        let mut later: SmallVec<[VReg; 14]> = SmallVec::new();
        for &(_, index, v) in &ranked {
            let vote = |reg: &Reg| votes.of(index)[reg.index()];
            let best =
                free.in_class(self.func.class(v)).iter().max_by(|a, b| vote(a).total_cmp(&vote(b)).then(b.cmp(a)));
            // A value without a hint should not enter a loop in a register that it must leave there.
            let start = self.flow.start(id);
            let stays = |reg: &Reg| {
                let hinted = self.hints.of(v).is_some() || !is_header;
                hinted || self.hints.is_free_for(v, start, *reg)
            };
            match best.filter(|reg| vote(reg) > 0.0 && stays(reg)) {
                Some(reg) => {
                    free.remove(reg);
                    entry.push((v, reg));
                }
                None => later.push(v),
            }
        }
        for v in later {
            let reg = self.choose(v, free, self.flow.start(id));
            free.remove(reg);
            entry.push((v, reg));
        }
        entry
    }

    /// The same where that is nothing to vote about: the only predecessor has all of them in registers.
    fn inherited(&self, id: BlockId, preds: &[BlockId], is_header: bool) -> Option<Locations> {
        let &[pred] = preds else { return None };
        let runs = self.flow.freq[pred.index()] > 0.0;
        if is_header || !runs || !self.func.block(id).params.is_empty() {
            return None;
        }
        let planned = &self.plan.blocks[id.index()].entry;
        let exit = &self.exits[pred.index()];
        // Behind the block before this one, everything is where it is now.
        let is_before = pred.index() + 1 == id.index();
        let mut entry = Locations::new();
        for &v in planned {
            entry.push(match is_before {
                true => (v, self.register(v)?),
                false => *exit.iter().find(|&&(w, _)| w == v)?,
            });
        }
        Some(entry)
    }

    /// For each value planned at the start of the block, how often it arrives in each register.
    fn votes(&mut self, id: BlockId, preds: &[BlockId], is_header: bool) -> Votes {
        let plan = &self.plan.blocks[id.index()];
        let func = self.func;
        let params = &func.block(id).params;
        let registers = self.allocatable.last().map_or(0, |last| last.index() + 1);
        let mut votes = Votes::none(plan.entry.len(), registers);
        let start = Site { block: id, index: 0 };
        let mut total = 0.0;
        for &pred in preds.iter().filter(|&&pred| pred < id) {
            let freq = self.flow.freq[pred.index()];
            total += freq;
            self.ask_about(pred);
            for (index, &v) in plan.entry.iter().enumerate() {
                let is_param = self.plan.site[v.index()] == start;
                let source = match is_param {
                    false => v,
                    true => match params.iter().position(|&param| param == v) {
                        Some(number) => argument(func, pred, number),
                        None => continue,
                    },
                };
                if let Some(reg) = self.left_in(pred, source) {
                    votes.of_mut(index)[reg.index()] += freq;
                }
            }
        }
        for (index, &v) in plan.entry.iter().enumerate() {
            if let Some(reg) = self.hints.of(v) {
                let votes = votes.of_mut(index);
                let single = preds.len() == 1 && votes.iter().any(|&vote| vote > 0.0);
                votes[reg.index()] += match (is_header, single) {
                    (true, _) => 1e12,
                    (false, true) => 0.0,
                    (false, false) => 0.1 * total,
                };
            }
        }
        votes
    }
}
