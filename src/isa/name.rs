//! Names of functions that code refers to besides those of its module.

use std::fmt;

/// A name of the table, kept as its place there: symbols stand in many instructions, and a place is smaller than a string.
#[derive(Copy, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name(u8);

/// In ascending order: functions of the run-time ABI (RTABI32), of libc and libm, and `select::routines`.
const NAMES: [&str; 64] = [
    "__aeabi_d2f",
    "__aeabi_d2iz",
    "__aeabi_d2lz",
    "__aeabi_d2uiz",
    "__aeabi_d2ulz",
    "__aeabi_dadd",
    "__aeabi_dcmpeq",
    "__aeabi_dcmpge",
    "__aeabi_dcmpgt",
    "__aeabi_dcmple",
    "__aeabi_dcmplt",
    "__aeabi_ddiv",
    "__aeabi_dmul",
    "__aeabi_dsub",
    "__aeabi_f2d",
    "__aeabi_f2iz",
    "__aeabi_f2lz",
    "__aeabi_f2uiz",
    "__aeabi_f2ulz",
    "__aeabi_fadd",
    "__aeabi_fcmpeq",
    "__aeabi_fcmpge",
    "__aeabi_fcmpgt",
    "__aeabi_fcmple",
    "__aeabi_fcmplt",
    "__aeabi_fdiv",
    "__aeabi_fmul",
    "__aeabi_fsub",
    "__aeabi_i2d",
    "__aeabi_i2f",
    "__aeabi_l2d",
    "__aeabi_l2f",
    "__aeabi_ldivmod",
    "__aeabi_memclr",
    "__aeabi_memclr4",
    "__aeabi_memcpy",
    "__aeabi_memcpy4",
    "__aeabi_memmove",
    "__aeabi_memmove4",
    "__aeabi_memset",
    "__aeabi_ui2d",
    "__aeabi_ui2f",
    "__aeabi_ul2d",
    "__aeabi_ul2f",
    "__aeabi_uldivmod",
    "f32_ceil",
    "f32_floor",
    "f32_nearest",
    "f32_trunc",
    "f64_ceil",
    "f64_floor",
    "f64_nearest",
    "f64_trunc",
    "i32_trunc_sat_f32_s",
    "i32_trunc_sat_f32_u",
    "i32_trunc_sat_f64_s",
    "i32_trunc_sat_f64_u",
    "i64_trunc_sat_f32_s",
    "i64_trunc_sat_f32_u",
    "i64_trunc_sat_f64_s",
    "i64_trunc_sat_f64_u",
    "memmove",
    "sqrt",
    "sqrtf",
];

impl Name {
    /// The name, if the table has it.
    pub fn new(text: &str) -> Option<Name> {
        let place = NAMES.binary_search(&text).ok()?;
        u8::try_from(place).ok().map(Name)
    }

    pub fn text(self) -> &'static str {
        NAMES[usize::from(self.0)]
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_found_and_no_other() {
        assert!(NAMES.is_sorted());
        assert!(NAMES.iter().all(|text| Name::new(text).is_some_and(|name| name.text() == *text)));
        assert!(["", "sqr", "sqrts", "__aeabi_", "zzz"].iter().all(|text| Name::new(text).is_none()));
    }
}
