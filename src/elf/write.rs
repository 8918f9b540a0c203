//! The object's sections, symbols and relocations.
//!
//! Each function has a section of its own, so that the linker can drop it. State and images have theirs,
//! made when the first relocation or export asks for them: the object holds nothing that is not referred
//! to. Everything is made in the order of the code that is passed in, hence the same for the same input.

use super::attributes::attributes;
use super::symbols::Names;
use crate::emit::{Code, RelocKind};
use crate::error::Error;
use crate::hash::{HashMap, HashSet};
use crate::isa;
use crate::options::Options;
use crate::wasm::linking::{Binding, SymbolPlace};
use crate::wasm::{Entity, Layout, Linking, Module};
use object::write::{Object, Relocation, SectionId, Symbol, SymbolFlags, SymbolId, SymbolSection};
use object::{
    Architecture, BinaryFormat, Endianness, FileFlags, RelocationFlags, SectionFlags, SectionKind, SymbolKind,
    SymbolScope, elf,
};
use wasmparser::ValType;

/// What a piece of machine code is.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Part {
    /// Function N: its body, or for an import the thunk that stands for it where it is exported or
    /// referred to by its address.
    Function(u32),
    /// A routine of `select::routines` that other parts refer to.
    Routine(isa::Name),
    /// What gives back an enlarged area of arguments (`emit::tail_return`).
    TailReturn,
    /// `<module>_init`
    Init,
}

/// An object, and what is in it.
pub struct Written {
    pub bytes: Vec<u8>,
    pub names: Names,
    /// What the object defines or refers to.
    pub symbols: HashSet<isa::Symbol>,
}

/// The object. `code` holds every function that can be reached and is not imported, a thunk
/// for each import that is exported or whose reference is taken, the initialisation, and the routines that these refer to.
///
/// # Errors
/// `Limit` where something that the code refers to has the name of something else.
pub fn write(
    module: &Module<'_>,
    layout: &Layout,
    names: Names,
    mut code: Vec<(Part, Code)>,
    options: &Options,
) -> Result<Written, Error> {
    let mut object = Object::new(BinaryFormat::Elf, Architecture::Arm, Endianness::Little);
    object.flags = FileFlags::Elf { os_abi: elf::ELFOSABI_NONE, abi_version: 0, e_flags: elf::EF_ARM_EABI_VER5 };
    let mut writer = Writer {
        object,
        module,
        layout,
        names,
        symbols: HashMap::default(),
        undefined: HashMap::default(),
        variables: None,
    };
    writer.attributes(options, floats_travel(module, layout, &code));
    let sections: Vec<SectionId> = code.iter_mut().map(|(part, code)| writer.code(*part, code)).collect();
    match &module.linking {
        Some(linking) => {
            let functions = code.iter().zip(&sections).filter_map(|((part, _), &section)| match part {
                Part::Function(index) => Some((*index, section)),
                Part::Routine(_) | Part::TailReturn | Part::Init => None,
            });
            let functions = functions.collect();
            writer.native(linking, &functions)?;
        }
        None => writer.exports()?,
    }
    // Of each function's code nothing stays but what the object has of it.
    for (section, (_, code)) in sections.into_iter().zip(code) {
        for reloc in &code.relocs {
            writer.relocation(section, reloc.offset, reloc.kind, reloc.symbol)?;
        }
    }
    let bytes = writer.object.write();
    Ok(Written {
        bytes: bytes.expect("sections, symbols and relocations are those of ELF32 for Arm"),
        names: writer.names,
        symbols: writer.symbols.into_keys().collect(),
    })
}

