//! The liveness pre-pass over the operators: which locals a label must carry.
//!
//! One scan numbers the operators and the constructs (block, loop, if) in order. A local is carried to a label,
//! as a parameter of its block, only where it is written inside the construct and may be read afterwards. Reads
//! are kept as one position for each local: the last one, moved to the end of the outermost loop around it.
//! That interval is a safe superset of where the local is live; `simplify` drops the parameters that
//! turn out to be unused.

use wasmparser::{FunctionBody, Operator};

/// A block, loop or if, by the positions of its operators.
#[derive(Clone, Debug, Default)]
pub struct Construct {
    pub start: u32,
    /// Of an if without an else, its end.
    pub alternative: u32,
    pub end: u32,
    /// Whether a branch names its label.
    pub targeted: bool,
}

#[derive(Debug, Default)]
pub struct Locals {
    /// In the order in which they open.
    pub constructs: Vec<Construct>,
    writes: Writes,
    /// For each local, the position after which nothing reads it; 0 if nothing does.
    last_read: Vec<u32>,
}

impl Locals {
    /// The locals written at positions `from..to` and read at or after `after`, each once, in ascending
    /// order.
    pub fn carried(&self, from: u32, to: u32, after: u32) -> Vec<u32> {
        let mut carried = self.written(from, to);
        carried.retain(|&local| self.last_read[local as usize] >= after.max(1));
        carried
    }

    /// The locals written at positions `from..to`, each once, in ascending order.
    pub fn written(&self, from: u32, to: u32) -> Vec<u32> {
        self.writes.between(from, to)
    }
}

/// The writes of a body, which answer in time proportional to the answer: constructs nest, and the same writes are asked
/// for once for each construct around them.
#[derive(Debug, Default)]
struct Writes {
    /// Position and local of each, ascending.
    list: Vec<(u32, u32)>,
    /// A tree of minima over the numbers, plus one, of the write before to the same local, 0 if there is none: node n has
    /// the children 2n and 2n + 1, and the leaves come last.
    before: Vec<u32>,
}

/// How many writes are looked at one by one.
const FEW: usize = 16;

impl Writes {
    /// The writes in `list`, to this many locals.
    fn new(list: Vec<(u32, u32)>, locals: usize) -> Writes {
        let leaves = list.len().next_power_of_two();
        let mut before = vec![u32::MAX; 2 * leaves];
        let mut last = vec![0; locals];
        for (number, &(_, local)) in (1..).zip(&list) {
            before[leaves - 1 + number as usize] = std::mem::replace(&mut last[local as usize], number);
        }
        for node in (1..leaves).rev() {
            before[node] = before[2 * node].min(before[2 * node + 1]);
        }
        Writes { list, before }
    }

    /// The locals written at positions `from..to`, each once, in ascending order: those of the writes in the range that
    /// have none to the same local before them in it.
    fn between(&self, from: u32, to: u32) -> Vec<u32> {
        let first = self.list.partition_point(|&(at, _)| at < from);
        let last = self.list.partition_point(|&(at, _)| at < to);
        let mut locals = Vec::new();
        if last.saturating_sub(first) <= FEW {
            let before = &self.before[self.before.len() / 2..];
            let firsts = (first..last).filter(|&number| before[number] as usize <= first);
            locals.extend(firsts.map(|number| self.list[number].1));
            locals.sort_unstable();
            return locals;
        }
        // Subtrees by their root, first leaf and number of leaves.
        let mut work = vec![(1, 0, self.before.len() / 2)];
        while let Some((node, start, leaves)) = work.pop() {
            let outside = start >= last || start + leaves <= first;
            if outside || self.before[node] as usize > first {
                continue;
            }
            if leaves == 1 {
                locals.push(self.list[start].1);
            } else {
                let half = leaves / 2;
                work.push((2 * node, start, half));
                work.push((2 * node + 1, start + half, half));
            }
        }
        locals.sort_unstable();
        locals
    }
}

/// Scans a body with this many locals, parameters included. The global `stack_pointer`, where it is one, counts as the
/// last of them.
pub fn locals(body: &FunctionBody<'_>, count: usize, stack_pointer: Option<u32>) -> Locals {
    let mut facts = Locals { last_read: vec![0; count], ..Locals::default() };
    let mut open: Vec<usize> = Vec::new();
    let mut writes = Vec::new();
    let mut loops = 0;
    let mut read_in_loop: Vec<u32> = Vec::new();
    let mut reader = body.get_operators_reader().expect("a validated body decodes");
    let mut position = 0;
    while !reader.eof() {
        position += 1;
        let mut target = |depth: u32| {
            // The function's own label is no construct.
            if let Some(index) = open.len().checked_sub(1 + depth as usize) {
                let construct = &mut facts.constructs[open[index]];
                construct.targeted = true;
            }
        };
        let operator = match reader.read().expect("a validated body decodes") {
            Operator::GlobalGet { global_index } if Some(global_index) == stack_pointer => {
                Operator::LocalGet { local_index: count as u32 - 1 }
            }
            Operator::GlobalSet { global_index } if Some(global_index) == stack_pointer => {
                Operator::LocalSet { local_index: count as u32 - 1 }
            }
            operator => operator,
        };
        match operator {
            operator @ (Operator::Block { .. } | Operator::Loop { .. } | Operator::If { .. }) => {
                open.push(facts.constructs.len());
                loops += usize::from(matches!(operator, Operator::Loop { .. }));
                let is_loop = matches!(operator, Operator::Loop { .. });
                // Until its end is seen, a loop is marked by an alternative before its start.
                let alternative = if is_loop { 0 } else { position };
                facts.constructs.push(Construct { start: position, alternative, end: 0, targeted: false });
            }
            Operator::Else => {
                let index = *open.last().expect("a validated else stands in an if");
                facts.constructs[index].alternative = position;
            }
            Operator::End => {
                let Some(index) = open.pop() else { continue };
                let construct = &mut facts.constructs[index];
                construct.end = position;
                if construct.alternative == 0 {
                    loops -= 1;
                }
                if construct.alternative <= construct.start {
                    construct.alternative = position;
                }
                if loops == 0 {
                    for local in read_in_loop.drain(..) {
                        facts.last_read[local as usize] = position;
                    }
                }
            }
            Operator::Br { relative_depth } | Operator::BrIf { relative_depth } => {
                target(relative_depth);
            }
            Operator::BrTable { targets } => {
                target(targets.default());
                for depth in targets.targets() {
                    target(depth.expect("a validated body decodes"));
                }
            }
            Operator::LocalGet { local_index } => {
                facts.last_read[local_index as usize] = position;
                if loops > 0 {
                    read_in_loop.push(local_index);
                }
            }
            Operator::LocalSet { local_index } | Operator::LocalTee { local_index } => {
                writes.push((position, local_index));
            }
            _ => {}
        }
    }
    facts.writes = Writes::new(writes, count);
    facts
}
