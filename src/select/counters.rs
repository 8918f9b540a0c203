//! How far a loop's counter goes: what starts at constants, changes by a constant in each round and is tested against one.

use super::ir::{Block, Edge, Graph, Op, Term};
use crate::isa::Cond;
use smallvec::SmallVec;

/// How many blocks before the end of a round are looked at for its test.
const BLOCKS: usize = 4;

/// What the parameter `n` of a loop's header is at most, as an unsigned number, when the loop goes around again. Blocks stand in order.
pub fn limit(graph: &Graph, predecessors: &[SmallVec<[Block; 2]>], header: Block, n: usize) -> Option<u32> {
    let all = &predecessors[header.index()];
    let mut around = all.iter().copied().filter(|&pred| pred >= header);
    let latch = around.next().filter(|_| around.next().is_none())?;
    let to = |pred: Block| graph.block(pred).term.edges().filter(move |edge| edge.target == header);
    let mut back = to(latch);
    let next = back.next().filter(|_| back.next().is_none())?.args[n];
    let param = graph.block(header).params[n];
    let (_, step) = graph.as_sum(next).filter(|&(x, _)| x == param)?;
    let entering = all.iter().filter(|&&pred| pred < header).flat_map(|&pred| to(pred));
    let starts = entering.map(|edge: &Edge| graph.constant(edge.args[n])).collect::<Option<SmallVec<[u32; 2]>>>()?;
    let counter = Counter { starts, step };
    let (mut block, mut target) = (latch, header);
    for _ in 0..BLOCKS {
        if let Term::Branch { cond, then, otherwise } = &graph.block(block).term
            && then.target != otherwise.target
        {
            let node = graph.node(*cond);
            let test = match (node.op, node.args.as_slice()) {
                (Op::Compare(cond), &[value, bound]) => graph.constant(bound).map(|bound| (cond, value, bound)),
                _ => Some((Cond::Ne, *cond, 0)),
            };
            let goes_on = |cond: Cond| if then.target == target { cond } else { cond.inverse() };
            let limit = test.and_then(|(cond, value, bound)| match value {
                _ if value == next => counter.limit(goes_on(cond), bound),
                _ if value == param => counter.limit_before(goes_on(cond), bound),
                _ => None,
            });
            if limit.is_some() {
                return limit;
            }
        }
        let &[pred] = predecessors[block.index()].as_slice() else { return None };
        if block == header {
            return None;
        }
        (block, target) = (pred, block);
    }
    None
}

struct Counter {
    starts: SmallVec<[u32; 2]>,
    step: i32,
}

impl Counter {
    /// The most that the changed counter is where it is tested and the loop goes on.
    fn limit(&self, cond: Cond, bound: u32) -> Option<u32> {
        let by = self.step.unsigned_abs();
        let (least, most) = (*self.starts.iter().min()?, *self.starts.iter().max()?);
        let is_natural = |value: u32| value.cast_signed() >= 0;
        match (cond, self.step > 0) {
            (_, _) if by == 0 => None,
            (Cond::Ne, up) => {
                let meets = |&start: &u32| {
                    let (from, to) = if up { (start, bound) } else { (bound, start) };
                    from < to && (to - from) % by == 0
                };
                self.starts.iter().all(meets).then(|| if up { bound - by } else { most - by })
            }
            (Cond::Lo, _) => bound.checked_sub(1),
            (Cond::Ls, _) => Some(bound),
            // What is never negative and does not become so by a step.
            (Cond::Lt | Cond::Le, true) => {
                let last = if cond == Cond::Lt { bound.checked_sub(1)? } else { bound };
                let farthest = most.max(last).checked_add(by)?;
                (is_natural(bound) && is_natural(farthest)).then_some(last)
            }
            (Cond::Gt, false) => (is_natural(bound.wrapping_add(1)) && is_natural(most)).then_some(most),
            (Cond::Ge, false) => (is_natural(bound) && is_natural(most)).then_some(most),
            // What is always large enough for a step.
            (Cond::Hi, false) => (bound >= by - 1 && least >= by).then_some(most),
            (Cond::Hs, false) => (bound >= by && least >= by).then_some(most),
            _ => None,
        }
    }

    /// The same where the counter is tested before it changes.
    fn limit_before(&self, cond: Cond, bound: u32) -> Option<u32> {
        let by = self.step.unsigned_abs();
        match (cond, self.step > 0) {
            (Cond::Ne, _) => self.limit(cond, bound.wrapping_add_signed(self.step)),
            (Cond::Lo, true) => bound.checked_sub(1)?.checked_add(by),
            (Cond::Ls, true) => bound.checked_add(by),
            _ => None,
        }
    }
}
