//! A linker for one relocatable object: from ELF bytes and the data symbols that the surroundings provide to an image with
//! addresses, symbols and a stub for each undefined function.
//!
//! It follows AAELF32 5.6.1 for the four relocations that the object ABI allows (and R_ARM_NONE), with addends in the field.
//! A field that is not the instruction which its relocation expects, an unknown kind, or a symbol of the wrong sort is an
//! error: a real linker would produce a broken image there.
//!
//! Placement is hostile on purpose. A section is aligned to what it asks for and to no more; code, constants and data are
//! far apart; gaps are filled so that running or writing into one is noticed; a large data section ends
//! where its last page ends, with nothing mapped behind.
//!
//! ```text
//! 0x0800_0000 code (read, execute)        0x1000_0000 constants (read)
//! 0x0880_0000 stubs, one halfword each    0x2000_0000 data (read, write), a region per large section
//! ```

use std::collections::{BTreeSet, HashMap};

use object::elf::RelocationType;
use object::read::elf::ElfFile32;
use object::{
    Endianness, Object, ObjectSection, ObjectSymbol, RelocationFlags, RelocationTarget, SectionFlags, SectionIndex,
    SymbolIndex, SymbolSection, elf,
};

/// The version field of e_flags (AAELF32 5.2).
const EABI_MASK: u32 = 0xff00_0000;

pub const CODE: u32 = 0x0800_0000;
pub const STUBS: u32 = 0x0880_0000;
pub const CONSTANTS: u32 = 0x1000_0000;
pub const DATA: u32 = 0x2000_0000;
pub const PAGE: u32 = 0x1000;
/// `udf #0xee`, in gaps of code.
pub const CODE_GAP: [u8; 2] = [0xee, 0xde];
/// In gaps of data.
pub const DATA_GAP: u8 = 0xa5;
/// Sections of at least this many bytes have pages of their own.
const LARGE: u32 = PAGE;
/// Bytes between small data sections.
const SMALL_GAP: u32 = 32;

#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum RegionKind {
    Code,
    Constants,
    Data,
}

/// A run of whole pages with unmapped pages around it.
#[derive(Clone, Debug)]
pub struct Region {
    pub address: u32,
    pub bytes: Vec<u8>,
    pub kind: RegionKind,
    /// Offsets of bytes that belong to no section, as ranges.
    pub gaps: Vec<std::ops::Range<usize>>,
}

/// Data that an import provides.
#[derive(Clone, Debug)]
pub struct Provided {
    pub symbol: String,
    pub bytes: Vec<u8>,
}

#[derive(Clone, Debug, Default)]
pub struct Image {
    pub regions: Vec<Region>,
    globals: HashMap<String, u32>,
    /// Local symbols may share a name.
    locals: HashMap<String, Vec<u32>>,
    /// Undefined functions; number `n` is at `STUBS + 2 * (n + 1)`. The stub at `STUBS` is where calls return to.
    pub stubs: Vec<String>,
    /// Whether a linker made it, with code of other compilers.
    pub foreign: bool,
}

impl Image {
    /// Address of a global symbol, else of a local one; code addresses have the Thumb bit.
    pub fn symbol(&self, name: &str) -> Option<u32> {
        self.global(name).or_else(|| self.locals(name).last().copied())
    }

    /// Addresses of the local symbols of that name.
    pub fn locals(&self, name: &str) -> &[u32] {
        self.locals.get(name).map_or(&[], Vec::as_slice)
    }

    pub fn global(&self, name: &str) -> Option<u32> {
        self.globals.get(name).copied()
    }

    /// What a linker made.
    pub fn new(regions: Vec<Region>, globals: HashMap<String, u32>) -> Image {
        Image { regions, globals, foreign: true, ..Image::default() }
    }

    /// Takes in what was linked behind this image.
    pub fn extend(&mut self, image: Image) {
        self.regions.extend(image.regions);
        self.globals.extend(image.globals);
        for (name, addresses) in image.locals {
            self.locals.entry(name).or_default().extend(addresses);
        }
        self.stubs.extend(image.stubs);
    }

