//! Random functions: the checker accepts them, and they execute as before; mutations are found.

use super::super::placed::Step;
use super::super::{Flow, Operands, allocatable, cache, check, place, placed};
use super::build::{Builder, Rng, jump};
use super::execute::execute;
use crate::isa::{
    Addr, AluOp, BlockId, Call, CallTarget, Class, Cond, Const, Edge, FloatAddr, FloatAluOp, FloatUnaryOp, Func, Inst,
    Lsb, MemSize, Offset, Operand2, PairOffset, Reg, RegSet, ShiftOp, ShortOffset, StackArea, Symbol, Term, TestOp,
    TrapCode, VReg,
};
use crate::options::Optimize;

/// A structured program over mutable variables, made into SSA form as it grows.
struct Random {
    rng: Rng,
    b: Builder,
    /// Those in core registers, then those in single-precision registers.
    vars: Vec<VReg>,
    cores: usize,
    /// Variables that may be written here.
    writable: Vec<usize>,
    depth: u32,
    /// How many more instructions may be made.
    budget: usize,
}

fn random_function(seed: u64) -> Func<VReg> {
    random_function_with(seed, 0)
}

/// A function with up to as many variables in single-precision registers.
fn random_function_with(seed: u64, singles: usize) -> Func<VReg> {
    let mut rng = Rng::new(seed);
    let cores = [3, 6, 9, 12, 16, 25, 60][rng.below(7)];
    let count = cores + if singles == 0 { 0 } else { rng.below(singles) };
    let args = rng.below(5).min(cores) as u8;
    let (b, vars) = Builder::new(args);
    let budget = 20 + rng.below(250);
    let mut random = Random { rng, b, vars, cores, writable: (0..count).collect(), depth: 0, budget };
    while random.vars.len() < cores {
        let v = random.leaf();
        random.vars.push(v);
    }
    let arriving = random.rng.below(17).min(count - cores) as u8;
    for reg in (0..arriving).map(Reg::single) {
        let v = random.b.func.new_single();
        random.b.func.entry.push((v, reg));
        random.vars.push(v);
    }
    while random.vars.len() < count {
        let v = random.float_leaf();
        random.vars.push(v);
    }
    let size = 3 + random.rng.below(30);
    random.body(size, 3);
    random.finish();
    random.b.func
}

impl Random {
    fn var(&mut self) -> VReg {
        self.vars[self.rng.below(self.cores)]
    }

    /// A variable in a single-precision register, if there are any.
    fn float_var(&mut self) -> Option<VReg> {
        let floats = self.vars.len() - self.cores;
        (floats > 0).then(|| self.vars[self.cores + self.rng.below(floats)])
    }

    fn write(&mut self, v: VReg) {
        let class = self.b.func.class(v);
        let is_own = |&var: &usize| (var < self.cores) == (class == Class::Core);
        let own: Vec<usize> = self.writable.iter().copied().filter(is_own).collect();
        if !own.is_empty() {
            self.vars[own[self.rng.below(own.len())]] = v;
        }
    }

    fn finish(&mut self) {
        if self.rng.one_in(4) {
            let target = self.var();
            let args = (0..4).map(|n| (self.var(), Reg::new(n))).collect();
            let target = CallTarget::Register(target);
            let call = Call { target, args, results: Default::default(), clobbers: RegSet::CALLER_SAVED };
            self.b.end(self.b.at, Term::TailCall(Box::new(call)));
        } else {
            let mut values: Vec<VReg> = (0..1 + self.rng.below(4)).map(|_| self.var()).collect();
            values.extend((0..self.rng.below(5)).filter_map(|_| self.float_var()));
            self.b.ret(&values);
        }
    }

