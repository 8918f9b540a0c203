//! A relocatable wasm object: its symbols, segments, groups, init functions and relocations, from the `linking` section
//! (version 2) and the `reloc.*` sections (WebAssembly tool conventions, Linking.md).
//!
//! `apply` checks all of them against the module and makes the module one whose roots are its symbols: each function that
//! is defined and not local becomes an export, and element segments, which stand for the table that a linker would
//! make, go. What remains of a relocation is where it stands, its symbol and its addend.
//!
//! Invariant: relocations of code and of each segment are in ascending order of their places, and every index in them
//! is one of a symbol of the right kind.

use super::{Entity, Export, Module};
use crate::error::{Error, OneLine, Place};
use std::collections::BTreeSet;
use std::ops::Range;
use wasmparser::{
    BinaryReader, ComdatSymbolKind, LinkingSectionReader, RelocSectionReader, RelocationEntry, RelocationType,
    SegmentFlags, SymbolFlags, SymbolInfo,
};

/// The object's own name of the stack pointer's global, a convention of all tools.
const STACK_POINTER: &str = "__stack_pointer";

/// Segment flag of tool conventions: the linker keeps the segment whether or not anything refers to it.
const SEGMENT_RETAIN: u32 = 4;

/// What the sections of a relocatable object say, not yet checked against the module.
#[derive(Default)]
pub struct Sections<'a> {
    /// Contents of the `linking` section.
    pub linking: Option<BinaryReader<'a>>,
    /// Contents of the `reloc.*` sections.
    pub relocs: Vec<BinaryReader<'a>>,
    /// The contents of every section, by index, as byte ranges of the binary, with the section's number.
    pub ranges: Vec<(u8, Range<u64>)>,
    /// The bytes of every data segment as a range of the binary.
    pub segments: Vec<Range<u64>>,
}

/// What a relocatable object says to its linker.
#[derive(Default)]
pub struct Linking<'a> {
    pub symbols: Vec<LinkedSymbol<'a>>,
    /// One for each data segment.
    pub segments: Vec<Segment<'a>>,
    /// Priority and function symbol, in the order of the priorities.
    pub init: Vec<(u32, u32)>,
    pub groups: Vec<Group<'a>>,
    /// Of the code section, places as byte offsets in the binary.
    pub code: Vec<Reloc>,
    /// The global that is the stack pointer, if the object has it.
    pub stack_pointer: Option<u32>,
    /// Functions whose address is taken, or that the source says are used.
    pub addressed: BTreeSet<u32>,
    /// Functions that take a pointer to their variable arguments where C passes those themselves, by the index of the
    /// import, with the symbol that takes a `va_list`.
    pub variadic: Vec<(u32, String)>,
}

pub struct LinkedSymbol<'a> {
    pub name: &'a str,
    pub place: SymbolPlace,
    pub binding: Binding,
    pub hidden: bool,
    /// The source says that it is used, though nothing may refer to it.
    pub used: bool,
}

#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Binding {
    Local,
    Global,
    Weak,
}

/// What a symbol is, and where.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum SymbolPlace {
    /// Defined or, where the function is imported, not.
    Function(u32),
    /// Bytes of a segment.
    Data {
        segment: u32,
        offset: u32,
        size: u32,
    },
    /// Data that is defined elsewhere.
    UndefinedData,
    Global(u32),
    Table,
    /// Of a custom section, for debug information.
    Section,
}

pub struct Segment<'a> {
    pub name: &'a str,
    /// log2 of the alignment.
    pub alignment: u32,
    /// All of it are strings that end in 0.
    pub strings: bool,
    pub retain: bool,
    /// Places are offsets in the segment.
    pub relocs: Vec<Reloc>,
}

/// Functions and segments of which a linker keeps one of each name.
pub struct Group<'a> {
    pub name: &'a str,
    pub functions: Vec<u32>,
    pub segments: Vec<u32>,
}

#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Reloc {
    /// Of the first byte that it changes.
    pub place: u64,
    pub kind: RelocKind,
    /// Index of a symbol.
    pub symbol: u32,
    pub addend: i32,
}

/// What a relocation puts in its place.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum RelocKind {
    /// The function that an instruction calls.
    Callee,
    /// The address of a function.
    FunctionAddress,
    /// The address of data.
    DataAddress,
    /// The same from the place on.
    DataDistance,
    /// The global that an instruction reads or writes.
    Global,
}

