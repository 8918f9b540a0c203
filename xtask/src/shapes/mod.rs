//! Modules of a given shape and size, for tests of limits and of growth.
//!
//! [`ModuleWriter`] writes the binary format (WebAssembly Core 2.0, 5); [`Code`] writes the few operators that the shapes
//! need. The functions of `grow` each have one thing that there is much of.

pub mod grow;

/// i32 and i64 as they stand in the binary format.
pub const I32: u8 = 0x7f;
pub const I64: u8 = 0x7e;

/// Operators, one after the other.
#[derive(Clone, Default)]
pub struct Code(pub Vec<u8>);

impl Code {
    pub fn op(&mut self, byte: u8) -> &mut Code {
        self.0.push(byte);
        self
    }

    fn indexed(&mut self, byte: u8, index: usize) -> &mut Code {
        self.0.push(byte);
        unsigned(&mut self.0, index);
        self
    }

    pub fn get(&mut self, local: usize) -> &mut Code {
        self.indexed(0x20, local)
    }

    pub fn set(&mut self, local: usize) -> &mut Code {
        self.indexed(0x21, local)
    }

    pub fn tee(&mut self, local: usize) -> &mut Code {
        self.indexed(0x22, local)
    }

    pub fn int(&mut self, value: i32) -> &mut Code {
        self.0.push(0x41);
        signed(&mut self.0, i64::from(value));
        self
    }

    pub fn long(&mut self, value: i64) -> &mut Code {
        self.0.push(0x42);
        signed(&mut self.0, value);
        self
    }

    pub fn add(&mut self) -> &mut Code {
        self.op(0x6a)
    }

    pub fn xor(&mut self) -> &mut Code {
        self.op(0x73)
    }

    /// `block`, `loop` (`0x03`) or `if` (`0x04`) without values.
    pub fn open(&mut self, opcode: u8) -> &mut Code {
        self.op(opcode).op(0x40)
    }

    pub fn end(&mut self) -> &mut Code {
        self.op(0x0b)
    }

    pub fn branch(&mut self, depth: usize) -> &mut Code {
        self.indexed(0x0c, depth)
    }

    pub fn branch_if(&mut self, depth: usize) -> &mut Code {
        self.indexed(0x0d, depth)
    }

    pub fn table(&mut self, depths: impl ExactSizeIterator<Item = usize>, default: usize) {
        self.indexed(0x0e, depths.len());
        depths.for_each(|depth| unsigned(&mut self.0, depth));
        unsigned(&mut self.0, default);
    }

    pub fn call(&mut self, function: usize) -> &mut Code {
        self.indexed(0x10, function)
    }

    /// A load (`0x28` is `i32.load`) or store (`0x36` is `i32.store`) at an offset, without a promise of alignment.
    pub fn access(&mut self, opcode: u8, offset: u32) -> &mut Code {
        self.op(opcode).op(0);
        unsigned(&mut self.0, offset as usize);
        self
    }
}

/// A signature: types of parameters and of results.
#[derive(Clone)]
pub struct Signature(pub Vec<u8>, pub Vec<u8>);

/// A function: its signature's number, its locals by count and type, its operators without the last `end`.
pub struct Function {
    pub signature: usize,
    pub locals: Vec<(usize, u8)>,
    pub code: Code,
}

/// A module whose functions are all exported, as `f0`, `f1` and so on by their number among the defined ones.
#[derive(Default)]
pub struct ModuleWriter {
    pub signatures: Vec<Signature>,
    /// Functions `env.g0` and so on by the numbers of their signatures.
    pub imports: Vec<usize>,
    pub functions: Vec<Function>,
    /// Pages of memory, if there is one.
    pub memory: Option<usize>,
    /// Whether only the first function is exported.
    pub one_export: bool,
}

impl ModuleWriter {
    /// The binary module.
    pub fn finish(&self) -> Vec<u8> {
        let mut bytes = b"\0asm\x01\0\0\0".to_vec();
        section(&mut bytes, 1, self.signatures.len(), |out| {
            for Signature(params, results) in &self.signatures {
                out.push(0x60);
                for list in [params, results] {
                    unsigned(out, list.len());
                    out.extend(list);
                }
            }
        });
        section(&mut bytes, 2, self.imports.len(), |out| {
            for (number, &signature) in self.imports.iter().enumerate() {
                text(out, "env");
                text(out, &format!("g{number}"));
                out.push(0);
                unsigned(out, signature);
            }
        });
        section(&mut bytes, 3, self.functions.len(), |out| {
            for function in &self.functions {
                unsigned(out, function.signature);
            }
        });
        section(&mut bytes, 5, self.memory.iter().len(), |out| {
            out.push(0);
            unsigned(out, self.memory.unwrap_or_default());
        });
        let exported = if self.one_export { 1 } else { self.functions.len() };
        section(&mut bytes, 7, exported, |out| {
            for number in 0..exported {
                text(out, &format!("f{number}"));
                out.push(0);
                unsigned(out, self.imports.len() + number);
            }
        });
        section(&mut bytes, 10, self.functions.len(), |out| {
            for function in &self.functions {
                let mut body = Vec::with_capacity(function.code.0.len() + 16);
                unsigned(&mut body, function.locals.len());
                for &(count, ty) in &function.locals {
                    unsigned(&mut body, count);
                    body.push(ty);
                }
                body.extend(&function.code.0);
                body.push(0x0b);
                unsigned(out, body.len());
                out.extend(body);
            }
        });
        bytes
    }
}

/// A module of one function with a signature, locals and code.
pub fn single(signature: Signature, locals: Vec<(usize, u8)>, code: Code) -> ModuleWriter {
    ModuleWriter {
        signatures: vec![signature],
        functions: vec![Function { signature: 0, locals, code }],
        ..ModuleWriter::default()
    }
}

/// One i32 to one i32.
pub fn word_to_word() -> Signature {
    Signature(vec![I32], vec![I32])
}

/// A section of `count` items, unless that is 0.
fn section(bytes: &mut Vec<u8>, id: u8, count: usize, items: impl FnOnce(&mut Vec<u8>)) {
    if count == 0 {
        return;
    }
    let mut content = Vec::new();
    unsigned(&mut content, count);
    items(&mut content);
    bytes.push(id);
    unsigned(bytes, content.len());
    bytes.extend(content);
}

fn text(out: &mut Vec<u8>, text: &str) {
    unsigned(out, text.len());
    out.extend(text.as_bytes());
}

/// LEB128 (WebAssembly Core 2.0, 5.2.2).
fn unsigned(out: &mut Vec<u8>, mut value: usize) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn signed(out: &mut Vec<u8>, mut value: i64) {
    while !(-0x40..0x40).contains(&value) {
        out.push(value as u8 & 0x7f | 0x80);
        value >>= 7;
    }
    out.push(value as u8 & 0x7f);
}
