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
    let checked = options.bounds != Bounds::None;
    segments
        .map(|(data, (&copied, &dropped))| segment(&data.placement, data.bytes.len(), copied, dropped, checked))
        .collect()
}

/// The element segments.
pub fn elements(module: &Module<'_>, reach: &Reach) -> Vec<SegmentLayout> {
    let segments = module.elements.iter().zip(reach.copied_elements.iter().zip(&reach.dropped_elements));
    segments
        .map(|(element, (&copied, &dropped))| segment(&element.placement, element.items.len(), copied, dropped, true))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wasm::{layout, parse};

    fn sizes(text: &str, bounds: Bounds) -> (Vec<SegmentLayout>, Vec<SegmentLayout>) {
        let wasm = wat::parse_str(format!("(module {text})")).expect("the text is a module");
        let module = parse(&wasm).expect("the module is valid");
        let layout = layout(&module, &Options { bounds, ..Options::default() }).expect("everything fits");
        (layout.data, layout.elements)
    }

    const FIXED: fn(bool, u32) -> SegmentLayout = |copied, size| SegmentLayout { copied, size: Size::Fixed(size) };
    const WORD: SegmentLayout = SegmentLayout { copied: true, size: Size::Word };

    #[test]
    fn what_is_copied_and_may_be_dropped_has_a_word() {
        let text = r#"(memory 1) (data "kept") (data "dropped") (data "gone") (data (i32.const 0) "active") (data (i32.const 0) "only")
            (func (export "f")
                (memory.init 0 (i32.const 0) (i32.const 0) (i32.const 1)) (memory.init 1 (i32.const 0) (i32.const 0) (i32.const 1))
                (memory.init 3 (i32.const 0) (i32.const 0) (i32.const 0)) (data.drop 1) (data.drop 2))
            (func (data.drop 0))"#;
        let found = sizes(text, Bounds::Trap).0;
        assert_eq!(found, [FIXED(true, 4), WORD, FIXED(false, 4), WORD, FIXED(false, 4)]);
        let unchecked = sizes(text, Bounds::None).0;
        assert_eq!(unchecked[..2], [FIXED(true, 4), FIXED(true, 7)]);
    }

    #[test]
    fn tables_are_checked_whatever_memories_are() {
        let text = r#"(table 4 funcref) (func $f) (elem func $f $f) (elem declare func $f) (elem (i32.const 0) func $f)
            (func (export "f")
                (table.init 0 (i32.const 0) (i32.const 0) (i32.const 1)) (table.init 1 (i32.const 0) (i32.const 0) (i32.const 0))
                (table.init 2 (i32.const 0) (i32.const 0) (i32.const 0)) (elem.drop 0))"#;
        assert_eq!(sizes(text, Bounds::None).1, [WORD, FIXED(true, 0), WORD]);
    }
}
