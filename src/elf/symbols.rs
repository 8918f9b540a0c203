//! The names of the object's symbols, and that no two of them meet by accident.
//!
//! Symbols of one name are one symbol to the linker, so each global name has one claimant: an import,
//! an export, something of the module's own, or something of the run-time library. Only imports of
//! the same module, field and type share theirs. Local symbols cannot meet anything and claim nothing.

use crate::error::{Error, OneLine, Place};
use crate::hash::HashMap;
use crate::isa::Symbol;
use crate::options::{Options, expand};
use crate::wasm::{Entity, Export, Import, Module, signature};
use std::fmt::Write;

/// Suffixes of the words that hold the sizes of a memory or table.
pub const SIZE_SUFFIX: &str = ".size";
pub const MAX_SUFFIX: &str = ".max";

/// The names of functions, memories, tables and globals by index.
pub struct Names {
    module: String,
    stack_limit: Option<String>,
    /// What functions without an export are called, from the name section or by index.
    locals: Vec<String>,
    functions: Vec<EntityNames>,
    tables: Vec<EntityNames>,
    memories: Vec<EntityNames>,
    globals: Vec<EntityNames>,
    claims: HashMap<String, Claim>,
    /// Names are symbols of C, which are the same wherever they appear: nothing is claimed.
    shared: bool,
}

/// The global symbols of an entity.
#[derive(Default)]
pub struct EntityNames {
    pub import: Option<String>,
    /// In the order of the exports. Of an imported entity only functions have any: ELF cannot alias
    /// an undefined symbol, and data has no thunks.
    pub exports: Vec<String>,
}

/// Who has a name.
struct Claim {
    /// As a message says it: `import env.f`.
    who: String,
    /// What the import is, for those that may share it.
    import: Option<String>,
    /// The option that changes the name, if any.
    option: Option<&'static str>,
}

impl Names {
    /// # Errors
    /// `Limit` where two claimants have the same name.
    pub fn new(module: &Module<'_>, options: &Options) -> Result<Names, Error> {
        let unnamed = |count| std::iter::repeat_with(EntityNames::default).take(count).collect();
        let mut names = Names {
            module: options.module_name.clone(),
            stack_limit: options.stack_limit.clone(),
            locals: locals(module),
            functions: unnamed(module.functions.len()),
            tables: unnamed(module.tables.len()),
            memories: unnamed(module.memories.len()),
            globals: unnamed(module.globals.len()),
            claims: HashMap::default(),
            shared: module.linking.is_some(),
        };
        for (entity, import) in imports(module) {
            let name = names.claim_import(module, entity, import, options)?;
            names.entity_mut(entity).import = Some(name);
        }
        names.claim_own(module)?;
        for export in &module.exports {
            names.claim_export(export, options)?;
        }
        Ok(names)
    }

    pub fn entity(&self, entity: Entity) -> &EntityNames {
        match entity {
            Entity::Function(index) => &self.functions[index as usize],
            Entity::Table(index) => &self.tables[index as usize],
            Entity::Memory(index) => &self.memories[index as usize],
            Entity::Global(index) => &self.globals[index as usize],
        }
    }

    fn entity_mut(&mut self, entity: Entity) -> &mut EntityNames {
        match entity {
            Entity::Function(index) => &mut self.functions[index as usize],
            Entity::Table(index) => &mut self.tables[index as usize],
            Entity::Memory(index) => &mut self.memories[index as usize],
            Entity::Global(index) => &mut self.globals[index as usize],
        }
    }

    /// What the object calls a symbol. A symbol with several names has the first export's.
    pub fn of(&self, module: &Module<'_>, symbol: Symbol) -> String {
        match symbol {
            Symbol::Function(index) => match &self.entity(Entity::Function(index)).import {
                Some(name) => name.clone(),
                None => self.defined(index).to_string(),
            },
            Symbol::FunctionReference(index) => self.defined(index).to_string(),
            Symbol::Memory(index) => self.of_state(Entity::Memory(index), ""),
            Symbol::MemorySize(index) => self.of_state(Entity::Memory(index), SIZE_SUFFIX),
            Symbol::MemoryMax(index) => self.of_state(Entity::Memory(index), MAX_SUFFIX),
            Symbol::Table(index) => self.of_state(Entity::Table(index), ""),
            Symbol::TableSize(index) => self.of_state(Entity::Table(index), SIZE_SUFFIX),
            Symbol::TableMax(index) => self.of_state(Entity::Table(index), MAX_SUFFIX),
            Symbol::Global(index) => self.of_state(Entity::Global(index), ""),
            Symbol::Data(index) => self.of_module(&format!("data{index}")),
            Symbol::DataSize(index) => self.of_module(&format!("data{index}{SIZE_SUFFIX}")),
            Symbol::Element(index) => self.of_module(&format!("elements{index}")),
            Symbol::ElementSize(index) => self.of_module(&format!("elements{index}{SIZE_SUFFIX}")),
            Symbol::Signature(index) => signature::symbol(&module.types[index as usize]),
            Symbol::Library(name) => name.text().to_string(),
            Symbol::Routine(name) => self.of_module(name.text()),
            Symbol::TailReturn => self.of_module("tail_return"),
            Symbol::Linked(index) => {
                let linking = module.linking.as_ref().expect("only relocatable objects have symbols");
                linking.symbol(index).name.to_string()
            }
            Symbol::Init => self.of_module("init"),
            Symbol::Trap => "synth_trap".to_string(),
            Symbol::StackLimit => self.stack_limit.clone().expect("only that option makes code compare sp"),
        }
    }

