//! What a module shows to its surroundings: imports, exported functions, memories, tables and globals, with their symbol
//! names in the object and the sizes that both sides of the comparison reserve.
//!
//! It is read from the binary alone. Symbol names follow the object ABI: the import and export templates, `$hex:` for names
//! that ELF cannot carry, `<module>_memory<k>` and `<module>_table<k>` for the module's own state.

use std::collections::{HashMap, HashSet};

use synth::options::Options;
use wasmparser::{ExternalKind, FuncType, KnownCustom, Name, NameSectionReader, Parser, Payload, TypeRef};

use super::value::Type;

/// Pages that a memory may reach where its declared maximum allows it.
pub const GROWTH_PAGES: u64 = 4;
/// Entries that a table may reach where its declared maximum allows it.
pub const GROWTH_ENTRIES: u64 = 64;
/// More than this for one memory is not emulated.
const MAX_MEMORY_BYTES: u64 = 64 << 20;

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Signature {
    pub parameters: Vec<Type>,
    pub results: Vec<Type>,
}

/// A range of sizes in bytes (memories) or entries (tables).
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Sizes {
    pub minimum: u64,
    /// Growth succeeds up to here on both sides.
    pub reserved: u64,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ImportKind {
    Function(Signature),
    Memory { ty: wasmparser::MemoryType, sizes: Sizes },
    Table { ty: wasmparser::TableType, sizes: Sizes },
    Global { ty: Type, mutable: bool },
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Import {
    pub module: String,
    pub field: String,
    pub symbol: String,
    pub kind: ImportKind,
}

/// An exported function.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Function {
    pub index: usize,
    pub name: String,
    pub symbol: String,
    /// `None` where a type is not one that the oracle can pass.
    pub signature: Option<Signature>,
}

/// A memory or a table of the module's index space.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Storage {
    pub symbol: String,
    pub sizes: Sizes,
    pub imported: bool,
    /// An export's name, which `rewrite::export_state` makes up where the module has none.
    pub export: String,
    pub exported: bool,
    /// What the entries of a table are.
    pub element: Option<Type>,
}

/// An exported global.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Global {
    pub name: String,
    pub symbol: String,
    pub ty: Type,
    pub mutable: bool,
}

#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Interface {
    pub imports: Vec<Import>,
    pub functions: Vec<Function>,
    pub memories: Vec<Storage>,
    pub tables: Vec<Storage>,
    pub globals: Vec<Global>,
    /// Every function by index.
    pub names: Vec<Naming>,
}

/// The symbol of a function's code, or of the thunk that stands for an import.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Naming {
    /// Of the first export.
    Export(String),
    /// Local, from the name section or by index.
    Local(String),
}

/// Index spaces while the module is read.
#[derive(Default)]
struct Spaces {
    types: Vec<Option<FuncType>>,
    functions: Vec<u32>,
    /// Of functions, by index.
    names: HashMap<usize, String>,
    /// Type and mutability, `None` for a type that the oracle cannot pass; then the symbol of an import.
    globals: Vec<(Option<Type>, bool, Option<String>)>,
}

/// Reads the interface of a valid module.
///
/// # Errors
/// What the oracle cannot provide or observe.
pub fn read(wasm: &[u8], options: &Options) -> Result<Interface, String> {
    let mut interface = Interface::default();
    let mut spaces = Spaces::default();
    for payload in Parser::new(0).parse_all(wasm) {
        match payload.map_err(text)? {
            Payload::TypeSection(section) => {
                for group in section {
                    for ty in group.map_err(text)?.into_types() {
                        spaces.types.push(match ty.composite_type.inner {
                            wasmparser::CompositeInnerType::Func(ty) => Some(ty),
                            _ => None,
                        });
                    }
                }
            }
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    let import = import.map_err(text)?;
                    add_import(&mut interface, &mut spaces, import, options)?;
                }
            }
            Payload::FunctionSection(section) => {
                for ty in section {
                    spaces.functions.push(ty.map_err(text)?);
                }
            }
            Payload::MemorySection(section) => {
                for ty in section {
                    let sizes = memory_sizes(&ty.map_err(text)?)?;
                    let symbol = own_symbol(options, "memory", interface.memories.len());
                    push_storage(&mut interface.memories, symbol, sizes, false, None);
                }
            }
            Payload::TableSection(section) => {
                for table in section {
                    let ty = table.map_err(text)?.ty;
                    let (sizes, element) = (table_sizes(&ty)?, element(&ty)?);
                    let symbol = own_symbol(options, "table", interface.tables.len());
                    push_storage(&mut interface.tables, symbol, sizes, false, Some(element));
                }
            }
            Payload::GlobalSection(section) => {
                for global in section {
                    let ty = global.map_err(text)?.ty;
                    let value = Type::from_wasm(ty.content_type);
                    spaces.globals.push((value, ty.mutable, None));
                }
            }
            Payload::ExportSection(section) => {
                for export in section {
                    add_export(&mut interface, &spaces, export.map_err(text)?, options)?;
                }
            }
            Payload::CustomSection(section) => {
                if let KnownCustom::Name(section) = section.as_known() {
                    // A broken name section is as good as none.
                    let _ = read_names(&mut spaces, section);
                }
            }
            _ => {}
        }
    }
    interface.names = names(&interface, &spaces);
    Ok(interface)
}

