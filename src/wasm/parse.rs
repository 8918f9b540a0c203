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

use super::linking::{self, Sections};
use super::support;
use super::{
    ConstExpr, Data, Element, Entity, Export, Function, Global, Import, Items, Memory, Module, Placement, Table,
};
use crate::error::{Error, OneLine, Place};
use rayon::prelude::*;
use wasmparser::{
    CustomSectionReader, DataKind, DataSectionReader, ElementItems, ElementKind, ElementSectionReader,
    ExportSectionReader, ExternalKind, FuncToValidate, FuncValidatorAllocations, FunctionBody, GlobalSectionReader,
    ImportSectionReader, KnownCustom, MemorySectionReader, Name, NameSectionReader, Parser, Payload, SectionLimited,
    TableInit, TableSectionReader, TypeRef, TypeSectionReader, ValidPayload, Validator, ValidatorResources,
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
    let (module, sections) = read(bytes)?;
    let imports = module.memories.iter().filter_map(|memory| memory.import);
    if sections.linking.is_some() && imports.into_iter().any(|import| import.field == "__linear_memory") {
        let message = "a relocatable wasm object is not supported with --memory static: link it with wasm-ld first, or \
                       compile it with --memory native";
        return Err(Error::unsupported(Place::default(), message));
    }
    Ok(module)
}

/// Parses and validates a relocatable object, whose symbols become the roots. `variadic` is as in `Options`.
///
/// # Errors
/// As `parse` and `linking::apply`.
pub fn parse_object<'a>(bytes: &'a [u8], variadic: &[(String, String)]) -> Result<Module<'a>, Error> {
    let (mut module, sections) = read(bytes)?;
    linking::apply(&mut module, sections, variadic)?;
    Ok(module)
}

fn read<'a>(bytes: &'a [u8]) -> Result<(Module<'a>, Sections<'a>), Error> {
    if !bytes.starts_with(b"\0asm") {
        return Err(Error::invalid(Place::at(0), "this is not a WebAssembly binary"));
    }
    if Parser::is_component(bytes) {
        return Err(Error::unsupported(Place::default(), "a component is not supported"));
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
        if let Some((id, range)) = payload.as_section() {
            builder.sections.ranges.push((id, range));
        }
        builder.payload(payload).map_err(invalid)?;
    }
    validate_bodies(&builder.module, bodies)?;
    match builder.refusal() {
        Some(error) => Err(error),
        None => Ok((builder.module, builder.sections)),
    }
}

fn invalid(error: wasmparser::Error) -> Error {
    Error::invalid(Place::at(error.offset()), one_line(error.message()))
}

/// The validator's message, which may quote names and lists, on one line.
fn one_line(message: &str) -> String {
    let words: Vec<&str> = message.split_whitespace().collect();
    OneLine(&words.join(" ")).to_string()
}

