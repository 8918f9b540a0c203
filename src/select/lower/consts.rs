//! Where constants and addresses are built.
//!
//! A constant that one instruction builds is built once for each block that needs it; one that takes a literal
//! in the nearest block that dominates its uses. Both leave loops that contain no call. They are
//! values like any other, which the register cache may rebuild where registers are short. Over a call in its
//! block a cheap constant is rebuilt: that costs what a move would, and no register.

use super::Lower;
use crate::hash::HashMap;
use crate::isa::{Const, FloatImm, Func, Imm16, Inst, ModImm, VReg};
use crate::options::Optimize;
use crate::select::flow::Flow;
use crate::select::ir::{Block, Graph, Op};
use smallvec::SmallVec;

/// A constant that code has asked for and that is not built yet.
struct Wanted {
    reg: VReg,
    /// The block that is going to build it.
    block: Block,
    /// In the block being covered: behind how many instructions, last first, it is built. `None` before the
    /// block's own uses: before its terminator.
    position: Option<usize>,
    /// Used by the node being covered.
    touched: bool,
}

pub struct Consts {
    /// Costly ones, for the whole function.
    shared: HashMap<Const, Wanted>,
    /// Cheap ones, by the block that builds them.
    local: HashMap<(Const, Block), Wanted>,
    /// Where a block's constants are built: the block itself, or before the outermost loop without calls.
    home: Vec<Block>,
    /// Constants of this block that are ready, with their positions.
    ready: Vec<(usize, Inst<VReg>)>,
    /// Which to look at when the block ends: (constant, local?) in order of first use.
    touched: Vec<(Const, Option<Block>)>,
    /// By block, the costly constants that might be built there.
    pending: Vec<Vec<Const>>,
    /// By block, the cheap ones.
    hoisted: Vec<Vec<Const>>,
    /// The end of the terminator's instructions in the block being covered.
    terminator: usize,
    /// Where costly constants stand: blocks of which none dominates another.
    built: HashMap<Const, SmallVec<[(Block, VReg); 2]>>,
    /// Constants that a dominating block turned out to build as well, with its register.
    superseded: Vec<(VReg, VReg)>,
    /// Where speed counts, the headers of loops that stand before or at each block.
    headers: Option<Vec<u32>>,
    /// Where speed counts, the headers of loops that use each costly constant.
    loops: HashMap<Const, SmallVec<[Block; 4]>>,
}

/// Whether a single instruction without a literal builds the constant.
pub fn is_cheap(constant: Const) -> bool {
    match constant {
        Const::Int(c) => ModImm::new(c).is_some() || ModImm::new(!c).is_some() || Imm16::new(c).is_some(),
        Const::Float(bits) => FloatImm::new(bits).is_some(),
        Const::Address(..) => false,
    }
}

impl Consts {
    pub fn new(graph: &Graph, flow: &Flow, optimize: Optimize) -> Consts {
        let count = graph.blocks.len();
        let mut has_call = vec![false; count];
        for block in graph.block_ids() {
            let calls = graph.block(block).body.iter().any(|&v| matches!(graph.op(v), Op::Call(_) | Op::Routine(_)));
            let mut header = flow.header[block.index()].filter(|_| calls);
            while let Some(of) = header.filter(|of| !has_call[of.index()]) {
                has_call[of.index()] = true;
                header = flow.outer[of.index()];
            }
        }
        // For each header, the block before the outermost loop around it without calls. Outer headers come first.
        let mut before: Vec<Option<Block>> = vec![None; count];
        for block in graph.block_ids() {
            let heads = flow.header[block.index()] == Some(block);
            if heads && !has_call[block.index()] {
                let outer = flow.outer[block.index()].and_then(|outer| before[outer.index()]);
                before[block.index()] = Some(outer.unwrap_or(flow.dominator[block.index()]));
            }
        }
        let home = graph.block_ids().map(|block| {
            let header = flow.header[block.index()];
            // What hardly ever runs takes nothing from what comes before it.
            let header = header.filter(|_| !graph.block(block).cold);
            header.and_then(|header| before[header.index()]).unwrap_or(block)
        });
        Consts {
            shared: HashMap::default(),
            local: HashMap::default(),
            home: home.collect(),
            ready: Vec::new(),
            touched: Vec::new(),
            pending: vec![Vec::new(); count],
            hoisted: vec![Vec::new(); count],
            terminator: 0,
            built: HashMap::default(),
            superseded: Vec::new(),
            headers: (optimize == Optimize::Speed).then(|| headers_up_to(flow)),
            loops: HashMap::default(),
        }
    }

