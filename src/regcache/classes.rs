//! One of something for each class of registers.
//!
//! The classes share the walks over a function and compete for nothing: what is counted, is counted per class.

use crate::isa::{Class, Func, VReg};
use std::ops::{Index, IndexMut};

#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
pub struct PerClass<T> {
    core: T,
    single: T,
}

impl<T> PerClass<T> {
    pub fn new(mut of: impl FnMut(Class) -> T) -> PerClass<T> {
        PerClass { core: of(Class::Core), single: of(Class::Single) }
    }

    pub fn iter(&self) -> impl Iterator<Item = &T> {
        [&self.core, &self.single].into_iter()
    }
}

impl<T> Index<Class> for PerClass<T> {
    type Output = T;

    fn index(&self, class: Class) -> &T {
        match class {
            Class::Core => &self.core,
            Class::Single => &self.single,
        }
    }
}

impl<T> IndexMut<Class> for PerClass<T> {
    fn index_mut(&mut self, class: Class) -> &mut T {
        match class {
            Class::Core => &mut self.core,
            Class::Single => &mut self.single,
        }
    }
}

/// The classes that a function has values of.
pub fn classes(func: &Func<VReg>) -> &'static [Class] {
    if func.has_singles() { &[Class::Core, Class::Single] } else { &[Class::Core] }
}
