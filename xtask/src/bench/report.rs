//! Prints what was measured.

use super::figures::{Figures, Record};
use super::kernels::Floats;
use super::mix::{Kind, Mix};
use super::{Group, Level, Outcome, Row};

/// The figures of a run, for `--json`.
pub fn record(rows: &[Row]) -> Record {
    let mut record = Record::default();
    for row in rows {
        let level = row.level.name();
        if let Some(gcc) = row.gcc {
            record.set(row.kernel, &format!("gcc-{level}"), gcc);
        }
        if let Some(outcome) = right(row) {
            record.set(row.kernel, &format!("synth-{level}"), outcome.figures);
        }
    }
    record
}

/// Prints every table, and as the last line the geometric means over gcc.
pub fn print(rows: &[Row], earlier: Option<&Record>) {
    for (group, level) in tables() {
        if of(rows, group, level).next().is_some() {
            println!();
            figures(rows, group, level);
        }
    }
    println!();
    mixes(rows);
    println!();
    failures(rows);
    if let Some(earlier) = earlier {
        changes(rows, earlier);
    }
    summary(rows);
}

fn right(row: &Row) -> Option<&Outcome> {
    row.synth.as_ref().ok().filter(|outcome| outcome.wrong.is_none())
}

fn tables() -> impl Iterator<Item = (Group, Level)> {
    [Group::Shared, Group::Added].into_iter().flat_map(|group| Level::ALL.map(|level| (group, level)))
}

fn of(rows: &[Row], group: Group, level: Level) -> impl Iterator<Item = &Row> {
    rows.iter().filter(move |row| row.group == group && row.level == level)
}

fn ratio(ours: u64, theirs: u64) -> f64 {
    ours as f64 / theirs as f64
}

fn figures(rows: &[Row], group: Group, level: Level) {
    let name = level.name();
    println!(
        "{:<11} {:>8} {:>8} {:>6}  {:>8} {:>8} {:>6}  {:>6} {:>6} {:>6}",
        format!("-{name}"),
        "cycles",
        "instrs",
        "bytes",
        "gcc",
        "instrs",
        "bytes",
        "cycles",
        "instrs",
        "bytes"
    );
    for row in of(rows, group, level) {
        let gcc = row.gcc.unwrap_or_default();
        let Figures { cycles, instructions, bytes } = gcc;
        let theirs = format!("{cycles:>8} {instructions:>8} {bytes:>6}");
        let Ok(outcome) = &row.synth else {
            println!("{:<11} {:>8} {:>8} {:>6}  {theirs}", row.kernel, "refused", "", "");
            continue;
        };
        let ours = outcome.figures;
        let mark = if outcome.wrong.is_some() { "  wrong" } else { "" };
        println!(
            "{:<11} {:>8} {:>8} {:>6}  {theirs}  {:>6.2} {:>6.2} {:>6.2}{mark}",
            row.kernel,
            ours.cycles,
            ours.instructions,
            ours.bytes,
            ratio(ours.cycles, cycles),
            ratio(ours.instructions, instructions),
            ratio(u64::from(ours.bytes), u64::from(bytes)),
        );
    }
}

/// Executed instructions of each kind, per executed instruction of gcc.
fn mixes(rows: &[Row]) {
    print!("{:<14}", "mix over gcc");
    for kind in Kind::ALL {
        print!(" {:>9}", kind.name());
    }
    println!("  spill in a loop");
    let mut means: [(&str, Vec<(&Mix, u64)>); 2] = [("mean", vec![]), ("gcc's mean", vec![])];
    for row in rows {
        let Some(gcc) = row.gcc else { continue };
        if let Ok(outcome) = &row.synth {
            let name = format!("{}-{}", row.kernel, row.level.name());
            mix_line(&name, &[(&outcome.mix, gcc.instructions)]);
            println!("  {}", outcome.mix.spill_in_loop.as_deref().unwrap_or("no"));
            if let Some(mix) = &row.gcc_mix {
                mix_line("  gcc", &[(mix, gcc.instructions)]);
                println!();
            }
            means[0].1.push((&outcome.mix, gcc.instructions));
        }
        means[1].1.extend(row.gcc_mix.as_ref().map(|mix| (mix, gcc.instructions)));
    }
    for (name, mixes) in means.iter().filter(|(_, mixes)| !mixes.is_empty()) {
        mix_line(name, mixes);
        println!();
    }
}

