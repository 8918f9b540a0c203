//! References between modules and C, tables that grow, and segments that are dropped, linked by `arm-none-eabi-ld` with a C
//! program that checks what they do on the emulated core (`xtask::scene`).

use synth::options::Options;
use xtask::scene::Scene;

#[test]
fn references_travel_between_modules_and_c() {
    Scene::empty()
        .module(
            "a",
            r#"(import "env" "pass" (func $pass (param externref funcref i64) (result funcref externref)))
               (table $objects (export "objects") 3 externref)
               (global (export "last") (mut externref) (ref.null extern))
               (global (export "chosen") (mut funcref) (ref.func $twice))
               (func $twice (param i32) (result i32) (i32.shl (local.get 0) (i32.const 1)))
               (func $negate (param i32) (result i32) (i32.sub (i32.const 0) (local.get 0)))
               (func (export "keep") (param i32 externref)
                 (table.set $objects (local.get 0) (local.get 1)) (global.set 0 (local.get 1)))
               (func (export "kept") (param i32) (result externref) (table.get $objects (local.get 0)))
               (func (export "is_free") (param i32) (result i32) (ref.is_null (table.get $objects (local.get 0))))
               (func (export "choose") (param i32) (result funcref)
                 (select (result funcref) (ref.func $twice) (ref.func $negate) (local.get 0)))
               (func (export "through") (param externref i32) (result funcref externref)
                 (call $pass (local.get 0) (ref.func $negate) (i64.const 5))
                 (if (param funcref externref) (result funcref externref) (local.get 1)
                   (then) (else drop drop (ref.null func) (ref.null extern))))
               (elem declare func $negate)"#,
        )
        .module(
            "b",
            r#"(import "a" "chosen" (global $chosen (mut funcref))) (import "a" "objects" (table $objects 3 externref))
               (import "a" "choose" (func $choose (param i32) (result funcref)))
               (table $t 2 funcref)
               (func (export "apply") (param funcref i32) (result i32)
                 (table.set $t (i32.const 1) (local.get 0))
                 (call_indirect $t (param i32) (result i32) (local.get 1) (i32.const 1)))
               (func (export "apply_wrongly") (param funcref)
                 (table.set $t (i32.const 0) (local.get 0)) (call_indirect $t (i32.const 0)))
               (func (export "set_chosen") (param i32) (global.set $chosen (call $choose (local.get 0))))
               (func (export "clear") (table.fill $objects (i32.const 0) (ref.null extern) (i32.const 3)))"#,
        )
        .run(
            "struct synth_results_r2 pass(uint32_t object, uint32_t function, int64_t n)
             { struct synth_results_r2 both = { function, object + (uint32_t)n }; return both; }",
            r#"
    static int here;
    a_init(); b_init();
    keep(2, (uint32_t)(uintptr_t)&here);
    CHECK(kept(2) == (uint32_t)(uintptr_t)&here && last == kept(2) && objects[2] == kept(2) && !is_free(2) && is_free(0));
    CHECK(TRAPS(5, keep(3, 1)) && TRAPS(5, kept(-1)) && kept(1) == 0);
    CHECK(apply(choose(1), 21) == 42 && apply(choose(0), 21) == -21 && apply(chosen, 4) == 8);
    CHECK(((int32_t (*)(int32_t))(uintptr_t)choose(0))(7) == -7);
    CHECK(TRAPS(7, apply(0, 1)) && TRAPS(6, apply_wrongly(choose(1))));
    set_chosen(0);
    CHECK(apply(chosen, 4) == -4 && chosen == choose(0));
    struct synth_results_r2 both = through(100, 1), none = through(100, 0);
    CHECK(apply(both.r0, 3) == -3 && both.r1 == 105 && none.r0 == 0 && none.r1 == 0);
    clear();
    CHECK(is_free(2) && last != 0);"#,
        );
}

#[test]
fn growth_of_a_table_is_seen_by_exporter_and_importer() {
    let user = |prefix: &str| {
        r#"(func (export "{}_size") (result i32) (table.size $t))
           (func (export "{}_grow") (param externref i32) (result i32) (table.grow $t (local.get 0) (local.get 1)))
           (func (export "{}_get") (param i32) (result externref) (table.get $t (local.get 0)))
           (func (export "{}_copy") (param i32 i32 i32) (table.copy $t $t (local.get 0) (local.get 1) (local.get 2)))"#
            .replace("{}", prefix)
    };
    let own = r#"(table $t (export "objects") 2 7 externref)"#;
    let imported = r#"(import "a" "objects" (table $t 2 externref))"#;
    let reserve = Options { table_size: vec![(0, 9)], ..Options::default() };
    Scene::empty()
        .module_with("a", &format!("{own} {}", user("a")), reserve)
        .module("b", &format!("{imported} {}", user("b")))
        .module("c", &format!("(table $t 3 externref) {}", user("c")))
        .run(
            "",
            r#"
    a_init(); b_init(); c_init();
    CHECK(sizeof objects == 28 && a_size() == 2 && b_size() == 2 && TRAPS(5, a_get(2)));
    CHECK(b_grow(50, 2) == 2 && a_size() == 4 && a_get(3) == 50 && TRAPS(5, b_get(4)) && synth_objectsX2esize == 4);
    CHECK(a_grow(60, 4) == -1 && a_grow(60, -1) == -1 && a_size() == 4 && a_grow(60, 3) == 4 && b_get(6) == 60);
    CHECK(b_grow(70, 0) == 7 && b_grow(70, 1) == -1 && a_get(0) == 0);
    CHECK(RUNS(b_copy(1, 3, 4)) && a_get(1) == 50 && a_get(2) == 60 && a_get(4) == 60 && TRAPS(5, a_copy(4, 0, 4)));
    CHECK(RUNS(a_copy(7, 7, 0)) && TRAPS(5, a_copy(8, 0, 0)) && TRAPS(5, b_copy(0, 8, 0)));
    CHECK(c_grow(1, 1) == -1 && c_grow(1, 0) == 3 && c_size() == 3);
    a_init();
    CHECK(b_size() == 2 && b_grow(0, 5) == 2 && a_get(6) == 0);"#,
        );
}

