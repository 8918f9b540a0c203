//! What becomes storage, how much of it, and what is known when the object is made: the facts that
//! `select` and `elf` share.
//!
//! # Sizes
//!
//! A memory has a declared size in pages and reserved bytes (`--memory-size`, else the declared size).
//! What can be accessed at start is the smaller of the two, `initial`; growth succeeds up to `reserved`.
//! Two words tell importers: `S.size` holds the bytes that can be accessed now, `S.max` the bytes
//! reserved.
//!
//! Where less is reserved than declared, `S.size` and `S.max` are both the reserved bytes, for ever:
//! nothing can grow, accesses past them are out of bounds, and `memory.size` is the declared number of
//! pages. So `memory.size` is `declared_pages` where the size is `Fixed`, and else the larger of
//! `S.size / page size` and `declared_pages` (for an own memory with a word they are equal or the
//! former is larger; for an import `declared_pages` is what the import promises). Tables are the
//! same with entries for bytes.
//!
//! # Constant tables
//!
//! A table is constant data where nothing can write it but active segments whose place and items are
//! known and that initialisation cannot fail to reach. A sparse one stays a variable, which takes
//! no flash.

use super::constant::{Value, evaluate, global_values};
use super::images::{self, Image};
use super::inline::{self, Plan};
use super::order::Order;
use super::reach::{Reach, reach};
use super::segments::{self, SegmentLayout};
use super::{ConstExpr, Entity, Items, Module, Placement};
use crate::error::{Error, Place};
use crate::options::{Bounds, Options};
use std::collections::BTreeSet;
use wasmparser::ValType;

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Layout {
    pub memories: Vec<MemoryLayout>,
    pub tables: Vec<TableLayout>,
    pub globals: Vec<GlobalLayout>,
    /// Bytes of the section that holds the module's own variables.
    pub globals_size: u32,
    pub data: Vec<SegmentLayout>,
    pub elements: Vec<SegmentLayout>,
    /// The active data segments.
    pub images: Vec<Image>,
    /// Functions that can run and are not inlined wherever they do, imports included.
    pub reachable: Vec<bool>,
    /// Functions whose bodies stand in for their direct calls.
    pub inlined: Vec<bool>,
    /// In which order functions are compiled.
    pub order: Order,
    /// Functions whose reference is taken: they carry their signature's identity in the word before
    /// their entry.
    pub referenced: Vec<bool>,
    /// The tail calls by the signatures of caller and callee.
    pub tail_calls: BTreeSet<(u32, u32)>,
    /// The value of every global that never changes and is known.
    values: Vec<Option<Value>>,
}

impl Layout {
    /// The value of a constant expression, where it does not depend on an import.
    pub fn evaluate(&self, expr: &ConstExpr<'_>) -> Option<Value> {
        evaluate(expr, &self.values)
    }

    /// The items of an element segment as its image in flash holds them, functions or null, where all
    /// are known.
    pub fn image(&self, items: &Items<'_>) -> Option<Vec<Option<u32>>> {
        constant_items(items, &self.values)
    }
}

/// Where the size of a memory in bytes, or of a table in entries, is found at run time.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Size {
    /// It never changes.
    Fixed(u32),
    /// In the word `S.size`.
    Word,
}

#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct MemoryLayout {
    /// log2 of the bytes of a page.
    pub page_log2: u32,
    /// Pages that the module declares, or that its import promises.
    pub declared_pages: u32,
    /// Bytes that can be accessed after initialisation. Imports: meaningless.
    pub initial: u32,
    /// Bytes that can be accessed at most, `S.max`. Imports: meaningless.
    pub reserved: u32,
    /// Bytes that can be accessed now.
    pub size: Size,
    /// Whether code of this object or of importers uses the words `S.size` and `S.max`: the memory is
    /// imported, exported, or its size changes.
    pub dynamic: bool,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TableLayout {
    /// Entries that the module declares, or that its import promises.
    pub declared: u32,
    /// Entries after initialisation. Imports: meaningless.
    pub initial: u32,
    /// Entries at most, `S.max`. Imports: meaningless.
    pub reserved: u32,
    /// Entries now.
    pub size: Size,
    /// As for memories.
    pub dynamic: bool,
    /// The contents, `initial` entries, where nothing changes them: the index of a function, or null.
    pub constant: Option<Vec<Option<u32>>>,
}

