//! Hash tables whose hash function takes a multiplication a word. Nothing depends on the order of what is in them.

pub use rustc_hash::FxBuildHasher as Build;

pub type HashMap<K, V> = hashbrown::HashMap<K, V, Build>;
pub type HashSet<T> = hashbrown::HashSet<T, Build>;
