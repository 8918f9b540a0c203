//! Which functions are inlined at their calls, from a census that `reach` takes while it looks into the bodies.
//!
//! Functions are taken callees first, so that the size of each is known with what it inlines itself. One is inlined
//! at all of its direct calls or at none: where the object does not become larger by it, which is so for those
//! with a single call and for those that are hardly longer than a call, or little larger, for those that are small. Calls in
//! loops and in functions that can be running several times run often: where those are all, or nearly all, the object may become
//! larger, up to a share of the module. What nothing else needs then is not compiled.
//!
//! Sizes are weights, estimates in halfwords of code. Invariant: no function that can be running twice is inlined, so inlining
//! ends, and none with tail calls, since those leave the function that they stand in. In a relocatable object functions with a
//! frame keep it to themselves, and what a linker may replace is called.

use super::components::{Member, components};
use super::linking::{Binding, SymbolPlace};
use super::order::Order;
use super::{Entity, Module};
use crate::options::Optimize;
use wasmparser::Operator;

/// The weight of a function with all that it inlines.
const LARGEST: u32 = 4_000;

/// What a function that can be running several times may take in: all of its activations pay for the frame.
const IN_RECURSION: u32 = 64;

/// How deep inlined bodies nest.
const DEPTH: u32 = 12;

/// By how much inlining a function of at most so much may enlarge the object for the sake of speed.
const SMALL: u32 = 32;
const GROWTH: i64 = 40;

/// The same where calls run often: for functions of at most so much, by how much the module may grow, or which share of it.
const OFTEN: u32 = 48;
const ROOM: i64 = 400;
const SHARE: i64 = 50;

/// What a call takes besides its arguments, and a function besides its body.
const CALL: u32 = 3;
const FRAME: u32 = 3;

/// What the bodies of the functions that can run say.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Census {
    bodies: Vec<Body>,
    /// The direct calls, body by body.
    calls: Vec<Site>,
    /// The blocks around the next operator: whether each is a loop.
    blocks: Vec<bool>,
    /// How many of those are.
    loops: u32,
    /// The operator before.
    before: Before,
    /// The global that is the stack pointer.
    stack_pointer: Option<u32>,
}

/// A direct call.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Site {
    pub callee: u32,
    in_loop: bool,
}

/// What an operator costs depends on the one that made its second operand.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
enum Before {
    #[default]
    Other,
    Constant,
    Extension,
}

#[derive(Clone, PartialEq, Eq, Debug, Default)]
struct Body {
    weight: u32,
    /// Its calls, as a range of `calls`.
    first: u32,
    end: u32,
    /// Whether it has tail calls.
    leaves: bool,
    /// Whether it has a frame of its own.
    frame: bool,
}

impl Census {
    pub fn functions(&self) -> usize {
        self.bodies.len()
    }

    pub fn new(functions: usize, stack_pointer: Option<u32>) -> Census {
        Census { bodies: vec![Body::default(); functions], stack_pointer, ..Census::default() }
    }

    /// Starts with the body of a function.
    pub fn open(&mut self, function: u32) {
        let first = self.calls.len() as u32;
        self.bodies[function as usize] = Body { first, end: first, ..Body::default() };
    }

    /// Counts the next operator of the function that was opened last.
    pub fn operator(&mut self, function: u32, operator: &Operator<'_>) {
        let body = &mut self.bodies[function as usize];
        body.weight = body.weight.saturating_add(weight(operator, self.before));
        self.before = match operator {
            Operator::I64Const { .. } => Before::Constant,
            Operator::I64ExtendI32S | Operator::I64ExtendI32U => Before::Extension,
            _ => Before::Other,
        };
        let site = |callee| Site { callee, in_loop: self.loops > 0 };
        match *operator {
            Operator::Block { .. } | Operator::If { .. } => self.blocks.push(false),
            Operator::Loop { .. } => {
                self.blocks.push(true);
                self.loops += 1;
            }
            // The last one of a body ends no block.
            Operator::End => self.loops -= u32::from(self.blocks.pop().unwrap_or(false)),
            Operator::Call { function_index } => {
                self.calls.push(site(function_index));
                body.end += 1;
            }
            Operator::ReturnCall { function_index } => {
                self.calls.push(site(function_index));
                body.end += 1;
                body.leaves = true;
            }
            Operator::ReturnCallIndirect { .. } => body.leaves = true,
            Operator::GlobalGet { global_index } => body.frame |= Some(global_index) == self.stack_pointer,
            _ => {}
        }
    }

