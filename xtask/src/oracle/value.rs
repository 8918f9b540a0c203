//! Wasm values as bits, the seeded generator of them, and the answers of stubbed imports.
//!
//! Both sides of a comparison (the emulated core and the reference engine) exchange values in this form only,
//! so neither depends on the other's types. Everything here is a pure function of its seed.

use std::fmt;

/// A value type of the interface between a module and its surroundings.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Hash)]
pub enum Type {
    I32,
    I64,
    F32,
    F64,
    FuncRef,
    ExternRef,
}

impl Type {
    /// Bytes in memory, in registers and as a C struct member; also the C alignment.
    pub fn size(self) -> u32 {
        match self {
            Type::I32 | Type::F32 | Type::FuncRef | Type::ExternRef => 4,
            Type::I64 | Type::F64 => 8,
        }
    }

    pub fn is_float(self) -> bool {
        match self {
            Type::I32 | Type::I64 | Type::FuncRef | Type::ExternRef => false,
            Type::F32 | Type::F64 => true,
        }
    }

    /// The type of that name in the binary format, where the oracle can pass it.
    pub fn from_wasm(ty: wasmparser::ValType) -> Option<Type> {
        match ty {
            wasmparser::ValType::I32 => Some(Type::I32),
            wasmparser::ValType::I64 => Some(Type::I64),
            wasmparser::ValType::F32 => Some(Type::F32),
            wasmparser::ValType::F64 => Some(Type::F64),
            wasmparser::ValType::FUNCREF => Some(Type::FuncRef),
            wasmparser::ValType::EXTERNREF => Some(Type::ExternRef),
            _ => None,
        }
    }
}

/// A value: its type and its bits. An external reference is a word, a function reference the number of a function
/// (`functions`); null is 0. Invariant: bits above the type's size are zero.
#[derive(Copy, Clone, PartialEq, Eq, Hash)]
pub struct Value {
    pub ty: Type,
    pub bits: u64,
}

impl Value {
    pub fn new(ty: Type, bits: u64) -> Value {
        let bits = match ty.size() {
            4 => bits & 0xffff_ffff,
            _ => bits,
        };
        Value { ty, bits }
    }

    pub fn i32(value: i32) -> Value {
        Value::new(Type::I32, value as u32 as u64)
    }

    pub fn i64(value: i64) -> Value {
        Value::new(Type::I64, value as u64)
    }

    /// Little-endian bytes, as long as the type.
    pub fn to_bytes(self) -> Vec<u8> {
        self.bits.to_le_bytes()[..self.ty.size() as usize].to_vec()
    }

    /// From the first `ty.size()` bytes.
    pub fn from_bytes(ty: Type, bytes: &[u8]) -> Value {
        let mut wide = [0; 8];
        let size = ty.size() as usize;
        wide[..size].copy_from_slice(&bytes[..size]);
        Value::new(ty, u64::from_le_bytes(wide))
    }

    /// Whether both are the same to a wasm program. The payload of a NaN is not specified (core specification
    /// 4.3.3), so any two NaNs agree.
    pub fn agrees(self, other: Value) -> bool {
        self == other || (self.ty == other.ty && self.is_nan() && other.is_nan())
    }

    fn is_nan(self) -> bool {
        match self.ty {
            Type::I32 | Type::I64 | Type::FuncRef | Type::ExternRef => false,
            Type::F32 => f32::from_bits(self.bits as u32).is_nan(),
            Type::F64 => f64::from_bits(self.bits).is_nan(),
        }
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.ty {
            Type::I32 => write!(f, "i32:{:#x}", self.bits),
            Type::I64 => write!(f, "i64:{:#x}", self.bits),
            Type::FuncRef => write!(f, "funcref:{:#x}", self.bits),
            Type::ExternRef => write!(f, "externref:{:#x}", self.bits),
            Type::F32 => write!(f, "f32:{:?}", f32::from_bits(self.bits as u32)),
            Type::F64 => write!(f, "f64:{:?}", f64::from_bits(self.bits)),
        }
    }
}

