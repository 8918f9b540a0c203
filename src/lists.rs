//! Lists of items in one allocation: one for each vreg, or for each block.

use std::marker::PhantomData;

/// What has a number, from 0 on.
pub trait Numbered: Copy {
    fn number(self) -> usize;
}

pub struct Lists<K, T> {
    items: Vec<T>,
    /// Where the list of each key begins.
    first: Vec<u32>,
    key: PhantomData<K>,
}

impl<K: Numbered, T: Copy> Lists<K, T> {
    /// Sorts by key, of which there are `count`; the items of one key keep their order.
    pub fn new(pairs: impl Iterator<Item = (K, T)> + Clone, count: usize) -> Lists<K, T> {
        let mut first = vec![0u32; count + 1];
        for (key, _) in pairs.clone() {
            first[key.number() + 1] += 1;
        }
        for index in 0..count {
            first[index + 1] += first[index];
        }
        let mut items = Vec::new();
        if let Some((_, any)) = pairs.clone().next() {
            // Each item is written once, at the next place of its list.
            items.resize(first[count] as usize, any);
            let mut next = first.clone();
            for (key, item) in pairs {
                let place = &mut next[key.number()];
                items[*place as usize] = item;
                *place += 1;
            }
        }
        Lists { items, first, key: PhantomData }
    }

    /// The items of all lists, in the order of the keys.
    pub fn all(&self) -> &[T] {
        &self.items
    }

    pub fn of(&self, key: K) -> &[T] {
        let index = key.number();
        &self.items[self.first[index] as usize..self.first[index + 1] as usize]
    }
}