    pub fn sites(&self, function: u32) -> &[Site] {
        let body = &self.bodies[function as usize];
        &self.calls[body.first as usize..body.end as usize]
    }
}

/// Halfwords of code that an operator makes, roughly; what becomes part of others makes none.
fn weight(operator: &Operator<'_>, before: Before) -> u32 {
    use Operator as O;
    match operator {
        O::LocalGet { .. } | O::LocalSet { .. } | O::LocalTee { .. } | O::I32Const { .. } | O::I64Const { .. } => 0,
        O::Nop | O::Drop | O::Block { .. } | O::Loop { .. } | O::End | O::Return => 0,
        O::I32WrapI64 | O::I64ExtendI32U | O::I64ExtendI32S | O::I32ReinterpretF32 | O::F32ReinterpretI32 => 0,
        O::I64ReinterpretF64 | O::F64ReinterpretI64 => 0,
        O::I32Add | O::I32Sub | O::I32And | O::I32Or | O::I32Xor | O::I32Shl | O::I32ShrS | O::I32ShrU => 1,
        O::I32Mul | O::I32Eqz | O::I32Eq | O::I32Ne | O::I32LtS | O::I32LtU | O::I32GtS | O::I32GtU => 1,
        O::I32LeS | O::I32LeU | O::I32GeS | O::I32GeU | O::Br { .. } | O::BrIf { .. } | O::If { .. } | O::Else => 1,
        O::Call { .. } | O::Select | O::GlobalGet { .. } | O::GlobalSet { .. } | O::F64Const { .. } => 3,
        O::I64Mul => match before {
            Before::Extension => 2,
            Before::Constant => 4,
            Before::Other => 5,
        },
        O::I64Shl | O::I64ShrS | O::I64ShrU | O::I64Rotl | O::I64Rotr => match before {
            Before::Constant => 2,
            Before::Extension | Before::Other => 7,
        },
        O::CallIndirect { .. } | O::I64DivS | O::I64DivU | O::I64RemS | O::I64RemU => 8,
        O::I32TruncF32S | O::I32TruncF32U | O::I32TruncF64S | O::I32TruncF64U => 12,
        O::I64TruncF32S | O::I64TruncF32U | O::I64TruncF64S | O::I64TruncF64U => 16,
        O::MemoryGrow { .. } | O::MemoryCopy { .. } | O::MemoryFill { .. } | O::MemoryInit { .. } => 12,
        O::TableGrow { .. } | O::TableCopy { .. } | O::TableFill { .. } | O::TableInit { .. } => 12,
        O::BrTable { targets } => 8 + targets.len(),
        _ => 2,
    }
}

