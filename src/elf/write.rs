//! The object's sections, symbols and relocations.
//!
//! Each function has a section of its own, so that the linker can drop it. State and images have theirs,
//! made when the first relocation or export asks for them: the object holds nothing that is not referred
//! to. Everything is made in the order of the code that is passed in, hence the same for the same input.

use super::attributes::attributes;
use super::symbols::{Names, elf_name};
use crate::emit::{Code, RelocKind};
use crate::error::Error;
use crate::isa;
use crate::options::Options;
use crate::wasm::{Entity, Layout, Module};
use object::write::{Object, Relocation, SectionId, Symbol, SymbolFlags, SymbolId, SymbolSection};
use object::{
    Architecture, BinaryFormat, Endianness, FileFlags, RelocationFlags, SectionFlags, SectionKind,
    SymbolKind, SymbolScope, elf,
};
use std::collections::HashMap;

/// What a piece of machine code is.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Part {
    /// Function N: its body, or for an import the thunk that stands for it where it is exported or
    /// referred to by its address.
    Function(u32),
    /// `<module>_init`
    Init,
}

/// The bytes of the object. `code` holds every function that can be reached and is not imported, a thunk
/// for each import that is exported or whose reference is taken, and the initialisation.
///
/// # Errors
/// `Limit` where two symbols have the same name.
pub fn write(
    module: &Module<'_>,
    layout: &Layout,
    code: &[(Part, Code)],
    options: &Options,
) -> Result<Vec<u8>, Error> {
    let mut object = Object::new(BinaryFormat::Elf, Architecture::Arm, Endianness::Little);
    object.flags = FileFlags::Elf {
        os_abi: elf::ELFOSABI_NONE,
        abi_version: 0,
        e_flags: elf::EF_ARM_EABI_VER5,
    };
    let mut writer = Writer {
        object,
        module,
        layout,
        options,
        names: Names::new(module, options)?,
        symbols: HashMap::new(),
        undefined: HashMap::new(),
        variables: None,
    };
    let section = writer.section(".ARM.attributes", SectionKind::Metadata);
    writer.object.section_mut(section).flags = SectionFlags::Elf {
        sh_type: elf::SHT_ARM_ATTRIBUTES,
        sh_flags: elf::SectionFlags(0),
    };
    writer
        .object
        .set_section_data(section, attributes(options), 1);
    let sections: Vec<SectionId> = code
        .iter()
        .map(|(part, code)| writer.code(*part, code))
        .collect();
    writer.exports()?;
    for (&section, (_, code)) in sections.iter().zip(code) {
        for reloc in &code.relocs {
            writer.relocation(section, reloc.offset, reloc.kind, reloc.symbol)?;
        }
    }
    Ok(writer
        .object
        .write()
        .expect("sections, symbols and relocations are those of ELF32 for Arm"))
}

pub(super) struct Writer<'w, 'a> {
    pub object: Object<'static>,
    pub module: &'w Module<'a>,
    pub layout: &'w Layout,
    pub options: &'w Options,
    pub names: Names,
    /// The symbols that are there already. Never iterated: its order is not the input's.
    pub symbols: HashMap<isa::Symbol, SymbolId>,
    /// The undefined ones by name, since equal imports share theirs.
    undefined: HashMap<String, SymbolId>,
    /// The section of the module's variables.
    pub variables: Option<SectionId>,
}

impl Writer<'_, '_> {
    /// A function's section and symbols.
    fn code(&mut self, part: Part, code: &Code) -> SectionId {
        let (globals, local) = match part {
            Part::Function(index) => {
                let exports = self.names.entity(Entity::Function(index)).exports.clone();
                let name = self.module.functions[index as usize].name;
                let name =
                    name.map_or_else(|| self.names.own(Entity::Function(index)), str::to_string);
                (exports, elf_name(name))
            }
            Part::Init => (vec![self.names.of_module("init")], String::new()),
        };
        let name = globals.first().unwrap_or(&local);
        let section = self.section(&format!(".text.{name}"), SectionKind::Text);
        self.object
            .set_section_data(section, code.bytes.clone(), u64::from(code.align));
        let size = code.bytes.len() as u64 - u64::from(code.entry);
        let (scope, names) = if globals.is_empty() {
            (SymbolScope::Compilation, std::slice::from_ref(&local))
        } else {
            (SymbolScope::Dynamic, globals.as_slice())
        };
        let ids: Vec<SymbolId> = names
            .iter()
            // Bit 0 of the value of an STT_FUNC symbol says Thumb (AAELF32 5.5.3).
            .map(|name| {
                self.define(
                    name,
                    SymbolKind::Text,
                    scope,
                    section,
                    u64::from(code.entry | 1),
                    size,
                )
            })
            .collect();
        self.code_symbols(part, ids[0]);
        for &(offset, data) in &code.mapping {
            self.mapping(section, offset, data);
        }
        section
    }

