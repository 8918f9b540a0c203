//! What is in memory: values that were loaded or stored, as long as nothing may have been written over them.
//!
//! Memory has a state, a number, that every write changes, and each entry is of the state in which it holds. A block begins with
//! a state of its own, or with that at the end of the block that alone leads to it. Of the latest entries those survive a write
//! that it cannot touch: in another kind of place, at another distance from the same address, or that it leaves as they are.

use super::ir::{Access, Block, Graph, Op, Region, Value};
use crate::hash::HashMap;
use crate::isa::Symbol;
use smallvec::SmallVec;
use std::mem::{discriminant, take};

/// How many entries are asked whether they survive a write.
const RECENT: usize = 8;

type Place = (Access, Value);

pub struct Contents {
    known: HashMap<Place, (Value, u32)>,
    /// The number of the current state, and the largest so far.
    state: u32,
    states: u32,
    /// Places of the latest entries, oldest first.
    recent: SmallVec<[Place; RECENT]>,
    /// The state at the end of each block that has ended, and the last such block.
    ends: Vec<Option<u32>>,
    ended: Option<Block>,
}

impl Contents {
    pub fn new() -> Contents {
        Contents {
            known: HashMap::default(),
            state: 0,
            states: 0,
            recent: SmallVec::new(),
            ends: Vec::new(),
            ended: None,
        }
    }

    /// A block begins that only `pred` leads to, or several blocks do.
    pub fn enter(&mut self, pred: Option<Block>) {
        if pred.is_none() || pred != self.ended {
            self.recent.clear();
        }
        match pred.and_then(|pred| *self.ends.get(pred.index())?) {
            Some(state) => self.state = state,
            None => self.forget(),
        }
    }

    /// A block ends.
    pub fn leave(&mut self, block: Block) {
        if self.ends.len() <= block.index() {
            self.ends.resize(block.index() + 1, None);
        }
        self.ends[block.index()] = Some(self.state);
        self.ended = Some(block);
    }

    /// Anything may be written.
    pub fn forget(&mut self) {
        self.recent.clear();
        self.states += 1;
        self.state = self.states;
    }

    /// What a load would give. It is from a block that dominates this one, or from beside it.
    pub fn find(&self, access: Access, address: Value) -> Option<Value> {
        self.known.get(&(access, address)).filter(|known| known.1 == self.state).map(|known| known.0)
    }

    /// A load of this place now gives this value.
    pub fn note(&mut self, access: Access, address: Value, value: Value) {
        self.known.insert((access, address), (value, self.state));
        if self.recent.len() == RECENT {
            self.recent.remove(0);
        }
        self.recent.push((access, address));
    }

    /// A value is stored.
    pub fn write(&mut self, graph: &Graph, access: Access, address: Value, value: Value) {
        let (before, recent) = (self.state, take(&mut self.recent));
        self.forget();
        for place in recent {
            let Some(&(there, state)) = self.known.get(&place) else { continue };
            let same = there == value && stays(place.0, access);
            if state == before && (same || are_apart(graph, place, (access, address))) {
                self.known.insert(place, (there, self.state));
                self.recent.push(place);
            }
        }
    }
}

/// Whether a store of what a place holds leaves it as it is, wherever it goes: the two do not overlap in part.
fn stays(place: Access, store: Access) -> bool {
    place.size.bytes() == store.size.bytes() && (store.size.bytes() == 1 || place.aligned && store.aligned)
}

/// Whether two accesses cannot touch the same byte.
fn are_apart(graph: &Graph, (a, at): Place, (b, of): Place) -> bool {
    // Two names may be of the same imported memory or global.
    if discriminant(&a.region) != discriminant(&b.region) || a.region == Region::Constant {
        return true;
    }
    let ((base, from), (other, to)) = (origin(graph, a, at), origin(graph, b, of));
    let up = to.wrapping_sub(from);
    base == other && up >= a.size.bytes() && up.wrapping_neg() >= b.size.bytes()
}

/// What an address counts from.
#[derive(PartialEq, Eq)]
enum Base {
    Value(Value),
    Symbol(Symbol),
    Zero,
}

fn origin(graph: &Graph, access: Access, address: Value) -> (Base, u32) {
    let offset = access.offset.cast_unsigned();
    match graph.op(address) {
        Op::Address(symbol, addend) => (Base::Symbol(symbol), offset.wrapping_add_signed(addend)),
        Op::Const(c) => (Base::Zero, offset.wrapping_add(c)),
        _ => (Base::Value(address), offset),
    }
}
