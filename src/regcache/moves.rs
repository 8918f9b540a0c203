//! Parallel moves made sequential.
//!
//! All destinations are written as if at once. A move is emitted when nobody still reads its destination; what
//! remains are cycles. A cycle of registers goes through a free register, of the other class if need be; else through
//! exchanges by three EORs, which only core registers have. Any other cycle parks one value in a scratch slot. From slot
//! to slot a value goes through a free register, else through a register whose own value waits in another scratch slot.
//! So any parallel move can be made with no register free, and no flag changes.

use crate::isa::{Class, Reg, RegSet, VReg};
use smallvec::SmallVec;

/// A place for a value. Slots are words of the spill area.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Loc {
    Reg(Reg),
    Slot(u32),
}

/// Where a moved value comes from.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Source {
    Loc(Loc),
    /// The vreg's definition is issued again, for a register of this class.
    Remat(VReg, Class),
}

/// A machine operation that moves values.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum MoveOp {
    Copy { to: Reg, from: Reg },
    Swap { a: Reg, b: Reg },
    Load { to: Reg, slot: u32 },
    Store { slot: u32, from: Reg },
    Remat { to: Reg, vreg: VReg },
}

/// What a parallel move may use besides its operands.
#[derive(Copy, Clone, Debug)]
pub struct Scratch {
    /// Registers that hold nothing before, during and after the move.
    pub free: RegSet,
    /// Two slots that nothing else uses.
    pub slots: [u32; 2],
}

/// The operations that perform `moves`, pairs of a destination and its source; destinations differ.
/// Whether a scratch slot is used is seen by the operations that name it.
pub fn sequentialise(moves: &[(Loc, Source)], scratch: &Scratch) -> Vec<MoveOp> {
    let real = moves.iter().filter(|&&(to, from)| from != Source::Loc(to));
    let mut moves: SmallVec<[Move; 16]> =
        real.map(|&(to, from)| Move { to, from, readers: 0, pending: true }).collect();
    moves.sort_unstable_by_key(|one| one.to);
    for pair in moves.windows(2) {
        assert_ne!(pair[0].to, pair[1].to, "a parallel move writes a location twice");
    }
    let mut run = Run { ops: Vec::with_capacity(moves.len()), moves, scratch };
    for index in 0..run.moves.len() {
        if let Some(read) = run.source_of(index) {
            run.moves[read].readers += 1;
        }
    }
    let mut ready: SmallVec<[usize; 16]> =
        (0..run.moves.len()).filter(|&index| run.moves[index].readers == 0).collect();
    run.drain(&mut ready);
    for index in 0..run.moves.len() {
        if run.moves[index].pending {
            run.cycle(index);
        }
    }
    run.ops
}

struct Move {
    to: Loc,
    from: Source,
    /// How many pending moves read its destination.
    readers: u32,
    pending: bool,
}

struct Run<'a> {
    /// By destination, ascending.
    moves: SmallVec<[Move; 16]>,
    scratch: &'a Scratch,
    ops: Vec<MoveOp>,
}

impl Scratch {
    fn free_of(&self, class: Class) -> Option<Reg> {
        self.free.in_class(class).first()
    }
}

/// A register to borrow where none is free.
fn borrowed(class: Class) -> Reg {
    match class {
        Class::Core => Reg::R0,
        Class::Single => Reg::single(0),
    }
}

