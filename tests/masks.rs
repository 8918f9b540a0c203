//! Masked addresses: where accesses go, what initialisation and the layout refuse, and that operations on ranges trap.

use std::fmt::Write;

use synth::options::{Alignment, Bounds, Options};
use xtask::oracle::{check_module, check_object};
use xtask::scene::Scene;

fn masked() -> Options {
    Options { bounds: Bounds::Mask, check: true, ..Options::default() }
}

fn binary(text: &str) -> Vec<u8> {
    wat::parse_str(text).expect("the text is a module")
}

/// Loads and stores of every width with what a module has for an address: `place(OFFSET, BYTES)` in the text.
fn accesses(place: impl Fn(u32, u32) -> (String, String)) -> String {
    let offsets = [0, 1, 4, 6, 7, 8, 1024, 0xfffc, 0x1_0000, 0xffff_fff0];
    let mut text =
        String::from("(module (memory (export \"m\") 1 1) (data (i32.const 0) \"\\01\\82\\f3\\74\\05\\96\\a7\")");
    let (mut loads, mut stores) = (String::new(), String::new());
    let widths =
        [("i32.load8_s", 1), ("i32.load16_u", 2), ("i32.load", 4), ("f32.load", 4), ("i64.load", 8), ("f64.load", 8)];
    for (number, offset) in offsets.iter().enumerate() {
        for (name, bytes) in widths {
            let (address, memarg) = place(*offset, bytes);
            let ty = &name[..3];
            // Within a word of the end an access reaches into the padding, which the reference does not have.
            let _ = write!(
                loads,
                "(func (export \"{name}{number}\") (param i32) (result {ty}) ({name} {memarg} {address}))"
            );
        }
        for (name, bytes, value) in
            [("i32.store8", 1, "i32"), ("i32.store16", 2, "i32"), ("i32.store", 4, "i32"), ("i64.store", 8, "i64")]
        {
            let (address, memarg) = place(*offset, bytes);
            let _ = write!(
                stores,
                "(func (export \"{name}{number}\") (param i32 {value}) ({name} {memarg} {address} (local.get 1)))"
            );
        }
    }
    text += &(loads + &stores + ")");
    text
}

/// An object with masks does what a module with the masks written down does, up to accesses that end in the padding.
#[test]
fn sums_are_masked_and_small_offsets_added_behind() {
    let plain = binary(&accesses(|offset, _| ("(local.get 0)".to_string(), format!("offset={offset}"))));
    let explicit = binary(&accesses(|offset, bytes| {
        let (before, behind) = if u64::from(offset) + u64::from(bytes) <= 8 { (0, offset) } else { (offset, 0) };
        let sum = format!("(i32.add (local.get 0) (i32.const {}))", before.cast_signed());
        (format!("(i32.and {sum} (i32.const 0xffff))"), format!("offset={behind}"))
    }));
    for alignment in [Alignment::Strict, Alignment::Bytes] {
        let options = Options { alignment, ..masked() };
        let object = synth::compile(&plain, &options).expect("its memory is a power of two").object;
        for seed in 0..4 {
            let report = check_object(&explicit, &object, &options, 4, seed);
            assert!(report.passed() && report.returned > 300, "{alignment:?}: {report:?}");
        }
    }
}

/// What reaches past the end stays in the padding, which the oracle's surroundings do not extend.
#[test]
fn accesses_out_of_bounds_are_confined() {
    let plain = binary(&accesses(|offset, _| ("(local.get 0)".to_string(), format!("offset={offset}"))));
    let report = check_module(&plain, &masked(), 4, 1);
    assert!(report.passed() && report.confined > 100 && report.returned > 10, "{report:?}");
}

#[test]
fn the_reserved_size_is_a_power_of_two() {
    let message = |text: &str, sizes: &[(u32, u64)]| {
        let options = Options { memory_size: sizes.to_vec(), ..masked() };
        synth::compile(&binary(text), &options).map(|_| ()).map_err(|error| error.to_string())
    };
    let refused = |text: &str, sizes: &[(u32, u64)], help: &str| {
        let message = message(text, sizes).expect_err("it is refused");
        assert!(message.contains(help), "{message}");
    };
    refused("(module (memory 3))", &[], "memory 0 of 196608 bytes is no power of two, as --bounds mask needs it to be");
    refused("(module (memory 1) (memory 3))", &[], "(--memory-size 1=262144)");
    refused("(module (memory 3 3))", &[], "its maximum forbids 262144: --memory-size 0=131072, or --bounds trap");
    refused("(module (memory 1))", &[(0, 1000)], "--memory-size 0=1024");
    for (text, sizes) in [
        ("(module (memory 3))", [(0, 1 << 18)]),
        ("(module (memory 3 3))", [(0, 1 << 17)]),
        ("(module (memory 0))", [(0, 0)]),
        ("(module (memory 1))", [(0, 1)]),
        ("(module (memory 1))", [(0, 1 << 31)]),
    ] {
        assert_eq!(message(text, &sizes), Ok(()), "{text} {sizes:?}");
    }
}

