//! Tree covering: from values to instructions over virtual registers.
//!
//! Blocks are taken last to first and each block backwards, so that every use of a value is seen before its
//! definition: a value that nothing asked for is dead or was folded into its user, and needs no code. A node folds
//! into its user where it is pure, stands in the same block and has no other use; then the user's instruction does
//! its work. What a node needs in a register it asks for with `reg`.
//!
//! Invariant: the instructions of one node stay together, and of constants only `fresh` ones stand among them; so
//! nothing comes between a comparison and what reads its flags.

mod arith;
mod blocks;
mod call;
mod classes;
mod cond;
mod consts;
mod flags;
mod float;
mod late;
mod memory;
mod saturate;
mod wide;

use super::flow::{Flow, flow};
use super::ir::{BinOp, Block, Graph, Op, Place, Value};
use crate::hash::{HashMap, HashSet};
use crate::isa::{self, AluOp, Callees, Class, Func, Inst, Reg, Term, TrapCode, VReg};
use crate::options::{Optimize, Options};
use bitvec::vec::BitVec;
use consts::Consts;
use memory::Step;

struct Lower<'a> {
    graph: &'a Graph,
    callees: &'a Callees,
    optimize: Optimize,
    flow: Flow,
    /// How many operands of nodes, terminators and edges name the value.
    uses: Vec<u32>,
    /// The core register of a value that was asked for.
    regs: Vec<Option<VReg>>,
    /// The same of further results, and the registers of arguments that arrive in any.
    results: HashMap<(Value, u32), VReg>,
    arguments: Vec<Option<VReg>>,
    /// The single-precision register of a value's result that was asked for.
    singles: HashMap<(Value, u32), VReg>,
    /// The values that are defined in single-precision registers.
    classes: BitVec,
    func: Func<VReg>,
    consts: Consts,
    /// The block being covered.
    block: Block,
    /// Its instructions, last first.
    reversed: Vec<Inst<VReg>>,
    /// The instructions of the node being covered, first first.
    sequence: Vec<Inst<VReg>>,
    /// Innermost loop of every block of `func`.
    headers: Vec<Option<Block>>,
    /// Accesses of this block that also step their address.
    steps: HashMap<Value, Step>,
    /// Sums that are made on the ways out of their loops, and how often.
    passed_out: HashMap<Value, u32>,
    /// The node of this block that its terminator has made.
    made: Option<Value>,
    /// Whether limits that are no immediates are split.
    splits_limits: bool,
    /// Offsets of incoming arguments that tail calls replace.
    passed: HashSet<u32>,
}

/// Covers a graph whose blocks stand in order.
pub fn lower(graph: &Graph, tail_area: u32, callees: &Callees, options: &Options) -> Func<VReg> {
    let flow = flow(graph);
    let classes = if options.target.has_float_unit() { classes::singles(graph, &flow) } else { BitVec::EMPTY };
    let consts = Consts::new(graph, &flow, options.optimize);
    let empty = || isa::BlockData {
        params: smallvec::SmallVec::new(),
        insts: Vec::new(),
        term: Term::Trap(TrapCode::Unreachable),
        loop_depth: 0,
        cold: false,
    };
    let func = Func {
        blocks: graph.blocks.iter().map(|_| empty()).collect(),
        entry: Vec::new(),
        vregs: 0,
        outgoing: call::outgoing(graph),
        locals: graph.result_area,
        slots: 0,
        stack_check: options.stack_limit.is_some(),
        singles: BitVec::EMPTY,
        growth: call::growth(graph, tail_area),
        known: false,
        frame_pointer: graph.frame_moves,
    };
    let uses = graph.uses();
    let mut lower = Lower {
        graph,
        callees,
        optimize: options.optimize,
        passed_out: late::passed_out(graph, &flow, &uses),
        uses,
        made: None,
        regs: vec![None; graph.nodes.len()],
        results: HashMap::default(),
        arguments: vec![None; graph.arguments.len()],
        singles: HashMap::default(),
        classes,
        func,
        consts,
        block: Block::ENTRY,
        reversed: Vec::new(),
        sequence: Vec::new(),
        headers: flow.header.clone(),
        flow,
        steps: HashMap::default(),
        splits_limits: options.optimize == Optimize::Speed,
        passed: call::passed(graph),
    };
    for block in graph.block_ids().rev() {
        lower.cover(block);
    }
    for (place, reg) in graph.arguments.iter().zip(&lower.arguments) {
        if let (&Place::Reg(at), &Some(reg)) = (place, reg) {
            lower.func.entry.push((reg, at));
        }
    }
    consts::unite(&mut lower.func, &lower.consts);
    lower.arrange()
}

