//! Who has a register when.

use super::liveness::Range;
use crate::isa::VReg;
use std::collections::BTreeMap;

/// Who has a register over which positions; disjoint.
#[derive(Default)]
pub struct Timeline(BTreeMap<u32, Busy>);

#[derive(Copy, Clone)]
pub struct Busy {
    pub end: u32,
    /// None for a clobber.
    pub owner: Option<VReg>,
    pub weight: f32,
}

impl Timeline {
    /// Some entry that intersects the range and is not one of the group's own.
    pub fn conflict(&self, range: Range, own: &impl Fn(VReg) -> bool) -> Option<Busy> {
        let before = self.0.range(..range.start).next_back().filter(|(_, b)| b.end > range.start);
        before
            .into_iter()
            .chain(self.0.range(range.start..range.end))
            .map(|(_, &busy)| busy)
            .find(|busy| !busy.owner.is_some_and(own))
    }

    /// The first position from `position` on that is taken.
    pub fn next_busy(&self, position: u32) -> u32 {
        match self.0.range(..=position).next_back() {
            Some((_, busy)) if busy.end > position => position,
            _ => self.0.range(position..).next().map_or(u32::MAX, |(&start, _)| start),
        }
    }

    /// Occupies the range; what the owner has inside it already is replaced.
    pub fn occupy(&mut self, range: Range, owner: Option<VReg>, weight: f32) {
        let inside: Vec<u32> = self.0.range(range.start..range.end).map(|(&start, _)| start).collect();
        for start in inside {
            self.0.remove(&start);
        }
        self.0.insert(range.start, Busy { end: range.end, owner, weight });
    }
}