const USER: &str = r#"
    (func (export "load") (param i32) (result i32) (i32.load (local.get 0)))
    (func (export "load4") (param i32) (result i32) (i32.load offset=4 (local.get 0)))
    (func (export "load8") (param i32) (result i32) (i32.load offset=8 (local.get 0)))
    (func (export "store") (param i32 i32) (i32.store (local.get 0) (local.get 1)))
    (func (export "size") (result i32) (memory.size))
    (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
    (func (export "copy") (param i32 i32 i32) (memory.copy (local.get 0) (local.get 1) (local.get 2)))
    (func (export "fill") (param i32 i32) (memory.fill (local.get 0) (i32.const 7) (local.get 1)))
    (func (export "init") (param i32 i32 i32) (memory.init $d (local.get 0) (local.get 1) (local.get 2)))
    (data $d "abcdef")"#;

/// The mask is of the reserved size, so that growth changes no address; ranges end at the size of now.
#[test]
fn ranges_trap_and_words_wrap_around() {
    let options = Options { memory_size: vec![(0, 1 << 17)], ..masked() };
    Scene::empty().module_with("a", &format!("(memory (export \"mem\") 1 2) {USER}"), options).run(
        "",
        r#"
    a_init();
    store(8, 0x11223344);
    CHECK(load(8 + 0x20000) == 0x11223344 && load4(4 - 0x20000) == 0x11223344 && load8(0x40000) == 0x11223344);
    CHECK(load8(-8 + 8) == 0x11223344 && load8(0x1fff8 + 8) == 0x11223344);
    /* Reserved but not there yet; then past the end, into the padding. */
    store(0x18000, 5);
    CHECK(load(0x18000) == 5 && size() == 1);
    store(0x1fffe, 0x55667788);
    CHECK(load(0x1fffe) == 0x55667788 && load(0) == 0 && load4(0x1fffa) == 0x55667788);
    CHECK(load4(0x1fffc) == load4(-4) && load4(0x1fffc) == 0x5566);
    CHECK(TRAPS(4, copy(0, 0xffff, 2)) && TRAPS(4, copy(0xffff, 0, 2)) && TRAPS(4, fill(0x10000, 1)));
    CHECK(RUNS(fill(0x10000, 0)) && TRAPS(4, fill(-1, 2)) && TRAPS(4, init(0, 5, 2)) && TRAPS(4, init(0xffff, 0, 2)));
    CHECK(RUNS(init(8, 0, 6)) && load(8) == 0x64636261);
    CHECK(grow(1) == 1 && RUNS(fill(0x1fff0, 16)) && TRAPS(4, fill(0x1fff1, 16)));"#,
    );
}

/// The size of an imported memory is read when the program runs, and must be a power of two.
#[test]
fn imported_memories_are_powers_of_two_when_they_are_initialised() {
    let user = format!("(import \"env\" \"ram\" (memory 0)) {USER}");
    Scene::empty().module_with("b", &user, masked()).run(
        "_Alignas(8) uint8_t ram[72]; uint32_t synth_ramX2esize = 64; const uint32_t synth_ramX2emax = 64;",
        r#"
    b_init();
    store(60, -1);
    CHECK(ram[59] == 0 && ram[60] == 255 && ram[63] == 255 && ram[64] == 0);
    store(-2, 0x44332211);
    CHECK(ram[62] == 0x11 && ram[64] == 0x33 && ram[0] == 0 && load(62 + 64) == 0x44332211 && load8(54) == 0x44332211);
    CHECK(TRAPS(4, fill(60, 5)) && RUNS(fill(60, 4)));"#,
    );
    for size in ["0", "48", "65", "0xffffffff"] {
        let words = format!("uint8_t ram[8]; uint32_t synth_ramX2esize = 8; const uint32_t synth_ramX2emax = {size};");
        Scene::empty().module_with("b", &user, masked()).run(&words, "CHECK(TRAPS(4, b_init()));");
    }
    for size in ["1", "0x80000000"] {
        let words = format!("uint8_t ram[8]; uint32_t synth_ramX2esize = 8; const uint32_t synth_ramX2emax = {size};");
        Scene::empty().module_with("b", &user, masked()).run(&words, "CHECK(RUNS(b_init()));");
    }
}