/// Whether floats are passed or returned between functions of this object and others: those that are imported, exported or
/// referred to by their addresses, and libm's.
fn floats_travel(module: &Module<'_>, layout: &Layout, code: &[(Part, Code)]) -> bool {
    let is_float = |ty: &ValType| matches!(ty, ValType::F32 | ValType::F64);
    if module.linking.is_some() {
        // Any pointer may lead to a function of any type.
        return module.types.iter().any(|ty| ty.params().iter().chain(ty.results()).any(is_float));
    }
    let has_floats = |index: usize| {
        let ty = &module.types[module.functions[index].signature as usize];
        ty.params().iter().chain(ty.results()).any(is_float)
    };
    let exported = module.exports.iter().filter_map(|export| match export.entity {
        Entity::Function(index) => Some(index as usize),
        _ => None,
    });
    let is_open = |&index: &usize| layout.referenced[index] || module.functions[index].import.is_some();
    let open = (0..module.functions.len()).filter(is_open);
    let relocs = || code.iter().flat_map(|(_, code)| &code.relocs);
    let roots = || {
        relocs().any(|reloc| match reloc.symbol {
            isa::Symbol::Library(name) => matches!(name.text(), "sqrt" | "sqrtf"),
            _ => false,
        })
    };
    exported.chain(open).any(has_floats) || roots()
}

pub(super) struct Writer<'w, 'a> {
    pub object: Object<'static>,
    pub module: &'w Module<'a>,
    pub layout: &'w Layout,
    pub names: Names,
    /// The symbols that are there already. Never iterated: its order is not the input's.
    symbols: HashMap<isa::Symbol, SymbolId>,
    /// The undefined ones by name, since equal imports share theirs.
    undefined: HashMap<String, SymbolId>,
    /// The section of the module's variables.
    pub variables: Option<SectionId>,
}

/// What a symbol names.
#[derive(Copy, Clone)]
pub(super) struct Span {
    pub section: SectionId,
    pub offset: u32,
    pub size: u32,
}

impl Writer<'_, '_> {
    fn attributes(&mut self, options: &Options, floats: bool) {
        let section = self.section(".ARM.attributes", SectionKind::Metadata);
        let section = self.object.section_mut(section);
        section.flags = SectionFlags::Elf { sh_type: elf::SHT_ARM_ATTRIBUTES, sh_flags: elf::SectionFlags(0) };
        section.set_data(attributes(options, floats), 1);
    }

    /// A function's section, which takes its bytes, and symbols.
    fn code(&mut self, part: Part, code: &mut Code) -> SectionId {
        let (name, exports) = match part {
            Part::Function(index) if self.module.linking.is_some() => {
                (self.names.defined(index).to_string(), Vec::new())
            }
            Part::Function(index) => {
                let exports = &self.names.entity(Entity::Function(index)).exports;
                (self.names.defined(index).to_string(), exports.clone())
            }
            Part::Routine(name) => {
                let name = self.names.of(self.module, isa::Symbol::Routine(name));
                (name, Vec::new())
            }
            Part::TailReturn => (self.names.of(self.module, isa::Symbol::TailReturn), Vec::new()),
            Part::Init => {
                let name = self.names.of(self.module, isa::Symbol::Init);
                (name.clone(), vec![name])
            }
        };
        let section = self.section(&format!(".text.{name}"), SectionKind::Text);
        let align = u64::from(code.align);
        let size = u32::try_from(code.bytes.len()).expect("code is shorter than the address space");
        self.object.set_section_data(section, std::mem::take(&mut code.bytes), align);
        let span = Span {
            section,
            // Bit 0 of the value of an STT_FUNC symbol says Thumb (AAELF32 5.5.3).
            offset: code.entry | 1,
            size: size - code.entry,
        };
        let id = match exports.as_slice() {
            [] => self.define(&name, SymbolKind::Text, SymbolScope::Compilation, span),
            [first, others @ ..] => {
                let id = self.define(first, SymbolKind::Text, SymbolScope::Dynamic, span);
                for name in others {
                    self.define(name, SymbolKind::Text, SymbolScope::Dynamic, span);
                }
                id
            }
        };
        self.refer_to_code(part, id);
        if let (Part::Function(index), Some(linking)) = (part, &self.module.linking) {
            self.name_code(linking, index, id, span);
        }
        for &(offset, data) in &code.mapping {
            self.mapping(section, offset, data);
        }
        section
    }