    /// The name of a function's own code or thunk.
    pub fn defined(&self, index: u32) -> &str {
        let exports = &self.entity(Entity::Function(index)).exports;
        exports.first().unwrap_or(&self.locals[index as usize])
    }

    /// An imported entity has the import's name, any other one of its own: `<module>_memory` and, past the
    /// first, with its index; a global always with its index.
    pub fn of_state(&self, entity: Entity, suffix: &str) -> String {
        let name = match (&self.entity(entity).import, entity) {
            (Some(name), _) => name.clone(),
            (None, Entity::Memory(0)) => self.of_module("memory"),
            (None, Entity::Memory(index)) => self.of_module(&format!("memory{index}")),
            (None, Entity::Table(0)) => self.of_module("table"),
            (None, Entity::Table(index)) => self.of_module(&format!("table{index}")),
            (None, Entity::Global(index)) => self.of_module(&format!("global{index}")),
            (None, Entity::Function(index)) => self.defined(index).to_string(),
        };
        format!("{name}{suffix}")
    }

    /// The symbol of an export, which imported state does not have.
    pub fn of_export(&self, export: &Export<'_>, options: &Options) -> String {
        let (template, index) = (&options.export_name, export.entity.index());
        elf_name(expand(template, &self.module, export.name, index))
    }

    /// Who has a global name, as a message says it.
    pub fn claimant(&self, name: &str) -> Option<&str> {
        self.claims.get(name).map(|claim| claim.who.as_str())
    }

    /// `<module>_<what>`
    pub fn of_module(&self, what: &str) -> String {
        format!("{}_{what}", self.module)
    }

    /// Whether the symbol is that of an import.
    pub fn is_imported(&self, symbol: Symbol) -> bool {
        let entity = match symbol {
            Symbol::Function(index) => Entity::Function(index),
            Symbol::Memory(index) | Symbol::MemorySize(index) | Symbol::MemoryMax(index) => Entity::Memory(index),
            Symbol::Table(index) | Symbol::TableSize(index) | Symbol::TableMax(index) => Entity::Table(index),
            Symbol::Global(index) => Entity::Global(index),
            Symbol::FunctionReference(_)
            | Symbol::Data(_)
            | Symbol::DataSize(_)
            | Symbol::Element(_)
            | Symbol::ElementSize(_)
            | Symbol::Signature(_)
            | Symbol::Library(_)
            | Symbol::Routine(_)
            | Symbol::TailReturn
            | Symbol::Linked(_)
            | Symbol::Init
            | Symbol::Trap
            | Symbol::StackLimit => return false,
        };
        self.entity(entity).import.is_some()
    }

    /// Takes a name for something of the run-time environment that the code refers to.
    ///
    /// # Errors
    /// `Limit` where it is taken already.
    pub fn claim_environment(&mut self, name: &str, what: &str, option: Option<&'static str>) -> Result<(), Error> {
        let who = format!("the {what} {name}");
        let import = None;
        self.claim(name, Claim { who, import, option })
    }

    fn claim(&mut self, name: &str, claim: Claim) -> Result<(), Error> {
        if self.shared {
            return Ok(());
        }
        let Some(other) = self.claims.get(name) else {
            self.claims.insert(name.to_string(), claim);
            return Ok(());
        };
        if claim.import.is_some() && claim.import == other.import {
            return Ok(());
        }
        let mut message = format!("{} and {} both have the symbol {}", other.who, claim.who, OneLine(name));
        let mut options: Vec<&str> = other.option.into_iter().chain(claim.option).collect();
        options.dedup();
        if !options.is_empty() {
            write!(message, " ({})", options.join(", ")).expect("a string takes what is written");
        }
        Err(Error::limit(Place::default(), message))
    }

    fn claim_import(
        &mut self,
        module: &Module<'_>,
        entity: Entity,
        import: Import<'_>,
        options: &Options,
    ) -> Result<String, Error> {
        let name = match (&module.linking, entity) {
            (Some(linking), Entity::Function(index)) => linking.import_name(module, index).to_string(),
            _ => elf_name(expand(&options.import_name, import.module, import.field, entity.index())),
        };
        let who = format!("import {}.{}", OneLine(import.module), OneLine(import.field));
        for name in with_words(&name, entity) {
            let identity = format!("{:?} {:?} {}", import.module, import.field, type_of(module, entity));
            let claim = Claim { who: who.clone(), import: Some(identity), option: Some("--import-name") };
            self.claim(&name, claim)?;
        }
        Ok(name)
    }

