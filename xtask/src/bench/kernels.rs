//! The kernels of `bench/kernels` and what each is called with.
//!
//! A workload is written in addresses of linear memory. Native code runs the same workload with its
//! memory at the machine's address 0, so that a pointer is the same number everywhere.
//!
//! The workloads are those of the recorded figures (`bench/recorded.json`): gcc's code takes the same
//! number of instructions and cycles in them (`json_tok`: to within one percent, biquad_f32 with the library: two).

use synth::options::Target;

/// Where the workloads keep their data: the second page, past the module's own data and stack.
pub const DATA: u32 = 0x1_0000;
/// Bytes of linear memory that the modules declare.
pub const MEMORY: u32 = 0x2_0000;

#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Arg {
    I32(u32),
    I64(u64),
}

/// One call of the kernel.
#[derive(Clone, Debug)]
pub struct Invocation {
    /// Bytes that are written to memory before it.
    pub writes: Vec<(u32, Vec<u8>)>,
    pub args: Vec<Arg>,
}

/// What an imported function returns: call N the value N, then 0.
#[derive(Clone, Debug)]
pub struct Import {
    pub name: &'static str,
    pub words: usize,
    pub results: Vec<u32>,
}

/// What the kernel returns, in r0 or in r0 and r1.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Returns {
    Nothing,
    Word,
    Pair,
}

#[derive(Clone, Debug)]
pub struct Workload {
    pub returns: Returns,
    pub imports: Vec<Import>,
    pub invocations: Vec<Invocation>,
}

/// How a kernel computes with floats.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Floats {
    /// Not at all.
    None,
    /// By the run-time library, which most of the time is spent in.
    Library,
    /// By the floating-point unit of a core that has one.
    Unit,
}

/// A program to measure.
pub struct Kernel {
    pub name: &'static str,
    /// Its exported function, and its files in `bench/kernels`.
    pub function: &'static str,
    pub floats: Floats,
    pub workload: fn() -> Workload,
}

pub const KERNELS: [Kernel; 11] = [
    integers("crc32_tab", crc32_tab),
    integers("fir_i32", fir_i32),
    integers("matmul16", matmul16),
    integers("pid_step", pid_step),
    integers("sem_give", sem_give),
    integers("msgq_put", msgq_put),
    integers("json_tok", json_tok),
    integers("q31mul", q31mul),
    Kernel { name: "biquad_f32-hf", function: "biquad_f32", floats: Floats::Unit, workload: biquad_f32 },
    Kernel { name: "biquad_f32", function: "biquad_f32", floats: Floats::Library, workload: biquad_f32 },
    Kernel { name: "dot_f64", function: "dot_f64", floats: Floats::Library, workload: dot_f64 },
];

/// A kernel without floats.
pub const fn integers(name: &'static str, workload: fn() -> Workload) -> Kernel {
    Kernel { name, function: name, floats: Floats::None, workload }
}

impl Kernel {
    /// The core that it is compiled for.
    pub fn target(&self) -> Target {
        match self.floats {
            Floats::None | Floats::Library => Target::CortexM4,
            Floats::Unit => Target::CortexM4F,
        }
    }
}

/// Bytes without a pattern that code could exploit: a linear congruential generator (Knuth's MMIX).
pub fn noise(seed: u64, len: usize) -> Vec<u8> {
    let mut state = seed;
    let next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    };
    std::iter::repeat_with(next).take(len).collect()
}

pub fn words(values: &[u32]) -> Vec<u8> {
    values.iter().flat_map(|v| v.to_le_bytes()).collect()
}

pub fn call(writes: Vec<(u32, Vec<u8>)>, args: &[u32]) -> Invocation {
    Invocation { writes, args: args.iter().map(|&v| Arg::I32(v)).collect() }
}

pub fn alone(returns: Returns, invocations: Vec<Invocation>) -> Workload {
    Workload { returns, imports: Vec::new(), invocations }
}

/// A checksum of 1024 bytes.
fn crc32_tab() -> Workload {
    alone(Returns::Word, vec![call(vec![(DATA, noise(1, 1024))], &[DATA, 1024])])
}

/// 128 samples through 16 taps.
fn fir_i32() -> Workload {
    let (x, h, y) = (DATA, DATA + 0x1000, DATA + 0x2000);
    alone(Returns::Nothing, vec![call(vec![(x, noise(2, 4 * 144)), (h, noise(3, 4 * 16))], &[x, h, y, 128, 16])])
}

/// The product of two matrices of 16 × 16.
fn matmul16() -> Workload {
    let (a, b, c) = (DATA, DATA + 0x1000, DATA + 0x2000);
    alone(Returns::Nothing, vec![call(vec![(a, noise(4, 1024)), (b, noise(5, 1024))], &[a, b, c])])
}

