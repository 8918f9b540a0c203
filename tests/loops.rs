//! Loops that exchange their variables, of known and of unknown numbers of rounds, whatever is read behind them: what a
//! variable was before the last round, and what it has become.

use synth::options::Options;
use xtask::oracle::check_module;

/// The locals that take the values of `$a`, `$b` and `$c`, each time around.
const EXCHANGES: [[&str; 3]; 7] = [
    ["b", "a", "c"],
    ["b", "c", "a"],
    ["c", "a", "b"],
    ["a", "a", "b"],
    ["b", "b", "b"],
    ["c", "b", "a"],
    ["a", "b", "c"],
];

#[test]
fn values_of_the_last_round_are_read_behind_loops() {
    for [a, b, c] in EXCHANGES {
        let mut functions = String::new();
        for rounds in (1..=24).chain([32, 40]) {
            let body = format!(
                "(local $i i32) (local $b i32) (local $c i32) (local $x i32) (local $y i32) (local $z i32)
                 (local.set $b (i32.const 77)) (local.set $c (i32.const 1000)) (local.set $i START)
                 (loop $l
                   (local.set $x (local.get $a)) (local.set $y (local.get $b)) (local.set $z (local.get $c))
                   (local.get ${a}) (i32.add (local.get ${b}) (i32.const 3)) (local.get ${c})
                   (local.set $c) (local.set $b) (local.set $a)
                   (br_if $l (local.tee $i (i32.add (local.get $i) (i32.const -1)))))
                 (i32.add (local.get $x) (i32.mul (local.get $y) (i32.const 31)))
                 (i32.add (local.get $z) (i32.mul (local.get $a) (i32.const 31)))
                 (i32.add (local.get $b) (i32.mul (local.get $c) (i32.const 31)))"
            );
            let known = body.replace("START", &format!("(i32.const {rounds})"));
            let unknown = body.replace("START", "(i32.add (i32.and (local.get $n) (i32.const 31)) (i32.const 1))");
            functions += &format!(
                "(func (export \"known{rounds}\") (param $a i32) (result i32 i32 i32) {known})
                 (func (export \"unknown{rounds}\") (param $a i32) (param $n i32) (result i32 i32 i32) {unknown})"
            );
        }
        let wasm = wat::parse_str(format!("(module {functions})")).expect("the text is a module");
        let report = check_module(&wasm, &Options::default(), 7, 1);
        assert!(report.passed() && report.returned > 300, "{a}{b}{c}: {report:?}");
    }
}
