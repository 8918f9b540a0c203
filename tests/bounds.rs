//! Loops whose bounds checks move trap exactly where they did: same trap, same memory, same results as the reference.
//!
//! Every loop goes over memory from an address near one of its ends, for a number of rounds that fits, just does not, or is
//! huge. Pointer steps, loads and stores, tests and exits vary.

use std::fmt::Write;

use synth::options::Options;
use xtask::oracle::check_module;
use xtask::oracle::value::Random;

/// What a round does with the address `$p`; `$v` is summed up. `OFFSET` stands for a constant offset.
const BODIES: [&str; 16] = [
    "(local.set $v (i32.add (local.get $v) (i32.load OFFSET (local.get $p))))",
    "(local.set $v (i32.xor (local.get $v) (i32.load8_s OFFSET (local.get $p))))",
    "(i32.store OFFSET (local.get $p) (local.get $c))",
    "(i32.store16 OFFSET (local.get $p) (i32.load8_u OFFSET (local.get $q)))",
    "(i32.store8 OFFSET (local.get $q) (i32.load16_u (i32.add (local.get $p) (i32.const 4))))",
    // A second check behind an effect.
    "(i32.store8 (local.get $p) (local.get $c)) (i64.store OFFSET (local.get $q) (i64.const 77))",
    // Another exit.
    "(local.set $v (i32.load8_u OFFSET (local.get $p))) (br_if $out (i32.eq (local.get $v) (i32.const 55)))",
    // Another trap.
    "(local.set $v (i32.div_u (i32.const 1000) (i32.add (i32.load8_s OFFSET (local.get $p)) (i32.const 3))))",
    // A check that only some rounds make.
    "(if (i32.and (local.get $c) (i32.const 3)) (then
       (local.set $v (i32.add (local.get $v) (i32.load OFFSET (local.get $q))))))
     (local.set $v (i32.add (local.get $v) (i32.load (local.get $p))))",
    // Checks of one pointer between stores, and one that only some rounds make.
    "(i32.store8 OFFSET (local.get $p) (local.get $c)) (i32.store8 offset=3 (local.get $p) (local.get $v))
     (if (i32.and (local.get $c) (i32.const 2)) (then (i32.store16 offset=7 (local.get $p) (local.get $c))))",
    // An address that stays, behind a store.
    "(i32.store8 OFFSET (local.get $p) (local.get $c))
     (local.set $v (i32.add (i32.mul (local.get $v) (i32.const 3)) (i32.load (i32.sub (local.get $s) (i32.const 3)))))
     (i32.store16 offset=2 (local.get $s) (local.get $v))",
    // An index with few bits.
    "(local.set $v (i32.xor (local.get $v) (i32.load (i32.add (i32.sub (local.get $s) (i32.const 9))
       (i32.shl (i32.and (local.get $v) (i32.const 3)) (i32.const 2))))))
     (i32.store8 OFFSET (local.get $q) (local.get $v))",
    // Sums with constants of both signs.
    "(local.set $v (i32.add (i32.load8_u offset=1 (i32.sub (local.get $p) (i32.const 4))) (i32.load16_u OFFSET (local.get $p))))
     (local.set $v (i32.add (local.get $v) (i32.load (i32.sub (local.get $p) (i32.const 2)))))
     (i32.store8 (i32.add (local.get $p) (i32.const 2)) (local.get $v))",
    // What is read behind the loop comes from several exits.
    "(i32.store8 OFFSET (local.get $p) (local.get $c))
     (br_if $out (i32.eq (i32.and (local.get $v) (i32.const 29)) (i32.const 28)))
     (local.set $v (i32.add (i32.load16_u (i32.add (local.get $p) (i32.const 1))) (i32.add (local.get $v) (i32.const 5))))
     (if (i32.eq (i32.and (local.get $c) (i32.const 15)) (i32.const 13)) (then (br $out)))
     (i32.store8 (local.get $p) (local.get $v))",
    // A return from within.
    "(i32.store16 OFFSET (local.get $p) (local.get $v))
     (local.set $v (i32.add (i32.load8_u (i32.add (local.get $p) (i32.const 3))) (local.get $v)))
     (if (i32.gt_u (local.get $v) (i32.const 700)) (then (return (i32.add (local.get $v) (local.get $p)))))",
    // The same pointer in both arms, and behind them.
    "(if (i32.and (local.get $v) (i32.const 1))
       (then (i32.store8 (local.get $s) (local.get $c)) (local.set $v (i32.load16_u OFFSET (local.get $p))))
       (else (local.set $v (i32.add (local.get $v) (i32.load8_u offset=2 (local.get $p))))))
     (i32.store8 offset=4 (local.get $p) (local.get $v))",
];

