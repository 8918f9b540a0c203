//! What colouring wants to know: where each vreg is in a register, and which registers would save what.

use super::flow::Flow;
use super::liveness::Range;
use super::operands::Operands;
use super::plan::{ActionKind, Plan};
use super::webs::Webs;
use crate::isa::{BlockId, Const, Func, Inst, Reg, RegSet, Role, Term, VReg};
use crate::lists::Lists;
use crate::options::Optimize;

/// What colouring needs to know of the function.
pub struct Wishes {
    /// Where each vreg is in a register, ascending.
    pub ranges: Lists<VReg, Range>,
    /// For each vreg, how many operands would do with 16 bits in a low register.
    pub short: Vec<u32>,
    /// What a register is worth to each vreg: estimated executions of its operands, or how many would be shorter or need no
    /// move.
    pub weight: Vec<f32>,
    /// Registers that fixed operands want for each vreg.
    pub fixed: Lists<VReg, (Reg, f32)>,
    /// Vregs that would like the same register as each vreg or, negative, another one.
    pub friends: Lists<VReg, (VReg, f32)>,
    /// Registers and positions of fixed operands.
    pub points: Lists<VReg, (Reg, u32)>,
    pub clobbers: Vec<(RegSet, u32)>,
}

impl Wishes {
    pub fn collect(
        func: &Func<VReg>,
        flow: &Flow,
        operands: &Operands,
        webs: &Webs,
        plan: &Plan,
        optimize: Optimize,
    ) -> Wishes {
        let ranges = Lists::new(register_ranges(func, flow, operands, plan).iter().copied(), func.vregs);
        let mut friends = Vec::new();
        for pair in &webs.split {
            friends.push((pair.a, (pair.b, pair.weight)));
            friends.push((pair.b, (pair.a, pair.weight)));
        }
        avoid_cycles(func, flow, webs, &mut friends);
        join_shown(func, flow, &mut friends);
        let mut fixed: Vec<(VReg, (Reg, f32))> = func.entry.iter().map(|&(v, reg)| (v, (reg, 1.0))).collect();
        let (mut points, mut clobbers) = (Vec::new(), Vec::new());
        let tie = tie(optimize);
        let (mut short, mut weight) = (vec![0; func.vregs], vec![0.0; func.vregs]);
        for id in func.block_ids() {
            let block = func.block(id);
            let freq = flow.freq[id.index()];
            for index in 0..=block.insts.len() {
                let position = flow.position(id, index);
                let in_low = block.insts.get(index).is_none_or(Inst::is_short_in_low);
                for &(v, role) in operands.at(position) {
                    short[v.index()] += u32::from(in_low);
                    weight[v.index()] += freq;
                    match role {
                        Role::FixedUse(reg) => {
                            points.push((v, (reg, position)));
                            fixed.push((v, (reg, freq)));
                        }
                        Role::FixedDef(reg) => fixed.push((v, (reg, freq))),
                        Role::Use | Role::TiedUse(_) | Role::Def | Role::TiedDef(_) => {}
                    }
                }
                let Some(inst) = block.insts.get(index) else { continue };
                if !inst.clobbers().is_empty() {
                    clobbers.push((inst.clobbers(), position + 1));
                }
                if let Some((rd, uses)) = inst.shared() {
                    for rn in uses {
                        friends.push((rd, (rn, tie * freq)));
                        friends.push((rn, (rd, tie * freq)));
                    }
                }
            }
        }
        let fixed = Lists::new(fixed.iter().copied(), func.vregs);
        let points = Lists::new(points.iter().copied(), func.vregs);
        let friends = Lists::new(friends.iter().copied(), func.vregs);
        if optimize == Optimize::Size {
            for (index, weight) in weight.iter_mut().enumerate() {
                let moves = fixed.of(VReg::new(index)).len();
                *weight = 0.02 * *weight + short[index] as f32 + 0.3 * moves as f32;
            }
        }
        Wishes { ranges, short, weight, fixed, friends, points, clobbers }
    }
}

/// What equal operands are worth that let an instruction be short, in moves: the other operands have to suit too.
fn tie(optimize: Optimize) -> f32 {
    match optimize {
        Optimize::Speed => 0.2,
        Optimize::Size => 0.9,
    }
}

/// How many moved arguments of an edge are compared with each other.
const EDGE_MOVES: usize = 16;

/// An argument that is moved on its edge should not be in the register of another parameter that is
/// written there: the moves would become a cycle.
fn avoid_cycles(func: &Func<VReg>, flow: &Flow, webs: &Webs, friends: &mut Vec<(VReg, (VReg, f32))>) {
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
            let others = moved.iter().filter(|&&(other, param)| other != arg && param != arg);
            for &(_, param) in others {
                friends.push((arg, (param, weight)));
                friends.push((param, (arg, weight)));
            }
        }
    }
}

/// A constant behind the branch that shows a value to be the same needs no instruction in that value's register.
fn join_shown(func: &Func<VReg>, flow: &Flow, friends: &mut Vec<(VReg, (VReg, f32))>) {
    for id in func.block_ids() {
        let block = func.block(id);
        for (n, target) in block.term.successors().enumerate() {
            if flow.preds[target.index()].len() > 1 {
                continue;
            }
            let Some((reg, shown)) = block.shown(n) else { continue };
            for inst in &func.block(target).insts {
                if let Inst::Const { rd, value: Const::Int(value) } = *inst
                    && value == shown
                {
                    let weight = 0.5 * flow.freq[target.index()];
                    friends.push((rd, (reg, weight)));
                    friends.push((reg, (rd, weight)));
                }
            }
        }
    }
}

/// Where vregs are in registers, in layout order.
fn register_ranges(func: &Func<VReg>, flow: &Flow, operands: &Operands, plan: &Plan) -> Vec<(VReg, Range)> {
    const CLOSED: u32 = u32::MAX;
    let mut open = vec![CLOSED; func.vregs];
    let mut killed = Vec::new();
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
            while let Some(action) = actions.next_if(|action| action.index as usize <= index) {
                let v = action.vreg;
                match action.kind {
                    ActionKind::Store => {}
                    ActionKind::Drop => close(&mut open, v, position),
                    ActionKind::Reload => open[v.index()] = position - 1,
                    ActionKind::Kill => killed.push(v),
                }
            }
            for v in killed.drain(..) {
                close(&mut open, v, position + 1);
            }
            // A definition that is tied to a use that stays is a copy from the start.
            let list = operands.at(position);
            for &(v, role) in list {
                let copied = match role {
                    Role::Use | Role::FixedUse(_) | Role::TiedUse(_) => continue,
                    Role::Def | Role::FixedDef(_) => false,
                    Role::TiedDef(k) => {
                        list.iter().any(|&(w, role)| role == Role::TiedUse(k) && open[w.index()] != CLOSED)
                    }
                };
                open[v.index()] = if copied { position } else { position + 2 };
            }
        }
        before = &block.exit;
    }
    for &v in before {
        close(&mut open, v, flow.end(BlockId::new(func.blocks.len() - 1)));
    }
    ranges
}