    /// The function symbol before an address, for messages.
    pub fn describe(&self, address: u32) -> String {
        let locals = self.locals.iter().flat_map(|(name, values)| values.iter().map(move |&value| (name, value)));
        let all = self.globals.iter().map(|(name, &value)| (name, value)).chain(locals);
        let code = all.filter(|(_, value)| value & 1 == 1 && value & !1 <= address);
        match code.max_by_key(|(_, value)| *value) {
            Some((name, value)) => format!("{address:#x} ({name}+{:#x})", address - (value & !1)),
            None => format!("{address:#x}"),
        }
    }
}

/// Where an image begins, and what there is already that it may refer to.
#[derive(Clone, Debug)]
pub struct Base {
    pub code: u32,
    pub constants: u32,
    pub data: u32,
    /// How many stubs there are.
    pub stubs: usize,
    /// Global symbols; code addresses have the Thumb bit, and data is at even addresses.
    pub symbols: HashMap<String, u32>,
}

impl Base {
    /// For the first image.
    pub fn empty() -> Base {
        Base { code: CODE, constants: CONSTANTS, data: DATA, stubs: 0, symbols: HashMap::new() }
    }

    /// Behind `image`, whose global symbols are known.
    pub fn behind(image: &Image) -> Base {
        let end = |kind: RegionKind, empty: u32| {
            let regions = image.regions.iter().filter(|region| region.kind == kind);
            let ends = regions.map(|region| region.address + region.bytes.len() as u32 + PAGE);
            ends.max().unwrap_or(empty)
        };
        Base {
            code: end(RegionKind::Code, CODE),
            constants: end(RegionKind::Constants, CONSTANTS),
            data: end(RegionKind::Data, DATA),
            stubs: image.stubs.len(),
            symbols: image.globals.clone(),
        }
    }
}

type File<'a> = ElfFile32<'a, Endianness>;

/// A section to place, or a common symbol, or provided data.
struct Piece {
    size: u32,
    align: u32,
    bytes: Vec<u8>,
}

struct Linker<'a> {
    file: File<'a>,
    image: Image,
    sections: HashMap<SectionIndex, u32>,
    commons: HashMap<SymbolIndex, u32>,
    provided: HashMap<String, u32>,
    base: &'a Base,
}

/// Links `object`; an undefined symbol is one of `provided` or a function that `is_function` knows.
///
/// # Errors
/// What a real linker, or the rules of the object ABI, would refuse.
pub fn link(object: &[u8], provided: &[Provided], is_function: impl Fn(&str) -> bool) -> Result<Image, String> {
    link_behind(object, provided, is_function, &Base::empty())
}

/// As [`link`], to what `base` says is there. Of a COMDAT group that both have, the earlier one stays.
///
/// # Errors
/// As [`link`].
pub fn link_behind(
    object: &[u8],
    provided: &[Provided],
    is_function: impl Fn(&str) -> bool,
    base: &Base,
) -> Result<Image, String> {
    let file = File::parse(object).map_err(|error| format!("object: {error}"))?;
    check_header(&file)?;
    let mut linker = Linker {
        file,
        image: Image::default(),
        sections: HashMap::new(),
        commons: HashMap::new(),
        provided: HashMap::new(),
        base,
    };
    linker.place(provided)?;
    linker.define(&is_function)?;
    linker.relocate()?;
    Ok(linker.image)
}

fn check_header(file: &File<'_>) -> Result<(), String> {
    let header = file.elf_header();
    let endian = Endianness::Little;
    let machine = header.e_machine.get(endian);
    let kind = header.e_type.get(endian);
    let flags = header.e_flags.get(endian).0;
    if !file.is_little_endian() || machine != elf::EM_ARM || kind != elf::ET_REL {
        return Err("object: not a little-endian relocatable object for Arm".to_string());
    }
    if flags & EABI_MASK != elf::EF_ARM_EABI_VER5.0 {
        return Err(format!("object: e_flags {flags:#x} is not EABI version 5"));
    }
    Ok(())
}

