//! Where literal pools go.
//!
//! One walk with every item at its greatest length. A pool must follow the first load of each of its
//! literals within the reach of LDR (literal), 4095 bytes (ARMv7-M ARM A7.7.44), or of VLDR, 1020 bytes (A7.7.236): the
//! earliest of these ends is the deadline. When the next items
//! would break that, the literals so far go to the last place where control does not run on, or,
//! failing that, right here with a branch around them. The rest stand at the end of the function.
//! Loads of a literal that was already placed may look backwards: the window is the same, since all loads of a literal
//! are by one of the two instructions.
//!
//! Invariant: lengths that `relax` chooses are at most those assumed here, so that what is in reach
//! here is in reach there. Nothing is inserted into an IT block or between a table and its islands.

use super::program::{Item, LiteralId, Program, Table};
use super::relax;
use crate::hash::HashMap;
use crate::isa::{Class, Const, Reg};

/// What alignment and a branch around may add to the bytes from a load to the end of its pool.
const SLACK: u32 = 16;

/// How far from a load to this register the end of its pool may be.
fn window(rd: Reg) -> u32 {
    match rd.class() {
        Class::Core => 4095 - SLACK,
        Class::Single => 1020 - SLACK,
    }
}

/// Inserts the pools and connects each load to its literal; the literals in the order of their ids.
pub fn place(program: &mut Program) -> Vec<Const> {
    let mut planner = Planner::default();
    let mut at = 0;
    while at < program.items.len() {
        let count = unit(&program.items[at]);
        let items = &mut program.items[at..at + count];
        planner.unit(at, items);
        at += count;
    }
    planner.insert(at, false, planner.literals.len());
    insert(program, &planner.pools);
    let literals = planner.literals.iter().map(|literal| literal.0);
    literals.collect()
}

#[derive(Default)]
struct Planner {
    /// Each literal and where its pool has to end.
    literals: Vec<(Const, u32)>,
    /// The earliest of those of the literals that are not placed yet.
    deadline: u32,
    /// The literals that are not placed yet start here.
    start: usize,
    /// Numbers of those.
    numbers: HashMap<Const, usize>,
    position: u32,
    /// The last place where control does not run on: before which item, and how many literals had
    /// been loaded by then.
    gap: Option<(usize, usize)>,
    pools: Vec<(usize, Item)>,
}

impl Planner {
    /// Accounts for items that stay together, the first of them number `at`.
    fn unit(&mut self, at: usize, items: &mut [Item]) {
        let (mut size, mut loads, mut own) = (0, 0, u32::MAX);
        for item in items.iter() {
            size += relax::greatest_size(item);
            if let Item::Literal { rd, .. } = item {
                loads += 1;
                own = own.min(self.position + window(*rd));
            }
        }
        if self.literals.len() == self.start {
            self.deadline = u32::MAX;
        }
        while self.is_too_far(size, loads, own) {
            match self.gap.take() {
                Some((gap, count)) if count > self.start => self.insert(gap, false, count),
                _ => self.insert(at, true, self.literals.len()),
            }
        }
        for item in items.iter_mut().filter(|_| loads > 0) {
            if let Item::Literal { rd, value, id, .. } = item {
                let literals = &mut self.literals;
                let deadline = self.position + window(*rd);
                let number = *self.numbers.entry(*value).or_insert_with(|| {
                    literals.push((*value, deadline));
                    literals.len() - 1
                });
                self.deadline = self.deadline.min(literals[number].1);
                *id = LiteralId::new(number);
            }
        }
        self.position += size;
        if items.iter().any(ends) {
            self.gap = Some((at + items.len(), self.literals.len()));
        }
    }

    /// Whether a pool after the next unit, whose own loads it has to serve too, might be out of reach.
    fn is_too_far(&self, size: u32, loads: usize, own: u32) -> bool {
        let waiting = self.literals.len() - self.start;
        waiting != 0 && self.position + size + 4 * (waiting + loads) as u32 > self.deadline.min(own)
    }

    /// A pool before item `at` of the waiting literals below `end`.
    fn insert(&mut self, at: usize, over: bool, end: usize) {
        if end == self.start {
            return;
        }
        let first = LiteralId::new(self.start);
        let pool = Item::Pool { first, end: LiteralId::new(end), over };
        self.position += relax::greatest_size(&pool);
        self.deadline = u32::MAX;
        for literal in &mut self.literals[end..] {
            literal.1 += relax::greatest_size(&pool);
            self.deadline = self.deadline.min(literal.1);
        }
        self.pools.push((at, pool));
        self.start = end;
        self.numbers.retain(|_, number| *number >= end);
    }
}

/// How many items from this one on stay together.
fn unit(item: &Item) -> usize {
    match item {
        Item::Fixed { slots, .. } => 1 + usize::from(*slots),
        Item::Table(table) => 1 + table.targets.len(),
        Item::Label(_)
        | Item::Branch { .. }
        | Item::BranchZero { .. }
        | Item::Literal { .. }
        | Item::Island { .. }
        | Item::Pool { .. } => 1,
    }
}

fn ends(item: &Item) -> bool {
    match item {
        Item::Fixed { ends, .. } => *ends,
        Item::Branch { cond, .. } => cond.is_none(),
        Item::Table(_) => true,
        Item::Label(_) | Item::BranchZero { .. } | Item::Literal { .. } | Item::Island { .. } | Item::Pool { .. } => {
            false
        }
    }
}

fn insert(program: &mut Program, pools: &[(usize, Item)]) {
    if pools.is_empty() {
        return;
    }
    let old = std::mem::take(&mut program.items);
    let end = old.len();
    let mut pools = pools.iter().peekable();
    for (at, item) in old.into_iter().enumerate() {
        while let Some((_, pool)) = pools.next_if(|pool| pool.0 == at) {
            program.items.push(pool.clone());
        }
        program.items.push(item);
    }
    while let Some((_, pool)) = pools.next_if(|pool| pool.0 == end) {
        program.items.push(pool.clone());
    }
}

/// Whether the table is too large for the halfword offsets of TBH to reach its islands.
pub fn needs_words(table: &Table) -> bool {
    2 * table.entries.len() + 4 * table.targets.len() > 131_000
}
