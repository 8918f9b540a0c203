//! The Arm run-time library as host functions: the helpers that objects may leave undefined (Run-time ABI for the Arm Architecture,
//! 4.1 to 4.3).

use super::abi::Standard;
use super::machine::{Answer, Machine};
use super::value::{Type, Value};

/// What a helper does with memory: how many bytes its addresses are aligned to comes with it.
#[derive(Copy, Clone)]
enum Helper {
    Divide {
        signed: bool,
    },
    Copy {
        align: u32,
        overlap: bool,
    },
    /// The operands are destination, size, value.
    Set {
        align: u32,
    },
    /// The operands are destination, size.
    Clear {
        align: u32,
    },
    /// By the base standard, or for a C function by the machine's.
    Arithmetic(fn(u64, u64) -> u64, &'static [Type], Type),
}

/// Whether a library has this function.
pub fn provides(name: &str) -> bool {
    helper(name).is_some()
}

/// Runs helper `name` on the registers of `machine`; `None` for a name that no library has.
pub fn call(name: &str, machine: &mut Machine) -> Option<Result<Answer, String>> {
    let helper = helper(name)?;
    let result = match helper {
        Helper::Divide { signed } => divide(machine, signed),
        Helper::Copy { align, overlap } => copy(machine, align, overlap),
        Helper::Set { align } => {
            let value = machine.word(2) as u8;
            set(machine, align, value)
        }
        Helper::Clear { align } => set(machine, align, 0),
        Helper::Arithmetic(function, parameters, result) => {
            let is_helper = name.starts_with("__aeabi_");
            let standard = if is_helper { Standard::Base } else { machine.standard() };
            arithmetic(machine, standard, function, parameters, result)
        }
    };
    Some(result.map_err(|error| format!("{name}: {error}")))
}

fn helper(name: &str) -> Option<Helper> {
    Some(match name {
        "__aeabi_ldivmod" => Helper::Divide { signed: true },
        "__aeabi_uldivmod" => Helper::Divide { signed: false },
        "__aeabi_memcpy" | "memcpy" => Helper::Copy { align: 1, overlap: false },
        "__aeabi_memcpy4" => Helper::Copy { align: 4, overlap: false },
        "__aeabi_memcpy8" => Helper::Copy { align: 8, overlap: false },
        "__aeabi_memmove" | "memmove" => Helper::Copy { align: 1, overlap: true },
        "__aeabi_memmove4" => Helper::Copy { align: 4, overlap: true },
        "__aeabi_memmove8" => Helper::Copy { align: 8, overlap: true },
        "__aeabi_memset" => Helper::Set { align: 1 },
        "__aeabi_memset4" => Helper::Set { align: 4 },
        "__aeabi_memset8" => Helper::Set { align: 8 },
        "__aeabi_memclr" => Helper::Clear { align: 1 },
        "__aeabi_memclr4" => Helper::Clear { align: 4 },
        "__aeabi_memclr8" => Helper::Clear { align: 8 },
        _ => {
            return super::soft_float::function(name)
                .map(|(function, parameters, result)| Helper::Arithmetic(function, parameters, result));
        }
    })
}

fn divide(machine: &mut Machine, signed: bool) -> Result<Answer, String> {
    let operands = machine.take_arguments(Standard::Base, &[Type::I64, Type::I64], false)?;
    let (numerator, denominator) = (operands[0].bits, operands[1].bits);
    if denominator == 0 {
        return Err("division by zero".to_string());
    }
    let (quotient, remainder) = if signed {
        let (n, d) = (numerator as i64, denominator as i64);
        (n.wrapping_div(d) as u64, n.wrapping_rem(d) as u64)
    } else {
        (numerator / denominator, numerator % denominator)
    };
    Ok(Answer::Words([words(quotient), words(remainder)].concat()))
}

fn copy(machine: &mut Machine, align: u32, overlap: bool) -> Result<Answer, String> {
    let (to, from, size) = (machine.word(0), machine.word(1), machine.word(2));
    if !to.is_multiple_of(align) || !from.is_multiple_of(align) {
        return Err(format!("{to:#x} or {from:#x} is not {align}-aligned"));
    }
    if !overlap && to != from && to.abs_diff(from) < size {
        return Err(format!("{to:#x} and {from:#x} overlap in {size} bytes"));
    }
    if size != 0 {
        let bytes = machine.read(from, size)?;
        machine.write(to, &bytes)?;
    }
    Ok(Answer::Words(Vec::new()))
}

fn set(machine: &mut Machine, align: u32, value: u8) -> Result<Answer, String> {
    let (to, size) = (machine.word(0), machine.word(1));
    if !to.is_multiple_of(align) {
        return Err(format!("{to:#x} is not {align}-aligned"));
    }
    // A size that no memory has would ask the host for as much.
    if size > 1 << 27 {
        return Err(format!("{size} bytes at {to:#x} are in no memory"));
    }
    machine.write(to, &vec![value; size as usize])?;
    Ok(Answer::Words(Vec::new()))
}

fn arithmetic(
    machine: &mut Machine,
    standard: Standard,
    function: fn(u64, u64) -> u64,
    parameters: &[Type],
    result: Type,
) -> Result<Answer, String> {
    let operands = machine.take_arguments(standard, parameters, false)?;
    let operand = |index: usize| operands.get(index).map_or(0, |value| value.bits);
    let value = Value::new(result, function(operand(0), operand(1)));
    if standard == Standard::Vfp {
        return Ok(Answer::Values(vec![value]));
    }
    let mut answer = words(value.bits);
    answer.truncate(result.size() as usize / 4);
    Ok(Answer::Words(answer))
}

fn words(value: u64) -> Vec<u32> {
    vec![value as u32, (value >> 32) as u32]
}