impl<'a> Linker<'a> {
    /// Gives every allocated section, common symbol and provided datum its address.
    fn place(&mut self, provided: &[Provided]) -> Result<(), String> {
        let mut code = Vec::new();
        let mut constants = Vec::new();
        let mut data = Vec::new();
        for section in self.file.sections() {
            let SectionFlags::Elf { sh_flags, .. } = section.flags() else {
                return Err("object: not ELF sections".to_string());
            };
            if !sh_flags.contains(elf::SHF_ALLOC) {
                continue;
            }
            let mut bytes = section.data().map_err(|error| error.to_string())?.to_vec();
            let (size, align) = (section.size() as u32, section.align().max(1) as u32);
            bytes.resize(size as usize, 0);
            let list = if sh_flags.contains(elf::SHF_EXECINSTR) {
                &mut code
            } else if sh_flags.contains(elf::SHF_WRITE) {
                &mut data
            } else {
                &mut constants
            };
            list.push((Owner::Section(section.index()), Piece { size, align, bytes }));
        }
        for symbol in self.file.symbols().filter(|symbol| symbol.is_common()) {
            let size = symbol.size() as u32;
            let align = (symbol.address() as u32).max(1);
            let bytes = vec![0; size as usize];
            data.push((Owner::Common(symbol.index()), Piece { size, align, bytes }));
        }
        for datum in provided {
            let size = datum.bytes.len() as u32;
            let piece = Piece { size, align: 8, bytes: datum.bytes.clone() };
            data.push((Owner::Provided(datum.symbol.clone()), piece));
        }
        self.place_packed(RegionKind::Code, self.base.code, code);
        self.place_packed(RegionKind::Constants, self.base.constants, constants);
        let (large, small): (Vec<_>, Vec<_>) = data.into_iter().partition(|(_, piece)| piece.size >= LARGE);
        let mut address = self.place_packed(RegionKind::Data, self.base.data, small);
        for (owner, piece) in large {
            address = self.place_alone(address, owner, piece);
        }
        Ok(())
    }

    /// Places pieces one after the other; answers the first address behind, a page of distance included.
    fn place_packed(&mut self, kind: RegionKind, base: u32, pieces: Vec<(Owner, Piece)>) -> u32 {
        if pieces.is_empty() {
            return base;
        }
        let mut bytes = Vec::new();
        let mut gaps = Vec::new();
        for (owner, piece) in pieces {
            let start = bytes.len() as u32;
            let gap = if kind == RegionKind::Code { 2 } else { SMALL_GAP };
            let place = exactly_aligned(start + gap, piece.align);
            fill(kind, &mut bytes, place as usize);
            gaps.push(start as usize..place as usize);
            bytes.extend_from_slice(&piece.bytes);
            if kind == RegionKind::Code && bytes.len() % 2 == 1 {
                bytes.push(0);
            }
            self.record(owner, base + place);
        }
        let end = bytes.len();
        let total = (end as u32 + SMALL_GAP).next_multiple_of(PAGE);
        fill(kind, &mut bytes, total as usize);
        gaps.push(end..total as usize);
        self.image.regions.push(Region { address: base, bytes, kind, gaps });
        base + total + PAGE
    }

    /// Places a large data section so that its end is close to the end of its last page.
    fn place_alone(&mut self, base: u32, owner: Owner, piece: Piece) -> u32 {
        let total = (piece.size + piece.align.max(8) * 2).next_multiple_of(PAGE);
        let mut place = (total - piece.size) / piece.align * piece.align;
        if (place / piece.align).is_multiple_of(2) && place >= piece.align {
            place -= piece.align;
        }
        let mut bytes = Vec::with_capacity(total as usize);
        fill(RegionKind::Data, &mut bytes, place as usize);
        bytes.extend_from_slice(&piece.bytes);
        let end = bytes.len();
        fill(RegionKind::Data, &mut bytes, total as usize);
        let gaps = vec![0..place as usize, end..total as usize];
        self.record(owner, base + place);
        self.image.regions.push(Region { address: base, bytes, kind: RegionKind::Data, gaps });
        base + total + PAGE
    }

    fn record(&mut self, owner: Owner, address: u32) {
        match owner {
            Owner::Section(index) => {
                self.sections.insert(index, address);
            }
            Owner::Common(index) => {
                self.commons.insert(index, address);
            }
            Owner::Provided(symbol) => {
                self.provided.insert(symbol, address);
            }
        }
    }

