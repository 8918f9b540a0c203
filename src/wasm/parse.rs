//! From the bytes of a binary module to a `Module`.
//!
//! wasmparser's validator sees every section and every function body, with every proposal that it knows
//! switched on: so what is valid somewhere but cannot be compiled here is refused as unsupported and
//! not as invalid. An invalid module is always reported as that, whatever else it contains: the first
//! refusal is kept until validation is through. Operators are none of this pass's business; the selector
//! refuses those.
//!
//! The name section serves only messages and local symbols; a broken one is ignored, as the core
//! specification (appendix, custom sections) asks.

use super::support;
use super::{
    ConstExpr, Data, Element, Entity, Export, Function, Global, Import, Items, Memory, Module,
    Placement, Table,
};
use crate::error::{Error, Place};
use rayon::prelude::*;
use wasmparser::{
    CustomSectionReader, DataKind, DataSectionReader, ElementItems, ElementKind,
    ElementSectionReader, ExportSectionReader, ExternalKind, FuncToValidate,
    FuncValidatorAllocations, FunctionBody, GlobalSectionReader, ImportSectionReader, KnownCustom,
    MemorySectionReader, Name, NameSectionReader, Parser, Payload, SectionLimited, TableInit,
    TableSectionReader, TypeRef, TypeSectionReader, ValidPayload, Validator, ValidatorResources,
    WasmFeatures,
};

/// The proposals that the validator accepts: all.
const FEATURES: WasmFeatures = WasmFeatures::all();

/// Parses and validates a binary module.
///
/// # Errors
/// `Invalid` for what is not a valid module, `Unsupported` for a valid one that declares what cannot be
/// compiled. No bytes make it panic.
pub fn parse<'a>(bytes: &'a [u8]) -> Result<Module<'a>, Error> {
    if Parser::is_component(bytes) {
        return Err(Error::unsupported(
            Place::default(),
            "a component is not supported",
        ));
    }
    let mut builder = Builder::default();
    let mut bodies = Vec::new();
    let mut validator = Validator::new_with_features(FEATURES);
    let mut parser = Parser::new(0);
    parser.set_features(FEATURES);
    for payload in parser.parse_all(bytes) {
        let payload = payload.map_err(invalid)?;
        match validator.payload(&payload).map_err(invalid)? {
            ValidPayload::Func(function, body) => bodies.push((function, body)),
            ValidPayload::Ok | ValidPayload::Parser(_) | ValidPayload::End(_) => {}
        }
        builder.payload(payload).map_err(invalid)?;
    }
    validate_bodies(&builder.module, bodies)?;
    match builder.refusal() {
        Some(error) => Err(error),
        None => Ok(builder.module),
    }
}

fn invalid(error: wasmparser::Error) -> Error {
    Error::invalid(Place::at(error.offset()), error.message())
}

