//! The kernels of shapes that the shared ones lack, and what each is called with: sorting, hashes and ciphers, 64-bit arithmetic and
//! division, recursion, protocols, strings, linked structures, bit fields, high register pressure, large tables, calls with
//! values alive across them, byte-wise codecs, fixed-point signals, dynamic programming, heaps and interpreters.

use super::kernels::{Arg, DATA, Import, Invocation, Kernel, Returns, Workload, alone, call, integers, noise, words};

pub const ADDED: [Kernel; 41] = [
    integers("quicksort", quicksort),
    integers("heapsort", heapsort),
    integers("siphash", siphash),
    integers("hashes", hashes),
    integers("xtea", xtea),
    integers("chacha", chacha),
    integers("aes", aes),
    integers("div64", div64),
    integers("queens", queens),
    integers("hdlc", hdlc),
    integers("strings", strings),
    integers("tree", tree),
    integers("bitfields", bitfields),
    integers("dct8", dct8),
    integers("crc_slice", crc_slice),
    integers("schedule", schedule),
    integers("ring", ring),
    integers("utf8", utf8),
    integers("base64", base64),
    integers("lz", lz),
    integers("varint", varint),
    integers("calc", calc),
    integers("fixvec", fixvec),
    integers("pool", pool),
    integers("sha256", sha256),
    integers("format", format),
    integers("huff", huff),
    integers("leven", leven),
    integers("median", median),
    integers("cordic", cordic),
    integers("rs", rs),
    integers("life", life),
    integers("dijk", dijk),
    integers("regex", regex),
    integers("modbus", modbus),
    integers("dates", dates),
    integers("openhash", openhash),
    integers("fft", fft),
    integers("alloc", alloc),
    integers("bigint", bigint),
    integers("vm", vm),
];

/// Where second and third arrays are.
const SECOND: u32 = DATA + 0x1000;
const THIRD: u32 = DATA + 0x2000;
const FOURTH: u32 = DATA + 0x3000;

/// Noise as input, a number of things in it and a place for what is made of them.
fn with_noise(seed: u64, count: u32) -> Workload {
    alone(Returns::Word, vec![call(vec![(DATA, noise(seed, 2048))], &[DATA, count, SECOND])])
}

/// 200 words without order, and as many in order.
fn quicksort() -> Workload {
    let ascending: Vec<u32> = (0..200).map(|n| n * 7).collect();
    alone(
        Returns::Word,
        vec![call(vec![(DATA, noise(10, 800))], &[DATA, 200]), call(vec![(DATA, words(&ascending))], &[DATA, 200])],
    )
}

/// 100 records.
fn heapsort() -> Workload {
    alone(Returns::Word, vec![call(vec![(DATA, noise(11, 800))], &[DATA, SECOND, 100])])
}

/// Messages of 5 and of 61 bytes.
fn siphash() -> Workload {
    let keys = [Arg::I64(0x0706_0504_0302_0100), Arg::I64(0x0f0e_0d0c_0b0a_0908)];
    let message = |length: u32| Invocation {
        writes: vec![(DATA, noise(12, 64))],
        args: [Arg::I32(DATA), Arg::I32(length)].into_iter().chain(keys).collect(),
    };
    alone(Returns::Pair, vec![message(5), message(61)])
}

/// 40 keys of 12 bytes into 64 buckets.
fn hashes() -> Workload {
    alone(Returns::Word, vec![call(vec![(DATA, noise(13, 480))], &[DATA, 40, 12, SECOND, 63])])
}

/// Eight blocks.
fn xtea() -> Workload {
    alone(
        Returns::Nothing,
        vec![call(vec![(DATA, noise(14, 64)), (SECOND, noise(15, 16))], &[DATA, 8, SECOND, 0xffff_fffc])],
    )
}

fn chacha() -> Workload {
    alone(Returns::Nothing, vec![call(vec![(DATA, noise(16, 64))], &[DATA, SECOND])])
}

fn aes() -> Workload {
    alone(
        Returns::Nothing,
        vec![
            call(vec![(DATA, noise(17, 16)), (SECOND, noise(18, 16))], &[DATA, SECOND]),
            call(vec![], &[DATA, SECOND]),
        ],
    )
}

/// Dividends of many and of few digits.
fn div64() -> Workload {
    let divide = |n: u64, d: u32| Invocation { writes: vec![], args: vec![Arg::I64(n), Arg::I32(d)] };
    alone(
        Returns::Pair,
        vec![divide(0xfedc_ba98_7654_3210, 1_000_003), divide(1_000_000_007, 10), divide(77, 0x8000_0001)],
    )
}

fn queens() -> Workload {
    alone(Returns::Word, vec![call(vec![], &[6])])
}

