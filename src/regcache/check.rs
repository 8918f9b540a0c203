//! Proof that a placed function computes what the SSA function computes.
//!
//! The placed function is replayed symbolically. The state says for each location (register or slot) which
//! vregs it holds for certain. A definition makes its register hold the new value and takes the vreg from
//! every other location, where an older instance may lie (SSA names repeat in loops). A move copies what
//! the source holds; a clobber empties a register. On an edge, a location that holds an argument holds the
//! parameter. Where edges meet, a location holds what it holds on all of them; states shrink until nothing
//! changes. Then every instruction of the input must occur once, in order, with the same shape; each use must
//! read a location that holds its vreg, and fixed and tied operands must be where their roles say.
//!
//! By induction over an execution, each location that is claimed to hold a vreg has its latest value: so the
//! placed function's instructions read the same values as the input's. Nothing that `assign` noted down is
//! believed, except which instruction comes from which.

use super::moves::{Loc, MoveOp};
use super::operands::can_rematerialise;
use super::placed::{Placed, PlacedBlock, Step};
use crate::isa::{Addr, BlockId, Func, Inst, Reg, RegSet, Role, StackArea, Term, VReg};
use smallvec::SmallVec;
use std::collections::BTreeMap;

/// Checks `placed` against `func`; says what is wrong where.
pub fn check(func: &Func<VReg>, placed: &Placed, allocatable: RegSet) -> Result<(), String> {
    let checker = Checker { func, placed, allocatable, remat: rematerialisable(func)? };
    let mut entry: Vec<Option<State>> = vec![None; func.blocks.len()];
    let mut start = State::default();
    for &(v, reg) in &func.entry {
        start.add(Loc::Reg(reg), v);
    }
    entry[0] = Some(start);
    let mut dirty = vec![false; func.blocks.len()];
    dirty[0] = true;
    while dirty.contains(&true) {
        for id in func.block_ids() {
            if !std::mem::take(&mut dirty[id.index()]) {
                continue;
            }
            let mut state = entry[id.index()].clone().expect("a dirty block has a state");
            checker.replay(id, &mut state, None)?;
            for edge in func.block(id).term.edges() {
                let params = &func.block(edge.target).params;
                let arriving = state.through_edge(&edge.args, params);
                let old = &mut entry[edge.target.index()];
                let changed = match old {
                    None => {
                        *old = Some(arriving);
                        true
                    }
                    Some(old) => old.meet(&arriving),
                };
                dirty[edge.target.index()] |= changed;
            }
        }
    }
    for id in func.block_ids() {
        let mut state = entry[id.index()].clone().unwrap_or_default();
        checker.block(id, &mut state).map_err(|what| format!("block {}: {what}", id.index()))?;
    }
    Ok(())
}

/// For each vreg, its defining instruction if that may be issued again.
fn rematerialisable(func: &Func<VReg>) -> Result<BTreeMap<VReg, &Inst<VReg>>, String> {
    let mut remat = BTreeMap::new();
    for inst in func.blocks.iter().flat_map(|block| &block.insts) {
        if let Inst::Store { addr: Addr::Stack(StackArea::Incoming | StackArea::Slots, _), .. } = inst {
            return Err("the input writes incoming arguments or spill slots".to_string());
        }
        if can_rematerialise(inst) {
            inst.visit(|v, _| {
                remat.insert(v, inst);
            });
        }
    }
    Ok(remat)
}

/// What every location holds for certain.
#[derive(Clone, Default)]
struct State {
    holds: BTreeMap<Loc, SmallVec<[VReg; 2]>>,
    /// The inverse of `holds`.
    places: BTreeMap<VReg, SmallVec<[Loc; 2]>>,
}

impl State {
    fn holds(&self, loc: Loc, v: VReg) -> bool {
        self.holds.get(&loc).is_some_and(|held| held.contains(&v))
    }

    fn add(&mut self, loc: Loc, v: VReg) {
        if !self.holds(loc, v) {
            self.holds.entry(loc).or_default().push(v);
            self.places.entry(v).or_default().push(loc);
        }
    }

    fn remove(&mut self, loc: Loc, v: VReg) {
        if let Some(held) = self.holds.get_mut(&loc) {
            held.retain(|w| *w != v);
        }
        if let Some(places) = self.places.get_mut(&v) {
            places.retain(|place| *place != loc);
            if places.is_empty() {
                self.places.remove(&v);
            }
        }
    }

