//! Instances of modules as objects: their symbols, the link step, and the machines that they run on.
//!
//! Every instance has a number in its script, which prefixes its symbols, so that no two objects define the same name.
//! Imports have symbols of their own too; the link step, which has checked the types, gives each the address of what it
//! imports. `spectest`, the module that scripts may import from, is a module like any other: instance 0.
//!
//! The oracle's linker adds each object to one machine, where all instances of a script live. With an [`External`] linker an
//! instance is an executable of its own, made of `spectest` and the module; modules that import from others are skipped then.

use std::collections::{BTreeMap, HashMap};

use synth::options::Options;
use wasmparser::WasmFeatures;

use super::compile::{compile, reserve};
use super::interface::{self, ExternType, Interface};
use super::pattern;
use crate::oracle::abi::Standard;
use crate::oracle::executable;
use crate::oracle::interface::elf_name;
use crate::oracle::library;
use crate::oracle::link::{Base, Provided, link_behind};
use crate::oracle::machine::{self, Answer, Host, Machine, Outcome};
use crate::oracle::value::{Type, Value};
use crate::replay::{Kind, Recorded, Recording, Step};

/// Makes an executable of objects.
pub type External<'a> = &'a (dyn Fn(&[&[u8]]) -> Result<Vec<u8>, String> + Sync);

/// The word that prologues compare sp with, where a script exhausts the stack.
pub const STACK_LIMIT: &str = "stack_limit";
/// The prefix of instance 0.
const SPECTEST: &str = "m0";
/// Instructions of one call.
pub const LIMIT: u64 = 200_000_000;

/// Why something of a script did not happen as it says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Stop {
    Skip(String),
    Fail(String),
}

/// How an instantiation ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Started {
    Running,
    Trapped(u8),
    Unlinkable(String),
}

#[derive(Clone, Debug)]
enum State {
    /// On the machine of this number.
    Running(usize),
    /// Not compiled, and why.
    Skipped(String),
    Failed,
}

#[derive(Clone, Debug)]
struct Export {
    ty: ExternType,
    symbol: String,
}

/// An instance, or what stands for one that could not be made.
#[derive(Clone, Debug)]
struct Instance {
    exports: HashMap<String, Export>,
    state: State,
    /// Whether a memory or table of it would have been grown, had it run.
    may_have_grown: bool,
}

/// All instances of a script.
pub struct Instances<'a> {
    options: Options,
    external: Option<External<'a>>,
    instances: Vec<Instance>,
    /// Instances that modules import from, by name.
    registered: HashMap<String, usize>,
    machines: Vec<Machine>,
    spectest: Vec<u8>,
    /// Pages by which the next module's memories may grow.
    growth: u64,
    recorder: Option<Recorder>,
}

/// What happens on the machine of all instances, for machines that have the memory of a board.
#[derive(Default)]
struct Recorder {
    recording: Recording,
    /// The directive that is executed.
    place: String,
    /// The objects of instances.
    objects: HashMap<usize, usize>,
}

/// Something to record of an instance's symbol.
enum Event<'e> {
    Call { arguments: &'e [Value], results: &'e [Type], outcome: &'e Outcome },
    Value(Value),
}

const SPECTEST_MODULE: &str = r#"(module
    (func (export "print"))
    (func (export "print_i32") (param i32))
    (func (export "print_i64") (param i64))
    (func (export "print_f32") (param f32))
    (func (export "print_f64") (param f64))
    (func (export "print_i32_f32") (param i32 f32))
    (func (export "print_f64_f64") (param f64 f64))
    (global (export "global_i32") i32 (i32.const 666))
    (global (export "global_i64") i64 (i64.const 666))
    (global (export "global_f32") f32 (f32.const 666.6))
    (global (export "global_f64") f64 (f64.const 666.6))
    (table (export "table") 10 20 funcref)
    (memory (export "memory") 1 2))"#;

