//! What the code of an object costs, function by function and in sum: figures of the instructions that were emitted, as
//! text (`text`) or JSON (`json`), and how two such reports differ (`compare`).

mod compare;
mod json;
mod text;

pub use compare::{Difference, compare};

use crate::emit::Code;
use crate::emit::tally::{Kind, Tally};
use crate::isa::BoundsCounts;

/// A number that a report has of each function and of their sum.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Figure {
    /// Of the function's section.
    Bytes,
    /// Of literals, branch tables and identities among them.
    DataBytes,
    Instructions,
    Loads,
    Stores,
    FrameLoads,
    FrameStores,
    Saves,
    Moves,
    Constants,
    Arithmetic,
    Floats,
    Compares,
    Conditions,
    Branches,
    Calls,
    Traps,
    Padding,
    Redundant,
    /// Bytes of stack; in sum, the most of any function.
    Frame,
    Checks,
    ChecksWanted,
    ChecksConstant,
    ChecksRange,
    ChecksImplied,
    ChecksMerged,
    ChecksHoisted,
    Masked,
    Unmasked,
}

impl Figure {
    pub const ALL: [Figure; 29] = [
        Figure::Bytes,
        Figure::DataBytes,
        Figure::Instructions,
        Figure::Loads,
        Figure::Stores,
        Figure::FrameLoads,
        Figure::FrameStores,
        Figure::Saves,
        Figure::Moves,
        Figure::Constants,
        Figure::Arithmetic,
        Figure::Floats,
        Figure::Compares,
        Figure::Conditions,
        Figure::Branches,
        Figure::Calls,
        Figure::Traps,
        Figure::Padding,
        Figure::Redundant,
        Figure::Frame,
        Figure::Checks,
        Figure::ChecksWanted,
        Figure::ChecksConstant,
        Figure::ChecksRange,
        Figure::ChecksImplied,
        Figure::ChecksMerged,
        Figure::ChecksHoisted,
        Figure::Masked,
        Figure::Unmasked,
    ];

    /// The key in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Figure::Bytes => "bytes",
            Figure::DataBytes => "data_bytes",
            Figure::Instructions => "instructions",
            Figure::Loads => "loads",
            Figure::Stores => "stores",
            Figure::FrameLoads => "frame_loads",
            Figure::FrameStores => "frame_stores",
            Figure::Saves => "saves",
            Figure::Moves => "moves",
            Figure::Constants => "constants",
            Figure::Arithmetic => "arithmetic",
            Figure::Floats => "floats",
            Figure::Compares => "compares",
            Figure::Conditions => "conditions",
            Figure::Branches => "branches",
            Figure::Calls => "calls",
            Figure::Traps => "traps",
            Figure::Padding => "padding",
            Figure::Redundant => "redundant",
            Figure::Frame => "frame",
            Figure::Checks => "checks",
            Figure::ChecksWanted => "checks_wanted",
            Figure::ChecksConstant => "checks_constant",
            Figure::ChecksRange => "checks_range",
            Figure::ChecksImplied => "checks_implied",
            Figure::ChecksMerged => "checks_merged",
            Figure::ChecksHoisted => "checks_hoisted",
            Figure::Masked => "masked",
            Figure::Unmasked => "unmasked",
        }
    }
}

/// The figures that add up to the number of instructions.
const SHARES: [Figure; 15] = [
    Figure::Loads,
    Figure::Stores,
    Figure::FrameLoads,
    Figure::FrameStores,
    Figure::Saves,
    Figure::Moves,
    Figure::Constants,
    Figure::Arithmetic,
    Figure::Floats,
    Figure::Compares,
    Figure::Conditions,
    Figure::Branches,
    Figure::Calls,
    Figure::Traps,
    Figure::Padding,
];

/// The numbers of a function or of all.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
pub struct Figures([u64; Figure::ALL.len()]);

impl Figures {
    pub fn of(code: &Code) -> Figures {
        let mut figures = Figures::default();
        for figure in Figure::ALL {
            figures.0[figure as usize] = u64::from(figure_of(figure, code, &code.tally));
        }
        figures
    }

    pub fn get(&self, figure: Figure) -> u64 {
        self.0[figure as usize]
    }

    fn add(&mut self, other: &Figures) {
        for figure in Figure::ALL {
            let (sum, number) = (&mut self.0[figure as usize], other.get(figure));
            *sum = if figure == Figure::Frame { number.max(*sum) } else { *sum + number };
        }
    }

    /// What most instructions are for, the first of several; `None` without instructions.
    pub fn dominant(&self) -> Option<Figure> {
        let most = SHARES.into_iter().map(|figure| self.get(figure)).max().filter(|&most| most > 0)?;
        SHARES.into_iter().find(|&figure| self.get(figure) == most)
    }
}

fn figure_of(figure: Figure, code: &Code, tally: &Tally) -> u32 {
    let BoundsCounts { wanted, constant, range, implied, merged, hoisted, masked, unmasked } = tally.bounds;
    let bytes = u32::try_from(code.bytes.len()).expect("code is at most 16 MB");
    match figure {
        Figure::Bytes => bytes,
        Figure::DataBytes => bytes - tally.code,
        Figure::Instructions => tally.instructions(),
        Figure::Loads => tally.of(Kind::Load),
        Figure::Stores => tally.of(Kind::Store),
        Figure::FrameLoads => tally.of(Kind::FrameLoad),
        Figure::FrameStores => tally.of(Kind::FrameStore),
        Figure::Saves => tally.of(Kind::Save),
        Figure::Moves => tally.of(Kind::Move),
        Figure::Constants => tally.of(Kind::Constant),
        Figure::Arithmetic => tally.of(Kind::Arithmetic),
        Figure::Floats => tally.of(Kind::Float),
        Figure::Compares => tally.of(Kind::Compare),
        Figure::Conditions => tally.of(Kind::Condition),
        Figure::Branches => tally.of(Kind::Branch),
        Figure::Calls => tally.of(Kind::Call),
        Figure::Traps => tally.of(Kind::Trap),
        Figure::Padding => tally.of(Kind::Padding),
        Figure::Redundant => tally.redundant,
        Figure::Frame => code.frame,
        Figure::Checks => tally.checks,
        Figure::ChecksWanted => wanted,
        Figure::ChecksConstant => constant,
        Figure::ChecksRange => range,
        Figure::ChecksImplied => implied,
        Figure::ChecksMerged => merged,
        Figure::ChecksHoisted => hoisted,
        Figure::Masked => masked,
        Figure::Unmasked => unmasked,
    }
}

/// The figures of an object, its functions in the order of their code. `Display` is the text.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Report {
    pub module: String,
    /// By name, which several may share.
    pub functions: Vec<(String, Figures)>,
}

impl Report {
    pub fn sum(&self) -> Figures {
        let mut sum = Figures::default();
        self.functions.iter().for_each(|(_, figures)| sum.add(figures));
        sum
    }
}
