//! Which data and element segments code copies from, and which of them need a word that says how much is left.
//!
//! A segment that is dropped has length 0 from then on. Active ones are dropped when initialisation has written them,
//! declared ones before anything runs (WebAssembly core specification, 4.5.4).

use super::layout::Size;
use super::reach::Reach;
use super::{Module, Placement};
use crate::options::{Bounds, Options};

#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct SegmentLayout {
    /// Whether code copies from it.
    pub copied: bool,
    /// The bytes or items that can be copied now.
    pub size: Size,
}

/// The data segments. Without bounds checks nothing asks for how much is left of one.
pub fn data(module: &Module<'_>, reach: &Reach, options: &Options) -> Vec<SegmentLayout> {
    let segments = module.data.iter().zip(reach.copied_data.iter().zip(&reach.dropped_data));
    let checked = options.bounds == Bounds::Trap;
    segments
        .map(|(data, (&copied, &dropped))| segment(&data.placement, data.bytes.len(), copied, dropped, checked))
        .collect()
}

/// The element segments.
pub fn elements(module: &Module<'_>, reach: &Reach) -> Vec<SegmentLayout> {
    let segments = module.elements.iter().zip(reach.copied_elements.iter().zip(&reach.dropped_elements));
    segments
        .map(|(element, (&copied, &dropped))| {
            segment(&element.placement, element.items.len(), copied, dropped, true)
        })
        .collect()
}

fn segment(placement: &Placement<'_>, len: usize, copied: bool, dropped: bool, checked: bool) -> SegmentLayout {
    let len = u32::try_from(len).expect("counts of the binary format have 32 bits");
    let size = match placement {
        Placement::Declared => Size::Fixed(0),
        Placement::Active { .. } if copied && checked => Size::Word,
        Placement::Passive if copied && dropped && checked => Size::Word,
        Placement::Active { .. } | Placement::Passive => Size::Fixed(len),
    };
    SegmentLayout { copied, size }
}
