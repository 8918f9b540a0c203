//! What a module shows to its surroundings, by wasm's types: the subject of linking (WebAssembly core specification, 4.5.3
//! and 3.4.10).

use std::fmt;

use wasmparser::types::{EntityType, Types};
use wasmparser::{
    ExternalKind, FuncType, FunctionBody, GlobalType, HeapType, MemoryType, Operator, Parser, Payload, RefType,
    TableType, TypeRef, ValType, Validator, WasmFeatures,
};

/// The type of something that is imported or exported.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ExternType {
    Function(FuncType),
    Table(TableType),
    Memory(MemoryType),
    Global(GlobalType),
    Tag,
}

impl ExternType {
    /// Whether it refers to a type by index, which says nothing outside of its module.
    pub fn is_indexed(&self) -> bool {
        let indexed = |ty: RefType| match ty.heap_type() {
            HeapType::Abstract { .. } => false,
            HeapType::Concrete(_) | HeapType::Exact(_) => true,
        };
        let value = |ty: &ValType| matches!(ty, ValType::Ref(ty) if indexed(*ty));
        match self {
            ExternType::Function(ty) => ty.params().iter().chain(ty.results()).any(value),
            ExternType::Table(ty) => indexed(ty.element_type),
            ExternType::Global(ty) => value(&ty.content_type),
            ExternType::Memory(_) | ExternType::Tag => false,
        }
    }
}

impl fmt::Display for ExternType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ExternType::Function(ty) => {
                write!(f, "function {:?} -> {:?}", ty.params(), ty.results())
            }
            ExternType::Table(ty) => {
                write!(f, "table {}..{:?} {}", ty.initial, ty.maximum, ty.element_type)
            }
            ExternType::Memory(ty) => write!(f, "memory {}..{:?}", ty.initial, ty.maximum),
            ExternType::Global(ty) => {
                let mutable = if ty.mutable { "mut " } else { "" };
                write!(f, "global {mutable}{}", ty.content_type)
            }
            ExternType::Tag => f.write_str("tag"),
        }
    }
}

pub struct Import {
    pub module: String,
    pub name: String,
    pub ty: ExternType,
}

pub struct Export {
    pub name: String,
    pub ty: ExternType,
    /// The import that this export passes on, by its number among all imports.
    pub import: Option<usize>,
}

#[derive(Default)]
pub struct Interface {
    pub imports: Vec<Import>,
    pub exports: Vec<Export>,
    /// The module's own memories and tables, by index.
    pub memories: Vec<(u32, MemoryType)>,
    pub tables: Vec<(u32, TableType)>,
    /// Whether any code grows a memory or a table.
    pub grows: bool,
}

/// Validates a module and reads its interface.
///
/// # Errors
/// The validator's message.
pub fn read(wasm: &[u8], features: WasmFeatures) -> Result<Interface, String> {
    let mut validator = Validator::new_with_features(features);
    let types = validator.validate_all(wasm).map_err(|error| error.to_string())?;
    let mut parser = Parser::new(0);
    parser.set_features(features);
    let mut reader = Reader { interface: Interface::default(), imports: [const { Vec::new() }; 5], types };
    for payload in parser.parse_all(wasm) {
        let payload = payload.map_err(|error| error.to_string())?;
        reader.payload(payload).map_err(|error| error.to_string())?;
    }
    reader.own_state();
    Ok(reader.interface)
}

struct Reader {
    interface: Interface,
    /// For each index space, the numbers of its imports among all.
    imports: [Vec<usize>; 5],
    types: Types,
}

