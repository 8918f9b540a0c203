//! Objects in real images: linked with C by `arm-none-eabi-ld` and by lld, unused sections dropped and every warning an
//! error, and run from reset on the emulated core and in qemu.
//!
//! Needs `arm-none-eabi-gcc` with newlib, lld and `qemu-system-arm`; `tools/setup` installs them.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::Command;

use synth::options::{Alignment, Bounds, Options, Target};
use xtask::firmware::Outcome;
use xtask::image::Image;

#[test]
fn the_semaphore_example_runs() {
    example("sem_give");
}

#[test]
fn the_state_machine_example_runs() {
    example("state_machine");
}

#[test]
fn the_pid_example_runs() {
    example("pid");
}

#[test]
fn many_modules_in_one_image_unoptimised() {
    corpus("O0", Bounds::Trap, Target::CortexM4);
}

#[test]
fn many_modules_in_one_image_lightly_optimised() {
    corpus("O1", Bounds::None, Target::CortexM4);
}

#[test]
fn many_modules_in_one_image_for_speed() {
    corpus("O2", Bounds::None, Target::CortexM4);
}

#[test]
fn many_modules_in_one_image_for_size() {
    corpus("Os", Bounds::Trap, Target::CortexM4);
}

#[test]
fn many_modules_in_one_image_with_a_floating_point_unit() {
    corpus("O2", Bounds::Trap, Target::CortexM4F);
}

/// `tests/link/hard_float.wat` and C that call each other.
#[test]
fn floats_travel_between_c_and_wasm_in_registers() {
    let path = |name: &str| repository().join("tests/link").join(name);
    let wasm = wat::parse_file(path("hard_float.wat")).expect("the module is valid");
    for alignment in [Alignment::Strict, Alignment::Trust] {
        let target = Target::CortexM4F;
        let image = image(target);
        let module_name = "hard_float".to_string();
        image.add_wasm(&wasm, &Options { target, alignment, module_name, ..Options::default() });
        image.compile_c(&path("hard_float.c"), "main.o");
        run_everywhere(&image, "");
    }
}

/// GNU ld refuses to mix both standards where floats travel between objects, and only there. (lld takes an object of gcc
/// without the attribute to be of either.)
#[test]
fn objects_of_both_standards_do_not_link() {
    for (c, wasm) in [(Target::CortexM4, Target::CortexM4F), (Target::CortexM4F, Target::CortexM4)] {
        for (ty, mixes) in [("float", false), ("int", true)] {
            let image = image(c);
            let parameter = if mixes { "i32" } else { "f32" };
            let text = format!("(module (func (export \"f\") (param {parameter})))");
            let module = wat::parse_str(text).expect("a module");
            image.add_wasm(&module, &Options { target: wasm, ..Options::default() });
            image.add_c("main", &format!("void f({ty}); int main(void) {{ f(1); return 0; }}"));
            let mut command = Command::new("arm-none-eabi-ld");
            command.args(["--gc-sections", "-T"]).arg(repository().join("tests/link/image.ld")).args(image.objects());
            let output = command.arg("-o").arg(image.path("mixed.elf")).output().expect("the linker runs");
            let message = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.success(), mixes, "{c:?} {wasm:?} {ty}: {message}");
            assert_eq!(message.contains("VFP register arguments"), !mixes, "{message}");
        }
    }
}

/// `examples/NAME.wat` with the caller `examples/NAME.c`.
fn example(name: &str) {
    for bounds in [Bounds::Trap, Bounds::None] {
        let image = image(Target::CortexM4);
        let text = std::fs::read(repository().join(format!("examples/{name}.wat"))).expect(name);
        let wasm = wat::parse_bytes(&text).expect("the example is valid");
        let options = Options { module_name: name.to_string(), bounds, ..Options::default() };
        image.add_wasm(&wasm, &options);
        image.compile_c(&repository().join(format!("examples/{name}.c")), "main.o");
        run_everywhere(&image, "");
    }
}

/// Every program of the corpus, each with its prefix, and a C program that prints what their `run` answers.
fn corpus(level: &str, bounds: Bounds, target: Target) {
    let expected = std::fs::read_to_string(repository().join("tests/corpus/expected.txt"))
        .expect("the expected answers are part of the repository");
    let image = image(target);
    let (mut declarations, mut calls) = (String::new(), String::new());
    for line in expected.lines() {
        let (name, _) = line.split_once(' ').expect("NAME ANSWER");
        let path = repository().join(format!("tests/corpus/wasm/{name}-{level}.wasm"));
        let wasm = std::fs::read(path).expect(name);
        let options = Options {
            module_name: name.to_string(),
            export_name: "{name}_of_{module}".to_string(),
            target,
            bounds,
            ..Options::default()
        };
        image.add_wasm(&wasm, &options);
        // Writing to a string does not fail.
        let _ = writeln!(declarations, "void {name}_init(void); uint32_t run_of_{name}(void);");
        let _ = writeln!(calls, "  {name}_init(); line(\"{name} \", run_of_{name}());");
    }
    image.add_c("main", &program(&declarations, &calls));
    run_everywhere(&image, &expected);
}

fn program(declarations: &str, calls: &str) -> String {
    format!(
        "#include <stdint.h>\nvoid print(const char *text);\n{declarations}\
         static void line(const char *name, uint32_t value) {{\n\
         \x20 char digits[12], *p = &digits[11];\n\
         \x20 *p = 0;\n  *--p = '\\n';\n\
         \x20 do *--p = (char)('0' + value % 10); while (value /= 10);\n\
         \x20 print(name);\n  print(p);\n}}\n\
         int main(void) {{\n{calls}  return 0;\n}}\n"
    )
}

fn image(target: Target) -> Image {
    Image::new(&repository(), target)
}

fn run_everywhere(image: &Image, output: &str) {
    image.run_everywhere(&Outcome { output: output.to_string(), status: 0 });
}

fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}
