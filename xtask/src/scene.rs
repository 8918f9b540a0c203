//! Modules under test in one image with a C program that checks them, linked by `arm-none-eabi-ld` and run on the emulated
//! core.
//!
//! The C of a scene is the body of `main`; `CHECK` counts a condition that does not hold, `TRAPS(code, call)` is whether
//! the call ends with that trap, `RUNS(call)` whether it ends without one.

use std::path::Path;

use synth::options::{Options, Target, Trap};

use crate::firmware::Outcome;
use crate::image::Image;

const PRELUDE: &str = r#"
#include <setjmp.h>
void print(const char *text);
static jmp_buf caught;
static int failures;
__attribute__((noreturn)) void synth_trap(uint32_t code) { longjmp(caught, (int)code + 1); }
static void fail(const char *text) { print(text); print("\n"); failures++; }
#define CHECK(condition) do { if (!(condition)) fail(#condition); } while (0)
/* The code of the trap that an evaluation ends with, or -1. */
#define OUTCOME(call) __extension__({ int code = setjmp(caught); if (code == 0) { (void)(call); } code - 1; })
#define TRAPS(code, call) (OUTCOME(call) == (code))
#define RUNS(call) (OUTCOME(call) == -1)
"#;

/// Modules under test, each with a prefix of its own.
pub struct Scene {
    image: Image,
    includes: String,
}

impl Scene {
    pub fn empty() -> Scene {
        let image = Image::new(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/..")), Target::CortexM4);
        Scene { image, includes: String::new() }
    }

    pub fn module(self, name: &str, text: &str) -> Scene {
        self.module_with(name, text, Options::default())
    }

    pub fn module_with(mut self, name: &str, text: &str, options: Options) -> Scene {
        let options = Options { module_name: name.to_string(), trap: Trap::Call, ..options };
        self.image.add_wasm(format!("(module {text})").as_bytes(), &options);
        self.includes += &format!("#include \"{name}.h\"\n");
        self
    }

    /// Runs `main` beside `globals`, and expects that nothing fails.
    pub fn run(self, globals: &str, main: &str) {
        let text = format!("{}{PRELUDE}{globals}\nint main(void) {{\n{main}\nreturn failures;\n}}\n", self.includes);
        self.image.add_c("main", &text);
        assert_eq!(self.image.run(), Outcome { output: String::new(), status: 0 });
    }
}
