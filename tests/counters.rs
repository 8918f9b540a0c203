//! What is known of numbers holds to the last one: counters as far as their loops go, and values that are kept between bounds at
//! these bounds, with each way to write the tests, also those that are nearly of the form and are not.

use std::fmt::Write;

use synth::options::{Optimize, Options};
use xtask::oracle::check_module;

/// Has both kinds of code for functions without parameters executed, each function once.
fn check(functions: &str) {
    let text = format!("(module (global $zero (mut i32) (i32.const 0)) {functions})");
    let wasm = wat::parse_str(text).expect("the text is a module");
    for optimize in [Optimize::Speed, Optimize::Size] {
        let report = check_module(&wasm, &Options { optimize, ..Options::default() }, 1, 1);
        assert!(report.passed(), "{optimize:?}: {report:#?}");
        assert_eq!(report.returned as usize, functions.matches("(export").count(), "{optimize:?}");
    }
}

/// A select of `kept` where `compared` is on its side of `bound`, else of `limit`.
fn limited(way: usize, [compared, kept]: [&str; 2], limit: i32, is_least: bool, sign: &str) -> String {
    let (keeps, strict, distance) = (way % 2 == 0, way / 2 % 2 == 0, way as i32 / 4 - 1);
    let name = match (is_least == keeps, strict) {
        (true, true) => "gt",
        (true, false) => "ge",
        (false, true) => "lt",
        (false, false) => "le",
    };
    let bound = limit.wrapping_add(distance);
    let (kept, limit) = (format!("(local.get {kept})"), format!("(i32.const {limit})"));
    let arms = if keeps { kept + &limit } else { limit + &kept };
    format!("(select {arms} (i32.{name}_{sign} (local.get {compared}) (i32.const {bound})))")
}

/// How many ways `limited` knows.
const WAYS: usize = 12;

#[test]
fn saturation_is_exact_at_its_bounds() {
    // Of each pair the second limit may be compared as an unsigned number.
    let limits = [[-128, 127], [0, 255], [i32::MIN, i32::MAX], [-1, 0], [0, 1], [-127, 127], [-128, 128], [1, 255]];
    for [least, most] in limits {
        for (most_first, again) in [(false, "$r"), (false, "$x"), (true, "$r"), (true, "$x"), (true, "$zero")] {
            let mut functions = String::new();
            for way in 0..WAYS * WAYS {
                for sign in ["s", "u"] {
                    let of_least = |at| limited(way / WAYS, at, least, true, "s");
                    let of_most = |at| limited(way % WAYS, at, most, false, sign);
                    let (first, second) = match most_first {
                        true => (of_most(["$x", "$x"]), of_least([again, "$r"])),
                        false => (of_least(["$x", "$x"]), of_most([again, "$r"])),
                    };
                    let rounds = |label: u32, from: i32| {
                        format!(
                            "(local.set $x (i32.add (global.get $zero) (i32.const {})))
                             (local.set $n (i32.const 6))
                             (loop $l{label}
                               (local.set $r {first})
                               (local.set $r {second})
                               (local.set $sum (i32.add (i32.mul (local.get $sum) (i32.const 31)) (local.get $r)))
                               (local.set $x (i32.add (local.get $x) (i32.const 1)))
                               (br_if $l{label} (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))",
                            from.wrapping_sub(3)
                        )
                    };
                    let _ = write!(
                        functions,
                        "(func (export \"{way}{most_first}{again}{sign}\") (result i32)
                           (local $x i32) (local $r i32) (local $n i32) (local $sum i32) (local $zero i32)
                           {} {} (local.get $sum))",
                        rounds(0, least),
                        rounds(1, most)
                    );
                }
            }
            check(&functions);
        }
    }
}

#[test]
fn counters_are_known_as_far_as_they_go() {
    let read = "(local.set $sum (i32.rotl (i32.mul (local.get $sum) (i32.const 5)) (local.get $i)))
                (local.set $sum (i32.add (local.get $sum) (i32.and (local.get $i) (i32.const 63))))
                (local.set $sum (i32.xor (local.get $sum) (i32.and (local.get $i) (i32.const 0x7fffffff))))";
    let spent = "(local.tee $n (i32.sub (local.get $n) (i32.const 1)))";
    for step in [1, -1, 3, -7, 8, 0x1000_0000, i32::MAX, i32::MIN] {
        let mut functions = String::new();
        for end in [0i32, 1, 31, 40, 255, -1, 0x7fff_fffe, -0x7fff_ffff] {
            for name in ["ne", "lt_s", "lt_u", "le_s", "le_u", "gt_s", "gt_u", "ge_s", "ge_u"] {
                let next = format!("(i32.add (local.get $i) (i32.const {step}))");
                let test = |of: &str| format!("(i32.{name} {of} (i32.const {end}))");
                let loops = [
                    format!(
                        "{read} (br_if $out (i32.eqz {spent})) (br_if $l {})",
                        test(&format!("(local.tee $i {next})"))
                    ),
                    format!(
                        "{read} (br_if $out (i32.eqz {})) (br_if $l {spent})",
                        test(&format!("(local.tee $i {next})"))
                    ),
                    format!(
                        "{read} (br_if $out (i32.eqz {spent})) {} (local.set $i {next}) (br_if $l)",
                        test("(local.get $i)")
                    ),
                    format!(
                        "(br_if $out (i32.eqz {})) {read} (local.set $i {next}) (br_if $l {spent})",
                        test("(local.get $i)")
                    ),
                ];
                let starts =
                    [0, 1, 30, i32::MAX, i32::MIN, end.wrapping_sub(step), end.wrapping_sub(step.wrapping_mul(5))];
                for (form, body) in loops.iter().enumerate() {
                    let rounds: String = starts
                        .iter()
                        .map(|start| {
                            format!(
                                "(local.set $i (i32.const {start})) (local.set $n (i32.const 7)) (block $out (loop $l {body}))"
                            )
                        })
                        .collect();
                    let _ = write!(
                        functions,
                        "(func (export \"{end}{name}{form}\") (result i32) (local $i i32) (local $n i32) (local $sum i32)
                           {rounds} (local.get $sum))"
                    );
                }
            }
        }
        check(&functions);
    }
}
