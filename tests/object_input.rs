//! Broken inputs: whatever the bytes are, compiling them ends with an object or an error.

use synth::compile;
use synth::options::{Memory, Options};

/// Between them, every section and most forms of instruction.
const MODULES: [&str; 3] = [
    r#"(module $everything
        (type $t (func (param i32 i64) (result i32)))
        (import "env" "f" (func $f (type $t)))
        (import "env" "g" (global $g i32))
        (import "env" "t" (table $t 1 funcref))
        (memory $m (export "memory") 1 4)
        (table $own 4 8 funcref)
        (global $x (export "x") (mut i64) (i64.const 5))
        (elem (table $own) (i32.const 0) func $f $h)
        (elem declare func $h)
        (data (i32.const 8) "hello")
        (data (global.get $g) "hello")
        (func $h (export "h") (type $t) (local i32 i64)
          (block (loop (br_table 0 1 0 (local.get 0))))
          (global.set $x (i64.load offset=3 (local.tee 2 (i32.const 7))))
          (call_indirect (type $t) (local.get 0) (local.get 1) (i32.const 2)))
        (func $s (drop (memory.grow (memory.size))))
        (start $s))"#,
    r#"(module (func (export "f") (param i32 i64 i32) (result i64 i32)
        (local $sum i64)
        (loop $again
          (local.set $sum (i64.add (local.get $sum) (i64.mul (local.get 1) (i64.const 10))))
          (local.set 0 (i32.sub (local.get 0) (i32.const 1)))
          (br_if $again (i32.gt_s (local.get 0) (i32.const 0))))
        (if (result i64) (i64.lt_u (local.get $sum) (i64.const 1000))
          (then (i64.div_s (local.get $sum) (local.get 1)))
          (else (i64.rotl (local.get $sum) (i64.extend_i32_u (local.get 2)))))
        (select (i32.clz (local.get 0)) (i32.shr_s (local.get 2) (i32.const 3)) (local.get 0))))"#,
    r#"(module (memory 0) (func (export "f") (param i32 i32)
        (block $out
          (i32.store8 offset=1 (local.get 0) (i32.load16_s (local.get 1)))
          (i64.store32 (local.get 1) (i64.load8_u (local.get 0)))
          (br_if $out (i32.eqz (local.get 0)))
          (call 0 (local.get 1) (local.get 0)))
        (unreachable)))"#,
];

/// Objects of clang with, between them, every kind of symbol, relocation, segment, group and frame.
const OBJECTS: [&[u8]; 4] = [
    include_bytes!("native/objects/weak-main-O2.o"),
    include_bytes!("native/objects/dynamic-consume-O2.o"),
    include_bytes!("native/objects/inlines-other-O2.o"),
    include_bytes!("native/objects/constructors-order-Os.o"),
];

/// Bits of objects that are flipped: one in so many.
const STEP: usize = 3;

#[test]
fn objects_with_a_flipped_bit_are_compiled_or_refused() {
    let options = Options { memory: Memory::Native, ..Options::default() };
    for wasm in OBJECTS {
        compile(wasm, &options).expect("the object is supported");
        for bit in (0..wasm.len() * 8).step_by(STEP) {
            let mut flipped = wasm.to_vec();
            flipped[bit / 8] ^= 1 << (bit % 8);
            if let Err(error) = compile(&flipped, &options) {
                assert_eq!(error.to_string().lines().count(), 1);
            }
        }
        for end in 0..wasm.len() {
            let _ = compile(&wasm[..end], &options);
        }
    }
}

#[test]
fn prefixes_of_modules_are_compiled_or_refused() {
    for text in MODULES {
        let wasm = wat::parse_str(text).expect("the text is a module");
        compile(&wasm, &Options::default()).expect("the module is supported");
        for end in 0..wasm.len() {
            // A prefix that ends between sections may be a module.
            let _ = compile(&wasm[..end], &Options::default());
        }
    }
}

#[test]
fn modules_with_a_flipped_bit_are_compiled_or_refused() {
    for text in MODULES {
        let wasm = wat::parse_str(text).expect("the text is a module");
        for bit in 0..wasm.len() * 8 {
            let mut flipped = wasm.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            if let Err(error) = compile(&flipped, &Options::default()) {
                assert_eq!(error.to_string().lines().count(), 1);
            }
        }
    }
}
