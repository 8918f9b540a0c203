//! What an out-of-bounds access does, as an argument of commands.

use clap::ValueEnum;
use synth::options::Bounds;

#[derive(Copy, Clone, PartialEq, Eq, Debug, ValueEnum)]
pub enum BoundsArgument {
    Trap,
    Mask,
    None,
}

impl BoundsArgument {
    pub fn bounds(self) -> Bounds {
        match self {
            BoundsArgument::Trap => Bounds::Trap,
            BoundsArgument::Mask => Bounds::Mask,
            BoundsArgument::None => Bounds::None,
        }
    }

    /// The word that names it.
    pub fn name(self) -> &'static str {
        match self {
            BoundsArgument::Trap => "trap",
            BoundsArgument::Mask => "mask",
            BoundsArgument::None => "none",
        }
    }
}
