//! The reference: the same module on wasmtime, with the same imports, reserves and order of calls.
//!
//! Function references are known by the address that the engine has for a function; the module exports them all
//! (`rewrite::export_state`). External references are functions too (`hosts`), one of the host's for each word.

use std::collections::HashMap;
use std::sync::OnceLock;

use wasmtime::{
    AsContextMut, Caller, Config, Engine, Extern, Func, FuncType, Global, GlobalType, Instance, Memory, Module,
    Mutability, OptLevel, Ref, RefType, ResourceLimiter, Store, Table, TableType, Trap, Val, ValType,
};

use super::functions::number;
use super::interface::{GROWTH_ENTRIES, GROWTH_PAGES, ImportKind, Interface, Signature};
use super::rewrite;
use super::stub::Log;
use super::value::{self, Type, Value};

/// Fuel of one call: about one unit for an operator.
pub const FUEL: u64 = 4_000_000;
/// Far less than the emulated core has, so that what fits here fits there.
const STACK: usize = 512 << 10;

/// How a call ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outcome {
    Returned(Vec<Value>),
    /// A trap code of the object ABI.
    Trapped(u8),
    OutOfFuel,
}

struct State {
    log: Log,
    limits: Limits,
    references: References,
}

/// Functions that are references' values, and the values of functions by the engine's address of them.
#[derive(Default)]
struct References {
    /// How many functions the module has, and the number of each.
    numbers: Vec<u64>,
    known: bool,
    functions: HashMap<Value, Func>,
    values: HashMap<usize, Value>,
}

impl References {
    fn insert(&mut self, address: usize, value: Value, function: Func) {
        self.functions.entry(value).or_insert(function);
        self.values.insert(address, value);
    }
}

/// Growth ends at the reserves of the interface. What is created asks first, each with its minimum, which may be larger;
/// start functions grow after that.
struct Limits {
    memories_to_create: usize,
    tables_to_create: usize,
}

impl ResourceLimiter for Limits {
    fn memory_growing(&mut self, _current: usize, desired: usize, _maximum: Option<usize>) -> wasmtime::Result<bool> {
        Ok(creates(&mut self.memories_to_create) || desired as u64 <= GROWTH_PAGES << 16)
    }

    fn table_growing(&mut self, _current: usize, desired: usize, _maximum: Option<usize>) -> wasmtime::Result<bool> {
        Ok(creates(&mut self.tables_to_create) || desired as u64 <= GROWTH_ENTRIES)
    }
}

/// Whether there is something to create, which happens then.
fn creates(count: &mut usize) -> bool {
    let left = count.checked_sub(1);
    *count = left.unwrap_or(0);
    left.is_some()
}

/// A module that the reference has compiled.
pub struct Compiled {
    module: Module,
    interface: Interface,
}

/// An instance, or what is left of one whose initialisation trapped: the imports.
pub struct Reference {
    store: Store<State>,
    instance: Option<Instance>,
    imports: Vec<Extern>,
    /// How initialisation ended.
    pub started: Outcome,
}

fn engine() -> &'static Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    ENGINE.get_or_init(|| {
        let mut config = Config::new();
        config
            .consume_fuel(true)
            .cranelift_opt_level(OptLevel::None)
            .cranelift_nan_canonicalization(true)
            .wasm_backtrace_max_frames(None)
            .wasm_wide_arithmetic(true)
            .wasm_custom_page_sizes(true)
            .memory_init_cow(false)
            .max_wasm_stack(STACK);
        Engine::new(&config).expect("the configuration is one that wasmtime has")
    })
}

/// Compiles a module that exports all its memories and tables under the names of `interface`.
pub fn compile(wasm: &[u8], interface: &Interface) -> Result<Compiled, String> {
    let module = Module::new(engine(), wasm).map_err(|error| format!("{error:#}"))?;
    Ok(Compiled { module, interface: interface.clone() })
}

impl Compiled {
    /// Makes a fresh instance with fresh imports.
    ///
    /// # Errors
    /// What is no trap of the module: the host's limits.
    pub fn instantiate(&self) -> Result<Reference, String> {
        let (memories, tables) = (self.interface.memories.len(), self.interface.tables.len());
        let limits = Limits { memories_to_create: memories, tables_to_create: tables };
        let numbers = (0..self.interface.names.len()).map(|index| number(&self.interface, index)).collect();
        let references = References { numbers, ..References::default() };
        let mut store = Store::new(engine(), State { log: Log::default(), limits, references });
        store.limiter(|state| &mut state.limits);
        store.set_fuel(FUEL).map_err(|error| error.to_string())?;
        let mut imports = Vec::new();
        for (index, import) in self.interface.imports.iter().enumerate() {
            let item = provide(&mut store, index, &import.kind);
            imports.push(item.map_err(|error| format!("import {}: {error:#}", import.symbol))?);
        }
        let instance = Instance::new(&mut store, &self.module, &imports);
        if let Ok(instance) = &instance {
            learn(&mut store, |store, name| instance.get_func(store, name));
        }
        let (instance, started) = match instance {
            Ok(instance) => (Some(instance), Outcome::Returned(Vec::new())),
            Err(error) => (None, failure(&error)?),
        };
        Ok(Reference { store, instance, imports, started })
    }
}