    /// A value made of nothing.
    fn leaf(&mut self) -> VReg {
        let number = self.rng.below(1000) as u32;
        match self.rng.below(4) {
            0 => self.b.def(|rd| Inst::Const { rd, value: Const::Int(number) }),
            1 => self.b.def(|rd| Inst::StackAddr { rd, area: StackArea::Locals, offset: number }),
            2 => {
                let addr = Addr::Stack(StackArea::Incoming, number);
                self.b.def(|rt| Inst::Load { size: MemSize::Word, rt, addr })
            }
            _ => {
                let addr = Addr::Stack(StackArea::Locals, number);
                self.b.def(|rt| Inst::Load { size: MemSize::Word, rt, addr })
            }
        }
    }

    /// A float made of nothing.
    fn float_leaf(&mut self) -> VReg {
        let number = self.rng.below(1000) as u32;
        let v = self.b.func.new_single();
        let addr = |area| FloatAddr::Stack(area, 4 * number);
        self.b.push(match self.rng.below(4) {
            0 => Inst::Const { rd: v, value: Const::Float(1f32.to_bits()) },
            1 => Inst::Const { rd: v, value: Const::Float(number) },
            2 => Inst::FloatLoad { sd: v, addr: addr(StackArea::Incoming) },
            _ => Inst::FloatLoad { sd: v, addr: addr(StackArea::Locals) },
        });
        v
    }

    /// An instruction on floats; none where there are no variables for them.
    fn float_inst(&mut self) {
        let (Some(a), Some(b), Some(c)) = (self.float_var(), self.float_var(), self.float_var()) else {
            return;
        };
        let core = self.var();
        let cond = Cond::ALL[self.rng.below(14)];
        let v = match self.rng.below(10) {
            0 => self.b.func.new_vreg(),
            _ => self.b.func.new_single(),
        };
        let offset = PairOffset::new(16).expect("in range");
        let inst = match (self.b.func.class(v), self.rng.below(8)) {
            (Class::Core, _) => Inst::ToCore { rt: v, sn: a },
            (Class::Single, 0) => Inst::ToFloat { sn: v, rt: core },
            (Class::Single, 1) => Inst::FloatUnary { op: FloatUnaryOp::Mov, sd: v, sm: a },
            (Class::Single, 2) => Inst::FloatLoad { sd: v, addr: FloatAddr::Offset(core, offset) },
            (Class::Single, 3) => {
                self.b.push(Inst::FloatStore { sd: a, addr: FloatAddr::Offset(core, offset) });
                return;
            }
            (Class::Single, 5) => {
                let rn = self.b.func.new_vreg();
                self.b.push(Inst::FloatStoreUpdate { down: true, sd: a, rn, old: core });
                self.write(rn);
                let rn = self.b.func.new_vreg();
                self.b.push(Inst::FloatLoadUpdate { down: false, sd: v, rn, old: core });
                self.write(rn);
                self.write(v);
                return;
            }
            (Class::Single, 4) => {
                self.b.push(Inst::FloatCompare { sn: a, sm: Some(b) });
                self.b.push(Inst::FloatFlags);
                let inst = Inst::FloatUnary { op: FloatUnaryOp::Neg, sd: v, sm: b };
                Inst::If { cond, old: c, inst: Box::new(inst) }
            }
            (Class::Single, _) => Inst::FloatAlu { op: FloatAluOp::Add, sd: v, sn: a, sm: b },
        };
        self.b.push(inst);
        self.write(v);
    }

    fn body(&mut self, size: usize, nesting: u32) {
        for _ in 0..size {
            if self.budget == 0 {
                return;
            }
            self.budget -= 1;
            match self.rng.below(24) {
                0 | 1 if nesting > 0 => self.branch(nesting - 1),
                2 if nesting > 0 => self.repeat(nesting - 1),
                3 | 4 => self.call(),
                5 | 6 => {
                    let v = self.leaf();
                    self.write(v);
                }
                7 if self.vars.len() > self.cores => {
                    let v = self.float_leaf();
                    self.write(v);
                }
                8..=15 if self.vars.len() > self.cores => self.float_inst(),
                _ => self.inst(),
            }
        }
    }

