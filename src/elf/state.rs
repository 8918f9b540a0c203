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
//!   .rodata.<module>_data<k>, .rodata.<module>_elements<k>
//!   .rodata.synth_signature$…    the byte whose address is the identity of a long signature
//! ```
//!
//! An exported memory, table or global has a symbol for each export besides its own.

use super::symbols::{MAX_SUFFIX, SIZE_SUFFIX};
use super::write::Writer;
use crate::emit::RelocKind;
use crate::error::Error;
use crate::isa::Symbol;
use crate::wasm::layout::{MEMORY_PADDING, Size, size_of};
use crate::wasm::{Entity, GlobalLayout, Value, signature};
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
            if self.names.entity(export.entity).exports.is_empty() {
                continue;
            }
            let symbols: &[Symbol] = match export.entity {
                Entity::Function(_) => &[],
                Entity::Table(k) => &[Symbol::Table(k), Symbol::TableSize(k), Symbol::TableMax(k)],
                Entity::Memory(k) => &[
                    Symbol::Memory(k),
                    Symbol::MemorySize(k),
                    Symbol::MemoryMax(k),
                ],
                Entity::Global(k) => &[Symbol::Global(k)],
            };
            for &symbol in symbols {
                self.symbol(symbol)?;
            }
        }
        Ok(())
    }

    /// Makes the symbol of a piece of state or of an image, with its section.
    ///
    /// # Panics
    /// For a symbol of another kind.
    pub fn state(&mut self, symbol: Symbol) -> Result<SymbolId, Error> {
        match symbol {
            Symbol::Memory(k) => Ok(self.memory(k)),
            Symbol::Table(k) => self.table(k),
            Symbol::Global(k) => self.global(k),
            Symbol::MemorySize(k) => {
                let layout = &self.layout.memories[k as usize];
                Ok(self.size_word(Entity::Memory(k), SIZE_SUFFIX, layout.size))
            }
            Symbol::TableSize(k) => {
                let layout = &self.layout.tables[k as usize];
                Ok(self.size_word(Entity::Table(k), SIZE_SUFFIX, layout.size))
            }
            Symbol::MemoryMax(k) => {
                let reserved = Size::Fixed(self.layout.memories[k as usize].reserved);
                Ok(self.size_word(Entity::Memory(k), MAX_SUFFIX, reserved))
            }
            Symbol::TableMax(k) => {
                let reserved = Size::Fixed(self.layout.tables[k as usize].reserved);
                Ok(self.size_word(Entity::Table(k), MAX_SUFFIX, reserved))
            }
            Symbol::Data(k) => Ok(self.data(k)),
            Symbol::Element(k) => self.elements(k),
            Symbol::Signature(k) => Ok(self.signature(k)),
            Symbol::Function(_)
            | Symbol::FunctionReference(_)
            | Symbol::Library(_)
            | Symbol::Init
            | Symbol::Trap
            | Symbol::StackLimit => unreachable!("{symbol:?} is code"),
        }
    }

    /// The symbol of the entity that the module imports, if it does.
    fn imported(&mut self, entity: Entity, suffix: &str) -> Option<SymbolId> {
        let name = format!("{}{suffix}", self.names.entity(entity).import.as_ref()?);
        Some(self.undefined(&name))
    }

    /// Own and exported symbols for `size` bytes of `section`, of which the own one is returned.
    fn name_state(
        &mut self,
        entity: Entity,
        suffix: &str,
        section: SectionId,
        offset: u32,
        size: u32,
    ) -> SymbolId {
        let (offset, size) = (u64::from(offset), u64::from(size));
        let own = format!("{}{suffix}", self.names.own(entity));
        let scope = match entity {
            Entity::Memory(_) | Entity::Table(_) => SymbolScope::Dynamic,
            Entity::Global(_) | Entity::Function(_) => SymbolScope::Compilation,
        };
        let id = self.define(&own, SymbolKind::Data, scope, section, offset, size);
        for export in self.names.entity(entity).exports.clone() {
            let name = format!("{export}{suffix}");
            self.define(
                &name,
                SymbolKind::Data,
                SymbolScope::Dynamic,
                section,
                offset,
                size,
            );
        }
        id
    }

    fn memory(&mut self, k: u32) -> SymbolId {
        let entity = Entity::Memory(k);
        if let Some(id) = self.imported(entity, "") {
            return id;
        }
        let reserved = self.layout.memories[k as usize].reserved;
        let name = format!(".bss.{}", self.names.own(entity));
        let section = self.section(&name, SectionKind::UninitializedData);
        self.object
            .append_section_bss(section, u64::from(reserved + MEMORY_PADDING), 8);
        self.name_state(entity, "", section, 0, reserved)
    }

    fn table(&mut self, k: u32) -> Result<SymbolId, Error> {
        let entity = Entity::Table(k);
        if let Some(id) = self.imported(entity, "") {
            return Ok(id);
        }
        let layout = &self.layout.tables[k as usize];
        let own = self.names.own(entity);
        let Some(entries) = &layout.constant else {
            let bytes = layout.reserved * 4;
            let section = self.section(&format!(".bss.{own}"), SectionKind::UninitializedData);
            self.object.append_section_bss(section, u64::from(bytes), 4);
            return Ok(self.name_state(entity, "", section, 0, bytes));
        };
        let words: Vec<Word> = entries.iter().map(|&entry| Word::from(entry)).collect();
        let section = self.words(&format!(".rodata.{own}"), &words, 4)?;
        Ok(self.name_state(entity, "", section, 0, words.len() as u32 * 4))
    }

    fn global(&mut self, k: u32) -> Result<SymbolId, Error> {
        let entity = Entity::Global(k);
        let size = size_of(self.module.globals[k as usize].ty.content_type);
        let (section, offset) = match self.layout.globals[k as usize] {
            GlobalLayout::Imported => {
                return Ok(self
                    .imported(entity, "")
                    .expect("its layout says that it is imported"));
            }
            GlobalLayout::Variable { offset } => (self.variables(), offset),
            GlobalLayout::Constant(value) => {
                let words = match value {
                    Value::Bits(bits) => {
                        vec![Word::Int(bits as u32), Word::Int((bits >> 32) as u32)]
                    }
                    Value::Null => vec![Word::Int(0)],
                    Value::Function(index) => vec![Word::Reference(index)],
                };
                let name = format!(".rodata.{}", self.names.own(entity));
                (self.words(&name, &words[..size as usize / 4], size)?, 0)
            }
            GlobalLayout::Unused => unreachable!("global {k} is referred to but not laid out"),
        };
        Ok(self.name_state(entity, "", section, offset, size))
    }

    /// The section of the module's variables.
    fn variables(&mut self) -> SectionId {
        if let Some(section) = self.variables {
            return section;
        }
        let name = format!(".bss.{}", self.names.of_module("globals"));
        let section = self.section(&name, SectionKind::UninitializedData);
        self.object
            .append_section_bss(section, u64::from(self.layout.globals_size), 8);
        *self.variables.insert(section)
    }

    /// `S.size` or `S.max`. A size that changes is set by initialisation; one that does not is a variable
    /// still, since an importer that grows a memory by nothing writes it.
    fn size_word(&mut self, entity: Entity, suffix: &str, size: Size) -> SymbolId {
        if let Some(id) = self.imported(entity, suffix) {
            return id;
        }
        let own = format!("{}{suffix}", self.names.own(entity));
        let section = match size {
            Size::Word => {
                let section = self.section(&format!(".bss.{own}"), SectionKind::UninitializedData);
                self.object.append_section_bss(section, 4, 4);
                section
            }
            Size::Fixed(size) => {
                let (prefix, kind) = if suffix == MAX_SUFFIX {
                    (".rodata", SectionKind::ReadOnlyData)
                } else {
                    (".data", SectionKind::Data)
                };
                let section = self.section(&format!("{prefix}.{own}"), kind);
                self.object
                    .set_section_data(section, size.to_le_bytes().to_vec(), 4);
                section
            }
        };
        self.name_state(entity, suffix, section, 0, 4)
    }

    fn data(&mut self, k: u32) -> SymbolId {
        let name = self.names.of_module(&format!("data{k}"));
        let bytes = self.module.data[k as usize].bytes;
        let section = self.section(&format!(".rodata.{name}"), SectionKind::ReadOnlyData);
        // Copies run by words where both sides are aligned.
        let align = if bytes.len() < 4 { 1 } else { 4 };
        self.object.set_section_data(section, bytes.to_vec(), align);
        let size = bytes.len() as u64;
        self.define(
            &name,
            SymbolKind::Data,
            SymbolScope::Compilation,
            section,
            0,
            size,
        )
    }

    fn elements(&mut self, k: u32) -> Result<SymbolId, Error> {
        let items = &self.module.elements[k as usize].items;
        let items = self
            .layout
            .image(items)
            .expect("only a segment that is known has an image");
        let words: Vec<Word> = items.into_iter().map(Word::from).collect();
        let name = self.names.of_module(&format!("elements{k}"));
        let section = self.words(&format!(".rodata.{name}"), &words, 4)?;
        let size = words.len() as u64 * 4;
        Ok(self.define(
            &name,
            SymbolKind::Data,
            SymbolScope::Compilation,
            section,
            0,
            size,
        ))
    }

    /// A read-only section of words.
    fn words(&mut self, name: &str, words: &[Word], align: u32) -> Result<SectionId, Error> {
        let section = self.section(name, SectionKind::ReadOnlyData);
        let values = words.iter().map(|word| match word {
            Word::Int(value) => *value,
            Word::Reference(_) => 0,
        });
        let bytes: Vec<u8> = values.flat_map(u32::to_le_bytes).collect();
        self.object
            .set_section_data(section, bytes, u64::from(align));
        for (index, word) in words.iter().enumerate() {
            if let Word::Reference(function) = *word {
                let symbol = Symbol::FunctionReference(function);
                self.relocation(section, index as u32 * 4, RelocKind::Word, symbol)?;
            }
        }
        Ok(section)
    }

    /// A word in a group that the linker keeps one of, whose address nothing else has.
    fn signature(&mut self, k: u32) -> SymbolId {
        let name = signature::symbol(&self.module.types[k as usize]);
        let section = self.section(&format!(".rodata.{name}"), SectionKind::ReadOnlyData);
        self.object.set_section_data(section, vec![0; 4], 4);
        self.object.section_mut(section).flags = SectionFlags::Elf {
            sh_type: elf::SHT_PROGBITS,
            sh_flags: elf::SHF_ALLOC | elf::SHF_GROUP,
        };
        let id = self.define(&name, SymbolKind::Data, SymbolScope::Dynamic, section, 0, 4);
        self.object.add_comdat(Comdat {
            kind: ComdatKind::Any,
            symbol: id,
            sections: vec![section],
        });
        id
    }
}
