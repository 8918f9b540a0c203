//! What became of the bounds checks of a function, for reports.

/// Numbers of checks of linear memory. Their sum is not that of the checks in the code: what is moved out of loops is made
/// anew, loops that are unrolled repeat theirs, and what cannot be reached has none.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
pub struct BoundsCounts {
    /// Asked for: one for an access, two for a range or where the size may be less than an access's end.
    pub wanted: u32,
    /// Not made, since the address is a constant.
    pub constant: u32,
    /// Since the bits of the address that can be 1 say that it is inside.
    pub range: u32,
    /// Since a check that has been passed on every way here says so.
    pub implied: u32,
    /// Since a check of the same pointer in the same block has become strict enough.
    pub merged: u32,
    /// Moved out of a loop.
    pub hoisted: u32,
    /// Accesses whose address is masked.
    pub masked: u32,
    /// Accesses whose address the mask would not change.
    pub unmasked: u32,
}
