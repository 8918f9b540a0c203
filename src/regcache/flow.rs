//! Facts about the block graph that spilling and colouring share: positions, loops, dominators and
//! estimated frequencies.
//!
//! Every instruction has four positions: its operands are read at `+0`, clobbers happen at `+1`,
//! definitions are written at `+2`; `+3` is between it and the next one. A block starts with four positions
//! for its parameters and ends with four for its terminator, so that positions ascend over the layout.
//!
//! Loops are natural loops (Havlak 1997 for reducible graphs): a header is the target of an edge from a
//! block that stands at or after it. Frequencies assume ten iterations per loop, that numbers differ three times in four,
//! even branches otherwise, and that cold blocks do not run; they only ever rank alternatives.

use crate::isa::{BlockId, Cond, Func, Inst, Term, TestOp, VReg};
use crate::options::Optimize;
use smallvec::SmallVec;

/// How much farther a use beyond the end of a loop is.
pub const FAR: u32 = 100_000;

/// How many enclosing loops a distance looks at; it only ranks values.
const LEVELS: usize = 4;

/// A loop; inner loops stand before the loops that contain them.
pub struct Loop {
    pub header: BlockId,
    /// The last block of the loop in the layout.
    pub last: BlockId,
    pub parent: Option<usize>,
}

pub struct Flow {
    pub preds: Vec<SmallVec<[BlockId; 2]>>,
    pub loops: Vec<Loop>,
    /// The innermost loop of each block.
    pub innermost: Vec<Option<usize>>,
    /// The immediate dominator of each block; the entry is its own.
    pub idom: Vec<BlockId>,
    /// What an instruction in each block costs: estimated executions per call, or bytes where size counts.
    pub freq: Vec<f32>,
    cold: Vec<bool>,
    /// The first position of each block, and behind the last block its end.
    starts: Vec<u32>,
    /// The block of each position over four.
    block_of: Vec<BlockId>,
}

impl Flow {
    pub fn new(func: &Func<VReg>, optimize: Optimize) -> Flow {
        let preds = func.predecessors();
        let (loops, innermost) = find_loops(&preds);
        let freq = frequencies(func, &preds, &loops, &innermost);
        let freq = match optimize {
            Optimize::Speed => freq,
            // An instruction is as large anywhere; executions decide between equals.
            Optimize::Size => freq.into_iter().map(|freq| 1.0 + 0.01 * freq).collect(),
        };
        let idom = dominators(&preds);
        let cold = func.blocks.iter().map(|block| block.cold).collect();
        let starts = positions(func);
        let mut block_of = Vec::with_capacity((starts[func.blocks.len()] / 4) as usize);
        for (id, block) in func.block_ids().zip(&func.blocks) {
            block_of.extend(std::iter::repeat_n(id, block.insts.len() + 2));
        }
        Flow { preds, loops, innermost, idom, freq, cold, starts, block_of }
    }

    pub fn start(&self, block: BlockId) -> u32 {
        self.starts[block.index()]
    }

    /// The position behind the block.
    pub fn end(&self, block: BlockId) -> u32 {
        self.starts[block.index() + 1]
    }

    /// The position behind the last block.
    pub fn length(&self) -> u32 {
        self.starts[self.starts.len() - 1]
    }

    /// Where instruction `index` of the block reads its operands; the terminator is the instruction
    /// behind the last.
    pub fn position(&self, block: BlockId, index: usize) -> u32 {
        self.start(block) + 4 * (u32::try_from(index).expect("positions fit 32 bits") + 1)
    }

    /// The instruction of the block that reads its operands at the position.
    pub fn index_at(&self, block: BlockId, position: u32) -> usize {
        ((position - self.start(block)) / 4).saturating_sub(1) as usize
    }

    pub fn block_at(&self, position: u32) -> BlockId {
        self.block_of[(position / 4) as usize]
    }

    /// The loop whose header the block is.
    pub fn loop_at(&self, block: BlockId) -> Option<usize> {
        self.innermost[block.index()].filter(|&l| self.loops[l].header == block)
    }

    pub fn loop_start(&self, l: usize) -> u32 {
        self.start(self.loops[l].header)
    }

    pub fn loop_end(&self, l: usize) -> u32 {
        self.end(self.loops[l].last)
    }

    pub fn freq_at(&self, position: u32) -> f32 {
        self.freq[self.block_at(position).index()]
    }

    /// How far the use at `to` is from `from`, which lies in `block`: instructions in between times
    /// four, once around the loop if it stands before, and far if it is behind the end of the loop
    /// or in a cold block.
    pub fn distance(&self, block: BlockId, from: u32, to: u32) -> u32 {
        let cold = self.cold[self.block_at(to).index()] && !self.cold[block.index()];
        let mut far = if cold { FAR } else { 0 };
        let mut around = self.innermost[block.index()];
        for _ in 0..LEVELS {
            let Some(l) = around else { break };
            if to > from && to < self.loop_end(l) {
                break;
            }
            if to <= from && to >= self.loop_start(l) {
                return far + (self.loop_end(l) - from) + (to - self.loop_start(l));
            }
            far += FAR;
            around = self.loops[l].parent;
        }
        match to.checked_sub(from) {
            Some(ahead) => far.saturating_add(ahead),
            None => 2 * FAR * LEVELS as u32,
        }
    }
}