/// Four steps of a controller, two of which hit a lower limit.
fn pid_step() -> Workload {
    let state = |integral: i32, output_limit: u32| {
        let fields = [256, 16, 8, integral.cast_unsigned(), 0, 1_000_000, output_limit];
        vec![(DATA, words(&fields))]
    };
    alone(
        Returns::Word,
        vec![
            call(state(0, 1_000_000), &[DATA, 100, 50]),
            call(vec![], &[DATA, 100, 90]),
            call(state(0, 10), &[DATA, (-1000_i32).cast_unsigned(), 50]),
            call(state(-2_000_000, 10_000_000), &[DATA, 1000, 50]),
        ],
    )
}

/// Nobody waits and the count rises, nobody waits at the limit, and a thread waits.
fn sem_give() -> Workload {
    let imports = vec![
        Import { name: "k_spin_lock", words: 1, results: vec![0x20, 0x40, 0x60] },
        Import { name: "z_unpend_first_thread", words: 1, results: vec![0, 0, 0x1_2340] },
        Import { name: "arch_thread_return_value_set", words: 2, results: vec![] },
        Import { name: "z_ready_thread", words: 1, results: vec![] },
        Import { name: "z_reschedule", words: 2, results: vec![] },
    ];
    let semaphore = |count| vec![(DATA, words(&[0, 0, count, 5]))];
    let invocations = vec![call(semaphore(1), &[DATA]), call(semaphore(5), &[DATA]), call(semaphore(1), &[DATA])];
    Workload { returns: Returns::Nothing, imports, invocations }
}

/// Messages of 16 bytes: into a queue with room, into its last place before the end, into a full one.
fn msgq_put() -> Workload {
    let (ring, message) = (DATA + 0x100, DATA + 0x200);
    let queue = |used, write: u32| {
        let fields = [16, 4, used, ring, ring + 64, ring, ring + write];
        vec![(DATA, words(&fields)), (message, noise(6, 16))]
    };
    alone(
        Returns::Word,
        vec![
            call(queue(0, 0), &[DATA, message]),
            call(queue(2, 48), &[DATA, message]),
            call(queue(4, 0), &[DATA, message]),
        ],
    )
}

/// A small document with every kind of token.
fn json_tok() -> Workload {
    const TEXT: &[u8] = b"{\"abcdefghij\": \"abcdefghijk\\n\\n\\n\", \"abcdefghijk\": 1, \
        \"v\": [ -9876, -9876, -9876, -9876, -9876], \"p\": true, \"q\": false, \"r\":null\n\n}";
    let (text, tokens) = (DATA, DATA + 0x1000);
    let len = TEXT.len() as u32;
    alone(Returns::Word, vec![call(vec![(text, TEXT.to_vec())], &[text, len, tokens, 64])])
}

/// The three paths that differ in gcc's code: no sign, one, two.
fn q31mul() -> Workload {
    let pair = |a: i64, b: i64| Invocation {
        writes: vec![],
        args: vec![Arg::I64(a.cast_unsigned()), Arg::I64(b.cast_unsigned())],
    };
    alone(
        Returns::Pair,
        vec![pair(0x1_2345_6789, 0x7fff_ffff), pair(-0x5_4321_0fed, 0x2468_ace0), pair(-0x1234_5678, -0x3_0000_0001)],
    )
}

/// A low pass over 128 samples, from the state that silence leaves.
fn biquad_f32() -> Workload {
    let (coefficients, state, x, y) = (DATA, DATA + 0x100, DATA + 0x200, DATA + 0x1000);
    let bits = |values: &[f32]| words(&values.iter().map(|value| value.to_bits()).collect::<Vec<_>>());
    let samples: Vec<f32> = noise(7, 128).into_iter().map(|byte| f32::from(byte.cast_signed()) / 128.0).collect();
    let low_pass = bits(&[0.067_455_27, 0.134_910_55, 0.067_455_27, -1.142_980_5, 0.412_801_6]);
    let writes = vec![(coefficients, low_pass), (state, bits(&[0.0, 0.0])), (x, bits(&samples))];
    alone(Returns::Nothing, vec![call(writes, &[coefficients, state, x, y, 128])])
}

/// The product of two vectors of 100 numbers.
fn dot_f64() -> Workload {
    let (a, b, out) = (DATA, DATA + 0x1000, DATA + 0x2000);
    let vector = |seed| {
        let numbers = noise(seed, 200);
        let numbers = numbers.chunks(2).map(|pair| f64::from(i16::from_le_bytes([pair[0], pair[1]])) / 1000.0);
        numbers.flat_map(f64::to_le_bytes).collect::<Vec<u8>>()
    };
    let writes = vec![(a, vector(8)), (b, vector(9))];
    alone(Returns::Nothing, vec![call(writes, &[a, b, out, 100])])
}
