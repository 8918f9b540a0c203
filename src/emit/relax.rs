//! The length of every branch, literal load and table.
//!
//! All start at their shortest. Each round computes positions and lengthens what does not reach; a
//! form never becomes shorter again, so the rounds end. A function on which many rounds would each
//! lengthen little is cut short: from some round on, a margin that doubles every time makes forms
//! grow before they must, so that rounds are bounded by a constant and the work is linear.

use super::pool::needs_words;
use super::program::{Item, Label, Program};
use crate::error::{Error, Place};
use crate::isa::Reg;

/// Form numbers of the items that have several, shortest first.
pub mod form {
    /// Of a branch; a conditional one also has `FAR`, the inverse condition around B.W.
    pub const SHORT: u8 = 0;
    pub const LONG: u8 = 1;
    pub const FAR: u8 = 2;
    /// Of a branch on zero: CBZ is 0; CMP and a conditional branch are `CMP` + `SHORT`, `LONG`, `FAR`.
    pub const CMP: u8 = 1;
    /// Of a table: the width of its entries.
    pub const BYTES: u8 = 0;
    pub const HALFWORDS: u8 = 1;
    pub const WORDS: u8 = 2;
    /// Of an island: absent, or a branch in form `ISLAND + SHORT` or `LONG`.
    pub const ISLAND: u8 = 1;
}

/// Offsets that the formats reach, from the instruction's address plus 4.
const CBZ: (i64, i64) = (0, 126);
const B_COND: (i64, i64) = (-256, 254);
const B: (i64, i64) = (-2048, 2046);
const B_COND_WIDE: (i64, i64) = (-1_048_576, 1_048_574);
const B_WIDE: (i64, i64) = (-16_777_216, 16_777_214);
const LITERAL: (i64, i64) = (0, 1020);
const TBB: (i64, i64) = (0, 510);
const TBH: (i64, i64) = (0, 131_070);

/// Rounds before the margin starts to grow.
const EXACT_ROUNDS: u32 = 8;

/// What the lengths came to.
pub struct Placement {
    /// The form of each item.
    pub forms: Vec<u8>,
    /// The items but those of a fixed length, and what stands before each.
    stops: Vec<Stop>,
    pub labels: Vec<u32>,
    pub literals: Vec<u32>,
    pub size: u32,
}

/// An item whose length or position matters.
struct Stop {
    at: usize,
    /// Bytes of the items between the stop before and this one.
    before: u32,
    /// Offset from the start of the section.
    position: u32,
}

impl Placement {
    pub fn label(&self, label: Label) -> u32 {
        self.labels[label.index()]
    }
}

/// Places the items from offset `start` on, a multiple of 4. Fails beyond the reach of B.W, 16 MB.
pub fn relax(program: &Program, literals: usize, start: u32) -> Result<Placement, Error> {
    let mut placement = Placement {
        forms: program.items.iter().map(initial).collect(),
        stops: stops(program),
        labels: vec![0; program.label_count()],
        literals: vec![0; literals],
        size: 0,
    };
    for round in 0.. {
        placement.measure(program, start);
        let margin = match round {
            0..EXACT_ROUNDS => 0,
            _ => 2 << (round - EXACT_ROUNDS).min(30),
        };
        if !placement.grow(program, margin) {
            break;
        }
    }
    if placement.size > B_WIDE.1 as u32 {
        return Err(Error::Limit {
            place: Place::default(),
            message: "the machine code is larger than 16 MB".to_string(),
        });
    }
    Ok(placement)
}

/// The items that are measured in each round; another one stands for the end.
fn stops(program: &Program) -> Vec<Stop> {
    let mut stops = Vec::new();
    let mut before = 0;
    for (at, item) in program.items.iter().enumerate() {
        match item {
            Item::Fixed { encoding, .. } => before += encoding.size(),
            Item::Label(_)
            | Item::Branch { .. }
            | Item::BranchZero { .. }
            | Item::Literal { .. }
            | Item::Table(_)
            | Item::Island { .. }
            | Item::Pool { .. } => stops.push(Stop { at, before: std::mem::take(&mut before), position: 0 }),
        }
    }
    stops.push(Stop { at: program.items.len(), before, position: 0 });
    stops
}

fn initial(item: &Item) -> u8 {
    match item {
        Item::BranchZero { rn, .. } if !rn.is_low() => form::CMP,
        Item::Literal { rd, .. } if !rd.is_low() => form::LONG,
        Item::Table(table) if needs_words(table) => form::WORDS,
        _ => 0,
    }
}

/// The length in bytes of an item of some form at some position.
pub fn size(item: &Item, form: u8, position: u32) -> u32 {
    match item {
        Item::Label(_) => 0,
        Item::Fixed { encoding, .. } => encoding.size(),
        Item::Branch { .. } => branch_size(form),
        Item::BranchZero { rn, .. } => match form.checked_sub(form::CMP) {
            None => 2,
            Some(form) => compare_size(*rn) + branch_size(form),
        },
        Item::Literal { .. } => branch_size(form),
        Item::Table(table) => {
            let entries = table.entries.len() as u32;
            match form {
                form::BYTES => 4 + entries.next_multiple_of(2),
                form::HALFWORDS => 4 + 2 * entries,
                _ => table_start(position) + 4 * entries,
            }
        }
        Item::Island { .. } => form.checked_sub(form::ISLAND).map_or(0, branch_size),
        Item::Pool { first, end, over } => {
            let words = 4 * (end.index() - first.index()) as u32;
            let branch = if *over { over_size(words) } else { 0 };
            (position + branch).next_multiple_of(4) + words - position
        }
    }
}