impl Reference {
    /// Calls an exported function with fresh fuel.
    pub fn call(&mut self, name: &str, arguments: &[Value], results: &[Type]) -> Result<Outcome, String> {
        self.store.set_fuel(FUEL).map_err(|error| error.to_string())?;
        let function = self.instance.and_then(|it| it.get_func(&mut self.store, name));
        let function = function.ok_or_else(|| format!("the reference exports no function {name}"))?;
        let store = &mut self.store;
        let arguments: Vec<Val> = arguments.iter().map(|&value| to_wasmtime(store, value)).collect();
        let mut values: Vec<Val> = results.iter().map(|&ty| to_wasmtime(store, Value::new(ty, 0))).collect();
        match function.call(&mut *store, &arguments, &mut values) {
            Ok(()) => Ok(Outcome::Returned(from_all(store, &values, results))),
            Err(error) => failure(&error),
        }
    }

    /// Fuel that the last call, or initialisation, used.
    pub fn spent(&self) -> u64 {
        FUEL - self.store.get_fuel().unwrap_or(0)
    }

    pub fn log(&self) -> &Log {
        &self.store.data().log
    }

    /// Bytes of the memory exported as `name`.
    pub fn memory(&mut self, name: &str) -> Option<&[u8]> {
        let memory = self.instance?.get_memory(&mut self.store, name)?;
        Some(memory.data(&self.store))
    }

    /// The entries of the table exported as `name`.
    pub fn table(&mut self, name: &str, element: Type) -> Option<Vec<Value>> {
        let table = self.instance?.get_table(&mut self.store, name)?;
        let size = table.size(&self.store);
        let store = &mut self.store;
        let entry = |index| {
            let entry = table.get(&mut *store, index).unwrap_or(Ref::Func(None));
            from_wasmtime(store, &Val::from(entry), element)
        };
        Some((0..size).map(entry).collect())
    }

    pub fn global(&mut self, name: &str, ty: Type) -> Option<Value> {
        let global = self.instance?.get_global(&mut self.store, name)?;
        let value = global.get(&mut self.store);
        Some(from_wasmtime(&mut self.store, &value, ty))
    }

    pub fn set_global(&mut self, name: &str, value: Value) -> Result<(), String> {
        let global = self.instance.and_then(|it| it.get_global(&mut self.store, name));
        let global = global.ok_or_else(|| format!("the reference exports no global {name}"))?;
        let value = to_wasmtime(&mut self.store, value);
        let set = global.set(&mut self.store, value);
        set.map_err(|error| error.to_string())
    }

    /// Bytes of the memory that import number `index` provides, which also exists after a failed start.
    pub fn imported_memory(&self, index: usize) -> Option<&[u8]> {
        match self.imports.get(index)? {
            Extern::Memory(memory) => Some(memory.data(&self.store)),
            _ => None,
        }
    }

    pub fn imported_global(&mut self, index: usize, ty: Type) -> Option<Value> {
        let Some(&Extern::Global(global)) = self.imports.get(index).as_ref().map(|item| *item) else {
            return None;
        };
        let value = global.get(&mut self.store);
        Some(from_wasmtime(&mut self.store, &value, ty))
    }
}

/// Makes import number `index`.
fn provide(store: &mut Store<State>, index: usize, kind: &ImportKind) -> wasmtime::Result<Extern> {
    Ok(match kind {
        ImportKind::Function(signature) => Extern::Func(provide_function(store, index, signature)),
        ImportKind::Memory { ty, .. } => Extern::Memory(Memory::new(store, memory_type(ty)?)?),
        ImportKind::Table { ty, .. } => {
            let maximum = ty.maximum.map(|maximum| maximum as u32);
            let ty = TableType::new(RefType::FUNCREF, ty.initial as u32, maximum);
            Extern::Table(Table::new(store, ty, Ref::Func(None))?)
        }
        ImportKind::Global { ty, mutable } => {
            let mutability = if *mutable { Mutability::Var } else { Mutability::Const };
            let value = to_wasmtime(store, value::initial(index, *ty, *mutable));
            let ty = GlobalType::new(wasmtime_type(*ty), mutability);
            Extern::Global(Global::new(store, ty, value)?)
        }
    })
}

fn provide_function(store: &mut Store<State>, index: usize, signature: &Signature) -> Func {
    let types = |list: &[Type]| list.iter().map(|&ty| wasmtime_type(ty)).collect::<Vec<_>>();
    let ty = FuncType::new(store.engine(), types(&signature.parameters), types(&signature.results));
    let Signature { parameters, results } = signature.clone();
    Func::new(store, ty, move |mut caller: Caller<'_, State>, arguments, out| {
        // The start function runs before there is an instance to ask.
        learn(&mut caller, |caller, name| caller.get_export(name).and_then(Extern::into_func));
        let arguments = from_all(&mut caller, arguments, &parameters);
        let answers = caller.data_mut().log.answer(index, arguments, &results);
        for (out, answer) in out.iter_mut().zip(answers) {
            *out = to_wasmtime(&mut caller, answer);
        }
        Ok(())
    })
}