    fn clear(&mut self, loc: Loc) {
        for v in self.holds.remove(&loc).unwrap_or_default() {
            self.remove(loc, v);
        }
    }

    /// The vreg has a new value: older instances are worthless.
    fn forget(&mut self, v: VReg) {
        for loc in self.places.remove(&v).unwrap_or_default() {
            if let Some(held) = self.holds.get_mut(&loc) {
                held.retain(|w| *w != v);
            }
        }
    }

    fn define(&mut self, loc: Loc, v: VReg) {
        self.forget(v);
        self.clear(loc);
        self.add(loc, v);
    }

    fn copy(&mut self, to: Loc, from: Loc) {
        if to != from {
            self.clear(to);
            for v in self.holds.get(&from).cloned().unwrap_or_default() {
                self.add(to, v);
            }
        }
    }

    fn through_edge(&self, args: &[VReg], params: &[VReg]) -> State {
        let mut after = self.clone();
        params.iter().for_each(|&param| after.forget(param));
        for (arg, &param) in args.iter().zip(params) {
            for &loc in self.places.get(arg).into_iter().flatten() {
                after.add(loc, param);
            }
        }
        after
    }

    /// Keeps what both claim; whether anything was lost.
    fn meet(&mut self, other: &State) -> bool {
        let mut lost = Vec::new();
        for (&loc, held) in &self.holds {
            lost.extend(held.iter().filter(|&&v| !other.holds(loc, v)).map(|&v| (loc, v)));
        }
        lost.iter().for_each(|&(loc, v)| self.remove(loc, v));
        !lost.is_empty()
    }
}

struct Checker<'a> {
    func: &'a Func<VReg>,
    placed: &'a Placed,
    allocatable: RegSet,
    remat: BTreeMap<VReg, &'a Inst<VReg>>,
}

/// What an operand is in the input, and where the placed function has it.
type Pair = (VReg, Role, Reg);

