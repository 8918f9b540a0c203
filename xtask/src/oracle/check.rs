//! One module, both sides: the object on the emulated core against the module on the reference, call by call with state
//! carried along.
//!
//! First `<module>_init` against instantiation, then every exported function with edge-case and random arguments, in rounds.
//! After each call these must agree: results or trap code, the log of import calls, all bytes of all memories, the size words,
//! mutable exported globals, and the entries of all tables.
//!
//! An access out of bounds that is masked goes somewhere in the memory: what the call does then is not compared, but it
//! accesses nothing else, and both sides then start afresh.
//!
//! A call that the reference cannot finish within its fuel, or whose behaviour the options leave undefined (an
//! out-of-bounds access without bounds checks), is not compared; both sides then start afresh.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use synth::error::Error;
use synth::options::{Alignment, Bounds, Options};

use super::abi::Standard;
use super::compare;
use super::hosts;
use super::interface::{self, Function, ImportKind, Interface, Signature};
use super::link::{self, Provided};
use super::machine::{self, Machine};
use super::reference::{self, Compiled, Reference};
use super::rewrite;
use super::stub::Surroundings;
use super::value::{self, Random, Type, Value};
use crate::replay::{Import, Kind, Recorded, Recording, Step, hash};

/// Instructions that a call may always take, and for each unit of fuel that the reference spent.
const FREE_INSTRUCTIONS: u64 = 500_000;
const INSTRUCTIONS_PER_FUEL: u64 = 200;
/// The same in a call that traps: a trap hides how much fuel was spent, since the engine keeps that in a register.
const TRAPPING_INSTRUCTIONS: u64 = 50_000_000;
/// For each byte that a call might clear or copy.
const INSTRUCTIONS_PER_BYTE: u64 = 8;
/// Loop iterations and calls that a generated module may spend in one call from outside.
pub const GENERATED_FUEL: i32 = 300;
/// Calls of imports by one call that are recorded: their arguments and answers take a board's flash.
const MAX_RECORDED_IMPORTS: usize = 200;
/// Calls of one module at most.
const MAX_CALLS: usize = 400;

/// What came of one module, and sums over its calls.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Report {
    /// Calls made on the reference.
    pub calls: u64,
    /// Calls compared that returned.
    pub returned: u64,
    /// Calls out of bounds that accessed nothing outside a memory and its padding, where addresses are masked.
    pub confined: u64,
    /// Calls compared that trapped, by trap code.
    pub traps: [u64; 9],
    /// Instructions executed on the emulated core.
    pub instructions: u64,
    /// What differs.
    pub failure: Option<String>,
    /// Why nothing was compared. Never together with a failure.
    pub skipped: Option<String>,
}

impl Report {
    /// Calls compared that trapped.
    pub fn trapped(&self) -> u64 {
        self.traps.iter().sum()
    }

    pub fn passed(&self) -> bool {
        self.failure.is_none() && self.skipped.is_none()
    }
}

/// Why a module was not compared to its end.
enum Stop {
    Skip(String),
    Fail(String),
}

/// Compiles `wasm` and compares it with the reference over `calls` calls of each export.
pub fn check_module(wasm: &[u8], options: &Options, calls: u32, seed: u64) -> Report {
    let prepared = prepare(wasm, options);
    finish(
        prepared.and_then(|prepared| {
            let object = compile(wasm, &prepared.options)?;
            Ok((prepared, object))
        }),
        calls,
        seed,
    )
}

/// As [`check_module`], and records what is compared, up to the first call that is not.
pub fn record_module(wasm: &[u8], options: &Options, calls: u32, seed: u64) -> (Report, Recording) {
    let mut recording = Recording::default();
    let prepared = prepare(wasm, options).and_then(|prepared| {
        let object = compile(wasm, &prepared.options)?;
        Ok((prepared, object))
    });
    let report = compare_sides(prepared, calls, seed, Some(&mut recording));
    (report, recording)
}

/// As [`check_module`], for an object that is already there. It must reserve what
/// [`interface::with_reserves`] asks for.
pub fn check_object(wasm: &[u8], object: &[u8], options: &Options, calls: u32, seed: u64) -> Report {
    let prepared = prepare(wasm, options);
    finish(prepared.map(|prepared| (prepared, object.to_vec())), calls, seed)
}

fn finish(input: Result<(Prepared, Vec<u8>), Stop>, calls: u32, seed: u64) -> Report {
    compare_sides(input, calls, seed, None)
}

