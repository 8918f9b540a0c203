//! `cargo xtask spec --on qemu`: what scripts do on the emulated core, again on images of real linkers in qemu.
//!
//! Each script runs twice on the emulated core: as ever, and with no more memory than the board has, which is recorded and
//! replayed. What holds the first time and not the second needs more memory, and is not replayed.

use rayon::prelude::*;

use super::script::{Settings, record, run};
use super::suite::Script;
use super::tally::Tally;
use crate::replay::{Replayed, Step};

/// What came of scripts.
#[derive(Default)]
pub struct Boarded {
    /// On the emulated core.
    pub tally: Tally,
    pub replayed: Replayed,
}

/// Runs scripts.
///
/// # Errors
/// The first script that cannot be run, or of which no image can be made.
pub fn run_all(scripts: &[Script], settings: &Settings<'_>) -> Result<Boarded, String> {
    let results: Vec<Result<Boarded, String>> = scripts.par_iter().map(|script| board(script, settings)).collect();
    let mut sum = Boarded::default();
    for result in results {
        let Boarded { tally, replayed } = result?;
        sum.tally.add(tally);
        sum.replayed.add(replayed);
    }
    Ok(sum)
}

fn board(script: &Script, settings: &Settings<'_>) -> Result<Boarded, String> {
    let tally = run(script, settings)?;
    let (small, mut recording) = record(script, settings)?;
    let failed = |place: &String| small.failures.iter().any(|failure| failure.place == *place);
    let (large, steps): (Vec<Step>, Vec<Step>) = recording.steps.into_iter().partition(|step| failed(&step.label));
    recording.steps = steps;
    let mut replayed = recording.replay(settings.options.target)?;
    replayed.too_large.extend(large.into_iter().map(|step| step.label));
    Ok(Boarded { tally, replayed })
}
