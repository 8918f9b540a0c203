//! What a workload must do: the wasm module as wasmtime runs it.

use super::kernels::{Arg, Workload};
use super::machine::Logged;
use std::collections::HashMap;
use wasmtime::{Caller, Engine, Linker, Module, Store, Val};

/// Everything that can be observed of a workload's run.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Observed {
    /// Result of each call, zero-extended; 0 where the function has none.
    pub results: Vec<u64>,
    /// Calls of imported functions.
    pub log: Vec<Logged>,
    /// Linear memory at the end.
    pub memory: Vec<u8>,
}

#[derive(Default)]
struct Host {
    log: Vec<Logged>,
    calls: HashMap<&'static str, usize>,
}

/// Runs the workload on the export `name` of a wasm module.
///
/// # Errors
/// A module that does not fit the workload, or one that traps.
pub fn observe(wasm: &[u8], name: &str, workload: &Workload) -> Result<Observed, String> {
    let engine = Engine::default();
    let module = Module::new(&engine, wasm).map_err(failed)?;
    let mut store = Store::new(&engine, Host::default());
    let linker = link(&engine, &module, workload)?;
    let instance = linker.instantiate(&mut store, &module).map_err(failed)?;
    let function = instance.get_func(&mut store, name).ok_or(format!("no export {name}"))?;
    let memory = instance.get_memory(&mut store, "memory").ok_or("no exported memory")?;

    let mut results = Vec::new();
    for invocation in &workload.invocations {
        for (at, bytes) in &invocation.writes {
            memory.write(&mut store, *at as usize, bytes).map_err(|e| e.to_string())?;
        }
        let args: Vec<Val> = invocation.args.iter().map(value).collect();
        let mut result = vec![Val::I32(0); function.ty(&store).results().len()];
        function.call(&mut store, &args, &mut result).map_err(failed)?;
        results.push(match result.first() {
            None => 0,
            Some(Val::I64(v)) => v.cast_unsigned(),
            Some(other) => u64::from(other.unwrap_i32().cast_unsigned()),
        });
    }
    let memory = memory.data(&store).to_vec();
    Ok(Observed { results, log: std::mem::take(&mut store.data_mut().log), memory })
}

/// Defines the module's imports as the machine's stubs behave.
fn link(engine: &Engine, module: &Module, workload: &Workload) -> Result<Linker<Host>, String> {
    let mut linker = Linker::new(engine);
    for wanted in module.imports() {
        let ty = wanted.ty().func().cloned().ok_or("an import is no function")?;
        let import = workload.imports.iter().find(|i| i.name == wanted.name());
        let import = import.ok_or(format!("no stub for {}", wanted.name()))?.clone();
        let host = move |mut caller: Caller<'_, Host>, args: &[Val], results: &mut [Val]| {
            let args = args.iter().map(|a| a.unwrap_i32().cast_unsigned()).collect();
            let host = caller.data_mut();
            host.log.push(Logged { name: import.name.to_string(), args });
            let calls = host.calls.entry(import.name).or_default();
            if let Some(result) = results.first_mut() {
                let value = import.results.get(*calls).copied().unwrap_or(0);
                *result = Val::I32(value.cast_signed());
            }
            *calls += 1;
            Ok(())
        };
        linker.func_new(wanted.module(), wanted.name(), ty, host).map_err(failed)?;
    }
    Ok(linker)
}

fn value(arg: &Arg) -> Val {
    match *arg {
        Arg::I32(v) => Val::I32(v.cast_signed()),
        Arg::I64(v) => Val::I64(v.cast_signed()),
    }
}

fn failed(error: wasmtime::Error) -> String {
    format!("wasmtime: {error:#}")
}
