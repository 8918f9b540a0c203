//! The module's state as sections: memories, tables, globals, the words that hold their sizes, and the
//! images in flash that initialisation copies from.
//!
//! ```text
//!   .bss.<module>_memory         reserved bytes, then padding that an access at the end may touch
//!   .bss.<module>_table          a word per entry; .rodata where the table is constant
//!   .bss.<module>_globals        the variables, doublewords first
//!   .rodata.<module>_global<k>   a constant, for importers
//!   .bss.<module>_memory.size    bytes that can be accessed; .data where they stay what they are
//!   .rodata.<module>_memory.max  bytes that are reserved
//!   .rodata.<module>_data<k>, .rodata.<module>_elements<k>; .bss where initialisation evaluates the items
//!   .bss.<module>_data<k>.size, .bss.<module>_elements<k>.size   what is left of a segment that can be dropped
//!   .rodata.synth_signature$…    the byte whose address is the identity of a long signature
//! ```
//!
//! An exported memory, table or global has a symbol for each export besides its own.

use super::symbols::{MAX_SUFFIX, SIZE_SUFFIX};
use super::write::{Span, Writer};
use crate::emit::RelocKind;
use crate::error::Error;
use crate::isa::Symbol;
use crate::wasm::layout::{MEMORY_PADDING, Size, size_of};
use crate::wasm::{Entity, GlobalLayout, TableLayout, Value};
use object::write::{Comdat, SectionId, SymbolId};
use object::{ComdatKind, SectionFlags, SectionKind, SymbolKind, SymbolScope, elf};

/// A word of a section.
#[derive(Copy, Clone)]
enum Word {
    Int(u32),
    Reference(u32),
}

impl From<Option<u32>> for Word {
    fn from(entry: Option<u32>) -> Word {
        entry.map_or(Word::Int(0), Word::Reference)
    }
}

impl Writer<'_, '_> {
    /// Makes what exports promise whether or not the code uses it.
    pub fn exports(&mut self) -> Result<(), Error> {
        for export in &self.module.exports {
            if self.names.entity(export.entity).import.is_some() {
                continue;
            }
            let symbols: &[Symbol] = match export.entity {
                Entity::Function(_) => &[],
                Entity::Table(k) => &[Symbol::Table(k), Symbol::TableSize(k), Symbol::TableMax(k)],
                Entity::Memory(k) => &[Symbol::Memory(k), Symbol::MemorySize(k), Symbol::MemoryMax(k)],
                Entity::Global(k) => &[Symbol::Global(k)],
            };
            for &symbol in symbols {
                self.symbol(symbol)?;
            }
        }
        Ok(())
    }

    /// The symbol `name`, and one for each export of the entity.
    fn name_state(&mut self, entity: Entity, name: &str, suffix: &str, span: Span) -> SymbolId {
        let scope = match entity {
            Entity::Memory(_) | Entity::Table(_) => SymbolScope::Dynamic,
            Entity::Global(_) | Entity::Function(_) => SymbolScope::Compilation,
        };
        let id = self.define(name, SymbolKind::Data, scope, span);
        for export in self.names.entity(entity).exports.clone() {
            let name = format!("{export}{suffix}");
            self.define(&name, SymbolKind::Data, SymbolScope::Dynamic, span);
        }
        id
    }

    /// A new section of zeroes.
    fn zeroes(&mut self, name: &str, size: u32, align: u64) -> SectionId {
        let section = self.section(&format!(".bss.{name}"), SectionKind::UninitializedData);
        self.object.append_section_bss(section, u64::from(size), align);
        section
    }

    /// A new section of bytes in flash.
    fn constants(&mut self, name: &str, bytes: Vec<u8>, align: u64) -> SectionId {
        let section = self.section(&format!(".rodata.{name}"), SectionKind::ReadOnlyData);
        self.object.set_section_data(section, bytes, align);
        section
    }

    /// A new section of words in flash, with the symbol of each reference.
    fn words(&mut self, name: &str, words: &[Word], align: u64) -> Result<Span, Error> {
        let values = words.iter().map(|word| match word {
            Word::Int(value) => *value,
            Word::Reference(_) => 0,
        });
        let bytes: Vec<u8> = values.flat_map(u32::to_le_bytes).collect();
        let section = self.constants(name, bytes, align);
        let mut size = 0;
        for word in words {
            if let Word::Reference(function) = *word {
                let symbol = Symbol::FunctionReference(function);
                self.relocation(section, size, RelocKind::Word, symbol)?;
            }
            size += 4;
        }
        Ok(Span { section, offset: 0, size })
    }

    pub fn memory(&mut self, k: u32, name: &str) -> SymbolId {
        let size = self.layout.memories[k as usize].reserved;
        let section = self.zeroes(name, size + MEMORY_PADDING, 8);
        let span = Span { section, offset: 0, size };
        self.name_state(Entity::Memory(k), name, "", span)
    }

