//! Floating-point helpers of the Run-time ABI for the Arm Architecture (4.1.2) on the host's IEEE 754 arithmetic, which is
//! exact in the same rounding. All take and return core registers, whatever the object's calling convention is.
//!
//! A NaN operand comes back quiet with its payload, the first one if there are two; a NaN from numbers, and from the other
//! width, is the positive one without a payload. The latter is visible in modules of wasm-smith, which makes NaNs the
//! same behind every operator but these two, and it is what the reference engine does.

use super::value::Type::{self, F32, F64, I32, I64};

type Function = (fn(u64, u64) -> u64, &'static [Type], Type);

const NAN_S: u32 = 0x7fc0_0000;
const NAN_D: u64 = 0x7ff8 << 48;
const QUIET_S: u32 = 1 << 22;
const QUIET_D: u64 = 1 << 51;

fn s(bits: u64) -> f32 {
    f32::from_bits(bits as u32)
}

fn d(bits: u64) -> f64 {
    f64::from_bits(bits)
}

/// The bits of an operation's result on f32 operands.
fn single_result(operands: &[u64], result: f32) -> u64 {
    let nan = operands.iter().find(|&&bits| s(bits).is_nan());
    match nan {
        Some(&bits) => (bits as u32 | QUIET_S).into(),
        None if result.is_nan() => NAN_S.into(),
        None => result.to_bits().into(),
    }
}

fn double_result(operands: &[u64], result: f64) -> u64 {
    let nan = operands.iter().find(|&&bits| d(bits).is_nan());
    match nan {
        Some(&bits) => bits | QUIET_D,
        None if result.is_nan() => NAN_D,
        None => result.to_bits(),
    }
}

fn ss(a: u64, b: u64, operation: fn(f32, f32) -> f32) -> u64 {
    single_result(&[a, b], operation(s(a), s(b)))
}

fn dd(a: u64, b: u64, operation: fn(f64, f64) -> f64) -> u64 {
    double_result(&[a, b], operation(d(a), d(b)))
}

fn widen(bits: u64) -> u64 {
    if s(bits).is_nan() {
        return NAN_D;
    }
    f64::from(s(bits)).to_bits()
}

fn narrow(bits: u64) -> u64 {
    if d(bits).is_nan() {
        return NAN_S.into();
    }
    (d(bits) as f32).to_bits().into()
}

/// A truncation whose result the run-time ABI specifies where the value has one of that type; a number that nothing may
/// depend on stands for the others.
fn truncated(value: f64, least: f64, past: f64, result: u64) -> u64 {
    if value.trunc() >= least && value.trunc() < past { result } else { value.to_bits() ^ 0x5a5a_5a5a_5a5a_5a5a }
}

fn to_i32(value: f64) -> u64 {
    let edge = 31f64.exp2();
    truncated(value, -edge, edge, value as i32 as u32 as u64)
}

fn to_u32(value: f64) -> u64 {
    truncated(value, 0.0, 32f64.exp2(), u64::from(value as u32))
}

fn to_i64(value: f64) -> u64 {
    let edge = 63f64.exp2();
    truncated(value, -edge, edge, value as i64 as u64)
}

fn to_u64(value: f64) -> u64 {
    truncated(value, 0.0, 64f64.exp2(), value as u64)
}

/// Function `name` over operand bits, its parameters and its result.
pub fn function(name: &str) -> Option<Function> {
    let name = match name {
        "sqrt" | "sqrtf" => name,
        _ => name.strip_prefix("__aeabi_")?,
    };
    single(name).or_else(|| double(name)).or_else(|| conversion(name))
}

fn single(name: &str) -> Option<Function> {
    Some(match name {
        "fadd" => (|a, b| ss(a, b, |a, b| a + b), &[F32, F32], F32),
        "fsub" => (|a, b| ss(a, b, |a, b| a - b), &[F32, F32], F32),
        "frsub" => (|a, b| ss(a, b, |a, b| b - a), &[F32, F32], F32),
        "fmul" => (|a, b| ss(a, b, |a, b| a * b), &[F32, F32], F32),
        "fdiv" => (|a, b| ss(a, b, |a, b| a / b), &[F32, F32], F32),
        "fcmpeq" => (|a, b| u64::from(s(a) == s(b)), &[F32, F32], I32),
        "fcmplt" => (|a, b| u64::from(s(a) < s(b)), &[F32, F32], I32),
        "fcmple" => (|a, b| u64::from(s(a) <= s(b)), &[F32, F32], I32),
        "fcmpgt" => (|a, b| u64::from(s(a) > s(b)), &[F32, F32], I32),
        "fcmpge" => (|a, b| u64::from(s(a) >= s(b)), &[F32, F32], I32),
        "fcmpun" => (|a, b| u64::from(s(a).is_nan() || s(b).is_nan()), &[F32, F32], I32),
        "sqrtf" => (|a, _| single_result(&[a], s(a).sqrt()), &[F32], F32),
        _ => return None,
    })
}

fn double(name: &str) -> Option<Function> {
    Some(match name {
        "dadd" => (|a, b| dd(a, b, |a, b| a + b), &[F64, F64], F64),
        "dsub" => (|a, b| dd(a, b, |a, b| a - b), &[F64, F64], F64),
        "drsub" => (|a, b| dd(a, b, |a, b| b - a), &[F64, F64], F64),
        "dmul" => (|a, b| dd(a, b, |a, b| a * b), &[F64, F64], F64),
        "ddiv" => (|a, b| dd(a, b, |a, b| a / b), &[F64, F64], F64),
        "dcmpeq" => (|a, b| u64::from(d(a) == d(b)), &[F64, F64], I32),
        "dcmplt" => (|a, b| u64::from(d(a) < d(b)), &[F64, F64], I32),
        "dcmple" => (|a, b| u64::from(d(a) <= d(b)), &[F64, F64], I32),
        "dcmpgt" => (|a, b| u64::from(d(a) > d(b)), &[F64, F64], I32),
        "dcmpge" => (|a, b| u64::from(d(a) >= d(b)), &[F64, F64], I32),
        "dcmpun" => (|a, b| u64::from(d(a).is_nan() || d(b).is_nan()), &[F64, F64], I32),
        "sqrt" => (|a, _| double_result(&[a], d(a).sqrt()), &[F64], F64),
        _ => return None,
    })
}

fn conversion(name: &str) -> Option<Function> {
    Some(match name {
        "f2d" => (|a, _| widen(a), &[F32], F64),
        "d2f" => (|a, _| narrow(a), &[F64], F32),
        "i2f" => (|a, _| (a as i32 as f32).to_bits().into(), &[I32], F32),
        "ui2f" => (|a, _| (a as u32 as f32).to_bits().into(), &[I32], F32),
        "l2f" => (|a, _| (a as i64 as f32).to_bits().into(), &[I64], F32),
        "ul2f" => (|a, _| (a as f32).to_bits().into(), &[I64], F32),
        "i2d" => (|a, _| f64::from(a as i32).to_bits(), &[I32], F64),
        "ui2d" => (|a, _| f64::from(a as u32).to_bits(), &[I32], F64),
        "l2d" => (|a, _| (a as i64 as f64).to_bits(), &[I64], F64),
        "ul2d" => (|a, _| (a as f64).to_bits(), &[I64], F64),
        "f2iz" => (|a, _| to_i32(s(a).into()), &[F32], I32),
        "f2uiz" => (|a, _| to_u32(s(a).into()), &[F32], I32),
        "f2lz" => (|a, _| to_i64(s(a).into()), &[F32], I64),
        "f2ulz" => (|a, _| to_u64(s(a).into()), &[F32], I64),
        "d2iz" => (|a, _| to_i32(d(a)), &[F64], I32),
        "d2uiz" => (|a, _| to_u32(d(a)), &[F64], I32),
        "d2lz" => (|a, _| to_i64(d(a)), &[F64], I64),
        "d2ulz" => (|a, _| to_u64(d(a)), &[F64], I64),
        _ => return None,
    })
}