/// For each function, whether it is inlined wherever it is called directly. `reached` are the functions that can run,
/// `referenced` those whose reference is taken.
pub fn plan(module: &Module<'_>, census: &Census, reached: &[bool], referenced: &[bool], optimize: Optimize) -> Plan {
    let count = module.functions.len();
    let mut needed = referenced.to_vec();
    for export in &module.exports {
        if let Entity::Function(index) = export.entity {
            needed[index as usize] = true;
        }
    }
    let addressed = module.linking.iter().flat_map(|linking| &linking.addressed);
    addressed.chain(&module.start).for_each(|&index| needed[index as usize] = true);
    let mut plan = Plan { inlined: vec![false; count], compiled: reached.to_vec(), order: Order::default() };
    let calls = Calls::new(census, count);
    let order = components(census, reached);
    let mut weights: Vec<u32> = census.bodies.iter().map(|body| body.weight).collect();
    let total: i64 = weights.iter().map(|&weight| i64::from(weight)).sum();
    let mut room = ROOM.max(total / SHARE);
    let mut depths = vec![0; count];
    for &Member { function, recursive } in &order.members {
        let index = function as usize;
        let callers = calls.callers(function);
        if module.functions[index].import.is_some() || recursive || callers.is_empty() {
            continue;
        }
        if census.bodies[index].leaves || census.bodies[index].frame || is_replaceable(module, function) {
            continue;
        }
        let weight = weights[index];
        let params = module.signature(function).params().len() as u32;
        let fits = |site: &Caller| {
            let caller = site.function as usize;
            let room = if order.recursive[caller] { IN_RECURSION } else { LARGEST };
            weight <= CALL || weight <= room && weights[caller].saturating_add(weight) <= LARGEST
        };
        let kept = if needed[index] { 0 } else { i64::from(weight + FRAME) };
        let each = i64::from(weight) - i64::from(CALL + params);
        let growth = callers.len() as i64 * each - kept;
        let often = callers.iter().filter(|site| site.in_loop || order.recursive[site.function as usize]).count();
        let seldom = growth - often as i64 * each;
        let (most, taken) = match optimize {
            Optimize::Speed if weight <= SMALL && growth <= GROWTH => (GROWTH, 0),
            Optimize::Speed if weight <= OFTEN && seldom <= GROWTH => (room, growth.max(0)),
            Optimize::Speed | Optimize::Size => (6, 0),
        };
        if growth > most || depths[index] >= DEPTH || !callers.iter().all(fits) {
            continue;
        }
        room -= taken;
        for site in callers {
            let caller = site.function as usize;
            weights[caller] = weights[caller].saturating_add(weight);
            depths[caller] = depths[caller].max(depths[index] + 1);
        }
        plan.inlined[index] = true;
        plan.compiled[index] = needed[index];
    }
    plan.order = Order::new(module, census, &order, &plan.inlined);
    plan
}

/// Whether a linker may take another definition for the function.
fn is_replaceable(module: &Module<'_>, function: u32) -> bool {
    let symbols = module.linking.iter().flat_map(|linking| &linking.symbols);
    symbols.into_iter().any(|symbol| symbol.place == SymbolPlace::Function(function) && symbol.binding == Binding::Weak)
}

/// What `plan` decides, each by function.
pub struct Plan {
    pub inlined: Vec<bool>,
    /// Functions that have code of their own, imports that can be called included.
    pub compiled: Vec<bool>,
    pub order: Order,
}

/// A call, as its callee sees it.
#[derive(Copy, Clone, Default)]
struct Caller {
    function: u32,
    in_loop: bool,
}

/// For each function, the calls of it.
struct Calls {
    /// Of function N, those from `first[N]` to `first[N + 1]`.
    first: Vec<u32>,
    callers: Vec<Caller>,
}

impl Calls {
    fn new(census: &Census, count: usize) -> Calls {
        let mut first = vec![0; count + 1];
        census.calls.iter().for_each(|site| first[site.callee as usize + 1] += 1);
        for index in 0..count {
            first[index + 1] += first[index];
        }
        let mut next = first.clone();
        let mut callers = vec![Caller::default(); census.calls.len()];
        for function in 0..count as u32 {
            for &Site { callee, in_loop } in census.sites(function) {
                let place = &mut next[callee as usize];
                callers[*place as usize] = Caller { function, in_loop };
                *place += 1;
            }
        }
        Calls { first, callers }
    }

    fn callers(&self, function: u32) -> &[Caller] {
        let index = function as usize;
        &self.callers[self.first[index] as usize..self.first[index + 1] as usize]
    }
}

#[cfg(test)]
mod tests {
    use crate::options::{Optimize, Options};
    use crate::wasm::{layout, parse};