fn text(error: wasmparser::BinaryReaderError) -> String {
    error.to_string()
}

fn read_names(spaces: &mut Spaces, section: NameSectionReader<'_>) -> wasmparser::Result<()> {
    let mut names = HashMap::new();
    for subsection in section {
        if let Name::Function(map) = subsection? {
            for naming in map {
                let naming = naming?;
                names.insert(naming.index as usize, naming.name.to_string());
            }
        }
    }
    spaces.names = names;
    Ok(())
}

fn names(interface: &Interface, spaces: &Spaces) -> Vec<Naming> {
    let naming = |index: usize| {
        let export = interface.functions.iter().find(|function| function.index == index);
        match (export, spaces.names.get(&index)) {
            (Some(export), _) => Naming::Export(export.symbol.clone()),
            (None, Some(name)) => Naming::Local(elf_name(name.clone())),
            (None, None) => Naming::Local(format!("func[{index}]")),
        }
    };
    (0..spaces.functions.len()).map(naming).collect()
}

fn add_import(
    interface: &mut Interface,
    spaces: &mut Spaces,
    import: wasmparser::Import<'_>,
    options: &Options,
) -> Result<(), String> {
    let refused = |what: &str| format!("import {}.{}: {what}", import.module, import.name);
    let index = match import.ty {
        TypeRef::Func(_) | TypeRef::FuncExact(_) => spaces.functions.len(),
        TypeRef::Memory(_) => interface.memories.len(),
        TypeRef::Table(_) => interface.tables.len(),
        TypeRef::Global(_) => spaces.globals.len(),
        TypeRef::Tag(_) => return Err(refused("a tag cannot be provided")),
    };
    let symbol = symbol(&options.import_name, import.module, import.name, index);
    let kind = match import.ty {
        TypeRef::Func(ty) | TypeRef::FuncExact(ty) => {
            spaces.functions.push(ty);
            let signature =
                signature(spaces, ty).ok_or_else(|| refused("a function of this type cannot be provided"))?;
            ImportKind::Function(signature)
        }
        TypeRef::Memory(ty) => {
            let sizes = memory_sizes(&ty)?;
            push_storage(&mut interface.memories, symbol.clone(), sizes, true, None);
            ImportKind::Memory { ty, sizes }
        }
        TypeRef::Table(ty) => {
            let (sizes, element) = (table_sizes(&ty)?, element(&ty)?);
            push_storage(&mut interface.tables, symbol.clone(), sizes, true, Some(element));
            ImportKind::Table { ty, sizes }
        }
        TypeRef::Global(ty) => {
            let value = Type::from_wasm(ty.content_type);
            spaces.globals.push((value, ty.mutable, Some(symbol.clone())));
            let ty_ok = value.ok_or_else(|| refused("a global of this type cannot be provided"))?;
            ImportKind::Global { ty: ty_ok, mutable: ty.mutable }
        }
        TypeRef::Tag(_) => return Err(refused("a tag cannot be provided")),
    };
    let (module, field) = (import.module.to_string(), import.name.to_string());
    interface.imports.push(Import { module, field, symbol, kind });
    Ok(())
}

fn add_export(
    interface: &mut Interface,
    spaces: &Spaces,
    export: wasmparser::Export<'_>,
    options: &Options,
) -> Result<(), String> {
    let index = export.index as usize;
    let name = export.name.to_string();
    let symbol = symbol(&options.export_name, &options.module_name, &name, index);
    match export.kind {
        ExternalKind::Func | ExternalKind::FuncExact => {
            let signature = signature(spaces, spaces.functions[index]);
            interface.functions.push(Function { index, name, symbol, signature });
        }
        ExternalKind::Memory => adopt(&mut interface.memories[index], name),
        ExternalKind::Table => adopt(&mut interface.tables[index], name),
        ExternalKind::Global => {
            let (ty, mutable, import) = &spaces.globals[index];
            if let Some(ty) = *ty {
                let symbol = import.clone().unwrap_or(symbol);
                interface.globals.push(Global { name, symbol, ty, mutable: *mutable });
            }
        }
        ExternalKind::Tag => return Err(format!("export {name}: a tag cannot be observed")),
    }
    Ok(())
}