/// A frame as the receiver of `hdlc.c` expects it.
fn frame(payload: &[u8]) -> Vec<u8> {
    let mut body = vec![0x03, 0x7e, payload.len() as u8];
    body.extend(payload);
    let check = body.iter().fold(0xffff_u16, |crc, &byte| {
        (0..8).fold(crc ^ u16::from(byte) << 8, |crc, _| if crc >> 15 == 1 { crc << 1 ^ 0x1021 } else { crc << 1 })
    });
    body.extend(check.to_le_bytes());
    let escape = |byte: u8| match byte {
        0x7d | 0x7e => vec![0x7d, byte ^ 0x20],
        byte => vec![byte],
    };
    [0x7e].into_iter().chain(body.into_iter().flat_map(escape)).collect()
}

/// Frames that arrive, and damaged ones.
fn hdlc() -> Workload {
    let mut bytes = vec![0x55, 0xaa];
    bytes.extend(frame(&noise(19, 40)));
    bytes.extend(frame(&[0x7e, 0x7d, 0x7e, 0x11]));
    bytes.extend(frame(&[]));
    let mut damaged = frame(&noise(20, 20));
    damaged[9] ^= 1;
    bytes.extend(damaged);
    bytes.extend(&frame(&noise(21, 30))[..12]);
    bytes.extend(frame(&noise(22, 8)));
    let length = bytes.len() as u32;
    alone(Returns::Word, vec![call(vec![(SECOND, bytes)], &[DATA, SECOND, length])])
}

fn strings() -> Workload {
    const TEXT: &[u8] = b"SET speed -120 get 77 Start status 2147483 stopped 9 stop  12345 -7 statue end\0";
    alone(Returns::Word, vec![call(vec![(DATA, TEXT.to_vec())], &[DATA, SECOND])])
}

/// 64 keys, some of them twice.
fn tree() -> Workload {
    alone(Returns::Word, vec![call(vec![(SECOND, noise(23, 64))], &[DATA, SECOND, 64])])
}

/// 20 messages of 29 bits.
fn bitfields() -> Workload {
    alone(Returns::Word, vec![call(vec![(DATA, noise(24, 80))], &[DATA, 20, SECOND, THIRD])])
}

fn dct8() -> Workload {
    alone(Returns::Nothing, vec![call(vec![(DATA, noise(25, 64))], &[DATA, SECOND])])
}

fn crc_slice() -> Workload {
    alone(Returns::Word, vec![call(vec![(DATA, noise(26, 1003))], &[DATA, 1003])])
}

/// Three tasks of different periods.
fn schedule() -> Workload {
    let imports = vec![
        Import { name: "now", words: 0, results: (0..60).map(|n| n * 9).collect() },
        Import { name: "read_channel", words: 1, results: (0..60).map(|n| 100 + n * n % 37).collect() },
        Import { name: "write_channel", words: 2, results: vec![] },
    ];
    let task = |due, period, channel| [due, period, channel, 90, 130, 100, 100, 0];
    let tasks = [task(0, 20, 1), task(10, 35, 2), task(50, 11, 5)].concat();
    let invocations = vec![call(vec![(DATA, words(&tasks))], &[DATA, 3, 12])];
    Workload { returns: Returns::Word, imports, invocations }
}

/// 300 bytes through a buffer of 48, some of which are lost.
fn ring() -> Workload {
    let ring = words(&[THIRD, 48, 40, 40, 0]);
    alone(Returns::Word, vec![call(vec![(DATA, ring), (SECOND, noise(27, 300))], &[DATA, SECOND, FOURTH, 300])])
}

/// Texts of several scripts, with malformed sequences between them.
fn utf8() -> Workload {
    let mut text =
        "naïve façade — Größe 42 µm, Ελλάδα, 日本語のテキスト, 𝄞𝄢 🎵 plain words at the end".as_bytes().to_vec();
    text.extend([0xc0, 0x80, b'x', 0xed, 0xa0, 0x80, 0xf4, 0x90, 0x80, 0x80, 0xe2, 0x82, b'y', 0xff, 0xf0, 0x9f]);
    let length = text.len() as u32;
    alone(Returns::Word, vec![call(vec![(DATA, text)], &[DATA, length, SECOND])])
}

fn base64() -> Workload {
    let encode = |length| call(vec![(DATA, noise(28, 104))], &[DATA, length, SECOND, THIRD]);
    alone(Returns::Word, vec![encode(100), encode(104)])
}

/// Appends literals and then a match to a stream of `lz.c`.
fn sequence(stream: &mut Vec<u8>, literals: &[u8], distance: u16, length: usize) {
    let (short, long) = (literals.len().min(15), (length - 4).min(15));
    let rest = |extra: usize| {
        let mut bytes = vec![255; extra / 255];
        bytes.push((extra % 255) as u8);
        bytes
    };
    let after_literals = if short == 15 { rest(literals.len() - 15) } else { vec![] };
    let after_match = if long == 15 { rest(length - 19) } else { vec![] };
    stream.push((short << 4 | long) as u8);
    stream.extend(after_literals);
    stream.extend(literals);
    stream.extend(distance.to_le_bytes());
    stream.extend(after_match);
}