#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum GlobalLayout {
    /// Its value is known and never changes. Where it is exported, flash holds it too, for importers.
    Constant(Value),
    /// A variable, so many bytes from the first.
    Variable { offset: u32 },
    /// Defined elsewhere.
    Imported,
    /// Nothing reads or writes it.
    Unused,
}

/// Bytes of a value in memory.
pub fn size_of(ty: ValType) -> u32 {
    match ty {
        ValType::I32 | ValType::F32 | ValType::Ref(_) => 4,
        ValType::I64 | ValType::F64 => 8,
        ValType::V128 => 16,
    }
}

/// # Errors
/// `Limit` where a memory or table does not fit what is reserved for it, or the address space.
pub fn layout(module: &Module<'_>, options: &Options) -> Result<Layout, Error> {
    let reach = reach(module)?;
    let values = global_values(module, &reach.written_globals);
    check_reservations(module, options)?;
    let memories: Vec<MemoryLayout> = (0..module.memories.len())
        .map(|index| memory(module, &reach, options, index as u32))
        .collect::<Result<_, _>>()?;
    let mut tables: Vec<TableLayout> =
        (0..module.tables.len()).map(|index| table(module, &reach, options, index as u32)).collect::<Result<_, _>>()?;
    check_data(module, &memories, &values)?;
    check_elements(module, &tables, &values)?;
    constant_tables(module, &reach, &values, &mut tables);
    let (globals, globals_size) = globals(module, &reach, &values);
    let (data, elements) = (segments::data(module, &reach, options), segments::elements(module, &reach));
    let images = images::images(module, &memories, &data, &values);
    let Plan { inlined, compiled: reachable, order } =
        inline::plan(module, &reach.census, &reach.functions, &reach.referenced, options.optimize);
    let Reach { referenced, tail_calls, .. } = reach;
    Ok(Layout {
        memories,
        tables,
        globals,
        globals_size,
        data,
        elements,
        images,
        reachable,
        inlined,
        order,
        referenced,
        tail_calls,
        values,
    })
}

/// An option that names what the module does not define has no effect, which its user cannot want.
fn check_reservations(module: &Module<'_>, options: &Options) -> Result<(), Error> {
    let refuse = |what: &str, index: u32| {
        let message = format!("the module defines no {what} {index} (--{what}-size)");
        Err(Error::limit(Place::default(), message))
    };
    for &(index, _) in &options.memory_size {
        match module.memories.get(index as usize) {
            Some(memory) if memory.import.is_none() => {}
            Some(_) | None => return refuse("memory", index),
        }
    }
    for &(index, _) in &options.table_size {
        match module.tables.get(index as usize) {
            Some(table) if table.import.is_none() => {}
            Some(_) | None => return refuse("table", index),
        }
    }
    Ok(())
}

/// The last reservation for `index`, where there is one.
fn reservation(sizes: &[(u32, u64)], index: u32) -> Option<u64> {
    sizes.iter().rev().find(|&&(of, _)| of == index).map(|&(_, size)| size)
}

/// Sizes in units of `unit` bytes, with everything before `limits` in those units.
struct Limits {
    declared: u64,
    maximum: Option<u64>,
    /// What the options ask for.
    asked: Option<u64>,
    imported: bool,
    exported: bool,
    grown: bool,
}

impl Limits {
    /// `(initial, reserved, size, dynamic)`; `None` where the storage exceeds `most`.
    fn resolve(&self, most: u64) -> Option<(u32, u32, Size, bool)> {
        if self.imported {
            return Some((0, 0, Size::Word, true));
        }
        let asked = self.asked.unwrap_or(self.declared);
        let reserved = self.maximum.map_or(asked, |maximum| asked.min(maximum));
        let initial = self.declared.min(reserved);
        if reserved > most {
            return None;
        }
        let (initial, reserved) = (u32::try_from(initial).ok()?, u32::try_from(reserved).ok()?);
        let can_grow = (self.exported || self.grown) && u64::from(reserved) > self.declared;
        let size = if can_grow { Size::Word } else { Size::Fixed(initial) };
        Some((initial, reserved, size, can_grow || self.exported))
    }
}