impl Lower<'_> {
    fn cover(&mut self, block: Block) {
        self.block = block;
        debug_assert!(self.reversed.is_empty());
        self.terminator(block);
        self.flush();
        let graph = self.graph;
        for (n, &value) in graph.block(block).body.iter().enumerate().rev() {
            if self.made == Some(value) {
                self.made = None;
            } else if graph.op(value).has_effect() || self.is_wanted(value) {
                if self.step_at_access(block, n) {
                    continue;
                }
                self.node(value);
            } else if let Some(step) = self.steps.remove(&value) {
                // The access that was to do the step is not needed after all.
                self.node(step.sum());
            }
            self.flush();
        }
        for &param in &graph.block(block).params {
            self.ask_for_sources(param);
            self.convert(param);
        }
        self.flush();
        let insts = flags::share(self.consts.finish_block(block, &self.flow, &mut self.reversed));
        let params = graph.block(block).params.iter().map(|&param| self.native(param)).collect();
        let data = &mut self.func.blocks[block.index()];
        data.insts = insts;
        data.params = params;
        data.loop_depth = self.flow.depth[block.index()];
        data.cold |= graph.block(block).cold;
    }

    /// Ends a node: its instructions go before what is there.
    fn flush(&mut self) {
        while let Some(inst) = self.sequence.pop() {
            self.reversed.push(inst);
        }
        self.consts.settle(self.reversed.len());
    }

    fn push(&mut self, inst: Inst<VReg>) {
        self.sequence.push(inst);
    }

    /// Whether code that comes later asked for the value or for one of its further results.
    fn is_wanted(&self, value: Value) -> bool {
        let results = match self.graph.op(value) {
            Op::AddLong | Op::SubLong | Op::MulLong { .. } | Op::MulAddAdd => 2,
            Op::AddWide | Op::SubWide => 4,
            Op::Routine(index) => self.graph.calls[index as usize].results.len() as u32,
            _ => 1,
        };
        (0..results).any(|n| self.result_reg(value, n).is_some() || self.singles.contains_key(&(value, n)))
    }

    /// Whether code that comes later reads this very value from a register.
    fn is_reg_wanted(&self, value: Value) -> bool {
        let node = self.graph.node(value);
        match node.op {
            Op::Const(_) | Op::Address(..) => true,
            Op::Result(n) => self.results.contains_key(&(node.args[0], n)),
            Op::Argument(n) => self.arguments[n as usize].is_some() || self.regs[value.index()].is_some(),
            _ => self.regs[value.index()].is_some(),
        }
    }

    /// The core register that holds a value.
    fn reg(&mut self, value: Value) -> VReg {
        let node = self.graph.node(value);
        match node.op {
            Op::Const(c) => self.constant(isa::Const::Int(c)),
            Op::Address(symbol, addend) => self.constant(isa::Const::Address(symbol, addend)),
            Op::Result(n) => self.core_result(node.args[0], n),
            Op::Argument(n) if matches!(self.graph.arguments[n as usize], Place::Reg(reg) if reg.class() == Class::Core) => {
                self.argument(n)
            }
            _ => {
                let func = &mut self.func;
                *self.regs[value.index()].get_or_insert_with(|| func.new_vreg())
            }
        }
    }

    /// The register that argument word `n` arrives in.
    fn argument(&mut self, n: u32) -> VReg {
        let func = &mut self.func;
        let is_single = matches!(self.graph.arguments[n as usize], Place::Reg(reg) if reg.class() == Class::Single);
        let new = || if is_single { func.new_single() } else { func.new_vreg() };
        *self.arguments[n as usize].get_or_insert_with(new)
    }

    /// The core register of a value that is going to be moved: a cheap constant is built in its place.
    fn own_reg(&mut self, value: Value) -> VReg {
        match self.graph.constant(value).map(isa::Const::Int) {
            Some(constant) if consts::is_cheap(constant) => self.fresh(constant),
            _ => self.reg(value),
        }
    }

    /// The core register of result `n` of a node.
    fn core_result(&mut self, value: Value, n: u32) -> VReg {
        if n == 0 {
            return self.dest(value);
        }
        let func = &mut self.func;
        *self.results.entry((value, n)).or_insert_with(|| func.new_vreg())
    }

    /// The core register that a node's own value goes to, whether or not anything reads it.
    fn dest(&mut self, value: Value) -> VReg {
        let func = &mut self.func;
        *self.regs[value.index()].get_or_insert_with(|| func.new_vreg())
    }

    /// Whether the value's only user, in this block, may do its work.
    fn folds(&self, value: Value) -> bool {
        let node = self.graph.node(value);
        self.uses[value.index()] == 1
            && node.block == self.block
            && node.op.is_pure()
            && self.regs[value.index()].is_none()
            && !self.singles.contains_key(&(value, 0))
    }

    /// The operands of a value that folds and is this operation.
    fn folded_binary(&self, op: BinOp, value: Value) -> Option<(Value, Value)> {
        let node = self.graph.node(value);
        (node.op == Op::Binary(op) && self.folds(value)).then(|| (node.args[0], node.args[1]))
    }

    /// The same with a constant as the second operand.
    fn folded_const(&self, op: BinOp, value: Value) -> Option<(Value, u32)> {
        let (a, b) = self.folded_binary(op, value)?;
        Some((a, self.graph.constant(b)?))
    }

    fn node(&mut self, value: Value) {
        self.ask_for_sources(value);
        self.definition(value);
        self.convert(value);
    }

    /// The instructions that define a node's results in their classes.
    fn definition(&mut self, value: Value) {
        let node = self.graph.node(value);
        let args = &node.args;
        match node.op {
            Op::Param | Op::Const(_) | Op::Address(..) => {
                unreachable!("{:?} does not stand in a block's body", node.op)
            }
            // Their registers are defined elsewhere.
            Op::Result(_) => {}
            Op::Argument(n) => self.stack_argument(value, n),
            Op::Binary(op) => self.binary(value, op, args[0], args[1]),
            Op::Unary(op) => self.unary(value, op, args[0]),
            Op::FloatBinary(op) => self.float_binary(value, op, args[0], args[1]),
            Op::FloatUnary(op) => self.float_unary(value, op, args[0]),
            Op::Compare(_) | Op::CompareLong(_) | Op::FloatCompare(_) | Op::FloatOverflows { .. } => {
                self.truth_value(value);
            }
            Op::Select if self.class(value) == Class::Single => self.float_select(value, args[0], args[1], args[2]),
            Op::Select => self.select(value, args[0], args[1], args[2]),
            Op::AddLong => self.add_long(value),
            Op::SubLong => self.sub_long(value),
            Op::MulLong { signed } => self.mul_long(value, signed),
            Op::MulAddAdd => self.mul_add_add(value),
            Op::AddWide => self.carried(value, AluOp::Add, AluOp::Adc),
            Op::SubWide => self.carried(value, AluOp::Sub, AluOp::Sbc),
            Op::Load(access) => self.load(value, args[0], access),
            Op::Store(access) => self.store(value, args[0], args[1], access),
            Op::TrapIf(code) => self.trap_if(args[0], code),
            Op::Call(index) | Op::Routine(index) => self.call(value, index as usize),
            Op::FrameTop => unreachable!("frames have their places"),
            Op::SetStack => self.set_stack(args[0]),
            Op::ResultArea(offset) => {
                let rd = self.dest(value);
                self.push(Inst::StackAddr { rd, area: isa::StackArea::Locals, offset });
            }
        }
    }

    /// The register of result `n` of a node, if anything asked for it.
    fn result_reg(&self, value: Value, n: u32) -> Option<VReg> {
        if n == 0 { self.regs[value.index()] } else { self.results.get(&(value, n)).copied() }
    }

    fn returned(&mut self, values: &[(Value, Reg)]) -> smallvec::SmallVec<[(VReg, Reg); 2]> {
        values.iter().map(|&(value, reg)| (self.own(value, reg.class()), reg)).collect()
    }
}