    fn code_symbols(&mut self, part: Part, id: SymbolId) {
        match part {
            Part::Function(index) => {
                self.symbols
                    .insert(isa::Symbol::FunctionReference(index), id);
                if self.module.functions[index as usize].import.is_none() {
                    self.symbols.insert(isa::Symbol::Function(index), id);
                }
            }
            Part::Init => {
                self.symbols.insert(isa::Symbol::Init, id);
            }
        }
    }

    /// A mapping symbol (AAELF32 5.5.5): from here on data, or Thumb instructions.
    fn mapping(&mut self, section: SectionId, offset: u32, data: bool) {
        self.object.add_symbol(Symbol {
            name: if data { b"$d".to_vec() } else { b"$t".to_vec() },
            value: u64::from(offset),
            size: 0,
            kind: SymbolKind::Label,
            scope: SymbolScope::Compilation,
            weak: false,
            section: SymbolSection::Section(section),
            flags: SymbolFlags::None,
        });
    }

    /// A new, empty section.
    pub fn section(&mut self, name: &str, kind: SectionKind) -> SectionId {
        self.object
            .add_section(Vec::new(), name.as_bytes().to_vec(), kind)
    }

    pub fn define(
        &mut self,
        name: &str,
        kind: SymbolKind,
        scope: SymbolScope,
        section: SectionId,
        value: u64,
        size: u64,
    ) -> SymbolId {
        self.object.add_symbol(Symbol {
            name: name.as_bytes().to_vec(),
            value,
            size,
            kind,
            scope,
            weak: false,
            section: SymbolSection::Section(section),
            flags: SymbolFlags::None,
        })
    }

    /// The undefined global symbol of this name.
    pub fn undefined(&mut self, name: &str) -> SymbolId {
        if let Some(&id) = self.undefined.get(name) {
            return id;
        }
        let id = self.object.add_symbol(Symbol {
            name: name.as_bytes().to_vec(),
            value: 0,
            size: 0,
            kind: SymbolKind::Unknown,
            scope: SymbolScope::Unknown,
            weak: false,
            section: SymbolSection::Undefined,
            flags: SymbolFlags::None,
        });
        self.undefined.insert(name.to_string(), id);
        id
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
        self.object
            .add_relocation(section, relocation)
            .expect("a relocation of an existing symbol");
        Ok(())
    }

    /// The symbol of the object for one of the code's; made when it is first asked for.
    pub fn symbol(&mut self, symbol: isa::Symbol) -> Result<SymbolId, Error> {
        if let Some(&id) = self.symbols.get(&symbol) {
            return Ok(id);
        }
        let id = match symbol {
            isa::Symbol::Function(index) => {
                match &self.names.entity(Entity::Function(index)).import {
                    Some(name) => {
                        let name = name.clone();
                        self.undefined(&name)
                    }
                    None => unreachable!("function {index} is called but not compiled"),
                }
            }
            isa::Symbol::FunctionReference(index) => {
                unreachable!("function {index} is referred to but not compiled")
            }
            isa::Symbol::Init => unreachable!("initialization is referred to but not compiled"),
            isa::Symbol::Memory(_)
            | isa::Symbol::MemorySize(_)
            | isa::Symbol::MemoryMax(_)
            | isa::Symbol::Table(_)
            | isa::Symbol::TableSize(_)
            | isa::Symbol::TableMax(_)
            | isa::Symbol::Global(_)
            | isa::Symbol::Data(_)
            | isa::Symbol::Element(_)
            | isa::Symbol::Signature(_) => self.state(symbol)?,
            isa::Symbol::Library(name) => {
                self.names.claim_library(name, "library function", None)?;
                self.undefined(name)
            }
            isa::Symbol::Trap => {
                let name = "synth_trap";
                self.names
                    .claim_library(name, "trap handler", Some("--trap"))?;
                self.undefined(name)
            }
            isa::Symbol::StackLimit => {
                let name = self
                    .options
                    .stack_limit
                    .clone()
                    .expect("only that option compares sp");
                self.names
                    .claim_library(&name, "stack limit", Some("--stack-limit"))?;
                self.undefined(&name)
            }
        };
        self.symbols.insert(symbol, id);
        Ok(id)
    }
}
