//! What a compilation depends on besides its input: parsed once, passed down, never changed.

#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Target {
    CortexM4,
}

/// What an out-of-bounds access to linear memory does.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Bounds {
    Trap,
    None,
}

/// What is believed of an access's alignment.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Alignment {
    /// Any address works.
    Strict,
    /// The alignment hint of the access is a promise.
    Trust,
    /// Multi-byte accesses are made of bytes (for firmware that sets UNALIGN_TRP).
    Bytes,
}

/// How a trap ends.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Trap {
    Udf,
    Call,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Options {
    pub target: Target,
    pub bounds: Bounds,
    pub alignment: Alignment,
    /// Others read and write linear memory at any time: each access happens once, in order.
    pub volatile_memory: bool,
    pub trap: Trap,
    /// Symbol of a word that prologues compare sp with.
    pub stack_limit: Option<String>,
    /// Prefix of the object's own symbols.
    pub module_name: String,
    /// Symbols of imports and exports, from `{module}`, `{name}` and `{index}`.
    pub import_name: String,
    pub export_name: String,
    /// Bytes to reserve for memory K instead of the declared minimum.
    pub memory_size: Vec<(u32, u64)>,
    /// Entries to reserve for table K instead of the declared minimum.
    pub table_size: Vec<(u32, u64)>,
    /// Functions are compiled on this many threads; the output does not depend on it.
    pub threads: Option<usize>,
    /// Replay every function after register caching and prove that each use reads its value.
    pub check: bool,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            target: Target::CortexM4,
            bounds: Bounds::Trap,
            alignment: Alignment::Strict,
            volatile_memory: false,
            trap: Trap::Udf,
            stack_limit: None,
            module_name: "module".to_string(),
            import_name: "{name}".to_string(),
            export_name: "{name}".to_string(),
            memory_size: Vec::new(),
            table_size: Vec::new(),
            threads: None,
            check: cfg!(debug_assertions),
        }
    }
}
