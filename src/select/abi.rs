//! The procedure call standard: where words of arguments and results travel (AAPCS32 6.4 and 6.5).

use super::ir::Place;
use crate::isa::{Reg, RegSet};
use crate::options::Target;
use crate::wasm::{Layout, Module};
use smallvec::SmallVec;
use wasmparser::ValType;

/// Words of a value: one or two.
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
    /// Words in r0 and r1, or of floats from s0 on.
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

/// The convention of a signature: the base standard's or, where the core has a floating-point unit, the variant for VFP
/// arguments (AAPCS32 6.4.1 and 6.4.2.1), in which floats have registers of their own.
pub fn convention(target: Target, params: &[ValType], results: &[ValType]) -> Convention {
    let hard = target.has_float_unit();
    let results = result_places(hard, results);
    let mut arguments = Arguments { next_register: 0, floats: RegSet::EMPTY, stack: 0, places: Vec::new() };
    arguments.floats = (0..16).map(Reg::single).collect();
    if matches!(results, Results::Memory { .. }) {
        arguments.core(1);
    }
    for &param in params {
        match param {
            ValType::F32 | ValType::F64 if hard => arguments.float(words(param)),
            ValType::I32 | ValType::I64 | ValType::F32 | ValType::F64 | ValType::V128 | ValType::Ref(_) => {
                arguments.core(words(param));
            }
        }
    }
    let Arguments { places, stack, .. } = arguments;
    Convention { args: places, stack: stack.next_multiple_of(8), results }
}

/// The words of arguments so far.
struct Arguments {
    next_register: u8,
    /// The single-precision registers that are left.
    floats: RegSet,
    stack: u32,
    places: Vec<Place>,
}

impl Arguments {
    fn core(&mut self, size: u32) {
        // Doublewords take an even register or an 8-aligned slot (rules C.3 and C.6).
        if size == 2 && self.next_register < 4 {
            self.next_register = u8::next_multiple_of(self.next_register, 2);
        }
        if u32::from(self.next_register) + size <= 4 {
            for _ in 0..size {
                self.places.push(Place::Reg(Reg::new(self.next_register)));
                self.next_register += 1;
            }
            return;
        }
        // Once an argument is on the stack, registers are not filled any more (rule C.5).
        self.next_register = 4;
        self.on_stack(size);
    }

    /// The first register that is free, or pair of an even one and the next, also before others that are taken (rule
    /// C.1.vfp). Once a float is on the stack, all others are (C.2.vfp).
    fn float(&mut self, size: u32) {
        let all_free = |first: &u8| (0..size as u8).all(|n| self.floats.contains(Reg::single(first + n)));
        let Some(first) = (0..16).step_by(size as usize).find(all_free) else {
            self.floats = RegSet::EMPTY;
            return self.on_stack(size);
        };
        for reg in (first..first + size as u8).map(Reg::single) {
            self.floats.remove(reg);
            self.places.push(Place::Reg(reg));
        }
    }

    fn on_stack(&mut self, size: u32) {
        self.stack = u32::next_multiple_of(self.stack, 4 * size);
        for _ in 0..size {
            self.places.push(Place::Stack(self.stack));
            self.stack += 4;
        }
    }
}

/// Bytes of an argument area that is enough for every callee of a tail call whose caller has less.
pub fn tail_area(module: &Module<'_>, layout: &Layout, target: Target) -> u32 {
    let stack = |signature: u32| {
        let ty = &module.types[signature as usize];
        convention(target, ty.params(), ty.results()).stack
    };
    let calls = layout.tail_calls.iter().map(|&(caller, callee)| (stack(caller), stack(callee)));
    calls.filter(|(caller, callee)| callee > caller).map(|(_, callee)| callee).max().unwrap_or(0)
}

fn result_places(hard: bool, results: &[ValType]) -> Results {
    let is_float = |ty: ValType| matches!(ty, ValType::F32 | ValType::F64);
    match results {
        [] => Results::Registers(SmallVec::new()),
        // One float, or a structure of up to four equal ones (AAPCS32 6.1.2.1).
        &[first, ref others @ ..]
            if hard && is_float(first) && others.len() < 4 && others.iter().all(|&ty| ty == first) =>
        {
            let count = words(first) * results.len() as u32;
            Results::Registers((0..count as u8).map(Reg::single).collect())
        }
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
    use ValType::{F32, F64, I32, I64};

    fn places(params: &[ValType]) -> String {
        places_on(Target::CortexM4, params)
    }

    fn places_on(target: Target, params: &[ValType]) -> String {
        let places = convention(target, params, &[]).args.into_iter().map(|place| match place {
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
        let Results::Memory { size, offsets } = convention(Target::CortexM4F, &[], &[I32, I64, I32]).results else {
            panic!("three results are no register's");
        };
        assert_eq!((size, offsets), (24, vec![0, 8, 16]));
        assert_eq!(convention(Target::CortexM4, &[I32], &[I32, I32]).args, [Place::Reg(Reg::R0), Place::Reg(Reg::R1)]);
    }
    #[test]
    fn floats_have_registers_of_their_own_that_are_filled_back() {
        let hard = |params: &[ValType]| places_on(Target::CortexM4F, params);
        assert_eq!(hard(&[F32, I32, F64, F32, I64, F32]), "s0 r0 s2 s3 s1 r2 r3 s4");
        assert_eq!(
            hard(&[F64, F64, F64, F64, F64, F64, F64, F32, F64, F32, I32]).split(' ').collect::<Vec<_>>()[14..],
            ["s14", "+0", "+4", "+8", "r0"]
        );
        assert_eq!(places(&[F32, F64, F32]), "r0 r2 r3 +0");
        assert_eq!(hard(&[I32, I32, I32, I32, F32, I32, F32]), "r0 r1 r2 r3 s0 +0 s1");
    }

    #[test]
    fn up_to_four_equal_floats_come_back_in_registers() {
        let hard = |results: &[ValType]| convention(Target::CortexM4F, &[], results).results;
        let registers = |count: u8| Results::Registers((0..count).map(Reg::single).collect());
        assert_eq!(hard(&[F32]), registers(1));
        assert_eq!(hard(&[F32; 4]), registers(4));
        assert_eq!(hard(&[F64; 4]), registers(8));
        assert!(matches!(hard(&[F32; 5]), Results::Memory { size: 20, .. }));
        assert!(matches!(hard(&[F32, F64]), Results::Memory { size: 16, .. }));
        assert!(matches!(hard(&[F32, I32]), Results::Memory { size: 8, .. }));
    }
}
