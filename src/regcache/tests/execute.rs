//! Execution of functions before and after register caching, to compare them.
//!
//! The meaning of instructions does not matter to registers, so each computes a hash of its shape and of
//! what it reads, NZCV included; only what register caching inserts itself (moves, EORs, spills, reloads) has
//! its real meaning, wherever it occurs. Control flow follows the hashes. A call clobbers what it may.

use crate::isa::{Addr, AluOp, Edge, FloatAddr, FloatUnaryOp, Func, Inst, Operand2, Reg, StackArea, Term, VReg};
use std::collections::HashMap;
use std::collections::hash_map::DefaultHasher;
use std::fmt::Debug;
use std::hash::{Hash, Hasher};

/// A register of either kind.
pub trait Place: Copy + Eq + Hash + Debug {
    fn core(reg: Reg) -> Option<Self>;
}

impl Place for VReg {
    fn core(_: Reg) -> Option<VReg> {
        None
    }
}

impl Place for Reg {
    fn core(reg: Reg) -> Option<Reg> {
        Some(reg)
    }
}

fn hash(value: impl Hash) -> u32 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish() as u32
}

struct Machine<R> {
    values: HashMap<R, u32>,
    slots: HashMap<u32, u32>,
    flags: u32,
    trace: Vec<u32>,
}

/// What the function does that can be seen from outside, for at most `fuel` blocks.
pub fn execute<R: Place>(func: &Func<R>, fuel: usize) -> Vec<u32> {
    let mut machine = Machine { values: HashMap::new(), slots: HashMap::new(), flags: 1, trace: Vec::new() };
    for &(r, reg) in &func.entry {
        machine.values.insert(r, hash(("entry", reg)));
    }
    let mut block = func.block(crate::isa::BlockId::ENTRY);
    for _ in 0..fuel {
        block.insts.iter().for_each(|inst| machine.step(inst));
        let edges: Vec<&Edge<R>> = block.term.edges().collect();
        let chosen = match &block.term {
            Term::Jump(_) => 0,
            Term::Branch { cond, .. } => (machine.flags >> cond.bits() & 1) as usize,
            Term::BranchZero { rn, .. } => (machine.values[rn] & 1) as usize,
            Term::Table { rn, targets } => machine.values[rn] as usize % targets.len(),
            Term::Return { .. } | Term::TailCall(_) | Term::Trap(_) => {
                let mut seen = Vec::new();
                block.term.visit(|r, role| seen.push(hash((machine.values[&r], format!("{role:?}")))));
                machine.trace.extend(seen);
                return machine.trace;
            }
        };
        let next = func.block(edges[chosen].target);
        machine.trace.push(edges[chosen].target.index() as u32);
        let args: Vec<u32> = edges[chosen].args.iter().map(|arg| machine.values[arg]).collect();
        machine.values.extend(next.params.iter().copied().zip(args));
        block = next;
    }
    machine.trace
}

impl<R: Place> Machine<R> {
    fn step(&mut self, inst: &Inst<R>) {
        match *inst {
            Inst::Mov { s: false, rd, rhs: Operand2::Reg(rm) } => {
                self.values.insert(rd, self.values[&rm]);
            }
            Inst::Alu { op: AluOp::Eor, s: false, rd, rn, rhs: Operand2::Reg(rm) } => {
                self.values.insert(rd, self.values[&rn] ^ self.values[&rm]);
            }
            Inst::Load { rt, addr: Addr::Stack(StackArea::Slots, at), .. } => {
                // A mutated function may read what was never stored.
                let value = self.slots.get(&at).copied().unwrap_or(0);
                self.values.insert(rt, value);
            }
            Inst::Store { rt, addr: Addr::Stack(StackArea::Slots, at), .. } => {
                self.slots.insert(at, self.values[&rt]);
            }
            Inst::FloatUnary { op: FloatUnaryOp::Mov, sd: to, sm: from }
            | Inst::ToFloat { sn: to, rt: from }
            | Inst::ToCore { rt: to, sn: from } => {
                self.values.insert(to, self.values[&from]);
            }
            Inst::FloatLoad { sd, addr: FloatAddr::Stack(StackArea::Slots, at) } => {
                let value = self.slots.get(&at).copied().unwrap_or(0);
                self.values.insert(sd, value);
            }
            Inst::FloatStore { sd, addr: FloatAddr::Stack(StackArea::Slots, at) } => {
                self.slots.insert(at, self.values[&sd]);
            }
            ref other => self.opaque(other),
        }
    }

    fn opaque(&mut self, inst: &Inst<R>) {
        let shape = format!("{:?}", inst.map(&mut |_, _| ()));
        let flags = if inst.reads_flags() { self.flags } else { 0 };
        let (mut read, mut written) = (Vec::new(), Vec::new());
        inst.visit(|r, role| match role.is_use() {
            true => read.push(self.values.get(&r).copied().unwrap_or(0)),
            false => written.push(r),
        });
        let result = hash((shape, flags, read));
        if matches!(
            inst,
            Inst::Call(_)
                | Inst::Store { .. }
                | Inst::StoreUpdate { .. }
                | Inst::FloatStore { .. }
                | Inst::FloatStoreUpdate { .. }
        ) {
            self.trace.push(result);
        }
        for reg in inst.clobbers().iter() {
            if let Some(r) = R::core(reg) {
                self.values.insert(r, hash(("clobbered", reg, result)));
            }
        }
        for (r, n) in written.into_iter().zip(0u32..) {
            self.values.insert(r, hash((result, n)));
        }
        if inst.writes_flags() {
            self.flags = hash((result, "flags"));
        }
    }
}