/// Short and long literals, matches far, near and on top of themselves.
fn lz() -> Workload {
    let mut stream = Vec::new();
    sequence(&mut stream, &noise(29, 40), 13, 9);
    sequence(&mut stream, b"abc", 3, 60);
    sequence(&mut stream, b"", 100, 18);
    sequence(&mut stream, &noise(30, 7), 1, 300);
    sequence(&mut stream, b"0123456789", 200, 4);
    sequence(&mut stream, b"z", 47, 33);
    stream.push(0x50);
    stream.extend(b"ended");
    let length = stream.len() as u32;
    let damaged = &stream[..stream.len() - 20];
    let call = |bytes: &[u8], length| call(vec![(DATA, bytes.to_vec())], &[DATA, length, SECOND, 0x1000]);
    alone(Returns::Word, vec![call(&stream, length), call(damaged, length - 20)])
}

/// Numbers of every size.
fn varint() -> Workload {
    let bytes = noise(31, 8 * 24);
    let numbers = bytes.chunks(8).enumerate().flat_map(|(n, chunk)| {
        let value = i64::from_le_bytes(chunk.try_into().expect("eight bytes"));
        (value >> (n * 29 % 64)).to_le_bytes()
    });
    let numbers: Vec<u8> = numbers.collect();
    alone(Returns::Pair, vec![call(vec![(DATA, numbers)], &[DATA, 24, SECOND, THIRD, FOURTH])])
}

/// Lines of expressions, one of them damaged.
fn calc() -> Workload {
    const TEXT: &[u8] = b"1 + 2*3; (4 + 5) * -(6 - 7); 100/7 - 3*(2 + 8/(1+1)); 12 & 10 | 65; ((((9)))) - -1; \
        2 * (3 + ; 7 * 6 * 5 - 4 - 3 - 2; 1000000 * 1000 / 77; --5 + 3 * (1 | 2 | 4) ;";
    alone(Returns::Word, vec![call(vec![(DATA, TEXT.to_vec())], &[DATA, TEXT.len() as u32])])
}

/// Twelve vectors, two turns.
fn fixvec() -> Workload {
    let vectors: Vec<u32> =
        noise(33, 144).chunks(4).map(|bytes| (i32::from(bytes[0] as i8) * 0x1_0000 + 0x8000).cast_unsigned()).collect();
    let quaternions = [0xddb4, 0x5a82, 0x3fff, 0x2000, 0xffff_5a82, 0x8000, 0x1000, 0xffff_c000];
    alone(Returns::Word, vec![call(vec![(DATA, words(&vectors)), (SECOND, words(&quaternions))], &[DATA, SECOND, 12])])
}

/// 150 steps in an arena of 1,024 bytes.
fn pool() -> Workload {
    alone(Returns::Word, vec![call(vec![(THIRD, noise(34, 300))], &[DATA, SECOND, 1024, THIRD, 150])])
}

/// Four blocks.
fn sha256() -> Workload {
    with_noise(40, 256)
}

/// Sixteen lines of four numbers.
fn format() -> Workload {
    with_noise(41, 64)
}

/// 200 symbols.
fn huff() -> Workload {
    with_noise(42, 200)
}

/// Two texts of 40 bytes.
fn leven() -> Workload {
    with_noise(43, 40)
}

/// 300 samples.
fn median() -> Workload {
    with_noise(44, 300)
}

/// 60 angles.
fn cordic() -> Workload {
    with_noise(45, 60)
}

/// The parity of 100 bytes.
fn rs() -> Workload {
    with_noise(46, 100)
}

/// Six generations.
fn life() -> Workload {
    with_noise(47, 6)
}

/// From the fourth of 24 places.
fn dijk() -> Workload {
    with_noise(48, 3)
}

/// Five patterns in 13 texts of 32 bytes.
fn regex() -> Workload {
    with_noise(49, 128)
}

/// 400 bytes.
fn modbus() -> Workload {
    with_noise(50, 400)
}

/// 40 dates.
fn dates() -> Workload {
    with_noise(51, 40)
}

/// 200 changes.
fn openhash() -> Workload {
    with_noise(52, 200)
}

/// The function's second parameter is not used.
fn fft() -> Workload {
    with_noise(53, 0)
}

/// 150 blocks taken or given back.
fn alloc() -> Workload {
    with_noise(54, 150)
}

/// Six products.
fn bigint() -> Workload {
    with_noise(55, 6)
}

/// 4,000 instructions at most.
fn vm() -> Workload {
    with_noise(56, 4000)
}
