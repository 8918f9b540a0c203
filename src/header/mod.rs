//! The C and C++ header of an object: what it defines for others, and what others must define for it.
//!
//! The declarations follow from the object's symbols, so there is one for each symbol that the object has
//! and none for what it left out. `i32` and `i64` are `int32_t` and `int64_t`, as in the WebAssembly C API
//! (wasm itself has no signs); references are `uint32_t`; several results are a struct whose tag depends
//! on their types alone.
//!
//! Headers of several modules can be included together, in any order: what they share is guarded or is
//! declared alike. Where another header declares what a module imports, with other types, the macro
//! `SYNTH_<module>_NO_IMPORTS` leaves the imports out.

mod names;

use crate::elf::{MAX_SUFFIX, Names, SIZE_SUFFIX, Written};
use crate::error::{Error, OneLine, Place};
use crate::isa::Symbol;
use crate::options::Options;
use crate::wasm::{Entity, Layout, Module, TableLayout};
use names::{Declarator, alias, declarator, escaped};
use std::collections::BTreeSet;
use std::fmt::Write;
use wasmparser::{FuncType, ValType};

/// The text of the header, in ASCII.
///
/// # Errors
/// `Limit` where an exported import, which only the header knows by its export's name, has the name of
/// something else.
pub fn header(module: &Module<'_>, layout: &Layout, written: &Written, options: &Options) -> Result<String, Error> {
    let mut header =
        Header { module, layout, names: &written.names, written, structs: String::new(), declared: BTreeSet::new() };
    let imports = header.imports();
    let own = header.own(options)?;
    let name = escaped(&options.module_name);
    Ok(format!(
        "#ifndef SYNTH_{name}_H\n#define SYNTH_{name}_H\n\n#include <stdint.h>\n\n{SHARED}{}\n\
         #ifdef __cplusplus\nextern \"C\" {{\n#endif\n\n\
         /* What the module needs. */\n#ifndef SYNTH_{name}_NO_IMPORTS\n{imports}#endif\n\n\
         /* What the module has. */\n{own}\n\
         #ifdef __cplusplus\n}}\n#endif\n\n#endif\n",
        header.structs
    ))
}

/// What every header has. The GNU assembler takes a symbol that is no word in quotes; clang, which
/// assembles by itself, would make the quotes part of the symbol.
const SHARED: &str = "\
#ifndef SYNTH_SHARED
#define SYNTH_SHARED
#ifdef __clang__
#define SYNTH_SYMBOL(plain, quoted) __asm__(plain)
#else
#define SYNTH_SYMBOL(plain, quoted) __asm__(quoted)
#endif
/* The operand of the UDF instruction that ends a trap, or the argument of synth_trap. */
enum synth_trap_code {
  SYNTH_TRAP_UNREACHABLE = 0,
  SYNTH_TRAP_DIVIDE_BY_ZERO = 1,
  SYNTH_TRAP_INTEGER_OVERFLOW = 2,
  SYNTH_TRAP_INVALID_CONVERSION = 3,
  SYNTH_TRAP_MEMORY_OUT_OF_BOUNDS = 4,
  SYNTH_TRAP_TABLE_OUT_OF_BOUNDS = 5,
  SYNTH_TRAP_SIGNATURE_MISMATCH = 6,
  SYNTH_TRAP_NULL_REFERENCE = 7,
  SYNTH_TRAP_STACK_EXHAUSTED = 8
};
#endif
";

/// Objects of more bytes than this are too large for the types of a 32-bit C implementation.
const MAX_OBJECT: u64 = i32::MAX as u64;

struct Header<'h, 'a> {
    module: &'h Module<'a>,
    layout: &'h Layout,
    names: &'h Names,
    written: &'h Written,
    /// The definitions of the structs of results.
    structs: String,
    /// The types whose struct is there, and the symbols whose declaration is.
    declared: BTreeSet<String>,
}

impl Header<'_, '_> {
    fn imports(&mut self) -> String {
        let mut text = String::new();
        for entity in self.entities() {
            if let Some(name) = self.names.entity(entity).import.clone() {
                self.entity(entity, &name, &mut text);
            }
        }
        if let Some(limit) = self.symbol(Symbol::StackLimit) {
            self.declare("extern uint32_t", &declarator(&limit), "", &mut text);
        }
        if self.symbol(Symbol::Trap).is_some() {
            text.push_str("void synth_trap(uint32_t code) __attribute__((__noreturn__));\n");
        }
        text
    }