    /// Gives a function of a relocatable object its symbols, of which `first` is there already.
    fn name_code(&mut self, linking: &Linking<'_>, index: u32, first: SymbolId, span: Span) {
        let mut id = Some(first);
        for (symbol, n) in linking.symbols.iter().zip(0..) {
            if symbol.place == SymbolPlace::Function(index) {
                let define = || self.define(symbol.name, SymbolKind::Text, SymbolScope::Compilation, span);
                let id = id.take().unwrap_or_else(define);
                self.object.symbol_mut(id).name = symbol.name.as_bytes().to_vec();
                self.bind(id, symbol);
                self.record(isa::Symbol::Linked(n), id);
            }
        }
    }

    fn refer_to_code(&mut self, part: Part, id: SymbolId) {
        match part {
            Part::Function(index) => {
                let reference = isa::Symbol::FunctionReference(index);
                self.symbols.insert(reference, id);
                // Calls of an import go to the import, not to its thunk.
                if self.module.functions[index as usize].import.is_none() {
                    self.symbols.insert(isa::Symbol::Function(index), id);
                }
            }
            Part::Routine(name) => {
                self.symbols.insert(isa::Symbol::Routine(name), id);
            }
            Part::TailReturn => {
                self.symbols.insert(isa::Symbol::TailReturn, id);
            }
            Part::Init => {
                self.symbols.insert(isa::Symbol::Init, id);
            }
        }
    }

    /// A mapping symbol (AAELF32 5.5.5): from here on data, or Thumb instructions.
    fn mapping(&mut self, section: SectionId, offset: u32, data: bool) {
        let name = if data { "$d" } else { "$t" };
        let span = Span { section, offset, size: 0 };
        self.define(name, SymbolKind::Label, SymbolScope::Compilation, span);
    }

    /// A new, empty section.
    pub fn section(&mut self, name: &str, kind: SectionKind) -> SectionId {
        self.object.add_section(Vec::new(), name.as_bytes().to_vec(), kind)
    }

    /// A new symbol: local with the scope `Compilation`, global with `Dynamic`.
    pub fn define(&mut self, name: &str, kind: SymbolKind, scope: SymbolScope, span: Span) -> SymbolId {
        self.object.add_symbol(Symbol {
            name: name.as_bytes().to_vec(),
            value: u64::from(span.offset),
            size: u64::from(span.size),
            kind,
            scope,
            weak: false,
            section: SymbolSection::Section(span.section),
            flags: SymbolFlags::None,
        })
    }

    /// Whether the program can do without an import.
    fn is_weak_import(&self, symbol: isa::Symbol) -> bool {
        let (Some(linking), isa::Symbol::Function(index)) = (&self.module.linking, symbol) else { return false };
        linking.of_function(index).is_some_and(|n| linking.symbol(n).binding == Binding::Weak)
    }

    /// The undefined global symbol of this name.
    fn undefined(&mut self, name: String) -> SymbolId {
        let object = &mut self.object;
        *self.undefined.entry(name).or_insert_with_key(|name| {
            object.add_symbol(Symbol {
                name: name.as_bytes().to_vec(),
                value: 0,
                size: 0,
                kind: SymbolKind::Unknown,
                scope: SymbolScope::Unknown,
                weak: false,
                section: SymbolSection::Undefined,
                flags: SymbolFlags::None,
            })
        })
    }

    pub fn relocation(
        &mut self,
        section: SectionId,
        offset: u32,
        kind: RelocKind,
        symbol: isa::Symbol,
    ) -> Result<(), Error> {
        let r_type = match kind {
            // R_ARM_THM_CALL, as it was called first.
            RelocKind::Call => elf::R_ARM_THM_PC22,
            RelocKind::Jump => elf::R_ARM_THM_JUMP24,
            RelocKind::Word => elf::R_ARM_ABS32,
        };
        let symbol = self.symbol(symbol)?;
        let relocation = Relocation {
            offset: u64::from(offset),
            symbol,
            // The field holds the addend.
            addend: 0,
            flags: RelocationFlags::Elf { r_type },
        };
        let added = self.object.add_relocation(section, relocation);
        added.expect("an ELF relocation without an addend needs no translation");
        Ok(())
    }