/// Takes an export's name for a memory or a table.
fn adopt(storage: &mut Storage, name: String) {
    storage.export = name;
    storage.exported = true;
}

fn push_storage(list: &mut Vec<Storage>, symbol: String, sizes: Sizes, imported: bool, element: Option<Type>) {
    let kind = if element.is_some() { "table" } else { "memory" };
    let export = format!("oracle.{kind}.{}", list.len());
    list.push(Storage { symbol, sizes, imported, export, exported: false, element });
}

fn signature(spaces: &Spaces, ty: u32) -> Option<Signature> {
    let ty = spaces.types.get(ty as usize)?.as_ref()?;
    let convert =
        |types: &[wasmparser::ValType]| -> Option<Vec<Type>> { types.iter().map(|&ty| Type::from_wasm(ty)).collect() };
    Some(Signature { parameters: convert(ty.params())?, results: convert(ty.results())? })
}

fn memory_sizes(ty: &wasmparser::MemoryType) -> Result<Sizes, String> {
    if ty.memory64 || ty.shared {
        return Err("a 64-bit or shared memory cannot be emulated".to_string());
    }
    let page = 1u64 << ty.page_size_log2.unwrap_or(16);
    let cap = (GROWTH_PAGES << 16) / page;
    let minimum = ty.initial;
    let reserved = minimum.max(ty.maximum.unwrap_or(u64::MAX).min(cap));
    // Masked addresses need a power of two; the reference grows no further than `reserved` or the maximum all the same.
    let reserved = match reserved {
        0 => 0,
        _ if ty.maximum.is_none_or(|maximum| reserved.next_power_of_two() <= maximum) => reserved.next_power_of_two(),
        _ => reserved,
    };
    if reserved.saturating_mul(page) > MAX_MEMORY_BYTES {
        return Err(format!("a memory of {minimum} pages is too large to emulate"));
    }
    Ok(Sizes { minimum: minimum * page, reserved: reserved * page })
}

fn table_sizes(ty: &wasmparser::TableType) -> Result<Sizes, String> {
    if ty.table64 || ty.shared {
        return Err("a 64-bit or shared table cannot be emulated".to_string());
    }
    let minimum = ty.initial;
    let reserved = minimum.max(ty.maximum.unwrap_or(u64::MAX).min(GROWTH_ENTRIES));
    if reserved > MAX_MEMORY_BYTES / 4 {
        return Err(format!("a table of {minimum} entries is too large to emulate"));
    }
    Ok(Sizes { minimum, reserved })
}

fn element(ty: &wasmparser::TableType) -> Result<Type, String> {
    let element = Type::from_wasm(wasmparser::ValType::Ref(ty.element_type));
    element.ok_or_else(|| format!("a table of {} cannot be observed", ty.element_type))
}

/// The options with reserves for everything of the module that can grow.
pub fn with_reserves(options: &Options, interface: &Interface) -> Options {
    let grown = |list: &[Storage]| -> Vec<(u32, u64)> {
        let own = list.iter().enumerate().filter(|(_, storage)| !storage.imported);
        own.filter(|(_, storage)| storage.sizes.reserved > storage.sizes.minimum)
            .map(|(index, storage)| (index as u32, storage.sizes.reserved))
            .collect()
    };
    let mut options = options.clone();
    options.memory_size.extend(grown(&interface.memories));
    options.table_size.extend(grown(&interface.tables));
    options
}

/// A name that occurs twice where one symbol can exist only once.
pub fn duplicate_import(interface: &Interface) -> Option<&str> {
    let mut seen = HashSet::new();
    let mut symbols = interface.imports.iter().map(|import| import.symbol.as_str());
    symbols.find(|symbol| !seen.insert(*symbol))
}

fn own_symbol(options: &Options, kind: &str, index: usize) -> String {
    match index {
        0 => format!("{}_{kind}", options.module_name),
        _ => format!("{}_{kind}{index}", options.module_name),
    }
}

fn symbol(template: &str, module: &str, name: &str, index: usize) -> String {
    let symbol = template.replace("{index}", &index.to_string()).replace("{module}", module).replace("{name}", name);
    elf_name(symbol)
}

/// A name that ELF cannot carry (empty, with a NUL byte, or with the `@` of a version) as the object ABI spells it.
pub fn elf_name(name: String) -> String {
    if name.is_empty() || name.contains(['\0', '@']) {
        let hex: String = name.bytes().map(|byte| format!("{byte:02x}")).collect();
        return format!("$hex:{hex}");
    }
    name
}