/// Bytes after the end of a memory that belong to it, so that an access whose first byte is inside
/// touches nothing else.
pub const MEMORY_PADDING: u32 = 8;

fn memory(module: &Module<'_>, reach: &Reach, options: &Options, index: u32) -> Result<MemoryLayout, Error> {
    let memory = &module.memories[index as usize];
    let page_log2 = memory.ty.page_size_log2();
    let limits = Limits {
        declared: memory.ty.initial << page_log2,
        maximum: memory.ty.maximum.map(|pages| pages << page_log2),
        asked: reservation(&options.memory_size, index),
        imported: memory.import.is_some(),
        exported: module.is_exported(Entity::Memory(index)),
        grown: reach.grown_memories[index as usize],
    };
    let most = u64::from(u32::MAX - MEMORY_PADDING);
    let Some((initial, reserved, size, dynamic)) = limits.resolve(most) else {
        let bytes = limits.asked.unwrap_or(limits.declared);
        let message =
            format!("memory {index} of {bytes} bytes exceeds the address space: reserve less (--memory-size)");
        return Err(Error::limit(Place::default(), message));
    };
    if options.bounds == Bounds::Mask && memory.import.is_none() {
        check_mask(index, reserved, limits.maximum)?;
    }
    let declared_pages = u32::try_from(memory.ty.initial).expect("a 32-bit memory has fewer than 2^32 pages");
    Ok(MemoryLayout { page_log2, declared_pages, initial, reserved, size, dynamic })
}

/// Masks of addresses need a power of two. A memory of no bytes has no address to mask.
fn check_mask(index: u32, reserved: u32, maximum: Option<u64>) -> Result<(), Error> {
    if reserved == 0 || reserved.is_power_of_two() {
        return Ok(());
    }
    let larger = u64::from(reserved).next_power_of_two();
    let help = if maximum.is_none_or(|maximum| larger <= maximum) {
        format!("--memory-size {index}={larger}")
    } else {
        let smaller = larger / 2;
        format!("its maximum forbids {larger}: --memory-size {index}={smaller}, or --bounds trap")
    };
    let message =
        format!("memory {index} of {reserved} bytes is no power of two, as --bounds mask needs it to be ({help})");
    Err(Error::limit(Place::default(), message))
}

fn table(module: &Module<'_>, reach: &Reach, options: &Options, index: u32) -> Result<TableLayout, Error> {
    let table = &module.tables[index as usize];
    let limits = Limits {
        declared: table.ty.initial,
        maximum: table.ty.maximum,
        asked: reservation(&options.table_size, index),
        imported: table.import.is_some(),
        exported: module.is_exported(Entity::Table(index)),
        grown: reach.grown_tables[index as usize],
    };
    let Some((initial, reserved, size, dynamic)) = limits.resolve(u64::from(u32::MAX / 4)) else {
        let entries = limits.asked.unwrap_or(limits.declared);
        let message =
            format!("table {index} of {entries} entries exceeds the address space: reserve less (--table-size)");
        return Err(Error::limit(Place::default(), message));
    };
    let declared = u32::try_from(table.ty.initial).expect("a 32-bit table has fewer than 2^32 entries");
    Ok(TableLayout { declared, initial, reserved, size, dynamic, constant: None })
}

/// Data that the declared memory holds must fit what is reserved. Data past the declared end is valid:
/// initialisation traps.
fn check_data(module: &Module<'_>, memories: &[MemoryLayout], values: &[Option<Value>]) -> Result<(), Error> {
    for (number, data) in module.data.iter().enumerate() {
        let Placement::Active { index, offset } = &data.placement else {
            continue;
        };
        let Some(start) = evaluate(offset, values).and_then(Value::as_u32) else {
            continue;
        };
        let memory = &memories[*index as usize];
        let end = u64::from(start) + data.bytes.len() as u64;
        let declared = u64::from(memory.declared_pages) << memory.page_log2;
        let own = module.memories[*index as usize].import.is_none();
        if own && end <= declared && end > u64::from(memory.initial) {
            let message = format!(
                "data segment {number} ends at byte {end} of memory {index}, for which {} bytes are reserved \
                 (--memory-size)",
                memory.reserved
            );
            return Err(Error::limit(Place::at(offset.0.range().start), message));
        }
    }
    Ok(())
}

