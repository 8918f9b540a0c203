//! Why an input was refused.

use std::fmt;
use thiserror::Error;

/// Where in the input an error stands.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Place {
    /// Index and name of the function.
    pub function: Option<(u32, Option<String>)>,
    /// Byte offset in the wasm binary.
    pub offset: Option<usize>,
}

impl Place {
    /// A byte of the binary that belongs to no function. wasmparser counts in 64 bits.
    pub fn at(offset: u64) -> Place {
        Place { function: None, offset: usize::try_from(offset).ok() }
    }
}

impl fmt::Display for Place {
    /// `function 12 (foo) at 0x1a3: `, as much of it as is known, on one line whatever the name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        if let Some((index, name)) = &self.function {
            write!(f, "function {index}")?;
            if let Some(name) = name {
                write!(f, " ({})", OneLine(name))?;
            }
            separator = " ";
        }
        if let Some(offset) = self.offset {
            write!(f, "{separator}at {offset:#x}")?;
        }
        if *self != Place::default() {
            f.write_str(": ")?;
        }
        Ok(())
    }
}

/// Text from the input as part of a message: control characters, which would break the line or the
/// terminal, are escaped.
pub struct OneLine<'a>(pub &'a str);

impl fmt::Display for OneLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.chars() {
            if c.is_control() {
                write!(f, "{}", c.escape_default())?;
            } else {
                write!(f, "{c}")?;
            }
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

impl Error {
    pub fn invalid(place: Place, message: impl Into<String>) -> Error {
        Error::Invalid { place, message: message.into() }
    }

    pub fn unsupported(place: Place, message: impl Into<String>) -> Error {
        Error::Unsupported { place, message: message.into() }
    }

    /// The error, with a place if it has none.
    pub fn with_place(mut self, known: Place) -> Error {
        let (Error::Invalid { place, .. } | Error::Unsupported { place, .. } | Error::Limit { place, .. }) = &mut self;
        if *place == Place::default() {
            *place = known;
        }
        self
    }

    pub fn limit(place: Place, message: impl Into<String>) -> Error {
        Error::Limit { place, message: message.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_says_what_is_known() {
        let place = |function, offset| Place { function, offset }.to_string();
        assert_eq!(place(None, None), "");
        assert_eq!(place(None, Some(0x1a3)), "at 0x1a3: ");
        assert_eq!(place(Some((12, None)), None), "function 12: ");
        let foo = Some((12, Some("foo\n".to_string())));
        assert_eq!(place(foo, Some(0x1a3)), "function 12 (foo\\n) at 0x1a3: ");
    }
}
