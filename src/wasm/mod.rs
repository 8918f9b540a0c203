//! The module as the rest of the compiler sees it: validated, indexed, bodies still encoded.
//!
//! `parse` makes it from bytes, `reach` finds what can run and what that uses, `layout` decides what
//! becomes storage and what is constant (`segments` for what code copies from, `images` for what
//! initialisation copies), `constant` evaluates constant expressions and `signature` gives signatures
//! their identity. `inline` decides what is inlined, and `order` in which order functions are compiled, both from the
//! call graph's `components`. `linking` has what relocatable objects say besides.

pub mod components;
pub mod constant;
pub mod images;
pub mod inline;
pub mod layout;
pub mod linking;
pub mod order;
pub mod parse;
pub mod reach;
pub mod segments;
pub mod signature;
pub mod support;

pub use constant::Value;
pub use layout::{GlobalLayout, Layout, MemoryLayout, TableLayout, layout};
pub use linking::Linking;
pub use parse::{parse, parse_object};

use crate::error::Place;
use wasmparser::{BinaryReader, FuncType, FunctionBody, GlobalType, MemoryType, OperatorsReader, TableType};

/// A validated module. Every index space starts with the imports, as in the binary format.
#[derive(Default)]
pub struct Module<'a> {
    /// The types; `functions[n].signature` and `call_indirect` index this list. Only function types.
    pub types: Vec<FuncType>,
    pub functions: Vec<Function<'a>>,
    pub tables: Vec<Table<'a>>,
    pub memories: Vec<Memory<'a>>,
    pub globals: Vec<Global<'a>>,
    pub exports: Vec<Export<'a>>,
    pub start: Option<u32>,
    pub elements: Vec<Element<'a>>,
    pub data: Vec<Data<'a>>,
    /// Of a relocatable object that is compiled as one.
    pub linking: Option<Linking<'a>>,
}

impl Module<'_> {
    /// The place of an error in function `index`; `offset` counts in the binary.
    pub fn place(&self, index: u32, offset: Option<u64>) -> Place {
        let name = self.functions[index as usize].name.map(str::to_string);
        Place { function: Some((index, name)), offset: offset.and_then(|offset| usize::try_from(offset).ok()) }
    }

    /// The signature of function `index`.
    pub fn signature(&self, index: u32) -> &FuncType {
        &self.types[self.functions[index as usize].signature as usize]
    }

    /// Whether an export names the entity.
    pub fn is_exported(&self, entity: Entity) -> bool {
        self.exports.iter().any(|export| export.entity == entity)
    }
}

#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Import<'a> {
    pub module: &'a str,
    pub field: &'a str,
}

pub struct Function<'a> {
    /// Index into `Module::types`. Equal types may have several indices.
    pub signature: u32,
    pub import: Option<Import<'a>>,
    /// `None` exactly for imports.
    pub body: Option<FunctionBody<'a>>,
    /// From the name section.
    pub name: Option<&'a str>,
}

pub struct Table<'a> {
    pub ty: TableType,
    pub import: Option<Import<'a>>,
    /// Initial value of every entry, where it is not null.
    pub init: Option<ConstExpr<'a>>,
}

pub struct Memory<'a> {
    pub ty: MemoryType,
    pub import: Option<Import<'a>>,
}

pub struct Global<'a> {
    pub ty: GlobalType,
    pub import: Option<Import<'a>>,
    /// `None` exactly for imports.
    pub init: Option<ConstExpr<'a>>,
}

#[derive(Copy, Clone, PartialEq, Eq, Debug, Hash)]
pub enum Entity {
    Function(u32),
    Table(u32),
    Memory(u32),
    Global(u32),
}

impl Entity {
    /// Index in its own index space.
    pub fn index(self) -> u32 {
        match self {
            Entity::Function(index) | Entity::Table(index) | Entity::Memory(index) | Entity::Global(index) => index,
        }
    }
}

pub struct Export<'a> {
    pub name: &'a str,
    pub entity: Entity,
}

/// A constant expression, still encoded; ends with `end`.
#[derive(Clone)]
pub struct ConstExpr<'a>(pub BinaryReader<'a>);

impl<'a> ConstExpr<'a> {
    pub fn operators(&self) -> OperatorsReader<'a> {
        OperatorsReader::new(self.0.clone())
    }
}

pub enum Placement<'a> {
    /// Written to memory or table `index` at `offset` by initialisation.
    Active {
        index: u32,
        offset: ConstExpr<'a>,
    },
    Passive,
    Declared,
}

pub struct Element<'a> {
    pub placement: Placement<'a>,
    pub items: Items<'a>,
}

pub enum Items<'a> {
    Functions(Vec<u32>),
    Expressions(Vec<ConstExpr<'a>>),
}

impl Items<'_> {
    pub fn len(&self) -> usize {
        match self {
            Items::Functions(items) => items.len(),
            Items::Expressions(items) => items.len(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

pub struct Data<'a> {
    pub placement: Placement<'a>,
    pub bytes: &'a [u8],
}
