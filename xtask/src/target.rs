//! The core to compile for, as an argument of commands.

use clap::ValueEnum;
use synth::options::Target;

#[derive(Copy, Clone, PartialEq, Eq, Debug, ValueEnum)]
pub enum TargetArgument {
    #[value(name = "cortex-m4")]
    CortexM4,
    #[value(name = "cortex-m4f")]
    CortexM4F,
}

impl TargetArgument {
    pub fn target(self) -> Target {
        match self {
            TargetArgument::CortexM4 => Target::CortexM4,
            TargetArgument::CortexM4F => Target::CortexM4F,
        }
    }

    /// The word that names it.
    pub fn name(self) -> &'static str {
        match self {
            TargetArgument::CortexM4 => "cortex-m4",
            TargetArgument::CortexM4F => "cortex-m4f",
        }
    }
}