impl Checker<'_> {
    /// Verifies one block from its final entry state.
    fn block(&self, id: BlockId, state: &mut State) -> Result<(), String> {
        let mut next = 0;
        self.replay(id, state, Some(&mut next))?;
        let (input, output) = (self.func.block(id), self.output(id));
        if !input.insts[next..].iter().all(can_rematerialise) {
            return Err(format!("{next} of {} instructions are placed", input.insts.len()));
        }
        self.terminator(&input.term, &output.term, state)
    }

    fn output(&self, id: BlockId) -> &PlacedBlock {
        &self.placed.blocks[id.index()]
    }

    /// Runs the block's steps on the state. With `verify`, the index of the next expected instruction, also
    /// checks each of them.
    fn replay(&self, id: BlockId, state: &mut State, mut verify: Option<&mut usize>) -> Result<(), String> {
        for step in &self.output(id).steps {
            let (index, output) = match step {
                Step::Move(op) => {
                    self.replay_move(*op, state)?;
                    continue;
                }
                Step::Inst { index, inst } => (*index as usize, inst),
            };
            let input = &self.func.block(id).insts[index];
            let pairs = pairs(input, output);
            if let Some(next) = verify.as_deref_mut() {
                let left_out = self.func.block(id).insts.get(*next..index);
                if !left_out.is_some_and(|insts| insts.iter().all(can_rematerialise)) {
                    return Err(format!("instruction {index} stands where {next} belongs"));
                }
                *next = index + 1;
                self.instruction(input, output, &pairs, state)
                    .map_err(|what| format!("instruction {index} {input:?} as {output:?}: {what}"))?;
            }
            for reg in input.clobbers().iter() {
                state.clear(Loc::Reg(reg));
            }
            for &(v, _, reg) in pairs.iter().filter(|(_, role, _)| !role.is_use()) {
                state.define(Loc::Reg(reg), v);
            }
        }
        Ok(())
    }

    fn replay_move(&self, op: MoveOp, state: &mut State) -> Result<(), String> {
        let (written, slot) = match op {
            MoveOp::Copy { to, .. } | MoveOp::Remat { to, .. } => (Some(to), None),
            MoveOp::Swap { a, .. } => (Some(a), None),
            MoveOp::Load { to, slot } => (Some(to), Some(slot)),
            MoveOp::Store { slot, .. } => (None, Some(slot)),
        };
        if let Some(reg) = written.filter(|&reg| !self.allocatable.contains(reg) && reg != Reg::R12) {
            return Err(format!("{op:?} writes {reg}"));
        }
        if slot.is_some_and(|slot| slot >= self.placed.slots) {
            return Err(format!("{op:?} is outside the frame"));
        }
        match op {
            MoveOp::Copy { to, from } => state.copy(Loc::Reg(to), Loc::Reg(from)),
            MoveOp::Load { to, slot } => state.copy(Loc::Reg(to), Loc::Slot(slot)),
            MoveOp::Store { slot, from } => state.copy(Loc::Slot(slot), Loc::Reg(from)),
            MoveOp::Swap { a, b } if a == b => return Err(format!("{op:?} makes zero")),
            MoveOp::Swap { a, b } => {
                let (a, b) = (Loc::Reg(a), Loc::Reg(b));
                let was_a = state.holds.get(&a).cloned().unwrap_or_default();
                state.copy(a, b);
                state.clear(b);
                was_a.into_iter().for_each(|v| state.add(b, v));
            }
            MoveOp::Remat { to, vreg } => {
                if !self.remat.contains_key(&vreg) {
                    return Err(format!("{vreg} cannot be rematerialised"));
                }
                state.clear(Loc::Reg(to));
                state.add(Loc::Reg(to), vreg);
            }
        }
        Ok(())
    }

    fn instruction(&self, input: &Inst<VReg>, output: &Inst<Reg>, pairs: &[Pair], state: &State) -> Result<(), String> {
        if input.map(&mut |_, _| ()) != output.map(&mut |_, _| ()) {
            return Err("another instruction".to_string());
        }
        self.uses(pairs, state)?;
        let mut written = RegSet::EMPTY;
        for &(v, role, reg) in pairs.iter().filter(|(_, role, _)| !role.is_use()) {
            let fixed = matches!(role, Role::FixedDef(_));
            if self.func.class(v) != reg.class() {
                return Err(format!("{v} is of another class than {reg}"));
            }
            if written.contains(reg) || !(fixed || self.allocatable.contains(reg)) {
                return Err(format!("{v} cannot be written to {reg}"));
            }
            written.insert(reg);
            let place = |&(_, other, place): &Pair| match (role, other) {
                (Role::TiedDef(k), Role::TiedUse(l)) if k == l => Some(place),
                _ => None,
            };
            let tied = pairs.iter().find_map(place);
            if tied.is_some_and(|tied| tied != reg) {
                return Err(format!("{v} is tied to another register than {reg}"));
            }
            if let Role::FixedDef(fixed) = role
                && fixed != reg
            {
                return Err(format!("{v} belongs in {fixed}"));
            }
        }
        match output {
            Inst::StoreUpdate { rt, rn, .. } if rt == rn => {
                Err("the data register is the address register".to_string())
            }
            _ => Ok(()),
        }
    }

    fn uses(&self, pairs: &[Pair], state: &State) -> Result<(), String> {
        for &(v, role, reg) in pairs.iter().filter(|(_, role, _)| role.is_use()) {
            if self.func.class(v) != reg.class() {
                return Err(format!("{v} is of another class than {reg}"));
            }
            if !state.holds(Loc::Reg(reg), v) {
                return Err(format!("{reg} does not hold {v}"));
            }
            if let Role::FixedUse(fixed) = role
                && fixed != reg
            {
                return Err(format!("{v} belongs in {fixed}"));
            }
        }
        Ok(())
    }

    fn terminator(&self, input: &Term<VReg>, output: &Term<Reg>, state: &State) -> Result<(), String> {
        let mut expected = input.map(&mut |_, _| ());
        expected.edges_mut().for_each(|edge| edge.args.clear());
        if expected != output.map(&mut |_, _| ()) {
            return Err(format!("{input:?} became {output:?}"));
        }
        let mut regs = Vec::new();
        output.visit(|reg, _| regs.push(reg));
        let mut regs = regs.into_iter();
        let mut pairs = Vec::new();
        // Edge arguments come last, and only a jump, which reads nothing else, has any.
        input.visit(|v, role| pairs.extend(regs.next().map(|reg| (v, role, reg))));
        self.uses(&pairs, state).map_err(|what| format!("{input:?} as {output:?}: {what}"))
    }
}

fn pairs(input: &Inst<VReg>, output: &Inst<Reg>) -> SmallVec<[Pair; 6]> {
    let mut regs: SmallVec<[Reg; 6]> = SmallVec::new();
    output.visit(|reg, _| regs.push(reg));
    let mut regs = regs.into_iter();
    let mut pairs = SmallVec::new();
    input.visit(|v, role| pairs.extend(regs.next().map(|reg| (v, role, reg))));
    pairs
}
