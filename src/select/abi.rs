//! The procedure call standard: where words of arguments and results travel (AAPCS32 6.4 and 6.5).

use super::ir::Place;
use crate::isa::Reg;
use crate::wasm::{Layout, Module};
use smallvec::SmallVec;
use wasmparser::ValType;

/// Words of a value: one or two. Floats travel as integers of their size in the base standard.
pub fn words(ty: ValType) -> u32 {
    match ty {
        ValType::I32 | ValType::F32 | ValType::Ref(_) => 1,
        ValType::I64 | ValType::F64 => 2,
        ValType::V128 => unreachable!("vectors are refused before"),
    }
}

/// How a function's results come back.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Results {
    /// Words in r0 and r1.
    Registers(SmallVec<[Reg; 2]>),
    /// In a structure that the hidden first argument points to: its bytes, and the offset of each result.
    Memory { size: u32, offsets: Vec<u32> },
}

/// A signature's convention.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Convention {
    /// One for each word: the hidden pointer, if there is one, then the parameters'.
    pub args: Vec<Place>,
    /// Bytes of stack that they take, a multiple of 8.
    pub stack: u32,
    pub results: Results,
}

/// The convention of a signature.
pub fn convention(params: &[ValType], results: &[ValType]) -> Convention {
    let results = result_places(results);
    let mut next_register = 0;
    let mut stack = 0;
    let mut args = Vec::with_capacity(params.len() + 1);
    if matches!(results, Results::Memory { .. }) {
        args.push(Place::Reg(Reg::R0));
        next_register = 1;
    }
    for &param in params {
        let size = words(param);
        // Doublewords take an even register or an 8-aligned slot (rules C.3 and C.6).
        if size == 2 && next_register < 4 {
            next_register = u8::next_multiple_of(next_register, 2);
        }
        if u32::from(next_register) + size <= 4 {
            for _ in 0..size {
                args.push(Place::Reg(Reg::new(next_register)));
                next_register += 1;
            }
            continue;
        }
        // Once an argument is on the stack, registers are not filled any more (rule C.5).
        next_register = 4;
        stack = u32::next_multiple_of(stack, 4 * size);
        for _ in 0..size {
            args.push(Place::Stack(stack));
            stack += 4;
        }
    }
    Convention { args, stack: stack.next_multiple_of(8), results }
}

/// Bytes of an argument area that is enough for every callee of a tail call whose caller has less.
pub fn tail_area(module: &Module<'_>, layout: &Layout) -> u32 {
    let stack = |signature: u32| {
        let ty = &module.types[signature as usize];
        convention(ty.params(), ty.results()).stack
    };
    let calls = layout.tail_calls.iter().map(|&(caller, callee)| (stack(caller), stack(callee)));
    calls.filter(|(caller, callee)| callee > caller).map(|(_, callee)| callee).max().unwrap_or(0)
}

fn result_places(results: &[ValType]) -> Results {
    match results {
        [] => Results::Registers(SmallVec::new()),
        &[single] => {
            let registers = [Reg::R0, Reg::R1];
            Results::Registers(registers.into_iter().take(words(single) as usize).collect())
        }
        several => {
            let mut size = 0;
            let mut offsets = Vec::with_capacity(several.len());
            let mut align = 4;
            for &result in several {
                let bytes = 4 * words(result);
                align = align.max(bytes);
                size = u32::next_multiple_of(size, bytes);
                offsets.push(size);
                size += bytes;
            }
            Results::Memory { size: size.next_multiple_of(align), offsets }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ValType::{I32, I64};

    fn places(params: &[ValType]) -> String {
        let places = convention(params, &[]).args.into_iter().map(|place| match place {
            Place::Reg(reg) => reg.to_string(),
            Place::Stack(offset) => format!("+{offset}"),
        });
        places.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn doublewords_are_aligned_and_registers_are_not_filled_back() {
        assert_eq!(places(&[I32, I64]), "r0 r2 r3");
        assert_eq!(places(&[I64, I32, I64]), "r0 r1 r2 +0 +4");
        assert_eq!(places(&[I32, I32, I32, I64, I32]), "r0 r1 r2 +0 +4 +8");
        assert_eq!(places(&[I32, I64, I32]), "r0 r2 r3 +0");
        assert_eq!(places(&[I32, I32, I32, I32, I32, I64]), "r0 r1 r2 r3 +0 +8 +12");
    }

    #[test]
    fn several_results_come_back_as_a_structure() {
        let Results::Memory { size, offsets } = convention(&[], &[I32, I64, I32]).results else {
            panic!("three results are no register's");
        };
        assert_eq!((size, offsets), (24, vec![0, 8, 16]));
        assert_eq!(convention(&[I32], &[I32, I32]).args, [Place::Reg(Reg::R0), Place::Reg(Reg::R1)]);
    }
}