/// Takes note of the module's functions, where that has not happened yet.
fn learn<S: AsContextMut<Data = State>>(store: &mut S, find: impl Fn(&mut S, &str) -> Option<Func>) {
    if store.as_context().data().references.known {
        return;
    }
    let numbers = store.as_context().data().references.numbers.clone();
    for (index, number) in numbers.into_iter().enumerate() {
        let Some(function) = find(store, &rewrite::function(index)) else {
            return;
        };
        let address = function.to_raw(&mut *store) as usize;
        let value = Value::new(Type::FuncRef, number);
        store.as_context_mut().data_mut().references.insert(address, value, function);
    }
    store.as_context_mut().data_mut().references.known = true;
}

fn memory_type(ty: &wasmparser::MemoryType) -> wasmtime::Result<wasmtime::MemoryType> {
    let mut builder = wasmtime::MemoryTypeBuilder::default();
    builder.min(ty.initial).max(ty.maximum);
    if let Some(log2) = ty.page_size_log2 {
        builder.page_size_log2(log2 as u8);
    }
    builder.build()
}

/// The trap code of an error.
///
/// # Errors
/// The error itself, when it is no trap of a module.
fn failure(error: &wasmtime::Error) -> Result<Outcome, String> {
    let Some(trap) = error.downcast_ref::<Trap>() else {
        return Err(format!("{error:#}"));
    };
    Ok(Outcome::Trapped(match trap {
        Trap::UnreachableCodeReached => 0,
        Trap::IntegerDivisionByZero => 1,
        Trap::IntegerOverflow => 2,
        Trap::BadConversionToInteger => 3,
        Trap::MemoryOutOfBounds => 4,
        Trap::TableOutOfBounds => 5,
        Trap::BadSignature => 6,
        Trap::IndirectCallToNull | Trap::NullReference => 7,
        Trap::StackOverflow => 8,
        Trap::OutOfFuel => return Ok(Outcome::OutOfFuel),
        other => return Err(format!("trap {other}")),
    }))
}

fn wasmtime_type(ty: Type) -> ValType {
    match ty {
        Type::I32 => ValType::I32,
        Type::I64 => ValType::I64,
        Type::F32 => ValType::F32,
        Type::F64 => ValType::F64,
        Type::FuncRef | Type::ExternRef => ValType::FUNCREF,
    }
}

fn to_wasmtime(store: &mut impl AsContextMut<Data = State>, value: Value) -> Val {
    match (value.ty, value.bits) {
        (Type::I32, bits) => Val::I32(bits as u32 as i32),
        (Type::I64, bits) => Val::I64(bits as i64),
        (Type::F32, bits) => Val::F32(bits as u32),
        (Type::F64, bits) => Val::F64(bits),
        (Type::FuncRef | Type::ExternRef, 0) => Val::FuncRef(None),
        (Type::FuncRef, _) => Val::FuncRef(store.as_context().data().references.functions.get(&value).copied()),
        (Type::ExternRef, _) => Val::FuncRef(Some(host(store, value))),
    }
}

/// The function that stands for an external reference.
fn host(store: &mut impl AsContextMut<Data = State>, value: Value) -> Func {
    if let Some(function) = store.as_context().data().references.functions.get(&value) {
        return *function;
    }
    let ty = FuncType::new(store.as_context().engine(), [], []);
    let function = Func::new(&mut *store, ty, |_, _, _| Ok(()));
    let address = function.to_raw(&mut *store) as usize;
    store.as_context_mut().data_mut().references.insert(address, value, function);
    function
}

fn from_wasmtime(store: &mut impl AsContextMut<Data = State>, value: &Val, ty: Type) -> Value {
    match value {
        Val::I32(value) => Value::i32(*value),
        Val::I64(value) => Value::i64(*value),
        Val::F32(bits) => Value::new(Type::F32, (*bits).into()),
        Val::F64(bits) => Value::new(Type::F64, *bits),
        Val::FuncRef(None) => Value::new(ty, 0),
        Val::FuncRef(Some(function)) => {
            let address = function.to_raw(&mut *store) as usize;
            let known = store.as_context().data().references.values.get(&address).copied();
            known.expect("each function of the module and of the host is known")
        }
        other => unreachable!("{other:?} is of no type that `wasmtime_type` has"),
    }
}

fn from_all(store: &mut impl AsContextMut<Data = State>, values: &[Val], types: &[Type]) -> Vec<Value> {
    values.iter().zip(types).map(|(value, &ty)| from_wasmtime(store, value, ty)).collect()
}
