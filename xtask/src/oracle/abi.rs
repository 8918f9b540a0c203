//! The procedure call standard (AAPCS32 6.4 and 6.5) and its variant for VFP arguments (6.4.1 and 6.4.2 there) for wasm
//! signatures, written from the standard and not from the compiler, so that the two check each other.
//!
//! Arguments go to r0–r3, then to the stack. A 64-bit argument takes an even-odd register pair or an 8-aligned stack
//! slot; once one argument is on the stack, all later ones are (no back-filling). A function of several results
//! is a C function that returns a struct of them: the struct's address is a hidden first argument in r0.
//!
//! In the variant floats go to s0–s15, of which f64 takes an even-odd pair; each takes the first that is free, also in front
//! of others that are taken, until one has gone to the stack. A result, or a struct of two to four floats of one type, comes
//! back in such registers.

use synth::options::Target;

use super::value::Type;

/// Which of the two is meant.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Standard {
    Base,
    Vfp,
}

impl Standard {
    /// That of C functions on a core.
    pub fn of(target: Target) -> Standard {
        match target {
            Target::CortexM4 => Standard::Base,
            Target::CortexM4F => Standard::Vfp,
        }
    }
}

/// Where an argument is at the call, or a result after it.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Place {
    /// This core register, and for 64 bits the next one too (low word first).
    Core(u32),
    /// This single-precision register, and for 64 bits the next one too.
    Single(u32),
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

/// Places of the parameters, `hidden` for a function with a pointer to its results.
pub fn arguments(standard: Standard, parameters: &[Type], hidden: bool) -> Arguments {
    let mut register = u32::from(hidden);
    let mut taken = [false; 16];
    let mut stack = 0u32;
    let mut places = Vec::with_capacity(parameters.len());
    for &ty in parameters {
        let words = ty.size() / 4;
        let place = if standard == Standard::Vfp && ty.is_float() {
            let first =
                (0..16).step_by(words as usize).find(|&first| !taken[first..][..words as usize].contains(&true));
            match first {
                Some(first) => taken[first..][..words as usize].fill(true),
                None => taken.fill(true),
            }
            first.map(|first| Place::Single(first as u32))
        } else {
            register = register.next_multiple_of(words);
            let place = (register + words <= 4).then_some(Place::Core(register));
            register = if place.is_some() { register + words } else { 4 };
            place
        };
        places.push(place.unwrap_or_else(|| {
            stack = stack.next_multiple_of(ty.size());
            stack += ty.size();
            Place::Stack(stack - ty.size())
        }));
    }
    let stack = stack.next_multiple_of(8);
    Arguments { places, stack }
}

/// Where results come back: in registers, or in a struct that a hidden argument points to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Results {
    Registers(Vec<Place>),
    Memory(Struct),
}

impl Results {
    pub fn are_hidden(&self) -> bool {
        matches!(self, Results::Memory(_))
    }
}

pub fn results(standard: Standard, types: &[Type]) -> Results {
    let same_float = types.first().is_some_and(|first| first.is_float() && types.iter().all(|ty| ty == first));
    match types {
        [] => Results::Registers(Vec::new()),
        [first, ..] if standard == Standard::Vfp && same_float && types.len() <= 4 => {
            let words = first.size() / 4;
            Results::Registers((0..types.len() as u32).map(|n| Place::Single(n * words)).collect())
        }
        [_] => Results::Registers(vec![Place::Core(0)]),
        _ => Results::Memory(structure(types)),
    }
}

/// A C struct whose members are the results.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Struct {
    pub offsets: Vec<u32>,
    pub size: u32,
    pub align: u32,
}

fn structure(members: &[Type]) -> Struct {
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
    use super::Place::Single;
    use super::Place::{Core, Stack};
    use super::Standard::{Base, Vfp};
    use super::Type::{F32, F64, I32, I64};
    use super::{Results, results, structure};

    fn arguments(parameters: &[super::Type], hidden: bool) -> super::Arguments {
        super::arguments(Base, parameters, hidden)
    }

    /// The example of AAPCS32 6.1.2.3 with its doubles and floats, and what follows when registers run out.
    #[test]
    fn floats_fill_registers_back_until_one_is_on_the_stack() {
        let places = |parameters: &[super::Type]| super::arguments(Vfp, parameters, false).places;
        assert_eq!(places(&[F32, F64, F32, F64]), [Single(0), Single(2), Single(1), Single(4)]);
        let mut many = vec![F64; 7];
        many.extend([F32, F64, F32, I32]);
        assert_eq!(places(&many)[7..], [Single(14), Stack(0), Stack(8), Core(0)]);
    }

    #[test]
    fn equal_floats_come_back_in_registers() {
        assert_eq!(results(Vfp, &[F64, F64]), Results::Registers(vec![Single(0), Single(2)]));
        assert_eq!(results(Vfp, &[F32; 4]), Results::Registers((0..4).map(Single).collect()));
        assert!(results(Vfp, &[F32; 5]).are_hidden() && results(Vfp, &[F32, F64]).are_hidden());
        assert!(results(Base, &[F32, F32]).are_hidden());
        assert_eq!(results(Base, &[F64]), Results::Registers(vec![Core(0)]));
    }

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