    fn own(&mut self, options: &Options) -> Result<String, Error> {
        let mut text = String::new();
        if let Some(init) = self.symbol(Symbol::Init) {
            self.declare("void", &declarator(&init), "(void)", &mut text);
        }
        for entity in self.entities() {
            let names = self.names.entity(entity);
            let state = !matches!(entity, Entity::Function(_) | Entity::Global(_));
            if state && names.import.is_none() {
                let name = self.names.of_state(entity, "");
                self.entity(entity, &name, &mut text);
            }
            for name in names.exports.clone() {
                self.entity(entity, &name, &mut text);
            }
        }
        self.exported_imports(options, &mut text)?;
        Ok(text)
    }

    /// Imported state that is exported again has no symbol of its own, hence none that others cannot have:
    /// it is called `<module>_<export>`.
    fn exported_imports(&mut self, options: &Options, text: &mut String) -> Result<(), Error> {
        for export in &self.module.exports {
            let entity = export.entity;
            let Some(symbol) = self.names.entity(entity).import.clone() else {
                continue;
            };
            let name = self.names.of_module(&self.names.of_export(export, options));
            let data = self.data(entity);
            if data.is_empty() {
                continue;
            }
            if let Some(other) = self.names.claimant(&name) {
                let message = format!(
                    "{other} and export {} both have the name {} in the header (--export-name)",
                    OneLine(export.name),
                    OneLine(&name)
                );
                return Err(Error::limit(Place::default(), message));
            }
            for (head, suffix, tail) in data {
                let name = alias(&format!("{name}{suffix}"), &format!("{symbol}{suffix}"));
                self.declare(&head, &name, &tail, text);
            }
        }
        Ok(())
    }

    fn entities(&self) -> Vec<Entity> {
        let indices = |count: usize| 0..u32::try_from(count).expect("indices have 32 bits");
        let module = self.module;
        (indices(module.functions.len()).map(Entity::Function))
            .chain(indices(module.memories.len()).map(Entity::Memory))
            .chain(indices(module.tables.len()).map(Entity::Table))
            .chain(indices(module.globals.len()).map(Entity::Global))
            .collect()
    }

    /// The name of a symbol, where the object has it.
    fn symbol(&self, symbol: Symbol) -> Option<String> {
        let is_there = self.written.symbols.contains(&symbol);
        is_there.then(|| self.names.of(self.module, symbol))
    }

    /// Whether others can call the function, or the object calls them by it.
    fn is_called(&self, k: u32) -> bool {
        let exported = !self.names.entity(Entity::Function(k)).exports.is_empty();
        exported || self.written.symbols.contains(&Symbol::Function(k))
    }

    /// Declares an entity under one of its names, and the words of its sizes.
    fn entity(&mut self, entity: Entity, name: &str, text: &mut String) {
        if let Entity::Function(k) = entity {
            if self.is_called(k) {
                self.function(k, name, text);
            }
            return;
        }
        for (head, suffix, tail) in self.data(entity) {
            self.declare(&head, &declarator(&format!("{name}{suffix}")), &tail, text);
        }
    }

    fn function(&mut self, k: u32, name: &str, text: &mut String) {
        let ty = self.module.signature(k).clone();
        let result = self.result(&ty);
        let params: Vec<&str> = ty.params().iter().map(|&ty| c_type(ty)).collect();
        let params = match params.as_slice() {
            [] => "void".to_string(),
            params => params.join(", "),
        };
        self.declare(&result, &declarator(name), &format!("({params})"), text);
    }

    /// For each symbol of a memory, table or global: what stands before its declarator, the suffix of its
    /// name, and what stands behind the declarator. Empty for a function.
    fn data(&self, entity: Entity) -> Vec<(String, &'static str, String)> {
        let (mut data, words) = match entity {
            Entity::Function(_) => return Vec::new(),
            Entity::Global(k) => {
                let ty = self.module.globals[k as usize].ty;
                let qualifier = if ty.mutable { "" } else { "const " };
                let head = format!("extern {qualifier}{}", c_type(ty.content_type));
                (vec![(Symbol::Global(k), head, "", String::new())], None)
            }
            Entity::Memory(k) => {
                let tail = self.bound(entity, 1, self.layout.memories[k as usize].reserved);
                let bytes = (Symbol::Memory(k), "extern uint8_t".to_string(), "", tail);
                (vec![bytes], Some((Symbol::MemorySize(k), Symbol::MemoryMax(k))))
            }
            Entity::Table(k) => {
                let TableLayout { reserved, constant, .. } = &self.layout.tables[k as usize];
                let qualifier = if constant.is_some() { "const " } else { "" };
                let tail = self.bound(entity, 4, *reserved);
                let entries = (Symbol::Table(k), format!("extern {qualifier}uint32_t"), "", tail);
                (vec![entries], Some((Symbol::TableSize(k), Symbol::TableMax(k))))
            }
        };
        if let Some((size, max)) = words {
            data.push((size, "extern uint32_t".to_string(), SIZE_SUFFIX, String::new()));
            data.push((max, "extern const uint32_t".to_string(), MAX_SUFFIX, String::new()));
        }
        // What is imported is all there, whatever of it this object uses.
        let uses = |symbol: &Symbol| self.written.symbols.contains(symbol);
        let is_used = self.module.is_exported(entity) || data.iter().any(|(symbol, ..)| uses(symbol));
        let is_whole = self.names.entity(entity).import.is_some() && is_used;
        let there = data.iter().filter(|(symbol, ..)| is_whole || uses(symbol)).cloned();
        there.map(|(_, head, suffix, tail)| (head, suffix, tail)).collect()
    }

