//! What a compilation depends on besides its input: parsed once, passed down, never changed.

#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Target {
    /// Floats in core registers, by the run-time ABI.
    CortexM4,
    /// With FPv4-SP-D16 and the standard for VFP arguments.
    CortexM4F,
}

impl Target {
    /// Whether the core has a floating-point unit, of single precision.
    pub fn has_float_unit(self) -> bool {
        match self {
            Target::CortexM4 => false,
            Target::CortexM4F => true,
        }
    }
}

/// Where linear memory lives.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Memory {
    /// In a section of its own, where addresses are offsets.
    Static,
    /// It is the machine's: the input is a relocatable object, whose addresses are machine addresses.
    Native,
}

/// What an out-of-bounds access to linear memory does.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Bounds {
    Trap,
    /// It goes to its effective address modulo the reserved size, a power of two.
    Mask,
    /// Anything.
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

/// What counts where speed and size conflict.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Optimize {
    Speed,
    Size,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Options {
    pub target: Target,
    pub memory: Memory,
    /// Of native memory without effect.
    pub bounds: Bounds,
    pub alignment: Alignment,
    pub optimize: Optimize,
    /// Others read and write linear memory at any time: each access happens once, in order.
    pub volatile_memory: bool,
    pub trap: Trap,
    /// Symbol of a word that prologues compare sp with.
    pub stack_limit: Option<String>,
    /// Prefix of the object's own symbols.
    pub module_name: String,
    /// Symbols of imports and exports, from `{module}` (an import's module, or for exports
    /// `module_name`), `{name}` and `{index}` (in the index space of its kind).
    pub import_name: String,
    pub export_name: String,
    /// Bytes to reserve for memory K instead of the declared minimum.
    pub memory_size: Vec<(u32, u64)>,
    /// Entries to reserve for table K instead of the declared minimum.
    pub table_size: Vec<(u32, u64)>,
    /// Imports that C declares with variable arguments, and the functions that take a `va_list` in their place.
    pub variadic: Vec<(String, String)>,
    /// Functions are compiled on this many threads; the output does not depend on it.
    pub threads: Option<usize>,
    /// Replay every function after register caching and prove that each use reads its value.
    pub check: bool,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            target: Target::CortexM4,
            memory: Memory::Static,
            bounds: Bounds::Trap,
            alignment: Alignment::Strict,
            optimize: Optimize::Speed,
            volatile_memory: false,
            trap: Trap::Udf,
            stack_limit: None,
            module_name: "module".to_string(),
            import_name: "{name}".to_string(),
            export_name: "{name}".to_string(),
            memory_size: Vec::new(),
            table_size: Vec::new(),
            variadic: Vec::new(),
            threads: None,
            check: cfg!(debug_assertions),
        }
    }
}

/// What a template for symbol names may contain besides plain text.
const PLACEHOLDERS: [&str; 3] = ["{module}", "{name}", "{index}"];

/// Whether the braces of a template all belong to placeholders.
///
/// # Errors
/// Says what is wrong with it.
pub fn check_template(template: &str) -> Result<(), String> {
    match pieces(template).find(|piece| !PLACEHOLDERS.contains(piece) && piece.contains(['{', '}'])) {
        None => Ok(()),
        Some(piece) => Err(format!("{piece:?} is none of {}", PLACEHOLDERS.join(", "))),
    }
}

/// The template with its placeholders filled in; what fills them in is not looked into again.
pub fn expand(template: &str, module: &str, name: &str, index: u32) -> String {
    pieces(template)
        .map(|piece| match piece {
            "{module}" => module.to_string(),
            "{name}" => name.to_string(),
            "{index}" => index.to_string(),
            _ => piece.to_string(),
        })
        .collect()
}

/// Splits before each `{` and after each `}`.
fn pieces(template: &str) -> impl Iterator<Item = &str> {
    template.split_inclusive('}').flat_map(|part| {
        let (text, braces) = part.split_at(part.find('{').unwrap_or(part.len()));
        [text, braces].into_iter().filter(|piece| !piece.is_empty())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_are_filled_in_once() {
        assert_eq!(expand("{name}", "env", "f", 3), "f");
        assert_eq!(expand("{module}_{name}@{index}", "env", "{index}", 3), "env_{index}@3");
        assert_eq!(expand("plain", "env", "f", 3), "plain");
        assert_eq!(expand("", "env", "f", 3), "");
    }

    #[test]
    fn braces_belong_to_placeholders() {
        for good in ["", "x", "{name}", "{module}{name}{index}", "a{index}b"] {
            assert_eq!(check_template(good), Ok(()), "{good}");
        }
        for bad in ["{", "}", "{nam}", "{name", "name}", "{{name}}", "{name}}", "{}", "{a{name}"] {
            assert!(check_template(bad).is_err(), "{bad}");
        }
    }
}
