//! How two reports differ.

use super::{Figure, Figures, Report};
use crate::error::OneLine;
use std::collections::{HashMap, VecDeque};
use std::fmt::Write;

/// What grows without anybody's wish.
const COSTS: [Figure; 4] = [Figure::Bytes, Figure::Instructions, Figure::Checks, Figure::Frame];

/// The differences as text, and whether something costs more.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Difference {
    /// A line for each function that differs, in the new report's order with those that are gone last, and for the sum.
    pub text: String,
    /// Whether in sum there are more bytes, instructions or bounds checks, or the largest frame is larger.
    pub grew: bool,
}

/// Compares function by function, those of one name in their order.
pub fn compare(old: &Report, new: &Report) -> Difference {
    let mut before: HashMap<&str, VecDeque<&Figures>> = HashMap::new();
    for (name, figures) in &old.functions {
        before.entry(name).or_default().push_back(figures);
    }
    let mut text = String::new();
    for (name, figures) in &new.functions {
        let change = match before.get_mut(name.as_str()).and_then(VecDeque::pop_front) {
            Some(earlier) => changes(earlier, figures),
            None => Some(format!("new, {}", size(figures))),
        };
        line(&mut text, &OneLine(name).to_string(), change);
    }
    for (name, _) in &old.functions {
        let gone = before.get_mut(name.as_str()).and_then(VecDeque::pop_front);
        line(&mut text, &OneLine(name).to_string(), gone.map(|figures| format!("gone, {}", size(figures))));
    }
    let (earlier, sum) = (old.sum(), new.sum());
    let unchanged = if text.is_empty() { "no difference" } else { "unchanged" };
    line(&mut text, "sum", Some(changes(&earlier, &sum).unwrap_or(unchanged.to_string())));
    Difference { text, grew: COSTS.into_iter().any(|figure| sum.get(figure) > earlier.get(figure)) }
}

fn line(text: &mut String, name: &str, change: Option<String>) {
    if let Some(change) = change {
        // Writing to a string does not fail.
        let _ = writeln!(text, "{name}: {change}");
    }
}

fn size(figures: &Figures) -> String {
    format!("{} bytes, {} instructions", figures.get(Figure::Bytes), figures.get(Figure::Instructions))
}

/// The figures that differ; `None` if none does.
fn changes(old: &Figures, new: &Figures) -> Option<String> {
    let differing = Figure::ALL.into_iter().filter(|&figure| old.get(figure) != new.get(figure));
    let changes: Vec<String> = differing.map(|figure| change(figure, old.get(figure), new.get(figure))).collect();
    (!changes.is_empty()).then(|| changes.join(", "))
}

fn change(figure: Figure, old: u64, new: u64) -> String {
    let percent = match old {
        0 => String::new(),
        _ => format!(" ({:+.1} %)", 100.0 * (new as f64 / old as f64 - 1.0)),
    };
    format!("{} {old} -> {new}{percent}", figure.name().replace('_', " "))
}