/// A seeded sequence (SplitMix64: Steele, Lea and Flood, "Fast splittable pseudorandom number generators").
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Random {
        Random(seed)
    }

    /// A sequence of its own for element `index` of a family.
    pub fn stream(seed: u64, index: u64) -> Random {
        Random(mix(seed ^ mix(index.wrapping_add(0x5851_f42d_4c95_7f2d))))
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }

    /// In `0..bound`; `bound` is not 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    pub fn bytes(&mut self, count: usize) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(count + 8);
        while bytes.len() < count {
            bytes.extend_from_slice(&self.next().to_le_bytes());
        }
        bytes.truncate(count);
        bytes
    }
}

fn mix(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// An argument: an edge of the type, an address near 0 or near the end of a memory of `memory` bytes, a power of
/// two or its neighbour, or anything. A function reference is null.
pub fn argument(random: &mut Random, ty: Type, memory: u64) -> Value {
    let bits = match ty {
        Type::I32 | Type::I64 => integer(random, ty.size() * 8, memory),
        Type::F32 => float(random, 8, 23),
        Type::F64 => float(random, 11, 52),
        Type::FuncRef => 0,
        Type::ExternRef => [0, 1, 2, u64::from(random.next() as u32)][random.below(4) as usize],
    };
    Value::new(ty, bits)
}

fn integer(random: &mut Random, width: u32, memory: u64) -> u64 {
    let sign = 1u64 << (width - 1);
    match random.below(8) {
        0 => [0, 1, 2, u64::MAX, u64::MAX - 1][random.below(5) as usize],
        1 => [sign, sign - 1, sign + 1, u64::MAX >> (64 - width)][random.below(4) as usize],
        2 => {
            let power = 1u64 << random.below(width as u64);
            power.wrapping_add(random.below(3)).wrapping_sub(1)
        }
        3 => random.below(64),
        4 => random.below(memory.max(1)),
        5 => memory.wrapping_sub(random.below(12)).wrapping_add(2),
        6 => random.next() >> random.below(64),
        _ => random.next(),
    }
}

fn float(random: &mut Random, exponent_bits: u32, fraction_bits: u32) -> u64 {
    let bias = (1u64 << (exponent_bits - 1)) - 1;
    let all = (1u64 << exponent_bits) - 1;
    let exponent = match random.below(6) {
        0 => 0,
        1 => all,
        2 | 3 => bias + random.below(70) - 2,
        4 => bias - random.below(30),
        _ => random.below(all + 1),
    };
    let fraction = match random.below(4) {
        0 => 0,
        1 => 1 << random.below(fraction_bits as u64),
        _ => random.next() & ((1 << fraction_bits) - 1),
    };
    let sign = random.below(2) << (exponent_bits + fraction_bits);
    sign | (exponent.min(all) << fraction_bits) | fraction
}

/// What the stub of import number `import` answers to its call number `count` (counted over all imports of
/// the instance): a hash of all of that, biased to values that are also useful addresses and conditions. A function
/// reference is one of the arguments, or null.
pub fn answer(import: usize, count: u64, arguments: &[Value], results: &[Type]) -> Vec<Value> {
    let mut hash = mix((import as u64) << 32 ^ count);
    for argument in arguments {
        hash = mix(hash ^ argument.bits);
    }
    let mut random = Random::new(hash);
    let functions: Vec<Value> = arguments.iter().copied().filter(|argument| argument.ty == Type::FuncRef).collect();
    let answer = |&ty: &Type| match (ty, functions.as_slice()) {
        (Type::FuncRef, [_, ..]) => functions[random.below(functions.len() as u64) as usize],
        _ => argument(&mut random, ty, 0x1000),
    };
    results.iter().map(answer).collect()
}

/// The initial value of imported global number `import`. Immutable ones place segments, so they are small.
pub fn initial(import: usize, ty: Type, mutable: bool) -> Value {
    let mut random = Random::stream(0, import as u64);
    if mutable {
        argument(&mut random, ty, 0x1000)
    } else {
        match ty {
            Type::I32 | Type::I64 => Value::new(ty, random.below(8)),
            Type::F32 | Type::F64 | Type::FuncRef | Type::ExternRef => argument(&mut random, ty, 0),
        }
    }
}