impl Linking<'_> {
    /// The relocations of code in a range of the binary.
    pub fn code_between(&self, range: Range<u64>) -> &[Reloc] {
        let first = self.code.partition_point(|reloc| reloc.place < range.start);
        let last = self.code.partition_point(|reloc| reloc.place < range.end);
        &self.code[first..last]
    }

    pub fn symbol(&self, index: u32) -> &LinkedSymbol<'_> {
        &self.symbols[index as usize]
    }

    /// What an imported function is called outside.
    pub fn import_name<'m>(&'m self, module: &'m Module<'_>, index: u32) -> &'m str {
        match self.variadic.iter().find(|&&(of, _)| of == index) {
            Some((_, name)) => name,
            None => module.functions[index as usize].name.unwrap_or_default(),
        }
    }

    /// The first symbol that names function `index`, whose binding is that of the function's code.
    pub fn of_function(&self, index: u32) -> Option<u32> {
        let found = self.symbols.iter().position(|symbol| symbol.place == SymbolPlace::Function(index));
        found.map(|index| index as u32)
    }
}

fn invalid(error: wasmparser::Error) -> Error {
    Error::invalid(Place::at(error.offset()), error.message())
}

fn unsupported(what: impl std::fmt::Display) -> Error {
    Error::unsupported(Place::default(), format!("{what} is not supported with --memory native"))
}

/// Reads the sections of an object and makes its symbols the roots of the module.
///
/// # Errors
/// `Unsupported` for a module that is no relocatable object, and for relocations and symbols that have no meaning
/// here; `Invalid` for indices and places that do not exist.
pub fn apply<'a>(module: &mut Module<'a>, sections: Sections<'a>, variadic: &[(String, String)]) -> Result<(), Error> {
    let Some(section) = sections.linking.clone() else {
        let message = "--memory native takes a relocatable wasm object (clang -c, rustc --emit obj, wasm-ld -r)";
        return Err(Error::unsupported(Place::default(), message));
    };
    let mut linking = Linking::default();
    subsections(module, section, &mut linking)?;
    check_segments(module, &linking)?;
    for section in &sections.relocs {
        relocations(&sections, section.clone(), &mut linking)?;
    }
    linking.code.sort_by_key(|reloc| reloc.place);
    linking.segments.iter_mut().for_each(|segment| segment.relocs.sort_by_key(|reloc| reloc.place));
    linking.init.sort_by_key(|&(priority, _)| priority);
    roots(module, &mut linking);
    linking.variadic = variadic_imports(module, variadic);
    module.linking = Some(linking);
    Ok(())
}

fn subsections<'a>(module: &Module<'a>, section: BinaryReader<'a>, linking: &mut Linking<'a>) -> Result<(), Error> {
    let reader = LinkingSectionReader::new(section).map_err(invalid)?;
    for subsection in reader.subsections() {
        match subsection.map_err(invalid)? {
            wasmparser::Linking::SegmentInfo(segments) => {
                for segment in segments {
                    linking.segments.push(segment_info(segment.map_err(invalid)?)?);
                }
            }
            wasmparser::Linking::InitFuncs(functions) => {
                for function in functions {
                    let function = function.map_err(invalid)?;
                    linking.init.push((function.priority, function.symbol_index));
                }
            }
            wasmparser::Linking::ComdatInfo(groups) => {
                for group in groups {
                    linking.groups.push(group_info(group.map_err(invalid)?)?);
                }
            }
            wasmparser::Linking::SymbolTable(symbols) => {
                for symbol in symbols {
                    linking.symbols.push(symbol_info(module, symbol.map_err(invalid)?)?);
                }
            }
            // The target is wasm32, or addresses would be of 64 bits, which relocations say. What is unknown is advice.
            _ => {}
        }
    }
    for &(_, symbol) in &linking.init {
        if !matches!(linking.symbols.get(symbol as usize), Some(LinkedSymbol { place: SymbolPlace::Function(_), .. })) {
            return Err(Error::invalid(
                Place::default(),
                format!("symbol {symbol} of an init function is no function"),
            ));
        }
    }
    Ok(())
}

