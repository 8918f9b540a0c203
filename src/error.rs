//! Why an input was refused.

use thiserror::Error;

/// Where in the input an error stands.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Place {
    /// Index and name of the function.
    pub function: Option<(u32, Option<String>)>,
    /// Byte offset in the wasm binary.
    pub offset: Option<usize>,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some((index, name)) = &self.function {
            write!(f, "function {index} ")?;
            if let Some(name) = name {
                write!(f, "({name}) ")?;
            }
        }
        if let Some(offset) = self.offset {
            write!(f, "at {offset:#x}")?;
        }
        if *self != Place::default() {
            f.write_str(": ")?;
        }
        Ok(())
    }
}

/// An input that is not compiled. `Display` is one line, lower case, without a trailing dot.
#[derive(Error, Clone, PartialEq, Eq, Debug)]
pub enum Error {
    /// Not a valid module.
    #[error("{place}{message}")]
    Invalid { place: Place, message: String },
    /// Valid, but not supported; the message names what.
    #[error("{place}{message}")]
    Unsupported { place: Place, message: String },
    /// Beyond a documented bound, or in conflict with an option; the message names the option that helps.
    #[error("{place}{message}")]
    Limit { place: Place, message: String },
}
