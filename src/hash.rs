//! Hash tables whose hash function takes a multiplication a word. Nothing depends on the order of what is in them.
//!
//! The function is that of rustc: each word is added, and the sum multiplied by an odd constant with bits all over. In the
//! end the high bits, on which all words have an effect, become the low ones, which choose the place.

use std::hash::{BuildHasherDefault, Hasher};

pub type HashMap<K, V> = hashbrown::HashMap<K, V, Build>;
pub type HashSet<T> = hashbrown::HashSet<T, Build>;
pub type Build = BuildHasherDefault<Words>;

const FACTOR: u64 = 0xf135_7aea_2e62_a9c5;

#[derive(Copy, Clone, Default)]
pub struct Words(u64);

impl Words {
    fn add(&mut self, word: u64) {
        self.0 = self.0.wrapping_add(word).wrapping_mul(FACTOR);
    }
}

impl Hasher for Words {
    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.add(u64::from_le_bytes(word));
        }
    }

    fn write_u8(&mut self, word: u8) {
        self.add(word.into());
    }

    fn write_u16(&mut self, word: u16) {
        self.add(word.into());
    }

    fn write_u32(&mut self, word: u32) {
        self.add(word.into());
    }

    fn write_u64(&mut self, word: u64) {
        self.add(word);
    }

    fn write_usize(&mut self, word: usize) {
        self.add(word as u64);
    }

    fn finish(&self) -> u64 {
        self.0.rotate_left(26)
    }
}
