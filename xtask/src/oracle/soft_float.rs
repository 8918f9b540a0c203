//! Floating-point helpers of the Run-time ABI for the Arm Architecture (4.1.2) on the host's IEEE 754 arithmetic, which is
//! exact in the same rounding. All take and return core registers, whatever the object's calling convention is.

use super::value::Type::{self, F32, F64, I32, I64};

type Function = (fn(u64, u64) -> u64, &'static [Type], Type);

fn s(bits: u64) -> f32 {
    f32::from_bits(bits as u32)
}

fn d(bits: u64) -> f64 {
    f64::from_bits(bits)
}

fn from_s(value: f32) -> u64 {
    value.to_bits().into()
}

/// Function `name` over operand bits, its parameters and its result.
pub fn function(name: &str) -> Option<Function> {
    let name = match name {
        "sqrt" | "sqrtf" => name,
        _ => name.strip_prefix("__aeabi_")?,
    };
    single(name)
        .or_else(|| double(name))
        .or_else(|| conversion(name))
}

fn single(name: &str) -> Option<Function> {
    Some(match name {
        "fadd" => (|a, b| from_s(s(a) + s(b)), &[F32, F32], F32),
        "fsub" => (|a, b| from_s(s(a) - s(b)), &[F32, F32], F32),
        "frsub" => (|a, b| from_s(s(b) - s(a)), &[F32, F32], F32),
        "fmul" => (|a, b| from_s(s(a) * s(b)), &[F32, F32], F32),
        "fdiv" => (|a, b| from_s(s(a) / s(b)), &[F32, F32], F32),
        "fcmpeq" => (|a, b| u64::from(s(a) == s(b)), &[F32, F32], I32),
        "fcmplt" => (|a, b| u64::from(s(a) < s(b)), &[F32, F32], I32),
        "fcmple" => (|a, b| u64::from(s(a) <= s(b)), &[F32, F32], I32),
        "fcmpgt" => (|a, b| u64::from(s(a) > s(b)), &[F32, F32], I32),
        "fcmpge" => (|a, b| u64::from(s(a) >= s(b)), &[F32, F32], I32),
        "fcmpun" => (
            |a, b| u64::from(s(a).is_nan() || s(b).is_nan()),
            &[F32, F32],
            I32,
        ),
        "sqrtf" => (|a, _| from_s(s(a).sqrt()), &[F32], F32),
        _ => return None,
    })
}

fn double(name: &str) -> Option<Function> {
    Some(match name {
        "dadd" => (|a, b| (d(a) + d(b)).to_bits(), &[F64, F64], F64),
        "dsub" => (|a, b| (d(a) - d(b)).to_bits(), &[F64, F64], F64),
        "drsub" => (|a, b| (d(b) - d(a)).to_bits(), &[F64, F64], F64),
        "dmul" => (|a, b| (d(a) * d(b)).to_bits(), &[F64, F64], F64),
        "ddiv" => (|a, b| (d(a) / d(b)).to_bits(), &[F64, F64], F64),
        "dcmpeq" => (|a, b| u64::from(d(a) == d(b)), &[F64, F64], I32),
        "dcmplt" => (|a, b| u64::from(d(a) < d(b)), &[F64, F64], I32),
        "dcmple" => (|a, b| u64::from(d(a) <= d(b)), &[F64, F64], I32),
        "dcmpgt" => (|a, b| u64::from(d(a) > d(b)), &[F64, F64], I32),
        "dcmpge" => (|a, b| u64::from(d(a) >= d(b)), &[F64, F64], I32),
        "dcmpun" => (
            |a, b| u64::from(d(a).is_nan() || d(b).is_nan()),
            &[F64, F64],
            I32,
        ),
        "sqrt" => (|a, _| d(a).sqrt().to_bits(), &[F64], F64),
        _ => return None,
    })
}

/// Conversions out of range are unspecified in the run-time ABI; these saturate, as the common libraries do.
fn conversion(name: &str) -> Option<Function> {
    Some(match name {
        "f2d" => (|a, _| f64::from(s(a)).to_bits(), &[F32], F64),
        "d2f" => (|a, _| from_s(d(a) as f32), &[F64], F32),
        "i2f" => (|a, _| from_s(a as i32 as f32), &[I32], F32),
        "ui2f" => (|a, _| from_s(a as u32 as f32), &[I32], F32),
        "l2f" => (|a, _| from_s(a as i64 as f32), &[I64], F32),
        "ul2f" => (|a, _| from_s(a as f32), &[I64], F32),
        "i2d" => (|a, _| f64::from(a as i32).to_bits(), &[I32], F64),
        "ui2d" => (|a, _| f64::from(a as u32).to_bits(), &[I32], F64),
        "l2d" => (|a, _| (a as i64 as f64).to_bits(), &[I64], F64),
        "ul2d" => (|a, _| (a as f64).to_bits(), &[I64], F64),
        "f2iz" => (|a, _| s(a) as i32 as u32 as u64, &[F32], I32),
        "f2uiz" => (|a, _| u64::from(s(a) as u32), &[F32], I32),
        "f2lz" => (|a, _| s(a) as i64 as u64, &[F32], I64),
        "f2ulz" => (|a, _| s(a) as u64, &[F32], I64),
        "d2iz" => (|a, _| d(a) as i32 as u32 as u64, &[F64], I32),
        "d2uiz" => (|a, _| u64::from(d(a) as u32), &[F64], I32),
        "d2lz" => (|a, _| d(a) as i64 as u64, &[F64], I64),
        "d2ulz" => (|a, _| d(a) as u64, &[F64], I64),
        _ => return None,
    })
}
