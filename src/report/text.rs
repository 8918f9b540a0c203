//! Reports as text: a table of the functions, the largest first, and what all of it consists of.

use super::{Figure, Figures, Report, SHARES};
use crate::error::OneLine;
use std::fmt::{Display, Formatter, Result};

/// The columns of the table behind the name.
const COLUMNS: [(&str, &[Figure]); 12] = [
    ("bytes", &[Figure::Bytes]),
    ("instr", &[Figure::Instructions]),
    ("loads", &[Figure::Loads]),
    ("stores", &[Figure::Stores]),
    ("sp", &[Figure::FrameLoads, Figure::FrameStores]),
    ("saves", &[Figure::Saves]),
    ("moves", &[Figure::Moves]),
    ("consts", &[Figure::Constants]),
    ("calls", &[Figure::Calls]),
    ("redund", &[Figure::Redundant]),
    ("checks", &[Figure::Checks]),
    ("frame", &[Figure::Frame]),
];

const REMOVED: [(&str, Figure); 5] = [
    ("of a constant address", Figure::ChecksConstant),
    ("of an address that is small enough", Figure::ChecksRange),
    ("implied by another", Figure::ChecksImplied),
    ("merged with another", Figure::ChecksMerged),
    ("moved out of a loop", Figure::ChecksHoisted),
];

impl Display for Report {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        for (title, _) in COLUMNS {
            write!(f, "{title:>7}")?;
        }
        writeln!(f, "  mostly            function of {}", self.module)?;
        let mut functions: Vec<&(String, Figures)> = self.functions.iter().collect();
        functions.sort_by_key(|(_, figures)| std::cmp::Reverse(figures.get(Figure::Bytes)));
        for (name, figures) in functions {
            row(f, figures, &OneLine(name))?;
        }
        let sum = self.sum();
        row(f, &sum, &"sum; frame: the largest")?;
        writeln!(f)?;
        shares(f, &sum)?;
        bounds(f, &sum)
    }
}

fn row(f: &mut Formatter<'_>, figures: &Figures, name: &dyn Display) -> Result {
    for (_, parts) in COLUMNS {
        let number: u64 = parts.iter().map(|&part| figures.get(part)).sum();
        write!(f, "{number:>7}")?;
    }
    let mostly = figures.dominant().map_or(String::new(), |figure| share(figures, figure));
    writeln!(f, "  {mostly:<17} {name}")
}

/// The part of the instructions that are for something, in percent.
fn share(figures: &Figures, figure: Figure) -> String {
    let percent = 100.0 * figures.get(figure) as f64 / figures.get(Figure::Instructions).max(1) as f64;
    format!("{} {percent:.1} %", figure.name().replace('_', " "))
}

fn shares(f: &mut Formatter<'_>, sum: &Figures) -> Result {
    let parts = SHARES.into_iter().filter(|&figure| sum.get(figure) > 0);
    let parts: Vec<String> = parts.map(|figure| share(sum, figure)).collect();
    writeln!(f, "instructions: {}", if parts.is_empty() { "none".to_string() } else { parts.join(", ") })?;
    let (all, data) = (sum.get(Figure::Bytes), sum.get(Figure::DataBytes));
    writeln!(f, "bytes: {} of instructions, {data} of literals, tables and identities", all - data)
}

fn bounds(f: &mut Formatter<'_>, sum: &Figures) -> Result {
    let (wanted, emitted) = (sum.get(Figure::ChecksWanted), sum.get(Figure::Checks));
    let removed = REMOVED.into_iter().filter(|&(_, figure)| sum.get(figure) > 0);
    let removed: Vec<String> = removed.map(|(why, figure)| format!("{} {why}", sum.get(figure))).collect();
    let removed =
        if removed.is_empty() { "none removed".to_string() } else { format!("removed: {}", removed.join(", ")) };
    writeln!(f, "bounds checks: {wanted} wanted, {emitted} in the code; {removed}")?;
    let (masked, unmasked) = (sum.get(Figure::Masked), sum.get(Figure::Unmasked));
    if masked + unmasked > 0 {
        writeln!(f, "masks: {masked} accesses with one, {unmasked} without need of one")?;
    }
    Ok(())
}