    /// Enters every symbol by name, and makes stubs for undefined functions.
    fn define(&mut self, is_function: &impl Fn(&str) -> bool) -> Result<(), String> {
        let mut stubs = BTreeSet::new();
        for symbol in self.file.symbols() {
            let name = symbol.name().map_err(|error| error.to_string())?.to_string();
            if symbol.is_undefined() {
                let known = self.provided.contains_key(&name) || self.base.symbols.contains_key(&name);
                if name.is_empty() || known {
                    continue;
                }
                if !is_function(&name) {
                    return Err(format!("undefined symbol {name} is no import and no helper"));
                }
                stubs.insert(name);
                continue;
            }
            if is_mapping(&name) || name.is_empty() {
                continue;
            }
            let Some(address) = self.address(symbol.index())? else {
                continue;
            };
            if symbol.is_local() {
                self.image.locals.entry(name).or_default().push(address);
            } else if self.provided.contains_key(&name) {
                return Err(format!("symbol {name} is defined, and an import has its name"));
            } else if self.base.symbols.contains_key(&name) && !self.is_comdat(symbol.index()) {
                return Err(format!("symbol {name} is defined in another object too"));
            } else if self.image.globals.insert(name.clone(), address).is_some() {
                return Err(format!("symbol {name} is defined twice"));
            }
        }
        for (index, name) in stubs.into_iter().enumerate() {
            let address = STUBS + 2 * ((self.base.stubs + index) as u32 + 1);
            self.image.globals.insert(name.clone(), address | 1);
            self.image.stubs.push(name);
        }
        let provided = self.provided.iter().map(|(name, &address)| (name.clone(), address));
        self.image.globals.extend(provided);
        Ok(())
    }

    /// Whether the symbol is defined in a section that may exist once in each of several objects.
    fn is_comdat(&self, index: SymbolIndex) -> bool {
        let symbol = self.file.symbol_by_index(index).ok();
        let section = symbol.and_then(|symbol| symbol.section_index());
        let section = section.and_then(|section| self.file.section_by_index(section).ok());
        section.is_some_and(|section| {
            matches!(section.flags(), SectionFlags::Elf { sh_flags, .. } if sh_flags.contains(elf::SHF_GROUP))
        })
    }

    /// The address of a defined symbol, with the Thumb bit of a function; `None` outside allocated sections.
    fn address(&self, index: SymbolIndex) -> Result<Option<u32>, String> {
        let symbol = self.file.symbol_by_index(index).map_err(|error| error.to_string())?;
        if symbol.is_global() && self.is_comdat(index) {
            let earlier = symbol.name().ok().and_then(|name| self.base.symbols.get(name));
            if let Some(&address) = earlier {
                return Ok(Some(address));
            }
        }
        Ok(match symbol.section() {
            SymbolSection::Section(section) => {
                let base = self.sections.get(&section);
                base.map(|base| base.wrapping_add(symbol.address() as u32))
            }
            SymbolSection::Absolute => Some(symbol.address() as u32),
            SymbolSection::Common => self.commons.get(&index).copied(),
            _ => None,
        })
    }

    /// The value of a relocation's symbol and whether it is a Thumb function.
    fn target(&self, index: SymbolIndex) -> Result<(u32, bool), String> {
        let symbol = self.file.symbol_by_index(index).map_err(|error| error.to_string())?;
        let name = symbol.name().map_err(|error| error.to_string())?;
        if symbol.is_undefined() {
            if let Some(&address) = self.provided.get(name) {
                return Ok((address, false));
            }
            if let Some(&address) = self.base.symbols.get(name) {
                return Ok((address & !1, address & 1 == 1));
            }
            let stub = self.image.globals.get(name);
            return Ok((stub.ok_or_else(|| format!("{name} is undefined"))? & !1, true));
        }
        let address = self.address(index)?;
        let address = address.ok_or_else(|| format!("{name} is in no loaded section"))?;
        match symbol.kind() {
            object::SymbolKind::Text if symbol.address() & 1 == 0 => Err(format!("function {name} has no Thumb bit")),
            object::SymbolKind::Text => Ok((address & !1, true)),
            _ => Ok((address, false)),
        }
    }

