//! Shapes by size: each function makes a module in which the number of one thing is `n`.

use super::{Code, Function, I32, ModuleWriter, Signature, single, word_to_word};

/// A shape's name, what makes it, and a size at which compiling it takes a good fraction of a second in a test.
pub type Shape = (&'static str, fn(usize) -> Vec<u8>, usize);

/// All shapes.
pub const SHAPES: [Shape; 16] = [
    ("straight line", straight_line, 4_000),
    ("ifs", ifs, 1_000),
    ("nested ifs", nested_ifs, 1_250),
    ("else chain", else_chain, 1_250),
    ("nested blocks", nested_blocks, 150_000),
    ("nested loops", nested_loops, 750),
    ("loops", loops, 1_000),
    ("live locals", live_locals, 750),
    ("locals", locals, 6_000),
    ("many parameters", many_parameters, 6),
    ("calls", calls, 3_000),
    ("table of few targets", narrow_table, 30_000),
    ("table of many targets", wide_table, 1_500),
    ("accesses", accesses, 2_500),
    ("searches", searches, 400),
    ("functions", functions, 1_500),
];

fn word_function(locals: usize, code: Code) -> Vec<u8> {
    single(word_to_word(), vec![(locals, I32)], code).finish()
}

/// Arithmetic on three locals.
pub fn straight_line(n: usize) -> Vec<u8> {
    let mut code = Code::default();
    for i in 0..n {
        code.get(i % 3).int((i * 7919 % 65536) as i32);
        code.op([0x6a, 0x6c, 0x73, 0x71][i % 4]);
        code.get((i + 1) % 3).add().set(i % 3);
    }
    code.get(0);
    word_function(2, code)
}

/// Ifs one after the other that write a local.
pub fn ifs(n: usize) -> Vec<u8> {
    let mut code = Code::default();
    for i in 0..n {
        code.get(0).int(i as i32).add().open(0x04);
        code.get(0).int(3).op(0x6c).set(0).end();
    }
    code.get(0);
    word_function(0, code)
}

/// Ifs in each other, each writing locals.
pub fn nested_ifs(n: usize) -> Vec<u8> {
    let mut code = Code::default();
    for i in 0..n {
        code.get(0).int(i as i32).xor().open(0x04);
        code.get(i % 3).int(1).add().set((i + 1) % 3);
    }
    (0..n).for_each(|_| {
        code.end();
    });
    code.get(0).get(1).add().get(2).xor();
    word_function(2, code)
}

/// Each if in the else arm of the one before.
pub fn else_chain(n: usize) -> Vec<u8> {
    let mut code = Code::default();
    for i in 0..n {
        code.get(0).int(i as i32).op(0x46).open(0x04);
        code.int((i * 3) as i32).set(1 + i % 2).op(0x05);
    }
    (0..n).for_each(|_| {
        code.end();
    });
    code.get(1).get(2).xor();
    word_function(2, code)
}

/// Blocks in each other, with branches from the innermost and behind each end.
pub fn nested_blocks(n: usize) -> Vec<u8> {
    let mut code = Code::default();
    (0..n).for_each(|_| {
        code.open(0x02);
    });
    code.get(0).branch_if(n / 20);
    (0..n).for_each(|_| {
        code.end();
    });
    code.int(7);
    word_function(0, code)
}

/// Loops in each other, each with a branch back.
pub fn nested_loops(n: usize) -> Vec<u8> {
    let mut code = Code::default();
    code.get(0).int(12_345).xor().set(1);
    (0..n).for_each(|_| {
        code.open(0x03);
    });
    // Both are 0 when the innermost loop ends, and so are the others at once.
    (0..n).for_each(|_| {
        for local in 0..2 {
            // Without its lowest bit, which no folding sees through.
            code.get(local).get(local).int(1).op(0x6b).op(0x71).tee(local);
        }
        code.op(0x72).branch_if(0).end();
    });
    code.get(0).get(1).add();
    word_function(1, code)
}

/// Loops one after the other.
pub fn loops(n: usize) -> Vec<u8> {
    let mut code = Code::default();
    for i in 0..n {
        code.open(0x03).get(0).int(1).op(0x76).tee(0);
        code.branch_if(0).end().get(0).int(i as i32).add().set(0);
    }
    code.get(0);
    word_function(0, code)
}

/// Locals that live through as many ifs, each of which changes one.
pub fn live_locals(n: usize) -> Vec<u8> {
    let mut code = Code::default();
    (0..n).for_each(|i| {
        code.get(0).int(i as i32).add().set(1 + i);
    });
    for i in 0..n {
        code.get(0).open(0x04).get(1 + i).int(1).add();
        code.set(1 + i * 7 % n).end();
    }
    code.int(0);
    (0..n).for_each(|i| {
        code.get(1 + i).xor();
    });
    word_function(n, code)
}

/// Locals that are all written, then all read.
pub fn locals(n: usize) -> Vec<u8> {
    let mut code = Code::default();
    (0..n).for_each(|i| {
        code.get(0).int(i as i32).add().set(1 + i);
    });
    code.int(0);
    (0..n).for_each(|i| {
        code.get(1 + i).xor();
    });
    word_function(n, code)
}

/// Calls with a thousand parameters and results, which are the next one's parameters.
pub fn many_parameters(n: usize) -> Vec<u8> {
    const COUNT: usize = 1000;
    let mut code = Code::default();
    (0..COUNT).for_each(|_| {
        code.get(0);
    });
    (0..n).for_each(|_| {
        code.call(0);
    });
    (1..COUNT).for_each(|_| {
        code.op(0x1a);
    });
    ModuleWriter {
        signatures: vec![word_to_word(), Signature(vec![I32; COUNT], vec![I32; COUNT])],
        imports: vec![1],
        functions: vec![Function { signature: 0, locals: Vec::new(), code }],
        ..ModuleWriter::default()
    }
    .finish()
}

/// Calls of an import.
pub fn calls(n: usize) -> Vec<u8> {
    let mut code = Code::default();
    (0..n).for_each(|i| {
        code.get(0).int(i as i32).call(0).add().set(0);
    });
    code.get(0);
    ModuleWriter {
        signatures: vec![word_to_word()],
        imports: vec![0],
        functions: vec![Function { signature: 0, locals: Vec::new(), code }],
        ..ModuleWriter::default()
    }
    .finish()
}

/// A table of `n` entries for `targets` blocks, behind each of which a local changes.
pub fn table(n: usize, targets: usize) -> Vec<u8> {
    let mut code = Code::default();
    (0..targets).for_each(|_| {
        code.open(0x02);
    });
    code.get(0);
    code.table((0..n).map(|i| table_target(i, n, targets)), 0);
    for i in 0..targets {
        code.end().get(0).int(i as i32 * 5).add().set(0);
    }
    code.get(0);
    word_function(0, code)
}

/// Which block the table's entry for `index` leaves.
pub fn table_target(index: usize, n: usize, targets: usize) -> usize {
    if index < n { ((index * 2_654_435_761) >> 7) % targets } else { 0 }
}

/// A table with many entries for each target.
pub fn narrow_table(n: usize) -> Vec<u8> {
    table(n, 64)
}

/// A table with a target for each entry, or nearly.
pub fn wide_table(n: usize) -> Vec<u8> {
    table(n, n)
}

/// Loads and stores, checked.
pub fn accesses(n: usize) -> Vec<u8> {
    let mut code = Code::default();
    for i in 0..n as u32 {
        code.get(0).get(0).access(0x28, i * 4 % 60_000);
        code.int(i as i32).add().access(0x36, i * 12 % 60_000);
    }
    code.get(0);
    let mut module = single(word_to_word(), Vec::new(), code);
    module.memory = Some(1);
    module.finish()
}

/// Loops over memory whose index is read behind them, and which can be left early.
pub fn searches(n: usize) -> Vec<u8> {
    let mut code = Code::default();
    for i in 0..n as u32 {
        code.int(0).set(1).open(0x02).open(0x03);
        code.get(0).get(1).add().access(0x28, i * 8 % 60_000).op(0x45).branch_if(1);
        code.get(0).get(1).add().get(1).access(0x36, i * 12 % 60_000);
        code.get(1).int(4).add().tee(1).int(64).op(0x47).branch_if(0).end().end();
        code.get(0).get(1).add().set(0);
    }
    code.get(0);
    let mut module = single(word_to_word(), vec![(1, I32)], code);
    module.memory = Some(1);
    module.finish()
}

/// Functions that call each other.
pub fn functions(n: usize) -> Vec<u8> {
    let functions = (0..n).map(|i| {
        let mut code = Code::default();
        code.get(0).open(0x04).get(0).int(1).op(0x6b);
        code.call((i + 1) % n).set(0).end();
        code.get(0).int(i as i32).add();
        Function { signature: 0, locals: Vec::new(), code }
    });
    ModuleWriter {
        signatures: vec![word_to_word()],
        functions: functions.collect(),
        one_export: true,
        ..ModuleWriter::default()
    }
    .finish()
}
