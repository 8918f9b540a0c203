//! The data of a relocatable wasm object as ELF sections, and what its symbols are to the linker.
//!
//! Each segment is a section of its name, never split, with the segment's symbols at their offsets:
//!
//! ```text
//!   .rodata*         read-only; strings that the linker may merge where nothing but whole strings has a symbol
//!   .bss*, .noinit*  without contents, if all of it is zero
//!   any other        writable
//! ```
//!
//! A word that the wasm linker would relocate is one that this linker does: R_ARM_ABS32 or, for the distance from the
//! place, R_ARM_REL32, with the addend in the word (AAELF32 5.6.1). Init functions are words of `.init_array`, those of a
//! priority besides the usual one of `.init_array.<priority>`, which linker scripts sort. Groups are COMDAT groups.

use super::write::{Span, Writer};
use crate::error::Error;
use crate::hash::HashMap;
use crate::isa;
use crate::wasm::linking::{Binding, LinkedSymbol, Linking, RelocKind, Segment, SymbolPlace};
use object::write::{Comdat, Relocation, SectionId, Symbol, SymbolId, SymbolSection};
use object::{ComdatKind, RelocationFlags, SectionFlags, SectionKind, SymbolFlags, SymbolKind, SymbolScope, elf};

/// The priority of init functions that ask for none.
const USUAL_PRIORITY: u32 = 65_535;

/// Section flag of GNU: the linker keeps the section whether or not anything refers to it.
const SHF_GNU_RETAIN: u64 = 0x0020_0000;

/// How a linked symbol is seen by others.
pub(super) fn visibility(symbol: &LinkedSymbol<'_>) -> (SymbolScope, bool) {
    let scope = match (symbol.binding, symbol.hidden) {
        (Binding::Local, _) => SymbolScope::Compilation,
        (Binding::Global | Binding::Weak, true) => SymbolScope::Linkage,
        (Binding::Global | Binding::Weak, false) => SymbolScope::Dynamic,
    };
    (scope, symbol.binding == Binding::Weak)
}

impl Writer<'_, '_> {
    /// The sections of all segments, with their symbols, relocations and groups, and the init functions. `functions` are the
    /// sections of functions.
    pub fn native(&mut self, linking: &Linking<'_>, functions: &HashMap<u32, SectionId>) -> Result<(), Error> {
        let mut sections = Vec::new();
        for (n, segment) in linking.segments.iter().enumerate() {
            sections.push(self.segment(linking, n as u32, segment));
        }
        for (symbol, n) in linking.symbols.iter().zip(0..) {
            if let SymbolPlace::Data { segment, offset, size } = symbol.place {
                let span = Span { section: sections[segment as usize], offset, size };
                let id = self.define(symbol.name, SymbolKind::Data, SymbolScope::Compilation, span);
                self.bind(id, symbol);
                self.record(isa::Symbol::Linked(n), id);
            }
        }
        for (segment, &section) in linking.segments.iter().zip(&sections) {
            for reloc in &segment.relocs {
                self.data_relocation(section, reloc.place, reloc.kind, reloc.symbol)?;
            }
        }
        for &(priority, symbol) in &linking.init {
            self.init_function(priority, symbol)?;
        }
        for group in &linking.groups {
            let code = group.functions.iter().filter_map(|index| functions.get(index).copied());
            let data = group.segments.iter().map(|&index| sections[index as usize]);
            let members = code.chain(data).collect();
            self.group(linking, group.name, members);
        }
        Ok(())
    }

    /// Gives a symbol its binding and visibility.
    pub fn bind(&mut self, id: SymbolId, symbol: &LinkedSymbol<'_>) {
        let (scope, weak) = visibility(symbol);
        let defined = self.object.symbol_mut(id);
        defined.scope = scope;
        defined.weak = weak;
    }