/// What goes on to the next round, at the end of the loop; `$n` rounds are asked for.
const TESTS: [&str; 9] = [
    "(br_if $top (i32.ne (local.tee $c (i32.add (local.get $c) (i32.const 1))) (local.get $n)))",
    "(br_if $top (local.tee $n (i32.sub (local.get $n) (i32.const 1))))",
    "(br_if $top (i32.lt_u (local.tee $c (i32.add (local.get $c) (i32.const 1))) (local.get $n)))",
    "(br_if $top (i32.le_u (local.tee $c (i32.add (local.get $c) (i32.const 1))) (local.get $n)))",
    "(br_if $top (i32.lt_s (local.tee $c (i32.add (local.get $c) (i32.const 1))) (local.get $n)))",
    "(br_if $top (i32.gt_s (local.tee $n (i32.add (local.get $n) (i32.const -1))) (local.get $c)))",
    "(br_if $out (i32.eqz (local.tee $n (i32.sub (local.get $n) (i32.const 1))))) (br $top)",
    "(local.set $c (i32.add (local.get $c) (i32.const 4)))
     (br_if $top (i32.ne (local.get $c) (i32.and (local.get $n) (i32.const -4))))",
    "(br_if $top (i32.ne (local.get $p) (local.get $n)))",
];

const STEPS: [i32; 10] = [1, 2, 4, 8, 12, 3, -1, -4, -12, 0];

/// A function of one word, whose bits choose addresses and rounds.
fn function(text: &mut String, random: &mut Random, number: u32) -> std::fmt::Result {
    let mut pick = |bound: usize| random.below(bound as u64) as usize;
    let offset = ["", "offset=4", "offset=65000", "offset=65536"][pick(4)];
    let body = BODIES[pick(BODIES.len())].replace("OFFSET", offset);
    let (p, q) = (STEPS[pick(STEPS.len())], STEPS[pick(STEPS.len())]);
    let test = TESTS[pick(if p == 0 { 7 } else { TESTS.len() })];
    // Without a step no trap ends many rounds.
    let huge = if p == 0 { "(i32.const 40)" } else { "(i32.const 0x40000000)" };
    let start = if p < 0 { "(i32.const 90)" } else { "(i32.const 65430)" };
    let start = if offset.len() > 8 && p >= 0 { "(i32.const 430)" } else { start };
    let stays = [65520, 65500, 0, 5][pick(4)];
    let constant = if pick(2) == 0 { "(local.set $n (i32.const 24))" } else { "" };
    write!(
        text,
        "(func (export \"f{number}\") (param $x i32) (result i32) (local $p i32) (local $q i32) (local $c i32) (local $n i32) (local $v i32) (local $s i32)
           (local.set $p (i32.add {start} (i32.and (local.get $x) (i32.const 127))))
           (local.set $q (i32.and (i32.shr_u (local.get $x) (i32.const 7)) (i32.const 255)))
           (local.set $n (i32.add (i32.and (i32.shr_u (local.get $x) (i32.const 15)) (i32.const 31)) (i32.const 1)))
           (local.set $s (i32.add (i32.const {stays}) (i32.and (i32.shr_u (local.get $x) (i32.const 20)) (i32.const 15))))
           (if (i32.eqz (i32.and (local.get $x) (i32.const 0xf00000))) (then (local.set $n {huge})))
           {constant}
           (block $out (loop $top
             {body}
             (local.set $p (i32.add (local.get $p) (i32.const {p})))
             (local.set $q (i32.add (local.get $q) (i32.const {q})))
             {test}))
           (i32.add (i32.mul (local.get $v) (i32.const 31)) (i32.add (local.get $p) (local.get $q))))"
    )
}

#[test]
fn loops_trap_in_the_round_that_passes_the_end() {
    let (mut returned, mut trapped) = (0, 0);
    for module in 0..160 {
        let mut random = Random::stream(0xb0d5, module);
        let mut text =
            String::from("(module (memory (export \"m\") 1 1) (data (i32.const 65480) \"\\37\\fd\\01\\ff\\80\\07\")");
        for number in 0..8 {
            function(&mut text, &mut random, number).expect("a string takes it");
        }
        text.push(')');
        let wasm = wat::parse_str(&text).unwrap_or_else(|error| panic!("{error}"));
        let report = check_module(&wasm, &Options::default(), 400, module);
        assert!(report.passed(), "module {module}: {report:?}\n{text}");
        returned += report.returned;
        trapped += report.trapped();
    }
    assert!(returned > 1000 && trapped > 1000, "{returned} returned, {trapped} trapped");
}