fn segment_info<'a>(segment: wasmparser::Segment<'a>) -> Result<Segment<'a>, Error> {
    if segment.flags.contains(SegmentFlags::TLS) {
        return Err(unsupported(format_args!("thread-local data ({})", OneLine(segment.name))));
    }
    if segment.name.contains('\0') {
        return Err(Error::invalid(Place::default(), format!("the name of a segment, {}", OneLine(segment.name))));
    }
    if segment.alignment > 30 {
        return Err(Error::invalid(Place::default(), format!("an alignment of 2^{}", segment.alignment)));
    }
    Ok(Segment {
        name: segment.name,
        alignment: segment.alignment,
        strings: segment.flags.contains(SegmentFlags::STRINGS),
        retain: segment.flags.bits() & SEGMENT_RETAIN != 0,
        relocs: Vec::new(),
    })
}

fn group_info<'a>(group: wasmparser::Comdat<'a>) -> Result<Group<'a>, Error> {
    if group.name.contains('\0') {
        return Err(Error::invalid(Place::default(), format!("the name of a group, {}", OneLine(group.name))));
    }
    let mut found = Group { name: group.name, functions: Vec::new(), segments: Vec::new() };
    for member in group.symbols {
        let member = member.map_err(invalid)?;
        match member.kind {
            ComdatSymbolKind::Data => found.segments.push(member.index),
            ComdatSymbolKind::Func => found.functions.push(member.index),
            // Debug information goes with what it describes.
            ComdatSymbolKind::Section => {}
            ComdatSymbolKind::Global | ComdatSymbolKind::Event | ComdatSymbolKind::Table => {
                return Err(unsupported(format_args!("a {:?} in group {}", member.kind, OneLine(group.name))));
            }
        }
    }
    Ok(found)
}

fn symbol_info<'a>(module: &Module<'a>, symbol: SymbolInfo<'a>) -> Result<LinkedSymbol<'a>, Error> {
    let missing = |what: &str, index: u32| Error::invalid(Place::default(), format!("a symbol of {what} {index}"));
    let (flags, name, place) = match symbol {
        SymbolInfo::Func { flags, index, name } => {
            let function = module.functions.get(index as usize).ok_or_else(|| missing("function", index))?;
            if flags.contains(SymbolFlags::UNDEFINED) != function.import.is_some() {
                return Err(missing("undefined function", index));
            }
            let name = name.or(function.import.map(|import| import.field)).unwrap_or_default();
            if function.import.is_some() && RETURNING_TWICE.contains(&name) {
                return Err(unsupported(format_args!("{name}, which returns twice,")));
            }
            (flags, name, SymbolPlace::Function(index))
        }
        SymbolInfo::Data { flags, name, symbol: None } => (flags, name, SymbolPlace::UndefinedData),
        SymbolInfo::Data { flags, name, symbol: Some(data) } => {
            if flags.contains(SymbolFlags::ABSOLUTE) {
                return Err(unsupported(format_args!("the absolute symbol {}", OneLine(name))));
            }
            let (segment, offset, size) = (data.index, data.offset, data.size);
            let bytes = module.data.get(segment as usize).ok_or_else(|| missing("segment", segment))?.bytes.len();
            if u64::from(offset) + u64::from(size) > bytes as u64 {
                return Err(missing("bytes past the end of segment", segment));
            }
            (flags, name, SymbolPlace::Data { segment, offset, size })
        }
        SymbolInfo::Global { flags, index, name } => {
            let global = module.globals.get(index as usize).ok_or_else(|| missing("global", index))?;
            let name = name.or(global.import.map(|import| import.field)).unwrap_or_default();
            (flags, name, SymbolPlace::Global(index))
        }
        SymbolInfo::Table { flags, name, .. } => (flags, name.unwrap_or_default(), SymbolPlace::Table),
        SymbolInfo::Section { flags, .. } => (flags, "", SymbolPlace::Section),
        SymbolInfo::Event { name, .. } => {
            return Err(unsupported(format_args!("the tag {}", OneLine(name.unwrap_or_default()))));
        }
    };
    if flags.contains(SymbolFlags::TLS) {
        return Err(unsupported(format_args!("the thread-local symbol {}", OneLine(name))));
    }
    if name.contains('\0') {
        return Err(Error::invalid(Place::default(), format!("the name of a symbol, {}", OneLine(name))));
    }
    let binding = match (flags.contains(SymbolFlags::BINDING_LOCAL), flags.contains(SymbolFlags::BINDING_WEAK)) {
        (true, _) => Binding::Local,
        (false, true) => Binding::Weak,
        (false, false) => Binding::Global,
    };
    let (hidden, used) = (flags.contains(SymbolFlags::VISIBILITY_HIDDEN), flags.contains(SymbolFlags::NO_STRIP));
    Ok(LinkedSymbol { name: c_name(name), place, binding, hidden, used })
}

