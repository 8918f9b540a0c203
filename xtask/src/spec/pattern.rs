//! Arguments and expectations of a script as values of the oracle.
//!
//! A reference is a word: a function is its address, null is 0, and `ref.extern n` is n + 1, so that no host
//! reference is null.

use wasmparser::ValType;
use wast::core::{NanPattern, WastArgCore, WastRetCore};
use wast::{WastArg, WastRet};

use crate::oracle::value::{Type, Value};

/// Types as the calling convention passes them; `None` for a vector.
pub fn passed(types: &[ValType]) -> Option<Vec<Type>> {
    let passed = |ty: &ValType| match ty {
        ValType::I32 | ValType::Ref(_) => Some(Type::I32),
        ValType::I64 => Some(Type::I64),
        ValType::F32 => Some(Type::F32),
        ValType::F64 => Some(Type::F64),
        ValType::V128 => None,
    };
    types.iter().map(passed).collect()
}

/// # Errors
/// An argument that cannot be passed.
pub fn argument(argument: &WastArg<'_>) -> Result<Value, String> {
    match argument {
        WastArg::Core(WastArgCore::I32(value)) => Ok(Value::i32(*value)),
        WastArg::Core(WastArgCore::I64(value)) => Ok(Value::i64(*value)),
        WastArg::Core(WastArgCore::F32(value)) => Ok(Value::new(Type::F32, value.bits.into())),
        WastArg::Core(WastArgCore::F64(value)) => Ok(Value::new(Type::F64, value.bits)),
        WastArg::Core(WastArgCore::RefNull(_)) => Ok(Value::new(Type::I32, 0)),
        WastArg::Core(WastArgCore::RefExtern(host) | WastArgCore::RefHost(host)) => {
            Ok(Value::new(Type::I32, host_reference(*host)))
        }
        other => Err(format!("{other:?} cannot be passed")),
    }
}

fn host_reference(host: u32) -> u64 {
    u64::from(host) + 1
}

/// Whether a result is what the script expects.
///
/// # Errors
/// A pattern that cannot be decided.
pub fn matches(result: Value, expected: &WastRet<'_>) -> Result<bool, String> {
    match expected {
        WastRet::Core(expected) => core_matches(result, expected),
        other => Err(format!("{other:?} is no expectation of a core module")),
    }
}

fn core_matches(result: Value, expected: &WastRetCore<'_>) -> Result<bool, String> {
    Ok(match expected {
        WastRetCore::I32(value) => result == Value::i32(*value),
        WastRetCore::I64(value) => result == Value::i64(*value),
        WastRetCore::F32(pattern) => {
            let value = |value: &wast::token::F32| u64::from(value.bits);
            result.ty == Type::F32 && float_matches(result.bits, (31, 23), pattern, value)
        }
        WastRetCore::F64(pattern) => {
            let value = |value: &wast::token::F64| value.bits;
            result.ty == Type::F64 && float_matches(result.bits, (63, 52), pattern, value)
        }
        WastRetCore::RefNull(_) => result == Value::new(Type::I32, 0),
        WastRetCore::RefExtern(Some(host)) | WastRetCore::RefHost(host) => {
            result == Value::new(Type::I32, host_reference(*host))
        }
        WastRetCore::RefExtern(None) | WastRetCore::RefFunc(None) => result.ty == Type::I32 && result.bits != 0,
        WastRetCore::Either(choices) => {
            let decided: Result<Vec<bool>, String> =
                choices.iter().map(|choice| core_matches(result, choice)).collect();
            decided?.contains(&true)
        }
        other => return Err(format!("{other:?} cannot be decided")),
    })
}

/// `sign` and `fraction`: the number of the sign bit, and the bits of the fraction. A canonical NaN has the
/// quiet bit alone, an arithmetic one has at least that (core specification, 4.3.3).
fn float_matches<T>(
    bits: u64,
    (sign, fraction): (u32, u32),
    pattern: &NanPattern<T>,
    value: impl Fn(&T) -> u64,
) -> bool {
    let canonical = (1u64 << sign) - (1u64 << (fraction - 1));
    match pattern {
        NanPattern::CanonicalNan => bits & !(1 << sign) == canonical,
        NanPattern::ArithmeticNan => bits & canonical == canonical,
        NanPattern::Value(expected) => bits == value(expected),
    }
}

/// The trap that a script's message names, by its code in the object ABI.
///
/// # Errors
/// A message that names none.
pub fn trap(message: &str) -> Result<u8, String> {
    let prefixes = [
        ("unreachable", 0),
        ("integer divide by zero", 1),
        ("integer overflow", 2),
        ("invalid conversion to integer", 3),
        ("out of bounds memory access", 4),
        ("out of bounds table access", 5),
        ("undefined element", 5),
        ("indirect call type mismatch", 6),
        ("uninitialized element", 7),
        ("null", 7),
        ("call stack exhausted", 8),
    ];
    let found = prefixes.iter().find(|(prefix, _)| message.starts_with(prefix));
    let (_, code) = found.ok_or_else(|| format!("{message:?} is no trap of the object ABI"))?;
    Ok(*code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nan_patterns_look_at_the_fraction() {
        let canonical = NanPattern::<()>::CanonicalNan;
        let arithmetic = NanPattern::<()>::ArithmeticNan;
        let single = |bits: u32, pattern| float_matches(bits.into(), (31, 23), pattern, |()| 0);
        for sign in [0, 1 << 31] {
            assert!(single(sign | 0x7fc0_0000, &canonical));
            assert!(single(sign | 0x7fc0_0000, &arithmetic));
            assert!(!single(sign | 0x7fc0_0001, &canonical));
            assert!(single(sign | 0x7fc0_0001, &arithmetic));
            assert!(!single(sign | 0x7fa0_0000, &arithmetic), "signalling");
            assert!(!single(sign | 0x7f80_0000, &arithmetic), "infinity");
        }
        let double = |bits, pattern| float_matches(bits, (63, 52), pattern, |()| 0);
        assert!(double(0xfff8_0000_0000_0000, &canonical));
        assert!(!double(0x7ff8_0000_0000_0001, &canonical));
        assert!(!double(0x7ff4_0000_0000_0000, &arithmetic));
    }
}
