//! How much a value is worth in a register: estimated executions of its uses, for the whole function
//! and for each loop.

use super::classes::{PerClass, classes};
use super::flow::Flow;
use super::liveness::Liveness;
use super::operands::{Operands, uses};
use super::plan::Site;
use crate::isa::{Func, VReg};

/// How many values a loop remembers that are used in it.
const LOOP_VALUES: usize = 64;

pub struct LoopFacts {
    /// For each loop, the heaviest values that it uses from outside, and its header's parameters.
    pub used: Vec<Vec<(VReg, f32)>>,
    /// For each loop, how many values must not be in registers throughout it.
    pub excess: Vec<PerClass<i64>>,
}

pub fn loop_facts(
    func: &Func<VReg>,
    flow: &Flow,
    operands: &Operands,
    liveness: &Liveness,
    site: &[Site],
) -> LoopFacts {
    let mut used: Vec<Vec<(VReg, f32)>> = vec![Vec::new(); flow.loops.len()];
    let mut excess = vec![PerClass::new(|_| i64::MIN); flow.loops.len()];
    let classes = classes(func);
    let is_param = |l: usize, v: VReg| site[v.index()] == Site { block: flow.loops[l].header, index: 0 };
    let outside = |l: usize, v: VReg| {
        let block = site[v.index()].block;
        block < flow.loops[l].header || block > flow.loops[l].last
    };
    for id in func.block_ids() {
        let Some(l) = flow.innermost[id.index()] else {
            continue;
        };
        let block = func.block(id);
        if !block.cold {
            let here = liveness.excess[id.index()];
            classes.iter().for_each(|&class| excess[l][class] = excess[l][class].max(here[class]));
        }
        let weight = flow.freq[id.index()];
        let here = uses(operands.of_block(flow, id));
        used[l].extend(here.filter(|&v| is_param(l, v) || outside(l, v)).map(|v| (v, weight)));
    }
    for l in 0..flow.loops.len() {
        let this = &flow.loops[l];
        let mut values = std::mem::take(&mut used[l]);
        values.sort_by_key(|&(v, _)| v);
        values.dedup_by(|later, kept| {
            let same = later.0 == kept.0;
            kept.1 += if same { later.1 } else { 0.0 };
            same
        });
        values.retain(|&(v, _)| is_param(l, v) || outside(l, v));
        values.sort_by(|a, b| b.1.total_cmp(&a.1));
        values.truncate(LOOP_VALUES);
        if let Some(parent) = this.parent {
            used[parent].extend(values.iter().copied().filter(|&(v, _)| outside(l, v)));
            for &class in classes {
                let params = func.block(this.header).params.iter().filter(|&&v| func.class(v) == class).count();
                let outer = values.iter().filter(|&&(v, _)| outside(l, v) && func.class(v) == class).count();
                let through = liveness.entry_count[this.header.index()][class] - (params + outer) as i64;
                // A loop of cold blocks has no excess.
                let inner = excess[l][class].saturating_sub(through.max(0));
                excess[parent][class] = excess[parent][class].max(inner);
            }
        }
        used[l] = values;
    }
    LoopFacts { used, excess }
}

/// Estimated executions of all uses of each vreg.
pub fn weights(func: &Func<VReg>, flow: &Flow, operands: &Operands) -> Vec<f32> {
    let mut weight = vec![0.0; func.vregs];
    for id in func.block_ids() {
        let freq = flow.freq[id.index()];
        uses(operands.of_block(flow, id)).for_each(|v| weight[v.index()] += freq);
    }
    weight
}