    /// Notes a use of a costly constant.
    fn note_loops(&mut self, flow: &Flow, constant: Const, block: Block) {
        let mut header = flow.header[block.index()].filter(|_| self.headers.is_some());
        while let Some(of) = header {
            let loops = self.loops.entry(constant).or_default();
            if loops.contains(&of) {
                break;
            }
            loops.push(of);
            header = flow.outer[of.index()];
        }
    }

    /// Whether a constant that `from` builds stays in a register as far as `to`, which it dominates. Where speed counts, it
    /// does not in loops between them that do not use it: there it would cost moves in every round and not one load.
    fn may_stay(&self, flow: &Flow, constant: Const, from: Block, to: Block) -> bool {
        let Some(headers) = &self.headers else { return true };
        let between = headers[to.index()] - headers[from.index()];
        let around = flow.depth[to.index()].saturating_sub(flow.depth[from.index()]);
        let users = self.loops.get(&constant).into_iter().flatten();
        let users = users.filter(|&&header| from < header && header < to && !flow.is_inside(header, to));
        between == around + users.count() as u32
    }

    /// Whether what a block uses is built before a loop.
    pub fn leaves_loop(&self, block: Block) -> bool {
        self.home[block.index()] != block
    }

    /// Ends a node: the constants that it used come before its instructions, of which the last is number
    /// `position` from the block's end.
    pub fn settle(&mut self, position: usize) {
        for &(constant, local) in &self.touched {
            let wanted = match local {
                Some(block) => self.local.get_mut(&(constant, block)),
                None => self.shared.get_mut(&constant),
            };
            let wanted = wanted.expect("a touched constant is wanted");
            wanted.position = Some(position);
            wanted.touched = false;
        }
        self.touched.clear();
    }

    /// Marks the end of the terminator.
    pub fn end_terminator(&mut self, position: usize) {
        self.terminator = position;
    }

    /// Builds the block's own cheap constants that are in use now: before a call.
    pub fn flush_at_call(&mut self, block: Block) {
        let constants = std::mem::take(&mut self.hoisted[block.index()]);
        for constant in constants {
            let Some(wanted) = self.local.get(&(constant, block)) else {
                continue;
            };
            match wanted.position {
                Some(position) => {
                    self.ready.push((position, Inst::Const { rd: wanted.reg, value: constant }));
                    self.local.remove(&(constant, block));
                }
                // Wanted by later blocks alone.
                None => self.hoisted[block.index()].push(constant),
            }
        }
    }

    /// The instructions of a finished block in order, with the constants that it builds. Takes them out of `reversed`.
    pub fn finish_block(&mut self, block: Block, flow: &Flow, reversed: &mut Vec<Inst<VReg>>) -> Vec<Inst<VReg>> {
        let mut ready = std::mem::take(&mut self.ready);
        for constant in std::mem::take(&mut self.hoisted[block.index()]) {
            if let Some(wanted) = self.local.remove(&(constant, block)) {
                let position = wanted.position.unwrap_or(self.terminator);
                ready.push((position, Inst::Const { rd: wanted.reg, value: constant }));
            }
        }
        for constant in std::mem::take(&mut self.pending[block.index()]) {
            if self.shared.get(&constant).is_some_and(|wanted| wanted.block == block) {
                let wanted = self.shared.remove(&constant).expect("just found");
                let mut built = self.built.remove(&constant).unwrap_or_default();
                built.retain(|&mut (other, reg)| {
                    let dominated = flow.dominates(block, other) && self.may_stay(flow, constant, block, other);
                    self.superseded.extend(dominated.then_some((reg, wanted.reg)));
                    !dominated
                });
                built.push((block, wanted.reg));
                self.built.insert(constant, built);
                let position = wanted.position.unwrap_or(self.terminator);
                ready.push((position, Inst::Const { rd: wanted.reg, value: constant }));
            }
        }
        // What was used here but is built in an earlier block has no position there.
        ready.sort_by_key(|&(position, _)| position);
        let mut insts = Vec::with_capacity(reversed.len() + ready.len());
        let mut ready = ready.into_iter().peekable();
        for (n, inst) in reversed.drain(..).enumerate() {
            while let Some((_, constant)) = ready.next_if(|&(position, _)| position <= n) {
                insts.push(constant);
            }
            insts.push(inst);
        }
        insts.extend(ready.map(|(_, constant)| constant));
        insts.reverse();
        insts
    }
}