/// The same for tables.
fn check_elements(module: &Module<'_>, tables: &[TableLayout], values: &[Option<Value>]) -> Result<(), Error> {
    for (number, element) in module.elements.iter().enumerate() {
        let Placement::Active { index, offset } = &element.placement else {
            continue;
        };
        let Some(start) = evaluate(offset, values).and_then(Value::as_u32) else {
            continue;
        };
        let table = &tables[*index as usize];
        let end = u64::from(start) + element.items.len() as u64;
        let own = module.tables[*index as usize].import.is_none();
        if own && end <= u64::from(table.declared) && end > u64::from(table.initial) {
            let message = format!(
                "element segment {number} ends at entry {end} of table {index}, for which {} entries are \
                 reserved (--table-size)",
                table.reserved
            );
            return Err(Error::limit(Place::at(offset.0.range().start), message));
        }
    }
    Ok(())
}

/// Finds the tables that nothing writes but segments that are known, and their contents.
fn constant_tables(module: &Module<'_>, reach: &Reach, values: &[Option<Value>], tables: &mut [TableLayout]) {
    let items = items_of_tables(module);
    for (index, table) in tables.iter_mut().enumerate() {
        let declaration = &module.tables[index];
        let entity = Entity::Table(index as u32);
        let private = declaration.import.is_none() && !module.is_exported(entity);
        let initial = table.initial as usize;
        let dense = initial <= items[index].saturating_mul(4).saturating_add(64);
        let unwritten = declaration.init.is_none() && !reach.written_tables[index];
        if private && dense && unwritten {
            table.constant = Some(vec![None; initial]);
        }
    }
    // Once a segment may trap, later ones may stay unwritten.
    let mut certain = true;
    for element in &module.elements {
        let Placement::Active { index, offset } = &element.placement else {
            continue;
        };
        let table = &mut tables[*index as usize];
        let place = evaluate(offset, values).and_then(Value::as_u32);
        let range = place.and_then(|start| {
            let start = start as usize;
            let end = start.checked_add(element.items.len())?;
            (end <= table.initial as usize).then_some(start..end)
        });
        // An imported table may be larger than its import promises, but also as small.
        certain &= range.is_some() && module.tables[*index as usize].import.is_none();
        let items = if certain { constant_items(&element.items, values) } else { None };
        table.constant = match (table.constant.take(), range, items) {
            (Some(mut contents), Some(range), Some(items)) => {
                contents[range].copy_from_slice(&items);
                Some(contents)
            }
            _ => None,
        };
    }
}

/// How many items active segments have for each table.
fn items_of_tables(module: &Module<'_>) -> Vec<usize> {
    let mut items = vec![0usize; module.tables.len()];
    for element in &module.elements {
        if let Placement::Active { index, .. } = element.placement {
            items[index as usize] += element.items.len();
        }
    }
    items
}

fn constant_items(items: &Items<'_>, values: &[Option<Value>]) -> Option<Vec<Option<u32>>> {
    match items {
        Items::Functions(functions) => Some(functions.iter().map(|&function| Some(function)).collect()),
        Items::Expressions(expressions) => expressions
            .iter()
            .map(|expr| match evaluate(expr, values)? {
                Value::Function(function) => Some(Some(function)),
                Value::Null => Some(None),
                Value::Bits(_) => None,
            })
            .collect(),
    }
}