    fn relocate(&mut self) -> Result<(), String> {
        let mut patches = Vec::new();
        for section in self.file.sections() {
            let Some(&base) = self.sections.get(&section.index()) else {
                continue;
            };
            let name = section.name().unwrap_or("?");
            let size = section.size();
            for (offset, relocation) in section.relocations() {
                let place = base + offset as u32;
                let RelocationFlags::Elf { r_type } = relocation.flags() else {
                    return Err("object: not ELF relocations".to_string());
                };
                if r_type == elf::R_ARM_NONE {
                    continue;
                }
                let at = format!("relocation {} at {name}+{offset:#x}", r_type.0);
                if !relocation.has_implicit_addend() || offset + 4 > size {
                    return Err(format!("{at}: has an addend of its own or no place"));
                }
                let RelocationTarget::Symbol(symbol) = relocation.target() else {
                    return Err(format!("{at}: refers to no symbol"));
                };
                let target = self.target(symbol).map_err(|error| format!("{at}: {error}"))?;
                patches.push((place, r_type, target, at));
            }
        }
        for (place, r_type, target, at) in patches {
            let field = field(&mut self.image.regions, place).ok_or_else(|| format!("{at}: outside the image"))?;
            let value = resolve(r_type, *field, place, target);
            *field = value.map_err(|error| format!("{at}: {error}"))?;
        }
        Ok(())
    }
}

enum Owner {
    Section(SectionIndex),
    Common(SymbolIndex),
    Provided(String),
}

/// The smallest multiple of `align` from `start` on that is not a multiple of `2 * align`.
fn exactly_aligned(start: u32, align: u32) -> u32 {
    let place = start.next_multiple_of(align);
    if (place / align).is_multiple_of(2) { place + align } else { place }
}

fn fill(kind: RegionKind, bytes: &mut Vec<u8>, until: usize) {
    while bytes.len() < until {
        bytes.push(match kind {
            RegionKind::Code => CODE_GAP[bytes.len() % 2],
            RegionKind::Constants | RegionKind::Data => DATA_GAP,
        });
    }
}

/// `$a`, `$t`, `$d` and their suffixed forms (AAELF32 5.5.5).
fn is_mapping(name: &str) -> bool {
    ["$a", "$t", "$d"]
        .iter()
        .any(|prefix| name.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('.')))
}

fn field(regions: &mut [Region], place: u32) -> Option<&mut [u8; 4]> {
    regions.iter_mut().find_map(|region| {
        let offset = place.checked_sub(region.address)? as usize;
        region.bytes.get_mut(offset..offset + 4)?.try_into().ok()
    })
}

/// The relocated field (AAELF32 5.6.1.4 to 5.6.1.6).
fn resolve(
    r_type: RelocationType,
    field: [u8; 4],
    place: u32,
    (symbol, thumb): (u32, bool),
) -> Result<[u8; 4], String> {
    let thumb_bit = u32::from(thumb);
    match r_type {
        elf::R_ARM_ABS32 => {
            let addend = u32::from_le_bytes(field);
            Ok((symbol.wrapping_add(addend) | thumb_bit).to_le_bytes())
        }
        elf::R_ARM_THM_PC22 | elf::R_ARM_THM_JUMP24 => {
            if !thumb {
                return Err("branch to what is no Thumb function".to_string());
            }
            let is_call = r_type == elf::R_ARM_THM_PC22;
            let (high, low) = halfwords(field);
            let link = low & 0xd000 == 0xd000;
            if high & 0xf800 != 0xf000 || low & 0x9000 != 0x9000 || link != is_call {
                return Err(format!("field {high:04x} {low:04x} is not the branch"));
            }
            let addend = branch_offset(high, low);
            let offset = symbol.wrapping_add(addend as u32).wrapping_sub(place) as i32;
            if !(-(1 << 24)..1 << 24).contains(&offset) || offset & 1 == 1 {
                return Err(format!("branch offset {offset:#x} cannot be encoded"));
            }
            Ok(branch_field(offset, low & 0xd000))
        }
        elf::R_ARM_THM_MOVW_ABS_NC | elf::R_ARM_THM_MOVT_ABS => {
            let (high, low) = halfwords(field);
            let is_low = r_type == elf::R_ARM_THM_MOVW_ABS_NC;
            let opcode = if is_low { 0xf240 } else { 0xf2c0 };
            if high & 0xfbf0 != opcode || low & 0x8000 != 0 {
                return Err(format!("field {high:04x} {low:04x} is not the move"));
            }
            let addend = move_immediate(high, low) as i16;
            let value = symbol.wrapping_add(addend as u32);
            let half = if is_low { (value | thumb_bit) & 0xffff } else { value >> 16 };
            Ok(move_field(high, low, half))
        }
        _ => Err("the kind is not one of the object ABI".to_string()),
    }
}

