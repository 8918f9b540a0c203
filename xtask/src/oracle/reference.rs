//! The reference: the same module on wasmtime, with the same imports, reserves and order of calls.

use std::sync::OnceLock;

use wasmtime::{
    Config, Engine, Extern, FuncType, Global, GlobalType, HeapType, Instance, Memory, Module, Mutability, OptLevel,
    Ref, ResourceLimiter, Store, Table, Trap, Val, ValType,
};

use super::interface::{GROWTH_ENTRIES, GROWTH_PAGES, ImportKind, Interface};
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
}

/// Growth ends at the reserves of the interface. Invariant: `creating` only until the instance exists; then minima larger
/// than the growth limit are still to be allocated.
struct Limits {
    creating: bool,
}

impl ResourceLimiter for Limits {
    fn memory_growing(&mut self, current: usize, desired: usize, _maximum: Option<usize>) -> wasmtime::Result<bool> {
        Ok(desired as u64 <= GROWTH_PAGES << 16 || self.creating && current == 0)
    }

    fn table_growing(&mut self, current: usize, desired: usize, _maximum: Option<usize>) -> wasmtime::Result<bool> {
        Ok(desired as u64 <= GROWTH_ENTRIES || self.creating && current == 0)
    }
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
        let limits = Limits { creating: true };
        let mut store = Store::new(engine(), State { log: Log::default(), limits });
        store.limiter(|state| &mut state.limits);
        store.set_fuel(FUEL).map_err(|error| error.to_string())?;
        let mut imports = Vec::new();
        for (index, import) in self.interface.imports.iter().enumerate() {
            let item = provide(&mut store, index, &import.kind);
            imports.push(item.map_err(|error| format!("import {}: {error:#}", import.symbol))?);
        }
        let instance = Instance::new(&mut store, &self.module, &imports);
        store.data_mut().limits.creating = false;
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
        let arguments: Vec<Val> = arguments.iter().map(|&value| to_wasmtime(value)).collect();
        let mut values: Vec<Val> = results.iter().map(|&ty| to_wasmtime(Value::new(ty, 0))).collect();
        match function.call(&mut self.store, &arguments, &mut values) {
            Ok(()) => {
                let values: Option<Vec<Value>> = values.iter().map(from_wasmtime).collect();
                let values = values.ok_or("a result of a type that is not passed")?;
                Ok(Outcome::Returned(values))
            }
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

    /// Whether each entry of the table exported as `name` is null.
    pub fn nulls(&mut self, name: &str) -> Option<Vec<bool>> {
        let table = self.instance?.get_table(&mut self.store, name)?;
        let size = table.size(&self.store);
        let entries = (0..size).map(|index| {
            let entry = table.get(&mut self.store, index);
            entry.is_none_or(|entry| entry.is_null())
        });
        Some(entries.collect())
    }

    pub fn global(&mut self, name: &str) -> Option<Value> {
        let global = self.instance?.get_global(&mut self.store, name)?;
        from_wasmtime(&global.get(&mut self.store))
    }

    pub fn set_global(&mut self, name: &str, value: Value) -> Result<(), String> {
        let global = self.instance.and_then(|it| it.get_global(&mut self.store, name));
        let global = global.ok_or_else(|| format!("the reference exports no global {name}"))?;
        let set = global.set(&mut self.store, to_wasmtime(value));
        set.map_err(|error| error.to_string())
    }

    /// Bytes of the memory that import number `index` provides, which also exists after a failed start.
    pub fn imported_memory(&self, index: usize) -> Option<&[u8]> {
        match self.imports.get(index)? {
            Extern::Memory(memory) => Some(memory.data(&self.store)),
            _ => None,
        }
    }

    pub fn imported_global(&mut self, index: usize) -> Option<Value> {
        match self.imports.get(index)? {
            Extern::Global(global) => from_wasmtime(&global.get(&mut self.store)),
            _ => None,
        }
    }
}

/// Makes import number `index`.
fn provide(store: &mut Store<State>, index: usize, kind: &ImportKind) -> wasmtime::Result<Extern> {
    Ok(match kind {
        ImportKind::Function(signature) => {
            let types = |list: &[Type]| list.iter().map(|&ty| wasmtime_type(ty)).collect::<Vec<_>>();
            let ty = FuncType::new(store.engine(), types(&signature.parameters), types(&signature.results));
            let results = signature.results.clone();
            let function = wasmtime::Func::new(store, ty, move |mut caller, arguments, out| {
                let arguments: Vec<Value> = arguments.iter().filter_map(from_wasmtime).collect();
                let answers = caller.data_mut().log.answer(index, arguments, &results);
                for (out, answer) in out.iter_mut().zip(answers) {
                    *out = to_wasmtime(answer);
                }
                Ok(())
            });
            Extern::Func(function)
        }
        ImportKind::Memory { ty, .. } => Extern::Memory(Memory::new(store, memory_type(ty)?)?),
        ImportKind::Table { ty, .. } => {
            let element = match ty.element_type.heap_type() {
                wasmparser::HeapType::EXTERN => HeapType::Extern,
                _ => HeapType::Func,
            };
            let null = match element {
                HeapType::Extern => Ref::Extern(None),
                _ => Ref::Func(None),
            };
            let maximum = ty.maximum.map(|maximum| maximum as u32);
            let reference = wasmtime::RefType::new(true, element);
            let ty = wasmtime::TableType::new(reference, ty.initial as u32, maximum);
            Extern::Table(Table::new(store, ty, null)?)
        }
        ImportKind::Global { ty, mutable } => {
            let mutability = if *mutable { Mutability::Var } else { Mutability::Const };
            let value = value::initial(index, *ty, *mutable);
            let ty = GlobalType::new(wasmtime_type(*ty), mutability);
            Extern::Global(Global::new(store, ty, to_wasmtime(value))?)
        }
    })
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
    }
}

fn to_wasmtime(value: Value) -> Val {
    match value.ty {
        Type::I32 => Val::I32(value.bits as u32 as i32),
        Type::I64 => Val::I64(value.bits as i64),
        Type::F32 => Val::F32(value.bits as u32),
        Type::F64 => Val::F64(value.bits),
    }
}

fn from_wasmtime(value: &Val) -> Option<Value> {
    Some(match value {
        Val::I32(value) => Value::i32(*value),
        Val::I64(value) => Value::i64(*value),
        Val::F32(bits) => Value::new(Type::F32, (*bits).into()),
        Val::F64(bits) => Value::new(Type::F64, *bits),
        _ => return None,
    })
}