/// Where each global is, and how many bytes the variables take: doublewords first, so that none needs
/// padding.
fn globals(module: &Module<'_>, reach: &Reach, values: &[Option<Value>]) -> (Vec<GlobalLayout>, u32) {
    let mut layouts: Vec<GlobalLayout> = module
        .globals
        .iter()
        .zip(values)
        .zip(&reach.globals)
        .map(|((global, value), &used)| match (global.import, value, used) {
            (Some(_), _, _) => GlobalLayout::Imported,
            (None, Some(value), _) => GlobalLayout::Constant(*value),
            (None, None, true) => GlobalLayout::Variable { offset: 0 },
            (None, None, false) => GlobalLayout::Unused,
        })
        .collect();
    let mut end = 0;
    for size in [8, 4] {
        for (layout, global) in layouts.iter_mut().zip(&module.globals) {
            if let GlobalLayout::Variable { offset } = layout
                && size_of(global.ty.content_type) == size
            {
                *offset = end;
                end += size;
            }
        }
    }
    (layouts, end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wasm::parse;

    fn lay_out(text: &str, options: &Options) -> Result<Layout, Error> {
        let wasm = wat::parse_str(format!("(module {text})")).expect("the text is a module");
        layout(&parse(&wasm).expect("the module is valid"), options)
    }

    fn plain(text: &str) -> Layout {
        lay_out(text, &Options::default()).expect("everything fits")
    }

    fn reserving(bytes: u64) -> Options {
        Options { memory_size: vec![(0, bytes)], ..Options::default() }
    }

    #[test]
    fn a_memory_that_cannot_grow_has_a_fixed_size() {
        let memory = plain("(memory 2)").memories[0];
        assert_eq!((memory.initial, memory.reserved), (0x20000, 0x20000));
        assert_eq!((memory.size, memory.dynamic), (Size::Fixed(0x20000), false));
        // Growth fails where nothing more is reserved.
        let grow = "(memory 2) (func (export \"f\") (drop (memory.grow (i32.const 1))))";
        assert_eq!(plain(grow).memories[0].size, Size::Fixed(0x20000));
        let memory = plain("(memory (export \"m\") 0)").memories[0];
        assert_eq!((memory.size, memory.dynamic), (Size::Fixed(0), true));
    }

    #[test]
    fn a_memory_that_can_grow_has_words() {
        let grow = "(memory 1 3) (func (export \"f\") (drop (memory.grow (i32.const 1))))";
        let memory = lay_out(grow, &reserving(0x2_8000)).expect("it fits").memories[0];
        assert_eq!((memory.initial, memory.reserved), (0x10000, 0x28000));
        assert_eq!((memory.size, memory.dynamic), (Size::Word, true));
        let memory = lay_out(grow, &reserving(0x10_0000)).expect("it fits").memories[0];
        assert_eq!(memory.reserved, 0x30000, "the declared maximum bounds growth");
        let dead = "(memory 1) (func (drop (memory.grow (i32.const 1))))";
        let memory = lay_out(dead, &reserving(0x2_0000)).expect("it fits").memories[0];
        assert_eq!(memory.size, Size::Fixed(0x10000), "the function that grows it cannot run");
        let memory = plain("(import \"env\" \"m\" (memory 1))").memories[0];
        assert_eq!((memory.size, memory.dynamic), (Size::Word, true));
    }

    #[test]
    fn less_reserved_than_declared_bounds_accesses_for_ever() {
        let text = "(memory (export \"m\") 1) (func (export \"f\") (drop (memory.grow (i32.const 1))))";
        let memory = lay_out(text, &reserving(1000)).expect("there are no data").memories[0];
        assert_eq!((memory.declared_pages, memory.initial, memory.reserved), (1, 1000, 1000));
        assert_eq!((memory.size, memory.dynamic), (Size::Fixed(1000), true));
    }

    #[test]
    fn data_must_fit_what_is_reserved_but_may_lie_outside_what_is_declared() {
        let data = |offset: u32| format!("(memory 1) (data (i32.const {offset}) \"abcd\")");
        assert!(lay_out(&data(996), &reserving(1000)).is_ok());
        let error = lay_out(&data(997), &reserving(1000)).expect_err("it does not fit");
        assert!(matches!(&error, Error::Limit { message, .. } if message.contains("--memory-size")), "{error}");
        assert!(lay_out(&data(0xffff), &reserving(1000)).is_ok(), "initialization traps");
        assert!(lay_out(&data(0xffff_fffe), &reserving(1000)).is_ok(), "initialization traps");
    }

    #[test]
    fn what_cannot_be_reserved_is_an_error() {
        assert!(lay_out("(memory 65536)", &Options::default()).is_err());
        assert_eq!(lay_out("(memory 65536)", &reserving(8)).expect("it fits").memories[0].initial, 8);
        assert!(lay_out("", &reserving(8)).is_err());
        assert!(lay_out("(import \"env\" \"m\" (memory 1))", &reserving(8)).is_err());
        let options = Options { table_size: vec![(0, 1 << 30)], ..Options::default() };
        assert!(lay_out("(table 1 funcref)", &options).is_err());
    }

    #[test]
    fn a_table_that_nothing_writes_is_constant() {
        let table = "(table 4 funcref) (elem (i32.const 1) $f $g) (elem (i32.const 2) $f) (func $f) (func $g)";
        assert_eq!(plain(table).tables[0].constant, Some(vec![None, Some(0), Some(0), None]));
        let outside = format!("{table} (elem (i32.const 3) $f $g)");
        assert_eq!(plain(&outside).tables[0].constant, None);
        let exported = format!("{table} (export \"t\" (table 0))");
        assert_eq!(plain(&exported).tables[0].constant, None);
        let written = format!("{table} (func (export \"w\") (table.set (i32.const 0) (ref.null func)))");
        assert_eq!(plain(&written).tables[0].constant, None);
        let sparse = "(table 10000000 funcref) (elem (i32.const 1) $f) (func $f)";
        assert_eq!(plain(sparse).tables[0].constant, None);
        let dead = format!("{table} (func (table.set (i32.const 0) (ref.null func)))");
        assert!(plain(&dead).tables[0].constant.is_some());
    }

    #[test]
    fn a_segment_that_may_trap_leaves_later_ones_unknown() {
        let text = "(table 4 funcref) (table 4 funcref) (func $f)
            (elem (table 0) (i32.const 0) func $f)
            (elem (table 0) (i32.const 4) func $f)
            (elem (table 1) (i32.const 0) func $f)";
        assert!(plain(text).tables.iter().all(|table| table.constant.is_none()));
    }

    #[test]
    fn globals_are_constants_or_variables() {
        let found = plain(
            "(import \"env\" \"g\" (global i32))
             (global i32 (i32.const 7))
             (global $a (mut i32) (i32.const 1))
             (global $b (mut i64) (i64.const 2))
             (global $unwritten (mut i32) (i32.const 3))
             (global $exported (export \"e\") (mut i32) (i32.const 4))
             (global i32 (global.get 0))
             (func (export \"f\") (global.set $a (global.get $unwritten)) (global.set $b (i64.const 0)))",
        );
        let layouts = [
            GlobalLayout::Imported,
            GlobalLayout::Constant(Value::Bits(7)),
            GlobalLayout::Variable { offset: 8 },
            GlobalLayout::Variable { offset: 0 },
            GlobalLayout::Constant(Value::Bits(3)),
            GlobalLayout::Variable { offset: 12 },
            GlobalLayout::Unused,
        ];
        assert_eq!((found.globals, found.globals_size), (layouts.to_vec(), 16));
    }

    #[test]
    fn what_is_reached_and_what_is_referred_to() {
        let found = plain(
            "(func $start (call $callee)) (func $callee) (func $dead (call $alive)) (func $alive)
             (func (export \"e\") (drop (ref.func $taken))) (func $taken (return_call $tail)) (func $tail (call $tail))
             (func $listed) (func $passive)
             (table 1 funcref) (elem (i32.const 0) $listed) (elem func $passive) (elem declare func $taken)
             (start $start)",
        );
        let reachable: Vec<usize> = (0..9).filter(|&index| found.reachable[index]).collect();
        assert_eq!(reachable, [0, 4, 5, 6, 7]);
        let inlined: Vec<usize> = (0..9).filter(|&index| found.inlined[index]).collect();
        assert_eq!(inlined, [1]);
        let referenced: Vec<usize> = (0..9).filter(|&index| found.referenced[index]).collect();
        assert_eq!(referenced, [5, 7]);
    }
}