    fn inst(&mut self) {
        let (x, y, z, w) = (self.var(), self.var(), self.var(), self.var());
        let cond = Cond::ALL[self.rng.below(14)];
        let offset = ShortOffset::new(4).expect("in range");
        let (first, second) = (self.b.func.new_vreg(), self.b.func.new_vreg());
        let (size, signed) = (MemSize::Word, false);
        let alu = |s, rd| Inst::Alu { op: AluOp::Add, s, rd, rn: x, rhs: Operand2::Reg(y) };
        let inst = match self.rng.below(17) {
            0 => alu(true, first),
            1 => Inst::Alu { op: AluOp::Eor, s: false, rd: first, rn: x, rhs: Operand2::Reg(y) },
            2 => Inst::Mov { s: false, rd: first, rhs: Operand2::Reg(x) },
            3 => Inst::MulLong { signed, rdlo: first, rdhi: second, rn: x, rm: y },
            4 => {
                let (oldlo, oldhi) = (z, w);
                Inst::MulAddLong { signed, rdlo: first, rdhi: second, oldlo, oldhi, rn: x, rm: y }
            }
            5 => {
                let lsb = Lsb::new(3).expect("in range");
                Inst::BitInsert { rd: first, old: z, rn: x, lsb, width: 4 }
            }
            6 => Inst::Test { op: TestOp::Cmp, rn: x, rhs: Operand2::Reg(y) },
            7 => Inst::If { cond, old: z, inst: Box::new(alu(false, first)) },
            8 => {
                let addr = Addr::Index(x, y, 2);
                Inst::If { cond, old: x, inst: Box::new(Inst::Load { size, rt: first, addr }) }
            }
            9 => {
                let addr = Addr::Offset(x, Offset::new(8).expect("in range"));
                Inst::Store { size, rt: y, addr }
            }
            10 => Inst::LoadUpdate { size, pre: true, rt: second, rn: first, old: x, offset },
            11 => Inst::StoreUpdate { size, pre: false, rt: y, rn: first, old: x, offset },
            12 => Inst::StoreUpdate { size, pre: false, rt: x, rn: first, old: x, offset },
            13 => Inst::MulAdd { sub: false, rd: first, rn: x, rm: y, ra: z },
            14 => Inst::Shift { op: ShiftOp::Lsl, s: false, rd: first, rn: x, rm: y },
            15 => Inst::TrapIfZero { nonzero: false, rn: x, code: TrapCode::DivideByZero },
            _ => alu(false, first),
        };
        let mut defs = Vec::new();
        inst.visit(|v, role| {
            if !role.is_use() {
                defs.push(v);
            }
        });
        self.b.push(inst);
        for v in defs {
            if !self.rng.one_in(8) {
                self.write(v);
            }
        }
    }

    fn call(&mut self) {
        let target = if self.rng.one_in(2) {
            CallTarget::Register(self.var())
        } else {
            CallTarget::Symbol(Symbol::Function(self.rng.below(5) as u32))
        };
        let mut args: Vec<VReg> = (0..self.rng.below(5)).map(|_| self.var()).collect();
        let mut results: Vec<VReg> = (0..self.rng.below(3)).map(|_| self.b.func.new_vreg()).collect();
        if self.vars.len() > self.cores {
            args.extend((0..self.rng.below(17)).filter_map(|_| self.float_var()));
            results.extend((0..self.rng.below(5)).map(|_| self.b.func.new_single()));
        }
        let args = self.b.places(&args).into_iter().collect();
        // A private convention leaves some registers alone.
        let mut clobbers = RegSet::CALLER_SAVED;
        if self.rng.one_in(3) {
            clobbers.remove(Reg::new(3));
            clobbers.insert(Reg::R4);
        }
        let with_regs = self.b.places(&results).into_iter().collect();
        self.b.push(Inst::Call(Box::new(Call { target, args, results: with_regs, clobbers })));
        results.into_iter().for_each(|v| self.write(v));
    }