    /// The array declarator of so many reserved elements. Imports and what C has no type for are
    /// incomplete.
    fn bound(&self, entity: Entity, unit: u64, reserved: u32) -> String {
        let is_own = self.names.entity(entity).import.is_none();
        if is_own && reserved > 0 && u64::from(reserved) * unit <= MAX_OBJECT {
            format!("[{reserved}]")
        } else {
            "[]".to_string()
        }
    }

    fn declare(&mut self, head: &str, name: &Declarator, tail: &str, text: &mut String) {
        let Declarator { identifier, label, is_spellable } = name;
        if !self.declared.insert(identifier.clone()) {
            return;
        }
        let declaration = format!("{head} {identifier}{tail}{label};\n");
        if *is_spellable {
            text.push_str(&declaration);
        } else {
            write!(text, "#ifdef __clang__\n{declaration}#endif\n").expect("a string takes what is written");
        }
    }

    /// The C type of the results, whose struct is defined where there are several.
    fn result(&mut self, ty: &FuncType) -> String {
        match ty.results() {
            [] => "void".to_string(),
            [result] => c_type(*result).to_string(),
            results => {
                let tag = spelled(results);
                // No identifier has a space.
                if self.declared.insert(format!("struct {tag}")) {
                    self.structs.push_str(&structure(&tag, results));
                }
                format!("struct synth_results_{tag}")
            }
        }
    }
}

/// A type as C passes it.
fn c_type(ty: ValType) -> &'static str {
    match ty {
        ValType::I32 => "int32_t",
        ValType::I64 => "int64_t",
        ValType::F32 => "float",
        ValType::F64 => "double",
        ValType::Ref(_) => "uint32_t",
        ValType::V128 => unreachable!("{ty} is refused with the module's types"),
    }
}

/// The types of results as part of an identifier: a letter for each, and behind it how often it is
/// repeated.
fn spelled(results: &[ValType]) -> String {
    let mut text = String::new();
    for run in results.chunk_by(|a, b| c_type(*a) == c_type(*b)) {
        text.push(match c_type(run[0]) {
            "int32_t" => 'i',
            "int64_t" => 'l',
            "float" => 'f',
            "double" => 'd',
            _ => 'r',
        });
        if run.len() > 1 {
            write!(text, "{}", run.len()).expect("a string takes what is written");
        }
    }
    text
}

/// The struct of several results, which another header may define too.
fn structure(tag: &str, results: &[ValType]) -> String {
    let mut text = format!("#ifndef SYNTH_RESULTS_{tag}\n#define SYNTH_RESULTS_{tag}\nstruct synth_results_{tag} {{\n");
    for (index, &ty) in results.iter().enumerate() {
        writeln!(text, "  {} r{index};", c_type(ty)).expect("a string takes what is written");
    }
    text.push_str("};\n#endif\n");
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::isa::TrapCode;

    #[test]
    fn every_trap_code_has_a_name() {
        let numbers: Vec<u8> = SHARED
            .lines()
            .filter_map(|line| line.trim_end_matches(',').split_once(" = "))
            .map(|(_, number)| number.parse().expect("a number"))
            .collect();
        assert_eq!(numbers, TrapCode::ALL.map(TrapCode::number));
    }

    #[test]
    fn structs_are_named_by_their_types() {
        let results = [ValType::I32, ValType::F64, ValType::F64, ValType::FUNCREF, ValType::EXTERNREF];
        assert_eq!(spelled(&results), "id2r2");
        let text = structure("id", &results[..2]);
        assert!(text.contains("struct synth_results_id {\n  int32_t r0;\n  double r1;\n};"), "{text}");
    }
}
