//! Calls: arguments to their places, results from theirs.
//!
//! A tail call passes its callee what the caller of this function will see as outgoing arguments: the words on the
//! stack go to where this function's own have arrived (AAPCS32 6.4.2 lets a callee change them). Those that are there
//! already stay. A word that some tail call replaces is read in the area `Passed`, whose loads are never issued
//! again, any other one in `Incoming`.

use super::Lower;
use crate::hash::HashSet;
use crate::isa::{
    Addr, AluOp, Call, CallTarget, Class, Cond, Const, FloatAddr, Growth, Inst, MemSize, ModImm, Offset, Operand2, Reg,
    StackArea, Symbol, Term, TestOp, TrapCode, VReg,
};
use crate::select::ir::{self, CallInfo, Callee, Graph, Op, Place, Value};
use smallvec::SmallVec;

/// Every tail call with its arguments.
fn tail_calls(graph: &Graph) -> impl Iterator<Item = (&CallInfo, &[Value])> {
    graph.blocks.iter().filter_map(|block| match &block.term {
        ir::Term::TailCall { call, args } => Some((&graph.calls[*call as usize], args.as_slice())),
        ir::Term::Jump(_)
        | ir::Term::Branch { .. }
        | ir::Term::Table { .. }
        | ir::Term::Return(_)
        | ir::Term::Trap(_) => None,
    })
}

/// The words that a call passes, with their places.
fn places<'a>(info: &'a CallInfo, args: &'a [Value]) -> impl Iterator<Item = (Value, Place)> + 'a {
    let first = match info.callee {
        Callee::Symbol(_) => 0,
        Callee::Pointer => 1,
    };
    args[first..].iter().copied().zip(info.args.iter().copied())
}

/// Whether a value is what arrives in this place.
fn arrives(graph: &Graph, value: Value, place: Place) -> bool {
    matches!(graph.op(value), Op::Argument(n) if graph.arguments[n as usize] == place)
}

/// Bytes of stack for the arguments of calls that come back.
pub fn outgoing(graph: &Graph) -> u32 {
    let ops = graph.blocks.iter().flat_map(|block| &block.body).map(|&value| graph.op(value));
    let stack = ops.map(|op| match op {
        Op::Call(index) | Op::Routine(index) => graph.calls[index as usize].stack,
        _ => 0,
    });
    stack.max().unwrap_or(0)
}

impl Lower<'_> {
    /// The frame ends at the address `bottom` from now on. Below it are the areas that were below it in the beginning.
    pub fn set_stack(&mut self, bottom: Value) {
        let below = self.func.outgoing.next_multiple_of(8) + self.graph.below_frame;
        let (rn, old) = (self.func.new_vreg(), self.reg(bottom));
        let rhs = match ModImm::new(below) {
            Some(imm) => Operand2::Imm(imm),
            None => Operand2::Reg(self.constant(Const::Int(below))),
        };
        self.push(Inst::Alu { op: AluOp::Sub, s: false, rd: rn, rn: old, rhs });
        if self.func.stack_check {
            self.check_stack(rn);
        }
        self.push(Inst::SetStack { rn });
    }

    /// Traps unless sp may become `rn`: not below the limit, nor, since what was subtracted is any number, above the
    /// frame. With `limit <= frame`, as the prologue has checked, both are `rn - limit <= frame - limit`, unsigned.
    fn check_stack(&mut self, rn: VReg) {
        let word = self.constant(Const::Address(Symbol::StackLimit, 0));
        let [limit, frame, above, room] = [(); 4].map(|()| self.func.new_vreg());
        let addr = Addr::Offset(word, Offset::new(0).expect("0 is an offset"));
        self.push(Inst::Load { size: MemSize::Word, rt: limit, addr });
        self.push(Inst::StackAddr { rd: frame, area: StackArea::Locals, offset: 0 });
        for (rd, from) in [(above, rn), (room, frame)] {
            self.push(Inst::Alu { op: AluOp::Sub, s: false, rd, rn: from, rhs: Operand2::Reg(limit) });
        }
        self.push(Inst::Test { op: TestOp::Cmp, rn: above, rhs: Operand2::Reg(room) });
        self.push(Inst::TrapIf { cond: Cond::Hi, code: TrapCode::StackExhausted });
    }
}