fn compare_sides(
    input: Result<(Prepared, Vec<u8>), Stop>,
    calls: u32,
    seed: u64,
    recording: Option<&mut Recording>,
) -> Report {
    let mut report = Report::default();
    let result = input.and_then(|(prepared, object)| {
        let recorder = recording.is_some().then(|| Recorder::new(&prepared, &object));
        let mut sides = Sides::new(&prepared, &object, recorder)?;
        let result = sides.run(calls, seed, &mut report);
        report.instructions = sides.machine.instructions();
        if let (Some(recording), Some(recorder)) = (recording, sides.recorder) {
            *recording = recorder.recording;
        }
        result
    });
    match result {
        Ok(()) => {}
        Err(Stop::Skip(reason)) => report.skipped = Some(reason),
        Err(Stop::Fail(reason)) => report.failure = Some(reason),
    }
    report
}

/// The reference's side of a module, compiled.
struct Prepared {
    interface: Interface,
    options: Options,
    reference: Compiled,
}

fn prepare(wasm: &[u8], options: &Options) -> Result<Prepared, Stop> {
    let interface = interface::read(wasm, options).map_err(Stop::Skip)?;
    if let Some(function) = interface.functions.iter().find(|it| it.signature.is_none()) {
        let name = &function.name;
        return Err(Stop::Skip(format!("export {name}: values of its types cannot be passed")));
    }
    if let Some(symbol) = interface::duplicate_import(&interface) {
        return Err(Stop::Skip(format!("two imports have the symbol {symbol}")));
    }
    let observable = rewrite::export_state(wasm, &interface);
    let observable = observable.map_err(|error| Stop::Skip(error.to_string()))?;
    let observable = hosts::as_functions(&observable).map_err(Stop::Skip)?;
    let reference = reference::compile(&observable, &interface);
    let reference = reference.map_err(|error| Stop::Skip(format!("reference: {error}")))?;
    let options = interface::with_reserves(options, &interface);
    Ok(Prepared { interface, options, reference })
}

fn compile(wasm: &[u8], options: &Options) -> Result<Vec<u8>, Stop> {
    let compiled = catch_unwind(AssertUnwindSafe(|| synth::compile(wasm, options)));
    let compiled = compiled.map_err(|panic| {
        let message = panic.downcast_ref::<String>().map(String::as_str);
        let message = message.or_else(|| panic.downcast_ref::<&str>().copied());
        Stop::Fail(format!("the compiler panicked: {}", message.unwrap_or("?")))
    })?;
    match compiled {
        Ok(compiled) => Ok(compiled.object),
        Err(error @ (Error::Unsupported { .. } | Error::Limit { .. })) => Err(Stop::Skip(format!("compiler: {error}"))),
        Err(error @ Error::Invalid { .. }) => Err(Stop::Fail(format!("compiler: {error}"))),
    }
}

/// Both sides of a comparison, in the same state.
struct Sides<'a> {
    prepared: &'a Prepared,
    machine: Machine,
    surroundings: Surroundings,
    reference: Reference,
    /// Function references that both sides have shown.
    seen: BTreeSet<u64>,
    recorder: Option<Recorder>,
}