impl<'a> Instances<'a> {
    /// `spectest` alone. Where what happens is `recorded`, less is reserved.
    ///
    /// # Errors
    /// Of the compiler, the linker or the machine.
    pub fn new(options: Options, external: Option<External<'a>>, recorded: bool) -> Result<Instances<'a>, String> {
        let mut instances = Instances {
            options,
            external,
            instances: Vec::new(),
            registered: HashMap::new(),
            machines: Vec::new(),
            spectest: Vec::new(),
            growth: 0,
            recorder: recorded.then(Recorder::default),
        };
        let wasm = wat::parse_str(SPECTEST_MODULE).map_err(|error| error.to_string())?;
        let interface = interface::read(&wasm, WasmFeatures::WASM2)?;
        let (number, started) = instances.instantiate(&wasm, &interface);
        match started {
            Ok(Started::Running) => {
                instances.register("spectest", number);
                Ok(instances)
            }
            other => Err(format!("spectest: {other:?}")),
        }
    }

    /// Says which directive is executed from now on.
    pub fn set_place(&mut self, place: impl FnOnce() -> String) {
        if let Some(recorder) = &mut self.recorder {
            recorder.place = place();
        }
    }

    /// What has been recorded.
    pub fn into_recording(self) -> Recording {
        self.recorder.map_or_else(Recording::default, |recorder| recorder.recording)
    }

    fn record(&mut self, instance: usize, symbol: &str, event: Event<'_>) {
        let exhausts = self.options.stack_limit.is_some();
        let Some(recorder) = &mut self.recorder else { return };
        // Where a stack ends without that, no machine has to notice.
        if matches!(event, Event::Call { outcome: Outcome::Trapped(8), .. }) && !exhausts {
            return;
        }
        let kind = match event {
            Event::Value(value) => Kind::Value(value),
            Event::Call { arguments, results, outcome } => {
                Kind::Call { arguments: arguments.to_vec(), results: results.to_vec(), outcome: outcome.clone() }
            }
        };
        if let Some(&object) = recorder.objects.get(&instance) {
            let (symbol, label) = (symbol.to_string(), recorder.place.clone());
            recorder.recording.push(Step { object, symbol, kind, imports: Vec::new(), label });
        }
    }

    /// Lets memories of modules from now on grow by as many pages, of the usual size, and some.
    pub fn reserve_pages(&mut self, pages: u64) {
        self.growth = pages;
    }

    pub fn register(&mut self, name: &str, instance: usize) {
        self.registered.insert(name.to_string(), instance);
    }

    /// Stands for a module that is none.
    pub fn failed(&mut self) -> usize {
        self.push(HashMap::new(), State::Failed)
    }

    fn push(&mut self, exports: HashMap<String, Export>, state: State) -> usize {
        self.instances.push(Instance { exports, state, may_have_grown: false });
        self.instances.len() - 1
    }

    /// Links, compiles and initialises a valid module. There is an instance in any case; only where it is running or
    /// skipped others can import from it.
    pub fn instantiate(&mut self, wasm: &[u8], interface: &Interface) -> (usize, Result<Started, Stop>) {
        let prefix = format!("m{}", self.instances.len());
        if interface.imports.iter().any(|import| import.ty.is_indexed()) {
            let reason = "imports of types that are compared by structure".to_string();
            let state = State::Skipped(reason.clone());
            return (self.push(HashMap::new(), state), Err(Stop::Skip(reason)));
        }
        let sources = match self.resolve(interface) {
            Ok(sources) => sources,
            Err(error) => return (self.failed(), Ok(Started::Unlinkable(error))),
        };
        let exports = self.exports(&prefix, interface, &sources);
        let loaded = self.load(&prefix, wasm, interface, &sources);
        let started = loaded.and_then(|machine| Ok((machine, self.initialise(&prefix, machine)?)));
        let (state, started) = match started {
            Ok((machine, Started::Running)) => (State::Running(machine), Ok(Started::Running)),
            Ok((_, ended)) => (State::Failed, Ok(ended)),
            Err(Stop::Skip(reason)) => (State::Skipped(reason.clone()), Err(Stop::Skip(reason))),
            Err(stop) => (State::Failed, Err(stop)),
        };
        let number = self.push(exports, state);
        if matches!(started, Err(Stop::Skip(_))) && interface.grows {
            for instance in sources.iter().map(|(source, _)| *source).chain([number]) {
                self.instances[instance].may_have_grown = true;
            }
        }
        (number, started)
    }

    /// For each import the instance and the name of the export that it takes.
    fn resolve(&self, interface: &Interface) -> Result<Vec<(usize, String)>, String> {
        let resolve = |import: &interface::Import| {
            let place = format!("import {:?}.{:?}", import.module, import.name);
            let unknown = || format!("{place}: unknown import");
            let number = *self.registered.get(&import.module).ok_or_else(unknown)?;
            let export = self.instances[number].exports.get(&import.name).ok_or_else(unknown)?;
            let offered = self.current(number, export).map_err(|error| format!("{place}: {error}"))?;
            interface::match_types(&offered, &import.ty).map_err(|error| format!("{place}: {error}"))?;
            Ok((number, import.name.clone()))
        };
        interface.imports.iter().map(resolve).collect()
    }

    /// The type of an export, with the current size as its minimum.
    fn current(&self, instance: usize, export: &Export) -> Result<ExternType, String> {
        let mut ty = export.ty.clone();
        let instance = &self.instances[instance];
        let machine = match instance.state {
            State::Running(machine) => Some(machine),
            State::Skipped(_) | State::Failed if instance.may_have_grown => None,
            State::Skipped(_) | State::Failed => return Ok(ty),
        };
        let size = || {
            let Some(machine) = machine else {
                return Ok(u64::from(u32::MAX));
            };
            let address = self.address(machine, &format!("{}.size", export.symbol))?;
            let bytes = self.machines[machine].read(address, 4)?;
            Ok::<u64, String>(Value::from_bytes(Type::I32, &bytes).bits)
        };
        match &mut ty {
            ExternType::Table(ty) => ty.initial = size()?,
            ExternType::Memory(ty) => ty.initial = size()? >> interface::page_log2(ty),
            ExternType::Function(_) | ExternType::Global(_) | ExternType::Tag => {}
        }
        Ok(ty)
    }

    fn address(&self, machine: usize, symbol: &str) -> Result<u32, String> {
        let address = self.machines[machine].image().global(symbol);
        address.ok_or_else(|| format!("no global symbol {symbol}"))
    }

    /// The symbols of a module's exports. Memories, tables and globals that are imported keep the symbol that they have.
    fn exports(&self, prefix: &str, interface: &Interface, sources: &[(usize, String)]) -> HashMap<String, Export> {
        let symbol = |export: &interface::Export| match (&export.ty, export.import) {
            (ExternType::Function(_), _) | (_, None) => elf_name(format!("{prefix}.{}", export.name)),
            (_, Some(import)) => {
                let (instance, name) = &sources[import];
                self.instances[*instance].exports[name].symbol.clone()
            }
        };
        let export = |export: &interface::Export| {
            let (ty, symbol) = (export.ty.clone(), symbol(export));
            (export.name.clone(), Export { ty, symbol })
        };
        interface.exports.iter().map(export).collect()
    }

    /// Whether modules can be linked with an instance.
    fn check_source(&self, instance: usize) -> Result<(), Stop> {
        match &self.instances[instance].state {
            State::Running(_) if self.external.is_some() && instance > 0 => {
                Err(Stop::Skip("imports from another module".to_string()))
            }
            State::Running(_) => Ok(()),
            State::Skipped(reason) => Err(Stop::Skip(reason.clone())),
            State::Failed => Err(Stop::Fail("imports from a module that failed".to_string())),
        }
    }

    /// The machine that has the module now.
    fn load(
        &mut self,
        prefix: &str,
        wasm: &[u8],
        interface: &Interface,
        sources: &[(usize, String)],
    ) -> Result<usize, Stop> {
        sources.iter().try_for_each(|(source, _)| self.check_source(*source))?;
        let mut options = self.options.clone();
        options.module_name = prefix.to_string();
        options.export_name = "{module}.{name}".to_string();
        options.import_name = match self.external {
            None => format!("{prefix}:{{module}}.{{name}}"),
            Some(_) => format!("{SPECTEST}.{{name}}"),
        };
        reserve(&mut options, interface, self.growth, self.recorder.is_some());
        let object = compile(wasm, &options)?;
        let loaded = match self.external {
            None => self.add(prefix, &object, interface, sources),
            Some(external) => self.link(external, object),
        };
        loaded.map_err(Stop::Fail)
    }

    /// Adds an object to the machine of all instances.
    fn add(
        &mut self,
        prefix: &str,
        object: &[u8],
        interface: &Interface,
        sources: &[(usize, String)],
    ) -> Result<usize, String> {
        let mut renamed = BTreeMap::new();
        let Some(machine) = self.machines.first() else {
            self.keep(object, renamed, sources);
            let symbol = STACK_LIMIT.to_string();
            let bytes = machine::STACK_LIMIT.to_le_bytes().to_vec();
            let provided = [Provided { symbol, bytes }];
            let image = link_behind(object, &provided, library::provides, &Base::empty())?;
            self.machines.push(Machine::new(image, false, Standard::of(self.options.target))?);
            return Ok(0);
        };
        let mut base = Base::behind(machine.image());
        for (import, (instance, name)) in interface.imports.iter().zip(sources) {
            let source = &self.instances[*instance].exports[name];
            let alias = elf_name(format!("{prefix}:{}.{}", import.module, import.name));
            let suffixes: &[&str] = match source.ty {
                ExternType::Table(_) | ExternType::Memory(_) => &["", ".size", ".max"],
                ExternType::Function(_) | ExternType::Global(_) | ExternType::Tag => &[""],
            };
            for suffix in suffixes {
                let address = self.address(0, &format!("{}{suffix}", source.symbol))?;
                base.symbols.insert(format!("{alias}{suffix}"), address);
                renamed.insert(format!("{alias}{suffix}"), format!("{}{suffix}", source.symbol));
            }
        }
        let image = link_behind(object, &[], library::provides, &base)?;
        self.machines[0].load(image)?;
        self.keep(object, renamed, sources);
        Ok(0)
    }

    /// Records the object of the next instance.
    fn keep(&mut self, object: &[u8], renamed: BTreeMap<String, String>, sources: &[(usize, String)]) {
        let number = self.instances.len();
        let Some(recorder) = &mut self.recorder else { return };
        let needs = sources.iter().filter_map(|(instance, _)| recorder.objects.get(instance).copied()).collect();
        recorder.objects.insert(number, recorder.recording.objects.len());
        recorder.recording.objects.push(Recorded { bytes: object.to_vec(), renamed, needs, ..Recorded::default() });
    }

    /// Makes a machine of its own for an executable of an object and `spectest`, which is the first one.
    fn link(&mut self, external: External<'_>, object: Vec<u8>) -> Result<usize, String> {
        let executable = if self.instances.is_empty() {
            self.spectest = object;
            external(&[&self.spectest])?
        } else {
            external(&[&self.spectest, &object])?
        };
        let image = executable::image(&executable)?;
        self.machines.push(Machine::new(image, false, Standard::of(self.options.target))?);
        let number = self.machines.len() - 1;
        // Another copy of spectest, which has not run yet.
        match self.initialise(SPECTEST, number) {
            Ok(Started::Running) => Ok(number),
            other => Err(format!("spectest: {other:?}")),
        }
    }

    fn initialise(&mut self, prefix: &str, machine: usize) -> Result<Started, Stop> {
        let symbol = format!("{prefix}_init");
        let address = self.address(machine, &symbol).map_err(Stop::Fail)?;
        let outcome = self.machines[machine].call(address, &[], &[], LIMIT, &mut Library);
        let event = Event::Call { arguments: &[], results: &[], outcome: &outcome };
        self.record(self.instances.len(), &symbol, event);
        match outcome {
            Outcome::Returned(_) => Ok(Started::Running),
            Outcome::Trapped(code) => Ok(Started::Trapped(code)),
            Outcome::Endless { .. } => Err(Stop::Fail("initialisation does not end".to_string())),
            Outcome::Broken(error) => Err(Stop::Fail(format!("initialisation: {error}"))),
        }
    }

    /// Calls an exported function with at most `limit` instructions.
    ///
    /// # Errors
    /// That there is none, or the object breaks the rules of the machine.
    pub fn call(&mut self, instance: usize, name: &str, arguments: &[Value], limit: u64) -> Result<Outcome, Stop> {
        let (machine, export) = self.export(instance, name)?;
        let ExternType::Function(ty) = &export.ty else {
            return Err(Stop::Fail(format!("export {name:?} is no function")));
        };
        let untyped = || Stop::Fail(format!("{name:?}: vectors cannot be passed"));
        let parameters = pattern::passed(ty.params()).ok_or_else(untyped)?;
        let results = pattern::passed(ty.results()).ok_or_else(untyped)?;
        if !parameters.iter().copied().eq(arguments.iter().map(|argument| argument.ty)) {
            return Err(Stop::Fail(format!("{name:?} takes {:?}", ty.params())));
        }
        let address = self.address(machine, &export.symbol).map_err(Stop::Fail)?;
        let outcome = self.machines[machine].call(address, arguments, &results, limit, &mut Library);
        self.record(instance, &export.symbol, Event::Call { arguments, results: &results, outcome: &outcome });
        match outcome {
            Outcome::Broken(error) => Err(Stop::Fail(error)),
            outcome => Ok(outcome),
        }
    }

    /// The value of an exported global.
    ///
    /// # Errors
    /// That there is none.
    pub fn global(&mut self, instance: usize, name: &str) -> Result<Value, Stop> {
        let (machine, export) = self.export(instance, name)?;
        let ExternType::Global(ty) = &export.ty else {
            return Err(Stop::Fail(format!("export {name:?} is no global")));
        };
        let ty = match pattern::passed(&[ty.content_type]).as_deref() {
            Some([ty]) => *ty,
            _ => return Err(Stop::Fail(format!("{name:?}: vectors cannot be read"))),
        };
        let bytes =
            self.address(machine, &export.symbol).and_then(|address| self.machines[machine].read(address, ty.size()));
        let value = Value::from_bytes(ty, &bytes.map_err(Stop::Fail)?);
        self.record(instance, &export.symbol, Event::Value(value));
        Ok(value)
    }

    fn export(&self, instance: usize, name: &str) -> Result<(usize, Export), Stop> {
        let instance = &self.instances[instance];
        let machine = match &instance.state {
            State::Running(machine) => *machine,
            State::Skipped(reason) => return Err(Stop::Skip(reason.clone())),
            State::Failed => return Err(Stop::Fail("its module failed".to_string())),
        };
        let export = instance.exports.get(name);
        let export = export.ok_or_else(|| Stop::Fail(format!("no export {name:?}")))?;
        Ok((machine, export.clone()))
    }
}

/// The run-time library, and nothing else.
struct Library;

impl Host for Library {
    fn call(&mut self, name: &str, machine: &mut Machine) -> Result<Answer, String> {
        let answer = library::call(name, machine);
        answer.unwrap_or_else(|| Err(format!("{name} was called and does not exist")))
    }
}