impl Reader {
    fn payload(&mut self, payload: Payload<'_>) -> wasmparser::Result<()> {
        match payload {
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    self.import(&import?);
                }
            }
            Payload::ExportSection(section) => {
                for export in section {
                    let export = export?;
                    let types = self.types.as_ref();
                    let ty = types.entity_type_from_export(&export);
                    let ty = ty.expect("the module is valid");
                    let number = self.imports[space(export.kind)].get(export.index as usize);
                    self.interface.exports.push(Export {
                        name: export.name.to_string(),
                        import: number.copied(),
                        ty: self.extern_type(ty),
                    });
                }
            }
            Payload::CodeSectionEntry(body) => self.interface.grows |= grows(&body)?,
            _ => {}
        }
        Ok(())
    }

    fn import(&mut self, import: &wasmparser::Import<'_>) {
        let ty = self.types.as_ref().entity_type_from_import(import);
        let ty = ty.expect("the module is valid");
        let kind = match import.ty {
            TypeRef::Func(_) | TypeRef::FuncExact(_) => ExternalKind::Func,
            TypeRef::Table(_) => ExternalKind::Table,
            TypeRef::Memory(_) => ExternalKind::Memory,
            TypeRef::Global(_) => ExternalKind::Global,
            TypeRef::Tag(_) => ExternalKind::Tag,
        };
        self.imports[space(kind)].push(self.interface.imports.len());
        self.interface.imports.push(Import {
            module: import.module.to_string(),
            name: import.name.to_string(),
            ty: self.extern_type(ty),
        });
    }

    fn extern_type(&self, ty: EntityType) -> ExternType {
        match ty {
            EntityType::Func(id) | EntityType::FuncExact(id) => {
                ExternType::Function(self.types[id].unwrap_func().clone())
            }
            EntityType::Table(ty) => ExternType::Table(ty),
            EntityType::Memory(ty) => ExternType::Memory(ty),
            EntityType::Global(ty) => ExternType::Global(ty),
            EntityType::Tag(_) => ExternType::Tag,
        }
    }

    fn own_state(&mut self) {
        let types = self.types.as_ref();
        let imported = |kind| self.imports[space(kind)].len() as u32;
        let memories = imported(ExternalKind::Memory)..types.memory_count();
        self.interface.memories = memories.map(|k| (k, types.memory_at(k))).collect();
        let tables = imported(ExternalKind::Table)..types.table_count();
        self.interface.tables = tables.map(|k| (k, types.table_at(k))).collect();
    }
}

/// The number of an index space.
fn space(kind: ExternalKind) -> usize {
    match kind {
        ExternalKind::Func | ExternalKind::FuncExact => 0,
        ExternalKind::Table => 1,
        ExternalKind::Memory => 2,
        ExternalKind::Global => 3,
        ExternalKind::Tag => 4,
    }
}

fn grows(body: &FunctionBody<'_>) -> wasmparser::Result<bool> {
    for operator in body.get_operators_reader()? {
        if matches!(operator?, Operator::MemoryGrow { .. } | Operator::TableGrow { .. }) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Why an import of type `wanted` does not take an export of type `offered`, whose limits begin with
/// the current size.
///
/// # Errors
/// Both types.
pub fn match_types(offered: &ExternType, wanted: &ExternType) -> Result<(), String> {
    let matches = match (offered, wanted) {
        (ExternType::Function(offered), ExternType::Function(wanted)) => offered == wanted,
        (ExternType::Table(offered), ExternType::Table(wanted)) => {
            offered.element_type == wanted.element_type
                && offered.table64 == wanted.table64
                && limits_match((offered.initial, offered.maximum), (wanted.initial, wanted.maximum))
        }
        (ExternType::Memory(offered), ExternType::Memory(wanted)) => {
            offered.memory64 == wanted.memory64
                && offered.shared == wanted.shared
                && page_log2(offered) == page_log2(wanted)
                && limits_match((offered.initial, offered.maximum), (wanted.initial, wanted.maximum))
        }
        (ExternType::Global(offered), ExternType::Global(wanted)) => {
            let same = offered.content_type == wanted.content_type;
            let narrower = !offered.mutable && is_narrower(offered.content_type, wanted.content_type);
            offered.mutable == wanted.mutable && (same || narrower)
        }
        (ExternType::Tag, ExternType::Tag) => true,
        (
            ExternType::Function(_)
            | ExternType::Table(_)
            | ExternType::Memory(_)
            | ExternType::Global(_)
            | ExternType::Tag,
            _,
        ) => false,
    };
    if matches { Ok(()) } else { Err(format!("incompatible import type: {wanted}, given {offered}")) }
}

/// Whether `ty` is `of` without null.
fn is_narrower(ty: ValType, of: ValType) -> bool {
    match (ty, of) {
        (ValType::Ref(ty), ValType::Ref(of)) => of.is_nullable() && ty.nullable() == of,
        _ => false,
    }
}

fn limits_match(offered: (u64, Option<u64>), wanted: (u64, Option<u64>)) -> bool {
    let maximum = match (offered.1, wanted.1) {
        (_, None) => true,
        (None, Some(_)) => false,
        (Some(offered), Some(wanted)) => offered <= wanted,
    };
    offered.0 >= wanted.0 && maximum
}

/// log2 of the bytes of a page.
pub fn page_log2(ty: &MemoryType) -> u32 {
    ty.page_size_log2.unwrap_or(16)
}