impl<'a> Sides<'a> {
    fn new(prepared: &'a Prepared, object: &[u8], recorder: Option<Recorder>) -> Result<Sides<'a>, Stop> {
        let mut surroundings = Surroundings::new(&prepared.interface);
        let provided = provided(&prepared.interface, &prepared.options);
        let image = link::link(object, &provided, |name| surroundings.provides(name));
        let image = image.map_err(Stop::Fail)?;
        surroundings.know(&image, &prepared.interface);
        let unaligned_traps = prepared.options.alignment == Alignment::Bytes;
        let machine = Machine::new(image, unaligned_traps, Standard::of(prepared.options.target));
        let machine = machine.map_err(Stop::Fail)?;
        let reference = prepared.reference.instantiate();
        let reference = reference.map_err(|error| Stop::Skip(format!("reference: {error}")))?;
        Ok(Sides { prepared, machine, surroundings, reference, seen: BTreeSet::new(), recorder })
    }

    fn run(&mut self, calls: u32, seed: u64, report: &mut Report) -> Result<(), Stop> {
        let interface = &self.prepared.interface;
        if !self.initialise()? {
            return Ok(());
        }
        let callable = |function: &&Function| function.signature.is_some();
        let functions: Vec<&Function> = interface.functions.iter().filter(callable).collect();
        let total = (functions.len() * calls as usize).min(MAX_CALLS);
        let mut random = Random::new(seed);
        for (number, function) in functions.iter().cycle().take(total).enumerate() {
            let signature = function.signature.as_ref().expect("only such functions are called");
            let memory = self.memory_size();
            let arguments: Vec<Value> =
                signature.parameters.iter().map(|&ty| self.argument(&mut random, ty, memory)).collect();
            report.calls += 1;
            let compared = self.compare_call(function, signature, &arguments);
            match compared
                .map_err(|error| Stop::Fail(format!("call {number}: {}{arguments:?}: {error}", function.name)))?
            {
                Compared::Returned => report.returned += 1,
                Compared::Trapped(code) => report.traps[usize::from(code)] += 1,
                not @ (Compared::Confined | Compared::Not) => {
                    if let Some(recorder) = &mut self.recorder {
                        recorder.ended = true;
                    }
                    report.confined += u64::from(not == Compared::Confined);
                    let fresh = self.prepared.reference.instantiate();
                    self.reference = fresh.map_err(Stop::Skip)?;
                    self.machine.reset().map_err(Stop::Fail)?;
                    self.surroundings.log = Default::default();
                    self.seen.clear();
                    self.initialise()?;
                }
            }
        }
        Ok(())
    }

    /// An argument; a function reference is null or one that has been shown.
    fn argument(&self, random: &mut Random, ty: Type, memory: u64) -> Value {
        if ty != Type::FuncRef || self.seen.is_empty() || random.below(4) == 0 {
            return value::argument(random, ty, memory);
        }
        let number = self.seen.iter().nth(random.below(self.seen.len() as u64) as usize);
        Value::new(ty, number.copied().unwrap_or(0))
    }

    /// Runs `<module>_init` against what instantiation did; whether there are functions to call now.
    fn initialise(&mut self) -> Result<bool, Stop> {
        let bounds = self.prepared.options.bounds;
        let expected = self.reference.started.clone();
        if undefined(&expected, bounds) {
            return Ok(false);
        }
        let name = format!("{}_init", self.prepared.options.module_name);
        let init = self.machine.image().global(&name);
        let init = init.ok_or_else(|| Stop::Fail(format!("the object defines no {name}")))?;
        let limit = self.limit();
        let fail = |error: String| Stop::Fail(format!("{name}: {error}"));
        let outcome = self.machine.call(init, &[], &[], limit, &mut self.surroundings);
        let compared = compare_outcomes(&outcome, &expected).map_err(fail)?;
        self.compare_state().map_err(fail)?;
        self.record(&name, &[], &[], outcome).map_err(fail)?;
        Ok(matches!(compared, Compared::Returned))
    }

    fn compare_call(
        &mut self,
        function: &Function,
        signature: &Signature,
        arguments: &[Value],
    ) -> Result<Compared, String> {
        self.refuel()?;
        let expected = self.reference.call(&function.name, arguments, &signature.results)?;
        let bounds = self.prepared.options.bounds;
        let is_masked = expected == reference::Outcome::Trapped(4) && bounds == Bounds::Mask;
        if undefined(&expected, bounds) && !is_masked {
            return Ok(Compared::Not);
        }
        let address = self.machine.image().global(&function.symbol);
        let address = address.ok_or_else(|| format!("no global symbol {}", function.symbol))?;
        let limit = match expected {
            reference::Outcome::Trapped(code) if code != 8 && !is_masked => self.limit().max(TRAPPING_INSTRUCTIONS),
            _ => self.limit(),
        };
        let references = self.surroundings.references();
        let passed: Vec<Value> = arguments.iter().map(|&value| references.to_core(value)).collect();
        let raw = self.machine.call(address, &passed, &signature.results, limit, &mut self.surroundings);
        let outcome = match raw.clone() {
            machine::Outcome::Broken(error) if is_masked => return Err(error),
            _ if is_masked => return Ok(Compared::Confined),
            machine::Outcome::Returned(values) => {
                let references = self.surroundings.references();
                machine::Outcome::Returned(values.into_iter().map(|value| references.from_core(value)).collect())
            }
            ended @ (machine::Outcome::Trapped(_) | machine::Outcome::Endless { .. } | machine::Outcome::Broken(_)) => {
                ended
            }
        };
        let exhausted = expected == reference::Outcome::Trapped(8);
        if exhausted && !matches!(outcome, machine::Outcome::Broken(_)) {
            // Where a stack ends differs, and so does what was done before. A recursion that has become a loop does not end.
            let both = outcome == machine::Outcome::Trapped(8);
            if let Some(recorder) = &mut self.recorder {
                recorder.ended = true;
            }
            self.restart()?;
            return Ok(if both { Compared::Trapped(8) } else { Compared::Not });
        }
        let compared = compare_outcomes(&outcome, &expected)?;
        self.compare_state()?;
        self.record(&function.symbol, &passed, &signature.results, raw)?;
        if let reference::Outcome::Returned(values) = &expected {
            self.note(values);
        }
        Ok(compared)
    }

    /// Records a call that was compared, and the state behind it.
    fn record(
        &mut self,
        symbol: &str,
        arguments: &[Value],
        results: &[Type],
        outcome: machine::Outcome,
    ) -> Result<(), String> {
        let Some(recorder) = self.recorder.as_mut().filter(|recorder| !recorder.ended) else {
            return Ok(());
        };
        let interface = &self.prepared.interface;
        let fuel = interface.globals.iter().find(|global| global.name == rewrite::FUEL);
        if let Some(fuel) = fuel.filter(|_| !recorder.recording.steps.is_empty()) {
            recorder.step(&fuel.symbol, symbol, Kind::Write(GENERATED_FUEL.cast_unsigned()), Vec::new());
        }
        let first = std::mem::replace(&mut recorder.logged, self.surroundings.log.calls.len());
        if recorder.logged - first > MAX_RECORDED_IMPORTS {
            recorder.ended = true;
            return Ok(());
        }
        let imports = (first as u64..).zip(&self.surroundings.log.calls[first..]).map(|(count, call)| {
            let ImportKind::Function(signature) = &interface.imports[call.import].kind else {
                unreachable!("only functions are called");
            };
            let results = value::answer(call.import, count, &call.arguments, &signature.results);
            Import { number: call.import as u32, arguments: call.arguments.clone(), results }
        });
        let call = Kind::Call { arguments: arguments.to_vec(), results: results.to_vec(), outcome };
        recorder.step(symbol, symbol, call, imports.collect());
        for global in interface.globals.iter().filter(|global| !matches!(global.ty, Type::FuncRef | Type::ExternRef)) {
            if let Some(address) = self.machine.image().global(&global.symbol) {
                let value = Value::from_bytes(global.ty, &self.machine.read(address, global.ty.size())?);
                recorder.step(&global.symbol, symbol, Kind::Value(value), Vec::new());
            }
        }
        for memory in &interface.memories {
            if let Some(address) = self.machine.image().global(&memory.symbol) {
                let bytes = self.machine.read(address, memory.sizes.reserved as u32)?;
                let kind = Kind::Bytes { count: bytes.len() as u32, hash: hash(&bytes) };
                recorder.step(&memory.symbol, symbol, kind, Vec::new());
            }
        }
        Ok(())
    }

    /// Remembers function references, which may be arguments from now on.
    fn note(&mut self, values: &[Value]) {
        let references = values.iter().filter(|value| value.ty == Type::FuncRef && value.bits != 0);
        self.seen.extend(references.map(|value| value.bits));
    }

    /// The most instructions that the call which the reference has just made may take.
    fn limit(&self) -> u64 {
        let memories = self.prepared.interface.memories.iter();
        let bytes: u64 = memories.map(|memory| memory.sizes.reserved).sum();
        let fuel = self.reference.spent().saturating_mul(INSTRUCTIONS_PER_FUEL);
        FREE_INSTRUCTIONS + bytes * INSTRUCTIONS_PER_BYTE + fuel
    }

    fn restart(&mut self) -> Result<(), String> {
        self.reference = self.prepared.reference.instantiate()?;
        self.machine.reset()?;
        self.surroundings.log = Default::default();
        self.seen.clear();
        match self.initialise() {
            Ok(_) => Ok(()),
            Err(Stop::Skip(error) | Stop::Fail(error)) => Err(error),
        }
    }

    fn compare_state(&mut self) -> Result<(), String> {
        if let Some(difference) = self.surroundings.log.difference(self.reference.log()) {
            return Err(difference);
        }
        let functions = self.surroundings.references();
        let seen = compare::state(&self.machine, functions, &mut self.reference, &self.prepared.interface)?;
        self.note(&seen);
        Ok(())
    }

    /// Gives generated modules the same fuel on both sides.
    fn refuel(&mut self) -> Result<(), String> {
        let globals = &self.prepared.interface.globals;
        let Some(fuel) = globals.iter().find(|global| global.name == rewrite::FUEL) else {
            return Ok(());
        };
        let address = self.machine.image().global(&fuel.symbol);
        let address = address.ok_or_else(|| format!("no global symbol {}", fuel.symbol))?;
        self.reference.set_global(&fuel.name, Value::i32(GENERATED_FUEL))?;
        self.machine.write(address, &GENERATED_FUEL.to_le_bytes())
    }

    /// Bytes of the first memory now.
    fn memory_size(&mut self) -> u64 {
        let first = self.prepared.interface.memories.first();
        let memory = first.and_then(|memory| self.reference.memory(&memory.export));
        memory.map_or(0, |bytes| bytes.len() as u64)
    }
}

/// What is compared, for machines elsewhere.
struct Recorder {
    recording: Recording,
    /// Calls of imports so far.
    logged: usize,
    /// From the first call on that was not compared.
    ended: bool,
}

impl Recorder {
    fn new(prepared: &Prepared, object: &[u8]) -> Recorder {
        let imports = prepared.interface.imports.iter().zip(0..);
        let functions = imports.filter(|(import, _)| matches!(import.kind, ImportKind::Function(_)));
        let data = provided(&prepared.interface, &prepared.options);
        let recorded = Recorded {
            bytes: object.to_vec(),
            imports: functions.map(|(import, number)| (number, import.symbol.clone())).collect(),
            // The stack's limit is that of the machine.
            data: data
                .into_iter()
                .filter(|data| Some(&data.symbol) != prepared.options.stack_limit.as_ref())
                .map(|data| (data.symbol, data.bytes))
                .collect(),
            ..Recorded::default()
        };
        Recorder { recording: Recording { objects: vec![recorded], steps: Vec::new() }, logged: 0, ended: false }
    }