    /// A branch of two to four ways that meet again, except those that trap.
    fn branch(&mut self, nesting: u32) {
        let (ways, from) = (2 + self.rng.below(3), self.b.at);
        let (rn, cond) = (self.var(), Cond::ALL[self.rng.below(14)]);
        let saved = self.vars.clone();
        let (mut starts, mut ends) = (Vec::new(), Vec::new());
        for way in 0..ways {
            let (start, _) = self.b.block(0, self.depth);
            starts.push(start);
            self.vars.clone_from(&saved);
            let size = self.rng.below(6);
            self.body(size, nesting);
            if way > 0 && self.rng.one_in(5) {
                self.b.func.blocks[self.b.at.index()].cold = true;
            } else {
                ends.push((self.b.at, self.vars.clone()));
            }
        }
        let mut targets = starts.into_iter().map(Edge::to);
        let mut next = || targets.next().expect("at least two ways");
        let term = match (ways, self.rng.below(2)) {
            (2, 0) => Term::Branch { cond, then: next(), otherwise: next() },
            (2, _) => Term::BranchZero { rn, zero: next(), nonzero: next() },
            _ => Term::Table { rn, targets: targets.collect() },
        };
        self.b.end(from, term);
        self.meet(&ends);
    }

    /// A block where control flow from all `ends` meets, each with its values of the variables.
    fn meet(&mut self, ends: &[(BlockId, Vec<VReg>)]) {
        let params: Vec<usize> = (0..self.vars.len())
            .filter(|&var| {
                let differs = ends.iter().any(|(_, vars)| vars[var] != ends[0].1[var]);
                differs || self.rng.one_in(10)
            })
            .collect();
        let (join, vregs) = self.b.block_of(&self.classes(&params), self.depth);
        for (end, vars) in ends {
            let args: Vec<VReg> = params.iter().map(|&var| vars[var]).collect();
            self.b.end(*end, jump(join, &args));
        }
        self.vars.clone_from(&ends[0].1);
        for (&var, v) in params.iter().zip(vregs) {
            self.vars[var] = v;
        }
    }

    /// The classes of variables.
    fn classes(&self, vars: &[usize]) -> Vec<Class> {
        vars.iter().map(|&var| if var < self.cores { Class::Core } else { Class::Single }).collect()
    }

    /// A loop that carries some variables, permuted on the way back, with one or two exits.
    fn repeat(&mut self, nesting: u32) {
        let carried: Vec<usize> = self.writable.clone().into_iter().filter(|_| self.rng.one_in(2)).collect();
        let before = self.b.at;
        self.depth += 1;
        let (header, params) = self.b.block_of(&self.classes(&carried), self.depth);
        let args: Vec<VReg> = carried.iter().map(|&var| self.vars[var]).collect();
        self.b.end(before, jump(header, &args));
        for (&var, &v) in carried.iter().zip(&params) {
            self.vars[var] = v;
        }
        let outer = std::mem::replace(&mut self.writable, carried.clone());
        let entered = self.vars.clone();
        let size = self.rng.below(8);
        self.body(size, nesting);
        let early = self.rng.one_in(3).then(|| (self.b.at, self.vars.clone()));
        if early.is_some() {
            self.b.block(0, self.depth);
        }
        let inside = self.b.at;
        let size = self.rng.below(8);
        self.body(size, nesting);
        let latch = self.b.at;
        let (back, _) = self.b.block(0, self.depth);
        let mut args: Vec<VReg> = carried.iter().map(|&var| self.vars[var]).collect();
        for index in 0..args.len() {
            if self.rng.one_in(4) {
                let other = self.rng.below(args.len());
                if self.b.func.class(args[index]) == self.b.func.class(args[other]) {
                    args.swap(index, other);
                }
            }
        }
        self.b.end(back, jump(header, &args));
        self.depth -= 1;
        self.writable = outer;
        let mut ends = Vec::new();
        if let Some((at, vars)) = early {
            let (exit, _) = self.b.block(0, self.depth);
            self.branch_on_flags(at, exit, inside);
            ends.push((exit, vars));
        }
        let (exit, _) = self.b.block(0, self.depth);
        self.branch_on_flags(latch, back, exit);
        // What the loop does not carry keeps its value.
        let mut vars = self.vars.clone();
        for var in (0..vars.len()).filter(|var| !carried.contains(var)) {
            vars[var] = entered[var];
        }
        ends.push((exit, vars));
        self.meet(&ends);
    }