impl Run<'_> {
    /// The move whose destination a move reads, if there is one.
    fn source_of(&self, index: usize) -> Option<usize> {
        let Source::Loc(from) = self.moves[index].from else { return None };
        self.moves.binary_search_by_key(&from, |one| one.to).ok()
    }

    /// Performs the moves `ready` and whatever they unblock.
    fn drain(&mut self, ready: &mut SmallVec<[usize; 16]>) {
        while let Some(index) = ready.pop() {
            let Move { to, from, .. } = self.moves[index];
            self.moves[index].pending = false;
            self.emit(to, from);
            if let Some(read) = self.source_of(index) {
                self.moves[read].readers -= 1;
                if self.moves[read].readers == 0 && self.moves[read].pending {
                    ready.push(read);
                }
            }
        }
    }

    /// Performs the cycle through a move, in which every location is read once.
    fn cycle(&mut self, start: usize) {
        let mut places = Vec::new();
        let mut index = start;
        loop {
            places.push(self.moves[index].to);
            self.moves[index].pending = false;
            index = self.source_of(index).expect("what reads no other destination is never blocked");
            if index == start {
                break;
            }
        }
        let regs: Option<Vec<Reg>> = places
            .iter()
            .map(|place| match place {
                Loc::Reg(reg) => Some(*reg),
                Loc::Slot(_) => None,
            })
            .collect();
        let class = regs.as_ref().map(|regs| regs[0].class());
        let free = class.and_then(|class| self.scratch.free_of(class)).or(self.scratch.free.first());
        match (regs, free) {
            // places[i] gets the value of places[i + 1], the last one that of the first.
            (Some(regs), None) if class == Some(Class::Core) => {
                for pair in regs.windows(2) {
                    self.ops.push(MoveOp::Swap { a: pair[0], b: pair[1] });
                }
            }
            (Some(_), Some(free)) => self.rotate(&places, Loc::Reg(free)),
            (Some(_) | None, _) => self.rotate(&places, Loc::Slot(self.scratch.slots[0])),
        }
    }

    fn rotate(&mut self, places: &[Loc], parked: Loc) {
        self.emit(parked, Source::Loc(places[0]));
        for pair in places.windows(2) {
            self.emit(pair[0], Source::Loc(pair[1]));
        }
        self.emit(places[places.len() - 1], Source::Loc(parked));
    }

    fn emit(&mut self, to: Loc, from: Source) {
        match (to, from) {
            (Loc::Reg(to), Source::Loc(Loc::Reg(from))) => self.ops.push(MoveOp::Copy { to, from }),
            (Loc::Reg(to), Source::Loc(Loc::Slot(slot))) => self.ops.push(MoveOp::Load { to, slot }),
            (Loc::Reg(to), Source::Remat(vreg, _)) => self.ops.push(MoveOp::Remat { to, vreg }),
            (Loc::Slot(slot), Source::Loc(Loc::Reg(from))) => {
                self.ops.push(MoveOp::Store { slot, from });
            }
            (Loc::Slot(slot), Source::Loc(Loc::Slot(_)) | Source::Remat(..)) => {
                let saved = self.scratch.slots[1];
                let (class, free) = match from {
                    Source::Loc(_) => (Class::Core, self.scratch.free.first()),
                    Source::Remat(_, class) => (class, self.scratch.free_of(class)),
                };
                match free {
                    Some(through) => {
                        self.emit(Loc::Reg(through), from);
                        self.ops.push(MoveOp::Store { slot, from: through });
                    }
                    None => {
                        let through = borrowed(class);
                        self.ops.push(MoveOp::Store { slot: saved, from: through });
                        self.emit(Loc::Reg(through), from);
                        self.ops.push(MoveOp::Store { slot, from: through });
                        self.ops.push(MoveOp::Load { to: through, slot: saved });
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    const SCRATCH: [u32; 2] = [100, 101];

    fn locations(class: Class, registers: u8, slots: usize) -> Vec<Loc> {
        let regs = (0..registers).map(|n| match class {
            Class::Core => Loc::Reg(Reg::new(n)),
            Class::Single => Loc::Reg(Reg::single(n)),
        });
        regs.chain((0..slots).map(|n| Loc::Slot(n as u32))).collect()
    }

    /// Runs the operations on a machine whose locations hold their own names.
    fn run(ops: &[MoveOp], names: &[Loc]) -> BTreeMap<Loc, Source> {
        let mut state: BTreeMap<Loc, Source> = names.iter().map(|&loc| (loc, Source::Loc(loc))).collect();
        for &op in ops {
            match op {
                MoveOp::Copy { to, from } => {
                    state.insert(Loc::Reg(to), state[&Loc::Reg(from)]);
                }
                MoveOp::Swap { a, b } => {
                    let (x, y) = (state[&Loc::Reg(a)], state[&Loc::Reg(b)]);
                    state.insert(Loc::Reg(a), y);
                    state.insert(Loc::Reg(b), x);
                }
                MoveOp::Load { to, slot } => {
                    state.insert(Loc::Reg(to), state[&Loc::Slot(slot)]);
                }
                MoveOp::Store { slot, from } => {
                    state.insert(Loc::Slot(slot), state[&Loc::Reg(from)]);
                }
                MoveOp::Remat { to, vreg } => {
                    state.insert(Loc::Reg(to), Source::Remat(vreg, to.class()));
                }
            }
        }
        state
    }

    fn check(moves: &[(Loc, Source)], names: &[Loc], free: RegSet) {
        let scratch = Scratch { free, slots: SCRATCH };
        let ops = sequentialise(moves, &scratch);
        // Borrowed registers are as before, too.
        let mut names = names.to_vec();
        names.extend([Class::Core, Class::Single].map(borrowed).map(Loc::Reg));
        let state = run(&ops, &names);
        for &name in &names {
            let moved = moves.iter().find(|(to, _)| *to == name).map(|&(_, from)| from);
            let want = moved.unwrap_or(Source::Loc(name));
            assert_eq!(state[&name], want, "{moves:?} became {ops:?}");
        }
    }

    /// Every assignment of sources to up to five locations, with and without a free register.
    #[test]
    fn every_small_parallel_move_is_right() {
        let shapes = [(5, 0), (3, 2), (1, 4), (4, 1)];
        let both = shapes.iter().flat_map(|shape| [Class::Core, Class::Single].map(|class| (class, shape)));
        for (class, &(registers, slots)) in both {
            let names = locations(class, registers, slots);
            // A source number is a location, a rematerialisation, or no move at all.
            let choices = names.len() + 2;
            for code in 0..choices.pow(5) {
                let digit = |n: u32| code / choices.pow(n) % choices;
                let moves: Vec<(Loc, Source)> = (0..5)
                    .filter(|&n| digit(n) <= names.len())
                    .map(|n| {
                        let source = names.get(digit(n)).map(|&loc| Source::Loc(loc));
                        (names[n as usize], source.unwrap_or(Source::Remat(VReg::new(7), class)))
                    })
                    .collect();
                check(&moves, &names, RegSet::EMPTY);
                check(&moves, &names, RegSet::of(Reg::R12));
                check(&moves, &names, RegSet::of(Reg::single(9)));
            }
        }
    }

    #[test]
    fn a_cycle_of_two_registers_takes_three_copies_or_one_exchange() {
        let (a, b) = (Loc::Reg(Reg::R0), Loc::Reg(Reg::R1));
        let moves = [(a, Source::Loc(b)), (b, Source::Loc(a))];
        let scratch = |free| Scratch { free, slots: SCRATCH };
        assert_eq!(sequentialise(&moves, &scratch(RegSet::of(Reg::R12))).len(), 3);
        let swap = [MoveOp::Swap { a: Reg::R0, b: Reg::R1 }];
        assert_eq!(sequentialise(&moves, &scratch(RegSet::EMPTY)), swap);
    }
}
