//! The identity of a signature: one word, equal exactly for equal signatures in everything that is
//! linked together, so that an indirect call compares one word.
//!
//! A short signature is an odd number:
//!
//! ```text
//!   all params i32, at most one result, which is i32     (2 · params + results) · 4 + 1
//!   any other                                            code · 4 + 3
//!   code with at most one result      digits(params) · 8 + (0: none, 1–6: the result)
//!   code with several                 digits(params, separator, results) · 8 + 7
//! ```
//!
//! where `digits` reads its sequence as a bijective numeral (digits start at 1, so that every number is
//! exactly one sequence) to base 6, or 7 with the separator. The commonest signatures have the
//! smallest numbers, which fit the immediate of a comparison.
//!
//! A longer one is the address of a symbol whose name spells the signature. Each object that needs it
//! brings it along in a COMDAT group, so that one remains in the image; it is 4-aligned, hence even and
//! no number of a short one.

use crate::isa::{Const, Symbol};
use wasmparser::{FuncType, RefType, ValType};

/// The identity of signature `index` of `types`: what the word before a referenced function's entry
/// holds, and what `call_indirect` compares it with.
///
/// # Panics
/// For a type that `parse` refuses.
pub fn identity(types: &[FuncType], index: u32) -> Const {
    let ty = &types[index as usize];
    match number(ty) {
        Some(number) => Const::Int(number),
        None => {
            let first = types.iter().position(|other| other == ty).expect("a type equals itself");
            Const::Address(Symbol::Signature(first as u32), 0)
        }
    }
}

/// The number of a short signature.
fn number(ty: &FuncType) -> Option<u32> {
    let (params, results) = (ty.params(), ty.results());
    let plain = results.len() <= 1 && params.iter().chain(results).all(|&ty| ty == ValType::I32);
    if plain {
        let code = u32::try_from(params.len() * 2 + results.len()).ok()?;
        return code.checked_mul(4)?.checked_add(1);
    }
    let code = match results {
        [] | [_] => {
            let last = results.first().map_or(0, |&ty| digit(ty));
            numeral(6, params.iter().map(|&ty| digit(ty)))?.checked_mul(8)?.checked_add(last)?
        }
        _ => {
            const SEPARATOR: u32 = 7;
            let params = params.iter().map(|&ty| digit(ty));
            let results = results.iter().map(|&ty| digit(ty));
            numeral(7, params.chain([SEPARATOR]).chain(results))?.checked_mul(8)?.checked_add(7)?
        }
    };
    code.checked_mul(4)?.checked_add(3)
}

fn numeral(base: u32, mut digits: impl Iterator<Item = u32>) -> Option<u32> {
    digits.try_fold(0u32, |number, digit| number.checked_mul(base)?.checked_add(digit))
}

/// 1–6, one for each type.
fn digit(ty: ValType) -> u32 {
    match ty {
        ValType::I32 => 1,
        ValType::I64 => 2,
        ValType::F32 => 3,
        ValType::F64 => 4,
        ValType::Ref(RefType::FUNCREF) => 5,
        ValType::Ref(RefType::EXTERNREF) => 6,
        ValType::V128 | ValType::Ref(_) => unreachable!("{ty} is refused with the module's types"),
    }
}

/// The name of the symbol whose address is the identity of a long signature: `synth_signature$`, a
/// letter for each param, `$`, a letter for each result.
pub fn symbol(ty: &FuncType) -> String {
    let letter = |&ty: &ValType| ["i", "l", "f", "d", "p", "x"][digit(ty) as usize - 1];
    let mut name = String::from("synth_signature$");
    ty.params().iter().for_each(|ty| name.push_str(letter(ty)));
    name.push('$');
    ty.results().iter().for_each(|ty| name.push_str(letter(ty)));
    name
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::HashMap;

    const TYPES: [ValType; 6] =
        [ValType::I32, ValType::I64, ValType::F32, ValType::F64, ValType::FUNCREF, ValType::EXTERNREF];

    /// All sequences of up to `length` types.
    fn sequences(length: usize) -> Vec<Vec<ValType>> {
        let mut all = vec![vec![]];
        let mut last = all.clone();
        for _ in 0..length {
            last = last.iter().flat_map(|s| TYPES.map(|ty| [s.as_slice(), &[ty]].concat())).collect();
            all.extend(last.iter().cloned());
        }
        all
    }

    #[test]
    fn short_signatures_have_distinct_odd_numbers() {
        let mut seen = HashMap::default();
        for params in sequences(4) {
            for results in sequences(2) {
                let ty = FuncType::new(params.clone(), results);
                let number = number(&ty).expect("six types are short");
                assert_eq!(number % 2, 1, "{ty:?}");
                if let Some(other) = seen.insert(number, ty.clone()) {
                    panic!("{ty:?} and {other:?} are both {number}");
                }
            }
        }
    }

    #[test]
    fn long_signatures_are_spelled_out_and_equal_ones_share_a_symbol() {
        let long = FuncType::new(TYPES.repeat(3), [ValType::I64, ValType::I32]);
        assert_eq!(symbol(&long), "synth_signature$ilfdpxilfdpxilfdpx$li");
        let types = [FuncType::new([], []), long.clone(), FuncType::new([ValType::I32], []), long];
        let shared = Const::Address(Symbol::Signature(1), 0);
        assert_eq!((identity(&types, 1), identity(&types, 3)), (shared, shared));
        assert_eq!(identity(&types, 2), Const::Int(9));
    }

    #[test]
    fn common_signatures_fit_a_byte() {
        for params in 0..32 {
            for results in 0..2 {
                let ty = FuncType::new(vec![ValType::I32; params], vec![ValType::I32; results]);
                let number = number(&ty).expect("a count is short");
                assert!(number < 256, "{params} params, {results} results: {number}");
            }
        }
    }

    #[test]
    fn numbers_overflow_into_symbols() {
        let numbers = (0..40).map(|length| number(&FuncType::new(vec![ValType::EXTERNREF; length], [])));
        let numbers: Vec<Option<u32>> = numbers.collect();
        let short = numbers.iter().take_while(|number| number.is_some()).count();
        assert!((8..16).contains(&short), "{short}");
        assert!(numbers[..short].is_sorted() && numbers[short..].iter().all(Option::is_none));
    }
}