/// Offsets of the words that tail calls put where others, or none, have arrived.
pub fn passed(graph: &Graph) -> HashSet<u32> {
    let words = tail_calls(graph).flat_map(|(info, args)| places(info, args));
    words
        .filter_map(|(value, place)| match place {
            Place::Stack(offset) if !arrives(graph, value, place) => Some(offset),
            Place::Stack(_) | Place::Reg(_) => None,
        })
        .collect()
}

/// What has to be done where tail calls pass more than the function got.
pub fn growth(graph: &Graph, area: u32) -> Option<Growth> {
    let words = graph.arguments.iter().map(|&place| match place {
        Place::Stack(offset) => offset + 4,
        Place::Reg(_) => 0,
    });
    let incoming = words.max().unwrap_or(0).next_multiple_of(8);
    let most = tail_calls(graph).map(|(info, _)| info.stack).max().unwrap_or(0);
    (most > incoming).then_some(Growth { incoming, area })
}

impl Lower<'_> {
    pub fn call(&mut self, value: Value, index: usize) {
        let graph = self.graph;
        let info = &graph.calls[index];
        // Cheap constants that code behind the call uses are built behind it.
        self.consts.flush_at_call(self.block);
        let (target, args) = self.passing(info, &graph.node(value).args, StackArea::Outgoing);
        let mut results = SmallVec::new();
        for (n, &reg) in info.results.iter().enumerate() {
            let result = match reg.class() {
                Class::Core => self.result_reg(value, n as u32),
                Class::Single => self.singles.get(&(value, n as u32)).copied(),
            };
            results.extend(result.map(|result| (result, reg)));
        }
        let clobbers = self.callees.changed(&target).union(info.results.iter().copied().collect());
        self.push(Inst::Call(Box::new(Call { target, args, results, clobbers })));
    }

    pub fn tail_call(&mut self, index: usize, args: &[Value]) -> Term<VReg> {
        let info = &self.graph.calls[index];
        let (target, args) = self.passing(info, args, StackArea::Passed);
        let clobbers = self.callees.changed(&target);
        Term::TailCall(Box::new(Call { target, args, results: SmallVec::new(), clobbers }))
    }

    /// Puts arguments on the stack: the callee, and what is left to pass in registers.
    fn passing(
        &mut self,
        info: &CallInfo,
        args: &[Value],
        area: StackArea,
    ) -> (CallTarget<VReg>, SmallVec<[(VReg, Reg); 4]>) {
        let target = match info.callee {
            Callee::Symbol(symbol) => CallTarget::Symbol(symbol),
            Callee::Pointer => CallTarget::Register(self.reg(args[0])),
        };
        let mut in_registers = Vec::new();
        for (value, place) in places(info, args) {
            match place {
                Place::Reg(reg) => in_registers.push((value, reg)),
                Place::Stack(_) if area == StackArea::Passed && arrives(self.graph, value, place) => {}
                Place::Stack(offset) if self.class(value) == Class::Single => {
                    let sd = self.single(value);
                    self.push(Inst::FloatStore { sd, addr: FloatAddr::Stack(area, offset) });
                }
                Place::Stack(offset) => {
                    let rt = self.own_reg(value);
                    self.push(Inst::Store { size: MemSize::Word, rt, addr: Addr::Stack(area, offset) });
                }
            }
        }
        let registers = in_registers.into_iter().map(|(value, reg)| (self.own(value, reg.class()), reg)).collect();
        (target, registers)
    }
}