/// Functions of C that a compiler has to know, since what they return to has other values then.
const RETURNING_TWICE: [&str; 4] = ["setjmp", "_setjmp", "sigsetjmp", "vfork"];

/// What C calls a function: clang has another name for a `main` with parameters.
fn c_name(name: &str) -> &str {
    match name {
        "__main_argc_argv" => "main",
        _ => name,
    }
}

/// Functions of the C library with variable arguments, and those that take a `va_list` in their place.
const VARIADIC: [(&str, &str); 12] = [
    ("printf", "vprintf"),
    ("fprintf", "vfprintf"),
    ("dprintf", "vdprintf"),
    ("sprintf", "vsprintf"),
    ("snprintf", "vsnprintf"),
    ("asprintf", "vasprintf"),
    ("iprintf", "viprintf"),
    ("siprintf", "vsiprintf"),
    ("sniprintf", "vsniprintf"),
    ("scanf", "vscanf"),
    ("fscanf", "vfscanf"),
    ("sscanf", "vsscanf"),
];

/// The imports of functions that C passes variable arguments to. In wasm the last parameter points to these, which lie
/// there as AAPCS32 has them behind a `va_list` (AAPCS32 8.1.4), itself one word.
fn variadic_imports(module: &Module<'_>, named: &[(String, String)]) -> Vec<(u32, String)> {
    let of_option = |name: &str| named.iter().rev().find(|(from, _)| from == name).map(|(_, to)| to.as_str());
    let of_library = |name: &str| VARIADIC.iter().find(|(from, _)| *from == name).map(|&(_, to)| to);
    let imports = module.functions.iter().zip(0..).filter(|(function, _)| function.import.is_some());
    let renamed = imports.filter_map(|(function, index)| {
        let name = function.name?;
        let to = of_option(name).or_else(|| of_library(name))?;
        Some((index, to.to_string()))
    });
    renamed.collect()
}

fn check_segments(module: &Module<'_>, linking: &Linking<'_>) -> Result<(), Error> {
    if linking.segments.len() != module.data.len() {
        let message = format!("{} data segments, of which {} are described", module.data.len(), linking.segments.len());
        return Err(Error::invalid(Place::default(), message));
    }
    for group in &linking.groups {
        let defined =
            |&index: &u32| module.functions.get(index as usize).is_some_and(|function| function.import.is_none());
        let known = |&index: &u32| (index as usize) < module.data.len();
        if !group.functions.iter().all(defined) || !group.segments.iter().all(known) {
            let message = format!("group {} has members that do not exist", OneLine(group.name));
            return Err(Error::invalid(Place::default(), message));
        }
    }
    Ok(())
}

/// Numbers of sections in the binary format.
const CODE: u8 = 10;
const DATA: u8 = 11;

fn relocations<'a>(sections: &Sections<'a>, section: BinaryReader<'a>, linking: &mut Linking<'a>) -> Result<(), Error> {
    let reader = RelocSectionReader::new(section).map_err(invalid)?;
    let Some((id, range)) = sections.ranges.get(reader.section_index() as usize) else {
        let message = format!("relocations of section {}, which does not exist", reader.section_index());
        return Err(Error::invalid(Place::at(reader.range().start), message));
    };
    for entry in reader.entries() {
        let entry = entry.map_err(invalid)?;
        let place = range.start + u64::from(entry.offset);
        let end = place + entry.ty.extent() as u64;
        if end > range.end {
            return Err(Error::invalid(Place::at(place), "a relocation past the end of its section"));
        }
        match *id {
            CODE => linking.code.extend(relocation(linking, entry, place)?),
            DATA => {
                let segment = sections.segments.partition_point(|bytes| bytes.start <= place);
                let segment = segment.checked_sub(1).filter(|&n| end <= sections.segments[n].end);
                let segment = segment.ok_or_else(|| Error::invalid(Place::at(place), "a relocation of no segment"))?;
                let reloc = relocation(linking, entry, place - sections.segments[segment].start)?;
                linking.segments[segment].relocs.extend(reloc);
            }
            // Debug information.
            _ => {}
        }
    }
    Ok(())
}

