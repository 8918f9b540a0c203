//! The state of both sides after a call: memories byte by byte, size words, mutable globals, null entries of tables.

use super::functions::Functions;
use super::interface::{ImportKind, Interface, Storage};
use super::machine::Machine;
use super::reference::Reference;
use super::value::Value;

/// Compares everything that both sides show; the values of globals and the entries of tables.
///
/// # Errors
/// The first difference.
pub fn state(
    machine: &Machine,
    functions: &Functions,
    reference: &mut Reference,
    interface: &Interface,
) -> Result<Vec<Value>, String> {
    let mut seen = Vec::new();
    imports(machine, functions, reference, interface)?;
    for memory in &interface.memories {
        if let Some(expected) = reference.memory(&memory.export) {
            compare_memory(machine, memory, expected)?;
        }
    }
    for table in &interface.tables {
        let element = table.element.expect("a table has entries");
        if let Some(expected) = reference.table(&table.export, element) {
            compare_table(machine, functions, table, &expected)?;
            seen.extend(expected);
        }
    }
    for global in interface.globals.iter() {
        if let Some(expected) = reference.global(&global.name, global.ty) {
            let bytes = machine.read(symbol(machine, &global.symbol)?, global.ty.size())?;
            let value = functions.from_core(Value::from_bytes(global.ty, &bytes));
            if !value.agrees(expected) {
                return Err(format!("global {}: {value:?}, expected {expected:?}", global.name));
            }
            seen.push(expected);
        }
    }
    Ok(seen)
}

/// Imported memories and globals, which exist even where the instance does not.
fn imports(
    machine: &Machine,
    functions: &Functions,
    reference: &mut Reference,
    interface: &Interface,
) -> Result<(), String> {
    let mut memories = interface.memories.iter();
    for (index, import) in interface.imports.iter().enumerate() {
        match import.kind {
            ImportKind::Function(_) | ImportKind::Table { .. } => {}
            ImportKind::Memory { .. } => {
                let memory = memories.next().expect("imported memories come first");
                if let Some(expected) = reference.imported_memory(index) {
                    compare_memory(machine, memory, expected)?;
                }
            }
            ImportKind::Global { ty, .. } => {
                let bytes = machine.read(symbol(machine, &import.symbol)?, ty.size())?;
                let value = functions.from_core(Value::from_bytes(ty, &bytes));
                let expected = reference.imported_global(index, ty);
                if expected.is_some_and(|expected| !value.agrees(expected)) {
                    let name = &import.symbol;
                    return Err(format!("global {name}: {value:?}, expected {expected:?}"));
                }
            }
        }
    }
    Ok(())
}

fn symbol(machine: &Machine, name: &str) -> Result<u32, String> {
    machine.image().symbol(name).ok_or_else(|| format!("no symbol {name}"))
}

/// The bytes of a memory, and zeros from there to its reserve.
fn compare_memory(machine: &Machine, memory: &Storage, expected: &[u8]) -> Result<(), String> {
    compare_size(machine, memory, expected.len() as u64)?;
    if memory.sizes.reserved == 0 {
        return Ok(());
    }
    let address = symbol(machine, &memory.symbol)?;
    let mut bytes = vec![0; memory.sizes.reserved as usize];
    machine.read_into(address, &mut bytes)?;
    let (ours, rest) = bytes.split_at(expected.len().min(bytes.len()));
    if let Some(at) = first_difference(ours, expected) {
        let end = (at + 8).min(ours.len());
        let (ours, expected) = (&ours[at..end], &expected[at..end]);
        let name = &memory.symbol;
        return Err(format!("{name} at {at:#x}: {ours:02x?}, expected {expected:02x?}"));
    }
    match rest.iter().position(|&byte| byte != 0) {
        Some(at) => Err(format!("{} was written {at} bytes past its end", memory.symbol)),
        None => Ok(()),
    }
}

/// Where a program could tell the bytes apart, or the shorter ones end. What a NaN's payload is, is not specified (core
/// specification 4.3.3), and the reference makes all of them canonical; so any quiet NaN is right where an aligned one of
/// those stands.
fn first_difference(ours: &[u8], expected: &[u8]) -> Option<usize> {
    const SINGLE: u32 = 0x7fc0_0000;
    const DOUBLE: u32 = 0x7ff8_0000;
    if ours == expected {
        return None;
    }
    let word = |bytes: &[u8], at: usize| {
        let bytes = bytes.get(at..at + 4)?;
        Some(u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
    };
    let is_nan = |at: usize, canonical: u32| {
        let quiet = word(ours, at).is_some_and(|word| word & canonical == canonical);
        word(expected, at) == Some(canonical) && quiet
    };
    (0..ours.len().max(expected.len())).find(|&at| {
        let aligned = at & !3;
        let high = aligned + 4;
        let excused = is_nan(aligned, SINGLE)
            || is_nan(aligned, DOUBLE)
            || (aligned % 8 == 0 && word(expected, aligned) == Some(0) && is_nan(high, DOUBLE));
        ours.get(at) != expected.get(at) && !excused
    })
}

/// The size word, where the object or the surroundings have one.
fn compare_size(machine: &Machine, storage: &Storage, expected: u64) -> Result<(), String> {
    let name = format!("{}.size", storage.symbol);
    let Some(address) = machine.image().symbol(&name) else {
        return Ok(());
    };
    let bytes = machine.read(address, 4)?;
    let size = u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
    if u64::from(size) != expected {
        return Err(format!("{name} is {size:#x}, expected {expected:#x}"));
    }
    Ok(())
}

fn compare_table(machine: &Machine, functions: &Functions, table: &Storage, expected: &[Value]) -> Result<(), String> {
    compare_size(machine, table, expected.len() as u64)?;
    let Some(address) = machine.image().symbol(&table.symbol) else {
        return Ok(());
    };
    let bytes = machine.read(address, expected.len() as u32 * 4)?;
    for (index, (entry, &expected)) in bytes.chunks_exact(4).zip(expected).enumerate() {
        let value = functions.from_core(Value::from_bytes(expected.ty, entry));
        if value != expected {
            let name = &table.symbol;
            return Err(format!("{name} entry {index}: {value:?}, expected {expected:?}"));
        }
    }
    Ok(())
}