    pub fn table(&mut self, k: u32, name: &str) -> Result<SymbolId, Error> {
        let layout = self.layout;
        let TableLayout { reserved, constant, .. } = &layout.tables[k as usize];
        let span = match constant {
            Some(entries) => {
                let words: Vec<Word> = entries.iter().map(|&entry| Word::from(entry)).collect();
                self.words(name, &words, 4)?
            }
            None => {
                let size = reserved * 4;
                let section = self.zeroes(name, size, 4);
                Span { section, offset: 0, size }
            }
        };
        Ok(self.name_state(Entity::Table(k), name, "", span))
    }

    pub fn global(&mut self, k: u32, name: &str) -> Result<SymbolId, Error> {
        let size = size_of(self.module.globals[k as usize].ty.content_type);
        let span = match self.layout.globals[k as usize] {
            GlobalLayout::Variable { offset } => {
                let section = self.variables();
                Span { section, offset, size }
            }
            GlobalLayout::Constant(value) => {
                let words = match value {
                    Value::Bits(bits) => [Word::Int(bits as u32), Word::Int((bits >> 32) as u32)],
                    Value::Null => [Word::Int(0); 2],
                    Value::Function(index) => [Word::Reference(index); 2],
                };
                self.words(name, &words[..size as usize / 4], u64::from(size))?
            }
            GlobalLayout::Imported | GlobalLayout::Unused => {
                unreachable!("{name} is referred to but has no storage")
            }
        };
        Ok(self.name_state(Entity::Global(k), name, "", span))
    }

    /// The section of the module's variables.
    fn variables(&mut self) -> SectionId {
        if let Some(section) = self.variables {
            return section;
        }
        let name = self.names.of_module("globals");
        let section = self.zeroes(&name, self.layout.globals_size, 8);
        *self.variables.insert(section)
    }

    /// `S.size`. One that changes is set by initialisation; one that does not is a variable still, since an
    /// importer that grows `S` by nothing writes it.
    pub fn size_word(&mut self, entity: Entity, size: Size, name: &str) -> SymbolId {
        let section = match size {
            Size::Word => self.zeroes(name, 4, 4),
            Size::Fixed(size) => {
                let section = self.section(&format!(".data.{name}"), SectionKind::Data);
                let bytes = size.to_le_bytes().to_vec();
                self.object.set_section_data(section, bytes, 4);
                section
            }
        };
        let span = Span { section, offset: 0, size: 4 };
        self.name_state(entity, name, SIZE_SUFFIX, span)
    }

    /// `S.max`
    pub fn max_word(&mut self, entity: Entity, max: u32, name: &str) -> SymbolId {
        let section = self.constants(name, max.to_le_bytes().to_vec(), 4);
        let span = Span { section, offset: 0, size: 4 };
        self.name_state(entity, name, MAX_SUFFIX, span)
    }

    pub fn data(&mut self, k: u32, name: &str) -> SymbolId {
        let images = &self.layout.images;
        let image = images.binary_search_by_key(&k, |image| image.first);
        let bytes =
            image.map_or_else(|_| self.module.data[k as usize].bytes.to_vec(), |n| images[n].bytes(self.module));
        let size = u32::try_from(bytes.len()).expect("sizes of the binary format have 32 bits");
        // Copies run by words where both sides are aligned.
        let section = self.constants(name, bytes, if size < 4 { 1 } else { 4 });
        let span = Span { section, offset: 0, size };
        self.define(name, SymbolKind::Data, SymbolScope::Compilation, span)
    }

    pub fn elements(&mut self, k: u32, name: &str) -> Result<SymbolId, Error> {
        let items = &self.module.elements[k as usize].items;
        let span = match self.layout.image(items) {
            Some(items) => {
                let words: Vec<Word> = items.into_iter().map(Word::from).collect();
                self.words(name, &words, 4)?
            }
            None => {
                let size = 4 * u32::try_from(items.len()).expect("counts of the binary format have 32 bits");
                let section = self.zeroes(name, size, 4);
                Span { section, offset: 0, size }
            }
        };
        Ok(self.define(name, SymbolKind::Data, SymbolScope::Compilation, span))
    }

    /// The word that says how much of a segment is left.
    pub fn segment_size(&mut self, name: &str) -> SymbolId {
        let section = self.zeroes(name, 4, 4);
        let span = Span { section, offset: 0, size: 4 };
        self.define(name, SymbolKind::Data, SymbolScope::Compilation, span)
    }

    /// A word in a group that the linker keeps one of, whose address nothing else has.
    pub fn signature(&mut self, name: &str) -> SymbolId {
        let section = self.constants(name, vec![0; 4], 4);
        self.object.section_mut(section).flags =
            SectionFlags::Elf { sh_type: elf::SHT_PROGBITS, sh_flags: elf::SHF_ALLOC | elf::SHF_GROUP };
        let span = Span { section, offset: 0, size: 4 };
        let symbol = self.define(name, SymbolKind::Data, SymbolScope::Dynamic, span);
        let sections = vec![section];
        let kind = ComdatKind::Any;
        self.object.add_comdat(Comdat { kind, symbol, sections });
        symbol
    }
}