    /// The global symbols that are there whether or not anything is exported.
    fn claim_own(&mut self, module: &Module<'_>) -> Result<(), Error> {
        let memories = (0..module.memories.len()).map(|index| Entity::Memory(index as u32));
        let tables = (0..module.tables.len()).map(|index| Entity::Table(index as u32));
        let mut own = vec![(self.of_module("init"), "initialization".to_string())];
        for entity in memories.chain(tables).filter(|&entity| !is_imported(module, entity)) {
            own.extend(with_words(&self.of_state(entity, ""), entity).map(|name| (name, describe(entity))));
        }
        for (name, what) in own {
            let who = format!("the module's {what}");
            self.claim(&name, Claim { who, import: None, option: Some("--module-name") })?;
        }
        Ok(())
    }

    fn claim_export(&mut self, export: &Export<'_>, options: &Options) -> Result<(), Error> {
        let entity = export.entity;
        let is_function = matches!(entity, Entity::Function(_));
        if !is_function && self.entity(entity).import.is_some() {
            return Ok(());
        }
        let name = self.of_export(export, options);
        for name in with_words(&name, entity) {
            let who = format!("export {}", OneLine(export.name));
            self.claim(&name, Claim { who, import: None, option: Some("--export-name") })?;
        }
        self.entity_mut(entity).exports.push(name);
        Ok(())
    }
}

/// What a string may not be as the name of an ELF symbol, spelled in hexadecimal. Linkers read a version
/// behind `@` and drop it, which would merge `f@` with `f`.
fn elf_name(name: String) -> String {
    if !name.is_empty() && !name.contains(['\0', '@']) {
        return name;
    }
    let mut hex = String::from("$hex:");
    for byte in name.bytes() {
        write!(hex, "{byte:02x}").expect("a string takes what is written");
    }
    hex
}

/// A local name for each function.
fn locals(module: &Module<'_>) -> Vec<String> {
    let functions = module.functions.iter().enumerate();
    functions
        .map(|(index, function)| match function.name {
            Some(name) => elf_name(name.to_string()),
            None => format!("func[{index}]"),
        })
        .collect()
}

/// Every import, with what it became.
fn imports<'m, 'a>(module: &'m Module<'a>) -> impl Iterator<Item = (Entity, Import<'a>)> + 'm {
    fn indexed<'a>(
        imports: impl Iterator<Item = Option<Import<'a>>>,
        entity: impl Fn(u32) -> Entity,
    ) -> impl Iterator<Item = (Entity, Import<'a>)> {
        imports.enumerate().filter_map(move |(index, import)| Some((entity(index as u32), import?)))
    }
    indexed(module.functions.iter().map(|f| f.import), Entity::Function)
        .chain(indexed(module.tables.iter().map(|t| t.import), Entity::Table))
        .chain(indexed(module.memories.iter().map(|m| m.import), Entity::Memory))
        .chain(indexed(module.globals.iter().map(|g| g.import), Entity::Global))
}

fn is_imported(module: &Module<'_>, entity: Entity) -> bool {
    match entity {
        Entity::Function(index) => module.functions[index as usize].import.is_some(),
        Entity::Table(index) => module.tables[index as usize].import.is_some(),
        Entity::Memory(index) => module.memories[index as usize].import.is_some(),
        Entity::Global(index) => module.globals[index as usize].import.is_some(),
    }
}

/// The type of an entity as far as imports that share a symbol agree on it. Limits are promises, which
/// one memory can keep to several.
fn type_of(module: &Module<'_>, entity: Entity) -> String {
    match entity {
        Entity::Function(index) => format!("{:?}", module.signature(index)),
        Entity::Table(index) => format!("{:?}", module.tables[index as usize].ty.element_type),
        Entity::Memory(index) => {
            format!("{:?}", module.memories[index as usize].ty.page_size_log2())
        }
        Entity::Global(index) => format!("{:?}", module.globals[index as usize].ty),
    }
}

fn describe(entity: Entity) -> String {
    match entity {
        Entity::Function(index) => format!("function {index}"),
        Entity::Table(index) => format!("table {index}"),
        Entity::Memory(index) => format!("memory {index}"),
        Entity::Global(index) => format!("global {index}"),
    }
}

/// The name of an entity's symbol, and of its size words where it has them.
fn with_words(name: &str, entity: Entity) -> impl Iterator<Item = String> {
    let suffixes: &[&str] = match entity {
        Entity::Memory(_) | Entity::Table(_) => &["", SIZE_SUFFIX, MAX_SUFFIX],
        Entity::Function(_) | Entity::Global(_) => &[""],
    };
    suffixes.iter().map(move |suffix| format!("{name}{suffix}"))
}