fn mix_line(name: &str, mixes: &[(&Mix, u64)]) {
    print!("{name:<14}");
    for kind in Kind::ALL {
        let share = |(mix, of): &(&Mix, u64)| ratio(mix.counts.get(&kind).copied().unwrap_or(0), *of);
        print!(" {:>9.2}", mixes.iter().map(share).sum::<f64>() / mixes.len() as f64);
    }
}

fn failures(rows: &[Row]) {
    for row in rows {
        let reason = match &row.synth {
            Err(reason) => Some(reason),
            Ok(outcome) => outcome.wrong.as_ref(),
        };
        if let Some(reason) = reason {
            println!("{}-{}: {reason}", row.kernel, row.level.name());
        }
    }
}

fn changes(rows: &[Row], earlier: &Record) {
    for row in rows {
        let column = format!("synth-{}", row.level.name());
        let (Some(outcome), Some(before)) = (right(row), earlier.get(row.kernel, &column)) else {
            continue;
        };
        let now = outcome.figures;
        if now != before {
            println!(
                "{}-{}: cycles {} → {}, instructions {} → {}, bytes {} → {}",
                row.kernel,
                row.level.name(),
                before.cycles,
                now.cycles,
                before.instructions,
                now.instructions,
                before.bytes,
                now.bytes
            );
        }
    }
}

/// The geometric mean of a ratio over gcc, of the right rows of a group at a level; with `library` also those whose time is
/// the library's.
fn geomean(rows: &[Row], group: Group, level: Level, library: bool, of_figures: impl Fn(Figures) -> u64) -> f64 {
    let logs: Vec<f64> = of(rows, group, level)
        .filter(|row| library || row.floats != Floats::Library)
        .filter_map(|row| {
            let (ours, theirs) = (right(row)?.figures, row.gcc?);
            Some(ratio(of_figures(ours), of_figures(theirs)).ln())
        })
        .collect();
    (logs.iter().sum::<f64>() / logs.len() as f64).exp()
}

/// Cycles over gcc's above which a kernel at -O2 needs a reason, and bytes at -Os.
const MANY_CYCLES: f64 = 1.10;
const MANY_BYTES: f64 = 1.30;

/// The kernels that need one.
fn above(rows: &[Row]) {
    let names = |level: Level, most: f64, of_figures: fn(Figures) -> u64| {
        let above = rows.iter().filter(|row| row.level == level).filter_map(|row| {
            let ratio = ratio(of_figures(right(row)?.figures), of_figures(row.gcc?));
            (ratio > most).then(|| format!("{} {ratio:.2}", row.kernel))
        });
        above.collect::<Vec<String>>().join(", ")
    };
    println!("cycles above {MANY_CYCLES:.2}: {}", names(Level::Speed, MANY_CYCLES, |f| f.cycles));
    println!("bytes above {MANY_BYTES:.2}: {}", names(Level::Size, MANY_BYTES, |f| u64::from(f.bytes)));
}

fn summary(rows: &[Row]) {
    above(rows);
    println!("added kernels: {} {}", means(rows, Group::Added, true), counts(rows, Group::Added));
    if rows.iter().any(|row| row.floats == Floats::Library) {
        println!("without the rows of the library of floats: {}", means(rows, Group::Shared, false));
    }
    println!("{} {}", means(rows, Group::Shared, true), counts(rows, Group::Shared));
}

fn means(rows: &[Row], group: Group, library: bool) -> String {
    format!(
        "cycles {:.2} bytes {:.2} os-cycles {:.2}",
        geomean(rows, group, Level::Speed, library, |f| f.cycles),
        geomean(rows, group, Level::Size, library, |f| u64::from(f.bytes)),
        geomean(rows, group, Level::Size, library, |f| f.cycles),
    )
}

fn counts(rows: &[Row], group: Group) -> String {
    let rows_of = || rows.iter().filter(|row| row.group == group);
    format!("right {}/{}", rows_of().filter(|row| row.is_right()).count(), rows_of().count())
}
