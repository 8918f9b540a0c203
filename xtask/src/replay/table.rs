//! The table of a recording as an object: records of words, the first of which is their kind and the second their number.
//!
//! ```text
//!   0                                                        the end
//!   1 n function code hidden r0-r3 s0-s15 k words… m results…  a call; code 0xffff_ffff: it returns
//!   2 n address check low high                               a look at memory
//!   4 n address word                                         a write
//!   5 n address count hash                                   a look at many bytes
//!   3 n import m arguments… m results…                       a call of an import by the call before
//! ```
//!
//! A value of these is where it is (`space << 24 | index`: core registers, singles, bytes of stack or of the struct of
//! results), what is checked of it, its low and its high word.

use object::write::{Object, Relocation, SectionId, Symbol, SymbolSection};
use object::{
    Architecture, BinaryFormat, Endianness, RelocationFlags, SectionKind, SymbolFlags, SymbolKind, SymbolScope, elf,
};

use super::{Kind, Step};
use crate::oracle::abi::{self, Place, Results, Standard};
use crate::oracle::machine::Outcome;
use crate::oracle::value::{Type, Value};

const CALL: u32 = 1;
const VALUE: u32 = 2;
const IMPORT: u32 = 3;
const WRITE: u32 = 4;
const BYTES: u32 = 5;
const RETURNED: u32 = u32::MAX;
/// What is checked of a value.
const WORD: u32 = 1;
const LONG: u32 = 2;
/// A quiet NaN; 3 more, one without a payload.
const FLOAT: u32 = 3;
const DOUBLE: u32 = 4;
const NOT_NULL: u32 = 5;
const SYMBOL: &str = "replay_table";

/// A word, or the address of a symbol.
enum Word<'s> {
    Int(u32),
    Address(&'s str),
}

/// The object of a table.
///
/// # Errors
/// What the object's format does not take.
pub fn object(steps: &[&Step], standard: Standard) -> Result<Vec<u8>, String> {
    let mut words = Vec::new();
    for step in steps {
        let mut record = record(step, standard);
        record.insert(1, Word::Int(record.len() as u32 + 1));
        words.extend(record);
        for import in &step.imports {
            let mut record = vec![Word::Int(IMPORT), Word::Int(import.number)];
            record.insert(1, Word::Int(0));
            let types: Vec<Type> = import.arguments.iter().map(|value| value.ty).collect();
            let result_types: Vec<Type> = import.results.iter().map(|value| value.ty).collect();
            let returned = abi::results(standard, &result_types);
            let layout = abi::arguments(standard, &types, returned.are_hidden());
            values(&mut record, &import.arguments, &layout.places, false);
            values(&mut record, &import.results, &result_places(&returned), true);
            record[1] = Word::Int(record.len() as u32);
            words.extend(record);
        }
    }
    words.push(Word::Int(0));
    write(&words)
}

fn record<'s>(step: &'s Step, standard: Standard) -> Vec<Word<'s>> {
    let address = Word::Address(&step.symbol);
    match &step.kind {
        Kind::Write(word) => vec![Word::Int(WRITE), address, Word::Int(*word)],
        Kind::Bytes { count, hash } => vec![Word::Int(BYTES), address, Word::Int(*count), Word::Int(*hash)],
        Kind::Value(value) => {
            let [check, low, high] = checked(*value);
            vec![Word::Int(VALUE), address, Word::Int(check), Word::Int(low), Word::Int(high)]
        }
        Kind::Call { arguments, results, outcome } => {
            let code = match outcome {
                Outcome::Trapped(code) => u32::from(*code),
                Outcome::Returned(_) | Outcome::Endless { .. } | Outcome::Broken(_) => RETURNED,
            };
            let returned = abi::results(standard, results);
            let mut record = vec![Word::Int(CALL), address, Word::Int(code), Word::Int(returned.are_hidden().into())];
            passed(&mut record, arguments, standard, returned.are_hidden());
            let values_of = match outcome {
                Outcome::Returned(values) => values.as_slice(),
                Outcome::Trapped(_) | Outcome::Endless { .. } | Outcome::Broken(_) => &[],
            };
            let start = record.len();
            values(&mut record, values_of, &result_places(&returned), false);
            // A payload among the operands may be kept or not.
            if arguments.iter().any(|&argument| is_payload(argument)) {
                for word in record[start + 1..].iter_mut().skip(1).step_by(4) {
                    if let Word::Int(check) = word {
                        *check -= if *check > NOT_NULL { 3 } else { 0 };
                    }
                }
            }
            record
        }
    }
}

/// Registers and stack of a call.
fn passed(record: &mut Vec<Word<'_>>, arguments: &[Value], standard: Standard, hidden: bool) {
    let types: Vec<Type> = arguments.iter().map(|value| value.ty).collect();
    let layout = abi::arguments(standard, &types, hidden);
    let (mut core, mut singles) = ([0u32; 4], [0u32; 16]);
    let mut stack = vec![0u32; layout.stack as usize / 4];
    for (value, place) in arguments.iter().zip(&layout.places) {
        let (words, first) = match *place {
            Place::Core(register) => (&mut core[..], register as usize),
            Place::Single(register) => (&mut singles[..], register as usize),
            Place::Stack(offset) => (&mut stack[..], offset as usize / 4),
        };
        words[first] = value.bits as u32;
        if value.ty.size() == 8 {
            words[first + 1] = (value.bits >> 32) as u32;
        }
    }
    record.extend(core.into_iter().chain(singles).map(Word::Int));
    record.push(Word::Int(stack.len() as u32));
    record.extend(stack.into_iter().map(Word::Int));
}

