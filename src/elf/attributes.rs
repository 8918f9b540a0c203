//! The `.ARM.attributes` section: what the code demands of its core and of the objects that it is linked
//! with ("Addenda to, and Errata in, the ABI for the Arm Architecture", chapter 3).
//!
//! ```text
//!   'A'  size "aeabi\0"  Tag_File size  (tag value)*
//! ```
//!
//! There are no tags for the sizes of enum and wchar_t, whose objects linkers then accept whatever
//! theirs are. Those for VFP arguments and the floating-point unit are for the target that has both. Linkers look at them
//! only in objects with a model of floating-point numbers: those in which floats travel between functions of
//! different objects, so that all others link with either standard.

use crate::options::{Alignment, Options};

const FORMAT_VERSION: u8 = b'A';
const TAG_FILE: u8 = 1;
const TAG_CPU_NAME: u8 = 5;
const TAG_CPU_ARCH: u8 = 6;
const TAG_CPU_ARCH_PROFILE: u8 = 7;
const TAG_THUMB_ISA_USE: u8 = 9;
const TAG_FP_ARCH: u8 = 10;
const TAG_ABI_FP_DENORMAL: u8 = 20;
const TAG_ABI_FP_NUMBER_MODEL: u8 = 23;
const TAG_ABI_ALIGN_NEEDED: u8 = 24;
const TAG_ABI_ALIGN_PRESERVED: u8 = 25;
const TAG_ABI_HARD_FP_USE: u8 = 27;
const TAG_ABI_VFP_ARGS: u8 = 28;
const TAG_CPU_UNALIGNED_ACCESS: u8 = 34;

/// The bytes of the section; `floats` says whether floats travel between the object and others.
pub fn attributes(options: &Options, floats: bool) -> Vec<u8> {
    let mut tags = Vec::new();
    tags.push(TAG_CPU_NAME);
    tags.extend(b"cortex-m4\0");
    // v7E-M, whose Thumb-2 has the DSP extension.
    tags.extend([TAG_CPU_ARCH, 13, TAG_CPU_ARCH_PROFILE, b'M', TAG_THUMB_ISA_USE, 2]);
    if options.target.has_float_unit() {
        // VFPv4 with sixteen doubleword registers, of which only single precision is used.
        tags.extend([TAG_FP_ARCH, 6]);
    }
    if floats {
        // Subnormal numbers and IEEE 754's NaNs count.
        tags.extend([TAG_ABI_FP_DENORMAL, 1, TAG_ABI_FP_NUMBER_MODEL, 3]);
    }
    // Doublewords are 8-aligned, and sp is at calls.
    tags.extend([TAG_ABI_ALIGN_NEEDED, 1, TAG_ABI_ALIGN_PRESERVED, 1]);
    if options.target.has_float_unit() {
        tags.extend([TAG_ABI_HARD_FP_USE, 1, TAG_ABI_VFP_ARGS, 1]);
    }
    match options.alignment {
        Alignment::Strict | Alignment::Trust => tags.extend([TAG_CPU_UNALIGNED_ACCESS, 1]),
        Alignment::Bytes => {}
    }
    let file = [&[TAG_FILE], sized(5, &tags).as_slice()].concat();
    let vendor = [b"aeabi\0", file.as_slice()].concat();
    [&[FORMAT_VERSION], sized(4, &vendor).as_slice()].concat()
}

/// A 32-bit size, which counts `before` bytes besides the contents, then the contents.
fn sized(before: usize, contents: &[u8]) -> Vec<u8> {
    let size = u32::try_from(before + contents.len()).expect("attributes are short");
    [&size.to_le_bytes(), contents].concat()
}
