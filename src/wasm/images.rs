//! What initialisation copies to memories: the images of active data segments.
//!
//! A segment whose place is known and that follows the one before it after a short gap shares its image: the gap is zero in
//! memory, where initialisation starts with nothing else, and costs less than a copy of its own does. Toolchains cut their
//! data into segments around a few zeros, since in wasm that is shorter.

use super::layout::MemoryLayout;
use super::segments::SegmentLayout;
use super::{Module, Placement, Value, constant};
use std::collections::BTreeMap;

/// Bytes between two segments for which they are copied as one: a copy of its own is a call, its three arguments, and
/// literals for two of them.
const GAP: u64 = 20;

/// Active segments that stand one after the other in a memory, and whose numbers follow each other.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Image {
    /// The number of the first segment.
    pub first: u32,
    /// Where in the image each segment begins.
    pub offsets: Vec<u32>,
    /// Bytes of all of them and of the gaps.
    pub size: u32,
}

impl Image {
    /// The contents.
    pub fn bytes(&self, module: &Module<'_>) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.size as usize);
        for (data, &offset) in module.data[self.first as usize..].iter().zip(&self.offsets) {
            bytes.resize(offset as usize, 0);
            bytes.extend_from_slice(data.bytes);
        }
        bytes
    }
}

/// The images in the order in which they are copied. Every active segment is in one of them.
pub fn images(
    module: &Module<'_>,
    memories: &[MemoryLayout],
    segments: &[SegmentLayout],
    values: &[Option<Value>],
) -> Vec<Image> {
    let mut images: Vec<Image> = Vec::new();
    let mut written: Vec<Written> = module.memories.iter().map(|_| Written::default()).collect();
    // The number of the segment that may join the last image, its memory, and where that image ends there.
    let mut next: Option<(usize, u32, u64)> = None;
    for (number, data) in module.data.iter().enumerate() {
        let Placement::Active { index, offset } = &data.placement else { continue };
        let size = u32::try_from(data.bytes.len()).expect("a segment has fewer than 2^32 bytes");
        let start = constant::evaluate(offset, values).and_then(Value::as_u32).map(u64::from);
        let own = module.memories[*index as usize].import.is_none();
        // What may trap is written or not by itself.
        let fits = |end: u64| own && end <= u64::from(memories[*index as usize].initial);
        let place = start.map(|start| (start, start + u64::from(size))).filter(|&(_, end)| fits(end));
        // So is what code copies from as well.
        let joinable = place.filter(|_| !segments[number].copied && size > 0);
        let written = &mut written[*index as usize];
        let gap = match (next, joinable) {
            (Some((follower, memory, end)), Some((start, _))) if (follower, memory) == (number, *index) => {
                let gap = start.checked_sub(end).filter(|&gap| gap <= GAP);
                gap.filter(|_| !written.touches(end, start))
            }
            _ => None,
        };
        match (images.last_mut(), gap) {
            (Some(image), Some(gap)) => {
                let offset = image.size + gap as u32;
                image.offsets.push(offset);
                image.size = offset + size;
            }
            _ => {
                let first = u32::try_from(number).expect("counts of the binary format have 32 bits");
                images.push(Image { first, offsets: vec![0], size });
            }
        }
        let (start, end) = place.unwrap_or((0, u64::MAX));
        written.insert(start, end);
        next = joinable.map(|(_, end)| (number + 1, *index, end));
    }
    images
}

/// The bytes of a memory that segments may have written: ranges that do not touch each other, by their starts.
#[derive(Default)]
struct Written(BTreeMap<u64, u64>);

impl Written {
    fn insert(&mut self, mut start: u64, mut end: u64) {
        while let Some((&first, &last)) = self.0.range(..=end).next_back().filter(|&(_, &last)| last >= start) {
            self.0.remove(&first);
            (start, end) = (start.min(first), end.max(last));
        }
        self.0.insert(start, end);
    }

    /// Whether one of the bytes from `start` up to `end` is among them.
    fn touches(&self, start: u64, end: u64) -> bool {
        start < end && self.0.range(..end).next_back().is_some_and(|(_, &last)| last > start)
    }
}

#[cfg(test)]
mod tests {
    use crate::options::Options;
    use crate::wasm::{layout, parse};

    /// First segment, offsets and size of each image.
    fn images(text: &str) -> Vec<(u32, Vec<u32>, u32)> {
        let wasm = wat::parse_str(format!("(module {text})")).expect("the text is a module");
        let module = parse(&wasm).expect("the module is valid");
        let layout = layout(&module, &Options::default()).expect("everything fits");
        layout.images.into_iter().map(|image| (image.first, image.offsets, image.size)).collect()
    }

    #[test]
    fn neighbours_share_an_image() {
        let text = r#"(memory 1) (data (i32.const 8) "abcd") (data (i32.const 12) "e") (data (i32.const 33) "f")
            (data (i32.const 55) "g")"#;
        assert_eq!(images(text), [(0, vec![0, 4, 25], 26), (3, vec![0], 1)]);
    }

    #[test]
    fn a_gap_that_was_written_is_no_gap() {
        let text = r#"(memory 1) (data (i32.const 14) "old") (data (i32.const 8) "abcd") (data (i32.const 20) "e")
            (data (i32.const 21) "f") (data (i32.const 20) "g")"#;
        assert_eq!(images(text), [(0, vec![0], 3), (1, vec![0], 4), (2, vec![0, 1], 2), (4, vec![0], 1)]);
        let text = r#"(memory 1) (data (i32.const 30) "old") (data (i32.const 8) "abcd") (data (i32.const 20) "e")
            (data (i32.const 34) "f")"#;
        assert_eq!(images(text), [(0, vec![0], 3), (1, vec![0, 12], 13), (3, vec![0], 1)]);
    }

    #[test]
    fn what_is_not_known_stays_alone() {
        let unknown = r#"(import "env" "g" (global i32)) (memory 1) (data (i32.const 8) "a") (data (global.get 0) "b")
            (data (i32.const 9) "c") (data (i32.const 11) "d")"#;
        assert_eq!(images(unknown).len(), 4);
        let imported = r#"(import "env" "m" (memory 1)) (data (i32.const 8) "a") (data (i32.const 9) "b")"#;
        assert_eq!(images(imported).len(), 2);
        let trapping = r#"(memory 1) (data (i32.const 65534) "ab") (data (i32.const 65536) "c")"#;
        assert_eq!(images(trapping).len(), 2);
        let copied = r#"(memory 1) (data (i32.const 8) "a") (data (i32.const 9) "b") (data (i32.const 10) "c")
            (func (export "f") (memory.init 1 (i32.const 0) (i32.const 0) (i32.const 0)))"#;
        assert_eq!(images(copied).len(), 3);
        let others = r#"(memory 1) (memory 1) (data (i32.const 8) "a") (data (memory 1) (i32.const 9) "b") (data "c")
            (data (memory 1) (i32.const 10) "d")"#;
        assert_eq!(images(others).len(), 3);
    }
}