    fn segment(&mut self, linking: &Linking<'_>, n: u32, segment: &Segment<'_>) -> SectionId {
        let bytes = self.module.data[n as usize].bytes;
        let align = 1u64 << segment.alignment;
        let zero = segment.relocs.is_empty() && bytes.iter().all(|&byte| byte == 0);
        let read_only = segment.name == ".rodata" || segment.name.starts_with(".rodata.");
        let kind = match read_only {
            true if is_mergeable(linking, n, segment, bytes) => SectionKind::ReadOnlyString,
            true => SectionKind::ReadOnlyData,
            false if zero && [".bss", ".noinit"].iter().any(|name| segment.name.starts_with(name)) => {
                SectionKind::UninitializedData
            }
            false => SectionKind::Data,
        };
        let section = self.section(segment.name, kind);
        if kind == SectionKind::UninitializedData {
            self.object.append_section_bss(section, bytes.len() as u64, align);
        } else {
            let mut bytes = bytes.to_vec();
            for reloc in &segment.relocs {
                let at = reloc.place as usize;
                bytes[at..at + 4].copy_from_slice(&reloc.addend.to_le_bytes());
            }
            self.object.set_section_data(section, bytes, align);
        }
        if segment.retain {
            self.add_flags(section, SHF_GNU_RETAIN);
        }
        section
    }

    fn add_flags(&mut self, section: SectionId, flags: u64) {
        let found = self.object.section_flags(self.object.section(section));
        let section = self.object.section_mut(section);
        let SectionFlags::Elf { sh_type, sh_flags } = found else { unreachable!("the object is ELF") };
        section.flags = SectionFlags::Elf { sh_type, sh_flags: elf::SectionFlags(sh_flags.0 | flags) };
    }

    fn data_relocation(&mut self, section: SectionId, place: u64, kind: RelocKind, symbol: u32) -> Result<(), Error> {
        let r_type = match kind {
            RelocKind::DataDistance => elf::R_ARM_REL32,
            RelocKind::FunctionAddress | RelocKind::DataAddress => elf::R_ARM_ABS32,
            RelocKind::Callee | RelocKind::Global => unreachable!("no data is the index of a function or global"),
        };
        let symbol = self.symbol(isa::Symbol::Linked(symbol))?;
        // The field holds the addend.
        let relocation = Relocation { offset: place, symbol, addend: 0, flags: RelocationFlags::Elf { r_type } };
        let added = self.object.add_relocation(section, relocation);
        added.expect("an ELF relocation without an addend needs no translation");
        Ok(())
    }

    fn init_function(&mut self, priority: u32, symbol: u32) -> Result<(), Error> {
        let name = match priority {
            USUAL_PRIORITY => ".init_array".to_string(),
            _ => format!(".init_array.{priority:05}"),
        };
        let section = self.section(&name, SectionKind::Data);
        self.object.set_section_data(section, vec![0; 4], 4);
        self.object.section_mut(section).flags =
            SectionFlags::Elf { sh_type: elf::SHT_INIT_ARRAY, sh_flags: elf::SHF_ALLOC | elf::SHF_WRITE };
        self.data_relocation(section, 0, RelocKind::FunctionAddress, symbol)
    }

    fn group(&mut self, linking: &Linking<'_>, name: &str, sections: Vec<SectionId>) {
        for &section in &sections {
            self.add_flags(section, elf::SHF_GROUP.0);
        }
        let named = linking.symbols.iter().zip(0..).find(|(symbol, _)| {
            symbol.name == name && matches!(symbol.place, SymbolPlace::Function(_) | SymbolPlace::Data { .. })
        });
        let symbol = named.and_then(|(_, n)| self.recorded(isa::Symbol::Linked(n))).unwrap_or_else(|| {
            self.object.add_symbol(Symbol {
                name: name.as_bytes().to_vec(),
                value: 0,
                size: 0,
                kind: SymbolKind::Label,
                scope: SymbolScope::Compilation,
                weak: false,
                section: SymbolSection::Absolute,
                flags: SymbolFlags::None,
            })
        });
        self.object.add_comdat(Comdat { kind: ComdatKind::Any, symbol, sections });
    }
}

/// Whether a linker may move the strings of a segment apart: each symbol names one of them, and nothing in them is
/// relocated.
fn is_mergeable(linking: &Linking<'_>, n: u32, segment: &Segment<'_>, bytes: &[u8]) -> bool {
    let names_string = |symbol: &LinkedSymbol<'_>| match symbol.place {
        SymbolPlace::Data { segment, offset, size } if segment == n => {
            let (start, end) = (offset as usize, offset as usize + size as usize);
            let starts = start == 0 || bytes[start - 1] == 0;
            starts && bytes[start..end].iter().position(|&byte| byte == 0) == Some((end - start).wrapping_sub(1))
        }
        _ => true,
    };
    segment.strings
        && segment.alignment == 0
        && segment.relocs.is_empty()
        && bytes.last() == Some(&0)
        && linking.symbols.iter().all(names_string)
}