    fn branch_on_flags(&mut self, at: BlockId, then: BlockId, otherwise: BlockId) {
        let cond = Cond::ALL[self.rng.below(14)];
        let (then, otherwise) = (Edge::to(then), Edge::to(otherwise));
        self.b.end(at, Term::Branch { cond, then, otherwise });
    }
}

const FUEL: usize = 300;

#[test]
fn random_functions_execute_as_before() {
    for seed in 0..3000 {
        let func = random_function(seed);
        let expected = execute(&func, FUEL);
        let cached = cache(func.clone(), Optimize::Speed, true);
        assert_eq!(execute(&cached, FUEL), expected, "seed {seed}");
    }
}

/// Functions with up to 60 floats, beyond what there are registers for.
#[test]
fn random_functions_of_floats_execute_as_before() {
    for seed in 0..3000 {
        let func = random_function_with(seed, [4, 20, 60][seed as usize % 3]);
        let expected = execute(&func, FUEL);
        let cached = cache(func.clone(), Optimize::Speed, true);
        assert_eq!(execute(&cached, FUEL), expected, "seed {seed}");
    }
}

/// Functions with frames so large that r12 is reserved.
#[test]
fn random_functions_with_large_frames_execute_as_before() {
    for seed in 0..300 {
        let mut func = random_function(seed);
        func.locals = 5000;
        let expected = execute(&func, FUEL);
        let cached = cache(func, Optimize::Speed, true);
        assert!(super::super::reserves_scratch(&cached));
        assert_eq!(execute(&cached, FUEL), expected, "seed {seed}");
    }
}

/// The checker may refuse a mutation that does no harm, but accepts none that does.
#[test]
fn mutations_are_rejected() {
    let (mut tried, mut rejected) = (0, 0);
    for seed in 0..600 {
        let func = random_function_with(seed, if seed % 2 == 0 { 0 } else { 40 });
        let flow = Flow::new(&func, Optimize::Speed);
        let allocatable = allocatable(&func);
        let (plan, right) = place(&func, &flow, &Operands::new(&func, &flow), Optimize::Speed, allocatable);
        let mut rng = Rng::new(seed ^ 0xabcd);
        for _ in 0..4 {
            let mut wrong = right.clone();
            if !mutate(&mut wrong, &mut rng) || wrong == right {
                continue;
            }
            tried += 1;
            match check::check(&func, &wrong, allocatable) {
                Err(_) => rejected += 1,
                Ok(()) => {
                    let cached = placed::finish(&func, &plan.site, wrong);
                    assert_eq!(execute(&cached, FUEL), execute(&func, FUEL), "seed {seed}");
                }
            }
        }
    }
    assert!(rejected * 10 > tried * 8, "{rejected} of {tried} mutations are rejected");
}

/// Drops a move or renames a register in a random step.
fn mutate(placed: &mut placed::Placed, rng: &mut Rng) -> bool {
    let index = rng.below(placed.blocks.len());
    let steps = &mut placed.blocks[index].steps;
    if steps.is_empty() {
        return false;
    }
    let at = rng.below(steps.len());
    match &mut steps[at] {
        Step::Move(_) => {
            steps.remove(at);
        }
        Step::Inst { inst, .. } => {
            let (from, to) = (Reg::new(rng.below(6) as u8), Reg::new(rng.below(6) as u8));
            *inst = inst.map(&mut |reg, _| if reg == from { to } else { reg });
        }
    }
    true
}