#[test]
fn dropped_segments_come_back_with_initialisation() {
    Scene::empty()
        .module("a", r#"(global (export "g") funcref (ref.func $f)) (func $f (result i32) (i32.const 9))"#)
        .module(
            "b",
            r#"(import "a" "g" (global $g funcref)) (memory (export "ram") 1) (table $t 4 funcref)
               (data $d "wasm") (data $active (i32.const 100) "active")
               (func $f (result i32) (i32.const 5))
               (elem $e funcref (ref.func $f) (global.get $g) (ref.null func))
               (elem $late (table $t) (i32.const 3) funcref (global.get $g))
               (func (export "put") (param i32 i32 i32) (memory.init $d (local.get 0) (local.get 1) (local.get 2)))
               (func (export "again") (param i32) (memory.init $active (i32.const 0) (i32.const 0) (local.get 0)))
               (func (export "drop") (data.drop $d) (elem.drop $e))
               (func (export "fill") (param i32 i32 i32) (table.init $t $e (local.get 0) (local.get 1) (local.get 2)))
               (func (export "refill") (param i32) (table.init $t $late (i32.const 0) (i32.const 0) (local.get 0)))
               (func (export "call") (param i32) (result i32) (call_indirect $t (result i32) (local.get 0)))"#,
        )
        .run(
            "",
            r#"
    a_init();
    for (int round = 0; round < 2; round++) {
        b_init();
        CHECK(ram[0] == 0 && ram[100] == 'a' && call(3) == 9 && TRAPS(7, call(0)));
        CHECK(RUNS(put(7, 1, 3)) && ram[7] == 'a' && ram[9] == 'm' && TRAPS(4, put(0, 2, 3)) && TRAPS(4, put(65534, 0, 3)));
        CHECK(RUNS(put(65536, 4, 0)) && TRAPS(4, put(65537, 0, 0)) && TRAPS(4, put(0, 5, 0)) && TRAPS(4, put(0, 1, -1)));
        CHECK(RUNS(again(0)) && TRAPS(4, again(1)) && ram[0] == 0);
        CHECK(RUNS(fill(0, 0, 3)) && call(0) == 5 && call(1) == 9 && TRAPS(7, call(2)) && TRAPS(5, fill(2, 0, 3)));
        CHECK(RUNS(refill(0)) && TRAPS(5, refill(1)));
        drop();
        CHECK(RUNS(put(0, 0, 0)) && TRAPS(4, put(0, 0, 1)) && RUNS(fill(0, 0, 0)) && TRAPS(5, fill(0, 1, 0)));
        drop();
    }"#,
        );
}

#[test]
fn a_table_with_fewer_entries_than_declared_says_that_it_has_them() {
    let text = r#"(table $t (export "objects") 6 9 externref) (elem $e externref (ref.null extern) (ref.null extern))
        (func (export "size") (result i32) (table.size $t))
        (func (export "grow") (param i32) (result i32) (table.grow $t (ref.null extern) (local.get 0)))
        (func (export "set") (param i32 externref) (table.set $t (local.get 0) (local.get 1)))
        (func (export "fill") (param i32 externref i32) (table.fill $t (local.get 0) (local.get 1) (local.get 2)))
        (func (export "copy") (param i32 i32 i32) (table.copy $t $t (local.get 0) (local.get 1) (local.get 2)))
        (func (export "init") (param i32) (table.init $t $e (local.get 0) (i32.const 0) (i32.const 2)))"#;
    let importer = r#"(import "a" "objects" (table $t 6 externref)) (func (export "b_size") (result i32) (table.size $t))
        (func (export "b_grow") (param i32) (result i32) (table.grow $t (ref.null extern) (local.get 0)))
        (func (export "b_get") (param i32) (result externref) (table.get $t (local.get 0)))"#;
    let few = Options { table_size: vec![(0, 3)], ..Options::default() };
    Scene::empty().module_with("a", text, few).module("b", importer).run(
        "",
        r#"
    a_init(); b_init();
    CHECK(sizeof objects == 12 && size() == 6 && b_size() == 6 && grow(0) == 6 && b_grow(0) == 6);
    CHECK(grow(1) == -1 && b_grow(1) == -1 && synth_objectsX2esize == 3);
    CHECK(RUNS(set(2, 5)) && b_get(2) == 5 && TRAPS(5, set(3, 5)) && TRAPS(5, b_get(3)));
    CHECK(RUNS(fill(1, 9, 2)) && TRAPS(5, fill(1, 8, 3)) && objects[1] == 9 && objects[2] == 9);
    CHECK(RUNS(copy(0, 1, 2)) && TRAPS(5, copy(2, 0, 2)) && objects[0] == 9 && objects[2] == 9);
    CHECK(RUNS(init(1)) && TRAPS(5, init(2)) && objects[0] == 9 && objects[1] == 0 && objects[2] == 0);"#,
    );
}
