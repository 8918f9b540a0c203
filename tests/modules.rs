//! Modules that import each other's functions, state and tables, linked by `arm-none-eabi-ld` with a C program that checks
//! what they do on the emulated core (`xtask::scene`).

use synth::options::Options;
use xtask::scene::Scene;

/// Reads, writes and grows the memory that `$m` is.
const MEMORY_USER: &str = r#"
    (func (export "{}_load") (param i32) (result i32) (i32.load (local.get 0)))
    (func (export "{}_store") (param i32 i32) (i32.store (local.get 0) (local.get 1)))
    (func (export "{}_size") (result i32) (memory.size))
    (func (export "{}_grow") (param i32) (result i32) (memory.grow (local.get 0)))"#;

fn memory_user(prefix: &str) -> String {
    MEMORY_USER.replace("{}", prefix)
}

fn reserve(bytes: u64) -> Options {
    Options { memory_size: vec![(0, bytes)], ..Options::default() }
}

#[test]
fn growth_of_a_memory_is_seen_by_exporter_and_importer() {
    Scene::empty()
        .module_with("a", &format!(r#"(memory (export "mem") 1 5) {}"#, memory_user("a")), reserve(3 << 16))
        .module("b", &format!(r#"(import "a" "mem" (memory 1)) {}"#, memory_user("b")))
        .module("c", &format!(r#"(import "a" "mem" (memory 0 9)) {}"#, memory_user("c")))
        .run(
            "",
            r#"
    for (int round = 0; round < 2; round++) {
      a_init(); b_init(); c_init();
      CHECK(a_size() == 1 && b_size() == 1 && c_size() == 1);
      CHECK(synth_memX2esize == 65536 && synth_memX2emax == 3 * 65536 && sizeof mem == 3 * 65536);
      CHECK(TRAPS(4, b_load(65533)) && TRAPS(4, a_load(65533)) && RUNS(b_load(65532)) && TRAPS(4, b_load(-4)));
      CHECK(b_grow(0) == 1 && b_grow(1) == 1 && a_size() == 2 && c_size() == 2);
      a_store(131068, 0x12345678);
      CHECK(b_load(131068) == 0x12345678 && mem[131068] == 0x78);
      CHECK(TRAPS(4, a_store(131069, 0)) && TRAPS(4, c_store(131069, 0)));
      CHECK(b_grow(2) == -1 && b_grow(-1) == -1 && a_grow(2) == -1 && b_size() == 2);
      CHECK(a_grow(1) == 2 && c_size() == 3 && b_load(196604) == 0 && TRAPS(4, b_load(196605)));
      CHECK(b_grow(1) == -1 && c_grow(1) == -1 && a_grow(1) == -1 && a_grow(0) == 3);
    }"#,
        );
}

#[test]
fn less_memory_may_be_reserved_than_declared() {
    Scene::empty()
        .module_with("a", &format!(r#"(memory (export "mem") 1 4) {}"#, memory_user("a")), reserve(1000))
        .module("b", &format!(r#"(import "a" "mem" (memory 1)) {}"#, memory_user("b")))
        .run(
            "",
            r#"
    a_init(); b_init();
    CHECK(synth_memX2esize == 1000 && synth_memX2emax == 1000);
    CHECK(a_size() == 1 && b_size() == 1);
    CHECK(RUNS(a_store(996, 7)) && b_load(996) == 7 && TRAPS(4, a_load(997)) && TRAPS(4, b_load(997)));
    CHECK(a_grow(1) == -1 && b_grow(1) == -1 && a_grow(0) == 1 && b_grow(0) == 1);
    CHECK(a_size() == 1 && b_size() == 1 && TRAPS(4, b_load(1000)) && TRAPS(4, a_load(65532)));"#,
        );
}

#[test]
fn c_can_own_the_memory() {
    Scene::empty().module("b", &format!(r#"(import "env" "ram" (memory 0)) {}"#, memory_user("b"))).run(
        "uint8_t ram[100]; uint32_t synth_ramX2esize = 64; const uint32_t synth_ramX2emax = 64;",
        r#"
    b_init();
    b_store(60, -1);
    CHECK(ram[59] == 0 && ram[60] == 255 && ram[63] == 255 && ram[64] == 0 && TRAPS(4, b_load(61)));
    CHECK(b_size() == 0 && b_grow(1) == -1);"#,
    );
}

#[test]
fn globals_are_shared_and_constants_are_read_at_run_time() {
    Scene::empty()
        .module(
            "a",
            r#"(global $i (export "count") (mut i32) (i32.const 5)) (global $l (export "total") (mut i64) (i64.const -2))
               (global (export "place") i32 (i32.const 12)) (global (export "big") i64 (i64.const 0x123456789abcdef))
               (func (export "a_bump") (global.set $i (i32.add (global.get $i) (i32.const 1))))
               (func (export "a_total") (result i64) (global.get $l))"#,
        )
        .module(
            "b",
            r#"(import "a" "count" (global $i (mut i32))) (import "a" "total" (global $l (mut i64)))
               (import "a" "place" (global $p i32)) (import "a" "big" (global $b i64))
               (global $copy (mut i64) (global.get $b)) (memory (export "bytes") 1) (data (global.get $p) "xyz")
               (func (export "b_count") (result i32) (global.get $i))
               (func (export "b_set") (param i32 i64) (global.set $i (local.get 0)) (global.set $l (local.get 1)))
               (func (export "b_copy") (result i64) (i64.add (global.get $copy) (global.get $b)))
               (export "again" (global $l))"#,
        )
        .run(
            "",
            r#"
    a_init(); b_init();
    CHECK(b_count() == 5 && count == 5 && total == -2 && b_again == -2 && place == 12);
    CHECK(b_copy() == 2 * INT64_C(0x123456789abcdef) && bytes[12] == 'x' && bytes[14] == 'z' && bytes[15] == 0);
    a_bump();
    CHECK(b_count() == 6);
    b_set(-7, INT64_C(0x1122334455667788));
    CHECK(count == -7 && a_total() == INT64_C(0x1122334455667788) && &b_again == &total);
    b_init();
    CHECK(count == -7);
    a_init();
    CHECK(b_count() == 5 && a_total() == -2);"#,
        );
}

#[test]
fn two_imports_may_be_the_same_thing() {
    Scene::empty()
        .module_with(
            "a",
            r#"(global $g (export "g1") (export "g2") (mut i32) (i32.const 1)) (memory (export "m1") (export "m2") 1 2)
               (table (export "t1") (export "t2") 2 funcref) (func $f (result i32) (i32.const 3)) (elem (i32.const 0) $f)"#,
            reserve(2 << 16),
        )
        .module(
            "b",
            r#"(import "a" "g1" (global $g1 (mut i32))) (import "a" "g2" (global $g2 (mut i32)))
               (import "a" "m1" (memory $m1 1)) (import "a" "m2" (memory $m2 1))
               (import "a" "t1" (table $t1 1 funcref)) (import "a" "t2" (table $t2 1 funcref))
               (func $f (result i32) (i32.const 30)) (elem (table $t2) (i32.const 1) func $f)
               (func (export "globals") (param i32) (result i32) (local i32)
                 (local.set 1 (global.get $g1)) (global.set $g2 (local.get 0)) (i32.add (global.get $g1) (local.get 1)))
               (func (export "memories") (param i32 i32) (result i32) (local i32)
                 (local.set 2 (i32.load $m1 (local.get 0))) (i32.store $m2 (local.get 0) (local.get 1))
                 (i32.add (i32.load $m1 (local.get 0)) (local.get 2)))
               (func (export "growth") (result i32) (local i32)
                 (local.set 0 (memory.size $m1)) (drop (memory.grow $m2 (i32.const 1)))
                 (i32.sub (memory.size $m1) (local.get 0)))
               (func (export "calls") (result i32)
                 (i32.sub (call_indirect $t1 (result i32) (i32.const 1)) (call_indirect $t2 (result i32) (i32.const 0))))"#,
        )
        .run(
            "",
            r#"
    a_init(); b_init();
    CHECK(globals(40) == 41 && g1 == 40 && g2 == 40);
    CHECK(memories(8, 5) == 5 && memories(8, 7) == 12 && m1[8] == 7 && m2[8] == 7);
    CHECK(growth() == 1 && growth() == 0 && synth_m1X2esize == 131072);
    CHECK(calls() == 27);"#,
        );
}

#[test]
fn indirect_calls_check_signatures_across_modules() {
    let long = "(param i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i32) (result i32)";
    let other = "(param i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64) (result i32)";
    let zeros = "(i64.const 0)".repeat(13);
    let caller = format!(
        r#"(type $pad1 (func (param i64))) (type $pad2 (func))
           (import "a" "table" (table 4 funcref)) (type $unary (func (param i32) (result i32))) (type $long (func {long}))
           (type $other (func {other}))
           (func (export "b_unary") (param i32 i32) (result i32)
             (call_indirect (type $unary) (local.get 1) (local.get 0)))
           (func (export "b_none") (param i32) (call_indirect (type $pad2) (local.get 0)))
           (func (export "b_long") (param i32) (result i32) (call_indirect (type $long) {zeros} (i32.const 9) (local.get 0)))
           (func (export "b_other") (param i32) (result i32)
             (call_indirect (type $other) {zeros} (i64.const 9) (local.get 0)))"#
    );
    Scene::empty()
        .module(
            "a",
            &format!(
                r#"(table (export "table") 6 funcref) (elem (i32.const 0) $twice $long $nothing $other)
                   (func $twice (param i32) (result i32) (i32.shl (local.get 0) (i32.const 1)))
                   (func $long {long} (local.get 13)) (func $nothing) (func $other {other} (i32.wrap_i64 (local.get 13)))"#
            ),
        )
        .module("b", &caller)
        .run(
            "",
            r#"
    a_init(); b_init();
    CHECK(b_unary(0, 21) == 42 && RUNS(b_none(2)) && b_long(1) == 9 && b_other(3) == 9);
    CHECK(TRAPS(6, b_unary(1, 0)) && TRAPS(6, b_unary(2, 0)) && TRAPS(6, b_none(0)) && TRAPS(6, b_none(1)));
    CHECK(TRAPS(6, b_long(0)) && TRAPS(6, b_long(3)) && TRAPS(6, b_other(1)) && TRAPS(6, b_long(2)));
    CHECK(TRAPS(7, b_unary(4, 0)) && TRAPS(7, b_long(5)) && TRAPS(5, b_unary(6, 0)) && TRAPS(5, b_unary(-1, 0)));
    CHECK(TRAPS(5, b_none(0x40000000)));"#,
        );
}

#[test]
fn imported_functions_go_into_tables_by_thunks() {
    Scene::empty()
        .module(
            "a",
            r#"(table $t (export "table") 4 funcref)
               (func (export "apply") (param i32 i32 i64) (result i32)
                 (call_indirect $t (param i32 i64) (result i32) (local.get 1) (local.get 2) (local.get 0)))
               (func (export "sum") (param i32 i64) (result i32) (i32.add (local.get 0) (i32.wrap_i64 (local.get 1))))"#,
        )
        .module(
            "b",
            r#"(import "a" "sum" (func $sum (param i32 i64) (result i32))) (import "env" "host" (func $host (param i32 i64) (result i32)))
               (import "env" "bare" (func $bare)) (import "a" "table" (table 4 funcref))
               (table $own 3 funcref) (elem (table $own) (i32.const 0) func $host $sum $bare)
               (elem (i32.const 1) $sum $host $bare)
               (func (export "b_apply") (param i32) (result i32)
                 (call_indirect $own (param i32 i64) (result i32) (i32.const 3) (i64.const 4) (local.get 0)))"#,
        )
        .run(
            "int32_t host(int32_t a, int64_t b) { return a * (int32_t)b; } void bare(void) {}",
            r#"
    a_init(); b_init();
    CHECK(apply(1, 3, 4) == 7 && apply(2, 3, 4) == 12 && TRAPS(6, apply(3, 3, 4)) && TRAPS(7, apply(0, 3, 4)));
    CHECK(b_apply(0) == 12 && b_apply(1) == 7 && TRAPS(6, b_apply(2)) && TRAPS(5, b_apply(3)));
    a_init();
    CHECK(TRAPS(7, apply(1, 3, 4)));"#,
        );
}

#[test]
fn imports_are_exported_again_by_thunks() {
    let params = "(param i32 i64 i32 i32 i64 i32)";
    Scene::empty()
        .module(
            "a",
            &format!(
                r#"(func (export "mix") {params} (result i64 i32)
                     (i64.add (local.get 1) (local.get 4))
                     (i32.sub (i32.sub (local.get 0) (local.get 2)) (i32.add (local.get 3) (local.get 5))))"#
            ),
        )
        .module(
            "b",
            &format!(
                r#"(import "a" "mix" (func $mix {params} (result i64 i32)))
                   (export "blend" (func $mix)) (export "stir" (func $mix))"#
            ),
        )
        .module(
            "c",
            &format!(
                r#"(import "b" "stir" (func $stir {params} (result i64 i32)))
                   (func (export "c_call") (result i64 i32)
                     (call $stir (i32.const 100) (i64.const 0x100000000) (i32.const 1) (i32.const 2) (i64.const 5) (i32.const 3)))"#
            ),
        )
        .run(
            "",
            r#"
    a_init(); b_init(); c_init();
    struct synth_results_li direct = mix(100, INT64_C(0x100000000), 1, 2, 5, 3), again = blend(100, INT64_C(0x100000000), 1, 2, 5, 3);
    CHECK(direct.r0 == INT64_C(0x100000005) && direct.r1 == 94 && again.r0 == direct.r0 && again.r1 == 94);
    CHECK(c_call().r0 == direct.r0 && c_call().r1 == 94);"#,
        );
}

#[test]
fn initialisation_that_traps_leaves_what_it_wrote() {
    Scene::empty()
        .module("a", r#"(memory (export "mem") 1) (table (export "table") 3 funcref)
                        (func (export "call") (param i32) (result i32) (call_indirect (result i32) (local.get 0)))"#)
        .module(
            "data",
            r#"(import "a" "mem" (memory 1)) (data (i32.const 4) "one") (data (i32.const 65533) "past") (data (i32.const 8) "never")"#,
        )
        .module(
            "elements",
            r#"(import "a" "mem" (memory 1)) (import "a" "table" (table 3 funcref)) (func $f (result i32) (i32.const 77))
               (elem (i32.const 1) $f) (elem (i32.const 2) $f $f) (data (i32.const 100) "never")"#,
        )
        .module(
            "start",
            r#"(import "a" "mem" (memory 1)) (global $g (export "runs") (mut i32) (i32.const 0)) (data (i32.const 200) "before")
               (func $s (global.set $g (i32.const 1)) (unreachable)) (start $s)"#,
        )
        .module("own", r#"(memory (export "ram") 1) (data (i32.const 0) "first") (data (i32.const -1) "last")"#)
        .run(
            "",
            r#"
    a_init();
    CHECK(TRAPS(4, data_init()) && mem[4] == 'o' && mem[6] == 'e' && mem[8] == 0 && mem[65533] == 0);
    CHECK(TRAPS(5, elements_init()) && call(1) == 77 && TRAPS(7, call(2)) && mem[100] == 0);
    CHECK(TRAPS(0, start_init()) && runs == 1 && mem[200] == 'b');
    CHECK(TRAPS(4, own_init()) && ram[0] == 'f' && ram[4] == 't' && ram[65535] == 0);"#,
        );
}

#[test]
fn tables_reserve_what_is_asked() {
    let options = |entries| Options { table_size: vec![(0, entries)], ..Options::default() };
    let call = r#"(func (export "{}_call") (param i32) (result i32) (call_indirect (result i32) (local.get 0)))"#;
    let table = |name: &str| {
        format!(
            r#"(table (export "{name}") 4 20 funcref) (func $f (result i32) (i32.const 5)) (elem (i32.const 1) $f) {}"#,
            call.replace("{}", name)
        )
    };
    Scene::empty()
        .module_with("few", &table("less"), options(2))
        .module_with("many", &table("more"), options(9))
        .module("b", &format!(r#"(import "few" "less" (table 4 funcref)) {}"#, call.replace("{}", "b")))
        .run(
            "",
            r#"
    few_init(); many_init(); b_init();
    CHECK(synth_lessX2esize == 2 && synth_lessX2emax == 2 && sizeof less == 8);
    CHECK(synth_moreX2esize == 4 && synth_moreX2emax == 9 && sizeof more == 36);
    CHECK(less_call(1) == 5 && more_call(1) == 5 && b_call(1) == 5 && TRAPS(7, less_call(0)) && TRAPS(7, more_call(3)));
    CHECK(TRAPS(5, less_call(2)) && TRAPS(5, b_call(2)) && TRAPS(5, more_call(4)));
    more[4] = more[1];
    synth_moreX2esize = 5;
    CHECK(more_call(4) == 5 && TRAPS(5, more_call(5)));
    many_init();
    CHECK(TRAPS(5, more_call(4)));"#,
        );
}

/// A function whose frame is at least 1 MB: calls leave their results, 8,000 bytes each, until the last.
fn deep_frame() -> String {
    let results = "i64 ".repeat(1000);
    let values = "(local.get 0)".repeat(1000);
    let drops = "i64.xor ".repeat(1000 * 132 - 1);
    let calls = "(call $many (local.get 0))".repeat(132);
    format!(
        r#"(func $many (export "many") (param i64) (result {results})
             (if (i64.eq (local.get 0) (i64.const 77)) (then (return (call $many (i64.const 0)))))
             {values})
           (func (export "far_deep") (param i64) (result i64) {calls} {drops})"#
    )
}

#[test]
fn the_stack_limit_is_exact_and_does_not_wrap() {
    let limited = || Options { stack_limit: Some("stack_limit".to_string()), ..Options::default() };
    Scene::empty()
        .module_with(
            "a",
            r#"(func $down (export "down") (param i32) (result i32)
                 (if (result i32) (local.get 0)
                   (then (i32.add (i32.const 1) (call $down (i32.sub (local.get 0) (i32.const 1)))))
                   (else (i32.const 0))))
               (func $forever (export "forever") (result i32) (i32.add (call $forever) (i32.const 1)))
               (func (export "leaf") (param i32) (result i32) (i32.add (local.get 0) (i32.const 1)))"#,
            limited(),
        )
        .module_with("big", &deep_frame(), limited())
        .run(
            "uint32_t stack_limit;
/* Calls on a stack from this address down. */
int64_t deep_at(int64_t value, uint32_t sp);
__asm__(\".thumb_func\\n.global deep_at\\ndeep_at: push {r4, lr}\\nmov r4, sp\\nmov sp, r2\\n\"
  \"bl far_deep\\nmov sp, r4\\npop {r4, pc}\");
static uint32_t sp(void) { uint32_t at; __asm__ volatile(\"mov %0, sp\" : \"=r\"(at)); return at; }",
            r#"
    a_init(); big_init();
    const uint32_t here = sp();
    stack_limit = here - 8192;
    CHECK(down(100) == 100 && RUNS(leaf(1)) && TRAPS(8, forever()) && TRAPS(8, down(100000)));
    CHECK(TRAPS(8, far_deep(1)));
    stack_limit = here - 16384;
    CHECK(RUNS(many(1)) && TRAPS(8, far_deep(1)));
    /* The limit above the stack, and where subtracting a frame from it would wrap around. */
    stack_limit = here + 4;
    CHECK(TRAPS(8, down(0)) && TRAPS(8, leaf(1)));
    stack_limit = 0xffffffff;
    CHECK(TRAPS(8, down(0)) && TRAPS(8, far_deep(1)));
    stack_limit = 0;
    CHECK(down(1000) == 1000 && RUNS(many(1)) && TRAPS(8, deep_at(1, 0x80000)));
    stack_limit = 0x70000;
    CHECK(TRAPS(8, deep_at(1, 0x80000)));
    const uint32_t end = 0x20400000;
    stack_limit = end - 0x100000;
    CHECK(TRAPS(8, deep_at(1, end)));
    stack_limit = end - 0x120000;
    CHECK(RUNS(deep_at(-1, end)) && deep_at(-1, end) == 0);
    /* Exact: the least limit that traps is one above the greatest that does not. */
    stack_limit = here - 8192;
    while (RUNS(down(0))) stack_limit++;
    const uint32_t edge = here - stack_limit;
    CHECK(edge < 64);
    stack_limit--;
    CHECK(RUNS(down(0)) && TRAPS(8, down(1)));"#,
        );
}