fn result_places(results: &Results) -> Vec<Place> {
    match results {
        Results::Registers(places) => places.clone(),
        Results::Memory(structure) => structure.offsets.iter().map(|&offset| Place::Stack(offset)).collect(),
    }
}

/// Values at places; `exact` ones are given and not checked.
fn values(record: &mut Vec<Word<'_>>, values: &[Value], places: &[Place], exact: bool) {
    record.push(Word::Int(values.len() as u32));
    for (&value, place) in values.iter().zip(places) {
        let place = match *place {
            Place::Core(register) => register,
            Place::Single(register) => 1 << 24 | register,
            Place::Stack(offset) => 2 << 24 | offset,
        };
        let [check, low, high] = checked(value);
        let check = if exact { [WORD, LONG][usize::from(value.ty.size() == 8)] } else { check };
        record.extend([place, check, low, high].map(Word::Int));
    }
}

/// How a value is checked: any NaN of the kind that it is, references only for null.
fn checked(value: Value) -> [u32; 3] {
    let (low, high) = (value.bits as u32, (value.bits >> 32) as u32);
    let check = match (value.ty, nan(value)) {
        (Type::F32, Some(canonical)) => FLOAT + 3 * u32::from(canonical),
        (Type::F64, Some(canonical)) => DOUBLE + 3 * u32::from(canonical),
        (Type::FuncRef, _) if low != 0 => NOT_NULL,
        (Type::I32 | Type::F32 | Type::FuncRef | Type::ExternRef, _) => WORD,
        (Type::I64 | Type::F64, _) => LONG,
    };
    [check, low, high]
}

/// Whether the value is a NaN with a payload.
fn is_payload(value: Value) -> bool {
    match value.ty {
        Type::F32 => f32::from_bits(value.bits as u32).is_nan() && nan(value) != Some(true),
        Type::F64 => f64::from_bits(value.bits).is_nan() && nan(value) != Some(true),
        Type::I32 | Type::I64 | Type::FuncRef | Type::ExternRef => false,
    }
}

/// Of a quiet NaN, whether it has no payload.
fn nan(value: Value) -> Option<bool> {
    let (low, high) = (value.bits as u32, (value.bits >> 32) as u32);
    match value.ty {
        Type::F32 if f32::from_bits(low).is_nan() && low & 0x40_0000 != 0 => Some(low << 1 == 0xff80_0000),
        Type::F64 if f64::from_bits(value.bits).is_nan() && high & 0x8_0000 != 0 => {
            Some(value.bits << 1 == 0xfff0_0000_0000_0000)
        }
        Type::F32 | Type::F64 | Type::I32 | Type::I64 | Type::FuncRef | Type::ExternRef => None,
    }
}

fn write(words: &[Word<'_>]) -> Result<Vec<u8>, String> {
    let mut object = Object::new(BinaryFormat::Elf, Architecture::Arm, Endianness::Little);
    object.flags =
        object::FileFlags::Elf { os_abi: elf::ELFOSABI_NONE, abi_version: 0, e_flags: elf::EF_ARM_EABI_VER5 };
    let name = format!(".rodata.{SYMBOL}").into_bytes();
    let section = object.add_section(Vec::new(), name, SectionKind::ReadOnlyData);
    let ints = words.iter().map(|word| match word {
        Word::Int(int) => *int,
        Word::Address(_) => 0,
    });
    let bytes: Vec<u8> = ints.flat_map(u32::to_le_bytes).collect();
    let size = bytes.len() as u64;
    object.append_section_data(section, &bytes, 4);
    let table = symbol(SYMBOL, SymbolSection::Section(section), size);
    object.add_symbol(table);
    let mut symbols = std::collections::HashMap::new();
    for (offset, word) in (0..).step_by(4).zip(words) {
        if let Word::Address(name) = word {
            let id =
                *symbols.entry(*name).or_insert_with(|| object.add_symbol(symbol(name, SymbolSection::Undefined, 0)));
            relocate(&mut object, section, offset, id)?;
        }
    }
    object.write().map_err(|error| error.to_string())
}

fn symbol(name: &str, section: SymbolSection, size: u64) -> Symbol {
    let scope = if section == SymbolSection::Undefined { SymbolScope::Unknown } else { SymbolScope::Dynamic };
    let kind = if section == SymbolSection::Undefined { SymbolKind::Unknown } else { SymbolKind::Data };
    let name = name.as_bytes().to_vec();
    Symbol { name, value: 0, size, kind, scope, weak: false, section, flags: SymbolFlags::None }
}

fn relocate(
    object: &mut Object<'_>,
    section: SectionId,
    offset: u64,
    symbol: object::write::SymbolId,
) -> Result<(), String> {
    let flags = RelocationFlags::Elf { r_type: elf::R_ARM_ABS32 };
    let added = object.add_relocation(section, Relocation { offset, symbol, addend: 0, flags });
    added.map_err(|error| error.to_string())
}