/// How many headers of loops stand before or at each block.
fn headers_up_to(flow: &Flow) -> Vec<u32> {
    let mut count = 0;
    let heads = flow.header.iter().enumerate().map(|(n, header)| u32::from(*header == Some(Block::new(n))));
    heads
        .map(|head| {
            count += head;
            count
        })
        .collect()
}

/// Blocks are covered before those that dominate them. What both build stays in the dominating one alone.
pub fn unite(func: &mut Func<VReg>, consts: &Consts) {
    if consts.superseded.is_empty() {
        return;
    }
    let mut by: Vec<VReg> = (0..func.vregs).map(VReg::new).collect();
    // A register that supersedes others is superseded later, if ever.
    for &(old, new) in consts.superseded.iter().rev() {
        by[old.index()] = by[new.index()];
    }
    let is_old = |v: VReg| by[v.index()] != v;
    for block in &mut func.blocks {
        block.insts.retain(|inst| !matches!(*inst, Inst::Const { rd, .. } if is_old(rd)));
        for inst in &mut block.insts {
            *inst = inst.map(&mut |v, _| by[v.index()]);
        }
        block.term = block.term.map(&mut |v, _| by[v.index()]);
    }
}

/// A register of the class that holds the constant.
fn new_vreg(func: &mut Func<VReg>, constant: Const) -> VReg {
    match constant {
        Const::Int(_) | Const::Address(..) => func.new_vreg(),
        Const::Float(_) => func.new_single(),
    }
}

impl Lower<'_> {
    /// The register of a constant, shared with other uses.
    pub fn constant(&mut self, constant: Const) -> VReg {
        let home = self.consts.home[self.block.index()];
        if !is_cheap(constant) {
            self.consts.note_loops(&self.flow, constant, self.block);
        }
        let func = &mut self.func;
        let consts = &mut self.consts;
        let (wanted, local) = if is_cheap(constant) || self.graph.block(self.block).cold {
            let wanted = consts.local.entry((constant, home)).or_insert_with(|| {
                consts.hoisted[home.index()].push(constant);
                Wanted { reg: new_vreg(func, constant), block: home, position: None, touched: false }
            });
            (wanted, Some(home))
        } else {
            let wanted = consts.shared.entry(constant).or_insert_with(|| {
                consts.pending[home.index()].push(constant);
                Wanted { reg: new_vreg(func, constant), block: home, position: None, touched: false }
            });
            let block = self.flow.common_dominator(wanted.block, home);
            if block != wanted.block {
                wanted.block = block;
                wanted.position = None;
                consts.pending[block.index()].push(constant);
            }
            // Where another block builds it, the place in this one does not matter.
            (wanted, None)
        };
        if wanted.block == self.block && !wanted.touched {
            wanted.touched = true;
            consts.touched.push((constant, local));
        }
        wanted.reg
    }

    /// A register that holds a constant and that nothing else uses.
    pub fn fresh(&mut self, value: Const) -> VReg {
        let rd = new_vreg(&mut self.func, value);
        self.push(Inst::Const { rd, value });
        rd
    }
}
