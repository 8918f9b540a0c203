//! Changes to a module's import and export sections that leave its code alone: plain unique names for random modules, and
//! exports of the state that the reference engine would otherwise hide.
//!
//! A module is split into its sections as raw bytes (core specification 5.5.2) and put together again.

use wasmparser::{BinaryReader, BinaryReaderError, TypeRef};

use super::interface::Interface;

const HEADER: usize = 8;
const CUSTOM: u8 = 0;
const IMPORTS: u8 = 2;
const EXPORTS: u8 = 7;
/// Stands between memories and globals, whatever its number says.
const TAGS: u8 = 13;
/// Kinds of external items (core specification 5.5.6).
const FUNCTION: u8 = 0;
const TABLE: u8 = 1;
const MEMORY: u8 = 2;
const GLOBAL: u8 = 3;

type Sections = Vec<(u8, Vec<u8>)>;

/// The export name under which generated modules hand out the fuel that bounds each call.
pub const FUEL: &str = "oracle.fuel";

/// Gives every import and export a name that is a C identifier and that no other has: `import<n>` of one of three
/// modules, `export<n>`. Global number `fuel` is exported as [`FUEL`] as well.
pub fn rename(wasm: &[u8], fuel: Option<u32>) -> Result<Vec<u8>, BinaryReaderError> {
    let mut sections = split(wasm)?;
    for (id, payload) in &mut sections {
        match *id {
            IMPORTS => *payload = rename_imports(payload)?,
            EXPORTS => *payload = rename_exports(payload)?,
            _ => {}
        }
    }
    if let Some(index) = fuel {
        add_exports(&mut sections, &[(FUEL.to_string(), GLOBAL, index)])?;
    }
    Ok(join(wasm, &sections))
}

/// Exports every memory and table that is not exported, under the name that its interface has for it, and every function.
pub fn export_state(wasm: &[u8], interface: &Interface) -> Result<Vec<u8>, BinaryReaderError> {
    let mut sections = split(wasm)?;
    let mut exports = Vec::new();
    for (kind, list) in [(MEMORY, &interface.memories), (TABLE, &interface.tables)] {
        for (index, storage) in list.iter().enumerate() {
            if !storage.exported {
                exports.push((storage.export.clone(), kind, index as u32));
            }
        }
    }
    for index in 0..interface.names.len() {
        exports.push((function(index), FUNCTION, index as u32));
    }
    add_exports(&mut sections, &exports)?;
    Ok(join(wasm, &sections))
}

/// The export of function `index` that [`export_state`] makes.
pub fn function(index: usize) -> String {
    format!("oracle.function.{index}")
}

fn split(wasm: &[u8]) -> Result<Sections, BinaryReaderError> {
    let mut reader = BinaryReader::new(wasm, 0);
    reader.read_bytes(HEADER)?;
    let mut sections = Vec::new();
    while !reader.eof() {
        let id = reader.read_u8()?;
        let size = reader.read_var_u32()? as usize;
        sections.push((id, reader.read_bytes(size)?.to_vec()));
    }
    Ok(sections)
}

fn join(wasm: &[u8], sections: &Sections) -> Vec<u8> {
    let mut out = wasm[..HEADER].to_vec();
    for (id, payload) in sections {
        out.push(*id);
        leb(&mut out, payload.len() as u32);
        out.extend_from_slice(payload);
    }
    out
}

fn rename_imports(payload: &[u8]) -> Result<Vec<u8>, BinaryReaderError> {
    let mut reader = BinaryReader::new(payload, 0);
    let count = reader.read_var_u32()?;
    let mut out = Vec::new();
    leb(&mut out, count);
    for index in 0..count {
        reader.read_string()?;
        reader.read_string()?;
        string(&mut out, ["env", "kernel", "board"][index as usize % 3]);
        string(&mut out, &format!("import{index}"));
        let start = reader.original_position() as usize;
        reader.read::<TypeRef>()?;
        out.extend_from_slice(&payload[start..reader.original_position() as usize]);
    }
    Ok(out)
}

fn rename_exports(payload: &[u8]) -> Result<Vec<u8>, BinaryReaderError> {
    let mut reader = BinaryReader::new(payload, 0);
    let count = reader.read_var_u32()?;
    let mut out = Vec::new();
    leb(&mut out, count);
    for index in 0..count {
        reader.read_string()?;
        string(&mut out, &format!("export{index}"));
        out.push(reader.read_u8()?);
        leb(&mut out, reader.read_var_u32()?);
    }
    Ok(out)
}

/// Appends to the export section, which stands before all sections with a larger number except custom ones.
fn add_exports(sections: &mut Sections, exports: &[(String, u8, u32)]) -> Result<(), BinaryReaderError> {
    if exports.is_empty() {
        return Ok(());
    }
    let found = sections.iter().position(|(id, _)| *id == EXPORTS);
    let position = found.unwrap_or_else(|| {
        let later = sections.iter().position(|(id, _)| ![CUSTOM, TAGS].contains(id) && *id > EXPORTS);
        let position = later.unwrap_or(sections.len());
        sections.insert(position, (EXPORTS, vec![0]));
        position
    });
    let payload = &sections[position].1;
    let mut reader = BinaryReader::new(payload, 0);
    let count = reader.read_var_u32()?;
    let rest = reader.original_position() as usize;
    let mut out = Vec::new();
    leb(&mut out, count + exports.len() as u32);
    out.extend_from_slice(&payload[rest..]);
    for (name, kind, index) in exports {
        string(&mut out, name);
        out.push(*kind);
        leb(&mut out, *index);
    }
    sections[position].1 = out;
    Ok(())
}

fn string(out: &mut Vec<u8>, text: &str) {
    leb(out, text.len() as u32);
    out.extend_from_slice(text.as_bytes());
}

fn leb(out: &mut Vec<u8>, mut value: u32) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}
