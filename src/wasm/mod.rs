//! The module as the rest of the compiler sees it: validated, indexed, bodies still encoded.





use wasmparser::{BinaryReader, FuncType, FunctionBody, GlobalType, MemoryType, TableType};

/// A validated module. Every index space starts with the imports, as in the binary format.
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

#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Entity {
    Function(u32),
    Table(u32),
    Memory(u32),
    Global(u32),
}

pub struct Export<'a> {
    pub name: &'a str,
    pub entity: Entity,
}

/// A constant expression, still encoded; ends with `end`.
#[derive(Clone)]
pub struct ConstExpr<'a>(pub BinaryReader<'a>);

pub enum Placement<'a> {
    /// Written to memory or table `index` at `offset` by initialisation.
    Active { index: u32, offset: ConstExpr<'a> },
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

pub struct Data<'a> {
    pub placement: Placement<'a>,
    pub bytes: &'a [u8],
}