    /// The functions that are inlined, and those that have code of their own.
    fn planned(fields: &str, optimize: Optimize) -> (Vec<usize>, Vec<usize>) {
        let wasm = wat::parse_str(format!("(module {fields})")).expect("the text is a module");
        let module = parse(&wasm).expect("the module is valid");
        let options = Options { optimize, ..Options::default() };
        let layout = layout(&module, &options).expect("everything fits");
        let which = |list: &[bool]| (0..list.len()).filter(|&index| list[index]).collect();
        (which(&layout.inlined), which(&layout.reachable))
    }

    fn in_speed(fields: &str) -> (Vec<usize>, Vec<usize>) {
        planned(fields, Optimize::Speed)
    }

    #[test]
    fn functions_with_one_call_and_chains_of_them() {
        let text = "(func (export \"e\") (call 1)) (func (call 2)) (func (unreachable))";
        assert_eq!(in_speed(text), (vec![1, 2], vec![0]));
    }

    #[test]
    fn what_can_be_running_twice_stays() {
        let text = "(func (export \"e\") (call 1)) (func (call 2)) (func (call 3)) (func (call 1) (call 4)) (func)";
        assert_eq!(in_speed(text), (vec![4], vec![0, 1, 2, 3]));
    }

    #[test]
    fn what_is_needed_otherwise_has_code_too() {
        let text =
            "(func (export \"e\") (call 1) (call 2) (call 3) (drop (ref.func 2))) (func (export \"f\")) (func) (func)
            (elem declare func 2) (start 3)";
        assert_eq!(in_speed(text), (vec![1, 2, 3], vec![0, 1, 2, 3]));
    }

    #[test]
    fn what_leaves_by_a_tail_call_stays() {
        let text = "(func (export \"e\") (call 1)) (func (return_call 2)) (func (return_call_indirect (i32.const 0)))
            (table 1 funcref)";
        assert_eq!(in_speed(text), (vec![], vec![0, 1, 2]));
    }

    #[test]
    fn speed_pays_for_small_functions_and_size_does_not() {
        let body = "(i32.mul (i32.add (local.get 0) (i32.const 3)) (i32.sub (local.get 0) (i32.const 5)))".repeat(5);
        let small = format!("(func (param i32) (result i32) {body} {})", "i32.add ".repeat(4));
        let calls = "(drop (call 1 (i32.const 2)))".repeat(3);
        let text = format!("(func (export \"e\") {calls}) {small}");
        assert_eq!(planned(&text, Optimize::Speed).0, [1]);
        assert!(planned(&text, Optimize::Size).0.is_empty());
    }

    #[test]
    fn calls_that_run_often_pay_for_more_than_those_that_run_once() {
        let body = "(i32.mul (i32.add (local.get 0) (i32.const 3)) (i32.sub (local.get 0) (i32.const 5)))".repeat(7);
        let callee = format!("(func (param i32) (result i32) {body} {})", "i32.add ".repeat(6));
        let calls = |count: usize| "(drop (call 1 (i32.const 2)))".repeat(count);
        let inlined = |body: &str| in_speed(&format!("(func (export \"e\") {body}) {callee}")).0;
        assert!(inlined(&calls(4)).is_empty());
        assert_eq!(inlined(&format!("(loop {})", calls(4))), [1]);
        assert_eq!(inlined(&format!("(call 0) {}", calls(4))), [1]);
        assert!(inlined(&format!("(loop {})", calls(40))).is_empty(), "what a module grows by is bounded");
        assert!(inlined(&format!("(loop) (block {})", calls(4))).is_empty());
    }

    #[test]
    fn nesting_is_bounded() {
        let chain: String = (2..41).map(|n| format!("(func (call {n}))")).collect();
        let (inlined, compiled) = in_speed(&format!("(func (export \"e\") (call 1)) {chain} (func)"));
        assert!(compiled.len() > 1 && inlined.len() > 30, "{compiled:?}");
    }
}