    fn step(&mut self, symbol: &str, call: &str, kind: Kind, imports: Vec<Import>) {
        let label = format!("{call}: {symbol}");
        self.recording.push(Step { object: 0, symbol: symbol.to_string(), kind, imports, label });
    }
}

/// How a call took part.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
enum Compared {
    Returned,
    /// With a trap code of the object ABI.
    Trapped(u8),
    /// Only as far as masked addresses promise.
    Confined,
    Not,
}

/// Whether the options leave open what the object does here.
fn undefined(expected: &reference::Outcome, bounds: Bounds) -> bool {
    match expected {
        reference::Outcome::OutOfFuel => true,
        reference::Outcome::Trapped(4) => bounds != Bounds::Trap,
        reference::Outcome::Trapped(_) | reference::Outcome::Returned(_) => false,
    }
}

fn compare_outcomes(ours: &machine::Outcome, expected: &reference::Outcome) -> Result<Compared, String> {
    let differ = || Err(format!("{ours:?}, expected {expected:?}"));
    match (ours, expected) {
        (machine::Outcome::Endless { .. }, _) => {
            Err(format!("does not return within its instructions; expected {expected:?}"))
        }
        (machine::Outcome::Broken(error), _) => Err(format!("{error}; expected {expected:?}")),
        (machine::Outcome::Trapped(ours), reference::Outcome::Trapped(expected)) => {
            if ours == expected {
                Ok(Compared::Trapped(*ours))
            } else {
                differ()
            }
        }
        (machine::Outcome::Returned(ours), reference::Outcome::Returned(expected)) => {
            let same = ours.iter().zip(expected).all(|(a, b)| a.agrees(*b));
            if same { Ok(Compared::Returned) } else { differ() }
        }
        _ => differ(),
    }
}

/// Data symbols of imported memories, tables and globals, with size words, and the word of the stack's limit.
fn provided(interface: &Interface, options: &Options) -> Vec<Provided> {
    let mut provided = Vec::new();
    let mut add = |symbol: String, bytes: Vec<u8>| provided.push(Provided { symbol, bytes });
    if let Some(symbol) = &options.stack_limit {
        add(symbol.clone(), machine::STACK_LIMIT.to_le_bytes().to_vec());
    }
    for (index, import) in interface.imports.iter().enumerate() {
        let symbol = &import.symbol;
        let mut add_sized = |sizes: interface::Sizes, bytes: u64| {
            add(symbol.clone(), vec![0; bytes as usize]);
            for (suffix, size) in [("size", sizes.minimum), ("max", sizes.reserved)] {
                add(format!("{symbol}.{suffix}"), (size as u32).to_le_bytes().to_vec());
            }
        };
        match &import.kind {
            ImportKind::Function(_) => {}
            // A masked access may reach its width past the end.
            ImportKind::Memory { sizes, .. } => add_sized(*sizes, sizes.reserved + 8),
            ImportKind::Table { sizes, .. } => add_sized(*sizes, sizes.reserved * 4),
            ImportKind::Global { ty, mutable } => {
                add(symbol.clone(), value::initial(index, *ty, *mutable).to_bytes());
            }
        }
    }
    provided
}
