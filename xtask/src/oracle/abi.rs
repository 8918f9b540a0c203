//! The base procedure call standard (AAPCS32 6.4 and 6.5) for wasm signatures, written from the standard and not from the
//! compiler, so that the two check each other.
//!
//! Arguments go to r0–r3, then to the stack. A 64-bit argument takes an even-odd register pair or an 8-aligned stack
//! slot; once one argument is on the stack, all later ones are (no back-filling). A function of several results
//! is a C function that returns a struct of them: the struct's address is a hidden first argument in r0.

use super::value::Type;

/// Where an argument is at the call.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Place {
    /// This core register, and for 64 bits the next one too (low word first).
    Core(u32),
    /// This many bytes above sp.
    Stack(u32),
}

/// The arguments of one call.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Arguments {
    /// One for each parameter of the wasm signature; a hidden result pointer is not among them.
    pub places: Vec<Place>,
    /// Bytes of stack arguments, a multiple of 8.
    pub stack: u32,
}

/// Places of the parameters, `hidden` for a function of several results.
pub fn arguments(parameters: &[Type], hidden: bool) -> Arguments {
    let mut register = u32::from(hidden);
    let mut stack = 0u32;
    let mut places = Vec::with_capacity(parameters.len());
    for ty in parameters {
        let words = ty.size() / 4;
        register = register.next_multiple_of(words);
        if register + words <= 4 {
            places.push(Place::Core(register));
            register += words;
        } else {
            register = 4;
            stack = stack.next_multiple_of(ty.size());
            places.push(Place::Stack(stack));
            stack += ty.size();
        }
    }
    let stack = stack.next_multiple_of(8);
    Arguments { places, stack }
}

/// A C struct whose members are the results.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Struct {
    pub offsets: Vec<u32>,
    pub size: u32,
    pub align: u32,
}

pub fn structure(members: &[Type]) -> Struct {
    let mut size = 0u32;
    let mut offsets = Vec::with_capacity(members.len());
    for member in members {
        size = size.next_multiple_of(member.size());
        offsets.push(size);
        size += member.size();
    }
    let align = members.iter().map(|member| member.size()).max().unwrap_or(1);
    let size = size.next_multiple_of(align);
    Struct { offsets, size, align }
}

#[cfg(test)]
mod tests {
    use super::Place::{Core, Stack};
    use super::Type::{I32, I64};
    use super::{arguments, structure};

    #[test]
    fn pairs_are_even_and_registers_are_not_filled_back() {
        assert_eq!(arguments(&[I32, I64], false).places, [Core(0), Core(2)]);
        assert_eq!(
            arguments(&[I32, I32, I32, I64, I32], false).places,
            [Core(0), Core(1), Core(2), Stack(0), Stack(8)]
        );
        assert_eq!(arguments(&[I64, I64, I32, I64], false).places, [Core(0), Core(2), Stack(0), Stack(8)]);
        assert_eq!(arguments(&[I32, I64], true).places, [Core(1), Core(2)]);
        assert_eq!(arguments(&[I64, I32], true).places, [Core(2), Stack(0)]);
        assert_eq!(arguments(&[I64, I64, I32], false).stack, 8);
    }

    #[test]
    fn structs_are_padded_as_in_c() {
        let layout = structure(&[I32, I64, I32]);
        assert_eq!((layout.offsets.as_slice(), layout.size), ([0, 8, 16].as_slice(), 24));
        assert_eq!(structure(&[I32, I32, I32]).size, 12);
    }
}