/// The relocation, if it changes what is compiled.
fn relocation(linking: &Linking<'_>, entry: RelocationEntry, place: u64) -> Result<Option<Reloc>, Error> {
    let kind = match entry.ty {
        RelocationType::FunctionIndexLeb => RelocKind::Callee,
        RelocationType::TableIndexSleb | RelocationType::TableIndexI32 => RelocKind::FunctionAddress,
        RelocationType::MemoryAddrLeb | RelocationType::MemoryAddrSleb | RelocationType::MemoryAddrI32 => {
            RelocKind::DataAddress
        }
        RelocationType::MemoryAddrLocrelI32 => RelocKind::DataDistance,
        RelocationType::GlobalIndexLeb => RelocKind::Global,
        // Types and tables are found by their indices in this module.
        RelocationType::TypeIndexLeb | RelocationType::TableNumberLeb => return Ok(None),
        RelocationType::FunctionOffsetI32
        | RelocationType::SectionOffsetI32
        | RelocationType::EventIndexLeb
        | RelocationType::MemoryAddrRelSleb
        | RelocationType::TableIndexRelSleb
        | RelocationType::GlobalIndexI32
        | RelocationType::MemoryAddrLeb64
        | RelocationType::MemoryAddrSleb64
        | RelocationType::MemoryAddrI64
        | RelocationType::MemoryAddrRelSleb64
        | RelocationType::TableIndexSleb64
        | RelocationType::TableIndexI64
        | RelocationType::MemoryAddrTlsSleb
        | RelocationType::FunctionOffsetI64
        | RelocationType::TableIndexRelSleb64
        | RelocationType::MemoryAddrTlsSleb64
        | RelocationType::FunctionIndexI32 => return Err(unsupported(format_args!("the relocation {:?}", entry.ty))),
    };
    let of_symbol = linking.symbols.get(entry.index as usize).map(|symbol| symbol.place);
    if let (RelocKind::Global, Some(SymbolPlace::Function(_) | SymbolPlace::Data { .. } | SymbolPlace::UndefinedData)) =
        (kind, of_symbol)
    {
        let name = OneLine(linking.symbol(entry.index).name);
        return Err(unsupported(format_args!("position-independent code (the global offset table's entry of {name})")));
    }
    let fits = match kind {
        RelocKind::Callee | RelocKind::FunctionAddress => matches!(of_symbol, Some(SymbolPlace::Function(_))),
        RelocKind::DataAddress | RelocKind::DataDistance => {
            matches!(of_symbol, Some(SymbolPlace::Data { .. } | SymbolPlace::UndefinedData))
        }
        RelocKind::Global => matches!(of_symbol, Some(SymbolPlace::Global(_))),
    };
    if !fits {
        let message = format!("a relocation of type {:?} by symbol {}, which is none for it", entry.ty, entry.index);
        return Err(Error::invalid(Place::at(place), message));
    }
    // Addends of 32-bit relocations have 32 bits.
    let addend = i32::try_from(entry.addend).expect("the reader decodes 32 bits");
    Ok(Some(Reloc { place, kind, symbol: entry.index, addend }))
}

/// Makes what the symbols define the module's exports.
fn roots<'a>(module: &mut Module<'a>, linking: &mut Linking<'a>) {
    module.exports.clear();
    module.elements.clear();
    module.tables.iter_mut().for_each(|table| table.init = None);
    for symbol in &linking.symbols {
        match symbol.place {
            SymbolPlace::Function(index) => {
                let function = &mut module.functions[index as usize];
                if function.name.is_none() || symbol.binding != Binding::Local {
                    function.name = Some(symbol.name);
                }
                if function.import.is_none() && symbol.binding != Binding::Local {
                    module.exports.push(Export { name: symbol.name, entity: Entity::Function(index) });
                }
            }
            SymbolPlace::Global(index) if symbol.name == STACK_POINTER => linking.stack_pointer = Some(index),
            SymbolPlace::Global(_)
            | SymbolPlace::Data { .. }
            | SymbolPlace::UndefinedData
            | SymbolPlace::Table
            | SymbolPlace::Section => {}
        }
    }
    let relocs = linking.code.iter().chain(linking.segments.iter().flat_map(|segment| &segment.relocs));
    let taken = relocs.filter(|reloc| reloc.kind == RelocKind::FunctionAddress).map(|reloc| reloc.symbol);
    let used = linking.symbols.iter().zip(0..).filter(|(symbol, _)| symbol.used).map(|(_, index)| index);
    for symbol in taken.chain(linking.init.iter().map(|&(_, symbol)| symbol)).chain(used) {
        if let SymbolPlace::Function(index) = linking.symbols[symbol as usize].place {
            linking.addressed.insert(index);
        }
    }
}