fn positions(func: &Func<VReg>) -> Vec<u32> {
    let mut starts = Vec::with_capacity(func.blocks.len() + 1);
    let mut next = 0u32;
    for block in &func.blocks {
        starts.push(next);
        let words = u32::try_from(block.insts.len() + 2).expect("positions fit 32 bits");
        next = words
            .checked_mul(4)
            .and_then(|size| next.checked_add(size))
            .expect("a function has fewer than 2^29 instructions");
    }
    starts.push(next);
    starts
}

fn find_loops(preds: &[SmallVec<[BlockId; 2]>]) -> (Vec<Loop>, Vec<Option<usize>>) {
    let mut loops: Vec<Loop> = Vec::new();
    let mut innermost = vec![None; preds.len()];
    // Each block's way to the header of the outermost loop found so far that contains it.
    let mut outer: Vec<BlockId> = (0..preds.len()).map(BlockId::new).collect();
    for header in (0..preds.len()).rev().map(BlockId::new) {
        let latches = preds[header.index()].iter().filter(|&&p| p >= header);
        let mut work: Vec<BlockId> = latches.map(|&p| find(&mut outer, p)).collect();
        if work.is_empty() {
            continue;
        }
        let this = loops.len();
        loops.push(Loop { header, last: header, parent: None });
        innermost[header.index()] = Some(this);
        while let Some(block) = work.pop() {
            if block == header || outer[block.index()] == header {
                continue;
            }
            outer[block.index()] = header;
            match innermost[block.index()] {
                Some(inner) => loops[inner].parent = Some(this),
                None => innermost[block.index()] = Some(this),
            }
            for &pred in &preds[block.index()] {
                let outermost = find(&mut outer, pred);
                if outermost != header {
                    work.push(outermost);
                }
            }
        }
    }
    for (index, l) in innermost.iter().enumerate() {
        if let &Some(l) = l {
            loops[l].last = loops[l].last.max(BlockId::new(index));
        }
    }
    for l in 0..loops.len() {
        if let Some(parent) = loops[l].parent {
            loops[parent].last = loops[parent].last.max(loops[l].last);
        }
    }
    (loops, innermost)
}

fn find(outer: &mut [BlockId], mut block: BlockId) -> BlockId {
    while outer[block.index()] != block {
        let next = outer[outer[block.index()].index()];
        outer[block.index()] = next;
        block = next;
    }
    block
}

fn frequencies(
    func: &Func<VReg>,
    preds: &[SmallVec<[BlockId; 2]>],
    loops: &[Loop],
    innermost: &[Option<usize>],
) -> Vec<f32> {
    let weight = |from: BlockId, to: BlockId| {
        let leaves = innermost[from.index()].is_some_and(|l| !(loops[l].header..=loops[l].last).contains(&to));
        let cold = func.block(to).cold && !func.block(from).cold;
        if cold {
            0.001
        } else if leaves {
            0.11
        } else if on_equal(func, from) == Some(to) {
            0.33
        } else {
            1.0
        }
    };
    let totals: Vec<f32> =
        func.block_ids().map(|id| func.block(id).term.successors().map(|to| weight(id, to)).sum()).collect();
    let mut freq = vec![0f32; preds.len()];
    freq[0] = 1.0;
    for id in func.block_ids().skip(1) {
        let forward = preds[id.index()].iter().filter(|&&p| p < id);
        let sum: f32 = forward.map(|&p| freq[p.index()] * weight(p, id) / totals[p.index()]).sum();
        let is_header = preds[id.index()].iter().any(|&p| p >= id);
        freq[id.index()] = (if is_header { sum * 10.0 } else { sum }).clamp(1e-9, 1e9);
    }
    freq
}

/// Where a block leads if two numbers are equal, where it asks that.
fn on_equal(func: &Func<VReg>, id: BlockId) -> Option<BlockId> {
    let block = func.block(id);
    let compares = || matches!(block.insts.last(), Some(Inst::Test { op: TestOp::Cmp | TestOp::Cmn, .. }));
    match &block.term {
        Term::BranchZero { zero, .. } => Some(zero.target),
        Term::Branch { cond: Cond::Eq, then, .. } if compares() => Some(then.target),
        Term::Branch { cond: Cond::Ne, otherwise, .. } if compares() => Some(otherwise.target),
        _ => None,
    }
}

/// Cooper, Harvey and Kennedy, "A Simple, Fast Dominance Algorithm": one pass suffices for a reducible graph
/// in reverse post-order. Predecessors are met from the last to the first, so that many exits to one
/// block climb their common chain once.
fn dominators(preds: &[SmallVec<[BlockId; 2]>]) -> Vec<BlockId> {
    let mut idom: Vec<BlockId> = (0..preds.len()).map(BlockId::new).collect();
    for (index, preds) in preds.iter().enumerate().skip(1) {
        let mut forward: SmallVec<[BlockId; 8]> = preds.iter().copied().filter(|p| p.index() < index).collect();
        forward.sort_unstable_by(|a, b| b.cmp(a));
        let met = forward.into_iter().reduce(|a, b| meet(&idom, a, b, usize::MAX));
        idom[index] = met.expect("a reachable block has a predecessor before it");
    }
    idom
}

/// The nearest block that dominates both, or the entry if it is more than `steps` steps away.
pub fn meet(idom: &[BlockId], mut a: BlockId, mut b: BlockId, steps: usize) -> BlockId {
    for _ in 0..steps {
        if a == b {
            return a;
        }
        if a > b {
            a = idom[a.index()];
        } else {
            b = idom[b.index()];
        }
    }
    BlockId::ENTRY
}
