//! Terminators, edges and the order of blocks.
//!
//! An edge from a block with several ways out to one with several ways in gets a block of its own, so that moves
//! for it have a place. Blocks are then put into an order in which those of each loop stand together.

use super::Lower;
use super::cond::Test;
use crate::hash::HashMap;
use crate::isa::{self, BlockId, Cond, Func, Inst, ModImm, Operand2, Term, TestOp, TrapCode, VReg};
use crate::select::ir::{self, BinOp, Block, Edge, Value};
use smallvec::SmallVec;

/// A jump table is worth its bytes from this many targets on.
const LEAST_TABLE: usize = 4;

/// Where all targets of a table but so many are one, these are tested for.
const MOST_TESTS: usize = 2;

fn id(block: Block) -> BlockId {
    BlockId::new(block.index())
}

impl Lower<'_> {
    /// Covers a block's terminator.
    pub fn terminator(&mut self, block: Block) {
        let graph = self.graph;
        let term = match &graph.block(block).term {
            ir::Term::Jump(edge) => {
                let args = self.arguments_of(edge);
                Term::Jump(isa::Edge { target: id(edge.target), args })
            }
            ir::Term::Branch { cond, then, otherwise } => self.branch(*cond, then, otherwise),
            ir::Term::Table { index, targets, default } => self.table(*index, targets, default.as_ref()),
            ir::Term::Return(values) => Term::Return { values: self.returned(values) },
            ir::Term::TailCall { call, args } => self.tail_call(*call as usize, args),
            ir::Term::Trap(code) => {
                self.func.blocks[block.index()].cold = true;
                Term::Trap(*code)
            }
        };
        self.func.blocks[block.index()].term = term;
        let length = self.sequence.len();
        self.consts.end_terminator(length);
    }

    /// The trap that an edge leads to, if it does nothing else.
    fn trap_at(&self, edge: &Edge) -> Option<TrapCode> {
        let target = self.graph.block(edge.target);
        match target.term {
            ir::Term::Trap(code) if target.body.is_empty() => Some(code),
            _ => None,
        }
    }

    fn branch(&mut self, cond: Value, then: &Edge, otherwise: &Edge) -> Term<VReg> {
        let test = match self.test_by_difference(cond) {
            Some(cond) => Test::Flags(cond),
            None => self.test(cond),
        };
        if let Some(code) = self.trap_at(then) {
            self.push(match test {
                Test::Flags(cond) => Inst::TrapIf { cond, code },
                Test::NonZero(rn) => Inst::TrapIfZero { nonzero: true, rn, code },
                Test::Zero(rn) => Inst::TrapIfZero { nonzero: false, rn, code },
            });
            return self.jump(otherwise);
        }
        if let Some(code) = self.trap_at(otherwise) {
            self.push(match test {
                Test::Flags(cond) => Inst::TrapIf { cond: cond.inverse(), code },
                Test::NonZero(rn) => Inst::TrapIfZero { nonzero: false, rn, code },
                Test::Zero(rn) => Inst::TrapIfZero { nonzero: true, rn, code },
            });
            return self.jump(then);
        }
        let then = self.way(then);
        let otherwise = self.way(otherwise);
        match test {
            Test::Flags(cond) => Term::Branch { cond, then, otherwise },
            Test::NonZero(rn) => Term::BranchZero { rn, zero: otherwise, nonzero: then },
            Test::Zero(rn) => Term::BranchZero { rn, zero: then, nonzero: otherwise },
        }
    }

    /// The only way out, with moves in a block of its own, where constants of this one cannot get between a
    /// comparison and its reader.
    fn jump(&mut self, edge: &Edge) -> Term<VReg> {
        Term::Jump(self.way(edge))
    }

    /// One of several ways out of the current block.
    fn way(&mut self, edge: &Edge) -> isa::Edge<VReg> {
        if edge.args.is_empty() && self.flow.predecessors[edge.target.index()].len() == 1 {
            return isa::Edge::to(id(edge.target));
        }
        isa::Edge::to(self.split(edge))
    }

    /// The registers of an edge's arguments, of the classes of its target's parameters.
    fn arguments_of(&mut self, edge: &Edge) -> SmallVec<[VReg; 4]> {
        let params = &self.graph.block(edge.target).params;
        let passed = params.iter().zip(&edge.args).enumerate();
        let argument = |(n, (&param, &arg)): (usize, (&Value, &Value))| {
            self.passed_out(edge, n).unwrap_or_else(|| self.own(arg, self.class(param)))
        };
        passed.map(argument).collect()
    }

    /// A new block that goes where the edge does.
    fn split(&mut self, edge: &Edge) -> BlockId {
        let outer = std::mem::take(&mut self.sequence);
        let args = self.arguments_of(edge);
        let insts = std::mem::replace(&mut self.sequence, outer);
        let term = Term::Jump(isa::Edge { target: id(edge.target), args });
        let cold =
            self.trap_at(edge).is_some() || [edge.target, self.block].iter().any(|&end| self.graph.block(end).cold);
        self.add_block(insts, term, self.common_loop(edge.target), cold)
    }

    /// The innermost loop that contains both the current block and `target`.
    fn common_loop(&self, target: Block) -> Option<Block> {
        let flow = &self.flow;
        let (mut a, mut b) = (flow.header[self.block.index()], flow.header[target.index()]);
        let depth = |header: Option<Block>| header.map_or(0, |header| flow.depth[header.index()]);
        while a != b {
            if depth(a) >= depth(b) {
                a = a.and_then(|header| flow.outer[header.index()]);
            } else {
                b = b.and_then(|header| flow.outer[header.index()]);
            }
        }
        a
    }

    fn add_block(&mut self, insts: Vec<Inst<VReg>>, term: Term<VReg>, header: Option<Block>, cold: bool) -> BlockId {
        let new = BlockId::new(self.func.blocks.len());
        let loop_depth = header.map_or(0, |header| self.flow.depth[header.index()]);
        let params = SmallVec::new();
        self.func.blocks.push(isa::BlockData { params, insts, term, loop_depth, cold });
        self.headers.push(header);
        new
    }

    fn compare_index(&self, rn: VReg, count: usize) -> (Vec<Inst<VReg>>, bool) {
        let imm = u32::try_from(count).ok().and_then(ModImm::new);
        match imm {
            Some(imm) => (vec![Inst::Test { op: TestOp::Cmp, rn, rhs: Operand2::Imm(imm) }], true),
            None => (Vec::new(), false),
        }
    }

    fn table(&mut self, index: Value, targets: &[Edge], default: Option<&Edge>) -> Term<VReg> {
        let used = targets.iter().rposition(|edge| Some(edge) != default).map_or(0, |last| last + 1);
        let targets = &targets[..used];
        // Equal edges share a block.
        let mut ways: HashMap<(Block, &[Value]), isa::Edge<VReg>> = HashMap::default();
        let mut edges = Vec::with_capacity(targets.len());
        for edge in targets.iter().chain(default) {
            let key = (edge.target, edge.args.as_slice());
            let way = match ways.get(&key) {
                Some(way) => way.clone(),
                None => {
                    let way = self.way(edge);
                    ways.insert(key, way.clone());
                    way
                }
            };
            edges.push(way);
        }
        let header = self.flow.header[self.block.index()];
        let count = targets.len();
        if let Some(term) = self.chain(index, &edges, header, count < LEAST_TABLE) {
            return term;
        }
        let rn = self.reg(index);
        if default.is_none() {
            return Term::Table { rn, targets: edges };
        }
        let default = edges.pop().expect("the default comes last");
        let table = self.add_block(Vec::new(), Term::Table { rn, targets: edges }, header, false);
        let otherwise = isa::Edge::to(table);
        match self.compare_index(rn, count) {
            (insts, true) => insts.into_iter().for_each(|inst| self.push(inst)),
            (_, false) => {
                let rm = self.constant(isa::Const::Int(count as u32));
                self.push(Inst::Test { op: TestOp::Cmp, rn, rhs: Operand2::Reg(rm) });
            }
        }
        Term::Branch { cond: Cond::Hs, then: default, otherwise }
    }

    /// Few targets, or few besides the last: one comparison each, with what the index counts from where that is a number.
    fn chain(
        &mut self,
        index: Value,
        edges: &[isa::Edge<VReg>],
        header: Option<Block>,
        is_small: bool,
    ) -> Option<Term<VReg>> {
        let (default, targets) = edges.split_last().expect("a table has a target");
        let tested: SmallVec<[u32; 4]> =
            (0..).zip(targets).filter(|(_, edge)| *edge != default).map(|(n, _)| n).take(LEAST_TABLE).collect();
        if tested.len() > MOST_TESTS && !is_small {
            return None;
        }
        let are_immediates = |first: u32| tested.iter().all(|n| ModImm::new(first.wrapping_add(*n)).is_some());
        let sum = self.folded_const(BinOp::Add, index).map(|(value, c)| (value, c.wrapping_neg()));
        let (value, first) = sum.filter(|sum| are_immediates(sum.1)).or(are_immediates(0).then_some((index, 0)))?;
        let rn = self.reg(value);
        let mut term = Term::Jump(default.clone());
        let mut code = Vec::new();
        for &n in tested.iter().rev() {
            let otherwise = match term {
                Term::Jump(edge) => edge,
                other => isa::Edge::to(self.add_block(std::mem::take(&mut code), other, header, false)),
            };
            let (then, number) = (targets[n as usize].clone(), first.wrapping_add(n));
            if number == 0 {
                term = Term::BranchZero { rn, zero: then, nonzero: otherwise };
            } else {
                let imm = ModImm::new(number).expect("was looked at");
                code = vec![Inst::Test { op: TestOp::Cmp, rn, rhs: Operand2::Imm(imm) }];
                term = Term::Branch { cond: Cond::Eq, then, otherwise };
            }
        }
        code.into_iter().for_each(|inst| self.push(inst));
        Some(term)
    }

    /// The function with its blocks in their final order.
    pub fn arrange(self) -> Func<VReg> {
        let order = self.order();
        let mut func = self.func;
        let mut number = vec![BlockId::ENTRY; func.blocks.len()];
        for (n, block) in order.iter().enumerate() {
            number[block.index()] = BlockId::new(n);
        }
        let mut old: Vec<Option<isa::BlockData<VReg>>> = func.blocks.drain(..).map(Some).collect();
        for block in order {
            let mut data = old[block.index()].take().expect("each block stands once in the order");
            for edge in data.term.edges_mut() {
                edge.target = number[edge.target.index()];
            }
            func.blocks.push(data);
        }
        func
    }

    /// Reverse post-order with the blocks of each loop together: a loop is one item in the sequence of what
    /// surrounds it, and stands where its header does.
    fn order(&self) -> Vec<BlockId> {
        let postorder = self.postorder();
        // For each loop, and for the function, its items in order: blocks and inner loops.
        let mut items: HashMap<Option<Block>, Vec<BlockId>> = HashMap::default();
        for &block in postorder.iter().rev() {
            let header = self.headers[block.index()];
            let is_header = header.is_some_and(|header| header.index() == block.index());
            let parent = if is_header {
                let header = header.expect("a header heads a loop");
                items.entry(Some(header)).or_default().push(block);
                self.flow.outer[header.index()]
            } else {
                header
            };
            items.entry(parent).or_default().push(block);
        }
        let mut order = Vec::with_capacity(postorder.len());
        // What remains of the sequences that are being walked, the innermost last.
        let mut walks = vec![(None, items.remove(&None).unwrap_or_default().into_iter())];
        while let Some((of, walk)) = walks.last_mut() {
            let of = *of;
            match walk.next() {
                None => {
                    walks.pop();
                }
                Some(block) => {
                    let header = self.headers[block.index()];
                    let opens = header.is_some_and(|header| header.index() == block.index()) && of != header;
                    if opens {
                        walks.push((header, items.remove(&header).unwrap_or_default().into_iter()));
                    } else {
                        order.push(block);
                    }
                }
            }
        }
        order
    }

    /// Successors before predecessors, except along back edges; among equals the source's order.
    fn postorder(&self) -> Vec<BlockId> {
        let count = self.func.blocks.len();
        let mut seen = vec![false; count];
        let mut postorder = Vec::with_capacity(count);
        let successors = |block: BlockId| {
            let mut targets: SmallVec<[BlockId; 4]> = self.func.block(block).term.successors().collect();
            // The way taken last in the walk comes first in the order.
            targets.sort_by_key(|target| self.source_position(*target));
            targets.dedup();
            targets.into_iter()
        };
        seen[0] = true;
        let mut walk = vec![(BlockId::ENTRY, successors(BlockId::ENTRY))];
        while let Some((block, rest)) = walk.last_mut() {
            match rest.next_back() {
                Some(next) => {
                    if !std::mem::replace(&mut seen[next.index()], true) {
                        walk.push((next, successors(next)));
                    }
                }
                None => {
                    postorder.push(*block);
                    walk.pop();
                }
            }
        }
        postorder
    }

    /// Blocks of the graph in their order, edges' own blocks after them.
    fn source_position(&self, block: BlockId) -> usize {
        block.index()
    }
}