fn halfwords(field: [u8; 4]) -> (u32, u32) {
    let half = |at: usize| u32::from(u16::from_le_bytes([field[at], field[at + 1]]));
    (half(0), half(2))
}

fn from_halfwords(high: u32, low: u32) -> [u8; 4] {
    (high | low << 16).to_le_bytes()
}

/// S:I1:I2:imm10:imm11:0 of BL and B.W (ARMv7-M ARM A7.7.18, A7.7.12).
fn branch_offset(high: u32, low: u32) -> i32 {
    let sign = high >> 10 & 1;
    let i1 = !(low >> 13 ^ sign) & 1;
    let i2 = !(low >> 11 ^ sign) & 1;
    let bits = sign << 24 | i1 << 23 | i2 << 22 | (high & 0x3ff) << 12 | (low & 0x7ff) << 1;
    (bits as i32) << 7 >> 7
}

fn branch_field(offset: i32, opcode: u32) -> [u8; 4] {
    let bits = offset as u32;
    let sign = bits >> 24 & 1;
    let j1 = !(bits >> 23 ^ sign) & 1;
    let j2 = !(bits >> 22 ^ sign) & 1;
    let high = 0xf000 | sign << 10 | bits >> 12 & 0x3ff;
    from_halfwords(high, opcode | j1 << 13 | j2 << 11 | bits >> 1 & 0x7ff)
}

/// imm4:i:imm3:imm8 of MOVW and MOVT (ARMv7-M ARM A7.7.76, A7.7.79).
fn move_immediate(high: u32, low: u32) -> u32 {
    (high & 0xf) << 12 | (high >> 10 & 1) << 11 | (low >> 12 & 7) << 8 | low & 0xff
}

fn move_field(high: u32, low: u32, value: u32) -> [u8; 4] {
    let high = high & !0x040f | value >> 12 & 0xf | (value >> 11 & 1) << 10;
    from_halfwords(high, low & !0x70ff | (value >> 8 & 7) << 12 | value & 0xff)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn branch_fields_round_trip() {
        for offset in [-4, 0, 2, -(1 << 24), (1 << 24) - 2, 0x12_3456, -0x65_4322] {
            let (high, low) = halfwords(branch_field(offset, 0xd000));
            assert_eq!(branch_offset(high, low), offset);
        }
        assert_eq!(branch_field(-4, 0xd000), [0xff, 0xf7, 0xfe, 0xff]);
    }

    #[test]
    fn move_fields_round_trip() {
        for value in [0, 1, 0xffff, 0x1234, 0x8765, 0x0800] {
            let (high, low) = halfwords(move_field(0xf240, 0x0100, value));
            assert_eq!(move_immediate(high, low), value);
            assert_eq!((high & 0xfbf0, low & 0x8f00), (0xf240, 0x0100));
        }
    }

    #[test]
    fn a_branch_relocation_checks_its_field() {
        let bl = [0xff, 0xf7, 0xfe, 0xff];
        let call = resolve(elf::R_ARM_THM_PC22, bl, 0x1000, (0x2000, true));
        let (high, low) = halfwords(call.expect("a BL"));
        assert_eq!(branch_offset(high, low), 0x2000 - 0x1004);
        assert!(resolve(elf::R_ARM_THM_JUMP24, bl, 0x1000, (0x2000, true)).is_err());
        assert!(resolve(elf::R_ARM_THM_PC22, bl, 0x1000, (0x2000, false)).is_err());
        assert!(resolve(elf::R_ARM_THM_MOVT_ABS, bl, 0x1000, (0x2000, false)).is_err());
        assert!(resolve(elf::R_ARM_REL32, [0; 4], 0x1000, (0x2000, false)).is_err());
    }
}