/// The most that an item can come to.
pub fn greatest_size(item: &Item) -> u32 {
    match item {
        Item::Branch { cond: None, .. } => branch_size(form::LONG),
        Item::Branch { .. } => branch_size(form::FAR),
        Item::BranchZero { .. } => size(item, form::CMP + form::FAR, 0),
        Item::Literal { .. } => branch_size(form::LONG),
        Item::Table(table) if needs_words(table) => size(item, form::WORDS, 0),
        Item::Table(_) => size(item, form::HALFWORDS, 0),
        Item::Island { .. } => branch_size(form::LONG),
        Item::Pool { .. } => size(item, 0, 0) + 2,
        Item::Label(_) | Item::Fixed { .. } => size(item, 0, 0),
    }
}

fn branch_size(form: u8) -> u32 {
    2 + 2 * u32::from(form)
}

/// `cmp rn, #0`
pub fn compare_size(rn: Reg) -> u32 {
    if rn.is_low() { 2 } else { 4 }
}

/// The branch around a pool of so many bytes and up to two of padding.
pub fn over_size(bytes: u32) -> u32 {
    if i64::from(bytes) <= B.1 { 2 } else { 4 }
}

/// The bytes before the words of a table of words at some position, see `output`.
pub fn table_start(position: u32) -> u32 {
    (position + 14).next_multiple_of(4) - position
}

impl Placement {
    fn measure(&mut self, program: &Program, start: u32) {
        let mut position = start;
        for stop in &mut self.stops {
            position += stop.before;
            stop.position = position;
            let Some(item) = program.items.get(stop.at) else { break };
            match item {
                Item::Label(label) | Item::Island { label, .. } => {
                    self.labels[label.index()] = position;
                }
                _ => {}
            }
            position += size(item, self.forms[stop.at], position);
            if let Item::Pool { first, end, .. } = item {
                let words = (end.index() - first.index()) as u32;
                let base = position - 4 * words;
                for (n, id) in (first.index()..end.index()).enumerate() {
                    self.literals[id] = base + 4 * n as u32;
                }
            }
        }
        self.size = position;
    }

    /// Lengthens what does not reach with `margin` to spare; whether there was anything.
    fn grow(&mut self, program: &Program, margin: i64) -> bool {
        let mut grown = false;
        for index in 0..self.stops.len() - 1 {
            let Stop { at, position, .. } = self.stops[index];
            let item = &program.items[at];
            match item {
                Item::Table(table) => {
                    for n in 0..table.targets.len() {
                        grown |= self.grow_table(at, n, position, table.targets[n], margin);
                    }
                }
                _ => {
                    while !self.reaches(at, item, position, margin) {
                        self.forms[at] += 1;
                        grown = true;
                    }
                }
            }
        }
        grown
    }

    /// Whether an item in its present form reaches its target. A final form counts as reaching.
    fn reaches(&self, at: usize, item: &Item, position: u32, margin: i64) -> bool {
        let form = self.forms[at];
        let reaches = |target: u32, before: u32, range: (i64, i64)| {
            let offset = i64::from(target) - i64::from(position + before + 4);
            offset >= range.0 + margin.min(-range.0) && offset <= range.1 - margin
        };
        match *item {
            Item::Branch { cond: None, target } => form == form::LONG || reaches(self.label(target), 0, B),
            Item::Branch { target, .. } => {
                let target = self.label(target);
                match form {
                    form::SHORT => reaches(target, 0, B_COND),
                    form::LONG => reaches(target, 0, B_COND_WIDE),
                    _ => true,
                }
            }
            Item::BranchZero { rn, target, .. } => {
                let target = self.label(target);
                let compare = compare_size(rn);
                match form.checked_sub(form::CMP) {
                    None => reaches(target, 0, CBZ),
                    Some(form::SHORT) => reaches(target, compare, B_COND),
                    Some(form::LONG) => reaches(target, compare, B_COND_WIDE),
                    Some(_) => true,
                }
            }
            Item::Literal { id, .. } => {
                let base = i64::from((position + 4) & !3);
                let offset = i64::from(self.literals[id.index()]) - base;
                form == form::LONG || offset >= LITERAL.0 && offset <= LITERAL.1 - margin
            }
            Item::Island { target, .. } => match form.checked_sub(form::ISLAND) {
                Some(form::SHORT) => reaches(self.label(target), 0, B),
                _ => true,
            },
            Item::Label(_) | Item::Fixed { .. } | Item::Table(_) | Item::Pool { .. } => true,
        }
    }

    /// Widens a table, or adds the island of its target number `n`, where that is out of reach.
    fn grow_table(&mut self, at: usize, n: usize, position: u32, target: (Label, Label), margin: i64) -> bool {
        let base = i64::from(position + 4);
        let island = at + 1 + n;
        let mut grown = false;
        loop {
            let has_island = self.forms[island] >= form::ISLAND;
            let label = if has_island { target.1 } else { target.0 };
            let offset = i64::from(self.label(label)) - base;
            let range = match self.forms[at] {
                form::BYTES => TBB,
                form::HALFWORDS => TBH,
                _ => return grown,
            };
            if offset < range.0 {
                self.forms[island] = form::ISLAND;
                // Its position is known in the next round.
                return true;
            }
            if offset <= range.1 - margin {
                return grown;
            }
            match (self.forms[at], has_island) {
                (form::BYTES, _) => self.forms[at] = form::HALFWORDS,
                (_, false) => {
                    self.forms[island] = form::ISLAND;
                    return true;
                }
                (_, true) => return grown,
            }
            grown = true;
        }
    }
}