/// Validates the bodies side by side; the error of the first invalid one in the module's order wins.
fn validate_bodies(
    module: &Module<'_>,
    bodies: Vec<(FuncToValidate<ValidatorResources>, FunctionBody<'_>)>,
) -> Result<(), Error> {
    let first = bodies
        .into_par_iter()
        .map_init(FuncValidatorAllocations::default, |allocations, (function, body)| {
            let index = function.index;
            let mut validator = function.into_validator(std::mem::take(allocations));
            let result = validator.validate(&body);
            *allocations = validator.into_allocations();
            result.err().map(|error| (index, error))
        })
        .find_first(Option::is_some);
    match first {
        Some(Some((index, error))) => {
            let place = module.place(index, Some(error.offset()));
            Err(Error::invalid(place, one_line(error.message())))
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
    /// What only relocatable objects have.
    sections: Sections<'a>,
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
        let (offset, what) = self.refusal?;
        Some(Error::unsupported(Place::at(offset), format!("{what} is not supported")))
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
            let (offset, wasmparser::Import { module, name: field, ty }) = item?;
            let import = Some(Import { module, field });
            match ty {
                TypeRef::Func(signature) => {
                    self.next_body += 1;
                    self.module.functions.push(Function { signature, import, body: None, name: None });
                }
                TypeRef::Table(ty) => {
                    self.check(offset, support::table_type(&ty));
                    self.module.tables.push(Table { ty, import, init: None });
                }
                TypeRef::Memory(ty) => {
                    self.check(offset, support::memory_type(&ty));
                    self.module.memories.push(Memory { ty, import });
                }
                TypeRef::Global(ty) => {
                    self.check(offset, support::global_type(&ty));
                    self.module.globals.push(Global { ty, import, init: None });
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
            self.module.functions.push(Function { signature, import: None, body: None, name: None });
        }
        Ok(())
    }

    fn tables(&mut self, reader: TableSectionReader<'a>) -> wasmparser::Result<()> {
        for item in reader.into_iter_with_offsets() {
            let (offset, table) = item?;
            self.check(offset, support::table_type(&table.ty));
            let init = match table.init {
                TableInit::RefNull => None,
                TableInit::Expr(init) => Some(ConstExpr(init.get_binary_reader())),
            };
            self.module.tables.push(Table { ty: table.ty, import: None, init });
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
            self.module.globals.push(Global { ty: global.ty, import: None, init });
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
            self.module.exports.push(Export { name: export.name, entity });
        }
        Ok(())
    }

    fn elements(&mut self, reader: ElementSectionReader<'a>) -> wasmparser::Result<()> {
        for item in reader.into_iter_with_offsets() {
            let (offset, element) = item?;
            let placement = match element.kind {
                ElementKind::Passive => Placement::Passive,
                ElementKind::Declared => Placement::Declared,
                ElementKind::Active { table_index, offset_expr } => Placement::Active {
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
                    let items = items.into_iter().map(|item| Ok(ConstExpr(item?.get_binary_reader())));
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
                DataKind::Active { memory_index, offset_expr } => {
                    Placement::Active { index: memory_index, offset: ConstExpr(offset_expr.get_binary_reader()) }
                }
            };
            self.sections.segments.push(data.range.end - data.data.len() as u64..data.range.end);
            self.module.data.push(Data { placement, bytes: data.data });
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
            _ if reader.name() == "linking" => self.sections.linking = Some(reader.data_reader()),
            _ if reader.name().starts_with("reloc.") => self.sections.relocs.push(reader.data_reader()),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::Options;
    use crate::wasm::layout;

    fn parse_text(text: &str) -> Result<(), Error> {
        let wasm = wat::parse_str(text).expect("the text is a module");
        parse(&wasm).map(|_| ())
    }

    /// Between them, every section and every kind of segment, import and export.
    const MODULES: [&str; 4] = [
        r#"(module $everything
            (type $t (func (param i32 i64) (result i32)))
            (import "env" "f" (func $f (type $t)))
            (import "env" "g" (global $g i32))
            (import "env" "t" (table $t 1 funcref))
            (memory $m (export "memory") 1 4)
            (table $own 4 8 funcref)
            (global $x (export "x") (mut i64) (i64.const 5))
            (global $y f64 (f64.const 1.5))
            (elem (table $own) (i32.const 0) func $f $h)
            (elem funcref (ref.func $h) (ref.null func))
            (elem declare func $h)
            (data (i32.const 8) "hello")
            (data "passive")
            (func $h (export "h") (type $t) (local i32 f32)
              (block (loop (br_table 0 1 0 (local.get 0))))
              (memory.init 1 (i32.const 0) (i32.const 0) (i32.const 1))
              (call_indirect (type $t) (local.get 0) (local.get 1) (i32.const 2)))
            (func $s)
            (start $s))"#,
        r#"(module (import "env" "m" (memory 1)) (memory 2)
            (data (memory 1) (offset (i32.add (i32.const 1) (i32.const 2))) "x"))"#,
        "(module (func (export \"f\") (result i32 i64) (i32.const 1) (i64.const 2)))",
        "(module)",
    ];

    #[test]
    fn broken_bytes_are_refused_without_a_panic() {
        for text in MODULES {
            let wasm = wat::parse_str(text).expect("the text is a module");
            parse(&wasm).expect("the module is valid and supported");
            for end in 0..wasm.len() {
                // A prefix that ends between sections may be a module.
                let _ = parse(&wasm[..end]);
            }
            for bit in 0..wasm.len() * 8 {
                let mut flipped = wasm.clone();
                flipped[bit / 8] ^= 1 << (bit % 8);
                if let Ok(module) = parse(&flipped) {
                    let _ = layout(&module, &Options::default());
                }
            }
        }
    }

    #[test]
    fn what_is_valid_but_not_compiled_is_named() {
        let cases = [
            ("(memory i64 1)", "a 64-bit memory"),
            ("(memory 1 1 shared)", "a shared memory"),
            ("(table i64 1 funcref)", "a 64-bit table"),
            ("(tag)", "exception handling"),
            ("(import \"a\" \"b\" (tag))", "exception handling"),
            ("(type (struct))", "garbage collection"),
            ("(type (array i8))", "garbage collection"),
            ("(rec (type (func)) (type (func)))", "garbage collection"),
            ("(type (sub (func)))", "garbage collection"),
            ("(func (param v128))", "SIMD (v128)"),
            ("(global anyref (ref.null any))", "garbage collection"),
            ("(type $t (func)) (func (param (ref $t)))", "typed function references"),
            ("(func (param exnref))", "exception handling"),
            ("(table 1 (ref func) (ref.func 0)) (func)", "typed function references"),
        ];
        for (fields, name) in cases {
            let error = parse_text(&format!("(module {fields})")).expect_err("it is not supported");
            let Error::Unsupported { message, place } = error else { panic!("{fields}: {error}") };
            assert_eq!(message, format!("{name} is not supported"), "{fields}");
            assert!(place.offset.is_some(), "{fields}");
        }
        let component = b"\0asm\x0d\0\x01\0";
        assert!(matches!(parse(component), Err(Error::Unsupported { .. })));
    }

    #[test]
    fn an_invalid_module_is_invalid_even_with_unsupported_parts() {
        let error = parse_text("(module (memory i64 1) (func (result i32)))");
        assert!(matches!(error, Err(Error::Invalid { .. })), "{error:?}");
    }

    #[test]
    fn the_first_invalid_body_is_named_with_its_place() {
        let bodies = "(func $fine) (func $first (drop)) (func $second (result i32))";
        let error = parse_text(&format!("(module {bodies})")).expect_err("two bodies are invalid");
        let text = error.to_string();
        assert!(text.starts_with("function 1 (first) at 0x"), "{text}");
    }

    #[test]
    fn a_broken_name_section_is_ignored() {
        let mut wasm = wat::parse_str("(module (func))").expect("the text is a module");
        // Custom section "name", subsection 1 of 4 bytes: one name, of function 0, of which 9 bytes are missing.
        wasm.extend(b"\x00\x0b\x04name\x01\x04\x01\x00\x09x");
        assert_eq!(parse(&wasm).expect("the module is valid").functions[0].name, None);
    }
}