/// Validates the bodies side by side; the error of the first invalid one in the module's order wins.
fn validate_bodies(
    module: &Module<'_>,
    bodies: Vec<(FuncToValidate<ValidatorResources>, FunctionBody<'_>)>,
) -> Result<(), Error> {
    let first = bodies
        .into_par_iter()
        .map_init(
            FuncValidatorAllocations::default,
            |allocations, (function, body)| {
                let index = function.index;
                let mut validator = function.into_validator(std::mem::take(allocations));
                let result = validator.validate(&body);
                *allocations = validator.into_allocations();
                result.err().map(|error| (index, error))
            },
        )
        .find_first(Option::is_some);
    match first {
        Some(Some((index, error))) => {
            let place = module.place(index, Some(error.offset()));
            Err(Error::invalid(place, error.message()))
        }
        Some(None) | None => Ok(()),
    }
}

/// A module under construction, and what was seen in it that cannot be compiled.
#[derive(Default)]
struct Builder<'a> {
    module: Module<'a>,
    /// The function whose body comes next.
    next_body: usize,
    /// Where the first thing that is not supported stands, and its name.
    refusal: Option<(u64, &'static str)>,
    /// Whether there is a `linking` section, as in every relocatable wasm object.
    linking: bool,
}

impl<'a> Builder<'a> {
    fn payload(&mut self, payload: Payload<'a>) -> wasmparser::Result<()> {
        match payload {
            Payload::TypeSection(reader) => self.types(reader)?,
            Payload::ImportSection(reader) => self.imports(reader)?,
            Payload::FunctionSection(reader) => self.functions(reader)?,
            Payload::TableSection(reader) => self.tables(reader)?,
            Payload::MemorySection(reader) => self.memories(reader)?,
            Payload::TagSection(reader) if reader.count() > 0 => {
                self.refuse(reader.range().start, support::tag());
            }
            Payload::GlobalSection(reader) => self.globals(reader)?,
            Payload::ExportSection(reader) => self.exports(reader)?,
            Payload::StartSection { func, .. } => self.module.start = Some(func),
            Payload::ElementSection(reader) => self.elements(reader)?,
            Payload::DataSection(reader) => self.data(reader)?,
            Payload::CodeSectionEntry(body) => {
                self.module.functions[self.next_body].body = Some(body);
                self.next_body += 1;
            }
            Payload::CustomSection(reader) => self.custom(&reader),
            // The version, counts that the sections repeat, and the end.
            _ => {}
        }
        Ok(())
    }

    fn refuse(&mut self, offset: u64, what: &'static str) {
        self.refusal.get_or_insert((offset, what));
    }

    fn check(&mut self, offset: u64, result: Result<(), &'static str>) {
        if let Err(what) = result {
            self.refuse(offset, what);
        }
    }

    /// The error of the first thing that cannot be compiled.
    fn refusal(&self) -> Option<Error> {
        let unlinked = self.linking
            && self.module.memories.iter().any(|memory| {
                memory
                    .import
                    .is_some_and(|import| import.field == "__linear_memory")
            });
        if let Some((offset, what)) = self.refusal {
            Some(Error::unsupported(
                Place::at(offset),
                format!("{what} is not supported"),
            ))
        } else if unlinked {
            let message = "a relocatable wasm object is not supported: link it with wasm-ld first";
            Some(Error::unsupported(Place::default(), message))
        } else {
            None
        }
    }

    fn types(&mut self, reader: TypeSectionReader<'a>) -> wasmparser::Result<()> {
        for item in reader.into_iter_with_offsets() {
            let (offset, group) = item?;
            match support::function_type(group) {
                Ok(ty) => self.module.types.push(ty),
                Err(what) => self.refuse(offset, what),
            }
        }
        Ok(())
    }

    fn imports(&mut self, reader: ImportSectionReader<'a>) -> wasmparser::Result<()> {
        for item in reader.into_imports_with_offsets() {
            let (
                offset,
                wasmparser::Import {
                    module,
                    name: field,
                    ty,
                },
            ) = item?;
            let import = Some(Import { module, field });
            match ty {
                TypeRef::Func(signature) => {
                    self.next_body += 1;
                    self.module.functions.push(Function {
                        signature,
                        import,
                        body: None,
                        name: None,
                    });
                }
                TypeRef::Table(ty) => {
                    self.check(offset, support::table_type(&ty));
                    self.module.tables.push(Table {
                        ty,
                        import,
                        init: None,
                    });
                }
                TypeRef::Memory(ty) => {
                    self.check(offset, support::memory_type(&ty));
                    self.module.memories.push(Memory { ty, import });
                }
                TypeRef::Global(ty) => {
                    self.check(offset, support::global_type(&ty));
                    self.module.globals.push(Global {
                        ty,
                        import,
                        init: None,
                    });
                }
                TypeRef::Tag(_) => self.refuse(offset, support::tag()),
                TypeRef::FuncExact(_) => self.refuse(offset, "an import of an exact function type"),
            }
        }
        Ok(())
    }

    fn functions(&mut self, reader: SectionLimited<'a, u32>) -> wasmparser::Result<()> {
        for signature in reader {
            let signature = signature?;
            self.module.functions.push(Function {
                signature,
                import: None,
                body: None,
                name: None,
            });
        }
        Ok(())
    }

    fn tables(&mut self, reader: TableSectionReader<'a>) -> wasmparser::Result<()> {
        for item in reader.into_iter_with_offsets() {
            let (offset, table) = item?;
            self.check(offset, support::table_type(&table.ty));
            let init = match table.init {
                TableInit::RefNull => None,
                TableInit::Expr(init) => {
                    self.refuse(offset, "a table initializer");
                    Some(ConstExpr(init.get_binary_reader()))
                }
            };
            self.module.tables.push(Table {
                ty: table.ty,
                import: None,
                init,
            });
        }
        Ok(())
    }

    fn memories(&mut self, reader: MemorySectionReader<'a>) -> wasmparser::Result<()> {
        for item in reader.into_iter_with_offsets() {
            let (offset, ty) = item?;
            self.check(offset, support::memory_type(&ty));
            self.module.memories.push(Memory { ty, import: None });
        }
        Ok(())
    }

    fn globals(&mut self, reader: GlobalSectionReader<'a>) -> wasmparser::Result<()> {
        for item in reader.into_iter_with_offsets() {
            let (offset, global) = item?;
            self.check(offset, support::global_type(&global.ty));
            let init = Some(ConstExpr(global.init_expr.get_binary_reader()));
            self.module.globals.push(Global {
                ty: global.ty,
                import: None,
                init,
            });
        }
        Ok(())
    }

    fn exports(&mut self, reader: ExportSectionReader<'a>) -> wasmparser::Result<()> {
        for item in reader.into_iter_with_offsets() {
            let (offset, export) = item?;
            let entity = match export.kind {
                ExternalKind::Func | ExternalKind::FuncExact => Entity::Function(export.index),
                ExternalKind::Table => Entity::Table(export.index),
                ExternalKind::Memory => Entity::Memory(export.index),
                ExternalKind::Global => Entity::Global(export.index),
                ExternalKind::Tag => {
                    self.refuse(offset, support::tag());
                    continue;
                }
            };
            self.module.exports.push(Export {
                name: export.name,
                entity,
            });
        }
        Ok(())
    }

    fn elements(&mut self, reader: ElementSectionReader<'a>) -> wasmparser::Result<()> {
        for item in reader.into_iter_with_offsets() {
            let (offset, element) = item?;
            let placement = match element.kind {
                ElementKind::Passive => Placement::Passive,
                ElementKind::Declared => Placement::Declared,
                ElementKind::Active {
                    table_index,
                    offset_expr,
                } => Placement::Active {
                    index: table_index.unwrap_or(0),
                    offset: ConstExpr(offset_expr.get_binary_reader()),
                },
            };
            let items = match element.items {
                ElementItems::Functions(items) => {
                    Items::Functions(items.into_iter().collect::<wasmparser::Result<_>>()?)
                }
                ElementItems::Expressions(ty, items) => {
                    self.check(offset, support::value_type(ty.into()));
                    let items = items
                        .into_iter()
                        .map(|item| Ok(ConstExpr(item?.get_binary_reader())));
                    Items::Expressions(items.collect::<wasmparser::Result<_>>()?)
                }
            };
            self.module.elements.push(Element { placement, items });
        }
        Ok(())
    }

    fn data(&mut self, reader: DataSectionReader<'a>) -> wasmparser::Result<()> {
        for data in reader {
            let data = data?;
            let placement = match data.kind {
                DataKind::Passive => Placement::Passive,
                DataKind::Active {
                    memory_index,
                    offset_expr,
                } => Placement::Active {
                    index: memory_index,
                    offset: ConstExpr(offset_expr.get_binary_reader()),
                },
            };
            self.module.data.push(Data {
                placement,
                bytes: data.data,
            });
        }
        Ok(())
    }

    fn custom(&mut self, reader: &CustomSectionReader<'a>) {
        match reader.as_known() {
            KnownCustom::Name(names) => {
                let names = function_names(names).unwrap_or_default();
                for (index, name) in names {
                    if let Some(function) = self.module.functions.get_mut(index as usize) {
                        function.name = Some(name);
                    }
                }
            }
            KnownCustom::Linking(_) => self.linking = true,
            _ => {}
        }
    }
}

/// Index and name of every function that the section names.
fn function_names<'a>(section: NameSectionReader<'a>) -> wasmparser::Result<Vec<(u32, &'a str)>> {
    let mut names = Vec::new();
    for subsection in section {
        if let Name::Function(map) = subsection? {
            for naming in map {
                let naming = naming?;
                names.push((naming.index, naming.name));
            }
        }
    }
    Ok(names)
}
