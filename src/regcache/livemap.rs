//! Persistent maps from keys, which are numbers, to positions.
//!
//! The maps of neighbouring blocks differ in a few entries, so they share everything else: a map is
//! the root of a radix tree with eight children per node, and an operation copies only the nodes on the way
//! to what changes. Union and difference skip what both sides share. This keeps liveness near-linear
//! where tens of thousands of values are live through thousands of blocks.
//!
//! Invariant: no subtree is without keys but the empty one, so that what has gone costs nothing.

const BITS: u32 = 3;
const FANOUT: usize = 1 << BITS;

/// A map inside its `Pool`.
#[derive(Copy, Clone, PartialEq, Eq)]
pub struct Map(u32);

impl Map {
    pub const EMPTY: Map = Map(0);
}

/// The nodes of all maps.
pub struct Pool {
    /// Children of inner nodes; in leaves position + 1. Zero is absence, and node 0 is the empty tree.
    nodes: Vec<[u32; FANOUT]>,
    /// Nodes from here on belong to the map under construction and are changed in place.
    frozen: usize,
    /// The shift that selects the root's child.
    top: u32,
}

impl Pool {
    /// A pool for the keys below `keys`.
    pub fn new(keys: usize) -> Pool {
        let mut top = 0;
        while keys > 1 << (top + BITS) {
            top += BITS;
        }
        Pool { nodes: vec![[0; FANOUT]], frozen: 1, top }
    }

    /// Makes all maps that exist immutable. Until the next call, `set` on one of them starts a new map
    /// that further calls change in place.
    pub fn freeze(&mut self) {
        self.frozen = self.nodes.len();
    }

    pub fn get(&self, map: Map, key: u32) -> Option<u32> {
        let mut node = map.0;
        let mut shift = self.top;
        while node != 0 && shift > 0 {
            node = self.nodes[node as usize][child(key, shift)];
            shift -= BITS;
        }
        self.nodes[node as usize][child(key, 0)].checked_sub(1)
    }

    pub fn insert(&mut self, map: Map, key: u32, position: u32) -> Map {
        self.set(map, key, position + 1)
    }

    pub fn remove(&mut self, map: Map, key: u32) -> Map {
        if self.get(map, key).is_none() { map } else { Map(self.clear(map.0, key, self.top)) }
    }

    /// The subtree without a key that it has.
    fn clear(&mut self, node: u32, key: u32, shift: u32) -> u32 {
        let slot = child(key, shift);
        let below = match shift {
            0 => 0,
            _ => self.clear(self.nodes[node as usize][slot], key, shift - BITS),
        };
        let mut others = self.nodes[node as usize].iter().enumerate();
        if below == 0 && others.all(|(index, &child)| index == slot || child == 0) {
            return 0;
        }
        let node = self.own(node);
        self.nodes[node as usize][slot] = below;
        node
    }

    fn set(&mut self, map: Map, key: u32, value: u32) -> Map {
        let root = self.own(map.0);
        let (mut node, mut shift) = (root, self.top);
        while shift > 0 {
            let slot = child(key, shift);
            let next = self.own(self.nodes[node as usize][slot]);
            self.nodes[node as usize][slot] = next;
            (node, shift) = (next, shift - BITS);
        }
        self.nodes[node as usize][child(key, 0)] = value;
        Map(root)
    }

    fn own(&mut self, node: u32) -> u32 {
        if node as usize >= self.frozen {
            return node;
        }
        self.add(self.nodes[node as usize])
    }

    fn add(&mut self, node: [u32; FANOUT]) -> u32 {
        self.nodes.push(node);
        u32::try_from(self.nodes.len() - 1).expect("live maps have fewer than 2^32 nodes")
    }

    /// Everything in either; where both have a key, `nearer` of the two positions.
    pub fn union(&mut self, a: Map, b: Map, nearer: &impl Fn(u32, u32) -> u32) -> Map {
        Map(self.union_nodes(a.0, b.0, self.top, nearer))
    }

    fn union_nodes(&mut self, a: u32, b: u32, shift: u32, nearer: &impl Fn(u32, u32) -> u32) -> u32 {
        if a == b || b == 0 {
            return a;
        }
        if a == 0 {
            return b;
        }
        let (left, right) = (self.nodes[a as usize], self.nodes[b as usize]);
        let mut both = [0; FANOUT];
        for (out, (&x, &y)) in both.iter_mut().zip(left.iter().zip(&right)) {
            *out = if x == y || y == 0 {
                x
            } else if x == 0 {
                y
            } else if shift > 0 {
                self.union_nodes(x, y, shift - BITS, nearer)
            } else {
                nearer(x - 1, y - 1) + 1
            };
        }
        if both == left {
            a
        } else if both == right {
            b
        } else {
            self.add(both)
        }
    }

    /// Calls `f` with every key that only one of the maps has, and whether that is `a`.
    pub fn difference(&self, a: Map, b: Map, f: &mut impl FnMut(u32, bool)) {
        self.difference_nodes(a.0, b.0, 0, self.top, f);
    }

    fn difference_nodes(&self, a: u32, b: u32, prefix: u32, shift: u32, f: &mut impl FnMut(u32, bool)) {
        let (left, right) = (&self.nodes[a as usize], &self.nodes[b as usize]);
        for (index, (&x, &y)) in (0..).zip(left.iter().zip(right)) {
            if x == y {
                continue;
            }
            let key = prefix | index << shift;
            if shift > 0 {
                self.difference_nodes(x, y, key, shift - BITS, f);
            } else if (x == 0) != (y == 0) {
                f(key, y == 0);
            }
        }
    }

    /// The keys in ascending order.
    pub fn keys(&self, map: Map) -> Vec<u32> {
        let mut keys = Vec::new();
        self.difference(map, Map::EMPTY, &mut |key, _| keys.push(key));
        keys
    }
}

fn child(key: u32, shift: u32) -> usize {
    (key >> shift) as usize & (FANOUT - 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn maps_behave_like_ordered_maps_and_stay_what_they_were() {
        let mut pool = Pool::new(5000);
        let mut seed = 1u32;
        let mut random = |n: u32| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 8) % n
        };
        let mut maps = vec![(Map::EMPTY, BTreeMap::new())];
        for _ in 0..200 {
            pool.freeze();
            let (mut map, mut model) = maps[random(maps.len() as u32) as usize].clone();
            for _ in 0..20 {
                let key = random(5000) % (1 + random(5000));
                if random(3) == 0 {
                    map = pool.remove(map, key);
                    model.remove(&key);
                } else {
                    let value = random(1000);
                    map = pool.insert(map, key, value);
                    model.insert(key, value);
                }
            }
            let (other, other_model) = maps[random(maps.len() as u32) as usize].clone();
            let union = pool.union(map, other, &|a, b| a.min(b));
            let mut union_model: BTreeMap<u32, u32> = model.clone();
            for (&key, &value) in &other_model {
                union_model.entry(key).and_modify(|v| *v = value.min(*v)).or_insert(value);
            }
            maps.push((map, model));
            maps.push((union, union_model));
        }
        for (map, model) in &maps {
            assert_eq!(pool.keys(*map), model.keys().copied().collect::<Vec<_>>());
            assert!(model.iter().all(|(&key, &value)| pool.get(*map, key) == Some(value)));
        }
    }
}