    /// The symbol of the object for one of the code's; made when it is first asked for.
    pub fn symbol(&mut self, symbol: isa::Symbol) -> Result<SymbolId, Error> {
        if let Some(&id) = self.symbols.get(&symbol) {
            return Ok(id);
        }
        let name = self.names.of(self.module, symbol);
        let id = match symbol {
            _ if self.names.is_imported(symbol) => {
                let id = self.undefined(name);
                self.object.symbol_mut(id).weak = self.is_weak_import(symbol);
                id
            }
            isa::Symbol::Function(_)
            | isa::Symbol::FunctionReference(_)
            | isa::Symbol::Routine(_)
            | isa::Symbol::TailReturn
            | isa::Symbol::Init => {
                unreachable!("{name} is referred to but not compiled")
            }
            isa::Symbol::Memory(index) => self.memory(index, &name),
            isa::Symbol::MemorySize(index) => {
                let size = self.layout.memories[index as usize].size;
                self.size_word(Entity::Memory(index), size, &name)
            }
            isa::Symbol::MemoryMax(index) => {
                let max = self.layout.memories[index as usize].reserved;
                self.max_word(Entity::Memory(index), max, &name)
            }
            isa::Symbol::Table(index) => self.table(index, &name)?,
            isa::Symbol::TableSize(index) => {
                let size = self.layout.tables[index as usize].size;
                self.size_word(Entity::Table(index), size, &name)
            }
            isa::Symbol::TableMax(index) => {
                let max = self.layout.tables[index as usize].reserved;
                self.max_word(Entity::Table(index), max, &name)
            }
            isa::Symbol::Global(index) => self.global(index, &name)?,
            isa::Symbol::Data(index) => self.data(index, &name),
            isa::Symbol::DataSize(_) | isa::Symbol::ElementSize(_) => self.segment_size(&name),
            isa::Symbol::Element(index) => self.elements(index, &name)?,
            isa::Symbol::Signature(_) => self.signature(&name),
            isa::Symbol::Linked(index) => self.linked(index)?,
            isa::Symbol::Library(_) => self.environment(name, "library function", None)?,
            isa::Symbol::Trap => self.environment(name, "trap handler", Some("--trap"))?,
            isa::Symbol::StackLimit => self.environment(name, "stack limit", Some("--stack-limit"))?,
        };
        self.symbols.insert(symbol, id);
        Ok(id)
    }

    /// The symbol of the object that is one of the wasm object's: what is not defined, or the function's own.
    fn linked(&mut self, index: u32) -> Result<SymbolId, Error> {
        let linking = self.module.linking.as_ref().expect("only relocatable objects have symbols");
        let symbol = linking.symbol(index);
        if let SymbolPlace::Function(function) = symbol.place {
            return self.symbol(isa::Symbol::Function(function));
        }
        let id = self.undefined(symbol.name.to_string());
        self.object.symbol_mut(id).weak = symbol.binding == Binding::Weak;
        Ok(id)
    }

    pub fn record(&mut self, symbol: isa::Symbol, id: SymbolId) {
        self.symbols.insert(symbol, id);
    }

    pub fn recorded(&self, symbol: isa::Symbol) -> Option<SymbolId> {
        self.symbols.get(&symbol).copied()
    }

    /// An undefined symbol that is no import, of which `option` is the option that has to do with it.
    fn environment(&mut self, name: String, what: &str, option: Option<&'static str>) -> Result<SymbolId, Error> {
        if let Some(linking) = &self.module.linking {
            // What C calls as the library's is the library's, and what it defines is what the library's user gets.
            let defined = linking
                .symbols
                .iter()
                .zip(0..)
                .find(|(symbol, n)| symbol.name == name && self.symbols.contains_key(&isa::Symbol::Linked(*n)));
            return Ok(match defined {
                Some((_, n)) => self.symbols[&isa::Symbol::Linked(n)],
                None => self.undefined(name),
            });
        }
        self.names.claim_environment(&name, what, option)?;
        Ok(self.undefined(name))
    }
}
