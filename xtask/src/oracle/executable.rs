//! From an executable that a real linker made to an image for the machine: its segments by their permissions, and its
//! global symbols.

use object::read::elf::{ElfFile32, ProgramHeader};
use object::{Endianness, Object, ObjectSymbol, elf};

use super::link::{CODE_GAP, DATA_GAP, Image, PAGE, Region, RegionKind};

/// The image of an executable. Its segments must not share pages, and begin where their pages do.
///
/// # Errors
/// A file that is none, or segments that the machine cannot map.
pub fn image(bytes: &[u8]) -> Result<Image, String> {
    let malformed = |error: object::Error| format!("executable: {error}");
    let file = ElfFile32::<Endianness>::parse(bytes).map_err(malformed)?;
    let mut regions = Vec::new();
    for segment in file.elf_program_headers() {
        let endian = file.endian();
        if segment.p_type(endian) != elf::PT_LOAD || segment.p_memsz(endian) == 0 {
            continue;
        }
        let flags = segment.p_flags(endian);
        let kind = if flags.contains(elf::PF_X) {
            RegionKind::Code
        } else if flags.contains(elf::PF_W) {
            RegionKind::Data
        } else {
            RegionKind::Constants
        };
        let address = segment.p_vaddr(endian);
        if !address.is_multiple_of(PAGE) {
            return Err(format!("executable: a segment at {address:#x}"));
        }
        let data = segment.data(endian, bytes);
        let data = data.map_err(|()| "executable: a truncated segment".to_string())?;
        regions.push(region(address, kind, data, segment.p_memsz(endian) as usize));
    }
    let symbols = file.symbols().filter(|symbol| symbol.is_global() && symbol.is_definition());
    let named = symbols.filter_map(|symbol| Some((symbol.name().ok()?, symbol.address() as u32)));
    let globals = named.map(|(name, address)| (name.to_string(), address)).collect();
    Ok(Image::new(regions, globals))
}

/// `size` bytes that begin with `data` and go on with zeros, then what fills the last page.
fn region(address: u32, kind: RegionKind, data: &[u8], size: usize) -> Region {
    let mut bytes = data.to_vec();
    bytes.resize(size, 0);
    let end = size.next_multiple_of(PAGE as usize);
    while bytes.len() < end {
        bytes.push(match kind {
            RegionKind::Code => CODE_GAP[bytes.len() % 2],
            RegionKind::Constants | RegionKind::Data => DATA_GAP,
        });
    }
    let behind = size..end;
    Region { address, bytes, kind, gaps: Vec::from([behind]) }
}
