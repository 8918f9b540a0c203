//! Webs: sets of vregs that never interfere and that want one register, and one spill slot if spilled.
//!
//! Starting from single vregs, pairs that an instruction or an edge would otherwise move are merged
//! in the order of their estimated frequency: parameters with their arguments, definitions with the uses that
//! they are tied to, results of plain moves with their sources. Two webs merge when no live ranges overlap.
//! The ranges of the smaller web are inserted into the larger, so n merges cost O(n log² n).

use super::flow::Flow;
use super::liveness::Liveness;
use super::operands::{Operand, Operands, as_move};
use crate::isa::{BlockId, Const, Func, Inst, Role, Term, VReg};
use smallvec::SmallVec;
use std::collections::BTreeMap;

/// A pair of vregs that one register would serve, and how often.
pub struct Affinity {
    pub a: VReg,
    pub b: VReg,
    pub weight: f32,
}

pub struct Webs {
    /// The representative of each vreg's web.
    web: Vec<VReg>,
    /// What could not be merged.
    pub split: Vec<Affinity>,
}

impl Webs {
    pub fn of(&self, v: VReg) -> VReg {
        self.web[v.index()]
    }
}

pub fn webs(func: &Func<VReg>, flow: &Flow, operands: &Operands, liveness: &Liveness) -> Webs {
    let mut pairs = pairs(func, flow, operands, liveness);
    pairs.sort_by(|x, y| y.weight.total_cmp(&x.weight));
    let mut merging =
        Merging { liveness, parent: (0..func.vregs).map(VReg::new).collect(), ranges: vec![None; func.vregs] };
    pairs.retain(|pair| !merging.merge(pair.a, pair.b));
    let web = (0..func.vregs).map(|index| merging.find(VReg::new(index))).collect();
    Webs { web, split: pairs }
}

fn pairs(func: &Func<VReg>, flow: &Flow, operands: &Operands, liveness: &Liveness) -> Vec<Affinity> {
    let mut pairs = Vec::new();
    for id in func.block_ids() {
        let weight = flow.freq[id.index()];
        let block = func.block(id);
        for (index, inst) in block.insts.iter().enumerate() {
            if let Some((a, b)) = as_move(inst) {
                pairs.push(Affinity { a, b, weight });
            }
            for_tied(operands.at(flow.position(id, index)), |a, b| pairs.push(Affinity { a, b, weight }));
        }
        if let Term::Jump(edge) = &block.term {
            let params = &func.block(edge.target).params;
            pairs.extend(edge.args.iter().zip(params).map(|(&a, &b)| Affinity { a, b, weight }));
        }
        pairs.extend(shown(func, flow, liveness, id));
    }
    pairs
}

/// A constant alone behind the branch that shows a value to be the same, which is there for that branch: in the value's register
/// it needs no instruction, and the branch leads where the block goes.
fn shown(func: &Func<VReg>, flow: &Flow, liveness: &Liveness, id: BlockId) -> Option<Affinity> {
    let block = func.block(id);
    let (&[pred], &[Inst::Const { rd: a, value: Const::Int(value) }], Term::Jump(_)) =
        (&flow.preds[id.index()][..], &block.insts[..], &block.term)
    else {
        return None;
    };
    let before = func.block(pred);
    let edge = before.term.successors().position(|to| to == id)?;
    let (b, shown) = before.shown(edge)?;
    let is_local =
        liveness.ranges(b).iter().all(|range| flow.start(pred) <= range.start && range.end <= flow.end(pred));
    (value == shown && is_local).then_some(Affinity { a, b, weight: 0.5 * flow.freq[id.index()] })
}

fn for_tied(list: &[Operand], mut f: impl FnMut(VReg, VReg)) {
    for &(a, role) in list {
        let Role::TiedUse(k) = role else { continue };
        for &(b, role) in list {
            if role == Role::TiedDef(k) {
                f(a, b);
            }
        }
    }
}

struct Merging<'a> {
    liveness: &'a Liveness,
    parent: Vec<VReg>,
    /// Start to end of the ranges of a web of several vregs, at its representative.
    ranges: Vec<Option<BTreeMap<u32, u32>>>,
}

impl Merging<'_> {
    fn find(&mut self, mut v: VReg) -> VReg {
        while self.parent[v.index()] != v {
            let next = self.parent[self.parent[v.index()].index()];
            self.parent[v.index()] = next;
            v = next;
        }
        v
    }

    /// Makes one web of two if they do not interfere; whether they are one now.
    fn merge(&mut self, a: VReg, b: VReg) -> bool {
        let (a, b) = (self.find(a), self.find(b));
        if a == b {
            return true;
        }
        let (small, large) = if self.size(a) < self.size(b) { (a, b) } else { (b, a) };
        let moving: SmallVec<[(u32, u32); 4]> = match &self.ranges[small.index()] {
            Some(map) => map.iter().map(|(&start, &end)| (start, end)).collect(),
            None => self.liveness.ranges(small).iter().map(|r| (r.start, r.end)).collect(),
        };
        let liveness = self.liveness;
        let map = self.ranges[large.index()]
            .get_or_insert_with(|| liveness.ranges(large).iter().map(|r| (r.start, r.end)).collect());
        if moving.iter().any(|&(start, end)| overlaps(map, start, end)) {
            return false;
        }
        map.extend(moving);
        self.ranges[small.index()] = None;
        self.parent[small.index()] = large;
        true
    }

    fn size(&self, v: VReg) -> usize {
        match &self.ranges[v.index()] {
            Some(map) => map.len(),
            None => self.liveness.ranges(v).len(),
        }
    }
}

/// Whether a range of the map, which are disjoint, intersects `start..end`.
fn overlaps(map: &BTreeMap<u32, u32>, start: u32, end: u32) -> bool {
    map.range(..end).next_back().is_some_and(|(_, &other)| other > start)
}

/// Where the parameters of a block get their values: the predecessors that jump to it.
pub fn argument(func: &Func<VReg>, pred: BlockId, param: usize) -> VReg {
    match &func.block(pred).term {
        Term::Jump(edge) => edge.args[param],
        Term::Branch { .. }
        | Term::BranchZero { .. }
        | Term::Table { .. }
        | Term::Return { .. }
        | Term::TailCall(_)
        | Term::Trap(_) => unreachable!("only a jump leads to a block with parameters"),
    }
}
