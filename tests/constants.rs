//! Division by constants, in loops and outside, and bytes in other orders, against the reference.

use std::fmt::Write;

use synth::options::Options;
use xtask::oracle::check_module;

const DIVISORS: [i32; 30] = [
    1,
    2,
    3,
    4,
    5,
    6,
    7,
    9,
    10,
    12,
    25,
    60,
    64,
    100,
    125,
    127,
    128,
    255,
    641,
    1000,
    3600,
    10_000,
    65_535,
    65_536,
    1_000_003,
    0x4000_0000,
    0x7fff_ffff,
    i32::MIN,
    i32::MIN + 1,
    -1,
];

/// Quotients and remainders of a word and of some of its bits, in a loop of one round or none.
fn divisions(divisor: i32) -> String {
    let mut text = String::from("(module ");
    for (n, op) in ["div_u", "rem_u", "div_s", "rem_s"].into_iter().enumerate() {
        for (bits, operand) in [
            "(local.get $x)",
            "(i32.and (local.get $x) (i32.const 65535))",
            "(i32.shr_u (local.get $x) (i32.const 1))",
            "(i32.sub (i32.const 0) (local.get $x))",
        ]
        .into_iter()
        .enumerate()
        {
            for constant in [divisor, divisor.wrapping_neg()] {
                let sign = if constant < 0 { "n" } else { "p" };
                let expression = format!("(i32.{op} {operand} (i32.const {constant}))");
                let _ = write!(
                    text,
                    "(func (export \"plain{n}{bits}{sign}\") (param $x i32) (result i32) {expression})
                     (func (export \"loop{n}{bits}{sign}\") (param $x i32) (result i32) (local $r i32)
                       (loop $again
                         (local.set $r (i32.add (local.get $r) {expression}))
                         (local.set $x (i32.shr_u (local.get $x) (i32.const 9)))
                         (br_if $again (local.get $x)))
                       (local.get $r))"
                );
                if divisor == constant.wrapping_neg() {
                    break;
                }
            }
        }
    }
    text + ")"
}

#[test]
fn divisions_by_constants() {
    for (seed, divisor) in (0..).zip(DIVISORS) {
        let wasm = wat::parse_str(divisions(divisor)).unwrap_or_else(|error| panic!("{divisor}: {error}"));
        let report = check_module(&wasm, &Options::default(), 40, seed);
        assert!(report.passed(), "{divisor}: {report:?}");
    }
}

#[test]
fn bytes_in_reverse_order() {
    let byte = |from: u32, to: u32| {
        let masked = format!("(i32.and (i32.shr_u (local.get 0) (i32.const {})) (i32.const 255))", 8 * from);
        format!("(i32.shl {masked} (i32.const {}))", 8 * to)
    };
    let or = |a: String, b: String| format!("(i32.or {a} {b})");
    let mut text = String::from("(module ");
    // All ways to take four bytes of two places each.
    for number in 0..256u32 {
        let from = |n: u32| number >> (2 * n) & 3;
        let bytes = [0, 1, 2, 3].map(|to| byte(from(to), to));
        let [a, b, c, d] = bytes;
        let value = or(or(a, b), or(c, d));
        let _ = write!(text, "(func (export \"f{number}\") (param i32) (result i32) {value})");
    }
    for (name, value) in [
        ("usual", "(i32.or (i32.or (i32.shl (local.get 0) (i32.const 24)) (i32.shl (i32.and (local.get 0) (i32.const 0xff00)) (i32.const 8)))
           (i32.or (i32.and (i32.shr_u (local.get 0) (i32.const 8)) (i32.const 0xff00)) (i32.shr_u (local.get 0) (i32.const 24))))"),
        ("half", "(i32.or (i32.shl (i32.and (local.get 0) (i32.const 0xff)) (i32.const 8))
           (i32.and (i32.shr_u (local.get 0) (i32.const 8)) (i32.const 0xff)))"),
        ("more", "(i32.or (i32.shl (i32.and (local.get 0) (i32.const 0x1ff)) (i32.const 8))
           (i32.and (i32.shr_u (local.get 0) (i32.const 8)) (i32.const 0xff)))"),
        ("word", "(i32.or (i32.shl (local.get 0) (i32.const 8)) (i32.shr_u (local.get 0) (i32.const 8)))"),
    ] {
        let _ = write!(text, "(func (export \"{name}\") (param i32) (result i32) {value})");
    }
    let wasm = wat::parse_str(text + ")").unwrap_or_else(|error| panic!("{error}"));
    let report = check_module(&wasm, &Options::default(), 20, 1);
    assert!(report.passed(), "{report:?}");
}
