//! A function as a list of items: instructions whose encodings are final, and the few whose length
//! depends on distances.
//!
//! `build` makes the list, `pool` adds literal pools, `relax` gives each item its length, `output`
//! writes the bytes.

use super::RelocKind;
use super::encode::Encoding;
use super::tally::Kind;
use crate::isa::{BlockId, Cond, Const, Reg, RegSet, Symbol, TrapCode};

/// A position that branches name. Blocks, traps, tables and islands share one numbering.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Label(u32);

impl Label {
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A literal of some pool.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct LiteralId(u32);

impl LiteralId {
    pub fn new(index: usize) -> LiteralId {
        LiteralId(u32::try_from(index).expect("fewer literals than bytes"))
    }

    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A reference in an instruction or a word.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Reference {
    pub kind: RelocKind,
    pub symbol: Symbol,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Item {
    Label(Label),
    /// `slots`: how many of the following items an IT instruction covers. `ends`: nothing runs on.
    Fixed {
        encoding: Encoding,
        kind: Kind,
        reference: Option<Reference>,
        slots: u8,
        ends: bool,
        text: Option<Box<str>>,
    },
    Branch {
        cond: Option<Cond>,
        target: Label,
    },
    /// Branch if rn is zero, or `nonzero`, if it is not. No flag is live.
    BranchZero {
        nonzero: bool,
        rn: Reg,
        target: Label,
    },
    /// `it`: the condition of the IT slot that it stands in.
    Literal {
        rd: Reg,
        value: Const,
        it: Option<Cond>,
        id: LiteralId,
    },
    /// Goes to target number `rn`. The `islands` items after it are its islands.
    Table(Box<Table>),
    /// A branch to `target` that the table before can reach, if the table needs one.
    Island {
        label: Label,
        target: Label,
    },
    /// Literals `first..end`. `over`: control comes from above and must branch around it.
    Pool {
        first: LiteralId,
        end: LiteralId,
        over: bool,
    },
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Table {
    pub rn: Reg,
    /// For each index, which island stands for its target: a position in `targets`.
    pub entries: Vec<u32>,
    /// The distinct targets, and the label of the island of each.
    pub targets: Vec<(Label, Label)>,
    /// Number of the table, for the listing.
    pub number: u32,
}

/// A function before the lengths of its branches are known.
#[derive(Debug, Default)]
pub struct Program {
    pub items: Vec<Item>,
    /// Neighbours of which one is superfluous.
    pub redundant: u32,
    /// Registers that anything writes, what it calls included.
    pub written: RegSet,
    labels: u32,
    blocks: u32,
    tables: u32,
}

impl Program {
    /// A program of so many blocks, whose labels exist from the start like those of the traps, and of about so many items.
    pub fn new(blocks: usize, items: usize) -> Program {
        let blocks = u32::try_from(blocks).expect("a function has fewer than 2^32 blocks");
        Program {
            items: Vec::with_capacity(items),
            redundant: 0,
            written: RegSet::EMPTY,
            labels: blocks + TrapCode::ALL.len() as u32 + 1,
            blocks,
            tables: 0,
        }
    }

    pub fn block(&self, id: BlockId) -> Label {
        Label(id.index() as u32)
    }

    pub fn trap(&self, code: TrapCode) -> Label {
        Label(self.blocks + u32::from(code.number()))
    }

    /// The epilogue that several returns share.
    pub fn epilogue(&self) -> Label {
        Label(self.blocks + TrapCode::ALL.len() as u32)
    }

    pub fn new_label(&mut self) -> Label {
        self.labels += 1;
        Label(self.labels - 1)
    }

    pub fn new_table(&mut self) -> u32 {
        self.tables += 1;
        self.tables - 1
    }

    pub fn label_count(&self) -> usize {
        self.labels as usize
    }

    /// The name of a label in a listing.
    pub fn name(&self, label: Label) -> String {
        match label.0.checked_sub(self.blocks) {
            None => format!(".L{}", label.0),
            Some(n) if (n as usize) < TrapCode::ALL.len() => format!(".Ltrap{n}"),
            Some(n) if (n as usize) == TrapCode::ALL.len() => ".Lreturn".to_string(),
            Some(n) => format!(".Lisland{n}"),
        }
    }
}
